"""What a later feed changes for those who have the earlier one, and how grave each change is."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from podpipe.guard.matching import Matched, Pair, matched, plain_address, plain_text, same_address
from podpipe.guard.published import PublishedFeed, PublishedItem
from podpipe.model import Level
from podpipe.rules import RULES
from podpipe.timecode import clock

_TOLERANCE = timedelta(seconds=2)
"""How far a duration may be off without playing otherwise: engines round it."""

_FLIPPED = 3
"""Episodes that must stand the other way round before the whole order is said to."""

_MANY = 3
"""Episodes that must go at once before the feed is said to shrink, whatever share of it they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference that apps or listeners would meet.

    `kind` is its rule's id; `notes-changed`, `chapters-changed`, `enclosure-added` and `episode-new` are no rules, since nobody is harmed
    by them. `message` is what the episode does ("would vanish from the feed"), and of what concerns the show as a whole a whole clause.
    `before` and `after` are what stands and would stand there, as people read it. `was` and `item` are the episode in the earlier and in
    the later feed, None where that has none; both are None for the show.
    """

    kind: str
    level: Level
    message: str
    before: str = ""
    after: str = ""
    was: PublishedItem | None = None
    item: PublishedItem | None = None

    @property
    def dangerous(self) -> bool:
        """Whether it stops a publish."""
        return self.level == "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All changes: those of the show, and those of its episodes in the order of the feed; and how many episodes stay as they are."""

    show: tuple[Change, ...]
    episodes: tuple[Change, ...]
    unchanged: int

    @property
    def changes(self) -> tuple[Change, ...]:
        return (*self.show, *self.episodes)


def compare(before: PublishedFeed, after: PublishedFeed, *, rewritten: Collection[str] = ()) -> Comparison:
    """Compare the feed that apps have with the one that would take its place.

    `rewritten` are the addresses of chapters files that hold something else than before. Of a later feed that is damaged or empty no
    more than that is told.
    """
    if after.problem:
        message = f"the new feed is not well formed: {after.problem}"
        return Comparison(show=(_change("feed-malformed", message),), episodes=(), unchanged=0)
    if before.items and not after.items:
        message = f"the feed would be empty: all {len(before.items)} episodes would vanish from it"
        return Comparison(show=(*_show(before, after), _change("feed-empty", message)), episodes=(), unchanged=0)
    found = matched(before.items, after.items)
    by_pair = [(pair, tuple(_episode(pair, rewritten))) for pair in found.pairs]
    return Comparison(
        show=(*_show(before, after), *_number(before, after), *_order(found)),
        episodes=_in_order(found, {pair.after.position: changes for pair, changes in by_pair}, _shared(found, after.items)),
        unchanged=sum(not changes for _, changes in by_pair),
    )


def _in_order(found: Matched, changed: Mapping[int, tuple[Change, ...]], shared: Mapping[int, tuple[Change, ...]]) -> tuple[Change, ...]:
    """All changes of episodes in the later feed's order; one that is gone comes after the one that it stood behind."""
    new = {item.position: (_change("episode-new", "is new", item=item), *shared.get(item.position, ())) for item in found.new}
    places = {pair.before.position: pair.after.position for pair in found.pairs}
    placed: list[tuple[int, int, tuple[Change, ...]]] = [(place, -1, changes) for place, changes in {**changed, **new}.items()]
    gone = {item.position: item for item in found.gone}
    place = -1
    for position in sorted({*places, *gone}):
        if position in gone:
            message = "would vanish from the feed"
            placed.append((place, position, (_change("episode-gone", message, before=gone[position].title, was=gone[position]),)))
        else:
            place = places[position]
    return tuple(change for _, _, changes in sorted(placed, key=lambda each: each[:2]) for change in changes)


def _shared(found: Matched, items: Sequence[PublishedItem]) -> dict[int, tuple[Change, ...]]:
    """Of each new episode whose GUID another one has: apps take both for one."""
    number = Counter(item.guid for item in items)
    message = "would have the GUID of another episode: apps would show only one of them"
    return {
        item.position: (_change("guid-shared", message, after=item.guid, item=item),)
        for item in found.new
        if item.guid and number[item.guid] > 1
    }


