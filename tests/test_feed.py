"""The feed as podcast apps read it: parsed back, compared with what is published today, and byte by byte."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import feedparser  # type: ignore[import-untyped]  # it ships no types
import pytest
from lxml import etree

from podpipe.episode import in_feed_order, make_enclosure, make_episode
from podpipe.feed import feed_artifact, feed_bytes, podcast_guid
from podpipe.manuscript import read_manuscript
from podpipe.model import Artifact, Chapter, Credit, Enclosure, Episode, Notes, Owner, Person, Show
from podpipe.settings import load_settings
from podpipe.sources import read_episodes

NAMES = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "psc": "http://podlove.org/simple-chapters",
}
JAPAN = timezone(timedelta(hours=9))
SHOW = Show(
    title="Test <Talk> & co",
    site_url="https://talk.example/show",
    language="en-GB",
    timezone="Asia/Tokyo",
    author="Ann & Bob",
    description="A show.",
    subtitle="Short",
    owner=Owner(name="Ann", email="ann@talk.example"),
    artwork="images/artwork.webp",
    categories=(("Technology",), ("Society & Culture", "Documentary")),
    copyright="Ann 2026",
)
EPISODE = Episode(
    slug="2",
    title="2. A <talk> & more",
    published=datetime(2026, 5, 29, 8, 0, 0, 999, tzinfo=JAPAN),
    description="About a talk",
    key="episode/2",
    url="https://talk.example/show/episode/2",
    guid="https://talk.example/show/episode/2",
    credits=(
        Credit(person=Person(id="ann", name="Ann", url="https://ann.example", image="images/ann.jpg")),
        Credit(person=Person(id="bob", name="Bob"), role="guest"),
    ),
    enclosure=Enclosure(
        url="https://talk.example/show/audio/2.mp3",
        mime_type="audio/mpeg",
        length=1234,
        duration=timedelta(hours=1, minutes=2, seconds=3, milliseconds=900),
        key="audio/2.mp3",
    ),
    chapters=(Chapter(start=timedelta(0), title="Hello"),),
    notes=Notes(html='<p><a href="/about">a</a> <a href="1">b</a></p>\n'),
    path="episodes/2026-05-29-2.md",
    explicit=True,
    image="https://cdn.example/2.avif",
    number=2,
    season=1,
)
PLAIN = replace(
    EPISODE,
    slug="1",
    title="1. Plain",
    published=datetime(2026, 5, 22, 8, tzinfo=JAPAN),
    url="https://talk.example/show/episode/1",
    guid="tag:talk.example,2020:1",
    credits=(),
    enclosure=Enclosure(url="https://cdn.example/1.m4a", mime_type="audio/x-m4a"),
    chapters=(),
    notes=Notes(html=""),
    explicit=False,
    image=None,
    number=None,
    season=None,
)


def channel(show: Show, episodes: Sequence[Episode]) -> Any:
    return etree.fromstring(feed_bytes(show, episodes)).find("channel")


def items(show: Show, episodes: Sequence[Episode]) -> list[Any]:
    return list(channel(show, episodes).findall("item"))


def texts(element: Any, *names: str) -> list[str | None]:
    return [element.findtext(name, namespaces=NAMES) for name in names]


def identities(xml: str) -> list[tuple[str, ...]]:
    patterns = ("<guid[^>]*>(.*?)</guid>", "<link>(.*?)</link>", "<pubDate>(.*?)</pubDate>")
    return [
        tuple(html.unescape(re.findall(pattern, item)[0]) for pattern in patterns)
        for item in re.findall("<item>(.*?)</item>", xml, re.DOTALL)
    ]


def test_podcast_apps_read_the_show() -> None:
    parsed = feedparser.parse(feed_bytes(SHOW, [EPISODE, PLAIN]))
    assert not parsed.bozo
    assert parsed.version == "rss20"
    show = parsed.feed
    assert (show.title, show.link, show.subtitle, show.language) == ("Test <Talk> & co", "https://talk.example/show/", "Short", "en-GB")
    assert show.publisher_detail == {"name": "Ann", "email": "ann@talk.example"}
    assert (show.image.href, show.rights) == ("https://talk.example/show/images/artwork.webp", "Ann 2026")
    assert [tag.term for tag in show.tags] == ["Technology", "Society & Culture", "Documentary"]
    assert [entry.title for entry in parsed.entries] == ["2. A <talk> & more", "1. Plain"]
    assert [entry.enclosures[0] for entry in parsed.entries] == [
        {"href": "https://talk.example/show/audio/2.mp3", "length": "1234", "type": "audio/mpeg"},
        {"href": "https://cdn.example/1.m4a", "length": "0", "type": "audio/x-m4a"},
    ]


def test_the_channel_says_what_apple_and_the_podcast_namespace_ask_for() -> None:
    made = channel(SHOW, [EPISODE, PLAIN])
    assert texts(made, "itunes:explicit", "itunes:type", "itunes:author", "itunes:subtitle", "podcast:guid", "generator") == [
        "false",
        "episodic",
        "Ann & Bob",
        "Short",
        podcast_guid("https://talk.example/show/feed.xml"),
        "podpipe",
    ]
    assert dict(made.find("atom:link", NAMES).attrib) == {
        "href": "https://talk.example/show/feed.xml",
        "rel": "self",
        "type": "application/rss+xml",
    }


@pytest.mark.parametrize(("explicit", "written"), [(True, "true"), (False, "false")])
def test_explicit_is_said_in_full_for_show_and_episode(explicit: bool, written: str) -> None:
    made = channel(replace(SHOW, explicit=explicit), [replace(EPISODE, explicit=not explicit)])
    assert made.findtext("itunes:explicit", namespaces=NAMES) == written
    assert made.find("item").findtext("itunes:explicit", namespaces=NAMES) != written


def test_an_item_says_all_that_is_known_of_the_episode() -> None:
    (item,) = items(SHOW, [EPISODE])
    assert texts(item, "title", "link", "pubDate", "itunes:duration", "itunes:episode", "itunes:season", "itunes:subtitle") == [
        "2. A <talk> & more",
        "https://talk.example/show/episode/2",
        "Fri, 29 May 2026 08:00:00 +0900",
        "01:02:03",
        "2",
        "1",
        "About a talk",
    ]
    assert item.find("itunes:image", NAMES).get("href") == "https://cdn.example/2.avif"
    assert dict(item.find("podcast:chapters", NAMES).attrib) == {
        "url": "https://talk.example/show/chapters/2.json",
        "type": "application/json+chapters",
    }
    assert [(person.text, dict(person.attrib)) for person in item.findall("podcast:person", NAMES)] == [
        ("Ann", {"role": "host", "href": "https://ann.example", "img": "https://talk.example/show/images/ann.jpg"}),
        ("Bob", {"role": "guest"}),
    ]


def test_an_item_says_nothing_of_what_is_not_known() -> None:
    (item,) = items(SHOW, [PLAIN])
    assert {etree.QName(tag).localname for tag in item} == {
        "title",
        "link",
        "description",
        "guid",
        "enclosure",
        "pubDate",
        "author",
        "subtitle",
        "explicit",
        "episodeType",
    }


def test_an_episode_without_audio_has_no_enclosure() -> None:
    (item,) = items(SHOW, [replace(EPISODE, enclosure=None)])
    assert item.find("enclosure") is None
    assert item.find("itunes:duration", NAMES) is None


@pytest.mark.parametrize(
    ("guid", "permanent"), [(EPISODE.url, "true"), ("tag:talk.example,2020:2", "false"), ("https://talk.example/2", "false")]
)
def test_a_guid_is_a_permalink_only_where_it_is_the_address(guid: str, permanent: str) -> None:
    (item,) = items(SHOW, [replace(EPISODE, guid=guid)])
    assert (item.findtext("guid"), item.find("guid").get("isPermaLink")) == (guid, permanent)


def test_relative_links_in_the_notes_become_absolute() -> None:
    (item,) = items(SHOW, [EPISODE])
    notes = '<p><a href="https://talk.example/about">a</a> <a href="https://talk.example/show/episode/1">b</a></p>'
    assert texts(item, "description", "content:encoded") == [notes, notes]


@pytest.mark.parametrize(
    ("description", "written"), [("1 < 2 <script>x</script>", "1 &lt; 2 &lt;script&gt;x&lt;/script&gt;"), ("", "1. Plain")]
)
def test_without_notes_the_description_stands_there_as_text(description: str, written: str) -> None:
    (item,) = items(SHOW, [replace(PLAIN, description=description)])
    assert item.findtext("description") == written


def test_characters_that_xml_cannot_hold_are_dropped_everywhere() -> None:
    bad = "a\x00\x01\x0b\ufffe\ud800b"
    show = replace(SHOW, title=bad, description=bad, author=bad, subtitle=bad, copyright=bad, artwork=bad, owner=Owner(name=bad, email=bad))
    person = Person(id="x", name=bad, url=bad, image=bad)
    enclosure = Enclosure(url=bad, mime_type="audio/mpeg")
    episode = replace(
        EPISODE,
        title=bad,
        description=bad,
        guid=bad,
        image=bad,
        enclosure=enclosure,
        notes=Notes(html=bad),
        credits=(Credit(person=person),),
    )
    made = channel(show, [episode])
    item = made.find("item")
    assert texts(made, "title", "description", "itunes:author", "itunes:subtitle", "copyright", "itunes:owner/itunes:email") == ["ab"] * 6
    assert texts(item, "title", "description", "guid", "itunes:subtitle", "podcast:person") == ["ab"] * 5
    assert item.find("enclosure").get("url") == "ab"


def test_the_feed_was_built_when_its_newest_episode_appeared() -> None:
    assert channel(SHOW, [PLAIN, EPISODE]).findtext("lastBuildDate") == "Fri, 29 May 2026 08:00:00 +0900"


def test_a_show_without_episodes_has_no_build_date_and_no_item() -> None:
    made = channel(SHOW, [])
    assert (made.find("lastBuildDate"), made.findall("item")) == (None, [])


def test_a_feed_in_pages_names_the_others_beside_itself() -> None:
    pages = [("first", "https://talk.example/show/feed.xml"), ("prev-archive", "https://talk.example/show/feed-3.xml")]
    made = feed_artifact(SHOW, [EPISODE], key="feed-2.xml", relations=pages)
    assert made.key == "feed-2.xml"
    assert isinstance(made.content, bytes)
    links = etree.fromstring(made.content).findall("channel/atom:link", NAMES)
    assert [(link.get("rel"), link.get("href")) for link in links] == [("self", "https://talk.example/show/feed-2.xml"), *pages]
    assert {link.get("type") for link in links} == {"application/rss+xml"}


def test_the_same_show_gives_the_same_bytes() -> None:
    assert feed_bytes(SHOW, [EPISODE, PLAIN]) == feed_bytes(SHOW, [EPISODE, PLAIN])
    assert feed_bytes(SHOW, []) == feed_bytes(SHOW, [])


def test_the_feed_is_one_artifact() -> None:
    assert feed_artifact(replace(SHOW, feed="rss.xml"), [PLAIN]) == Artifact(
        key="rss.xml",
        content=feed_bytes(replace(SHOW, feed="rss.xml"), [PLAIN]),
        content_type="application/rss+xml; charset=utf-8",
        cache_control="public, max-age=300",
    )


@pytest.mark.parametrize("url", ["podnews.net/rss", "https://podnews.net/rss", "http://podnews.net/rss/"])
def test_a_shows_guid_is_that_of_the_specifications_example(url: str) -> None:
    assert podcast_guid(url) == "9b024349-ccf0-5f69-a609-6b82873eab3c"


def test_a_real_show_keeps_every_guid_link_date_and_their_order(shared: Path) -> None:
    folder = shared / "shows/shirokane"
    settings = load_settings(folder)
    zone = ZoneInfo(settings.show.timezone)
    readings = (read_manuscript(file, zone=zone, site=settings.liquid) for file in read_episodes(folder, settings.episodes).files)
    people = {person.id: person for person in settings.show.people}
    episodes = [
        make_episode(
            manuscript,
            show=settings.show,
            people=people,
            enclosure=make_enclosure(manuscript, show=settings.show, mime_type="audio/mpeg", facts=None),
        )
        for manuscript in in_feed_order(reading.manuscript for reading in readings if reading.manuscript)
    ]
    theirs = (folder / "feed-published-today.xml").read_text()
    assert identities(feed_bytes(settings.show, episodes).decode()) == identities(theirs)
    assert len(identities(theirs)) == 89


def test_dates_at_the_ends_of_the_calendar_are_no_failure() -> None:
    first, last = datetime(1, 1, 1, tzinfo=JAPAN), datetime(9999, 12, 31, 23, tzinfo=UTC)
    assert len(items(SHOW, [replace(EPISODE, published=last), replace(PLAIN, published=first)])) == 2
