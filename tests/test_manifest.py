"""The manifest that a target keeps, and the records of its releases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from podpipe.errors import TargetError
from podpipe.manifest import manifest_bytes, read_manifest, read_record, record_bytes
from podpipe.model import Holding, Kept, Manifest, Release

HTML = "text/html; charset=utf-8"
MADE = datetime(2026, 6, 1, 3, tzinfo=UTC)
RELEASE = Release(id="20260601-030000-abcd", made=MADE, objects=2, digest="abcd")
PAGE = Holding(digest="d" * 64, length=7, content_type=HTML, cache_control="no-cache")
GONE = Holding(digest="e" * 64, length=9, content_type=HTML, cache_control="", retired=MADE)
WHOLE = Manifest(
    objects={"episode/1": PAGE, '回 70/夏 "1".txt': GONE},
    touched=frozenset({"episode/2", "feed.xml"}),
    release=RELEASE.id,
    releases=(RELEASE, Release(id="20260602-030000-ef01", made=MADE, objects=1, digest="ef01", restores=RELEASE.id)),
    kept={"e" * 64: Kept(length=9, release=RELEASE.id)},
    undone=frozenset({"f" * 64, "a" * 64}),
)


@pytest.mark.parametrize("manifest", [Manifest(), Manifest(objects={"a": PAGE}), WHOLE], ids=["empty", "plain", "whole"])
def test_a_manifest_reads_back_as_it_was_written(manifest: Manifest) -> None:
    assert read_manifest(manifest_bytes(manifest)) == manifest


def test_the_same_holdings_give_the_same_manifest() -> None:
    entry = f'{{"digest":"{"d" * 64}","length":7,"content_type":"{HTML}","cache_control":"no-cache"}}'
    expected = f'{{"version":2,"release":"","objects":{{\n"a":{entry},\n"b":{entry}\n}}}}\n'.encode()
    assert manifest_bytes(Manifest(objects={"a": PAGE, "b": PAGE})) == manifest_bytes(Manifest(objects={"b": PAGE, "a": PAGE})) == expected


def test_the_manifest_of_an_earlier_podpipe_is_read() -> None:
    entry = f'{{"digest":"{"d" * 64}","length":7,"content_type":"{HTML}","cache_control":"no-cache"}}'
    assert read_manifest(f'{{"version":1,"objects":{{"a":{entry}}}}}'.encode()) == Manifest(objects={"a": PAGE})


def test_a_releases_record_reads_back_as_it_was_written() -> None:
    assert read_record(record_bytes(RELEASE, {"episode/1": PAGE}), RELEASE.id) == {"episode/1": PAGE}
    with pytest.raises(TargetError, match="the record of release 7 is damaged"):
        read_record(b"{", "7")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"version":1,"obj',
        b"\xff\xfe",
        b"[]",
        b'{"version":1}',
        b'{"version":1,"objects":[]}',
        b'{"version":1,"objects":{"a":{"digest":"d"}}}',
        b'{"version":1,"objects":{"a":{"digest":"d","length":"7","content_type":"","cache_control":""}}}',
        b'{"version":1,"objects":{"a":7}}',
        b'{"version":"one","objects":{}}',
        b'{"version":0,"objects":{}}',
        b'{"version":2,"objects":{"a":{"digest":"d","length":7,"content_type":"","cache_control":"","retired":"2026-06-01"}}}',
        b'{"version":2,"objects":{},"touched":[7]}',
        b'{"version":2,"objects":{},"releases":[{"id":"1"}]}',
        b'{"version":2,"objects":{},"kept":{"d":[7]}}',
    ],
)
def test_a_damaged_manifest_is_reported_with_the_way_out(data: bytes) -> None:
    with pytest.raises(TargetError, match="is damaged") as caught:
        read_manifest(data)
    assert "delete it on the target" in caught.value.hint


def test_a_manifest_of_a_newer_podpipe_is_left_alone() -> None:
    with pytest.raises(TargetError, match="a newer podpipe published here") as caught:
        read_manifest(b'{"version":3,"things":[]}')
    assert "update podpipe" in caught.value.hint
