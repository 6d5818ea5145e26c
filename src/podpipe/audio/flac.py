"""How long a FLAC plays: as its header says, where its last frame is the one that the header promises."""

from __future__ import annotations

from podpipe.audio import library, vorbis
from podpipe.audio.sound import LONGEST, NotReadError, Sound, cut_short, damaged
from podpipe.audio.window import Window
from podpipe.model import Doubt

_TAILS = (1 << 14, 1 << 16, 1 << 18)
_MOST_FRAMES = 6


def read_flac(file: Window, name: str, begin: int) -> Sound:
    """Measure a FLAC file (RFC 9639) whose ID3v2 tags, which some programs put there, end at `begin`."""
    read = library.read("flac", "FLAC", file)
    info = read.info
    held, whole = _held(file, info.max_blocksize, info.max_framesize, begin)
    seconds, doubts = _judged(name, info.total_samples, held, info.sample_rate, whole=whole)
    comments = list(read.tags or ())
    return Sound(
        seconds=seconds,
        bitrate=round((file.length - begin) * 8 / seconds) if seconds > 0 else None,
        bitrate_mode="VBR",
        channels=info.channels,
        sample_rate=info.sample_rate,
        chapters=vorbis.chapters(comments),
        cover=vorbis.cover(read.pictures or vorbis.pictures(comments)),
        doubts=doubts,
    )


def _judged(name: str, stated: int, held: int | None, rate: int, *, whole: bool) -> tuple[float, tuple[Doubt, ...]]:
    """How long the file plays, and the doubt where its header and its last frame do not agree."""
    if stated > LONGEST * rate:
        return stated / rate, ()
    if held is None:
        if not stated:
            raise NotReadError
        return stated / rate, (damaged(name, "no frame of sound is found at its end", level="error"),)
    if not stated:
        return held / rate, () if whole else (cut_short(name, held / rate),)
    if held < stated or not whole:
        return held / rate, (cut_short(name, held / rate, stated / rate),)
    if held > stated:
        return held / rate, (damaged(name, "it holds more sound than its header says, and players may stop before its end"),)
    return stated / rate, ()


def _held(file: Window, block: int, largest: int, begin: int) -> tuple[int | None, bool]:
    """The sample at which the last whole frame ends, None where none is found, and whether the file ends with it.

    `block` is how many samples every frame but the last has, `largest` how many bytes the largest takes (0: not known).
    """
    end = file.length - (128 if file.part(file.length - 128, 3) == b"TAG" else 0)
    for size in _TAILS:
        start = max(begin, end - max(size, min(3 * largest, 1 << 20)))
        data = file.part(start, end - start)
        ends = [len(data)]
        at = len(data)
        while len(ends) < _MOST_FRAMES and (at := data.rfind(b"\xff", 0, at)) >= 0:
            header = _header(data[at : at + 16], block)
            if header is None:
                continue
            # What looks like a header may be sound: a frame is one whose checksum fits up to the end or to what looks like the next.
            for until in ends:
                if until - at > 8 and not _checksum(data[at:until], _CRC16, 16):
                    return sum(header), until == len(data)
            ends.append(at)
        if start == begin:
            break
    return None, False


def _header(data: bytes, block: int) -> tuple[int, int] | None:
    """The first sample of a frame and how many it has, None where it is no frame's header (RFC 9639, section 9.1)."""
    if len(data) < 6 or data[0] != 0xFF or data[1] & 0xFE != 0xF8 or data[3] & 1:
        return None
    code, rate_code = data[2] >> 4, data[2] & 15
    if not code or rate_code == 15 or data[3] >> 4 > 10:
        return None
    more = next((count for count in range(8) if not data[4] << count & 0x80), 8)
    if more in {1, 8}:
        return None
    number = data[4] & (0x7F >> more)
    at = 4 + max(more, 1)
    for byte in data[5:at]:
        number = number << 6 | byte & 0x3F
    wide = {6: 1, 7: 2}.get(code, 0)
    given = int.from_bytes(data[at : at + wide], "big") + 1
    samples = 192 if code == 1 else 144 << code if code < 6 else given if wide else 1 << code
    at += wide + {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if at >= len(data) or _checksum(data[: at + 1], _CRC8, 8):
        return None
    return (number if data[1] & 1 else number * block), samples


def _table(polynomial: int, bits: int) -> tuple[int, ...]:
    top, mask = 1 << bits - 1, (1 << bits) - 1
    table = []
    for value in range(256):
        crc = value << bits - 8
        for _ in range(8):
            crc = (crc << 1 ^ polynomial if crc & top else crc << 1) & mask
        table.append(crc)
    return tuple(table)


_CRC8 = _table(0x07, 8)
_CRC16 = _table(0x8005, 16)


def _checksum(data: bytes, table: tuple[int, ...], bits: int) -> int:
    """A checksum of some bytes, the high bit first: 0 where the right one stands at their end (sections 9.1.8 and 9.3)."""
    crc, mask, shift = 0, (1 << bits) - 1, bits - 8
    for byte in data:
        crc = crc << 8 & mask ^ table[crc >> shift ^ byte]
    return crc
