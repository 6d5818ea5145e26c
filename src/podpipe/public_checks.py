"""What listeners are given: the published objects as they are found through their public address, maybe by way of a CDN."""

from __future__ import annotations

import hashlib
import json
import math
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import groupby
from threading import Lock
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from podpipe.errors import WebError
from podpipe.feed_references import Reference
from podpipe.guard import LIMIT, read_feed
from podpipe.media_types import alike
from podpipe.model import Finding, Holding, Level, Where
from podpipe.ping import public_targets
from podpipe.plan import is_feed, sound
from podpipe.settings import Settings
from podpipe.targets import SOME_PLAYER
from podpipe.targets.upload import side_by_side
from podpipe.web import Answer, Web

AFTER_PUBLISH_SECONDS = 60.0
"""How long a publish looks at what it has changed: a first one changes thousands of objects."""

_AT_ONCE = 8
_LOST = 8
"""So many objects in a row without any answer, and the others are not asked for any more."""

_CONNECT_SECONDS, _READ_SECONDS, _ATTEMPTS = 4.0, 6.0, 2
"""A public address that cannot be reached, or says nothing, costs 13 seconds at most."""

_FEED_SECONDS = 60.0
_NAMED = 3
_NO_HEAD = {403, 405, 501}
_FOR_PLAYERS = ("application/json+chapters", "text/vtt", "application/x-subrip", "application/srt")
_MAX_AGE = re.compile(r"max-age=([0-9]+)")
_NOT_ASKED = frozenset({"404.html", "_headers", "_redirects", "CNAME"})
"""What a host takes for itself, or gives with another status."""


class _Problem(NamedTuple):
    """What is wrong with one object; those of one level, rule and `kind` are told together. `what` follows the address."""

    level: Level
    rule: str
    key: str
    what: str
    hint: str
    kind: str = ""


def behind_public_url(settings: Settings) -> str | None:
    """The target, as the settings write it, that listeners reach through the public URL; None where no such URL is set.

    It is the first that listeners read from at all (`podpipe.ping.public_targets`: what [ping] names, or else the buckets of the settings),
    or the settings' only one. A target that is named on the command line alone is not: what a rehearsal publishes, listeners cannot find.
    """
    if settings.publishing.public_url is None:
        return None
    public = public_targets(settings.targets, settings.ping)
    candidates = [target for target in (*settings.targets, *(settings.ping.targets or ())) if target in public]
    return candidates[0] if candidates else settings.targets[0] if len(settings.targets) == 1 else None


def public_findings(
    settings: Settings,
    objects: Mapping[str, Holding],
    named: Iterable[Reference],
    *,
    seconds: float = math.inf,
    on_total: Callable[[str, int], None] = lambda _, __: None,
    on_object: Callable[[str], None] = lambda _: None,
) -> tuple[Finding, ...]:
    """Ask for objects through the show's public URL, and say what listeners would not be given as it should be.

    `objects` are what should be found there, and `named` what the feed names. Of an enclosure the length is to be the one that the feed
    says, and its ranges are asked for. Feeds are read whole. After `seconds` no more objects are asked for, those that matter most having
    come first. Nothing is raised: an address that cannot be reached is one finding. `on_total` hears of the address and of how many objects
    will be asked for there, `on_object` of each that was.
    """
    base = settings.publishing.public_url
    keys = _in_order(objects, named)
    if base is None or not keys:
        return ()
    on_total(base, len(keys))
    contact = settings.show.site_url
    with Web(
        contact=contact,
        limit=LIMIT,
        seconds=_FEED_SECONDS,
        connect_seconds=_CONNECT_SECONDS,
        read_seconds=_READ_SECONDS,
        attempts=_ATTEMPTS,
    ) as web:
        look = _Look(web, base, objects, named, hosts={urlsplit(base).hostname, urlsplit(contact).hostname}, seconds=seconds)
        look.at(keys[0])  # alone, so that an address which cannot be reached costs one wait
        if not look.unreached:
            side_by_side(keys[1:], look.at, parallel=_AT_ONCE, on_step=on_object)
    return tuple(look.findings(keys))


