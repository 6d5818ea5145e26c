"""The chapters and the cover in an ID3v2 tag, read without the pictures' own bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from podpipe.audio import library
from podpipe.audio.id3_sizes import int_of, size_bytes
from podpipe.audio.pictures import media_type
from podpipe.audio.sound import NotReadError
from podpipe.audio.window import HEAD, Window
from podpipe.model import Chapter

_PICTURE_KEPT = 1024
"""As much of a picture as tells what it is: its own description stands before it."""

_WANTED = (b"CHAP", b"APIC", b"PIC")
_LINKS = ("WXXX", "WOAS", "WOAF", "WORS", "WOAR")
_READ = {"CHAP", "CTOC", "APIC", "PIC", "TIT2", "TT2", *_LINKS}
_TOP_LEVEL = 2


def embedded(file: Window) -> tuple[tuple[Chapter, ...], str | None]:
    """The chapters, in order of time, and the cover's media type, in the ID3v2 tag that a file begins with."""
    tag = _tag(file)
    if not any(word in tag for word in _WANTED):
        return (), None
    from mutagen import id3

    known = {name: frame for name, frame in (*id3.Frames.items(), *id3.Frames_2_2.items()) if name in _READ}
    try:
        # What is not asked for is left as it is: mutagen takes a millisecond for twenty chapters as it stands.
        return from_frames(library.read("id3", "ID3", io.BytesIO(tag), known_frames=known, translate=False, load_v1=False))
    except NotReadError:
        return (), None


def from_frames(frames: Any) -> tuple[tuple[Chapter, ...], str | None]:
    """The chapters and the cover's media type in mutagen's ID3 frames."""
    by_name: dict[str, list[Any]] = {}
    for frame in frames.values():
        by_name.setdefault(frame.FrameID, []).append(frame)
    found = _chapters(by_name.get("CHAP", []), by_name.get("CTOC", []))
    return tuple(sorted(found, key=lambda chapter: chapter.start)), _cover(by_name.get("APIC", []))


def _chapters(chapters: list[Any], tables: list[Any]) -> Iterator[Chapter]:
    """The chapters that the table of contents lists (ID3v2 Chapter Frame Addendum, section 3.2), or all where there is none."""
    all_ = {chapter.element_id: chapter for chapter in chapters}
    contents = {table.element_id: table for table in tables}
    top = next((table for table in tables if table.flags & _TOP_LEVEL), None)
    listed = [] if top is None else [name for name in _listed(top, contents, set()) if name in all_]
    for name in dict.fromkeys(listed or all_):
        parts = all_[name].sub_frames.values()
        title = next((str(part.text[0]) for part in parts if part.FrameID == "TIT2" and part.text), "")
        url = next((part.url for part in parts if part.FrameID in _LINKS and part.url), None)
        yield Chapter(start=timedelta(milliseconds=all_[name].start_time), title=title.strip(), url=url)


def _listed(table: Any, contents: dict[str, Any], seen: set[str]) -> Iterator[str]:
    seen.add(table.element_id)
    for name in table.child_element_ids:
        if name in contents:
            if name not in seen:
                yield from _listed(contents[name], contents, seen)
        else:
            yield name


def _cover(pictures: list[Any]) -> str | None:
    front = next((picture for picture in pictures if picture.type == 3), pictures[0] if pictures else None)
    return None if front is None else media_type(front.data, front.mime)


def _tag(file: Window) -> bytes:
    """The tag at the beginning; of one that is large, without most of each picture."""
    header = file.part(0, 10)
    if not header.startswith(b"ID3") or len(header) < 10 or header[3] not in {2, 3, 4}:
        return b""
    size = int_of(header[6:], 4)
    if 10 + size <= HEAD or header[5]:  # unsynchronised or extended tags are rare, and not worth a second parser
        return file.part(0, 10 + size)
    kept = b"".join(_frames(file, header[3], 10 + size))
    return header[:6] + size_bytes(len(kept), 4) + kept


def _frames(file: Window, version: int, end: int) -> Iterator[bytes]:
    """Each frame of a tag, a picture's cut. Version 2.2 has names and sizes of three bytes, 2.4 sizes of seven bits a byte."""
    width = 3 if version == 2 else 4
    head = 6 if version == 2 else 10
    bits = 7 if version == 4 else 8
    at = 10
    while at + head < end and (header := file.part(at, head))[:1].strip(b"\0"):
        size = sum((byte & (1 << bits) - 1) << bits * place for place, byte in enumerate(reversed(header[width : 2 * width])))
        kept = min(size, _PICTURE_KEPT) if header[:width] in {b"APIC", b"PIC"} else size
        length = bytes(kept >> bits * place & (1 << bits) - 1 for place in reversed(range(width)))
        yield header[:width] + length + header[2 * width :] + file.part(at + head, kept)
        at += head + size
