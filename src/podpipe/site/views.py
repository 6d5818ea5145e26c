"""Episodes and people as templates show them: every date written out, every address ready for a link."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from podpipe.model import Chapter, Enclosure, Episode, Person, Show, Transcript
from podpipe.site.addresses import Addresses, person_keys
from podpipe.site.words import role_words, written_date
from podpipe.timecode import clock, iso_duration, seconds
from podpipe.uris import fragment, uri

_KINDS = {"text/vtt": "WebVTT", "application/x-subrip": "SRT", "application/json": "JSON", "text/plain": "TXT", "text/html": "HTML"}


class Templates(Protocol):
    """Whatever fills in `index.html`, `episode.html` and the rest; values are escaped, save what it rendered itself before."""

    def render(self, name: str, /, **values: object) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """What a page says of itself to search engines and to those who preview links; both addresses are absolute."""

    title: str
    url: str
    description: str
    image: str | None


class FeedLink(NamedTuple):
    """A feed that a page tells readers of: its title, its key and its media type."""

    title: str
    key: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFeeds:
    """The feeds that pages link to beside the show's own: all pages, the index alone, and each person's page by the person's id."""

    everywhere: tuple[FeedLink, ...] = ()
    index: tuple[FeedLink, ...] = ()
    people: Mapping[str, FeedLink] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """A person; `picture` is rendered already, as everybody is shown often, and `link` is their own place on the web."""

    name: str
    picture: str
    key: str
    href: str
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeView:
    """An episode; `date` and `clock` are for people, `day`, `moment` and `duration` (ISO 8601) for machines.

    Each credit is a person and the word for their part, which is empty where it goes without saying.
    """

    title: str
    href: str
    url: str
    date: str
    day: str
    moment: str
    clock: str | None
    duration: str | None
    description: str
    credits: tuple[tuple[PersonView, str], ...]


class ChapterView(NamedTuple):
    """A chapter; `seconds` is its start for a media fragment (Media Fragments URI 1.0, 4.2.1), `href` where its title leads.

    A tuple, since a show has more chapters than all else: a template takes its parts at once.
    """

    seconds: str
    clock: str
    title: str
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioView:
    """An episode's audio: where the player finds it, its public address, and its media type."""

    href: str
    url: str
    mime_type: str


def feed_views(links: Iterable[FeedLink], addresses: Addresses) -> tuple[tuple[str, str, str], ...]:
    """Feeds as a page's head links them: title, where each leads, and media type."""
    return tuple((link.title, addresses.href(link.key), link.content_type) for link in links)


def audio_view(enclosure: Enclosure, addresses: Addresses) -> AudioView:
    """Audio that the show publishes itself is played from below the site, so that a preview on another host plays it too."""
    url = uri(enclosure.url)
    return AudioView(href=addresses.href(url) if enclosure.key else url, url=url, mime_type=enclosure.mime_type)


def chapter_views(chapters: Sequence[Chapter], addresses: Addresses) -> tuple[ChapterView, ...]:
    """The chapters in their order. A title leads to the chapter's own link, or else to its heading in the show notes."""
    return tuple(
        ChapterView(
            seconds=str(seconds(chapter.start)),
            clock=clock(chapter.start),
            title=chapter.title,
            href=addresses.link(chapter.url) or (fragment(chapter.anchor) if chapter.anchor else None),
        )
        for chapter in chapters
    )


def transcript_views(transcripts: Sequence[Transcript], addresses: Addresses) -> tuple[tuple[str, str, str], ...]:
    """The transcripts in their order: what each is called, its language, and where it leads."""
    several = len({transcript.language for transcript in transcripts}) > 1
    return tuple(
        (
            f"{_KINDS[transcript.mime_type]}{f' ({transcript.language})' if several else ''}",
            transcript.language,
            addresses.href(uri(transcript.url)) if transcript.key else uri(transcript.url),
        )
        for transcript in transcripts
    )


def everybody(show: Show, episodes: Sequence[Episode]) -> Mapping[str, Person]:
    """Everybody by id: the roster in its order, then those whom only episodes name, the earliest first, so that no page moves later."""
    people: dict[str, Person] = {}
    for person in itertools.chain(show.people, (credit.person for episode in reversed(episodes) for credit in episode.credits)):
        people.setdefault(person.id, person)
    return people


def person_views(people: Mapping[str, Person], addresses: Addresses, templates: Templates) -> Mapping[str, PersonView]:
    """The people given, by id."""
    keys = person_keys(people.values())
    return {
        person.id: PersonView(
            name=person.name,
            picture=templates.render("picture.html", name=person.name, image=addresses.href(person.image) if person.image else None),
            key=keys[person.id],
            href=addresses.href(keys[person.id]),
            link=addresses.link(person.url),
        )
        for person in people.values()
    }


def episode_views(
    show: Show, episodes: Sequence[Episode], addresses: Addresses, people: Mapping[str, PersonView]
) -> tuple[EpisodeView, ...]:
    """The episodes in the order given, their times in the show's own zone."""
    zone = ZoneInfo(show.timezone)
    roles = role_words(show.language)
    views = []
    for episode in episodes:
        published = episode.published.astimezone(zone)
        duration = episode.enclosure.duration if episode.enclosure else None
        views.append(
            EpisodeView(
                title=episode.title,
                href=addresses.href(episode.url),
                url=uri(episode.url),
                date=written_date(published, show.language),
                day=published.date().isoformat(),
                moment=published.isoformat(),
                clock=clock(duration) if duration else None,
                duration=iso_duration(duration) if duration else None,
                description=episode.description,
                credits=tuple((people[credit.person.id], roles.get(credit.role, "")) for credit in episode.credits),
            )
        )
    return tuple(views)
