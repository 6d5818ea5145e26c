"""When a build may be taken for done, and when it may not."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from podpipe.freshness import recall_build, remember_build

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SAID = {"summary": "done", "findings": []}


@pytest.fixture
def show(tmp_path: Path) -> Path:
    root = tmp_path / "show"
    for path, content in {"podpipe.toml": "title", "episodes/1.md": "one", "audio/1.mp3": "sound", "site/index.html": "page"}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
        rest(root / path)
    remember(root)
    return root


def rest(path: Path) -> None:
    """Give a file the age at which its time can be trusted."""
    old = time.time() - 60
    os.utime(path, (old, old))


def remember(root: Path, *, until: datetime | None = None, began: float | None = None) -> None:
    read = [root / "podpipe.toml", root / "episodes", root / "audio"]
    remember_build(root, root / "site", as_of=NOW, until=until, read=read, said=SAID, began=began or time.time(), options=("a",))


def recall(root: Path, *, at: datetime = NOW, options: tuple[str, ...] = ("a",)) -> object:
    return recall_build(root, root / "site", as_of=at, options=options)


def test_what_has_not_changed_need_not_be_built(show: Path) -> None:
    assert recall(show) == SAID
    assert recall(show, at=NOW + timedelta(days=300)) == SAID


@pytest.mark.parametrize("path", ["podpipe.toml", "episodes/1.md", "audio/1.mp3", "site/index.html", "episodes/2.md", "site/more.html"])
def test_a_change_to_anything_read_or_written_means_building(show: Path, path: str) -> None:
    (show / path).write_text("other")
    assert recall(show) is None


def test_text_is_known_by_its_content_and_not_by_its_time(show: Path) -> None:
    episode = show / "episodes/1.md"
    status = episode.stat()
    episode.write_text("two")  # as long as before
    os.utime(episode, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert recall(show) is None


def test_a_file_that_is_gone_means_building(show: Path) -> None:
    (show / "site/index.html").unlink()
    assert recall(show) is None


def test_an_episode_whose_time_has_come_means_building(show: Path) -> None:
    remember(show, until=NOW + timedelta(hours=1))
    assert recall(show, at=NOW + timedelta(minutes=59)) == SAID
    assert recall(show, at=NOW + timedelta(hours=1)) is None


def test_a_clock_set_back_means_building(show: Path) -> None:
    assert recall(show, at=NOW - timedelta(seconds=1)) is None


def test_other_options_mean_building(show: Path) -> None:
    assert recall(show, options=("b",)) is None


def test_a_file_changed_while_the_build_ran_is_not_remembered(show: Path) -> None:
    (show / "episodes/1.md").write_text("written while reading")
    remember(show, began=time.time() - 30)
    assert recall(show) is None


def test_nothing_is_remembered_without_a_cache(show: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODPIPE_CACHE", "")
    remember(show)
    assert recall(show) is None
