"""The regression guard in a publish: on real folders, with the feed that is live on a real web server, and in dry runs."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from podpipe import pipeline
from podpipe.earlier import feed_at
from podpipe.errors import PodpipeError, WebError
from podpipe.feed_diff import diff
from podpipe.model import Finding
from podpipe.settings import load_settings
from tests.made_show import SETTINGS, MadeShow, files_below, make_show
from tests.servers import free_port
from tests.web_server import WebServer, web_server

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ONE, TWO = "episodes/2026-01-01-1.md", "episodes/2026-01-02-2.md"


@pytest.fixture
def show(tmp_path: Path) -> MadeShow:
    return make_show(tmp_path / "show")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    folder = tmp_path / "live"
    folder.mkdir()
    with web_server(folder) as running:
        yield running


def job(show: MadeShow, *targets: Path, **changes: object) -> pipeline.Job:
    where = targets or (show.root.parent / "out",)
    made = pipeline.Job(settings=load_settings(show.root), as_of=NOW, targets=tuple(f"file:{place}" for place in where))
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def changes(outcome: pipeline.Outcome) -> list[tuple[str, str, str]]:
    return [(finding.level, finding.rule, finding.where.path) for finding in outcome.findings]


def edit(show: MadeShow, path: str, old: str, new: str) -> None:
    text = (show.root / path).read_text()
    assert old in text
    show.write(path, text.replace(old, new))


def live_show(show: MadeShow, server: WebServer, out: Path) -> None:
    """Have a show live on the server, as another engine has put it there."""
    show.write("podpipe.toml", SETTINGS.replace("https://talk.example", server.url("/files")) + "\n[guard]\nlive = true\n")
    assert pipeline.publish(job(show, out)).ok
    shutil.copy(out / "feed.xml", server.folder / "feed.xml")
    shutil.rmtree(out)
    server.forget()


def test_a_dangerous_change_leaves_the_target_as_it_is_and_names_its_option(show: MadeShow, out: Path) -> None:
    pipeline.publish(job(show))
    before = files_below(out)
    edit(show, TWO, "---\n## 0:00", "guid: another\n---\n## 0:00")
    outcome = pipeline.publish(job(show))
    assert not outcome.ok
    assert outcome.findings == (
        Finding(
            level="error",
            rule="guid-changed",
            where=outcome.findings[0].where,
            message="episode 2 would have another GUID: apps would show it twice and download it again "
            "(https://talk.example/episode/2, then another)",
            hint="write its old one as guid: into it, or allow it with --allow guid-changed:2",
        ),
    )
    assert outcome.findings[0].where.path == TWO
    assert outcome.uploads[0].report is None
    assert files_below(out) == before


def test_all_of_them_are_told_in_one_run_and_each_must_be_allowed(show: MadeShow, out: Path) -> None:
    pipeline.publish(job(show))
    edit(show, ONE, "---\n## 0:00", "guid: another\n---\n## 0:00")
    edit(show, TWO, "date: 2026-01-02 08:00", "date: 2026-01-02 09:00")
    assert changes(pipeline.publish(job(show))) == [("error", "guid-changed", ONE), ("error", "date-changed", TWO)]
    half = pipeline.publish(job(show, allowed=("guid-changed:1",)))
    assert changes(half) == [("info", "guid-changed", ONE), ("error", "date-changed", TWO)]
    assert not half.ok
    assert pipeline.publish(job(show, allowed=("guid-changed:1", "date-changed"))).ok
    assert b'<guid isPermaLink="false">another</guid>' in (out / "feed.xml").read_bytes()


def test_what_was_allowed_once_is_what_apps_have_from_then_on(show: MadeShow) -> None:
    pipeline.publish(job(show))
    edit(show, TWO, "date: 2026-01-02 08:00", "date: 2026-01-02 09:00")
    assert pipeline.publish(job(show, allowed=("date-changed",))).ok
    show.episode("3", date="2026-01-03 08:00:00 +0900")
    outcome = pipeline.publish(job(show))
    assert outcome.ok
    assert outcome.findings == ()


def test_an_episode_that_becomes_a_draft_or_is_dated_anew_is_told_with_the_reason(show: MadeShow) -> None:
    pipeline.publish(job(show))
    edit(show, ONE, "layout: article", "draft: true")
    edit(show, TWO, "date: 2026-01-02", "date: 2027-01-02")
    show.episode("3", date="2026-01-03 08:00:00 +0900")
    outcome = pipeline.publish(job(show))
    assert [(finding.where.path, finding.message) for finding in outcome.findings if finding.rule == "episode-gone"] == [
        (ONE, "episode 1 (1. A title) would vanish from the feed: it is a draft now"),
        (TWO, "episode 2 (2. A title) would vanish from the feed: it is dated 2027-01-02 08:00 +0900, and not published in this run"),
    ]
    assert pipeline.publish(job(show, allowed=("episode-gone:1", "episode-gone:2"))).ok


def test_a_dry_run_tells_what_would_stop_the_publish(show: MadeShow, out: Path) -> None:
    pipeline.publish(job(show))
    before = files_below(out)
    (show.root / ONE).unlink()
    outcome = pipeline.publish(job(show, dry_run=True))
    assert not outcome.ok
    assert ("error", "episode-gone", "feed.xml") in changes(outcome)
    assert outcome.uploads[0].plan.steps
    assert files_below(out) == before


def test_only_the_target_that_would_lose_something_is_left_alone(show: MadeShow, out: Path, tmp_path: Path) -> None:
    pipeline.publish(job(show))
    before = files_below(out)
    (show.root / ONE).unlink()
    edit(show, TWO, "/episode/1", "/episode/2")
    outcome = pipeline.publish(job(show, out, tmp_path / "new"))
    assert [upload.report is None for upload in outcome.uploads] == [True, False]
    assert not outcome.ok
    assert files_below(out) == before
    assert (tmp_path / "new/feed.xml").is_file()


def test_two_targets_that_would_lose_the_same_are_told_of_once(show: MadeShow, out: Path, tmp_path: Path) -> None:
    places = (out, tmp_path / "second")
    pipeline.publish(job(show, *places))
    edit(show, TWO, "date: 2026-01-02 08:00", "date: 2026-01-02 09:00")
    assert changes(pipeline.publish(job(show, *places))) == [("error", "date-changed", TWO)]


def test_lesser_changes_are_told_and_published(show: MadeShow, out: Path) -> None:
    pipeline.publish(job(show))
    edit(show, TWO, "title: 2. A title", "title: Two")
    outcome = pipeline.publish(job(show))
    assert changes(outcome) == [("info", "title-changed", TWO)]
    assert outcome.ok
    assert b"<title>Two</title>" in (out / "feed.xml").read_bytes()


def test_a_feed_that_stays_as_it_is_is_not_read(show: MadeShow, out: Path) -> None:
    pipeline.publish(job(show))
    feed = (out / "feed.xml").read_bytes()
    (out / "feed.xml").write_bytes(b"x" * len(feed))  # of the same size, so that it counts as what podpipe put there
    assert pipeline.publish(job(show)).findings == ()


def test_a_feed_of_another_engine_on_the_target_is_compared_with_too(show: MadeShow, out: Path) -> None:
    pipeline.publish(job(show))
    feed = (out / "feed.xml").read_text()
    shutil.rmtree(out)
    out.mkdir()
    (out / "feed.xml").write_text(feed.replace(">https://talk.example/episode/2</guid>", ">other-engine-2</guid>"))
    assert changes(pipeline.publish(job(show))) == [("error", "guid-changed", TWO)]


def test_a_damaged_feed_on_the_target_is_compared_as_far_as_it_can_be_read(show: MadeShow, out: Path) -> None:
    out.mkdir()
    (out / "feed.xml").write_text("<html>not here")
    outcome = pipeline.publish(job(show))
    assert outcome.ok
    [finding] = outcome.findings
    assert (finding.level, finding.rule) == ("info", "feed-before-unknown")
    assert finding.message.endswith("is not compared with: it is no RSS feed: its first element is html")


def test_a_show_can_make_an_error_of_a_lesser_change(show: MadeShow) -> None:
    show.write("podpipe.toml", f'{SETTINGS}\n[check.rules]\ntitle-changed = "error"\n')
    pipeline.publish(job(show))
    edit(show, TWO, "title: 2. A title", "title: Two")
    assert changes(pipeline.publish(job(show))) == [("error", "title-changed", TWO)]
    assert pipeline.publish(job(show, allowed=("title-changed:2",))).ok


def test_a_kind_that_is_none_is_refused_before_anything_is_done(show: MadeShow, out: Path) -> None:
    with pytest.raises(PodpipeError, match="did you mean guid-changed"):
        pipeline.publish(job(show, allowed=("guid-change",)))
    assert not out.exists()


def test_a_new_target_is_compared_with_the_feed_that_is_live(show: MadeShow, out: Path, server: WebServer) -> None:
    live_show(show, server, out)
    edit(show, TWO, "date: 2026-01-02 08:00", "date: 2026-01-02 09:00")
    outcome = pipeline.publish(job(show))
    assert changes(outcome) == [("error", "date-changed", TWO)]
    assert not out.exists()
    assert pipeline.publish(job(show, allowed=("date-changed",))).ok
    server.forget()
    edit(show, TWO, "date: 2026-01-02 09:00", "date: 2026-01-02 10:00")
    assert changes(pipeline.publish(job(show))) == [("error", "date-changed", TWO)]
    assert server.asked == [], "what the target holds is what counts from then on"


def test_the_live_feed_is_asked_for_once_however_many_targets_are_new(show: MadeShow, out: Path, server: WebServer, tmp_path: Path) -> None:
    live_show(show, server, out)
    outcome = pipeline.publish(job(show, out, tmp_path / "b", tmp_path / "c"))
    assert outcome.ok
    assert outcome.findings == ()
    assert [path for path, _ in server.asked] == ["/files/feed.xml"]


def test_neither_a_build_nor_a_check_asks_for_the_live_feed(show: MadeShow, out: Path, server: WebServer) -> None:
    live_show(show, server, out)
    pipeline.build(job(show))
    pipeline.check(job(show))
    assert server.asked == []


def test_a_live_feed_is_not_asked_for_where_nobody_wants_it(show: MadeShow, out: Path, server: WebServer) -> None:
    live_show(show, server, out)
    edit(show, "podpipe.toml", "live = true", "live = false")
    assert pipeline.publish(job(show)).ok
    assert server.asked == []


def test_a_show_that_is_live_nowhere_yet_has_nothing_to_be_compared_with(show: MadeShow, out: Path, server: WebServer) -> None:
    live_show(show, server, out)
    (server.folder / "feed.xml").unlink()
    outcome = pipeline.publish(job(show))
    assert outcome.ok
    assert outcome.findings == ()


def test_a_live_feed_that_cannot_be_reached_is_an_info_and_asked_for_once(show: MadeShow, out: Path, tmp_path: Path) -> None:
    show.write("podpipe.toml", SETTINGS.replace("https://talk.example", f"http://127.0.0.1:{free_port()}") + "\n[guard]\nlive = true\n")
    outcome = pipeline.publish(job(show, out, tmp_path / "second"))
    assert outcome.ok
    [finding] = outcome.findings
    assert (finding.level, finding.rule, finding.where.path) == ("info", "feed-before-unknown", "feed.xml")
    assert finding.message.startswith("the feed that is live cannot be compared with: cannot reach 127.0.0.1")
    assert (out / "feed.xml").is_file()


def test_a_busy_server_is_asked_but_once(server: WebServer) -> None:
    with pytest.raises(WebError, match="503"):
        feed_at(server.url("/busy/503"))
    assert len(server.asked) == 1


def test_a_live_feed_in_pages_is_read_whole(show: MadeShow, out: Path, server: WebServer) -> None:
    live_show(show, server, out)
    feed = (server.folder / "feed.xml").read_text()
    first = feed.index("<item>")
    middle = feed.index("<item>", first + 1)
    end = feed.index("</channel>")
    following = f'<atom:link rel="next" href="{server.url("/files/feed-2.xml")}"/>'
    (server.folder / "feed.xml").write_text(feed[:first] + following + feed[first:middle] + feed[end:])
    (server.folder / "feed-2.xml").write_text(feed[:first] + feed[middle:])
    (show.root / ONE).unlink()
    edit(show, TWO, "/episode/1", "/episode/2")
    assert ("error", "episode-gone", "feed.xml") in changes(pipeline.publish(job(show)))
    assert [path for path, _ in server.asked] == ["/files/feed.xml", "/files/feed-2.xml"]


def test_a_difference_is_told_against_a_target_a_file_and_an_address(show: MadeShow, out: Path, server: WebServer) -> None:
    live_show(show, server, out)
    edit(show, TWO, "title: 2. A title", "title: Two")
    for against in (str(server.folder / "feed.xml"), server.url("/files/feed.xml")):
        found = diff(job(show), against=against)
        assert [change.kind for change in found.comparison.changes] == ["title-changed"]
        assert found.comparison.unchanged == 1
        assert found.earlier.place == against
    found = diff(job(show))
    assert found.earlier.place == server.url("/files/feed.xml"), "the target holds none"
    pipeline.publish(job(show))
    found = diff(job(show))
    assert (found.earlier.place, found.comparison.changes) == (f"file:{out}", ())


def test_chapters_that_changed_on_a_target_are_told_although_their_address_stays(show: MadeShow) -> None:
    pipeline.publish(job(show))
    edit(show, TWO, "## 0:01 Goodbye", "## 0:01 Farewell")
    assert [change.kind for change in diff(job(show)).comparison.changes] == ["chapters-changed", "notes-changed"]


@pytest.mark.parametrize("against", ["nothing.xml", "podpipe.toml", "http://127.0.0.1:1/feed.xml"])
def test_what_cannot_be_compared_with_is_an_error(show: MadeShow, against: str) -> None:
    path = against if "://" in against else str(show.root / against)
    with pytest.raises(PodpipeError):
        diff(job(show), against=path)


def test_a_feed_that_is_kept_in_pages_loses_no_episode_and_its_older_pages_are_guarded_too(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=7)
    assert pipeline.publish(job(show)).ok
    show.write("podpipe.toml", f"{SETTINGS}\n[feeds]\npage_items = 3\n")
    paged = pipeline.publish(job(show))
    assert (paged.ok, paged.findings) == (True, ())
    assert (tmp_path / "out/feed-1.xml").is_file()
    edit(show, ONE, "date: 2026-01-01 08:00", "date: 2026-01-01 09:00")
    report = pipeline.publish(job(show))
    assert changes(report) == [("error", "date-changed", ONE)]
    assert [change.kind for change in diff(job(show)).comparison.changes] == ["date-changed"]
    edit(show, ONE, "date: 2026-01-01 09:00", "date: 2026-01-01 08:00")
    show.write("podpipe.toml", SETTINGS)
    assert pipeline.publish(job(show)).findings == ()


def test_a_prefix_that_measures_downloads_is_told_and_stops_nothing(show: MadeShow) -> None:
    pipeline.publish(job(show))
    show.write("podpipe.toml", f'{SETTINGS}\n[feeds]\ndownload_prefix = "https://op3.example/e/"\n')
    outcome = pipeline.publish(job(show))
    assert changes(outcome) == [("info", "enclosure-prefixed", ONE), ("info", "enclosure-prefixed", TWO)]
    assert outcome.ok
    show.write("podpipe.toml", SETTINGS)
    assert changes(pipeline.publish(job(show))) == [("info", "enclosure-prefixed", ONE), ("info", "enclosure-prefixed", TWO)]
