"""The six real shows, unconverted, as a user points podpipe at them."""

from __future__ import annotations

import html
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import feedparser
import pytest

from podpipe import pipeline
from podpipe.feed_diff import diff
from podpipe.rules.feed_changes import FEED_CHANGES
from podpipe.settings import GuardSettings, load_settings
from tests.conftest import SHOWS
from tests.made_show import files_below

EPISODES = {"researchat": 170, "shirokane": 89, "soussune": 34, "xrfm": 81, "yarukinai": 326, "yatteiki": 62}


def built(shared: Path, name: str) -> pipeline.Built:
    return pipeline.build(pipeline.Job(settings=load_settings(shared / "shows" / name), as_of=datetime.now(UTC)))


@pytest.mark.parametrize("name", SHOWS)
def test_every_episode_is_built_and_every_page_that_the_feed_names_exists(shared: Path, tmp_path: Path, name: str) -> None:
    show = built(shared, name)
    assert not show.blocked, [finding for finding in show.findings if finding.level == "error"]
    assert len(show.episodes) == EPISODES[name]
    pipeline.write(show, tmp_path / "site")
    site_path = urlsplit(load_settings(shared / "shows" / name).show.site_url).path
    feed = feedparser.parse((tmp_path / "site/feed.xml").read_bytes())
    assert not feed.bozo
    assert len(feed.entries) == EPISODES[name]
    for entry in feed.entries:
        page = unquote(urlsplit(entry.link).path).removeprefix(site_path).lstrip("/")
        assert (tmp_path / "site" / f"{page}.html").is_file(), entry.link
        assert entry.id == entry.link
        assert entry.enclosures[0].href.startswith("http")


@pytest.mark.parametrize("name", SHOWS)
def test_audio_that_is_not_in_the_folder_is_a_finding_for_each_episode_that_keeps_it_there(shared: Path, name: str) -> None:
    show = built(shared, name)
    local = {episode.path for episode in show.episodes if episode.enclosure and episode.enclosure.key}
    assert {finding.where.path for finding in show.findings if finding.rule == "audio-missing"} == local


def test_shirokane_keeps_every_guid_link_date_and_enclosure_in_the_published_order(shared: Path) -> None:
    folder = shared / "shows/shirokane"
    ours = next(artifact.content for artifact in built(shared, "shirokane").artifacts if artifact.key == "feed.xml")
    assert isinstance(ours, bytes)
    theirs = (folder / "feed-published-today.xml").read_text()

    def told(xml: str) -> list[tuple[str, ...]]:
        patterns = (
            "<guid[^>]*>(.*?)</guid>",
            "<link>(.*?)</link>",
            "<pubDate>(.*?)</pubDate>",
            '<enclosure[^>]*?url="(.*?)"',
            "<title>(.*?)</title>",
        )
        return [
            tuple(html.unescape(re.findall(pattern, item)[0]) for pattern in patterns)
            for item in re.findall("<item>(.*?)</item>", xml, re.DOTALL)
        ]

    assert told(ours.decode()) == told(theirs)
    assert len(told(theirs)) == 89


def test_the_guard_finds_no_guid_date_or_link_changed_in_shirokane(shared: Path) -> None:
    folder = shared / "shows/shirokane"
    job = pipeline.Job(settings=load_settings(folder), as_of=datetime.now(UTC))
    found = diff(job, against=str(folder / "feed-published-today.xml"))
    assert found.earlier.feed is not None
    assert len(found.earlier.feed.items) == 89
    assert not found.comparison.show
    # Yattecast writes audio/mp3 for audio/mpeg, has no chapters, and renders show notes by kramdown.
    assert {change.kind for change in found.comparison.changes} <= {"type-changed", "notes-changed", "chapters-changed"}
    assert not any(change.dangerous for change in found.comparison.changes)


@pytest.mark.parametrize("name", SHOWS)
def test_publishing_a_show_again_changes_nothing_that_the_guard_would_tell_of(shared: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(shared / "shows" / name, tmp_path / name)  # a publish writes podpipe.lock
    settings = replace(load_settings(folder), guard=GuardSettings(live=False))
    job = pipeline.Job(settings=settings, as_of=datetime.now(UTC), targets=(str(tmp_path / "out"),), allow_missing_audio=True)
    changes = {rule.id for rule in FEED_CHANGES}
    for _ in range(2):
        outcome = pipeline.publish(job)
        assert outcome.ok
        assert not [finding for finding in outcome.findings if finding.rule in changes]
    comparison = diff(job).comparison
    assert (comparison.changes, comparison.unchanged) == ((), EPISODES[name])


def test_building_twice_gives_the_same_bytes(shared: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        pipeline.write(built(shared, "shirokane"), tmp_path / name)
    assert files_below(tmp_path / "a") == files_below(tmp_path / "b")


def test_publishing_a_new_place_without_the_audio_is_refused_and_names_every_episode(shared: Path, tmp_path: Path) -> None:
    settings = replace(load_settings(shared / "shows/shirokane"), guard=GuardSettings(live=False))  # the network is not ours to test
    outcome = pipeline.publish(pipeline.Job(settings=settings, as_of=datetime.now(UTC), targets=(str(tmp_path / "out"),)))
    assert not outcome.ok
    assert len([finding for finding in outcome.findings if finding.rule == "audio-missing-new"]) == 79
    assert not (tmp_path / "out").exists()
