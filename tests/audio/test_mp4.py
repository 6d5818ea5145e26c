"""How long an M4A plays, whether all of it is there, its chapters by either of two ways, its cover, and pictures that move or stand."""

from __future__ import annotations

import struct
from datetime import timedelta
from pathlib import Path

import pytest
from mutagen.mp4 import MP4, MP4Cover

from podpipe.errors import AudioError
from podpipe.model import Chapter
from tests.audio.judge import far, near, rules, seconds
from tests.audio_files import ffmpeg, played, probed, write_by_ffmpeg, write_wav

CHAPTERS = ";FFMETADATA1\n" + "".join(
    f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={start + 2000}\ntitle={title}\n"
    for start, title in ((0, "はじめに"), (2000, "Second"), (4500, "Third"))
)
EXPECTED = (
    Chapter(start=timedelta(0), title="はじめに"),
    Chapter(start=timedelta(seconds=2), title="Second"),
    Chapter(start=timedelta(seconds=4.5), title="Third"),
)


def m4a(path: Path, *options: str) -> Path:
    return write_by_ffmpeg(path, seconds=20, options=options)


def with_chapters(folder: Path) -> Path:
    text = folder / "chapters.txt"
    text.write_text(CHAPTERS, encoding="utf-8")
    source = write_wav(folder / "a.wav", seconds=6.5)
    ffmpeg("-i", source, "-i", text, "-map_metadata", "1", "-map_chapters", "1", "-c:a", "aac", folder / "a.m4a")
    return folder / "a.m4a"


def renamed(content: bytes, old: bytes, new: bytes) -> bytes:
    assert old in content
    return content.replace(old, new)


@pytest.mark.parametrize("options", [(), ("-movflags", "+faststart"), ("-c:a", "alac"), ("-ar", "22050")])
def test_an_m4a_plays_as_long_as_ffprobe_says(tmp_path: Path, options: tuple[str, ...]) -> None:
    path = m4a(tmp_path / "a.m4a", *options)
    measured = near(path)
    assert seconds(measured) == pytest.approx(probed(path)[0], abs=0.005)
    assert measured.doubts == ()
    assert measured.facts.bitrate == pytest.approx(path.stat().st_size * 8 / 20, rel=0.1)
    there, file = far(path.read_bytes(), "https://example.com/a.m4a?x=1")
    assert (there.facts, there.doubts) == (measured.facts, ())
    assert file.sent <= 65_536


@pytest.mark.parametrize("part", [0.9, 0.5, 0.2])
def test_an_m4a_whose_sound_ends_early_plays_for_what_is_there(tmp_path: Path, part: float) -> None:
    path = m4a(tmp_path / "a.m4a", "-movflags", "+faststart")
    content = path.read_bytes()
    cut = content[: int(len(content) * part)]
    measured = near(path, cut)
    assert rules(measured) == ["audio-cut-short"]
    assert seconds(measured) == pytest.approx(played(path), abs=0.1)
    assert seconds(measured) == pytest.approx(20 * part, abs=1)
    assert far(cut, "a.m4a")[0] == measured


def test_an_m4a_that_lost_only_what_stands_behind_the_sound_plays_in_full(tmp_path: Path) -> None:
    path = m4a(tmp_path / "a.m4a", "-movflags", "+faststart")
    content = path.read_bytes() + struct.pack(">I4s", 5000, b"free") + bytes(100)
    measured = near(path, content)
    assert rules(measured) == ["audio-damaged"]
    assert seconds(measured) == pytest.approx(20, abs=0.03)


def test_a_header_that_says_two_lengths_is_told_of(tmp_path: Path) -> None:
    path = m4a(tmp_path / "a.m4a")
    content = bytearray(path.read_bytes())
    at = content.index(b"mdhd") + 4 + 16
    content[at : at + 4] = (48_000 * 70).to_bytes(4, "big")
    measured = near(path, bytes(content))
    assert [(doubt.rule, doubt.level) for doubt in measured.doubts] == [("audio-damaged", "error")]
    assert seconds(measured) == pytest.approx(20, abs=0.05)


def test_sizes_that_ask_for_more_than_there_is_are_told_of(tmp_path: Path) -> None:
    path = m4a(tmp_path / "a.m4a")
    content = bytearray(path.read_bytes())
    content[content.index(b"stsz") + 4 + 12 + 80] = 0x5A
    assert rules(near(path, bytes(content))) == ["audio-damaged"]


def test_chapters_of_neros_list_are_read(tmp_path: Path) -> None:
    path = with_chapters(tmp_path)
    assert b"chpl" in path.read_bytes()
    assert near(path).facts.chapters == EXPECTED


def test_chapters_of_quicktimes_track_are_read_where_there_is_no_list(tmp_path: Path) -> None:
    path = with_chapters(tmp_path)
    content = renamed(path.read_bytes(), b"chpl", b"free")
    assert not MP4(near_file(path, content)).chapters
    assert near(path).facts.chapters == EXPECTED
    assert far(content, "a.m4a")[0].facts.chapters == EXPECTED


def near_file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("data", "expected"), [(b"\x89PNG\r\n", "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"?", "image/jpeg")])
def test_the_cover_is_known_by_its_content(tmp_path: Path, data: bytes, expected: str) -> None:
    path = m4a(tmp_path / "a.m4a")
    assert near(path).facts.cover is None
    tags = MP4(path)
    tags["covr"] = [MP4Cover(data, imageformat=MP4Cover.FORMAT_JPEG)]
    tags.save()
    assert near(path).facts.cover == expected


def film(folder: Path, name: str, codec: str) -> Path:
    source = write_wav(folder / "film.wav", seconds=3)
    picture = ("-f", "lavfi", "-i", "testsrc=s=64x64:d=3:r=5")
    ffmpeg("-i", source, *picture, "-c:a", "aac", "-c:v", codec, "-pix_fmt", "yuvj420p", "-f", "mp4", folder / name)
    return folder / name


def test_a_video_under_an_extension_of_audio_is_told_of(tmp_path: Path) -> None:
    measured = near(film(tmp_path, "a.m4a", "mpeg4"))
    assert [(doubt.rule, doubt.message) for doubt in measured.doubts] == [
        ("audio-video", "a.m4a holds a video track, and is published as audio/x-m4a")
    ]
    assert near(film(tmp_path, "a.mp4", "mpeg4")).doubts == ()


def test_a_video_under_the_extension_of_an_mp3_is_refused(tmp_path: Path) -> None:
    path = film(tmp_path, "a.mp3", "mpeg4")
    with pytest.raises(AudioError) as caught:
        near(path)
    assert caught.value.message == "a.mp3 is named .mp3, but its content is MP4 video"
    assert ".mp4" in caught.value.hint


def test_pictures_of_chapters_are_no_video(tmp_path: Path) -> None:
    path = film(tmp_path, "a.m4a", "mpeg4")
    assert near(path, renamed(path.read_bytes(), b"mp4v", b"jpeg")).doubts == ()


def test_sound_alone_under_the_extension_of_video_is_told_of(tmp_path: Path) -> None:
    measured = near(write_by_ffmpeg(tmp_path / "a.mp4", seconds=1))
    assert [(doubt.rule, doubt.level) for doubt in measured.doubts] == [("audio-video-none", "info")]
