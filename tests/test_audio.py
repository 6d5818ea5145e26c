"""What podpipe says of an audio file, and what it says of a file that is none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from podpipe.audio.formats import mime_type
from podpipe.audio.measuring import Measured, measure
from podpipe.errors import AudioError
from podpipe.manuscript import read_manuscript
from podpipe.model import AudioFacts, BitrateMode, SourceFile
from tests.audio_files import write_by_ffmpeg, write_mp3, write_wav
from tests.conftest import REPOSITORY

TOLERANCE = timedelta(milliseconds=50)
EXPORT_AGAIN = "export it again from your audio program, and listen to it before you publish"
COPY_AGAIN = "copy or export the file again"


def refusal(path: Path, name: str) -> AudioError:
    with pytest.raises(AudioError) as caught:
        measure(path, name)
    assert caught.value.path == name
    return caught.value


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("/audio/070.mp3", "audio/mpeg"),
        ("/audio/Live.MP3", "audio/mpeg"),
        ("a.m4a", "audio/x-m4a"),
        ("a.mp4", "video/mp4"),
        ("a.m4v", "video/x-m4v"),
        ("a.ogg", "audio/ogg"),
        ("a.opus", "audio/ogg"),
        ("a.flac", "audio/flac"),
        ("a.wav", "audio/wav"),
        ("a.aac", "audio/aac"),
        ("https://example.com/70.mp3?format=.wav#t=30", "audio/mpeg"),
        ("https://example.com/listen?file=70.mp3", None),
        ("what?.mp3", "audio/mpeg"),
        ("notes.txt", None),
        ("mp3", None),
        ("", None),
    ],
)
def test_the_media_type_follows_from_the_extension(name: str, expected: str | None) -> None:
    assert mime_type(name) == expected


@pytest.mark.parametrize("seconds", [0.5, 2.5, 61.2])
def test_an_mp3_is_measured(tmp_path: Path, seconds: float) -> None:
    path = write_mp3(tmp_path / "070.mp3", seconds=seconds)
    facts = measure(path, "/audio/070.mp3").facts
    assert facts == AudioFacts(
        length=len(path.read_bytes()),
        duration=facts.duration,
        mime_type="audio/mpeg",
        bitrate=64_000,
        bitrate_mode="CBR",
        channels=1,
        sample_rate=48_000,
    )
    assert abs(facts.duration - timedelta(seconds=seconds)) <= TOLERANCE


def test_a_wav_is_measured_to_the_millisecond(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", seconds=1.234)
    facts = AudioFacts(
        length=len(path.read_bytes()),
        duration=timedelta(milliseconds=1234),
        mime_type="audio/wav",
        bitrate=768_000,
        bitrate_mode="CBR",
        channels=1,
        sample_rate=48_000,
    )
    assert measure(path, "a.wav") == Measured(facts=facts)


@pytest.mark.parametrize(
    ("extension", "expected", "mode"),
    [
        (".aac", "audio/aac", None),
        (".flac", "audio/flac", "VBR"),
        (".m4a", "audio/x-m4a", None),
        (".mp4", "video/mp4", None),
        (".ogg", "audio/ogg", None),
        (".opus", "audio/ogg", None),
    ],
)
def test_every_other_kind_is_measured(tmp_path: Path, extension: str, expected: str, mode: BitrateMode | None) -> None:
    path = write_by_ffmpeg(tmp_path / f"a{extension}", seconds=2.5)
    facts = measure(path, path.name).facts
    assert facts == AudioFacts(
        length=len(path.read_bytes()),
        duration=facts.duration,
        mime_type=expected,
        bitrate=facts.bitrate,
        bitrate_mode=mode,
        channels=1,
        sample_rate=48_000,
    )
    assert facts.bitrate is not None
    assert abs(facts.bitrate * 2.5 / 8 - facts.length) < 3000
    assert abs(facts.duration - timedelta(seconds=2.5)) <= TOLERANCE


def test_opus_may_be_named_ogg(tmp_path: Path) -> None:
    path = write_by_ffmpeg(tmp_path / "a.opus", seconds=1).rename(tmp_path / "a.ogg")
    assert measure(path, "a.ogg").facts.duration == timedelta(seconds=1)


def test_what_an_audio_file_is_does_not_depend_on_where_it_lies(tmp_path: Path) -> None:
    path = write_mp3(tmp_path / "somewhere", seconds=1)
    assert measure(path, "/audio/1.mp3").facts.mime_type == "audio/mpeg"


@pytest.mark.parametrize(
    ("content", "problem", "hint"),
    [
        (b"", "is empty: it has 0 bytes", COPY_AGAIN),
        (b"To be recorded.\n", "is a text file, not audio", "put the audio file in its place"),
        ("録音はこれから。".encode() * 400, "is a text file, not audio", "put the audio file in its place"),
        (
            b"\n<!DOCTYPE html>\n<title>404</title>\n",
            "is a web page, not audio",
            "a download that failed often leaves one: fetch the audio file again",
        ),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
            "is a Git LFS pointer: the audio itself has not been fetched",
            "run git lfs pull",
        ),
    ],
    ids=["empty", "text", "long-japanese-text", "web-page", "git-lfs-pointer"],
)
@pytest.mark.parametrize("extension", [".mp3", ".m4a", ".wav", ".ogg", ".flac", ".aac"])
def test_a_file_without_audio_is_refused_for_what_it_is(tmp_path: Path, extension: str, content: bytes, problem: str, hint: str) -> None:
    path = tmp_path / f"070{extension}"
    path.write_bytes(content)
    error = refusal(path, f"/audio/070{extension}")
    assert (error.message, error.hint) == (f"/audio/070{extension} {problem}", hint)


@pytest.mark.parametrize(
    ("name", "word"),
    [("a.mp3", "MP3"), ("a.m4a", "M4A"), ("a.wav", "WAV"), ("a.ogg", "Ogg Vorbis"), ("a.flac", "FLAC"), ("a.aac", "AAC")],
)
def test_binary_data_is_not_recognised_as_audio(tmp_path: Path, name: str, word: str) -> None:
    path = tmp_path / name
    path.write_bytes(bytes(range(256)) * 400)
    error = refusal(path, name)
    assert (error.message, error.hint) == (f"{name} holds no audio that can be recognised as {word}", EXPORT_AGAIN)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path / "070.mp3", "/audio/070.mp3")
    assert (error.message, error.hint) == (
        "/audio/070.mp3 does not exist",
        "put the file there, or correct the path; upper and lower case count",
    )


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "070.mp3").mkdir()
    error = refusal(tmp_path / "070.mp3", "070.mp3")
    assert (error.message, error.hint) == ("070.mp3 is a folder", "name the audio file inside it")


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "070.mp3"
    path.symlink_to(path)  # a link to itself cannot be opened, whoever asks
    error = refusal(path, "070.mp3")
    assert error.message.startswith("070.mp3 cannot be read: ")
    assert error.hint == "check the file's permissions and the disk it lies on"


def test_a_name_without_an_extension_of_audio_is_refused(tmp_path: Path) -> None:
    error = refusal(write_mp3(tmp_path / "070.mp3", seconds=0.5), "/audio/070.exe")
    assert (error.message, error.hint) == ("/audio/070.exe has no extension of a podcast's audio", "use .mp3 or .m4a")


def test_a_recording_without_a_single_sample_is_refused(tmp_path: Path) -> None:
    error = refusal(write_wav(tmp_path / "a.wav", seconds=0), "a.wav")
    assert error.message == "a.wav plays for no time at all"
    assert error.hint == f"it is an empty recording, or a stream without its index: {EXPORT_AGAIN}"


def test_a_duration_of_days_is_not_believed(tmp_path: Path) -> None:
    path = write_by_ffmpeg(tmp_path / "a.flac", seconds=1)
    content = bytearray(path.read_bytes())
    # STREAMINFO (RFC 9639, section 8.2): 36 bits from byte 21 are the number of samples.
    content[21] |= 0x0F
    content[22:26] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    error = refusal(path, "a.flac")
    assert (error.message, error.hint) == ("a.flac says that it plays for 17 days", EXPORT_AGAIN)


def m4a(path: Path) -> Path:
    return write_by_ffmpeg(path.with_suffix(".m4a"), seconds=1)


def opus(path: Path) -> Path:
    return write_by_ffmpeg(path.with_suffix(".opus"), seconds=1)


def mp3(path: Path) -> Path:
    return write_mp3(path, seconds=1)


def wav(path: Path) -> Path:
    return write_wav(path, seconds=1)


@pytest.mark.parametrize(
    ("write", "extension", "word", "right"),
    [
        (m4a, ".mp3", "M4A", ".m4a"),
        (mp3, ".m4a", "MP3", ".mp3"),
        (wav, ".mp3", "WAV", ".wav"),
        (opus, ".m4a", "Opus", ".opus"),
        (mp3, ".ogg", "MP3", ".mp3"),
    ],
)
def test_an_extension_that_is_wrong_is_refused_with_the_right_one(
    tmp_path: Path, write: Callable[[Path], Path], extension: str, word: str, right: str
) -> None:
    path = write(tmp_path / "content").rename(tmp_path / f"070{extension}")
    error = refusal(path, f"/audio/070{extension}")
    assert (error.message, error.hint) == (
        f"/audio/070{extension} is named {extension}, but its content is {word}",
        f"rename it to end in {right}, in the episode's front matter too",
    )


def test_audio_that_podcast_apps_do_not_play_is_refused_under_another_name(tmp_path: Path) -> None:
    path = write_by_ffmpeg(tmp_path / "a.aiff", seconds=1).rename(tmp_path / "a.mp3")
    error = refusal(path, "a.mp3")
    assert (error.message, error.hint) == ("a.mp3 is AIFF under another name", "export it as MP3 or M4A: podcast apps play those")


def test_a_file_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    path = write_by_ffmpeg(tmp_path / "a.m4a", seconds=2)
    path.write_bytes(path.read_bytes()[:4000])  # the index of an M4A is at its end
    error = refusal(path, "a.m4a")
    assert (error.message, error.hint) == ("a.m4a is damaged or cut short, or has no sound track", COPY_AGAIN)


def test_damage_anywhere_gives_facts_or_a_refusal_and_nothing_else(tmp_path: Path) -> None:
    whole = [(path.suffix, path.read_bytes()) for path in (mp3(tmp_path / "a.mp3"), wav(tmp_path / "a.wav"), opus(tmp_path / "a"))]
    path = tmp_path / "damaged"
    for extension, content in whole:
        for at in range(0, 400, 3):
            path.write_bytes(content[:at] + b"\xff" + content[at + 1 : len(content) - at])
            with suppress(AudioError):
                assert measure(path, f"a{extension}").facts.length == len(content) - at


@pytest.mark.parametrize("path", sorted((REPOSITORY / "episodes").glob("*.md")), ids=lambda path: path.stem)
def test_the_sample_show_says_of_its_audio_what_is_so(path: Path) -> None:
    source = SourceFile(path=path.name, text=path.read_text(encoding="utf-8"), digest="")
    episode = read_manuscript(source, zone=UTC).manuscript
    assert episode is not None
    assert episode.audio is not None
    facts = measure(REPOSITORY / "episodes" / episode.audio.lstrip("/"), episode.audio).facts
    assert facts.length < 300_000
    assert episode.length in {None, facts.length}
    assert episode.duration is None or abs(episode.duration - facts.duration) < timedelta(seconds=1)
    assert all(chapter.start < facts.duration for chapter in episode.chapters)


def test_importing_podpipe_audio_does_not_load_mutagen() -> None:
    code = "import sys, podpipe.audio.measuring, podpipe.audio.tagging; sys.exit('mutagen' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
