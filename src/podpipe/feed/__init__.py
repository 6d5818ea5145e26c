"""The RSS feed, made with feedgen, and the tags that podpipe adds through feedgen's extensions.

The form is RSS 2.0 with Apple's itunes tags (https://podcasters.apple.com/support/823-podcast-requirements), those of the podcast
namespace (https://podcasting2.org/docs/podcast-namespace) and Podlove Simple Chapters, each wherever there is data for it. The same show
gives the same bytes in any thread: no clock is read, and the process's locale is left alone.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from feedgen.feed import FeedGenerator

from podpipe.feed.channel import ChannelTags, describe_channel
from podpipe.feed.fragments import Fragments
from podpipe.feed.item import ItemTags, add_item
from podpipe.model import Artifact, Episode, Show
from podpipe.uris import podcast_guid
from podpipe.xml_text import as_xml_text

__all__ = ["feed_artifact", "feed_bytes", "podcast_guid"]

T = TypeVar("T")

_ITEM = b"    <item>\n"
_END = b"  </channel>\n</rss>\n"

_PART = 500
"""How many items are in memory at once, as feedgen's values and lxml's elements: several times their bytes."""


def feed_artifact(
    show: Show, episodes: Sequence[Episode], *, key: str | None = None, relations: Sequence[tuple[str, str]] = ()
) -> Artifact:
    """The show's feed. `episodes` come newest first, each with its enclosure where it has one.

    `key` is its place on a target, where that is not the show's own. `relations` are further `atom:link` elements as pairs of `rel` and
    address, as a feed in pages has them (RFC 5005, section 3).
    """
    return Artifact(
        key=key or show.feed,
        content=feed_bytes(show, episodes, key=key, relations=relations),
        content_type="application/rss+xml; charset=utf-8",
        cache_control="public, max-age=300",
    )


def feed_bytes(show: Show, episodes: Sequence[Episode], *, key: str | None = None, relations: Sequence[tuple[str, str]] = ()) -> bytes:
    """The feed as UTF-8 XML, without the characters that XML 1.0 cannot hold (section 2.2)."""
    built = max((episode.published for episode in episodes), default=None)
    whole = io.BytesIO()
    for start in range(0, max(len(episodes), 1), _PART):
        part = episodes[start : start + _PART]
        head, *pieces = _part(show, part, key=key or show.feed, built=built, relations=relations)
        whole.write(head[head.index(_ITEM) if start else 0 :])
        whole.writelines(pieces)
        whole.seek(-len(_END), io.SEEK_CUR)
    whole.write(_END)
    return whole.getvalue()


def _part(
    show: Show, episodes: Sequence[Episode], *, key: str, built: datetime | None, relations: Sequence[tuple[str, str]]
) -> list[bytes]:
    """The feed with a part of its items, in pieces."""
    try:
        return _written(show, episodes, key, built, relations)
    except ValueError:
        # Such a character is met on the way. Hardly any show has one, and to look for them beforehand takes a quarter of a feed's time.
        return _written(_cleaned(show), [_cleaned(episode) for episode in episodes], key, built, relations)


def _written(
    show: Show, episodes: Sequence[Episode], key: str, built: datetime | None, relations: Sequence[tuple[str, str]]
) -> list[bytes]:
    feed = FeedGenerator()
    feed.register_extension("podpipe", ChannelTags, ItemTags, atom=False)
    describe_channel(feed, show, key=key, built=built, relations=relations)
    fragments = Fragments()
    for episode in episodes:
        add_item(feed, show, episode, fragments)
    return list(fragments.filled(feed.rss_str(pretty=True)))


def _cleaned(value: T) -> T:
    """A value of the model with no text in it that XML cannot hold."""
    cleaned: Any = value
    if isinstance(value, str):
        cleaned = as_xml_text(value)
    elif isinstance(value, tuple) and type(value) is tuple:
        cleaned = tuple(map(_cleaned, value))
    elif is_dataclass(value) and not isinstance(value, type):
        cleaned = replace(value, **{part.name: _cleaned(getattr(value, part.name)) for part in fields(value) if part.init})
    result: T = cleaned
    return result
