"""The bytes of content that stays on disk until it is sent, read as the one file that listeners get."""

from __future__ import annotations

import io
from bisect import bisect_right
from itertools import accumulate
from pathlib import Path
from typing import Any

from podpipe.model import FileContent, MadeContent, StoredContent

_BUFFER = 256 * 1024


def sendable(content: bytes | FileContent | MadeContent | StoredContent) -> bytes | FileContent:
    """Content as it can be sent: what is put together only then is put together here.

    Raises PodpipeError where it cannot be any more, and ValueError for what the target holds already, which is copied there.
    """
    if isinstance(content, StoredContent):
        raise ValueError("content that a target holds is copied, not sent")  # noqa: TRY004 - a value that cannot be meant here
    return content.make() if isinstance(content, MadeContent) else content


def open_content(content: FileContent) -> io.BufferedReader:
    """Open content for reading; the file object can seek, as an upload does that is tried again.

    Raises OSError where the file cannot be opened. Reading raises it where the file has become too short for what was to be published.
    """
    path = Path(content.path)
    if not content.parts:
        return path.open("rb")
    return io.BufferedReader(_Joined(path.open("rb", buffering=0), content.parts), _BUFFER)


class _Joined(io.RawIOBase):
    """Bytes and stretches of a file, one after another."""

    def __init__(self, file: io.FileIO, parts: tuple[bytes | range, ...]) -> None:
        self._file = file
        self._parts = parts
        self._ends = tuple(accumulate(map(len, parts)))
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._ends[-1]}[whence]
        if start + offset < 0:
            raise ValueError(f"a position before the start: {start + offset}")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        index = bisect_right(self._ends, self._position)
        if index == len(self._parts):
            return 0
        part = self._parts[index]
        within = self._position - (self._ends[index] - len(part))
        size = min(len(buffer), len(part) - within)
        if isinstance(part, bytes):
            buffer[:size] = part[within : within + size]
        else:
            self._file.seek(part[within])
            size = self._file.readinto(memoryview(buffer)[:size]) or 0
            if not size:
                raise OSError(f"{self._file.name} has become shorter while it was read")
        self._position += size
        return size

    def close(self) -> None:
        self._file.close()
        super().close()
