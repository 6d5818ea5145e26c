"""The index in an MP3's first frame (Xing, Info or VBRI): how many frames and bytes it says that there are."""

from __future__ import annotations

from dataclasses import dataclass

from podpipe.audio.frames import Stream
from podpipe.audio.window import Window
from podpipe.model import BitrateMode

_CHECKED = 36
"""Where the header of two channels at full sampling rate begins: there alone all encoders sum up the same bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What an index says: how many frames follow its own, and how many bytes there are with its own (0: not said).

    `checked` is whether its checksum fits, None where it has none that can be trusted.
    """

    frames: int
    size: int
    mode: BitrateMode
    checked: bool | None = None


def read_index(file: Window, stream: Stream) -> Index | None:
    """The index in a stream's first frame, where it has one: Xing's place depends on version and channels, VBRI's does not.

    Xing's header is that of Xing's VBR SDK; VBRI's is Fraunhofer's. mutagen reads both, and keeps neither the frames nor the bytes.
    """
    frame = file.part(stream.start, max(stream.first.size, 200))
    if frame[36:40] == b"VBRI" and len(frame) >= 54:
        return Index(size=int.from_bytes(frame[46:50], "big"), frames=int.from_bytes(frame[50:54], "big"), mode="VBR")
    full, mono = frame[1] & 8, stream.first.channels == 1
    at = (21 if mono else 36) if full else (13 if mono else 21)
    word, flags = frame[at : at + 4], int.from_bytes(frame[at + 4 : at + 8], "big")
    if word not in {b"Xing", b"Info"} or not flags & 1:
        return None
    after = at + 12 + 4 * bool(flags & 2) + 100 * bool(flags & 4) + 4 * bool(flags & 8)
    return Index(
        frames=int.from_bytes(frame[at + 8 : at + 12], "big"),
        size=int.from_bytes(frame[at + 12 : at + 16], "big") if flags & 2 else 0,
        mode="CBR" if word == b"Info" else _mode(frame[after:]),
        checked=_checked(frame, at, frame[after : after + 4]),
    )


def _mode(extension: bytes) -> BitrateMode:
    """How LAME says that it chose the bit rate, in the extension of the header that bears its name."""
    method = extension[9] & 15 if extension.startswith(b"LAME") and len(extension) > 9 else 0
    return "CBR" if method in {1, 8} else "ABR" if method in {2, 9} else "VBR"


def _checked(frame: bytes, at: int, encoder: bytes) -> bool | None:
    """Whether the checksum at the end of LAME's extension fits; ffmpeg writes it, too, and with one channel over other bytes."""
    stated = int.from_bytes(frame[at + 154 : at + 156], "big")
    if at != _CHECKED or encoder not in {b"LAME", b"Lavf", b"Lavc"} or not stated:
        return None
    return _crc16(frame[: at + 154]) == stated


def _crc16(data: bytes) -> int:
    """CRC-16 with the polynomial 0x8005, the low bit first."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc
