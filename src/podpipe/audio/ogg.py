"""How long the sound in an Ogg file plays (Vorbis, Opus or FLAC), whether its end is there, and its chapters and cover."""

from __future__ import annotations

import io
from typing import Any, NamedTuple

from podpipe.audio import library, vorbis
from podpipe.audio.pages import Page, intact, last_pages, page_at, pages
from podpipe.audio.sound import NotReadError, Sound, cut_short, damaged, estimated
from podpipe.audio.window import Window
from podpipe.model import Doubt

_HEADS = (1 << 16, 1 << 18, 1 << 20, 1 << 24)
_READERS = {"Opus": ("oggopus", "OggOpus"), "Ogg Vorbis": ("oggvorbis", "OggVorbis"), "Ogg FLAC": ("oggflac", "OggFLAC")}


class _Stream(NamedTuple):
    """One logical stream: its number, its samples by second, how many of them are not played, and its channels."""

    serial: int
    rate: int
    skip: int
    channels: int

    def seconds(self, page: Page) -> float:
        return max(0, page.granule - self.skip) / self.rate


def read_ogg(file: Window, name: str, word: str, *, near: bool) -> Sound:
    """Measure an Ogg file whose sound is coded as `word` says: by where its last page ends; of a near file in links, by all pages."""
    stream = _first_stream(file)
    tail = last_pages(file)
    last = next((page for page in reversed(tail) if page.serial == stream.serial and page.granule >= 0), None)
    doubts: tuple[Doubt, ...] = ()
    if last is None or any(page.serial != stream.serial for page in tail):
        seconds, last, doubts = _by_pages(file, name, stream, last, near=near)
    else:
        seconds = stream.seconds(last)
    if not doubts:
        doubts = _end_doubts(file, name, tail, last, seconds) or _begin_doubts(file, name)
    tags = _tags(file, word, last)
    comments = [] if tags is None else list(tags)
    return Sound(
        seconds=seconds,
        bitrate=round(file.length * 8 / seconds) if seconds > 0 else None,
        channels=stream.channels,
        sample_rate=stream.rate,
        chapters=vorbis.chapters(comments),
        cover=vorbis.cover(vorbis.pictures(comments)),
        doubts=doubts,
    )


def _first_stream(file: Window) -> _Stream:
    at = 0
    for _ in range(16):  # other streams, of pictures or an index, may begin before
        data = file.part(at, 600)
        page = page_at(data, 0, at)
        if page is None:
            break
        stream = _stream(page, data[27 + data[26] :])
        if stream is not None:
            return stream
        at = page.end
    raise NotReadError


def _stream(page: Page, packet: bytes) -> _Stream | None:
    """What a stream's first packet says (RFC 7845, section 5.1; Vorbis I, section 4.2.2; RFC 9639, section 10.1)."""
    if packet.startswith(b"OpusHead") and len(packet) >= 19:
        found = _Stream(page.serial, 48_000, int.from_bytes(packet[10:12], "little"), packet[9])
    elif packet.startswith(b"\x01vorbis") and len(packet) >= 28:
        found = _Stream(page.serial, int.from_bytes(packet[12:16], "little"), 0, packet[11])
    elif packet.startswith(b"\x7fFLAC") and len(packet) >= 51:
        found = _Stream(page.serial, int.from_bytes(packet[27:30], "big") >> 4, 0, (packet[29] >> 1 & 7) + 1)
    else:
        return None
    return found if page.first and found.rate and found.channels else None


def _by_pages(file: Window, name: str, stream: _Stream, last: Page | None, *, near: bool) -> tuple[float, Page | None, tuple[Doubt, ...]]:
    """The seconds of all links of sound, one after the other, and the first one's last page."""
    if not near:
        why = "its end is not of the stream that it begins with, and it was not read to its end"
        if last is None:
            raise NotReadError
        return stream.seconds(last), last, (estimated(name, why),)
    links: dict[int, tuple[_Stream, Page | None]] = {stream.serial: (stream, None)}
    for page in pages(file):
        if page.first and page.serial not in links:
            data = file.part(page.start, 600)
            link = _stream(page, data[27 + data[26] :])
            if link is not None:
                links[page.serial] = link, None
        elif page.serial in links and page.granule >= 0:
            links[page.serial] = links[page.serial][0], page
    ends = [(link, page) for link, page in links.values() if page is not None]
    if not ends:
        raise NotReadError
    seconds = sum(link.seconds(page) for link, page in ends)
    doubts: tuple[Doubt, ...] = ()
    if not all(page.last for _, page in ends):
        doubts = (cut_short(name, seconds),)
    elif len(ends) > 1:
        message = f"{name} is joined from {len(ends)} recordings: many players stop after the first"
        doubts = (Doubt(rule="audio-joined", level="warning", message=message, hint="export it again as one"),)
    return seconds, links[stream.serial][1], doubts


def _begin_doubts(file: Window, name: str) -> tuple[Doubt, ...]:
    """A doubt where one of the first pages is not whole: players refuse a stream whose headers are damaged."""
    data = file.part(0, _HEADS[0])
    at = 0
    while (page := page_at(data, at, 0)) is not None and page.end <= min(len(data), file.length):
        if not intact(data[at : page.end]):
            return (damaged(name, f"the checksum of a page at its beginning, at byte {at:,}, does not fit", level="error"),)
        if page.granule > 0:
            return ()
        at = page.end
    return () if at and page is not None else (damaged(name, f"no page follows at byte {at:,}, near its beginning", level="error"),)


def _end_doubts(file: Window, name: str, tail: list[Page], last: Page | None, seconds: float) -> tuple[Doubt, ...]:
    """A doubt where the last page does not say that the stream ends, or is not whole."""
    end = max((page.end for page in tail), default=0)
    if last is None or not last.last or file.part(end, 4) == b"OggS":
        return (cut_short(name, seconds),)
    rest = file.part(end, 128)
    if rest.strip(b"\0") and not rest.startswith(b"TAG"):
        return (damaged(name, f"{file.length - end:,} bytes behind its end are no sound"),)
    return ()


def _tags(file: Window, word: str, last: Page | None) -> Any:
    """The comments. mutagen is given the first pages and the last one alone, or it might read the whole file to find its end."""
    if last is None:
        return None
    module, reader = _READERS[word]
    end = file.part(last.start, last.end - last.start)
    for size in _HEADS:
        head = file.part(0, size)
        cut, at = 0, 0
        while (page := page_at(head, at, 0)) is not None and page.end <= len(head) and page.start < last.start:
            cut = at = page.end
        try:
            return library.read(module, reader, io.BytesIO(head[:cut] + end)).tags
        except NotReadError:
            if size >= file.length:
                break
    return None  # the sound can be read all the same
