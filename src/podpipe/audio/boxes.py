"""The boxes of an MP4 file: where each lies, what its tracks are, and where their samples are."""

from __future__ import annotations

import array
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from podpipe.audio.window import Window

_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"tref", b"udta"}
_MOST_BOXES = 4000
_LARGEST_TABLE = 1 << 26


class Box(NamedTuple):
    """A box of the file format (ISO/IEC 14496-12, section 4.2): where its content begins, and where it ends as it says."""

    path: tuple[bytes, ...]
    start: int
    end: int


class Sample(NamedTuple):
    """A piece of a track: where its bytes begin and end, and when it does, in the track's ticks."""

    start: int
    end: int
    since: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One track: its number, what it holds (`soun`, `vide`, `text`), its codec, how many ticks make a second, and its boxes.

    `chapters` are the numbers of the tracks that hold its chapters (QuickTime File Format, "Chapter Lists").
    """

    number: int
    handler: bytes
    codec: bytes
    ticks: int
    chapters: tuple[int, ...]
    boxes: dict[bytes, Box]


def boxes(file: Window, start: int = 0, end: int | None = None, above: tuple[bytes, ...] = ()) -> Iterator[Box]:
    """All boxes, and those inside of the ones that hold others, in the file's order."""
    at, seen, end = start, 0, file.length if end is None else end
    while at + 8 <= end and seen < _MOST_BOXES:
        header = file.part(at, 16)
        if len(header) < 8:
            return
        size, name = struct.unpack(">I4s", header[:8])
        begin = at + 8
        if size == 1 and len(header) == 16:
            size, begin = struct.unpack(">Q", header[8:])[0], at + 16
        elif size == 0 and not above:
            size = end - at  # the last box may reach to the file's end
        if size < begin - at:
            return
        yield Box((*above, name), begin, at + size)
        if name in _CONTAINERS and len(above) < 8:
            yield from boxes(file, begin, min(at + size, end), (*above, name))
        at += size
        seen += 1


def tracks(file: Window, found: list[Box]) -> list[Track]:
    """The tracks among the boxes of a file, in their order."""
    return [_track(file, found, box) for box in found if box.path == (b"moov", b"trak")]


def samples(file: Window, track: Track) -> Iterator[Sample]:
    """Where each sample of a track lies, and when it plays (sections 8.6.1, 8.7.3 to 8.7.5)."""
    wide = b"co64" in track.boxes
    chunks = _entries(file, track, b"co64" if wide else b"stco", ">Q" if wide else ">I")
    runs = list(_entries(file, track, b"stsc", ">III"))
    sizes = _sizes(file, track)
    lasting = (delta for count, delta in _entries(file, track, b"stts", ">II") for _ in range(count))
    now, run = 0, 0
    for number, (chunk,) in enumerate(chunks, start=1):
        while run + 1 < len(runs) and runs[run + 1][0] <= number:
            run += 1
        at = chunk
        for _ in range(runs[run][1] if runs else 0):
            size, delta = next(sizes, None), next(lasting, None)
            if size is None or delta is None:
                return
            yield Sample(at, at + size, now, now + delta)
            at, now = at + size, now + delta


def last_chunk(file: Window, track: Track) -> int:
    """Where the last chunk of a track's samples begins, 0 where none is stated."""
    wide = b"co64" in track.boxes
    box = track.boxes.get(b"co64" if wide else b"stco")
    count = int.from_bytes(content(file, box, 8)[4:], "big")
    width = 8 if wide else 4
    if box is None or not count or box.start + 8 + count * width > box.end:
        return 0
    return int.from_bytes(file.part(box.start + 8 + (count - 1) * width, width), "big")


def lasting(file: Window, track: Track) -> float:
    """How many seconds the samples of a track last by its table of times, 0 where it has none."""
    ticks = sum(count * delta for count, delta in _entries(file, track, b"stts", ">II"))
    return ticks / track.ticks if track.ticks else 0


def taken(file: Window, track: Track) -> int:
    """How many bytes the samples of a track take by its table of sizes."""
    box = track.boxes.get(b"stsz")
    data = content(file, box, _LARGEST_TABLE)
    each, count = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    if each:
        return each * count
    sizes = array.array("I", data[12 : 12 + (len(data) - 12) // 4 * 4][: count * 4])
    if sys.byteorder == "little":
        sizes.byteswap()
    return sum(sizes)


def played(file: Window, found: list[Box], track: Track) -> float:
    """How many seconds of a track its edit list has played (section 8.6.6), 0 where it has none that agrees with the film's length."""
    movie = content(file, next((box for box in found if box.path == (b"moov", b"mvhd")), None), 32)
    ticks = int.from_bytes(movie[20:24] if movie[:1] == b"\x01" else movie[12:16], "big")
    wide = content(file, track.boxes.get(b"elst"), 1) == b"\x01"
    edits = sum(row[0] for row in _entries(file, track, b"elst", ">QqI" if wide else ">IiI"))
    movie_ticks = int.from_bytes(movie[24:32] if movie[:1] == b"\x01" else movie[16:20], "big")
    return edits / ticks if ticks and abs(edits - movie_ticks) <= ticks / 10 else 0


def content(file: Window, box: Box | None, most: int) -> bytes:
    """The first bytes in a box, at most so many; none where there is no box."""
    return b"" if box is None else file.part(box.start, min(most, box.end - box.start))


def _track(file: Window, found: list[Box], track: Box) -> Track:
    inside = {box.path[-1]: box for box in found if track.start <= box.start and box.end <= track.end and len(box.path) > 2}
    header, media, links = (content(file, inside.get(name), size) for name, size in ((b"tkhd", 24), (b"mdhd", 24), (b"chap", 400)))
    return Track(
        number=int.from_bytes(header[20:24] if header[:1] == b"\x01" else header[12:16], "big"),
        handler=content(file, inside.get(b"hdlr"), 12)[8:12],
        codec=content(file, inside.get(b"stsd"), 16)[12:16],
        ticks=int.from_bytes(media[20:24] if media[:1] == b"\x01" else media[12:16], "big"),
        chapters=tuple(number for (number,) in struct.iter_unpack(">I", links[: len(links) // 4 * 4])),
        boxes=inside,
    )


def _entries(file: Window, track: Track, name: bytes, form: str) -> Iterator[tuple[int, ...]]:
    """The rows of a table: a box whose content is version, flags, their number, and they."""
    data = content(file, track.boxes.get(name), _LARGEST_TABLE)
    width = struct.calcsize(form)
    rows = data[8 : 8 + int.from_bytes(data[4:8], "big") * width]
    return struct.iter_unpack(form, rows[: len(rows) // width * width])


def _sizes(file: Window, track: Track) -> Iterator[int]:
    box = track.boxes.get(b"stsz")
    data = content(file, box, _LARGEST_TABLE)
    each, count = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    if each:
        return (each for _ in range(count))
    rows = data[12 : 12 + count * 4]
    return (size for (size,) in struct.iter_unpack(">I", rows[: len(rows) // 4 * 4]))
