"""What an episode's front matter says for the feed alone: its type, and the tags that stand below `feed:`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast, get_args

from podpipe import feed_values
from podpipe.feed_values import Entry, entries
from podpipe.head import Head
from podpipe.model import PLAIN_ITEM, EpisodeType, Item

T = TypeVar("T")


def given_item(head: Head) -> Item:
    """Read it; what cannot be read is left out of the feed and becomes one of the head's findings, at the line of the key."""
    values = head.matter.values
    if "feed" not in values and "episode_type" not in values:  # as nearly always
        return PLAIN_ITEM
    episode_type = head.text("episode_type") or "full"
    if episode_type not in get_args(EpisodeType):
        _note(head, "episode_type", f"episode_type is {episode_type!r}, not one of {', '.join(get_args(EpisodeType))}")
        episode_type = "full"
    written = values.get("feed") or {}
    if not isinstance(written, Mapping):
        _note(head, "feed", "feed must hold keys and values, each on a line of its own")
        written = {}
    return _item(cast("EpisodeType", episode_type), written, lambda place, message: _note(head, "feed", f"{place}: {message}"))


def _item(episode_type: EpisodeType, written: Mapping[str, Any], problem: Callable[[str, str], None]) -> Item:
    outer = Entry(written, "feed", problem)

    def each(key: str, read: Callable[[Entry], T | None], *, bare: str | None = None) -> tuple[T, ...]:
        outer.know(key)
        found = [(entry, read(entry)) for entry in entries(written.get(key), f"feed.{key}", problem, bare=bare)]
        return tuple(made for entry, made in found if entry.finish() and made is not None)

    item = Item(
        type=episode_type,
        block=outer.flag("block"),
        display=outer.text("display"),
        season_name=outer.text("season_name"),
        images=each("images", feed_values.image, bare="href"),
        funding=each("funding", feed_values.funding, bare="url"),
        locations=each("locations", feed_values.location, bare="name"),
        license=next(iter(each("license", feed_values.license_of, bare="name")), None),
        social=each("social", feed_values.social_interact),
        txts=each("txt", feed_values.txt, bare="text"),
        chat=next(iter(each("chat", feed_values.chat)), None),
        values=each("value", feed_values.value),
        soundbites=each("soundbites", feed_values.soundbite),
        alternates=each("alternate_enclosures", feed_values.alternate_enclosure),
        content_links=each("content_links", feed_values.content_link),
    )
    outer.finish()
    return item


def _note(head: Head, key: str, message: str) -> None:
    head.note("warning", "feed-key", key, message, "the feed goes without it; docs/feed.md says how it is written")
