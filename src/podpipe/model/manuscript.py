"""What the author wrote: a file, its show notes, chapters and links, read with nothing added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from podpipe.model.feed import PLAIN_ITEM, Item
from podpipe.model.findings import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One Markdown file as it lies on disk: its path below the show's folder, its text, and the SHA-256 of its bytes in hex."""

    path: str
    text: str
    digest: str


_START = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A part of an episode. `anchor` is the id of its heading on the episode's page, where it has one; `line` is where it was written."""

    start: timedelta
    title: str
    url: str | None = None
    line: int | None = None
    anchor: str | None = None

    def __post_init__(self) -> None:
        if self.start < _START:
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
    """Show notes as HTML that is safe to publish, every link in them, and the id of each heading by its line.

    `links` may be a sequence that finds them when it is first asked: to tell where each stands takes time, and few want to know. `web` is
    true where every address in the HTML is known to be a full one of the web.
    """

    html: str
    links: Sequence[Link] = ()
    anchors: tuple[tuple[int, str], ...] = ()
    web: bool = field(default=False, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        # Bare, as chapters travel, and column by column.
        links = tuple(zip(*self.links, strict=True)) if isinstance(self.links, tuple) else self.links
        return _notes, (self.html, links, self.anchors, self.web)


def _notes(markup: str, links: Any, anchors: tuple[tuple[int, str], ...], web: bool) -> Notes:
    if isinstance(links, tuple):  # of columns: none where there is no link
        links = tuple(map(Link, *links)) if links else ()
    return Notes(html=markup, links=links, anchors=anchors, web=web)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """What the author wrote: one Markdown file, read and understood, with nothing added that the file does not say.

    `published` is aware. `audio` is a path below the show's folder or a URL, as written; `length` (bytes) and `duration` are the
    author's own figures, None where left blank. `transcripts` are paths below the show's folder or URLs, as written. `tags` are what the
    episode is about, in the author's words, each once. `item` holds what is for the feed alone. `places` gives each front matter key's
    line, and the column of its value.
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
    transcripts: tuple[str, ...] = ()
    item: Item = PLAIN_ITEM
    tags: tuple[str, ...] = ()
    places: tuple[tuple[str, int, int | None], ...] = ()

    def __post_init__(self) -> None:
        if self.published.tzinfo is None:
            raise ValueError(f"{self.path}: a publication date needs a time zone")

    def where(self, key: str | None = None) -> Where:
        """The place of a front matter key, or of the file where the key is not in it."""
        line, column = next(((line, column) for name, line, column in self.places if name == key), (None, None))
        return Where(path=self.path, line=line, column=column)