class _Look:
    """A look at one public address: its problems, and what could not be asked for."""

    def __init__(
        self,
        web: Web,
        base: str,
        objects: Mapping[str, Holding],
        named: Iterable[Reference],
        *,
        hosts: set[str | None],
        seconds: float,
    ) -> None:
        self._web = web
        self._base = base
        self._objects = objects
        self._hosts = hosts
        named = tuple(named)
        self._named = {reference.key for reference in named}
        self._lengths = {reference.key: reference.length for reference in named if reference.role == "enclosure"}
        self._players = {reference.key for reference in named if reference.role in {"chapters", "transcript"}}
        self._end = time.monotonic() + seconds
        self._seconds = seconds
        self._lock = Lock()
        self._problems: list[_Problem] = []
        self._late: list[str] = []
        self._silent = 0
        self.unreached: list[tuple[str, WebError]] = []

    def at(self, key: str) -> None:
        """Look at one object; safe to call from several threads."""
        with self._lock:
            if self._silent >= _LOST or time.monotonic() > self._end:
                self._late.append(key)
                return
        try:
            found = tuple(self._problems_of(key))
        except WebError as error:
            with self._lock:
                if error.status is None:
                    self._silent += 1
                    self.unreached.append((key, error))
                else:
                    self._problems.append(self._refused(key, error.status))
            return
        with self._lock:
            self._silent = 0
            self._problems += found

    def findings(self, keys: Sequence[str]) -> Iterator[Finding]:
        """What was found, one finding for all objects with the same problem."""
        place = {key: number for number, key in enumerate(keys)}
        if self.unreached:
            key, error = min(self.unreached, key=lambda each: place[each[0]])
            unknown = len(keys) if len(self.unreached) == 1 and key == keys[0] else len(self.unreached) + len(self._late)
            message = f"{self._address(key)} could not be asked for, so that nobody knows what listeners find: {error.message}"
            message += f" ({unknown} objects are not looked at)" if unknown > 1 else ""
            yield Finding(level="warning", rule="public-unreachable", where=Where(path=key), message=message, hint=error.hint)
        elif self._late:
            message = f"{len(self._late)} objects were not asked for at {self._base}: {self._seconds:.0f} seconds were over"
            key = min(self._late, key=place.__getitem__)
            yield Finding(level="info", rule="public-not-asked", where=Where(path=key), message=message, hint="podpipe audit looks at all")

        def likeness(problem: _Problem) -> tuple[int, str, str]:
            return ("error", "warning", "info").index(problem.level), problem.rule, problem.kind

        ordered = sorted(self._problems, key=lambda problem: (likeness(problem), place[problem.key]))
        for _, group in groupby(ordered, likeness):
            first, *others = group
            likewise = f"; likewise {few([problem.key for problem in others])}" if others else ""
            message = f"{self._address(first.key)} {first.what}{likewise}"
            yield Finding(level=first.level, rule=first.rule, where=Where(path=first.key), message=message, hint=first.hint)

    def _address(self, key: str) -> str:
        return f"{self._base}/{quote(key)}"

    def _problems_of(self, key: str) -> Iterator[_Problem]:
        held = self._objects[key]
        if is_feed(held.content_type):
            answer, data = self._web.fetch(self._address(key), origin=SOME_PLAYER)
            yield from self._feed(key, data)
        else:
            answer = self._asked(key)
            if answer.status not in {200, 206} and not (answer.status == 416 and held.length == 0):
                yield self._refused(key, answer.status)
                return
            yield from self._sizes(key, answer)
        if not alike(answer.content_type or "", held.content_type) and held.content_type:
            found = answer.content_type or "no content type"
            what, hint = f"is given out as {found}, not as {held.content_type}", "have the host serve it with that Content-Type"
            yield _Problem("warning", "public-type", key, what, hint, f"{found} {held.content_type}")
        for_players = is_feed(held.content_type) or held.content_type.startswith(_FOR_PLAYERS) or key in self._players
        if for_players and answer.readers not in {"*", SOME_PLAYER}:
            what = "is for no player on another site to read: it comes without Access-Control-Allow-Origin"
            hint = "have the host send Access-Control-Allow-Origin: * with it; for a bucket, set_cors = true under [publishing] does"
            yield _Problem("warning", "public-cors", key, what, hint)

    def _asked(self, key: str) -> Answer:
        answer = self._web.head(self._address(key), origin=SOME_PLAYER)
        return self._web.first_byte(self._address(key), origin=SOME_PLAYER) if answer.status in _NO_HEAD else answer

    def _sizes(self, key: str, answer: Answer) -> Iterator[_Problem]:
        held = self._objects[key]
        if held.content_type.startswith("text/html") and urlsplit(answer.url).hostname not in self._hosts:
            what = f"leads away from the show's site, to {urlsplit(answer.url).hostname}"
            yield _Problem("error", "public-redirect", key, what, "have the host give the page itself, or redirect within the site")
            return
        length = None if answer.encoding else answer.length
        if key not in self._lengths and not sound(held.content_type):
            if length is not None and length != held.length:
                what = f"has {length:,} bytes, not {held.length:,}: an earlier version from a cache, or another file"
                yield _Problem("info", "public-stale", key, what, _until(held))
            return
        part = answer if answer.part else self._web.first_byte(self._address(key))
        if held.length and (part.status != 206 or part.part != (0, 1)):
            what = f"is not given out in ranges (a question for its first byte is answered {_status(part.status)})"
            hint = "have the host serve byte ranges: players cannot seek without them, and Apple Podcasts refuses such audio"
            yield _Problem("error", "public-ranges", key, what, hint)
        wanted = self._lengths.get(key) or held.length
        for found in dict.fromkeys(size for size in (length, part.length if part.status == 206 else None) if size not in {None, wanted}):
            what = f"has {found:,} bytes for listeners, and {'the feed says' if self._lengths.get(key) else 'not'} {wanted:,}"
            hint = "purge it from the CDN's cache, or see why the host gives another file"
            yield _Problem("error", "public-length", key, what, hint)

    def _feed(self, key: str, data: bytes) -> Iterator[_Problem]:
        held = self._objects[key]
        if hashlib.sha256(data).hexdigest() == held.digest:
            return
        problem = _malformed(data, held.content_type)
        if problem:
            hint = "see what the address gives in a browser, and what stands between the host and the target"
            yield _Problem("error", "public-feed", key, f"gives listeners no feed: {problem}", hint, problem)
        else:
            yield _Problem("warning", "public-stale", key, "gives listeners another feed than the target holds", _until(held))

    def _refused(self, key: str, status: int) -> _Problem:
        held = self._objects[key]
        page = held.content_type.startswith("text/html")
        matters = page or key in self._named or is_feed(held.content_type) or sound(held.content_type)
        level: Level = "error" if matters else "warning"
        if status in {401, 403}:
            hint = "let everybody read it: by the bucket's policy, or the web server's rules"
        elif page and "." not in key.rpartition("/")[2]:
            hint = "have the host give it as it is named, or the file with .html behind the name, as GitHub Pages does"
        else:
            hint = "see that public_url leads to the target, and whether a cache still has an earlier answer"
        return _Problem(level, "public-missing", key, f"answers {_status(status)}", hint, str(status))


