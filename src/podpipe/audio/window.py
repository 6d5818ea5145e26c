"""A file seen through a few reads: its beginning is read once, and whatever small parts are asked for later come in blocks."""

from __future__ import annotations

import io
from typing import BinaryIO

HEAD = 1 << 16
_BLOCK = 1 << 14


class Window:
    """A readable, seekable file as mutagen wants one, which asks the file below for as little and as seldom as it can.

    `length` is the file's in bytes. `forward` says that nothing can be read back once the file's end was read, but for its beginning.
    Only the beginning and the last block are kept, so memory does not grow with the file. What the file below raises is kept in
    `failure`, too: mutagen takes every failed read for damage.
    """

    def __init__(self, file: BinaryIO, length: int, *, head: int = _BLOCK, forward: bool = False) -> None:
        self.length = length
        self.forward = forward
        self.failure: Exception | None = None
        self._file = file
        self._at = 0
        self._below: int | None = None
        self._head = self._fetch(0, min(head, length))
        self._block = b""
        self._block_at = 0

    def part(self, start: int, size: int) -> bytes:
        """The bytes from `start` on, `size` of them or as many as the file has."""
        size = min(size, self.length - start)
        if start < 0 or size <= 0:
            return b""
        if start == 0 and len(self._head) < size <= HEAD:
            self._head += self._fetch(len(self._head), size - len(self._head))
        if start + size <= len(self._head):
            return self._head[start : start + size]
        offset = start - self._block_at
        if offset < 0 or offset + size > len(self._block):
            if size >= _BLOCK:
                return self._fetch(start, size)
            # What follows is often asked for next; at a file's end, what stands before.
            begin = max(0, min(start, self.length - _BLOCK))
            self._block, self._block_at = self._fetch(begin, min(_BLOCK, self.length - begin)), begin
            offset = start - begin
        return self._block[offset : offset + size]

    def read(self, size: int = -1) -> bytes:
        """As a file's `read`."""
        data = self.part(self._at, self.length if size < 0 else size)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As a file's `seek`."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.length}[whence]
        if base + offset < 0:
            raise OSError("a place before the file's beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        """As a file's `tell`."""
        return self._at

    def _fetch(self, start: int, size: int) -> bytes:
        try:
            if start != self._below:
                self._file.seek(start)
            data = self._file.read(size)
            while len(data) < size and (more := self._file.read(size - len(data))):
                data += more
        except Exception as error:
            self.failure = error
            raise
        self._below = start + len(data)
        return data