def _show(before: PublishedFeed, after: PublishedFeed) -> Iterator[Change]:
    if before.address and not same_address(before.address, after.address):
        # Apps that follow a redirect from http find the same feed, and the show's guid leaves the scheme out.
        level = _unless_scheme(before.address, after.address)
        message = "the feed would give itself another address, and who subscribed to the old one may be lost"
        yield _change("feed-address-changed", message, before=before.address, after=after.address, level=level)
    if before.guid and before.guid != after.guid:
        message = "the show would have another podcast:guid, and apps would take it for another show"
        yield _change("show-guid-changed", message, before=before.guid, after=after.guid)
    if plain_text(before.title) != plain_text(after.title):
        if after.title:
            yield _change("show-title-changed", "the show would have another title", before=before.title, after=after.title)
        else:
            yield _change("title-emptied", "the show would have no title", before=before.title)


def _number(before: PublishedFeed, after: PublishedFeed) -> Iterator[Change]:
    old, new = len(before.items), len(after.items)
    if old - new >= _MANY and 10 * new < 9 * old:
        yield _change("feed-shrank", f"the feed would shrink from {old} episodes to {new}", before=str(old), after=str(new))


def _order(found: Matched) -> Iterator[Change]:
    # An episode whose date changes moves for that reason, which is told already.
    stayed = [pair for pair in found.pairs if not any(change.kind == "date-changed" for change in _date(pair))]
    places = [pair.before.position for pair in stayed]
    steps = [later > earlier for earlier, later in pairwise(places)]
    if all(steps):
        return
    if len(places) >= _FLIPPED and not any(steps):
        yield _change("order-flipped", "the order of the feed would be reversed: many apps take the first episode for the newest")
        return
    kept = _kept(places)
    moved = [pair.after for pair in stayed if pair.before.position not in kept]
    names = ", ".join(f"“{item.title}”" for item in moved[:3])
    more = f" and {len(moved) - 3} more" if len(moved) > 3 else ""
    yield _change("order-changed", f"{names}{more} would stand at another place among the episodes")


def _kept(places: Sequence[int]) -> frozenset[int]:
    """The most of the places that stand in rising order: a longest increasing subsequence, by patience sorting."""
    ends: list[int] = []
    at: list[int] = []
    for place in places:
        pile = bisect_left(ends, place)
        ends[pile : pile + 1] = [place]
        at.append(pile)
    kept: list[int] = []
    wanted = len(ends) - 1
    for place, pile in zip(reversed(places), reversed(at), strict=True):
        if pile == wanted and (not kept or place < kept[-1]):
            kept.append(place)
            wanted -= 1
    return frozenset(kept)


def _episode(pair: Pair, rewritten: Collection[str]) -> Iterator[Change]:
    yield from _guid(pair)
    yield from _title(pair)
    yield from _date(pair)
    yield from _enclosure(pair)
    before, after = pair.before, pair.after
    if before.link and not same_address(before.link, after.link):
        level = _unless_scheme(before.link, after.link)
        yield _of(pair, "link-changed", "would have the page at another address", before.link, after.link, level=level)
    if before.duration and after.duration != before.duration and abs(before.duration - (after.duration or timedelta())) > _TOLERANCE:
        new = clock(after.duration) if after.duration else ""
        yield _of(pair, "duration-changed", "would have audio that plays for another time", clock(before.duration), new)
    if before.chapters != after.chapters or after.chapters in rewritten:
        yield _of(pair, "chapters-changed", "has other chapters", before.chapters, after.chapters)
    if before.notes != after.notes:
        yield _of(pair, "notes-changed", "has another description")


def _guid(pair: Pair) -> Iterator[Change]:
    before, after = pair.before.guid, pair.after.guid
    if before and before != after:
        what = "another GUID" if after else "no GUID any more"
        yield _of(pair, "guid-changed", f"would have {what}: apps would show it twice and download it again", before, after)
    elif after and not before:
        yield _of(pair, "guid-added", "had no GUID and would have one: some apps would take it for a new episode", before, after)


