"""Three programs that podcast apps are built with read podpipe's feeds, and find in them what the model says.

They are feedparser and podcastparser, which is gPodder's, and podcast-partytime, which reads the feeds of the Podcast Index.
"""

from __future__ import annotations

import functools
import io
import json
import os
import shutil
import subprocess
from calendar import timegm
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import podcastparser
import pytest

from podpipe import pipeline
from podpipe.model import Episode, Show
from podpipe.settings import load_settings
from tests.conftest import REPOSITORY, SHOWS, require
from tests.made_show import make_show

HERE = Path(__file__).parent
NOTES = "## 00:00 A <b>&\n## 00:01 Second\n## 00:01.5 Third\nnotes\n"
FIRST_NAME = b'"https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"'
TRANSCRIPT = "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"


@functools.cache
def built(root: Path) -> tuple[Show, tuple[Episode, ...], bytes]:
    """A show, its public episodes, and its feed."""
    settings = load_settings(root)
    made = pipeline.build(pipeline.Job(settings=settings, as_of=datetime.now(UTC)))
    (content,) = (artifact.content for artifact in made.artifacts if artifact.key == "feed.xml")
    assert isinstance(content, bytes)
    return settings.show, made.episodes, content


@pytest.fixture(params=[*SHOWS, "the sample show", "a show with everything"])
def show(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Show, tuple[Episode, ...], bytes]:
    if request.param == "the sample show":
        return built(REPOSITORY)
    if request.param == "a show with everything":
        made = make_show(tmp_path_factory.mktemp("everything"), episodes=0)
        made.episode("7", notes=NOTES, extra='episode: 7\nseason: 2\nexplicit: true\nguid: "tag:x,2026:7 & \\"<7>\\""\n')
        made.episode("8", date="2026-01-03 08:00:00 -0330", people="bob")
        made.write("transcripts/7.vtt", TRANSCRIPT)
        made.write("transcripts/7.srt", "1\n00:00:00,000 --> 00:00:01,000\nHello\n")
        made.write("transcripts/7.ja.txt", "Hello\n")
        return built(made.root)
    return built(request.getfixturevalue("shared") / "shows" / request.param)


def words(text: str | None) -> str:
    """A text as apps show it on one line."""
    return " ".join((text or "").split())


def moment(episode: Episode) -> int:
    return int(episode.published.timestamp())


def seconds(episode: Episode) -> int:
    enclosure = episode.enclosure
    return int(enclosure.duration.total_seconds()) if enclosure and enclosure.duration else 0


def audio(episode: Episode) -> tuple[str, int, str] | None:
    enclosure = episode.enclosure
    return (enclosure.url, enclosure.length or 0, enclosure.mime_type) if enclosure else None


def basics(episode: Episode) -> tuple[Any, ...]:
    """What every client reads: title, guid, moment, audio."""
    return words(episode.title), words(episode.guid), moment(episode), audio(episode)


def people(show: Show, episode: Episode) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (words(part.person.name), part.role, part.person.url, show.address(part.person.image) if part.person.image else None)
        for part in episode.credits
    ]


def clock_seconds(text: str | None) -> int:
    return functools.reduce(lambda total, part: total * 60 + int(part), (text or "0").split(":"), 0)


def test_feedparser_reads_every_episode_as_it_is(show: tuple[Show, tuple[Episode, ...], bytes]) -> None:
    _, episodes, feed = show
    parsed = feedparser.parse(feed)
    assert not parsed.bozo
    read = [
        (
            words(entry.title),
            words(entry.id),
            timegm(entry.published_parsed),
            next(((part.href, int(part.length), part.type) for part in entry.enclosures), None),
        )
        for entry in parsed.entries
    ]
    assert read == [basics(episode) for episode in episodes]
    assert [clock_seconds(entry.get("itunes_duration")) for entry in parsed.entries] == [seconds(episode) for episode in episodes]
    # Of tags that come several times in an item it keeps the last one alone.
    assert [dict(entry.get("podcast_chapters", {})).get("url") for entry in parsed.entries] == [
        chapters_url(show[0], episode) for episode in episodes
    ]


