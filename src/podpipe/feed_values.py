"""What people write for the tags of the podcast namespace, in settings and in front matter alike, read into values.

Front matter holds texts alone and TOML holds numbers and truths too; both are understood. The keys are the tags' own attributes in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from podpipe.dates import parse_date
from podpipe.figures import parse_duration
from podpipe.model import (
    AlternateEnclosure,
    Chat,
    ContentLink,
    Funding,
    Image,
    License,
    Location,
    MediaSource,
    Recipient,
    RemoteItem,
    SocialInteract,
    Soundbite,
    Trailer,
    Txt,
    Value,
)
from podpipe.uris import is_web_address

Problem = Callable[[str, str], None]
"""Hears of what is wrong: the key within the whole, and what."""

GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MEDIUMS: Final = frozenset(["podcast", "music", "video", "film", "audiobook", "newsletter", "blog", "publisher", "course", "mixed"])
_LICENSES: Final = re.compile(r"ARR|CC0?-.+|POD-V4V-1\.0", re.IGNORECASE)
"""Those that the namespace's list has, and what else Creative Commons has."""
_TRUE: Final = frozenset({"true", "yes", "on"})
_FALSE: Final = frozenset({"false", "no", "off", ""})
_GEO: Final = re.compile(r"geo:-?\d+(?:\.\d+)?,-?\d+(?:\.\d+)?(?:,-?\d+(?:\.\d+)?)?(?:;.*)?")
_OSM: Final = re.compile(r"[NWR]\d+(?:#\d+)?")
_COUNTRY: Final = re.compile(r"[A-Za-z]{2}")
_RATIO: Final = re.compile(r"\d+(?:\.\d+)?\s*/\s*\d+(?:\.\d+)?")
_SRI: Final = re.compile(r"sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}")
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+")
_SECONDS: Final = re.compile(r"\d+(?:\.\d+)?")


class Entry:
    """One table or mapping, read key by key; what is wrong is told, and reading goes on."""

    def __init__(self, values: Mapping[str, Any], at: str, problem: Problem) -> None:
        self._values = values
        self._at = at
        self._problem = problem
        self._known: set[str] = set()
        self.sound = True

    def know(self, key: str) -> None:
        """Take a key for one that somebody else reads."""
        self._known.add(key)

    def wrong(self, key: str, message: str) -> None:
        """Tell of a problem; what the entry says cannot be published."""
        self.sound = False
        self._problem(f"{self._at}.{key}" if key else self._at, message)

    def text(self, key: str, *, required: bool = False, form: re.Pattern[str] | None = None, example: str = "") -> str:
        self._known.add(key)
        value = self._values.get(key)
        if isinstance(value, (dict, list)):
            self.wrong(key, "must be one value")
            return ""
        text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value).strip()
        if required and not text:
            self.wrong(key, f"is missing{f'; it must be as {example}' if example else ''}")
        if text and form is not None and not form.fullmatch(text):
            self.wrong(key, f"{text!r} must be as {example}")
        return text

    def number(self, key: str) -> int | None:
        text = self.text(key)
        if not text:
            return None
        if len(text) > 15 or not (text.isascii() and text.isdigit()):
            self.wrong(key, f"{text!r} is no whole number")
            return None
        return int(text)

    def flag(self, key: str) -> bool:
        word = self.text(key).lower()
        if word not in _TRUE | _FALSE:
            self.wrong(key, f"{word!r} is neither true nor false")
        return word in _TRUE

    def address(self, key: str, *, required: bool = False) -> str:
        text = self.text(key, required=required)
        if text and not is_web_address(text):
            self.wrong(key, f"{text!r} is no http or https address")
        return text

    def place(self, key: str, *, required: bool = False) -> str:
        """A path below the site's root, or an address."""
        text = self.text(key, required=required)
        return self.address(key) if "://" in text else text.lstrip("/")

    def entries(self, key: str) -> list[Entry]:
        self._known.add(key)
        return entries(self._values.get(key), f"{self._at}.{key}", self._problem)

    def finish(self) -> bool:
        """Whether all that stands in it was understood; keys that nobody asked for are told."""
        for key in self._values:
            if key not in self._known:
                self.wrong(str(key), f"is not known; known are {', '.join(sorted(self._known))}")
        return self.sound


def entries(value: Any, at: str, problem: Problem, *, bare: str | None = None) -> list[Entry]:
    """A list of mappings; one may stand without a list. With `bare`, a text alone is the value of that key."""
    found = []
    many = isinstance(value, list)
    for number, part in enumerate(value if many else [] if value in (None, "") else [value], start=1):
        place = f"{at}.{number}" if many else at
        if isinstance(part, Mapping):
            found.append(Entry(part, place, problem))
        elif bare and isinstance(part, str):
            found.append(Entry({bare: part}, place, problem))
        else:
            problem(place, f"{part!r} must be a table of keys and values")
    return found


def funding(entry: Entry) -> Funding:
    return Funding(url=entry.address("url", required=True), text=entry.text("text"))


