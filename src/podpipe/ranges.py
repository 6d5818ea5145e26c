"""Files far away that are read like files on disk: in pieces of a range each, or forward through one answer that is kept in part."""

from __future__ import annotations

import io
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from podpipe.errors import WebError

BLOCK = 16 * 1024
"""Bytes of a block: what is asked for and kept is whole blocks, the last of a file aside."""

BUDGET = 16 * 1024 * 1024
"""Bytes that reading one file by ranges may take, unless told otherwise: a large picture inside the file, and much more than its facts."""

STREAM_LIMIT = 256 * 1024 * 1024
"""Bytes that reading one file as a stream may take, unless told otherwise."""

STREAM_SECONDS = 300.0
"""What reading one file as a stream may take, unless told otherwise."""

_MOST_AHEAD = 16 * BLOCK
_MB = 1024 * 1024
# Room for a cover in front of the sound, and for the index of five hours of AAC behind it: mutagen reads the end before it goes on there.
_KEPT_HEAD = 4 * _MB
_KEPT_TAIL = 4 * _MB
_BETTER_PLACE = "keep the audio where byte ranges are served, or put a copy into the show's folder"


class _FarFile(io.BufferedIOBase, ABC):
    """What both kinds have in common: a position, which may lie anywhere, and a length to seek back from."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._position = 0

    @abstractmethod
    def _whole(self) -> int:
        """The file's length in bytes."""

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file.")

    def read1(self, size: int = -1, /) -> bytes:
        """Up to a block, as `io.BufferedIOBase.read1` allows."""
        return self.read(BLOCK if size < 0 else min(size, BLOCK))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """As `io.BytesIO.seek`: before the beginning ends a seek from elsewhere, and is an error for one from there."""
        self._check_open()
        if whence not in {io.SEEK_SET, io.SEEK_CUR, io.SEEK_END}:
            raise ValueError(f"invalid whence ({whence}, should be 0, 1 or 2)")
        if whence == io.SEEK_SET and offset < 0:
            raise ValueError(f"negative seek value {offset}")
        base = 0 if whence == io.SEEK_SET else self._position if whence == io.SEEK_CUR else self._whole()
        self._position = max(0, base + offset)
        return self._position


