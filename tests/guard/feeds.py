"""Feeds for tests of the guard: made of values, as the reader gives them, and by Hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from podpipe.guard import PublishedFeed, PublishedItem

BEGAN = datetime(2026, 1, 1, 8, tzinfo=UTC)


def item(number: int) -> PublishedItem:
    """An episode of which everything is known, a week after the one before it."""
    return PublishedItem(
        position=0,
        title=f"{number}. A title",
        guid=f"tag:talk.example,2026:{number}",
        link=f"https://talk.example/episode/{number}",
        date=BEGAN + timedelta(weeks=number),
        written_date="as it is written",
        enclosure=f"https://talk.example/audio/{number}.mp3",
        length=1_000_000 + number,
        mime_type="audio/mpeg",
        duration=timedelta(minutes=30, seconds=number),
        chapters=f"https://talk.example/chapters/{number}.json",
        notes=f"notes of {number}",
    )


def feed(items: Sequence[PublishedItem]) -> PublishedFeed:
    """A feed of these items, at their places in it."""
    placed = tuple(replace(each, position=position) for position, each in enumerate(items))
    return PublishedFeed(title="Talk", address="https://talk.example/feed.xml", guid="917393e3", items=placed)


def of(number: int) -> PublishedFeed:
    """A feed of so many episodes, the newest first."""
    return feed([item(each) for each in range(number, 0, -1)])


_texts = st.text(max_size=12) | st.sampled_from(
    ["http://[", "https://a.example/%ff?x=1#y", "http://a.example/", "https://a.example", "://", "https://op3.example/e/a.example/x", "%"]
)
_items = st.builds(
    PublishedItem,
    position=st.just(0),
    title=_texts,
    guid=_texts,
    link=_texts,
    date=st.none() | st.datetimes(timezones=st.just(UTC)),
    written_date=_texts,
    enclosure=_texts,
    length=st.none() | st.integers(min_value=1),
    mime_type=st.sampled_from(["", "audio/mpeg", "video/mp4"]),
    duration=st.none() | st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=1)),
    chapters=_texts,
    notes=_texts,
)
any_feeds = st.builds(
    lambda items, facts: replace(feed(items), title=facts[0], address=facts[1], guid=facts[2]),
    st.lists(_items, max_size=8),
    st.tuples(_texts, _texts, _texts),
)
"""Feeds of any engine: with what is missing, repeated, or makes no sense."""
