"""Whatever texts a show is made of, its feed is well formed and says them again; and it says the same in every thread and locale."""

from __future__ import annotations

import locale
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from podpipe import feed as feed_room
from podpipe.feed import feed_bytes
from podpipe.model import (
    AlternateEnclosure,
    Chapter,
    Credit,
    Enclosure,
    Episode,
    Funding,
    Item,
    MediaSource,
    Notes,
    Owner,
    Person,
    Show,
    Soundbite,
    Transcript,
    Txt,
)
from podpipe.xml_text import as_xml_text, first_not_xml, is_xml_text
from tests.test_feed import EPISODE, NAMES, PLAIN, SHOW

SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None)

TEXT = st.text(max_size=30)
"""Anything that Python's text can be: control characters and halves of surrogate pairs too."""
SOME = TEXT.filter(lambda text: bool(as_xml_text(text).strip()))
TIMES = st.integers(0, 10**8).map(lambda milliseconds: timedelta(milliseconds=milliseconds))
DATES = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)).flatmap(  # noqa: DTZ001 - the zone comes next
    lambda date: st.integers(-14 * 60, 14 * 60).map(lambda minutes: date.replace(tzinfo=timezone(timedelta(minutes=minutes))))
)
PEOPLE = st.builds(
    Person, id=SOME, name=SOME, url=st.none() | SOME, image=st.none() | SOME, role=st.sampled_from(["host", "guest", "fact checker"])
)
CHAPTERS = st.builds(Chapter, start=TIMES, title=TEXT, url=st.none() | TEXT)
ENCLOSURES = st.builds(
    Enclosure, url=SOME, mime_type=SOME, length=st.none() | st.integers(1, 10**12), duration=st.none() | TIMES, key=st.none()
)
TRANSCRIPTS = st.builds(Transcript, url=SOME, mime_type=st.sampled_from(["text/vtt", "text/plain"]), language=SOME)
ITEMS = st.builds(
    Item,
    type=st.sampled_from(["full", "trailer", "bonus"]),
    display=TEXT,
    season_name=TEXT,
    funding=st.lists(st.builds(Funding, url=SOME, text=TEXT), max_size=2).map(tuple),
    txts=st.lists(st.builds(Txt, text=SOME, purpose=TEXT), max_size=2).map(tuple),
    soundbites=st.lists(st.builds(Soundbite, start=TIMES, duration=TIMES, title=TEXT), max_size=2).map(tuple),
    alternates=st.lists(
        st.builds(
            AlternateEnclosure,
            mime_type=SOME,
            title=TEXT,
            sources=st.lists(st.builds(MediaSource, uri=SOME), min_size=1, max_size=2).map(tuple),
        ),
        max_size=1,
    ).map(tuple),
)
EPISODES = st.builds(
    Episode,
    slug=SOME,
    title=SOME,
    published=DATES,
    description=TEXT,
    key=SOME,
    url=SOME.map(lambda text: f"https://talk.example/{text}"),
    guid=SOME,
    credits=st.lists(st.builds(Credit, person=PEOPLE, role=st.sampled_from(["host", "guest"])), max_size=3).map(tuple),
    enclosure=st.none() | ENCLOSURES,
    chapters=st.lists(CHAPTERS, max_size=5).map(tuple),
    notes=st.builds(
        Notes, html=TEXT | st.lists(st.sampled_from(["<p>", "</p>", "]]>", "x", "<?podpipe?>", "&#x0;", "<ul>"]), max_size=9).map("".join)
    ),
    path=SOME,
    explicit=st.booleans(),
    image=st.none() | SOME,
    number=st.none() | st.integers(1, 10**6),
    season=st.none() | st.integers(1, 100),
    transcripts=st.lists(TRANSCRIPTS, max_size=2).map(tuple),
    item=ITEMS,
)
SHOWS = st.builds(
    Show,
    title=SOME,
    site_url=SOME.map(lambda text: f"https://talk.example/{text}"),
    language=SOME,
    timezone=st.just("UTC"),
    author=TEXT,
    description=TEXT,
    owner=st.none() | st.builds(Owner, name=SOME, email=SOME),
    subtitle=TEXT,
    artwork=st.none() | SOME,
    categories=st.lists(st.lists(SOME, min_size=1, max_size=2).map(tuple), max_size=3).map(tuple),
    explicit=st.booleans(),
    people=st.lists(PEOPLE, max_size=2).map(tuple),
    copyright=st.none() | TEXT,
)


def text_of(parent: Any, name: str) -> str | None:
    found: str | None = parent.findtext(name, namespaces=NAMES)
    return found


