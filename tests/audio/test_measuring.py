"""What podpipe says of an open file that may lie far away: its type, why it is refused, and how little of it is read."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from podpipe.audio.measuring import measure_open
from podpipe.errors import AudioError, NetworkError
from tests.audio.judge import far, near, rules
from tests.audio_files import mp3_frames, with_xing, write_by_ffmpeg, write_mp3, write_wav

URL = "https://example.com/download?id=7"


def made(folder: Path, extension: str) -> bytes:
    path = folder / f"a{extension}"
    if extension == ".mp3":
        return write_mp3(path, seconds=1).read_bytes()
    return (write_wav(path, seconds=1) if extension == ".wav" else write_by_ffmpeg(path, seconds=1)).read_bytes()


@pytest.mark.parametrize(
    ("extension", "expected"),
    [
        (".mp3", "audio/mpeg"),
        (".m4a", "audio/x-m4a"),
        (".aac", "audio/aac"),
        (".flac", "audio/flac"),
        (".ogg", "audio/ogg"),
        (".opus", "audio/ogg"),
        (".wav", "audio/wav"),
    ],
)
def test_a_url_that_does_not_tell_what_it_is_gets_its_type_from_the_content(tmp_path: Path, extension: str, expected: str) -> None:
    content = made(tmp_path, extension)
    assert far(content, URL)[0].facts.mime_type == expected
    assert far(content, f"https://example.com/a{extension}?x")[0].facts == far(content, URL)[0].facts


@pytest.mark.parametrize(
    ("served_as", "expected"),
    [
        (None, []),
        ("audio/mpeg", []),
        ("Audio/MPEG; charset=binary", []),
        ("audio/mp3", []),
        ("audio/mp4", ["warning"]),
        ("text/html", ["warning"]),
        ("application/octet-stream", ["info"]),
        ("", ["info"]),
    ],
)
def test_a_server_that_says_something_else_is_told_of(tmp_path: Path, served_as: str | None, expected: list[str]) -> None:
    measured, _ = far(made(tmp_path, ".mp3"), URL, served_as=served_as)
    assert [doubt.level for doubt in measured.doubts] == expected
    assert set(rules(measured)) <= {"audio-type-served"}


def test_what_a_server_says_wrongly_is_named_beside_what_is_so(tmp_path: Path) -> None:
    doubt = far(made(tmp_path, ".mp3"), URL, served_as="audio/ogg")[0].doubts[0]
    assert doubt.message == f"the server of {URL} says that it is audio/ogg, but it is audio/mpeg"
    assert doubt.hint == "have it serve the file as audio/mpeg"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty: it has 0 bytes"),
        (b"<!doctype html><title>Not found</title>", "is a web page, not audio"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "is a Git LFS pointer: the audio itself has not been fetched"),
        (b"Soon.", "is a text file, not audio"),
        (bytes(range(256)) * 30, "holds no audio that can be recognised as any kind that podcast apps play"),
        (b"RIFF\0\0\0\0AVI " + bytes(100), "is AVI video under another name"),
        (b"\x1aE\xdf\xa3" + bytes(100), "is Matroska or WebM under another name"),
        (b"fLaC" + bytes(100), "is damaged or cut short, or has no sound track"),
    ],
)
def test_an_open_file_without_audio_is_refused_for_what_it_is(content: bytes, problem: str) -> None:
    with pytest.raises(AudioError) as caught:
        far(content, URL)
    assert (caught.value.message, caught.value.path) == (f"{URL} {problem}", URL)
    assert caught.value.hint


def test_an_open_file_under_the_wrong_extension_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"is named \.m4a, but its content is MP3"):
        far(made(tmp_path, ".mp3"), "https://example.com/a.m4a")


def test_a_path_without_an_extension_of_audio_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="has no extension of a podcast's audio"):
        far(made(tmp_path, ".mp3"), "audio/a.exe")


@pytest.mark.parametrize("extension", [".mp3", ".m4a", ".ogg", ".flac", ".wav", ".aac"])
@pytest.mark.parametrize("error", [NetworkError("gone"), OSError("gone"), ValueError("gone")])
def test_a_failure_to_read_is_no_damage(tmp_path: Path, extension: str, error: Exception) -> None:
    content = made(tmp_path, extension)

    class Failing(io.BytesIO):
        left = 0

        def read(self, size: int | None = -1, /) -> bytes:
            if not self.left:
                raise error
            self.left -= 1
            return super().read(size)

    for left in range(12):
        file = Failing(content)
        file.left = left
        try:
            measure_open(file, f"a{extension}", length=len(content))
        except type(error) as caught:
            assert caught is error  # noqa: PT017 - which reads happen depends on the kind


def test_a_file_whose_reads_come_in_parts_is_read_all_the_same(tmp_path: Path) -> None:
    content = with_xing(mp3_frames(20))

    class Dribbling(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 1000))

    measured = measure_open(Dribbling(content), "a.mp3", length=len(content))
    assert measured == near(tmp_path / "a.mp3", content)
