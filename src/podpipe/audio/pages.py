"""The pages of an Ogg file: where each begins and ends, and at which sample it does (RFC 3533, section 6)."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import NamedTuple

from podpipe.audio import library
from podpipe.audio.sound import NotReadError
from podpipe.audio.window import Window

_HEADER = struct.Struct("<4sBBqIIIB")
_LARGEST = 65_307
_BLOCK = 1 << 20


class Page(NamedTuple):
    """One page: where it begins and ends, whether it begins or ends a stream, the sample it ends at (-1: none), and its stream's number."""

    start: int
    end: int
    first: bool
    last: bool
    granule: int
    serial: int


def page_at(data: bytes, at: int, offset: int) -> Page | None:
    """The page that begins at a place in some bytes, which stand at `offset` of the file; its end may lie beyond them."""
    header = data[at : at + _HEADER.size]
    if len(header) < _HEADER.size or not header.startswith(b"OggS\0"):
        return None
    _, _, flags, granule, serial, _, _, segments = _HEADER.unpack(header)
    lacing = data[at + _HEADER.size : at + _HEADER.size + segments]
    if len(lacing) < segments:
        return None
    end = offset + at + _HEADER.size + segments + sum(lacing)
    return Page(offset + at, end, bool(flags & 2), bool(flags & 4), granule, serial)


def pages(file: Window, start: int = 0) -> Iterator[Page]:
    """All whole pages, in order. What lies between them is stepped over."""
    at = start
    while at < file.length:
        data = file.part(at, _BLOCK)
        inside = 0
        while 0 <= inside < len(data):
            page = page_at(data, inside, at)
            if page is None or page.end > file.length:
                if len(data) - inside <= _LARGEST and at + len(data) < file.length:
                    break
                inside = data.find(b"OggS", inside + 1)
                continue
            yield page
            inside = page.end - at
        at += inside if inside > 0 else max(len(data) - 3, 1)


def last_pages(file: Window) -> list[Page]:
    """The whole pages at a file's end that follow each other, found in as few bytes as will do."""
    for size in (1 << 14, 2 * _LARGEST):
        begin = max(0, file.length - size)
        data = file.part(begin, size)
        found: list[Page] = []
        at = data.find(b"OggS")
        while at >= 0:
            page = page_at(data, at, begin)
            if page is not None and page.end <= file.length and intact(data[at : page.end - begin]):
                found.append(page)
            at = data.find(b"OggS", at + 1)
        if any(page.granule >= 0 for page in found):
            return found
    return []


def intact(data: bytes) -> bool:
    """Whether a whole page's checksum fits."""
    try:
        return bool(library.read("ogg", "OggPage", io.BytesIO(data)).write() == data)
    except (NotReadError, ValueError):
        return False
