"""What can be published: the show and its people, and an episode with its audio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from podpipe.model.feed import PLAIN_CHANNEL, PLAIN_ITEM, Channel, Item
from podpipe.model.manuscript import Chapter, Notes
from podpipe.model.transcript import Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An entry of the show's roster. `image` is a path below the site's root (`images/actors/a.jpg`) or a URL."""

    id: str
    name: str
    url: str | None = None
    image: str | None = None
    role: str = "host"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A person's part in one episode; `role` is a role of the podcast namespace's taxonomy, in lower case."""

    person: Person
    role: str = "host"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """The audio of an episode as the feed names it. `length` and `duration` are None only where nobody said and nothing was measured.

    `key` is its place on the target when the show publishes the file itself, None when it is hosted elsewhere.
    """

    url: str
    mime_type: str
    length: int | None = None
    duration: timedelta | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """What can be published: a manuscript joined with its audio, its people and its place on the site.

    `key` is the page's place on a target (`episode/70`), `url` its public address. `guid` never changes once published. `tags` are what the
    episode is about, in the author's words. `item` holds what only the feed says.
    """

    slug: str
    title: str
    published: datetime
    description: str
    key: str
    url: str
    guid: str
    credits: tuple[Credit, ...]
    enclosure: Enclosure | None
    chapters: tuple[Chapter, ...]
    notes: Notes
    path: str
    explicit: bool = False
    image: str | None = None
    number: int | None = None
    season: int | None = None
    transcripts: tuple[Transcript, ...] = ()
    item: Item = PLAIN_ITEM
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who answers for the show with the directories; the address is published in the feed."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """The podcast as a whole. `site_url` has no trailing slash; `artwork` is a path below the site's root or a URL.

    `categories` are Apple's, each with its optional subcategory. `permalink` holds `:title` (the slug), and may hold `:year`, `:month`
    and `:day`. `lenient` is true for a show that another engine publishes today: what that engine puts up with, an unknown person or a
    missing picture, is then a warning and no error. `channel` holds what only the feed says.
    """

    title: str
    site_url: str
    language: str
    timezone: str
    author: str
    description: str
    owner: Owner | None = None
    subtitle: str = ""
    artwork: str | None = None
    categories: tuple[tuple[str, ...], ...] = ()
    explicit: bool = False
    people: tuple[Person, ...] = ()
    hashtag: str | None = None
    feedback_url: str | None = None
    networks: tuple[str, ...] = ("x", "bluesky", "mastodon")
    permalink: str = "/episode/:title"
    feed: str = "feed.xml"
    keywords: tuple[str, ...] = ()
    subscribe: tuple[tuple[str, str], ...] = ()
    copyright: str | None = None
    lenient: bool = False
    channel: Channel = PLAIN_CHANNEL

    def address(self, path: str) -> str:
        """The public URL of a path below the site's root; a URL is given back as it is."""
        return path if "://" in path else f"{self.site_url}/{path.lstrip('/')}"
