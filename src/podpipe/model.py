"""The nouns of podcasting as values: what the author wrote, what can be published, and what listeners get.

Every stage is a function from these values to these values. They are frozen, refuse impossible content when they are made, and
know nothing of files, networks or formats.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

Level = Literal["error", "warning", "info"]
"""How grave a finding is: an error stops a publish, a warning asks for a look, an info is good to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place in one of the show's files. `path` is relative to the show's folder, with `/`; line and column count from 1."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = (self.path, self.line, self.column if self.line else None)
        return ":".join(str(part) for part in parts if part is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that somebody should judge: what is wrong, where, and what to do about it. `rule` is a stable kebab-case id."""

    level: Level
    rule: str
    where: Where
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One Markdown file as it lies on disk: its path below the show's folder, its text, and the SHA-256 of its bytes in hex."""

    path: str
    text: str
    digest: str


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
class Chapter:
    """A part of an episode. `anchor` is the id of its heading on the episode's page, where it has one; `line` is where it was written."""

    start: timedelta
    title: str
    url: str | None = None
    line: int | None = None
    anchor: str | None = None

    def __post_init__(self) -> None:
        if self.start < timedelta(0):
            raise ValueError(f"a chapter cannot start before the episode: {self.start}")

    def __reduce__(self) -> tuple[Any, ...]:
        # Values that many episodes hold many of travel between processes bare: a slotted dataclass pickles several times as slowly.
        return _chapter, (self.start, self.title, self.url, self.line, self.anchor)


def _chapter(start: timedelta, title: str, url: str | None, line: int | None, anchor: str | None) -> Chapter:
    return Chapter(start=start, title=title, url=url, line=line, anchor=anchor)


class Link(NamedTuple):  # no dataclass: a show has tens of thousands, and a tuple is made and pickled several times as fast
    """A link or embedded picture in show notes, as the author wrote its address, with the line it stands on."""

    url: str
    line: int
    column: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """Show notes as HTML that is safe to publish, every link in them, and the id of each heading by its line."""

    html: str
    links: tuple[Link, ...] = ()
    anchors: tuple[tuple[int, str], ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return _notes, (self.html, tuple(map(tuple, self.links)), self.anchors)  # bare, as chapters travel


def _notes(markup: str, links: tuple[tuple[Any, ...], ...], anchors: tuple[tuple[int, str], ...]) -> Notes:
    return Notes(html=markup, links=tuple(map(Link._make, links)), anchors=anchors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """What the author wrote: one Markdown file, read and understood, with nothing added that the file does not say.

    `published` is aware. `audio` is a path below the show's folder or a URL, as written; `length` (bytes) and `duration` are the
    author's own figures, None where left blank. `lines` gives the line of each front matter key.
    """

    path: str
    digest: str
    slug: str
    title: str
    published: datetime
    description: str
    actor_ids: tuple[str, ...]
    audio: str | None
    notes: Notes
    chapters: tuple[Chapter, ...] = ()
    length: int | None = None
    duration: timedelta | None = None
    draft: bool = False
    explicit: bool | None = None
    guid: str | None = None
    image: str | None = None
    number: int | None = None
    season: int | None = None
    lines: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        if self.published.tzinfo is None:
            raise ValueError(f"{self.path}: a publication date needs a time zone")

    def where(self, key: str | None = None) -> Where:
        """The place of a front matter key, or of the file where the key is not in it."""
        return Where(path=self.path, line=next((line for name, line in self.lines if name == key), None))


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """What an audio file is: its length in bytes, how long it plays, and the media type that Apple Podcasts accepts for it."""

    length: int
    duration: timedelta
    mime_type: str

    def __post_init__(self) -> None:
        if self.length <= 0 or self.duration <= timedelta(0):
            raise ValueError(f"no audio in {self.length} bytes that play for {self.duration}")


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

    `key` is the page's place on a target (`episode/70`), `url` its public address. `guid` never changes once published.
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
    missing picture, is then a warning and no error.
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

    def address(self, path: str) -> str:
        """The public URL of a path below the site's root; a URL is given back as it is."""
        return path if "://" in path else f"{self.site_url}/{path.lstrip('/')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """Content that stays on disk until it is sent: an absolute path, the SHA-256 of the bytes in hex, and their number."""

    path: str
    digest: str
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One thing that listeners get. `key` is its path below the site's root, as its URL has it, without a leading slash."""

    key: str
    content: bytes | FileContent
    content_type: str
    cache_control: str

    def __post_init__(self) -> None:
        if not self.key or self.key.startswith("/") or ".." in self.key.split("/"):
            raise ValueError(f"not a key below the site's root: {self.key!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SocialPost:
    """The text that announces a chapter, or the episode where `chapter` is None, on one network.

    `chapter` counts from 1. `length` is the text's length as the network counts it, never above `limit`.
    """

    episode: str
    chapter: int | None
    network: str
    text: str
    length: int
    limit: int
    url: str

    def __post_init__(self) -> None:
        if self.length > self.limit:
            raise ValueError(f"a post of {self.length} is too long for {self.network} ({self.limit})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What podpipe knows of one object that it put on a target: our own digest (SHA-256, hex), its bytes, and the headers it was given."""

    digest: str
    length: int
    content_type: str
    cache_control: str


Reason = Literal["new", "content changed", "headers changed", "no longer produced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change to a target and why it is made; `length` is the number of bytes that travel."""

    action: Literal["put", "delete"]
    key: str
    reason: Reason
    length: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPlan:
    """What would change on one target, in the order in which it must happen, and how many objects stay as they are."""

    target: str
    steps: tuple[Step, ...]
    unchanged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishReport:
    """What did change on one target."""

    target: str
    put: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: int = 0
    bytes_sent: int = 0
