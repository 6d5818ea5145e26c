"""Chapters and the cover in ID3 tags of every version, large ones included, in MP3 and WAV files."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from mutagen.id3 import APIC, CHAP, CTOC, ID3, TALB, TIT2, WOAS, WXXX, CTOCFlags
from mutagen.wave import WAVE

from podpipe.model import Chapter
from tests.audio.judge import far, near
from tests.audio_files import ffmpeg, mp3_frames, write_mp3, write_wav

JPEG = b"\xff\xd8\xff\xe0" + bytes(400_000)
LINKS = {"2": [WXXX(desc="link", url="https://example.com/2")], "3": [WOAS(url="https://example.com/3")]}
EXPECTED = (
    Chapter(start=timedelta(0), title="はじめに"),
    Chapter(start=timedelta(milliseconds=1500), title="Chapter 2", url="https://example.com/2"),
    Chapter(start=timedelta(milliseconds=2001), title="Chapter 3", url="https://example.com/3"),
)


def tags(*, order: str = "312", contents: dict[str, list[str]] | None = None) -> ID3:
    made = ID3()
    made.add(TALB(encoding=3, text="番組"))
    starts, titles = {"1": 0, "2": 1500, "3": 2001}, {"1": "はじめに", "2": "Chapter 2", "3": "Chapter 3"}
    for name in order:
        parts = [TIT2(encoding=3, text=titles[name]), *LINKS.get(name, [])]
        made.add(CHAP(element_id=name, start_time=starts[name], end_time=3000, sub_frames=parts))
    for name, children in (contents or {}).items():
        flags = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED if name == "top" else CTOCFlags.ORDERED
        made.add(CTOC(element_id=name, flags=flags, child_element_ids=children, sub_frames=[]))
    return made


def saved(made: ID3, frames: bytes, *, version: int = 4) -> bytes:
    file = io.BytesIO(frames)
    if version == 3:
        made.update_to_v23()
    made.save(file, v2_version=version)
    return file.getvalue()


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("contents", [None, {"top": ["3", "1", "2"]}, {"top": ["1", "part"], "part": ["2", "3", "top"]}, {"top": ["9"]}])
def test_chapters_are_read_in_order_of_time(tmp_path: Path, version: int, contents: dict[str, list[str]] | None) -> None:
    measured = near(tmp_path / "a.mp3", saved(tags(contents=contents), mp3_frames(3), version=version))
    assert (measured.facts.chapters, measured.facts.cover, measured.doubts) == (EXPECTED, None, ())


def test_a_chapter_that_the_table_of_contents_leaves_out_is_hidden(tmp_path: Path) -> None:
    content = saved(tags(contents={"top": ["1", "3"], "other": ["2"]}), mp3_frames(3))
    assert near(tmp_path / "a.mp3", content).facts.chapters == (EXPECTED[0], EXPECTED[2])


@pytest.mark.parametrize("version", [3, 4])
def test_a_large_picture_is_known_without_being_read(tmp_path: Path, version: int) -> None:
    made = tags(contents={"top": ["1", "2", "3"]})
    made.add(APIC(encoding=3, mime="image/png", type=3, desc="表紙", data=JPEG))
    content = saved(made, mp3_frames(3, vbr=False), version=version)
    measured = near(tmp_path / "a.mp3", content)
    assert (measured.facts.chapters, measured.facts.cover, measured.doubts) == (EXPECTED, "image/jpeg", ())
    there, file = far(content, "a.mp3")
    assert there == measured
    assert file.sent < 100_000


def test_the_front_cover_comes_before_other_pictures(tmp_path: Path) -> None:
    made = ID3()
    made.add(APIC(encoding=3, mime="image/png", type=4, desc="back", data=b"\x89PNG"))
    made.add(APIC(encoding=3, mime="image/jpeg", type=3, desc="front", data=b"\xff\xd8\xff"))
    assert near(tmp_path / "a.mp3", saved(made, mp3_frames(1))).facts.cover == "image/jpeg"


def test_a_link_to_a_picture_is_no_cover(tmp_path: Path) -> None:
    made = ID3()
    made.add(APIC(encoding=3, mime="-->", type=3, desc="", data=b"https://example.com/a.jpg"))
    assert near(tmp_path / "a.mp3", saved(made, mp3_frames(1))).facts.cover is None


def test_the_short_names_of_the_oldest_version_are_read(tmp_path: Path) -> None:
    picture = b"\0JPG\x03\0" + b"?" * 70_000
    frame = b"PIC" + len(picture).to_bytes(3, "big") + picture
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    measured = near(tmp_path / "a.mp3", b"ID3\x02\0\0" + size + frame + mp3_frames(1))
    assert (measured.facts.cover, measured.doubts) == ("image/jpeg", ())


def test_chapters_that_ffmpeg_writes_are_read(tmp_path: Path) -> None:
    text = tmp_path / "chapters.txt"
    text.write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=500\nEND=2000\ntitle=本題\n", encoding="utf-8")
    source = write_mp3(tmp_path / "source.mp3", seconds=2)
    ffmpeg("-i", source, "-i", text, "-map_metadata", "1", "-map_chapters", "1", "-c", "copy", tmp_path / "a.mp3")
    assert near(tmp_path / "a.mp3").facts.chapters == (Chapter(start=timedelta(milliseconds=500), title="本題"),)


def test_a_wav_file_has_them_in_a_chunk_of_its_own(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", seconds=3)
    made = WAVE(path)
    made.add_tags()
    assert made.tags is not None
    for frame in (*tags().values(), APIC(encoding=3, mime="image/jpeg", type=3, desc="", data=JPEG)):
        made.tags.add(frame)
    made.save()
    assert (near(path).facts.chapters, near(path).facts.cover) == (EXPECTED, "image/jpeg")


def test_a_damaged_tag_leaves_the_sound_as_it_is(tmp_path: Path) -> None:
    content = bytearray(saved(tags(), mp3_frames(3)))
    at = content.index(b"CHAP")
    content[at + 4 : at + 8] = b"\x7f\x7f\x7f\x7f"
    measured = near(tmp_path / "a.mp3", bytes(content))
    assert measured.facts.duration == near(tmp_path / "a.mp3", mp3_frames(3)).facts.duration
