"""The RSS feed, made with feedgen, and the tags that podpipe adds through feedgen's extensions.

The form is RSS 2.0 with Apple's itunes tags (https://podcasters.apple.com/support/823-podcast-requirements) and those of the podcast
namespace (https://podcasting2.org/docs/podcast-namespace) for which there is data. The same show gives the same bytes: no clock is read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from podpipe.episode import chapters_key
from podpipe.model import Artifact, Enclosure, Episode, Person, Show
from podpipe.notes import with_absolute_links
from podpipe.timecode import full_clock

T = TypeVar("T")

ATOM = "http://www.w3.org/2005/Atom"
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"
_GUID_NAMESPACE = "ead4c236-bf58-58c6-a2c6-a6b28d128cb6"
_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


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
    try:
        return _written(show, episodes, key or show.feed, relations)
    except ValueError:
        # lxml refuses such a character. Hardly any show has one, and to look for them beforehand takes a quarter of a feed's time.
        return _written(_cleaned(show), [_cleaned(episode) for episode in episodes], key or show.feed, relations)


def _written(show: Show, episodes: Sequence[Episode], key: str, relations: Sequence[tuple[str, str]]) -> bytes:
    feed = FeedGenerator()
    feed.load_extension("podcast")
    feed.register_extension("podpipe", _ChannelTags, _ItemTags, atom=False)
    _describe_channel(feed, show, key)
    if episodes:
        feed.lastBuildDate(max(episode.published for episode in episodes))
    feed.podpipe.describe(show=show, dated=bool(episodes), relations=relations)
    for episode in episodes:
        _add_item(feed, show, episode)
    xml: bytes = feed.rss_str(pretty=True)
    return xml


def podcast_guid(feed_url: str) -> str:
    """The show's identity across hosts: UUIDv5 of the feed's URL without scheme and trailing slashes (podcast namespace, guid)."""
    import uuid

    return str(uuid.uuid5(uuid.UUID(_GUID_NAMESPACE), re.sub(r"^[a-z]+://", "", feed_url).rstrip("/")))


def _describe_channel(feed: Any, show: Show, key: str) -> None:
    feed.title(show.title)
    feed.link(href=show.address(key), rel="self", type="application/rss+xml")
    feed.link(href=f"{show.site_url}/", rel="alternate")  # last: feedgen takes the latest link for the channel's own
    feed.description(show.description)
    feed.language(show.language)
    feed.generator("podpipe")
    if show.copyright:
        feed.copyright(show.copyright)
    feed.podcast.itunes_author(show.author)
    feed.podcast.itunes_type("episodic")
    if show.subtitle:
        feed.podcast.itunes_subtitle(show.subtitle)
    if show.owner:
        feed.podcast.itunes_owner(name=show.owner.name, email=show.owner.email)
    if show.categories:
        feed.podcast.itunes_category([{"cat": parts[0], "sub": parts[1] if len(parts) > 1 else None} for parts in show.categories])


def _add_item(feed: Any, show: Show, episode: Episode) -> None:
    entry = feed.add_entry(order="append")
    entry.title(episode.title)
    entry.link(href=episode.url)
    entry.guid(episode.guid, permalink=episode.guid == episode.url)
    entry.pubDate(_without_micros(episode.published))
    notes = with_absolute_links(episode.notes.html, episode.url).strip()
    entry.description(notes or html.escape(episode.description or episode.title, quote=False))
    enclosure = episode.enclosure
    if enclosure:
        entry.enclosure(enclosure.url, str(enclosure.length or 0), enclosure.mime_type)
        _time(entry, enclosure)
    entry.podcast.itunes_author(show.author)
    if episode.description:
        entry.podcast.itunes_subtitle(episode.description)
    entry.podpipe.describe(show=show, episode=episode)


def _time(entry: Any, enclosure: Enclosure) -> None:
    if enclosure.duration:
        entry.podcast.itunes_duration(full_clock(enclosure.duration))


def _without_micros(date: datetime) -> datetime:
    return date.replace(microsecond=0)


def _cleaned(value: T) -> T:
    """A value of the model with no text in it that XML cannot hold."""
    cleaned: Any = value
    if isinstance(value, str):
        cleaned = re.sub(_NOT_XML, "", value)
    elif isinstance(value, tuple) and type(value) is tuple:
        cleaned = tuple(map(_cleaned, value))
    elif is_dataclass(value) and not isinstance(value, type):
        cleaned = replace(value, **{part.name: _cleaned(getattr(value, part.name)) for part in fields(value) if part.init})
    result: T = cleaned
    return result


class _ChannelTags(BaseExtension):  # type: ignore[misc]  # feedgen ships no types
    """Channel tags that feedgen lacks or refuses: explicit as true or false, any artwork URL, the show's guid."""

    def __init__(self) -> None:
        self._show: Show | None = None
        self._dated = True
        self._relations: Sequence[tuple[str, str]] = ()

    def describe(self, *, show: Show, dated: bool, relations: Sequence[tuple[str, str]] = ()) -> None:
        """Say what the tags tell; without a dated episode the feed has no lastBuildDate, which feedgen would set to now."""
        self._show = show
        self._dated = dated
        self._relations = relations

    def extend_ns(self) -> dict[str, str]:
        return {"itunes": ITUNES, "podcast": PODCAST}

    def extend_rss(self, feed: Any) -> Any:
        channel = feed[0]
        if self._show is None:
            return feed
        if not self._dated:
            for element in channel.findall("lastBuildDate"):
                channel.remove(element)
        # feedgen writes no link into RSS but the feed's own.
        own = channel.find(f"{{{ATOM}}}link")
        for relation, address in reversed(self._relations):
            own.addnext(etree.Element(f"{{{ATOM}}}link", href=address, rel=relation, type="application/rss+xml"))
        _tag(channel, ITUNES, "explicit", _truth(self._show.explicit))
        if self._show.artwork:
            _tag(channel, ITUNES, "image", href=self._show.address(self._show.artwork))
        _tag(channel, PODCAST, "guid", podcast_guid(self._show.address(self._show.feed)))
        return feed


