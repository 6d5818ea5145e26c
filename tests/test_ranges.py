"""Files that are read in pieces: whoever reads them finds what a file on disk would hold, for no more bytes than that takes."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.errors import WebError
from podpipe.ranges import RangedFile, StreamedFile, same_etag

NAME = "https://example.com/70.mp3"
BLOCK = 16

contents = st.binary(max_size=40 * BLOCK)
seeks = st.tuples(st.just("seek"), st.integers(-700, 700), st.sampled_from([io.SEEK_SET, io.SEEK_CUR, io.SEEK_END]))
reads = st.tuples(st.just("read"), st.integers(-1, 100), st.just(0))
steps = st.lists(st.one_of(seeks, reads), max_size=30)


class Store:
    """Bytes that are given out by ranges, with a record of those."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.asked: list[tuple[int, int]] = []

    def __call__(self, start: int, stop: int) -> bytes:
        assert 0 <= start < stop <= len(self.data)
        self.asked.append((start, stop))
        return self.data[start:stop]


def perform(file: io.BufferedIOBase | io.BytesIO, step: tuple[str, int, int]) -> object:
    """What a step gives: bytes, a position, or the kind of its error."""
    action, number, whence = step
    try:
        return file.read(number) if action == "read" else file.seek(number, whence)
    except ValueError:
        return ValueError


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@given(data=contents, known=st.integers(0, 40), steps=steps)
def test_any_seeks_and_reads_give_what_a_file_in_memory_gives(data: bytes, known: int, steps: list[tuple[str, int, int]]) -> None:
    store, memory = Store(data), io.BytesIO(data)
    file = RangedFile(store, len(data), name=NAME, head=data[:known], block=BLOCK)
    touched: set[int] = set()
    for step in steps:
        before = memory.tell()
        assert perform(file, step) == perform(memory, step)
        assert file.tell() == memory.tell()
        if step[0] == "read":
            touched |= set(range(before // BLOCK, -(-memory.tell() // BLOCK))) if memory.tell() > before else set()
    fetched = [number for start, stop in store.asked for number in range(start // BLOCK, -(-stop // BLOCK))]
    assert len(fetched) == len(set(fetched)), "a block was fetched twice"
    assert all(start % BLOCK == 0 and (stop % BLOCK == 0 or stop == len(data)) for start, stop in store.asked)
    assert len(fetched) <= 2 * len(touched)
    assert file.requests == len(store.asked) + bool(data[:known])
    assert file.bytes_fetched == sum(stop - start for start, stop in store.asked) + len(data[:known])


def test_reading_here_and_there_fetches_the_blocks_that_are_read_alone() -> None:
    store = Store(bytes(100 * BLOCK))
    file = RangedFile(store, len(store.data), name=NAME, block=BLOCK)
    for position in (90 * BLOCK, 3 * BLOCK - 1, 50 * BLOCK + 3):
        file.seek(position)
        file.read(2)
    assert store.asked == [(90 * BLOCK, 91 * BLOCK), (2 * BLOCK, 4 * BLOCK), (50 * BLOCK, 51 * BLOCK)]


def test_reading_on_takes_ever_larger_steps() -> None:
    store = Store(bytes(10_000_000))
    file = RangedFile(store, len(store.data), name=NAME)
    while file.read(1000):
        pass
    assert file.requests < 50
    assert max(stop - start for start, stop in store.asked) == 17 * 16384
    assert file.bytes_fetched == len(store.data)


def test_a_large_read_is_one_request_around_what_is_there() -> None:
    store = Store(bytes(100 * BLOCK))
    file = RangedFile(store, len(store.data), name=NAME, block=BLOCK, head=bytes(BLOCK))
    file.seek(50 * BLOCK)
    file.read(1)
    file.seek(0)
    file.read()
    assert store.asked == [(50 * BLOCK, 51 * BLOCK), (BLOCK, 50 * BLOCK), (51 * BLOCK, 100 * BLOCK)]


def test_a_budget_is_kept() -> None:
    store = Store(bytes(1_000_000))
    file = RangedFile(store, len(store.data), name=NAME, budget=512 * 1024)
    with pytest.raises(WebError) as caught:
        file.read()
    assert caught.value.message == f"reading {NAME} would take more than 512 kB"
    assert caught.value.url == NAME
    assert not store.asked
    while file.tell() < 512 * 1024:
        file.read(1000)
        file.seek(file.tell() + 24)
    with pytest.raises(WebError):
        file.read(1)
    assert file.bytes_fetched == 512 * 1024


def test_a_store_that_gives_less_than_it_was_asked_for_is_an_error() -> None:
    file = RangedFile(lambda start, stop: bytes(stop - start - 1), 1000, name=NAME)
    with pytest.raises(WebError, match="of 1000 bytes asked for 999 came"):
        file.read(1)


@given(data=contents, size=st.integers(1, 50), known=st.booleans(), steps=steps)
def test_a_stream_that_is_kept_gives_what_a_file_in_memory_gives(
    data: bytes, size: int, known: bool, steps: list[tuple[str, int, int]]
) -> None:
    memory = io.BytesIO(data)
    file = StreamedFile(pieces(data, size), name=NAME, length=len(data) if known else None)
    for step in steps:
        assert perform(file, step) == perform(memory, step)
        assert file.tell() == memory.tell()


@given(data=contents, size=st.integers(1, 50), head=st.integers(0, 99), tail=st.integers(0, 99), steps=steps)
def test_a_stream_that_is_not_kept_gives_the_same_or_an_error(
    data: bytes, size: int, head: int, tail: int, steps: list[tuple[str, int, int]]
) -> None:
    memory = io.BytesIO(data)
    file = StreamedFile(pieces(data, size), name=NAME, head=head, tail=tail)
    for step in steps:
        try:
            found = perform(file, step)
        except WebError:
            memory.seek(file.tell())
        else:
            assert found == perform(memory, step)


def test_a_stream_keeps_its_beginning_and_its_end() -> None:
    data = b"begin" + bytes(50_000_000) + b"end"
    file = StreamedFile(pieces(data, 65536), name=NAME, length=len(data))
    assert file.read(5) == b"begin"
    file.seek(-3, io.SEEK_END)
    assert file.read() == b"end"
    file.seek(-4_000_000, io.SEEK_END)
    assert file.read(1) == b"\0"
    file.seek(2)
    assert file.read(3) == b"gin"
    file.seek(5_000_000)
    with pytest.raises(WebError, match=f"{NAME} cannot be read back to byte 5,000,000"):
        file.read(1)
    assert file.bytes_fetched == len(data)


def test_a_stream_is_read_no_further_than_is_asked_for() -> None:
    file = StreamedFile(pieces(bytes(1_000_000), 1000), name=NAME, length=1_000_000)
    assert file.seek(0, io.SEEK_END) == 1_000_000
    file.seek(0)
    file.read(2500)
    assert file.bytes_fetched == 3000


def test_a_stream_has_a_limit_in_bytes_and_in_time() -> None:
    endless = iter(lambda: bytes(1024), b"")
    with pytest.raises(WebError, match=f"reading {NAME} takes more than 1 MB: its server sends only whole files"):
        StreamedFile(endless, name=NAME, limit=1024 * 1024).seek(0, io.SEEK_END)
    clock = iter(range(1000))
    with pytest.raises(WebError, match=f"reading {NAME} took longer than 60 s"):
        StreamedFile(endless, name=NAME, seconds=60, clock=lambda: next(clock)).read()


def test_a_stream_that_ends_early_is_an_error() -> None:
    with pytest.raises(WebError, match=f"{NAME} ended early: 100 of 1,000 bytes arrived"):
        StreamedFile(pieces(bytes(100), 10), name=NAME, length=1000).read()


def test_closing_ends_a_stream_once() -> None:
    ended: list[bool] = []
    file = StreamedFile(pieces(b"abc", 1), name=NAME, ended=lambda: ended.append(True))
    file.close()
    file.close()
    assert ended == [True]
    with pytest.raises(ValueError, match="closed"):
        file.read(1)


def test_lines_and_buffers_are_read_like_those_of_any_file() -> None:
    data = b"one\ntwo\n" * 5000
    ranged = RangedFile(Store(data), len(data), name=NAME)
    streamed = StreamedFile(pieces(data, 99), name=NAME)
    for file in (ranged, streamed):
        assert file.readline() == b"one\n"
        buffer = bytearray(8)
        assert file.readinto(buffer) == 8
        assert buffer == b"two\none\n"
        assert file.read1(4) == b"two\n"
        assert len(file.read1()) > 1000
        assert not file.writable()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('"a"', '"a"', True),
        ('W/"a"', '"a"', True),
        ('W/"a"', 'W/"a"', True),
        ('"a"', '"b"', False),
        (None, '"a"', False),
        (None, None, False),
    ],
)
def test_etags_name_the_same_content(one: str | None, other: str | None, same: bool) -> None:
    assert same_etag(one, other) is same
