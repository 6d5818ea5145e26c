"""How a feed is read, whichever engine wrote it: RSS 2.0 (https://www.rssboard.org/rss-specification) and the tags podcasts add to it.

A feed comes from anywhere. No entity in it is expanded, nothing that it names is loaded, and one that is not well formed is read as far as
that makes sense.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from io import BytesIO
from itertools import chain
from typing import Any

from podpipe.dates import parse_date
from podpipe.figures import parse_duration
from podpipe.guard.published import PublishedFeed, PublishedItem

LIMIT = 256 * 1024 * 1024
"""The bytes of the largest feed that is read: 10,000 episodes with long notes have less than half of that."""

PAGES = 1000
"""The pages that a feed is followed through (RFC 5005, section 3)."""

_NAMESPACES = {
    "": "",
    "http://www.w3.org/2005/atom": "atom",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "https://podcastindex.org/namespace/1.0": "podcast",
    "https://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
    "http://podlove.org/simple-chapters": "psc",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/rss/1.0/": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
}
"""Namespaces in lower case: feeds write them in any. RSS 1.0 has its elements in one of its own, and some feeds those of RSS 2.0."""

_START = re.compile(rb"<\?xml\s|<rss[\s>]|<rdf:RDF[\s>]")
_START_WITHIN = 10_000


def read_feed(data: bytes) -> PublishedFeed:
    """Read a feed. One that is damaged, or none at all, has its `problem`; nothing is raised."""
    if len(data) > LIMIT:
        return PublishedFeed(problem=f"it has more than {LIMIT // 1024 // 1024} MB")
    from lxml import etree

    parser = etree.iterparse(
        BytesIO(_from_the_start(data)),
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    reading = _Reading()
    problem = ""
    try:
        for event, element in parser:
            reading.take(event, element)
    except etree.XMLSyntaxError as error:
        problem = str(error)
    if reading.name not in {"rss", "RDF"}:
        return PublishedFeed(problem=f"it is no RSS feed: {problem or f'its first element is {reading.name}'}")
    if not problem and parser.error_log:
        first = parser.error_log[0]
        problem = f"line {first.line}: {first.message}"
    return reading.feed(problem)


def read_whole_feed(data: bytes, page: Callable[[str], bytes | None]) -> PublishedFeed:
    """Read a feed with the pages that follow it; `page` gives what lies at an address, None where that cannot be had.

    What stands on two pages counts once, where it stands first.
    """
    feed = read_feed(data)
    seen = {feed.address}
    pages, following = [feed.items], feed.next_page
    while following and following not in seen and len(pages) < PAGES:
        seen.add(following)
        more = page(following)
        if more is None:
            break
        read = read_feed(more)
        pages.append(read.items)
        following = read.next_page
    if len(pages) == 1:
        return feed
    first: dict[str, PublishedItem] = {}
    for item in chain.from_iterable(pages):
        first.setdefault(item.guid or f"{item.link} {item.enclosure} {item.title}", item)
    return replace(feed, items=tuple(replace(item, position=position) for position, item in enumerate(first.values())))


def _from_the_start(data: bytes) -> bytes:
    """The feed without what a template or an engine's own warnings put in front of it."""
    found = _START.search(data, 0, _START_WITHIN)
    return data[found.start() :] if found else data


class _Reading:
    """A feed while it is read: each item is taken when it ends and let go, so that no more than one of them is held as elements."""

    def __init__(self) -> None:
        self.name = ""
        self._items: list[PublishedItem] = []
        self._facts: dict[str, str] = {}
        self._open = 0

    def take(self, event: str, element: Any) -> None:
        name = _name(element)
        if event == "start":
            self.name = self.name or (name if name == "rss" else str(element.tag).rpartition("}")[2])
            self._open += name == "item"
        elif name == "item":
            self._open -= 1
            if not self._open:
                self._items.append(_item(element, len(self._items)))
                element.clear()
                while element.getprevious() is not None:  # what stands before it is read, and would stay in memory
                    del element.getparent()[0]
        elif not self._open:
            self._channel(name, element)

    def _channel(self, name: str, element: Any) -> None:
        parent = element.getparent()
        if parent is None or _name(parent) != "channel":
            return
        if name == "atom:link":
            self._facts.setdefault(f"link {element.get('rel', '').strip()}", element.get("href", "").strip())
        elif name in {"title", "podcast:guid"}:
            self._facts.setdefault(name, _text(element))
        element.clear()

    def feed(self, problem: str) -> PublishedFeed:
        return PublishedFeed(
            title=self._facts.get("title", ""),
            address=self._facts.get("link self", ""),
            guid=self._facts.get("podcast:guid", ""),
            next_page=self._facts.get("link next", ""),
            items=tuple(self._items),
            problem=problem,
        )


def _item(element: Any, position: int) -> PublishedItem:
    found: dict[str, Any] = {}
    for child in element:
        found.setdefault(_name(child), child)  # of two the first counts, as most apps take it

    def text(name: str) -> str:
        return _text(found[name]) if name in found else ""

    enclosure = found["enclosure"].attrib if "enclosure" in found else {}
    date = text("pubDate") or text("dc:date")
    return PublishedItem(
        position=position,
        title=text("title") or text("itunes:title"),
        guid=text("guid"),
        link=text("link"),
        date=parse_date(date, zone=UTC) if date else None,
        written_date=date,
        enclosure=enclosure.get("url", "").strip(),
        length=_length(enclosure.get("length", "").strip()),
        mime_type=enclosure.get("type", "").strip().lower(),
        duration=_duration(text("itunes:duration")),
        chapters=_chapters(found),
        transcripts=tuple(str(child.get("url", "")).strip() for child in element if _name(child) == "podcast:transcript"),
        notes=_digest(text(name) for name in ("description", "content:encoded")),
    )


def _name(element: Any) -> str:
    """An element's name with the usual prefix of its namespace; empty for one of a namespace that tells nothing here."""
    return _known_name(str(element.tag))


@functools.lru_cache(maxsize=4096)
def _known_name(tag: str) -> str:
    namespace, _, local = tag.rpartition("}")
    prefix = _NAMESPACES.get(namespace.removeprefix("{").strip().lower())
    return "" if prefix is None else f"{prefix}:{local}" if prefix else local


def _text(element: Any) -> str:
    return "".join(element.itertext()).strip() if len(element) else (element.text or "").strip()


def _length(text: str) -> int | None:
    return int(text) or None if text.isascii() and text.isdigit() and len(text) < 19 else None


def _duration(text: str) -> timedelta | None:
    return parse_duration(text) or None if text else None  # zero is what a template writes where nobody knows


def _chapters(found: dict[str, Any]) -> str:
    if "podcast:chapters" in found:
        return str(found["podcast:chapters"].get("url", "")).strip()
    if "psc:chapters" in found:
        return _digest(f"{chapter.get('start', '')} {chapter.get('title', '')}" for chapter in found["psc:chapters"])
    return ""


def _digest(texts: Iterator[str]) -> str:
    words = "\0".join(" ".join(text.split()) for text in texts)
    return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
