"""How long a WAV plays: by the bytes of sound that are there, whatever its header promises."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from podpipe.audio import id3, library
from podpipe.audio.sound import NotReadError, Sound, cut_short
from podpipe.audio.window import Window
from podpipe.model import Chapter

_STREAMED = {0, 0xFFFFFFFF, 0xFFFFFF00, 0x7FFFF000, 0x7FFFFFFF, 0x80000000}
"""Sizes of programs that did not know how long the sound would be when they wrote the header."""

_MOST_CHUNKS = 1000
_PCM = {1, 3, 6, 7, 0xFFFE}


class _Chunk(NamedTuple):
    name: bytes
    start: int
    size: int


def read_wav(file: Window, name: str) -> Sound:
    """Measure a WAV file (Multimedia Programming Interface and Data Specifications 1.0, section 3; EBU Tech 3306 for RF64)."""
    chunks = list(_chunks(file))
    form = next((chunk for chunk in chunks if chunk.name == b"fmt "), None)
    data = next((chunk for chunk in chunks if chunk.name == b"data"), None)
    if form is None or data is None or form.size < 16 or len(header := file.part(form.start, 16)) < 16:
        raise NotReadError
    code, channels, rate, second, block, _ = struct.unpack("<HHIIHH", header)
    if code in _PCM and block and rate:
        second = block * rate  # players go by these two
    if not second or not rate or not channels:
        raise NotReadError
    there = max(0, min(data.size, file.length - data.start))
    seconds, stated = there / second, data.size / second
    fact = next((chunk for chunk in chunks if chunk.name == b"fact"), None)
    if code not in _PCM and fact is not None and data.size:
        # Compressed sound has no samples of a fixed size: their number stands in a chunk of its own.
        stated = int.from_bytes(file.part(fact.start, 4), "little") / rate
        seconds = stated * there / data.size
    short = data.size > there and data.size not in _STREAMED
    chapters, cover = _tags(file, chunks)
    return Sound(
        seconds=seconds,
        bitrate=round(there * 8 / seconds) if seconds > 0 else None,
        bitrate_mode="CBR",
        channels=channels,
        sample_rate=rate,
        chapters=chapters,
        cover=cover,
        doubts=(cut_short(name, seconds, stated),) if short else (),
    )


def _chunks(file: Window) -> Iterator[_Chunk]:
    """The chunks after the header. In RF64 the size of the sound stands in a chunk of its own."""
    at, large = 12, 0
    for _ in range(_MOST_CHUNKS):
        header = file.part(at, 8)
        if len(header) < 8:
            return
        name, size = header[:4], int.from_bytes(header[4:], "little")
        if name == b"ds64":
            large = int.from_bytes(file.part(at + 16, 8), "little")
        if name == b"data" and size == 0xFFFFFFFF and large:
            size = large
        if name == b"data" and size == 0:
            size = file.length - at - 8  # nobody came back to write it
        yield _Chunk(name, at + 8, size)
        at += 8 + size + size % 2


def _tags(file: Window, chunks: list[_Chunk]) -> tuple[tuple[Chapter, ...], str | None]:
    if not any(chunk.name in {b"id3 ", b"ID3 "} for chunk in chunks):
        return (), None
    try:
        tags = library.read("wave", "WAVE", file).tags
    except NotReadError:
        return (), None
    return ((), None) if tags is None else id3.from_frames(tags)
