"""Sizes as ID3v2 writes them: four bytes, of seven bits each but in the frames of version 2.3."""

from __future__ import annotations


def size_bytes(size: int, major: int) -> bytes:
    """A size as a frame's header has it: seven bits a byte since ID3v2.4 (section 4), eight before. A tag's own is as in 2.4 always."""
    if major == 3:
        return size.to_bytes(4, "big")
    return bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))


def int_of(size: bytes, major: int) -> int:
    """The number that the four bytes of a size stand for."""
    if major == 3:
        return int.from_bytes(size, "big")
    return (size[0] << 21) | (size[1] << 14) | (size[2] << 7) | size[3]
