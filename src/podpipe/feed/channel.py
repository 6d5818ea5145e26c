"""What the feed says of the show: RSS's own tags through feedgen, Apple's and the podcast namespace's through an extension of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from feedgen.ext.base import BaseExtension

from podpipe.feed.podcasting import add_configured, add_image, add_person, add_remote_item
from podpipe.feed.tags import ATOM, NAMESPACES, UNWRITTEN, itunes, podcast, truth, written_date, yes
from podpipe.model import Channel, Show
from podpipe.uris import podcast_guid, uri


def describe_channel(feed: Any, show: Show, *, key: str, built: datetime | None, relations: Sequence[tuple[str, str]]) -> None:
    """Say what the channel says. `key` is the feed's place on a target, `built` when it last changed, `relations` its further links."""
    feed.title(show.title or show.site_url)
    feed.link(href=show.address(key), rel="self", type="application/rss+xml")
    feed.link(href=f"{show.site_url}/", rel="alternate")  # last: feedgen takes the latest link for the channel's own
    feed.description(show.description or show.title or show.site_url)
    feed.language(show.language)
    feed.generator("podpipe")
    feed.lastBuildDate(UNWRITTEN)
    if show.copyright:
        feed.copyright(show.copyright)
    feed.podpipe.describe(show=show, built=built, relations=relations)


class ChannelTags(BaseExtension):  # type: ignore[misc]  # feedgen ships no types
    """Every channel tag but RSS's own.

    feedgen has some of Apple's. It refuses explicit as true or false and artwork with a query, and fails on a quotation mark in a category.
    """

    def __init__(self) -> None:
        self._show: Show | None = None
        self._built: datetime | None = None
        self._relations: Sequence[tuple[str, str]] = ()

    def describe(self, *, show: Show, built: datetime | None, relations: Sequence[tuple[str, str]]) -> None:
        self._show = show
        self._built = built
        self._relations = relations

    def extend_ns(self) -> dict[str, str]:
        return dict(NAMESPACES)

    def extend_rss(self, feed: Any) -> Any:
        channel, show = feed[0], self._show
        if show is None:
            return feed
        if self._built:
            built = channel.makeelement("lastBuildDate")
            built.text = written_date(self._built)
            channel.append(built)
        # feedgen writes no link into RSS but the feed's own.
        own = channel.find(f"{{{ATOM}}}link")
        for relation, address in reversed(self._relations):
            kind = {} if relation == "hub" else {"type": "application/rss+xml"}  # a hub is no feed
            own.addnext(channel.makeelement(f"{{{ATOM}}}link", href=address, rel=relation, **kind))
        _add_apples(channel, show)
        _add_podcasting(channel, show)
        return feed


def _add_apples(channel: Any, show: Show) -> None:
    itunes(channel, "author", show.author)
    itunes(channel, "type", show.channel.type)
    if show.subtitle:
        itunes(channel, "subtitle", show.subtitle)
    if show.owner:
        owner = itunes(channel, "owner")
        itunes(owner, "name", show.owner.name)
        itunes(owner, "email", show.owner.email)
    for category, *rest in show.categories:
        element = itunes(channel, "category", text=category)
        for subcategory in rest[:1]:
            itunes(element, "category", text=subcategory)
    itunes(channel, "explicit", truth(show.explicit))
    if show.artwork:
        itunes(channel, "image", href=uri(show.address(show.artwork)))
    # Apple looks for this very word; any other is as good as none.
    if show.channel.block:
        itunes(channel, "block", "Yes")
    if show.channel.complete:
        itunes(channel, "complete", "Yes")
    if show.channel.new_feed_url:
        itunes(channel, "new-feed-url", show.channel.new_feed_url)


def _add_podcasting(channel: Any, show: Show) -> None:
    said = show.channel
    podcast(channel, "guid", said.guid or podcast_guid(show.address(show.feed)))
    if show.owner or said.locked is not None:
        # Another host takes a feed over only when its owner unlocks it.
        podcast(channel, "locked", yes(said.locked is not False), owner=show.owner.email if show.owner else None)
    podcast(channel, "medium", said.medium)
    if show.artwork:
        add_image(channel, show, show.artwork)
    for person in show.people:
        if person.id in said.regulars:
            add_person(channel, show, person, person.role)
    add_configured(channel, show, said)
    for trailer in said.trailers:
        podcast(
            channel,
            "trailer",
            trailer.title,
            pubdate=written_date(trailer.published),
            url=uri(show.address(trailer.url)),
            length=trailer.length,
            type=trailer.mime_type,
            season=trailer.season,
        )
    _add_schedule(channel, said)
    _add_blocks(channel, said)
    if said.podroll:
        podroll = podcast(channel, "podroll")
        for item in said.podroll:
            add_remote_item(podroll, item)
    if said.publisher:
        add_remote_item(podcast(channel, "publisher"), said.publisher, medium="publisher")


def _add_blocks(channel: Any, said: Channel) -> None:
    if said.block:
        podcast(channel, "block", yes(True))
    for block in said.blocks:
        podcast(channel, "block", yes(block.blocked), id=block.service)


def _add_schedule(channel: Any, said: Channel) -> None:
    frequency = said.update_frequency
    if frequency:
        complete = truth(True) if said.complete else None
        podcast(channel, "updateFrequency", frequency.text, complete=complete, dtstart=frequency.start, rrule=frequency.rrule)
    if said.podping:
        podcast(channel, "podping", usesPodping=truth(True))
