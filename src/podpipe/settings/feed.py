"""The [feed] table of podpipe.toml: what the feed says of the show as a whole beyond its title, pictures and people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import tzinfo
from typing import Final, TypeVar, cast, get_args

from podpipe import feed_values
from podpipe.feed_values import GUID, MEDIUMS, Entry, entries
from podpipe.model import Block, Channel, Person, ShowType, UpdateFrequency
from podpipe.settings.table import Table

T = TypeVar("T")

_RRULE: Final = re.compile(r"(?:[A-Z]+=[^;=]+;)*FREQ=(?:YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY)(?:;[A-Z]+=[^;=]+)*")
_ISO_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_SLUG: Final = re.compile(r"[a-z0-9-]+")


def read_feed(top: Table, *, people: Iterable[Person], zone: tzinfo, podping: bool = False) -> Channel:
    """Read the table; what is wrong in it is told with the other problems of the file.

    `zone` is the show's, for dates that name none. `podping` says whether a publish tells podping, where the table does not say so.
    """
    table = top.table("feed")
    show_type = table.text("type", default="episodic")
    if show_type not in get_args(ShowType):
        table.problem("type", f"{show_type!r} is not one of {', '.join(get_args(ShowType))}")
        show_type = "episodic"
    channel = Channel(
        type=cast("ShowType", show_type),
        complete=table.flag("complete", default=False),
        block=table.flag("block", default=False),
        new_feed_url=table.url("new_feed_url"),
        guid=_guid(table),
        locked=table.flag("locked", default=True) if "locked" in table.keys else None,
        medium=_medium(table),
        podping=table.flag("podping", default=podping),
        regulars=_regulars(table, tuple(people)),
        seasons=_seasons(table),
        images=_each(table, "images", feed_values.image),
        funding=_each(table, "funding", feed_values.funding),
        locations=_each(table, "locations", feed_values.location),
        license=_one(table, "license", feed_values.license_of, bare="name"),
        social=_each(table, "social", feed_values.social_interact),
        txts=_each(table, "txt", feed_values.txt),
        chat=_one(table, "chat", feed_values.chat),
        values=_each(table, "value", feed_values.value),
        trailers=_each(table, "trailers", lambda entry: feed_values.trailer(entry, zone)),
        update_frequency=_one(table, "update_frequency", _update_frequency, bare="text"),
        blocks=_blocks(table),
        podroll=_each(table, "podroll", feed_values.remote_item, bare="guid"),
        publisher=_one(table, "publisher", feed_values.remote_item, bare="guid"),
    )
    table.refuse_unknown()
    return channel


def _each(table: Table, key: str, read: Callable[[Entry], T], *, bare: str | None = None) -> tuple[T, ...]:
    """Every entry of a list that was understood."""
    found = [(entry, read(entry)) for entry in entries(table.any(key), key, table.problem, bare=bare)]
    return tuple(made for entry, made in found if entry.finish())


def _one(table: Table, key: str, read: Callable[[Entry], T], *, bare: str | None = None) -> T | None:
    found = _each(table, key, read, bare=bare)
    if len(found) > 1:
        table.problem(key, "must be one table, not a list")
    return found[0] if found else None


def _guid(table: Table) -> str | None:
    guid = table.text("guid")
    if guid and not GUID.fullmatch(guid):
        table.problem("guid", f"{guid!r} is no guid, such as 917393e3-1b1e-5cef-ace4-edaa54e1f810")
    return guid.lower() or None


def _medium(table: Table) -> str:
    medium = table.text("medium", default="podcast")
    if medium.removesuffix("L") not in MEDIUMS:
        table.problem("medium", f"{medium!r} is not one of {', '.join(sorted(MEDIUMS))}")
    return medium


def _regulars(table: Table, people: tuple[Person, ...]) -> tuple[str, ...]:
    """Those who are named, or all of the roster who are hosts."""
    known = {person.id for person in people}
    regulars = table.texts("people", default=[person.id for person in people if person.role == "host"])
    for name in regulars:
        if name not in known:
            table.problem("people", f"nobody in [people] has the id {name!r}")
    return regulars


def _seasons(table: Table) -> tuple[tuple[int, str], ...]:
    inner = table.table("seasons")
    seasons = []
    for number in inner.keys:
        name = inner.text(number, required=True)
        if not (number.isascii() and number.isdigit() and int(number)):
            inner.problem(number, "must be the number of a season")
        else:
            seasons.append((int(number), name))
    return tuple(sorted(seasons))


def _update_frequency(entry: Entry) -> UpdateFrequency:
    return UpdateFrequency(
        text=entry.text("text", required=True),
        rrule=entry.text("rrule", form=_RRULE, example="FREQ=WEEKLY;BYDAY=MO"),
        start=entry.text("start", form=_ISO_DATE, example="2026-05-29"),
    )


def _blocks(table: Table) -> tuple[Block, ...]:
    blocks = []
    for key, blocked in (("blocked_services", True), ("allowed_services", False)):
        for service in table.texts(key):
            if not _SLUG.fullmatch(service):
                table.problem(key, f"{service!r} is no service's slug, such as amazon")
            blocks.append(Block(service=service, blocked=blocked))
    return tuple(blocks)