class _ItemTags(BaseEntryExtension):  # type: ignore[misc]  # feedgen ships no types
    """Item tags that feedgen lacks or refuses: explicit as true or false, artwork, numbers, chapters and people."""

    def __init__(self) -> None:
        self._show: Show | None = None
        self._episode: Episode | None = None

    def describe(self, *, show: Show, episode: Episode) -> None:
        self._show = show
        self._episode = episode

    def extend_rss(self, entry: Any) -> Any:
        show, episode = self._show, self._episode
        if show is None or episode is None:
            return entry
        _tag(entry, ITUNES, "explicit", _truth(episode.explicit))
        if episode.image:
            _tag(entry, ITUNES, "image", href=show.address(episode.image))
        if episode.number:
            _tag(entry, ITUNES, "episode", str(episode.number))
        if episode.season:
            _tag(entry, ITUNES, "season", str(episode.season))
        if episode.chapters:
            _tag(entry, PODCAST, "chapters", url=show.address(quote(chapters_key(episode))), type="application/json+chapters")
        for credit in episode.credits:
            _person(entry, show, credit.person, credit.role)
        return entry


def _person(parent: Any, show: Show, person: Person, role: str) -> None:
    attributes = (
        {"role": role} | ({"href": person.url} if person.url else {}) | ({"img": show.address(person.image)} if person.image else {})
    )
    _tag(parent, PODCAST, "person", person.name, **attributes)


def _tag(parent: Any, namespace: str, name: str, text: str | None = None, **attributes: str) -> None:
    element = etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)
    if text is not None:
        element.text = text


def _truth(value: bool) -> str:
    return "true" if value else "false"