def location(entry: Entry) -> Location:
    rel = entry.text("rel")
    if rel not in {"", "subject", "creator"}:
        entry.wrong("rel", f"{rel!r} must be subject or creator")
    return Location(
        name=entry.text("name", required=True),
        rel=rel,
        geo=entry.text("geo", form=_GEO, example="geo:35.6812,139.7671"),
        osm=entry.text("osm", form=_OSM, example="R113314"),
        country=entry.text("country", form=_COUNTRY, example="JP").upper(),
    )


def license_of(entry: Entry) -> License:
    name, url = entry.text("name", required=True), entry.address("url")
    if name and not url and not _LICENSES.fullmatch(name):
        entry.wrong("url", f"is missing: {name} is none of the licenses that apps know by name")
    return License(name=name, url=url)


def social_interact(entry: Entry) -> SocialInteract:
    protocol = entry.text("protocol", required=True)
    return SocialInteract(
        protocol=protocol,
        uri=entry.text("uri", required=protocol != "disabled"),
        account_id=entry.text("account_id"),
        account_url=entry.address("account_url"),
        priority=entry.number("priority"),
    )


def txt(entry: Entry) -> Txt:
    return Txt(text=entry.text("text", required=True), purpose=entry.text("purpose"))


def chat(entry: Entry) -> Chat:
    return Chat(
        server=entry.text("server", required=True),
        protocol=entry.text("protocol", required=True),
        account_id=entry.text("account_id"),
        space=entry.text("space"),
    )


def image(entry: Entry) -> Image:
    return Image(
        href=entry.place("href", required=True),
        alt=entry.text("alt"),
        aspect_ratio=entry.text("aspect_ratio", form=_RATIO, example="16/9"),
        width=entry.number("width"),
        height=entry.number("height"),
        mime_type=entry.text("type", form=_MEDIA_TYPE, example="image/jpeg"),
        purpose=entry.text("purpose"),
    )


def value(entry: Entry) -> Value:
    recipients = [made for part in entry.entries("recipients") if (made := _recipient(part)) is not None]
    if not recipients:
        entry.wrong("recipients", "is missing: somebody has to be paid")
    return Value(
        type=entry.text("type", required=True),
        method=entry.text("method", required=True),
        suggested=entry.text("suggested", form=_SECONDS, example="0.00000005000"),
        recipients=tuple(recipients),
    )


def _recipient(entry: Entry) -> Recipient | None:
    made = Recipient(
        type=entry.text("type", required=True),
        address=entry.text("address", required=True),
        split=entry.number("split") or 0,
        name=entry.text("name"),
        custom_key=entry.text("custom_key"),
        custom_value=entry.text("custom_value"),
        fee=entry.flag("fee"),
    )
    if not made.split:
        entry.wrong("split", "is missing; it must be a number of shares")
    return made if entry.finish() else None


def remote_item(entry: Entry) -> RemoteItem:
    return RemoteItem(
        feed_guid=entry.text("guid", required=True, form=GUID, example="917393e3-1b1e-5cef-ace4-edaa54e1f810"),
        feed_url=entry.address("url"),
        item_guid=entry.text("item_guid"),
        medium=entry.text("medium"),
        title=entry.text("title"),
    )


def trailer(entry: Entry, zone: tzinfo) -> Trailer:
    written = entry.text("date", required=True)
    date = parse_date(written, zone=zone) if written else None
    if written and date is None:
        entry.wrong("date", f"{written!r} is no date, as 2026-05-29 08:00:00 +0900")
    return Trailer(
        title=entry.text("title", required=True),
        url=entry.place("url", required=True),
        published=date or datetime.min.replace(tzinfo=zone),
        length=entry.number("length"),
        mime_type=entry.text("type", form=_MEDIA_TYPE, example="audio/mpeg"),
        season=entry.number("season"),
    )


def soundbite(entry: Entry) -> Soundbite | None:
    start, duration = entry.text("start", required=True), entry.text("duration", required=True)
    at, lasting = parse_duration(start), parse_duration(duration)
    for key, written, time in (("start", start, at), ("duration", duration, lasting)):
        if written and time is None:
            entry.wrong(key, f"{written!r} is no time, as 1:13 or 73.5")
    title = entry.text("title")
    return Soundbite(start=at, duration=lasting, title=title) if at is not None and lasting else None


def content_link(entry: Entry) -> ContentLink:
    return ContentLink(url=entry.address("url", required=True), text=entry.text("text", required=True))


def alternate_enclosure(entry: Entry) -> AlternateEnclosure:
    sources = []
    for part in entry.entries("sources"):
        source = MediaSource(uri=part.text("uri", required=True), mime_type=part.text("type", form=_MEDIA_TYPE, example="video/mp4"))
        if part.finish():
            sources.append(source)
    url = entry.place("url")
    if url:
        sources.insert(0, MediaSource(uri=url))
    if not sources:
        entry.wrong("url", "is missing")
    return AlternateEnclosure(
        mime_type=entry.text("type", required=True, form=_MEDIA_TYPE, example="audio/opus"),
        sources=tuple(sources),
        length=entry.number("length"),
        bitrate=entry.number("bitrate"),
        height=entry.number("height"),
        language=entry.text("language"),
        title=entry.text("title"),
        rel=entry.text("rel"),
        codecs=entry.text("codecs"),
        default=entry.flag("default"),
        integrity=entry.text("integrity", form=_SRI, example="sha384-..."),
        signature=entry.text("signature"),
    )