def chapters_url(show: Show, episode: Episode) -> str | None:
    from podpipe.chapter_forms import chapters_key
    from podpipe.uris import uri

    return uri(show.address(chapters_key(episode))) if episode.chapters else None


def test_podcastparser_reads_every_episode_as_it_is(show: tuple[Show, tuple[Episode, ...], bytes]) -> None:
    ours, episodes, feed = show
    # Its release 0.6.11 knows the podcast namespace by the first of its two names alone; the tags are the same.
    feed = feed.replace(b'"https://podcastindex.org/namespace/1.0"', FIRST_NAME)
    parsed = podcastparser.parse(ours.address(ours.feed), io.BytesIO(feed))
    # It knows an episode by its audio, and gives none without.
    heard = [episode for episode in episodes if episode.enclosure]
    read = {
        entry["guid"]: (
            words(entry["title"]),
            words(entry["guid"]),
            entry["published"],
            next(((part["url"], max(part["file_size"], 0), part["mime_type"]) for part in entry["enclosures"]), None),
            entry["total_time"],
        )
        for entry in parsed["episodes"]
    }
    assert [read.get(episode.guid) for episode in heard] == [(*basics(episode), seconds(episode)) for episode in heard]
    found = {entry["guid"]: entry for entry in parsed["episodes"]}
    for episode in heard:
        entry = found[episode.guid]
        chapters = [(part["start"], words(part["title"])) for part in entry.get("chapters", [])]
        wanted = sorted(episode.chapters, key=lambda chapter: chapter.start)
        assert chapters == [(int(chapter.start.total_seconds()), words(chapter.title)) for chapter in wanted]
        assert entry.get("chapters_json_url") == chapters_url(ours, episode)
        assert entry.get("transcript_url") == next((part.url for part in reversed(episode.transcripts)), None)
        persons = [(part["name"], part["role"], part["href"], part["img"]) for part in entry.get("persons", [])]
        assert persons == people(ours, episode)


@pytest.fixture
def partytime() -> Callable[[bytes], dict[str, Any]]:
    """Reads a feed in Node."""
    node = shutil.which("node")
    require(node is not None, "needs Node.js to read feeds as apps in JavaScript do")
    modules = Path(os.environ.get("PODPIPE_CLIENTS") or HERE)
    require((modules / "node_modules/podcast-partytime").is_dir(), "needs podcast-partytime: npm ci in tests/clients")

    def read(feed: bytes) -> dict[str, Any]:
        command = [node or "", str(HERE / "read_feed.mjs"), str(modules)]
        done = subprocess.run(command, input=feed, capture_output=True, check=True, env=os.environ | {"LOGLEVEL": "silent"})
        parsed: dict[str, Any] = json.loads(done.stdout)
        return parsed

    return read


def test_partytime_reads_every_episode_as_it_is(
    show: tuple[Show, tuple[Episode, ...], bytes], partytime: Callable[[bytes], dict[str, Any]]
) -> None:
    ours, episodes, feed = show
    parsed = partytime(feed)
    # It leaves out episodes without audio.
    heard = [episode for episode in episodes if episode.enclosure]
    items = parsed["items"]
    read = [
        (
            words(item["title"]),
            words(item["guid"]),
            int(datetime.fromisoformat(item["pubDate"]).timestamp()),
            (item["enclosure"]["url"], item["enclosure"].get("length", 0), item["enclosure"]["type"]),
        )
        for item in items
    ]
    assert read == [basics(episode) for episode in heard]
    assert [item.get("duration", 0) for item in items] == [seconds(episode) for episode in heard]
    assert [item.get("podcastChapters", {}).get("url") for item in items] == [chapters_url(ours, episode) for episode in heard]
    # A person who is named twice is one to it, and roles are written large.
    for item, episode in zip(items, heard, strict=True):
        persons = [(part["name"], part["role"].lower(), part.get("href"), part.get("img")) for part in item.get("podcastPeople", [])]
        assert persons == people(ours, episode)
        transcripts = [(part["url"], part["language"], part.get("rel")) for part in item.get("podcastTranscripts", [])]
        assert transcripts == [(part.url, part.language, "captions" if part.captions else None) for part in episode.transcripts]
