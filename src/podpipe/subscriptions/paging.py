"""How a feed that has become long is divided into pages, so that a new episode changes as few of them as can be.

The feed at its own address holds the newest episodes, always as many as a page may hold. The older ones lie in pages that are numbered from
the oldest: page 1 holds the first episodes that the show ever had, and once a page is full what is on it never changes. So a new episode
changes the feed and the page of the newest number, to which one episode moves. Only when a page of the next number begins does the page
before it change too, by one link.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of a feed: its key, its episodes, newest first, and the keys of the pages beside it and at both ends."""

    key: str
    episodes: Sequence[T]
    first: str
    last: str
    newer: str | None = None
    older: str | None = None

    @property
    def relations(self) -> tuple[tuple[str, str], ...]:
        """The links of a paged feed as pairs of relation and key (RFC 5005, section 3); none where there is one page alone."""
        if self.first == self.last:
            return ()
        links = (("first", self.first), ("last", self.last), ("previous", self.newer), ("next", self.older))
        return tuple((relation, key) for relation, key in links if key is not None)


def pages(key: str, episodes: Sequence[T], size: int | None) -> tuple[Page[T], ...]:
    """The pages of a feed at `key`, the one with the newest episodes first; `episodes` come newest first, and None divides nothing.

    Each episode stands on one page, so that who follows `next` from the feed meets all of them in their order.
    """
    if size is None or len(episodes) <= size:
        return (Page(key=key, episodes=episodes, first=key, last=key),)
    older = episodes[size:]
    count = -(-len(older) // size)
    parts = [(key, episodes[:size])]
    for number in range(count, 0, -1):
        stop = len(older) - (number - 1) * size
        parts.append((page_key(key, number), older[max(stop - size, 0) : stop]))
    keys = [None, *(name for name, _ in parts), None]
    return tuple(
        Page(key=name, episodes=held, first=key, last=page_key(key, 1), newer=keys[place], older=keys[place + 2])
        for place, (name, held) in enumerate(parts)
    )


def page_key(key: str, number: int) -> str:
    """Where a page lies: `feed-1.xml` beside `feed.xml`, and `people/ann.1.xml` beside `people/ann.xml`.

    A person or a tag may well be called ann-1, while no dot ever stands in such a name.
    """
    stem, dot, extension = key.rpartition(".")
    return f"{stem}{'.' if '/' in key else '-'}{number}{dot}{extension}"