def _title(pair: Pair) -> Iterator[Change]:
    before, after = pair.before.title, pair.after.title
    if plain_text(before) != plain_text(after):
        kind, message = ("title-changed", "would have another title") if after else ("title-emptied", "would have no title")
        yield _of(pair, kind, message, before, after)


def _date(pair: Pair) -> Iterator[Change]:
    before, after = pair.before, pair.after
    message = "would have another date: apps would put it elsewhere, and some tell of it as new"
    if before.date is None:
        if before.written_date != after.written_date:
            # No app could read it, so that none has the old one.
            yield _of(
                pair, "date-changed", "had no date that can be read, and would have another", before.written_date, _day(after), level="info"
            )
    elif after.date is None or before.date.replace(microsecond=0) != after.date.replace(microsecond=0):
        yield _of(pair, "date-changed", message, _day(before), _day(after))


def _enclosure(pair: Pair) -> Iterator[Change]:
    before, after = pair.before, pair.after
    if not before.enclosure:
        if after.enclosure:
            yield _of(pair, "enclosure-added", "would have audio", "", after.enclosure)
        return
    if not after.enclosure:
        yield _of(pair, "enclosure-gone", "would lose its audio", before.enclosure)
        return
    if not same_address(before.enclosure, after.enclosure):
        if _prefixed(before.enclosure, after.enclosure) or _prefixed(after.enclosure, before.enclosure):
            message = "would have the audio reached by another way"
            yield _of(pair, "enclosure-prefixed", message, before.enclosure, after.enclosure)
        else:
            message = "would have the audio at another address: apps that go by it download it again"
            level = _unless_scheme(before.enclosure, after.enclosure)
            yield _of(pair, "enclosure-changed", message, before.enclosure, after.enclosure, level=level)
    if before.length and before.length != after.length:
        new = f"{after.length:,} bytes" if after.length else ""
        yield _of(pair, "length-changed", "would have audio of another size", f"{before.length:,} bytes", new)
    if before.mime_type and before.mime_type != after.mime_type:
        if {before.mime_type.partition("/")[0], after.mime_type.partition("/")[0]} == {"audio", "video"}:
            message = "would have a video instead of audio, or the reverse"
            yield _of(pair, "medium-changed", message, before.mime_type, after.mime_type)
        else:
            yield _of(pair, "type-changed", "would have the audio called another kind", before.mime_type, after.mime_type)


def _prefixed(address: str, other: str) -> bool:
    """Whether the `other` address leads by way of another service to the first: it ends with all of that but the scheme."""
    plain = _without_scheme(address)
    return len(plain) < len(_without_scheme(other)) and plain_address(other).endswith(f"/{plain}") and "/" in plain


def _unless_scheme(before: str, after: str) -> Level | None:
    """The level of a change of addresses that is none but from http to https, say, and None for the usual one."""
    return "info" if _without_scheme(before) == _without_scheme(after) else None


def _without_scheme(address: str) -> str:
    scheme, found, rest = plain_address(address).partition("://")
    return (rest if found and scheme.isalpha() else scheme + found + rest).rstrip("/")


def _day(item: PublishedItem) -> str:
    return f"{item.date:%Y-%m-%d %H:%M:%S %z}" if item.date else item.written_date


def _of(pair: Pair, kind: str, message: str, before: str = "", after: str = "", *, level: Level | None = None) -> Change:
    return _change(kind, message, before=before, after=after, level=level, was=pair.before, item=pair.after)


def _change(
    kind: str,
    message: str,
    *,
    before: str = "",
    after: str = "",
    level: Level | None = None,
    was: PublishedItem | None = None,
    item: PublishedItem | None = None,
) -> Change:
    usual: Level = RULES[kind].level if kind in RULES else "info"
    return Change(kind=kind, level=level or usual, message=message, before=before, after=after, was=was, item=item)
