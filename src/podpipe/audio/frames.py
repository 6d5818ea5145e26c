"""Frames of MPEG audio (MP3) and of AAC streams (ADTS): how a header is told, how long each frame is, and how many a file holds."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from podpipe.audio.window import Window

_BLOCK = 1 << 20
_CHAIN = 4
_FIRST_LOOK = 1 << 12
_MOST_GUESSES = 1500
_MOST_RESYNCS = 100_000
_TAGS = re.compile(rb"ID3[\x02-\x04]|TAG|APETAGEX|LYRICS")


class Frame(NamedTuple):
    """What a frame's header says: bytes with the header, samples by channel, hertz, bits per second (0 unknown), and channels."""

    size: int
    samples: int
    rate: int
    bitrate: int
    channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What walking from frame to frame came upon.

    `frames` whole ones that take `size` bytes, the last of which ends at `end`; `bitrates` are those of their headers. `lost` bytes lie
    in `gaps` places where no frame follows another; `cut` says that the last frame is not whole.
    """

    frames: int
    size: int
    end: int
    bitrates: frozenset[int]
    gaps: int
    lost: int
    cut: bool


@dataclass(frozen=True, slots=True)
class Framing:
    """A way to cut sound into frames: how a header may begin, how many bytes of it tell everything, and what they say.

    `shared` masks what all headers of a stream have in common: version, layer and sampling rate.
    """

    pattern: re.Pattern[bytes]
    header: int
    shared: bytes
    parse: Callable[[bytes], Frame | None]

    def stream(self, file: Window, start: int, *, within: int) -> Stream | None:
        """The stream that begins at the first frame from `start` on that others follow, or that ends the file."""
        size = min(within, _FIRST_LOOK)
        while True:
            found = self._stream_in(file, start, file.part(start, size))
            if found is not None or size >= within or start + size >= file.length:
                return found
            size = within

    def _stream_in(self, file: Window, start: int, data: bytes) -> Stream | None:
        for guess, match in enumerate(self.pattern.finditer(data)):
            if guess > _MOST_GUESSES:
                break
            header = data[match.start() : match.start() + self.header]
            first = self.parse(header)
            if first is not None:
                stream = Stream(self, start + match.start(), header, first)
                if stream.follows(lambda at: file.part(at, self.header), stream.start, file.length):
                    return stream
        return None


class Stream:
    """Frames that follow the `first`, which begins at `start`. A frame of any other stream is none of them."""

    def __init__(self, framing: Framing, start: int, header: bytes, first: Frame) -> None:
        self.start = start
        self.first = first
        self._framing = framing
        self._shared = self._common(header)

    def frame(self, header: bytes) -> Frame | None:
        """What a header says, None where it is no header of this stream."""
        if self._common(header) != self._shared:
            return None
        return self._framing.parse(header)

    def follows(self, header_at: Callable[[int], bytes], at: int, end: int) -> bool:
        """Whether a chain of frames begins at a place, or frames up to the end of the file."""
        for _ in range(_CHAIN):
            if at == end:
                return True
            frame = self.frame(header_at(at))
            if frame is None:
                return False
            at += frame.size
        return True

    def sync(self, data: bytes, start: int = 0) -> int | None:
        """Where the first chain of frames begins in some bytes from the midst of a file."""
        last = len(data) - self._framing.header
        for guess, match in enumerate(self._framing.pattern.finditer(data, start)):
            if guess > _MOST_GUESSES:
                break
            at, seen = match.start(), 0
            while at <= last and (frame := self.frame(data[at : at + self._framing.header])) is not None:
                at += frame.size
                seen += 1
                if seen == _CHAIN:
                    return match.start()
            if at > last and seen > 1:
                return match.start()
        return None

    def walk(self, file: Window, *, end: int, start: int | None = None) -> Walk:
        """Go from frame to frame up to `end`. Tags and rubbish between them are stepped over."""
        return _Walker(self, self._framing.header, file, end).walk(self.start if start is None else start)

    def _common(self, header: bytes) -> bytes:
        return bytes([byte & mask for byte, mask in zip(header, self._framing.shared, strict=False)])


class _Sizes(dict[bytes, int]):
    """The size of a frame by its header, 0 where it is none: each header is read once, however many frames have it."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.bitrates: set[int] = set()

    def __missing__(self, header: bytes) -> int:
        frame = self._stream.frame(header)
        self[header] = size = frame.size if frame else 0
        if frame:
            self.bitrates.add(frame.bitrate)
        return size


