"""Every feed of a real show, published and read back as apps do it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import feedparser
import pytest

from podpipe import pipeline
from podpipe.feed import podcast_guid
from podpipe.settings import load_settings
from tests.made_show import SETTINGS, MadeShow, files_below, make_show

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FEEDS = '[feeds]\npage_items = 3\npeople = ["*"]\ntags = ["git", "音声"]\njson = true\ndownload_prefix = "https://op3.dev/e/"\n'
SITE = "https://talk.example/"


@pytest.fixture
def show(tmp_path: Path) -> MadeShow:
    made = make_show(tmp_path / "show", episodes=0, settings=f"{SETTINGS}\n{FEEDS}")
    for number in range(1, 9):
        add(made, number)
    return made


def add(show: MadeShow, number: int) -> None:
    tags = "tags: [Git, C++]\n" if number % 2 else "categories: 音声 git\n"
    show.episode(
        str(number), date=f"2026-01-{number:02} 08:00:00 +0900", extra=tags, people=["ann", "bob"][number % 4 == 0], audio=number < 5
    )


def job(show: MadeShow, **changes: Any) -> pipeline.Job:
    settings = load_settings(show.root)
    return pipeline.Job(settings=settings, as_of=NOW, targets=("file:public",), allow_missing_audio=True, **changes)


def publish(show: MadeShow) -> dict[str, bytes]:
    outcome = pipeline.publish(job(show))
    assert outcome.ok, outcome.findings
    return files_below(show.root / "public")


def walked(made: dict[str, bytes], start: str) -> list[Any]:
    """The entries that an app meets which follows `next` from a feed on."""
    entries, address = [], SITE + start
    while address:
        feed = feedparser.parse(made[unquote(urlsplit(address).path).lstrip("/")])
        assert not feed.bozo, address
        links = {link.rel: link.href for link in feed.feed.links}
        assert links["self"] == address
        entries += feed.entries
        address = links.get("next")
    return entries


def numbers(entries: list[Any]) -> list[int]:
    return [int(entry.id.rpartition("/")[2]) for entry in entries]


def test_apps_that_follow_the_pages_meet_every_episode_once_in_order(show: MadeShow) -> None:
    made = publish(show)
    assert numbers(feedparser.parse(made["feed.xml"]).entries) == [8, 7, 6]
    assert numbers(walked(made, "feed.xml")) == [8, 7, 6, 5, 4, 3, 2, 1]
    assert {"feed-1.xml", "feed-2.xml"} <= set(made)
    assert "feed-3.xml" not in made


def test_pages_are_one_show_with_the_feeds_own_identity(show: MadeShow) -> None:
    made = publish(show)
    own = podcast_guid(f"{SITE}feed.xml").encode()
    assert all(own in made[key] for key in ("feed.xml", "feed-1.xml", "feed-2.xml"))


def test_a_new_episode_sends_the_feed_and_the_newest_page_and_leaves_the_others(show: MadeShow) -> None:
    before = publish(show)
    add(show, 9)
    after = publish(show)
    changed = {key for key, content in after.items() if key.startswith("feed") and before.get(key) != content}
    assert changed == {"feed.xml", "feed-2.xml", "feed.json", "feed-2.json"}
    add(show, 10)
    begun = publish(show)
    changed = {key for key, content in begun.items() if key.startswith("feed") and after.get(key) != content}
    assert changed == {"feed.xml", "feed-3.xml", "feed-2.xml", "feed.json", "feed-3.json"}, (
        "a page begins, and the one before is linked to it"
    )
    assert begun["feed-1.xml"] == before["feed-1.xml"]


def test_pages_travel_before_the_feed_so_that_no_episode_is_missing_meanwhile(show: MadeShow) -> None:
    plan = pipeline.publish(job(show, dry_run=True)).uploads[0].plan
    feeds = [step.key for step in plan.steps if step.key.endswith(".xml") or step.key.startswith("feed")]
    assert feeds.index("feed.xml") > max(feeds.index("feed-1.xml"), feeds.index("feed-2.xml"), feeds.index("people/ann.1.xml"))


def test_a_person_has_a_feed_of_their_own_with_the_episodes_as_they_are_elsewhere(show: MadeShow) -> None:
    made = publish(show)
    feed = feedparser.parse(made["people/bob.xml"])
    assert not feed.bozo
    assert feed.feed.title == "Test Talk: Bob"
    assert numbers(feed.entries) == [8, 4]
    assert podcast_guid(f"{SITE}people/bob.xml").encode() in made["people/bob.xml"]
    own = {entry.id: entry for entry in walked(made, "feed.xml")}
    for entry in feed.entries:
        other = own[entry.id]
        assert (entry.title, entry.published, entry.enclosures) == (other.title, other.published, other.enclosures)
    assert numbers(walked(made, "people/ann.xml")) == [7, 6, 5, 3, 2, 1]


def test_a_tag_has_a_feed_whatever_its_case_and_letters(show: MadeShow) -> None:
    made = publish(show)
    assert numbers(walked(made, "tags/git.xml")) == [8, 7, 6, 5, 4, 3, 2, 1]
    assert numbers(walked(made, "tags/%E9%9F%B3%E5%A3%B0.xml")) == [8, 6, 4, 2]
    assert feedparser.parse(made["tags/音声.xml"]).feed.title == "Test Talk: 音声"
    assert not [key for key in made if key.startswith("tags/c")], "only the tags that the settings name"


def test_every_tag_gets_a_place_of_its_own(show: MadeShow) -> None:
    show.write("podpipe.toml", SETTINGS + '[feeds]\ntags = ["*"]\n')
    show.episode("c", date="2026-02-01 08:00:00 +0900", extra="tags: [C, c#]\n")
    made = publish(show)
    feeds = {key: feedparser.parse(made[key]).feed.title for key in made if key.startswith("tags/")}
    assert feeds == {
        "tags/git.xml": "Test Talk: Git",
        "tags/c.xml": "Test Talk: C++",
        "tags/c-2.xml": "Test Talk: C",
        "tags/c-3.xml": "Test Talk: c#",
        "tags/音声.xml": "Test Talk: 音声",
    }


def test_downloads_are_measured_in_every_feed_and_not_on_the_page(show: MadeShow) -> None:
    made = publish(show)
    for key in ("feed.xml", "people/ann.xml", "tags/git.xml"):
        for entry in walked(made, key):
            audio = entry.enclosures[0]
            number = entry.id.rpartition("/")[2]
            assert audio.href == f"https://op3.dev/e/talk.example/audio/{number}.mp3"
            if int(number) < 5:
                assert (audio.type, int(audio.length)) == ("audio/mpeg", len(made[f"audio/{number}.mp3"]))
    for item in json.loads(made["feed.json"])["items"]:
        assert item["attachments"][0]["url"].startswith("https://op3.dev/e/talk.example/audio/")
    assert b"op3.dev" not in made["episode/1.html"]


def test_a_prefix_changes_nothing_in_the_feed_but_the_address_of_the_audio(show: MadeShow) -> None:
    made = publish(show)
    show.write("podpipe.toml", SETTINGS + FEEDS.replace("https://op3.dev/e/", ""))
    plain = publish(show)
    for key in [key for key in made if key.endswith(".xml") and key != "sitemap.xml"] + ["feed.json", "feed-1.json"]:
        assert plain[key] == made[key].replace(b"https://op3.dev/e/", b"https://"), key


def test_the_json_feed_says_what_the_feed_says_page_by_page(show: MadeShow) -> None:
    made = publish(show)
    items, key = [], "feed.json"
    while key:
        feed = json.loads(made[key])
        assert feed["feed_url"] == SITE + key
        items += feed["items"]
        key = feed.get("next_url", "").removeprefix(SITE)
    entries = walked(made, "feed.xml")
    assert [(item["id"], item["title"], item["url"]) for item in items] == [(entry.id, entry.title, entry.link) for entry in entries]
    assert [str(item["attachments"][0]["size_in_bytes"]) for item in items[4:]] == [entry.enclosures[0].length for entry in entries[4:]]


def test_pages_tell_readers_of_the_feeds(show: MadeShow) -> None:
    made = publish(show)
    of_json = b'<link rel="alternate" type="application/feed+json" title="Test Talk" href="/feed.json">'
    of_ann = b'<link rel="alternate" type="application/rss+xml" title="Test Talk: Ann" href="/people/ann.xml">'
    of_tag = 'title="Test Talk: 音声" href="/tags/%E9%9F%B3%E5%A3%B0.xml">'.encode()
    assert all(of_json in made[page] for page in ("index.html", "episode/1.html", "people/ann.html"))
    assert [page for page, content in made.items() if of_ann in content] == ["people/ann.html"]
    assert [page for page, content in made.items() if of_tag in content] == ["index.html"]


def test_show_notes_may_link_to_every_feed(show: MadeShow) -> None:
    links = "".join(f"[a](/{key})\n" for key in ("feed-1.xml", "feed.json", "people/ann.xml", "tags/git.xml", "tags/none.xml"))
    show.episode("9", date="2026-01-09 08:00:00 +0900", notes=links)
    found = [finding for finding in pipeline.check(job(show)) if finding.rule == "link-own-site"]
    assert [finding.message for finding in found] == ["/tags/none.xml is no page or file of this site"]


def test_a_tag_without_episodes_is_told_at_the_settings(show: MadeShow) -> None:
    show.write("podpipe.toml", f'{SETTINGS}\n[feeds]\ntags = ["GIT", "gti"]\n')
    (found,) = [finding for finding in pipeline.check(job(show, check_links=False)) if finding.rule == "feed-tag-unused"]
    assert (found.level, found.message) == ("warning", "no public episode has the tag 'gti', so that it has no feed")
    line = (show.root / "podpipe.toml").read_text().split("\n").index("[feeds]") + 1
    assert (found.where.path, found.where.line) == ("podpipe.toml", line)


def test_a_feed_that_is_no_longer_wanted_stays_for_those_who_subscribed(show: MadeShow) -> None:
    before = publish(show)
    show.write("podpipe.toml", SETTINGS)
    after = publish(show)
    gone = ("feed.json", "people/ann.xml", "tags/git.xml")
    assert all(after[key] == before[key] for key in gone)
    assert numbers(feedparser.parse(after["feed.xml"]).entries) == [8, 7, 6, 5, 4, 3, 2, 1]


def test_without_a_choice_there_is_one_feed(show: MadeShow) -> None:
    show.write("podpipe.toml", SETTINGS)
    made = publish(show)
    assert [key for key in made if key.endswith(".xml") or "feed" in key] == ["feed.xml", "sitemap.xml"]
    assert b"feed+json" not in made["index.html"]