def _in_order(objects: Mapping[str, Holding], named: Iterable[Reference]) -> list[str]:
    """The objects that can be asked for: feeds first, then what the newest episodes need, then the rest by name."""
    place = {reference.key: number for number, reference in reversed(list(enumerate(named)))}
    last = len(place) + len(objects) + 1

    def order(key: str) -> tuple[bool, int, str]:
        return not is_feed(objects[key].content_type), place.get(key, last), key

    return sorted((key for key in objects if key not in _NOT_ASKED and not _hidden(key)), key=order)


def _hidden(key: str) -> bool:
    """Whether web servers keep a file to themselves."""
    return any(part.startswith(".") and part != ".well-known" for part in key.split("/"))


def _malformed(data: bytes, content_type: str) -> str:
    if "json" not in content_type:
        return read_feed(data).problem
    try:
        json.loads(data)
    except ValueError as error:
        return f"it is no JSON: {error}"
    return ""


def _until(held: Holding) -> str:
    found = _MAX_AGE.search(held.cache_control)
    if not found:
        return "purge it from the CDN's cache, or wait until that has forgotten it"
    return f"a CDN may give out the earlier one for {int(found[1]):,} seconds (its Cache-Control): wait, or purge it there"


def few(names: Sequence[str]) -> str:
    """The first of some names, and how many others there are."""
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{rest}"


def _status(status: int) -> str:
    known = {each.value: each.phrase for each in HTTPStatus}
    return f"{status} {known.get(status, '')}".rstrip()
