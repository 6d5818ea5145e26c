"""What a feed leads listeners to on the show's own site, as keys under which a target keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote

from podpipe.episode import page_key
from podpipe.guard import PublishedFeed
from podpipe.model import Show

Role = Literal["enclosure", "page", "chapters", "transcript"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One thing that a feed names: the key of it, the address as the feed has it, and what it is to the episode of that title.

    `length` are the bytes that the feed says of an enclosure, None where it says none.
    """

    key: str
    address: str
    role: Role
    title: str
    length: int | None = None


def references(feed: PublishedFeed, show: Show) -> tuple[Reference, ...]:
    """All that a feed names on the show's own site, each key once for each role, in the feed's order."""
    found = (reference for reference in _named(feed, show))
    return tuple({(reference.role, reference.key): reference for reference in found}.values())


def site_key(show: Show, address: str) -> str | None:
    """The key of what lies at an address of the show's own site, None for an address elsewhere. The scheme makes no difference."""
    site, plain = _without_scheme(show.address("")), _without_scheme(address)
    if plain != site.rstrip("/") and not plain.startswith(site):
        return None
    return page_key(unquote(plain.removeprefix(site.rstrip("/")).partition("#")[0].partition("?")[0]))


def _named(feed: PublishedFeed, show: Show) -> Iterator[Reference]:
    for item in feed.items:
        enclosure = _audio_key(show, item.enclosure)
        if enclosure is not None:
            yield Reference(key=enclosure, address=item.enclosure, role="enclosure", title=item.title, length=item.length)
        others: tuple[tuple[Role, str], ...] = (
            ("page", item.link),
            ("chapters", item.chapters),
            *(("transcript", address) for address in item.transcripts),
        )
        for role, address in others:
            key = site_key(show, address)
            if key is not None:
                yield Reference(key=key, address=address, role=role, title=item.title)


def _audio_key(show: Show, address: str) -> str | None:
    """As `site_key`, also for an address that leads there by way of services that count downloads."""
    key = site_key(show, address)
    if key is not None:
        return key
    site = show.address("")
    if quote(site, safe="") in address:
        return site_key(show, site + unquote(address.partition(quote(site, safe=""))[2]))
    before, found, after = address.partition(f"/{_without_scheme(site)}")
    return site_key(show, site + after) if before and found else None


def _without_scheme(address: str) -> str:
    """An address without http:// or https://, and with the host as it is compared."""
    _, found, rest = address.partition("://")
    host, slash, path = (rest if found else address).partition("/")
    return f"{host.lower()}{slash}{path}"
