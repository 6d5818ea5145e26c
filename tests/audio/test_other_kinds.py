"""How long Ogg, Opus, FLAC and WAV files play, whole and cut short, and the chapters and covers in them."""

from __future__ import annotations

import base64
import struct
from datetime import timedelta
from pathlib import Path

import pytest
from mutagen.flac import FLAC, Picture
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from podpipe.model import Chapter
from tests.audio.judge import far, near, rules, seconds
from tests.audio_files import ffmpeg, played, probed, write_by_ffmpeg, write_wav

KINDS = [
    ("a.ogg", ()),
    ("a.opus", ()),
    ("a.ogg", ("-c:a", "flac")),
    ("a.flac", ()),
    ("a.flac", ("-c:a", "flac", "-frame_size", "1152")),
    ("a.wav", ()),
    ("a.wav", ("-c:a", "adpcm_ms")),
]


@pytest.mark.parametrize(("name", "options"), KINDS)
def test_a_whole_file_plays_as_long_as_ffprobe_says(tmp_path: Path, name: str, options: tuple[str, ...]) -> None:
    path = write_by_ffmpeg(tmp_path / name, seconds=20.2, options=options)
    measured = near(path)
    assert seconds(measured) == pytest.approx(probed(path)[0], abs=0.05)
    assert seconds(measured) == pytest.approx(20.2, abs=0.05)
    assert (measured.facts.length, measured.doubts) == (path.stat().st_size, ())
    there, file = far(path.read_bytes(), name)
    assert there == measured
    assert file.sent <= 200_000


@pytest.mark.parametrize(("name", "options"), KINDS)
@pytest.mark.parametrize("part", [0.97, 0.6, 0.3])
def test_a_file_that_is_cut_short_plays_for_what_is_there(tmp_path: Path, name: str, options: tuple[str, ...], part: float) -> None:
    path = write_by_ffmpeg(tmp_path / name, seconds=20.2, options=options)
    content = path.read_bytes()
    cut = content[: int(len(content) * part)]
    measured = near(path, cut)
    assert rules(measured) == ["audio-cut-short"]
    assert seconds(measured) == pytest.approx(played(path), abs=0.13)
    assert rules(far(cut, name)[0]) == ["audio-cut-short"]


@pytest.mark.parametrize("name", ["a.ogg", "a.opus"])
def test_an_ogg_file_without_its_last_page_is_cut_short(tmp_path: Path, name: str) -> None:
    path = write_by_ffmpeg(tmp_path / name, seconds=20)
    content = path.read_bytes()
    measured = near(path, content[: content.rindex(b"OggS")])
    assert rules(measured) == ["audio-cut-short"]
    assert seconds(measured) == pytest.approx(played(path), abs=0.1)


@pytest.mark.parametrize("name", ["a.ogg", "a.opus"])
def test_joined_recordings_all_count(tmp_path: Path, name: str) -> None:
    content = write_by_ffmpeg(tmp_path / name, seconds=12).read_bytes()
    other = write_by_ffmpeg(tmp_path / f"b{name}", seconds=5, options=("-serial_offset", "77")).read_bytes()
    measured = near(tmp_path / name, content + other)
    assert rules(measured) == ["audio-joined"]
    assert seconds(measured) == pytest.approx(17, abs=0.05)


@pytest.mark.parametrize("name", ["a.ogg", "a.opus"])
def test_a_damaged_page_at_the_beginning_or_the_end_is_told_of(tmp_path: Path, name: str) -> None:
    path = write_by_ffmpeg(tmp_path / name, seconds=12)
    content = path.read_bytes()
    for at in (200, len(content) - 20):
        broken = bytearray(content)
        broken[at] ^= 0xFF
        assert rules(near(path, bytes(broken))), at


def test_a_flac_whose_header_does_not_count_its_samples_is_measured(tmp_path: Path) -> None:
    path = write_by_ffmpeg(tmp_path / "a.flac", seconds=7.5)
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0  # STREAMINFO's 36 bits of samples (RFC 9639, section 8.2)
    content[22:26] = bytes(4)
    assert seconds(near(path, bytes(content))) == 7.5


def test_a_flac_that_is_damaged_in_its_last_frame_is_told_of(tmp_path: Path) -> None:
    path = write_by_ffmpeg(tmp_path / "a.flac", seconds=7.5)
    content = bytearray(path.read_bytes())
    content[-30] ^= 0x10
    assert rules(near(path, bytes(content))) == ["audio-cut-short"]


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0])
def test_a_wav_whose_header_was_never_finished_is_measured(tmp_path: Path, size: int) -> None:
    content = bytearray(write_wav(tmp_path / "a.wav", seconds=1.5).read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = struct.pack("<I", size)
    measured = near(tmp_path / "a.wav", bytes(content))
    assert (measured.facts.duration, measured.doubts) == (timedelta(seconds=1.5), ())


CHAPTERS = [("CHAPTER002", "00:01:02.500"), ("CHAPTER001", "00:00:00.000"), ("CHAPTER001NAME", "はじめに"), ("CHAPTER002NAME", "Two")]
CHAPTERS += [("CHAPTER002URL", "https://example.com/2"), ("CHAPTER003", "soon"), ("CHAPTER003NAME", "Not a time")]
EXPECTED = (
    Chapter(start=timedelta(0), title="はじめに"),
    Chapter(start=timedelta(minutes=1, seconds=2.5), title="Two", url="https://example.com/2"),
)


@pytest.mark.parametrize(("name", "reader"), [("a.ogg", OggVorbis), ("a.opus", OggOpus), ("a.flac", FLAC)])
def test_chapters_and_the_cover_in_vorbis_comments_are_read(tmp_path: Path, name: str, reader: type[FLAC]) -> None:
    path = write_by_ffmpeg(tmp_path / name, seconds=3)
    assert (near(path).facts.chapters, near(path).facts.cover) == ((), None)
    picture = Picture()
    picture.mime, picture.data, picture.type = "image/png", b"\x89PNG" + bytes(300_000), 3
    tags = reader(path)
    for key, value in CHAPTERS:
        tags[key] = value
    tags["METADATA_BLOCK_PICTURE"] = base64.b64encode(picture.write()).decode()
    tags.save()
    measured = near(path)
    assert (measured.facts.chapters, measured.facts.cover, measured.doubts) == (EXPECTED, "image/png", ())
    assert seconds(measured) == pytest.approx(3, abs=0.02)


def test_a_flac_picture_block_is_a_cover(tmp_path: Path) -> None:
    path = write_by_ffmpeg(tmp_path / "a.flac", seconds=1)
    tags = FLAC(path)
    for kind, mime in ((4, "image/gif"), (3, "image/webp")):
        picture = Picture()
        picture.mime, picture.data, picture.type = mime, b"?", kind
        tags.add_picture(picture)
    tags.save()
    assert near(path).facts.cover == "image/webp"


def test_a_large_ogg_file_is_read_at_both_ends_alone(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "anoisesrc=d=120:r=48000:a=0.1", "-c:a", "libvorbis", "-q:a", "8", tmp_path / "a.ogg")
    content = (tmp_path / "a.ogg").read_bytes()
    measured, file = far(content, "a.ogg")
    assert len(content) > 1_000_000
    assert seconds(measured) == pytest.approx(120, abs=0.02)
    assert file.sent < 250_000
