"""Which audio has a tagged copy, what that depends on, and what need not be done again."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from podpipe.audio.tag_text import ascii_url, one_line, plain_text
from podpipe.audio.tagging import tag_key, tagged
from podpipe.content import open_content
from podpipe.errors import AudioError
from podpipe.model import AudioTags, Chapter, Cover
from tests.audio_files import write_by_ffmpeg, write_mp3
from tests.tagged_audio import chapters_of, cover, tags_of


@pytest.mark.parametrize("name", ["a.opus", "a.flac", "a.wav", "a.ogg", "a.mp4", "a.m4v", "a.aac", "mp3"])
def test_other_kinds_are_published_as_they_are(tmp_path: Path, name: str) -> None:
    assert tagged(tmp_path / name, tags_of(), replace=False, folder=tmp_path) is None
    assert tag_key(tmp_path / name, tags_of(), replace=False) is None


def test_the_extension_may_be_in_capitals(tmp_path: Path) -> None:
    path = write_mp3(tmp_path / "070.mp3", seconds=0.5).rename(tmp_path / "070.MP3")
    made = tagged(path, tags_of(), replace=False, folder=tmp_path)
    assert made is not None
    assert made.content.source_length == path.stat().st_size < made.content.length
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a"])
def test_what_is_remembered_is_not_read_again(tmp_path: Path, name: str) -> None:
    path = (write_mp3 if name.endswith("mp3") else write_by_ffmpeg)(tmp_path / name, seconds=0.5)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    first = tagged(path, tags_of(), replace=False, folder=tmp_path / "copies")
    assert first is not None
    assert first == tagged(path, tags_of(), replace=False, folder=tmp_path / "copies", source_digest=digest)
    known = tagged(path, tags_of(), replace=False, folder=tmp_path / "copies", source_digest=digest, digest="d" * 64)
    assert known is not None
    assert known.content == replace(first.content, digest="d" * 64)


def test_the_published_copy_travels_to_other_processes(tmp_path: Path) -> None:
    path = write_mp3(tmp_path / "a.mp3", seconds=0.5)
    made = tagged(path, tags_of(cover=cover()), replace=False, folder=tmp_path)
    assert made is not None
    there = pickle.loads(pickle.dumps(made))  # noqa: S301 - pickled here
    with open_content(there.content) as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == made.content.digest


@pytest.mark.parametrize("name", ["gone.mp3", "gone.m4a"])
def test_a_file_that_is_missing_is_named_as_the_author_wrote_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(AudioError, match=f"/audio/{name} cannot be read") as caught:
        tagged(tmp_path / name, tags_of(), replace=False, folder=tmp_path, name=f"/audio/{name}")
    assert caught.value.path == f"/audio/{name}"


CHANGES: dict[str, Any] = {
    "title": "Another",
    "artist": "Another",
    "album": "Another",
    "published": datetime(2026, 11, 2, tzinfo=UTC),
    "track": 71,
    "season": 2,
    "comment": "Another",
    "language": "jpn",
    "link": "https://example.com",
    "genre": "Music",
    "cover": Cover(data=b"another", mime_type="image/jpeg"),
    "chapters": chapters_of("one"),
    "duration": timedelta(seconds=13),
}


def test_every_tag_changes_the_key() -> None:
    tags, path = tags_of(chapters=chapters_of("one", "two"), cover=cover()), Path("a.mp3")
    assert CHANGES.keys() == set(AudioTags.__slots__)
    keys = {tag_key(path, replace(tags, **{name: value}), replace=False) for name, value in CHANGES.items()}
    keys |= {tag_key(path, tags, replace=False), tag_key(path, tags, replace=True), tag_key(path, tags, replace=False, version="2.4")}
    keys.add(tag_key(Path("a.m4a"), tags, replace=False))
    keys.add(tag_key(path, replace(tags, chapters=chapters_of("one", "two", links=True)), replace=False))
    assert len(keys) == len(CHANGES) + 5


def test_what_does_not_show_in_the_file_leaves_the_key() -> None:
    tags, chapter = tags_of(), Chapter(start=timedelta(0), title="one")
    assert tag_key(Path("a.mp3"), tags, replace=False) == tag_key(Path("b/c.MP3"), tags, replace=False)
    later = replace(tags, published=tags.published + timedelta(minutes=5), duration=timedelta(seconds=13))
    assert tag_key(Path("a.mp3"), tags, replace=False) == tag_key(Path("a.mp3"), later, replace=False)
    keys = {tag_key(Path("a.mp3"), replace(tags, chapters=(replace(chapter, line=line),)), replace=False) for line in (None, 3)}
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"published": datetime(2026, 11, 1)}, "needs a time zone"),  # noqa: DTZ001 - refused for that
        ({"language": "ja"}, "not a language of three letters"),
        ({"chapters": tuple(reversed(chapters_of("one", "two")))}, "not in the order of their starts"),
    ],
)
def test_impossible_tags_are_refused(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        tags_of(**given)


@pytest.mark.parametrize(("data", "kind"), [(b"", "image/png"), (b"x", "text/html")])
def test_a_cover_is_a_picture(data: bytes, kind: str) -> None:
    with pytest.raises(ValueError, match="no picture"):
        Cover(data=data, mime_type=kind)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/a?b=c&d=%20#e", "https://example.com/a?b=c&d=%20#e"),
        ("https://例え.jp/夏", "https://xn--r8jz45g.jp/%E5%A4%8F"),
        ("https://me@例え.jp:8080/", "https://me@xn--r8jz45g.jp:8080/"),
        ("https://example.com/a b\n", "https://example.com/a%20b"),
        ("https://example.com/\x00", "https://example.com/%00"),
        ("https://..例え/", "https://..%E4%BE%8B%E3%81%88/"),
        ("https://[例/", "https://[%E4%BE%8B/"),
        ("https://例え.jp:夏/", "https://%E4%BE%8B%E3%81%88.jp:%E5%A4%8F/"),
        ("mailto:夏@example.com", "mailto:%E5%A4%8F@example.com"),
    ],
)
def test_addresses_are_written_in_ascii(url: str, expected: str) -> None:
    assert ascii_url(url) == expected


def test_text_has_no_characters_that_break_a_tag() -> None:
    assert one_line("one\r\ntwo\0three\ud800\u2028four") == "one two three\ufffd four"
    assert plain_text("one\r\ntwo\rthree\u2028four\0\tfive\ud800\x1b") == "one\ntwo\nthree\nfour\tfive\ufffd"