class RangedFile(_FarFile):
    """A read-only file of `length` bytes that `fetch(start, stop)` gives any part of, exactly; `name` is how errors call it.

    Blocks are fetched when something in them is read, neighbours in one request, and kept. Who reads on from where the last fetch ended
    gets as many blocks again, up to 256 kB, ahead of time: of all bytes fetched that is at most half. `head` is what is known already of
    the file's beginning; it counts as one request.

    Raises WebError before a fetch that would exceed `budget` bytes, and what `fetch` raises. For one thread at a time.
    """

    def __init__(
        self, fetch: Callable[[int, int], bytes], length: int, *, name: str, head: bytes = b"", block: int = BLOCK, budget: int = BUDGET
    ) -> None:
        super().__init__(name)
        self.bytes_fetched = len(head)
        self.requests = 1 if head else 0
        self._fetch = fetch
        self._length = length
        self._block = block
        self._budget = budget
        self._blocks: dict[int, bytes] = {}
        self._next = 0
        self._ahead = 0
        self._keep(0, head[:length])

    def read(self, size: int | None = -1, /) -> bytes:
        self._check_open()
        start = self._position
        stop = self._length if size is None or size < 0 else min(start + size, self._length)
        if start >= stop:
            return b""
        first, last = start // self._block, (stop - 1) // self._block
        self._provide(first, last)
        data = b"".join(self._blocks[number] for number in range(first, last + 1))
        self._position = stop
        offset = first * self._block
        return data[start - offset : stop - offset]

    def _whole(self) -> int:
        return self._length

    def _provide(self, first: int, last: int) -> None:
        """Fetch what is missing of these blocks."""
        number = first
        while number <= last:
            if number in self._blocks:
                number += 1
                continue
            begin = number
            while number <= last and number not in self._blocks:
                number += 1
            self._ask(begin, number)

    def _ask(self, begin: int, end: int) -> None:
        """Fetch the blocks from `begin` up to `end`, and more where they go on from the last fetch."""
        on = begin == self._next and bool(self._blocks)
        self._ahead = min(max(2 * self._ahead, end - begin), _MOST_AHEAD // self._block) if on else 0
        start, stop = begin * self._block, min(end * self._block, self._length)
        if self.bytes_fetched + stop - start > self._budget:
            raise WebError(
                f"reading {self._name} would take more than {_size(self._budget)}",
                url=self._name,
                hint="an audio file tells its facts in much less: see that this is one, and that no huge picture is embedded in it",
            )
        wanted = end
        while wanted < end + self._ahead and wanted not in self._blocks:
            further = min((wanted + 1) * self._block, self._length)
            if further <= stop or self.bytes_fetched + further - start > self._budget:
                break
            wanted, stop = wanted + 1, further
        data = self._fetch(start, stop)
        if len(data) != stop - start:
            raise WebError(f"{self._name}: of {stop - start} bytes asked for {len(data)} came", url=self._name, hint="try again later")
        self.bytes_fetched += len(data)
        self.requests += 1
        self._keep(begin, data)

    def _keep(self, begin: int, data: bytes) -> None:
        for offset in range(0, len(data), self._block):
            piece, number = data[offset : offset + self._block], begin + offset // self._block
            if len(piece) == min(self._block, self._length - number * self._block):
                self._blocks[number] = piece
                self._next = number + 1


class StreamedFile(_FarFile):
    """A read-only file that arrives in `chunks`, from the first byte to the last, as a server without ranges sends it.

    Reading further on reads and drops what lies between. Reading back reaches what is kept: the first `head` bytes, and the last `tail`
    bytes of what has arrived. With `length` None the file's length is not known, and seeking from the end reads to it.

    Raises WebError for reading back beyond that, once `limit` bytes have arrived or `seconds` have passed since the file was made, and
    what `chunks` raises. Closing it calls `ended`. For one thread at a time.
    """

    requests = 1

    def __init__(
        self,
        chunks: Iterator[bytes],
        *,
        name: str,
        length: int | None = None,
        head: int = _KEPT_HEAD,
        tail: int = _KEPT_TAIL,
        limit: int = STREAM_LIMIT,
        seconds: float = STREAM_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(name)
        self.bytes_fetched = 0
        self._chunks = chunks
        self._length = length
        self._head_size = head
        self._tail_size = tail
        self._limit = limit
        self._clock = clock
        self._seconds = seconds
        self._deadline = clock() + seconds
        self._ended = ended
        self._head = bytearray()
        self._tail = bytearray()

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._ended()

    def read(self, size: int | None = -1, /) -> bytes:
        self._check_open()
        stop = None if size is None or size < 0 else self._position + size
        found = bytearray()
        while stop is None or self._position < stop:
            piece = self._kept(stop)
            if piece:
                found += piece
                self._position += len(piece)
            elif self._position < self.bytes_fetched:
                raise WebError(
                    f"{self._name} cannot be read back to byte {self._position:,}: its server sends files only from beginning to end",
                    url=self._name,
                    hint=_BETTER_PLACE,
                )
            elif not self._arrive():
                break
        return bytes(found)

    def _kept(self, stop: int | None) -> bytes | bytearray:
        """What is there from the position on and before `stop`; nothing where it has been dropped or has not arrived."""
        for data, begin in ((self._head, 0), (self._tail, self.bytes_fetched - len(self._tail))):
            if begin <= self._position < begin + len(data):
                return data[self._position - begin : None if stop is None else stop - begin]
        return b""

    def _whole(self) -> int:
        while self._length is None and self._arrive():
            pass
        return self.bytes_fetched if self._length is None else self._length

    def _arrive(self) -> bool:
        """Take in one more chunk; False at the end of the file."""
        if self._length is not None and self.bytes_fetched >= self._length:
            return False
        if self._clock() > self._deadline:
            raise WebError(f"reading {self._name} took longer than {self._seconds:g} s", url=self._name, hint="try again later")
        chunk = next(self._chunks, None)
        if chunk is None:
            if self._length is not None:
                arrived = f"{self.bytes_fetched:,} of {self._length:,} bytes"
                raise WebError(f"{self._name} ended early: {arrived} arrived", url=self._name, hint="try again later")
            self._length = self.bytes_fetched
            return False
        if self.bytes_fetched + len(chunk) > self._limit:
            raise WebError(
                f"reading {self._name} takes more than {_size(self._limit)}: its server sends only whole files",
                url=self._name,
                hint=_BETTER_PLACE,
            )
        self.bytes_fetched += len(chunk)
        self._head += chunk[: self._head_size - len(self._head)]
        self._tail += chunk
        # Not at every chunk: what stays is moved in memory.
        if len(self._tail) > self._tail_size + max(_MB, len(chunk)):
            del self._tail[: -max(self._tail_size, len(chunk))]
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file far away, open for reading: what its server says of it, and `file` to read it by. It is a context manager that closes it.

    `url` is where it lies after all redirects, and may hold credentials; `shown` is the address as people may see it. `length` is in bytes,
    None where the server does not say: `file.seek(0, io.SEEK_END)` then reads to the end and tells. `etag` stands as given, quotes and `W/`
    included. `ranged` says whether parts can be read without what lies before them.
    """

    url: str = field(repr=False)
    shown: str
    length: int | None
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = None
    ranged: bool
    file: RangedFile | StreamedFile = field(repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file, and of the connection where it is still being sent."""
        self.file.close()


def same_etag(one: str | None, other: str | None) -> bool:
    """Whether two ETags name the same content, weak ones included (RFC 9110, section 8.8.3.2); None names none."""
    return one is not None and other is not None and one.removeprefix("W/") == other.removeprefix("W/")


def _size(count: int) -> str:
    return f"{count / _MB:g} MB" if count >= _MB else f"{count / 1024:g} kB"
