"""The website: which pages a show has, what each of them says to people and machines, and the chapters files beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from podpipe.chapter_forms import chapters_key, json_chapters, track_address
from podpipe.model import Artifact, Episode, Show
from podpipe.site.addresses import Addresses, person_key, person_keys
from podpipe.site.metadata import linked_episode, linked_series, linked_show, sitemap
from podpipe.site.views import (
    EpisodeView,
    PageView,
    PersonView,
    SiteFeeds,
    Templates,
    audio_view,
    chapter_views,
    episode_views,
    everybody,
    feed_views,
    person_views,
    transcript_views,
)
from podpipe.site.words import locale, words_for

__all__ = ["Templates", "chapters_artifact", "person_key", "person_keys", "site_artifacts", "site_keys", "site_parts"]

_NO_FEEDS = SiteFeeds()
_TWEET = re.compile(r"""class=["'][^"']*\btwitter-tweet\b""")
_HASHTAG_SEARCH = {"x": "https://x.com/hashtag/", "bluesky": "https://bsky.app/hashtag/"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Appearances:
    """A person who is credited, the day of the newest episode that credits them, and the rendered list entries of all such episodes."""

    id: str
    person: PersonView
    newest: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """One show's site while it is made: its addresses, the values of every page (its frame among them), people by id, its linked data."""

    show: Show
    addresses: Addresses
    templates: Templates
    values: Mapping[str, object]
    people: Mapping[str, PersonView]
    series: Mapping[str, object]
    feeds: SiteFeeds

    def page(self, key: str, template: str, **values: object) -> Artifact:
        return _text(key, self.templates.render(template, **self.values, **values), "text/html; charset=utf-8")

    def about(self, title: str, url: str, description: str, image: str | None = None) -> PageView:
        picture = image or self.show.artwork
        return PageView(
            title=title,
            url=url,
            description=" ".join(description.split()),
            image=self.addresses.public(picture) if picture else None,
        )


def site_artifacts(show: Show, episodes: Sequence[Episode], templates: Templates, *, feeds: SiteFeeds = _NO_FEEDS) -> tuple[Artifact, ...]:
    """Every page of a show, given its episodes newest first, and what lies beside the pages.

    These are the index, the people, the page for lost visitors, sitemap.xml and robots.txt, then the episodes and their JSON chapters.
    Links within the site are paths from the host's root, below the path of `site_url`; canonical and social addresses are
    absolute. `feeds` are those beside the show's own that the pages tell of.
    """
    return tuple(artifact for part in site_parts(show, episodes, templates, size=len(episodes), feeds=feeds) for artifact in part())


def site_parts(
    show: Show, episodes: Sequence[Episode], templates: Templates, *, size: int, feeds: SiteFeeds = _NO_FEEDS
) -> list[Callable[[], tuple[Artifact, ...]]]:
    """The same in parts, each to be made when it is called, by whoever has the time: first the pages about several episodes, then the
    episodes in their order, `size` at a time."""
    addresses = Addresses.of(show.site_url)
    people = person_views(everybody(show, episodes), addresses, templates)
    has_people = any(episode.credits for episode in episodes)
    values = _shared_values(show, addresses, templates, has_people=has_people, feeds=feeds)
    series = linked_series(show, addresses)
    site = _Site(show=show, addresses=addresses, templates=templates, values=values, people=people, series=series, feeds=feeds)
    runs = (slice(start, start + size) for start in range(0, len(episodes), max(size, 1)))
    return [partial(_overview, site, episodes), *(partial(_episode_pages, site, episodes, run) for run in runs)]


def _overview(site: _Site, episodes: Sequence[Episode]) -> tuple[Artifact, ...]:
    addresses = site.addresses
    views = episode_views(site.show, episodes, addresses, site.people)
    words = words_for(site.show.language)
    entries = [site.templates.render("entry.html", episode=view, words=words) for view in views]
    appearances = _appearances(episodes, views, entries, site.people)
    return (
        _index_page(site, entries),
        *_people_pages(site, appearances),
        site.page("404.html", "404.html"),
        _sitemap(addresses, views, appearances),
        _text("robots.txt", f"User-agent: *\nAllow: /\n\nSitemap: {addresses.public('sitemap.xml')}\n", "text/plain; charset=utf-8"),
    )


def site_keys(show: Show, episodes: Sequence[Episode]) -> frozenset[str]:
    """The keys of all that `site_artifacts` makes, without making it."""
    keys = {"index.html", "404.html", "sitemap.xml", "robots.txt"}
    keys.update(episode.key for episode in episodes)
    keys.update(chapters_key(episode) for episode in episodes if episode.chapters)
    credited = {credit.person.id for episode in episodes for credit in episode.credits}
    if credited:
        places = person_keys(everybody(show, episodes).values())
        keys.update(("people/index.html", *(places[identifier] for identifier in credited)))
    return frozenset(keys)


def chapters_artifact(show: Show, episode: Episode) -> Artifact | None:
    """An episode's chapters as JSON, for apps; None without any."""
    return _text(chapters_key(episode), json_chapters(episode, show=show.title), "application/json+chapters") if episode.chapters else None


def _appearances(
    episodes: Sequence[Episode], views: Sequence[EpisodeView], entries: Sequence[str], people: Mapping[str, PersonView]
) -> tuple[_Appearances, ...]:
    """Everybody who is credited, in the order of `people`."""
    places: dict[str, list[int]] = {identifier: [] for identifier in people}
    for place, episode in enumerate(episodes):
        for identifier in dict.fromkeys(credit.person.id for credit in episode.credits):
            places[identifier].append(place)
    return tuple(
        _Appearances(id=identifier, person=people[identifier], newest=views[found[0]].day, entries=tuple(entries[place] for place in found))
        for identifier, found in places.items()
        if found
    )


def _shared_values(show: Show, addresses: Addresses, templates: Templates, *, has_people: bool, feeds: SiteFeeds) -> Mapping[str, object]:
    """What every page is given. The frame around it is rendered here, once for all pages."""
    hashtag = (show.hashtag or "").lstrip("#＃")
    search = next((_HASHTAG_SEARCH[network] for network in show.networks if network in _HASHTAG_SEARCH), None)
    values: dict[str, object] = {
        "show": show,
        "words": words_for(show.language),
        "root": addresses.root,
        "people_href": addresses.href("people/") if has_people else None,
        "feed_href": addresses.href(show.feed),
        "more_feeds": feed_views(feeds.everywhere, addresses),
        "artwork": addresses.href(show.artwork) if show.artwork else None,
        "locale": locale(show.language),
        "subscribe": tuple((label, link) for label, address in show.subscribe if (link := addresses.link(address))),
        "feedback": addresses.link(show.feedback_url),
        "hashtag": hashtag,
        "hashtag_href": search + quote(hashtag, safe="") if search and hashtag else None,
    }
    return values | {part: templates.render(f"frame/{part}.html", **values) for part in ("head", "header", "footer")}


def _index_page(site: _Site, entries: Sequence[str]) -> Artifact:
    show, addresses = site.show, site.addresses
    page = site.about(show.title, addresses.public(""), show.description)
    feeds = feed_views(site.feeds.index, addresses)
    return site.page("index.html", "index.html", page=page, entries=entries, feeds=feeds, linked_data=linked_show(show, addresses))


def _episode_pages(site: _Site, episodes: Sequence[Episode], run: slice) -> tuple[Artifact, ...]:
    """The pages of a run of episodes and their chapters."""
    wanted = episodes[run]
    newer_ones, older_ones = episodes[max(run.start - 1, 0) : run.start], episodes[run.stop : run.stop + 1]
    views = episode_views(site.show, (*newer_ones, *wanted, *older_ones), site.addresses, site.people)
    neighbours = (*(() if newer_ones else (None,)), *views, *(() if older_ones else (None,)))
    made: list[Artifact] = []
    for episode, newer, view, older in zip(wanted, neighbours, neighbours[1:], neighbours[2:], strict=False):
        made.append(_episode_page(site, episode, view, newer=newer, older=older))
        chapters = chapters_artifact(site.show, episode)
        if chapters:
            made.append(chapters)
    return tuple(made)


def _episode_page(site: _Site, episode: Episode, view: EpisodeView, *, newer: EpisodeView | None, older: EpisodeView | None) -> Artifact:
    page = site.about(episode.title, view.url, episode.description, episode.image)
    return site.page(
        episode.key,
        "episode.html",
        page=page,
        episode=view,
        notes=episode.notes.html,
        chapters=chapter_views(episode.chapters, site.addresses),
        track=track_address(episode) if episode.chapters and episode.enclosure else None,
        audio=audio_view(episode.enclosure, site.addresses) if episode.enclosure else None,
        transcripts=transcript_views(episode.transcripts, site.addresses) if episode.transcripts else (),
        newer=newer,
        older=older,
        tweets=_TWEET.search(episode.notes.html) is not None,
        linked_data=linked_episode(
            episode, view, language=site.show.language, image=page.image, series=site.series, addresses=site.addresses
        ),
    )


def _people_pages(site: _Site, appearances: Sequence[_Appearances]) -> list[Artifact]:
    if not appearances:
        return []
    url = site.addresses.public("people/")
    names = ", ".join(found.person.name for found in appearances)
    people = [(found.person, len(found.entries)) for found in appearances]
    pages = [
        site.page("people/index.html", "people.html", page=site.about(words_for(site.show.language).people, url, names), people=people)
    ]
    for found in appearances:
        person = found.person
        page = site.about(person.name, site.addresses.public(person.key), "")
        own = site.feeds.people.get(found.id)
        feeds = feed_views([own] if own else [], site.addresses)
        pages.append(site.page(person.key, "person.html", page=page, person=person, entries=found.entries, feeds=feeds))
    return pages


def _sitemap(addresses: Addresses, views: Sequence[EpisodeView], appearances: Sequence[_Appearances]) -> Artifact:
    """Every page that search engines may show; a page of several episodes changed last when the newest of them came out."""
    pages = [(addresses.public(""), views[0].day if views else None)]
    pages += [(view.url, view.day) for view in views]
    if appearances:
        pages.append((addresses.public("people/"), max(found.newest for found in appearances)))
        pages += [(addresses.public(found.person.key), found.newest) for found in appearances]
    return _text("sitemap.xml", sitemap(pages), "application/xml; charset=utf-8")


def _text(key: str, text: str, content_type: str) -> Artifact:
    """Something that changes as episodes come out: caches may keep it for five minutes."""
    return Artifact(key=key, content=text.encode(), content_type=content_type, cache_control="public, max-age=300")