def attribute(parent: Any, name: str, key: str) -> str | None:
    element = parent.find(name, NAMES)
    return None if element is None else element.get(key)


def kept(text: str | None) -> str:
    return as_xml_text(text or "")


@SETTINGS
@given(SHOWS, st.lists(EPISODES, max_size=3))
def test_what_a_show_says_is_read_again(show: Show, episodes: list[Episode]) -> None:
    feed = feed_bytes(show, episodes)
    assert is_xml_text(feed.decode())
    channel = etree.fromstring(feed).find("channel")
    assert text_of(channel, "title") == kept(show.title)
    assert text_of(channel, "itunes:author") == kept(show.author)
    assert [tag.get("text") for tag in channel.findall("itunes:category", NAMES)] == [kept(parts[0]) for parts in show.categories]
    items = channel.findall("item")
    assert len(items) == len(episodes)
    for item, episode in zip(items, episodes, strict=True):
        assert text_of(item, "title") == kept(episode.title)
        assert text_of(item, "guid") == kept(episode.guid)
        assert datetime.strptime(text_of(item, "pubDate") or "", "%a, %d %b %Y %H:%M:%S %z") == episode.published.replace(microsecond=0)
        audio = episode.enclosure
        assert attribute(item, "enclosure", "url") == (kept(audio.url) if audio else None)
        assert attribute(item, "enclosure", "length") == (str(audio.length or 0) if audio else None)
        assert [tag.text for tag in item.findall("podcast:person", NAMES)] == [kept(credit.person.name) for credit in episode.credits]
        assert [tag.get("url") for tag in item.findall("podcast:transcript", NAMES)] == [kept(part.url) for part in episode.transcripts]
        marks = [(tag.get("start")[:8], tag.get("title")) for tag in item.iter(f"{{{NAMES['psc']}}}chapter")]
        assert [title for _, title in marks] == [kept(part.title) for part in sorted(episode.chapters, key=lambda part: part.start)]
        assert [tag.text or "" for tag in item.findall("podcast:txt", NAMES)] == [kept(part.text) for part in episode.item.txts]
        notes = kept(episode.notes.html).strip()
        if "<" not in notes:  # links in it would be made absolute
            assert text_of(item, "content:encoded") == (notes or None)
        assert len((text_of(item, "description") or "").encode()) <= 4000


@SETTINGS
@given(TEXT)
def test_texts_that_xml_can_hold_are_told_from_others(text: str) -> None:
    first = first_not_xml(text)
    assert is_xml_text(text) is (first is None)
    cleaned = as_xml_text(text)
    assert is_xml_text(cleaned)
    if first:
        assert f"U+{ord(text[first[1]]):04X}" == first[0]
        assert is_xml_text(text[: first[1]])
    else:
        assert cleaned == text


def many(show: int) -> tuple[Show, list[Episode]]:
    episodes = [replace(EPISODE, guid=f"{show}-{number}", title=f"{number}. \x07 of {show}") for number in range(150)]
    return replace(SHOW, title=f"Show {show}"), [*episodes, PLAIN]


def test_feeds_made_at_once_in_threads_are_those_made_one_after_the_other() -> None:
    shows = [many(number) for number in range(6)]
    alone = [feed_bytes(*show) for show in shows]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda show: feed_bytes(*show), shows)) == alone


def test_the_locale_of_the_process_is_neither_asked_nor_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = feed_bytes(SHOW, [EPISODE, PLAIN])
    touched: list[Any] = []
    monkeypatch.setattr(locale, "setlocale", lambda *arguments: touched.append((threading.get_ident(), arguments)))
    assert feed_bytes(SHOW, [EPISODE, PLAIN]) == expected
    assert touched == []


def test_a_feed_is_the_same_whether_its_items_are_made_in_one_part_or_several(monkeypatch: pytest.MonkeyPatch) -> None:
    show, episodes = many(1)
    whole = feed_bytes(show, episodes)
    monkeypatch.setattr(feed_room, "_PART", 7)
    assert feed_bytes(show, episodes) == whole
    assert len(re.findall(b"<channel>", whole)) == 1
    assert whole.endswith(b"</item>\n  </channel>\n</rss>\n")


def test_the_newest_date_is_when_a_feed_in_parts_was_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_room, "_PART", 1)
    feed = feed_bytes(SHOW, [PLAIN, replace(EPISODE, published=datetime(2030, 1, 1, tzinfo=UTC))])
    assert re.findall(b"<lastBuildDate>(.*?)</lastBuildDate>", feed) == [b"Tue, 01 Jan 2030 00:00:00 +0000"]