class _Walker:
    """One walk through a file, block by block."""

    def __init__(self, stream: Stream, header: int, file: Window, end: int) -> None:
        self._stream = stream
        self._header = header
        self._file = file
        self._end = end
        self._sizes = _Sizes(stream)
        self._frames = self._size = self._gaps = self._lost = 0
        self._resyncs = 0

    def walk(self, at: int) -> Walk:
        last = at
        while at + self._header <= self._end:
            data = self._file.part(at, min(_BLOCK, self._end - at))
            stop = self._frames_in(data)
            if stop:
                last = at = at + stop
            header = data[stop : stop + self._header]
            size = self._sizes[header] if len(header) == self._header else 0
            if at + max(size, self._header) > self._end:
                break
            if size or len(header) < self._header:
                continue  # the block cuts it in two
            begin = self._next(at)
            if begin is None:
                break
            at = begin
        here = self._file.part(last, self._header)
        cut = last < self._end and (self._stream.frame(here) is not None if len(here) == self._header else _begins(here))
        return Walk(
            frames=self._frames,
            size=self._size,
            end=last,
            bitrates=frozenset(self._sizes.bitrates),
            gaps=self._gaps,
            lost=self._lost,
            cut=cut,
        )

    def _frames_in(self, data: bytes) -> int:
        """Count the whole frames that a block begins with, and give where they end in it."""
        sizes, header = self._sizes, self._header
        at, limit, frames = 0, len(data), 0
        while True:
            size = sizes[data[at : at + header]]
            if not size or at + size > limit:
                break
            at += size
            frames += 1
        self._frames += frames
        self._size += at
        return at

    def _next(self, at: int) -> int | None:
        """Where the next frames begin behind a tag or rubbish; None where there are no more."""
        begin = at
        while begin < self._end and self._resyncs < _MOST_RESYNCS:
            self._resyncs += 1
            data = self._file.part(begin, min(_BLOCK, self._end - begin))
            found = self._stream.sync(data, 0)
            if found is not None:
                if not _TAGS.match(self._file.part(at, 8)):
                    self._gaps += 1
                    self._lost += begin + found - at
                return begin + found
            begin += max(1, len(data) - 3000) if begin + len(data) < self._end else len(data)
        return None


_KBPS = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits per second by version (2 stands for 2.5, too) and layer (ISO/IEC 11172-3, section 2.4.2.3; 13818-3, section 2.4.2.3)."""

_MPEG_RATES = (44_100, 48_000, 32_000)
_ADTS_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)


@functools.lru_cache(maxsize=1024)
def _mpeg(header: bytes) -> Frame | None:
    if len(header) < 4 or header[0] != 0xFF or header[1] < 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    code, rate_code, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer == 4 or code in {0, 15} or rate_code == 3:
        return None
    rate = _MPEG_RATES[rate_code] >> {3: 0, 2: 1, 0: 2}[version]
    kbps = _KBPS[1 if version == 3 else 2, layer][code]
    samples = 384 if layer == 1 else 576 if layer == 3 and version != 3 else 1152
    slot = 4 if layer == 1 else 1
    size = (samples // 8 // slot * kbps * 1000 // rate + padding) * slot
    return Frame(size=size, samples=samples, rate=rate, bitrate=kbps * 1000, channels=1 if header[3] >> 6 == 3 else 2)


def _adts(header: bytes) -> Frame | None:
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
        return None
    rate_code = header[2] >> 2 & 15
    size = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    if rate_code >= len(_ADTS_RATES) or size < 7:
        return None
    channels = (header[2] & 1) << 2 | header[3] >> 6
    samples = 1024 * ((header[6] & 3) + 1)
    return Frame(size=size, samples=samples, rate=_ADTS_RATES[rate_code], bitrate=0, channels=channels + channels // 7)


MPEG = Framing(re.compile(rb"\xff[\xe2-\xff][\x10-\xef]", re.DOTALL), 4, b"\xff\xfe\x0c", _mpeg)
ADTS = Framing(re.compile(rb"\xff[\xf0\xf1\xf8\xf9]", re.DOTALL), 7, b"\xff\xfe\xfd\xc0", _adts)


def _begins(header: bytes) -> bool:
    """Whether a piece of a header can be one: two bytes at least, with the bits that every frame begins with."""
    return len(header) > 1 and header[0] == 0xFF and header[1] & 0xE0 == 0xE0
