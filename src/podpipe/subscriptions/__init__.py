"""Every feed that listeners can subscribe to: the show's own, those of people and tags, and the JSON Feed; in pages where it is long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote

from podpipe.model import EVERY, Artifact, Episode, FeedChoices, Finding, Person, Show, Where
from podpipe.site.addresses import path_name, person_keys, unclaimed
from podpipe.site.views import FeedLink, SiteFeeds, everybody
from podpipe.subscriptions.json_feed import CONTENT_TYPE, json_feed
from podpipe.subscriptions.paging import Page, pages
from podpipe.subscriptions.prefix import measured
from podpipe.uris import podcast_guid

__all__ = ["feed_addresses", "feed_keys", "feed_parts", "site_feeds", "tag_findings"]

RSS = "application/rss+xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One feed of RSS: the show as that feed presents it, its title and `feed` key above all, and its episodes, newest first."""

    show: Show
    episodes: tuple[Episode, ...]
    person: str | None = None

    @property
    def link(self) -> FeedLink:
        return FeedLink(title=self.show.title, key=self.show.feed, content_type=RSS)


def feed_parts(show: Show, episodes: Sequence[Episode], choices: FeedChoices) -> list[Callable[[], tuple[Artifact, ...]]]:
    """All feeds of a show, given its episodes newest first, in parts: each to be made when it is called, by whoever has the time."""
    parts: list[Callable[[], tuple[Artifact, ...]]] = [partial(_own_feed, show, tuple(episodes), choices)]
    if choices.json:
        parts.append(partial(_json_feeds, show, tuple(episodes), choices))
    others = _others(show, episodes, choices)
    if others:
        parts.append(partial(_other_feeds, show, others, choices))
    return parts


def feed_keys(show: Show, episodes: Sequence[Episode], choices: FeedChoices) -> frozenset[str]:
    """The keys of all that `feed_parts` makes, without making it."""
    divided = [
        *pages(show.feed, episodes, choices.page_items),
        *(pages(json_key(show), episodes, choices.page_items) if choices.json else ()),
        *(page for other in _others(show, episodes, choices) for page in pages(other.show.feed, other.episodes, choices.page_items)),
    ]
    return frozenset(page.key for page in divided)


def feed_addresses(show: Show, episodes: Sequence[Episode], choices: FeedChoices) -> Mapping[str, str]:
    """The public address of every feed that listeners subscribe to, by key; the show's own first, and no pages."""
    keys = [show.feed, *([json_key(show)] if choices.json else []), *(other.show.feed for other in _others(show, episodes, choices))]
    return {key: show.address(quote(key)) for key in keys}


def site_feeds(show: Show, episodes: Sequence[Episode], choices: FeedChoices) -> SiteFeeds:
    """Which of the feeds each page of the site links to, beside the show's own."""
    others = _others(show, episodes, choices)
    return SiteFeeds(
        everywhere=(FeedLink(title=show.title, key=json_key(show), content_type=CONTENT_TYPE),) if choices.json else (),
        index=tuple(other.link for other in others if other.person is None),
        people={other.person: other.link for other in others if other.person is not None},
    )


def tag_findings(episodes: Iterable[Episode], choices: FeedChoices, *, where: Where) -> tuple[Finding, ...]:
    """A warning for each tag that has a feed by the settings, which are at `where`, and no episode."""
    known = {tag.casefold() for episode in episodes for tag in episode.tags}
    return tuple(
        Finding(
            level="warning",
            rule="feed-tag-unused",
            where=where,
            message=f"no public episode has the tag {tag!r}, so that it has no feed",
            hint="correct it, or give an episode that tag",
        )
        for tag in choices.tags
        if tag != EVERY and tag.casefold() not in known
    )


def json_key(show: Show) -> str:
    """Where the JSON Feed lies: beside the show's own feed, under its name."""
    return f"{show.feed.removesuffix('.xml')}.json"


def _own_feed(show: Show, episodes: tuple[Episode, ...], choices: FeedChoices) -> tuple[Artifact, ...]:
    return _rss(Subscription(show=show, episodes=_measured(show, episodes, choices)), choices)


