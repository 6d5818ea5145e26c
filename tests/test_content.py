"""Content in parts, read as the one file that listeners get."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podpipe.content import open_content
from podpipe.model import FileContent

DATA = bytes(range(256)) * 40


def content(path: Path, *parts: bytes | range) -> FileContent:
    return FileContent(path=str(path), digest="", length=sum(map(len, parts)), parts=parts, source_length=len(DATA))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("content") / "source"
    path.write_bytes(DATA)
    return path


def test_a_file_without_parts_is_read_as_it_is(source: Path) -> None:
    whole = FileContent(path=str(source), digest="", length=len(DATA))
    with open_content(whole) as file:
        assert file.read() == DATA
    assert whole.source_length == len(DATA)


def test_parts_follow_each_other(source: Path) -> None:
    with open_content(content(source, b"head", range(10, 20), b"", range(0), b"middle", range(5000, len(DATA)))) as file:
        assert file.read() == b"head" + DATA[10:20] + b"middle" + DATA[5000:]


stretches = st.tuples(st.integers(0, len(DATA)), st.integers(0, len(DATA))).map(lambda pair: range(min(pair), max(pair)))


@settings(deadline=None)
@given(
    parts=st.lists(st.one_of(st.binary(max_size=300), stretches), min_size=1, max_size=6),
    reads=st.lists(st.tuples(st.integers(0, 30_000), st.integers(0, 30_000)), max_size=6),
)
def test_reading_from_anywhere_gives_what_stands_there(source: Path, parts: list[bytes | range], reads: list[tuple[int, int]]) -> None:
    whole = io.BytesIO(b"".join(part if isinstance(part, bytes) else DATA[part.start : part.stop] for part in parts))
    with open_content(content(source, *parts)) as file:
        assert file.seek(0, io.SEEK_END) == len(whole.getvalue())
        for position, size in reads:
            assert file.seek(position) == whole.seek(position)
            assert file.read(size) == whole.read(size)
            assert file.tell() == whole.tell()


def test_a_file_that_became_shorter_is_an_error_and_no_shorter_object(tmp_path: Path) -> None:
    path = tmp_path / "source"
    path.write_bytes(DATA[:100])
    with open_content(content(path, b"head", range(50, 200))) as file, pytest.raises(OSError, match="has become shorter"):
        file.read()


def test_a_file_that_is_gone_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_content(content(tmp_path / "gone", b"head", range(10)))


def test_parts_must_add_up() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        FileContent(path="/a", digest="", length=5, parts=(b"four", range(10, 12)), source_length=100)
    with pytest.raises(ValueError, match="its own length is needed"):
        FileContent(path="/a", digest="", length=4, parts=(b"four",))
