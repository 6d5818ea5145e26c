"""What is remembered between runs, and that losing it costs nothing but time."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from podpipe.ledger import BuildRecord, Digests, cache_folder

HOUR_NS = 3_600_000_000_000


def old_file(path: Path, data: bytes = b"sound", *, age_ns: int = HOUR_NS) -> Path:
    path.write_bytes(data)
    touch(path, time.time_ns() - age_ns)
    return path


def touch(path: Path, mtime_ns: int) -> None:
    os.utime(path, ns=(mtime_ns, mtime_ns))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def swap_unseen(path: Path, data: bytes) -> None:
    """Change a file so that neither its size nor its time shows it: only a remembered digest is then the old one."""
    mtime = path.stat().st_mtime_ns
    path.write_bytes(data)
    touch(path, mtime)


def remembered(folder: Path, *paths: Path) -> Digests:
    digests = Digests(folder)
    for path in paths:
        digests.digest(path)
    digests.save()
    return Digests(folder)


def test_the_cache_folder_is_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PODPIPE_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.setenv("PODPIPE_CACHE", "")
    assert cache_folder() is None
    monkeypatch.delenv("PODPIPE_CACHE")
    found = cache_folder()
    assert found is not None
    assert found.is_absolute()
    assert "podpipe" in found.parts


def test_a_digest_is_remembered_from_run_to_run(tmp_path: Path) -> None:
    path = old_file(tmp_path / "1.mp3", b"sound")
    digests = remembered(tmp_path / "cache", path)
    swap_unseen(path, b"noise")
    assert digests.digest(path) == sha256(b"sound")


@pytest.mark.parametrize("changed", ["size", "time"])
def test_a_changed_file_is_read_again(tmp_path: Path, changed: str) -> None:
    path = old_file(tmp_path / "1.mp3", b"sound")
    digests = remembered(tmp_path / "cache", path)
    if changed == "size":
        swap_unseen(path, b"longer sound")
    else:
        old_file(path, b"noise", age_ns=2 * HOUR_NS)
    assert digests.digest(path) == sha256(path.read_bytes())


@pytest.mark.parametrize("age_ns", [0, 1_000_000_000, -HOUR_NS], ids=["now", "a second ago", "in the future"])
def test_a_file_that_may_still_change_unseen_is_not_remembered(tmp_path: Path, age_ns: int) -> None:
    path = old_file(tmp_path / "1.mp3", b"sound", age_ns=age_ns)
    digests = remembered(tmp_path / "cache", path)
    swap_unseen(path, b"noise")
    assert digests.digest(path) == sha256(b"noise")


def test_two_runs_at_once_keep_what_both_found(tmp_path: Path) -> None:
    paths = [old_file(tmp_path / name) for name in ("1.mp3", "2.mp3")]
    runs = [Digests(tmp_path / "cache") for _ in paths]
    for run, path in zip(runs, paths, strict=True):
        run.digest(path)
    for run in runs:
        run.save()
    third = Digests(tmp_path / "cache")
    for path in paths:
        swap_unseen(path, b"noise")
    assert [third.digest(path) for path in paths] == [sha256(b"sound")] * 2


def test_files_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    gone, stays = old_file(tmp_path / "gone.mp3"), old_file(tmp_path / "stays.mp3")
    remembered(tmp_path / "cache", gone)
    gone.unlink()
    remembered(tmp_path / "cache", stays)
    kept = (tmp_path / "cache" / "digests.json").read_text("utf-8")
    assert ("gone.mp3" in kept, "stays.mp3" in kept) == (False, True)


def test_nothing_new_is_nothing_to_save(tmp_path: Path) -> None:
    path = old_file(tmp_path / "1.mp3")
    digests = remembered(tmp_path / "cache", path)
    (tmp_path / "cache" / "digests.json").unlink()
    digests.save()
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\xff",
        b"{",
        b"[]",
        b"7",
        b'{"version":1,"files":[1]}',
        b'{"version":1,"files":{"a":[1]}}',
        b'{"version":9,"files":{"a":7}}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_cache_is_an_empty_one(tmp_path: Path, damage: bytes) -> None:
    path = old_file(tmp_path / "1.mp3")
    cache = tmp_path / "cache" / "digests.json"
    cache.parent.mkdir()
    cache.write_bytes(damage)
    digests = remembered(cache.parent, path)
    swap_unseen(path, b"noise")
    assert digests.digest(path) == sha256(b"sound")


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    path = old_file(tmp_path / "1.mp3")
    blocked = old_file(tmp_path / "a file", b"in the way") / "cache"
    assert remembered(blocked, path).digest(path) == sha256(b"sound")
    BuildRecord(blocked).remember("show", {"digest": "1"})
    assert BuildRecord(blocked).recall("show") is None


def test_without_a_folder_digests_last_as_long_as_the_run(tmp_path: Path) -> None:
    path, digests = old_file(tmp_path / "1.mp3"), Digests(None)
    assert digests.digest(path) == sha256(b"sound")
    swap_unseen(path, b"noise")
    assert digests.digest(path) == sha256(b"sound")
    digests.save()


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Digests(tmp_path).digest(tmp_path / "1.mp3")


def test_a_build_is_recalled_by_its_name(tmp_path: Path) -> None:
    name = "/home/somebody/番組/" + "very-long/" * 100
    record = BuildRecord(tmp_path / "cache")
    assert record.recall(name) is None
    record.remember(name, {"sources": {"70.md": "digest"}, "pages": 3})
    record.remember("another", {"pages": 4})
    record.remember("another", {"pages": 5})
    later = BuildRecord(tmp_path / "cache")
    assert later.recall(name) == {"sources": {"70.md": "digest"}, "pages": 3}
    assert later.recall("another") == {"pages": 5}


def test_a_damaged_build_record_is_none(tmp_path: Path) -> None:
    record = BuildRecord(tmp_path)
    record.remember("show", {"pages": 3})
    (kept,) = (tmp_path / "builds").iterdir()
    kept.write_bytes(kept.read_bytes()[:-5])
    assert record.recall("show") is None


def test_without_a_folder_no_build_is_remembered() -> None:
    record = BuildRecord(None)
    record.remember("show", {"pages": 3})
    assert record.recall("show") is None