def _other_feeds(show: Show, others: Sequence[Subscription], choices: FeedChoices) -> tuple[Artifact, ...]:
    counted = (replace(other, episodes=_measured(show, other.episodes, choices)) for other in others)
    return tuple(artifact for other in counted for artifact in _rss(other, choices))


def _rss(feed: Subscription, choices: FeedChoices) -> tuple[Artifact, ...]:
    # Imported here, feedgen and lxml load in the process that makes the feed, beside the pages, and never for a stage before this one.
    from podpipe.feed import feed_artifact

    made = []
    for page in pages(feed.show.feed, feed.episodes, choices.page_items):
        relations = [(relation, feed.show.address(quote(key))) for relation, key in page.relations]
        if choices.hub and page.newer is None:
            relations.append(("hub", choices.hub))
        # The key as addresses have it, and then as targets do.
        shown = replace(feed.show, feed=quote(feed.show.feed))
        artifact = feed_artifact(shown, page.episodes, key=quote(page.key), relations=relations)
        made.append(replace(artifact, key=page.key))
    return tuple(made)


def _json_feeds(show: Show, episodes: tuple[Episode, ...], choices: FeedChoices) -> tuple[Artifact, ...]:
    divided: tuple[Page[Episode], ...] = pages(json_key(show), _measured(show, episodes, choices), choices.page_items)
    return tuple(
        json_feed(show, page.episodes, key=page.key, older=page.older, hub=choices.hub if page.newer is None else None) for page in divided
    )


def _measured(show: Show, episodes: tuple[Episode, ...], choices: FeedChoices) -> tuple[Episode, ...]:
    if not choices.download_prefixes:
        return episodes
    # An episode's audio has one address in all feeds: the services count by it.
    guid = show.channel.guid or podcast_guid(show.address(show.feed))
    return tuple(measured(episode, choices.download_prefixes, guid=guid) for episode in episodes)


def _others(show: Show, episodes: Sequence[Episode], choices: FeedChoices) -> tuple[Subscription, ...]:
    return (*_of_people(show, episodes, choices.people), *_of_tags(show, episodes, choices.tags))


def _presented(show: Show, name: str, *, feed: str) -> Show:
    """The show as a feed of a part of it presents it: under an identity of its own, and not moved away to where the whole show is.

    The show's trailers are not those of a person.
    """
    channel = replace(show.channel, guid=None, new_feed_url=None, trailers=())
    return replace(show, title=f"{show.title}: {name}", feed=feed, channel=channel)


def _of_people(show: Show, episodes: Sequence[Episode], wanted: Sequence[str]) -> list[Subscription]:
    """The feeds of the people wanted whom an episode credits, in the roster's order, each beside the person's page."""
    if not wanted:
        return []
    people = everybody(show, episodes)
    keys = person_keys(people.values())
    held: dict[str, list[Episode]] = {}
    for episode in episodes:
        for identifier in dict.fromkeys(credit.person.id for credit in episode.credits):
            held.setdefault(identifier, []).append(episode)

    def feed(person: Person) -> Subscription:
        shown = _presented(show, person.name, feed=f"{keys[person.id]}.xml")
        return Subscription(show=shown, episodes=tuple(held[person.id]), person=person.id)

    return [feed(person) for person in people.values() if person.id in held and (EVERY in wanted or person.id in wanted)]


def _of_tags(show: Show, episodes: Sequence[Episode], wanted: Sequence[str]) -> list[Subscription]:
    """The feeds of the tags wanted that an episode has, whatever their case; the earliest comes first, so that none moves later."""
    if not wanted:
        return []
    names: dict[str, str] = {}
    held: dict[str, list[Episode]] = {}
    for episode in reversed(episodes):
        for tag in episode.tags:
            names.setdefault(tag.casefold(), tag)
            held.setdefault(tag.casefold(), []).append(episode)
    keys = unclaimed((tag, f"tags/{path_name(tag) or 'tag'}") for tag in names)
    names |= {tag.casefold(): tag for tag in wanted if tag.casefold() in names}
    return [
        Subscription(show=_presented(show, name, feed=f"{keys[tag]}.xml"), episodes=tuple(reversed(held[tag])))
        for tag, name in names.items()
        if EVERY in wanted or any(tag == other.casefold() for other in wanted)
    ]
