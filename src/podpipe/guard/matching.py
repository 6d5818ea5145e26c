"""Which item of one feed is which of another: by GUID as apps know them, or by what else they have where that has changed."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import unquote, urlsplit

from podpipe.guard.published import PublishedItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One episode in both feeds."""

    before: PublishedItem
    after: PublishedItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The episodes that both feeds have, in the order of the later one, those that are gone from it, and those that are new in it."""

    pairs: tuple[Pair, ...]
    gone: tuple[PublishedItem, ...]
    new: tuple[PublishedItem, ...]


def matched(before: Sequence[PublishedItem], after: Sequence[PublishedItem]) -> Matched:
    """Find each item again: by its GUID, then by its page's address, its audio's, and its title with its date.

    What is alike in everything is the same, whatever it lacks, and what has the same page and the same audio, although the GUID is now
    another's. Of several items that share a GUID, those come together whose page and audio are the same, and the rest in their order.
    Whatever else more than one item of a feed has, the show's own page as the link of all for one, tells nothing.
    """
    left = _Left(before, after)
    left.pair(_everything)
    left.pair(_guid_and_places)
    left.pair(_places, alone=True)
    left.pair(_guid)
    for name in (_link, _enclosure, _title_and_date):
        left.pair(name, alone=True)
    return Matched(pairs=tuple(sorted(left.pairs, key=lambda pair: pair.after.position)), gone=tuple(left.before), new=tuple(left.after))


class _Left:
    """The items of two feeds that are not found again yet, and the pairs of those that are."""

    def __init__(self, before: Sequence[PublishedItem], after: Sequence[PublishedItem]) -> None:
        self.before, self.after = list(before), list(after)
        self.pairs: list[Pair] = []
        self._all = before, after

    def pair(self, name: Callable[[PublishedItem], Hashable], *, alone: bool = False) -> None:
        """Bring together those to which `name` gives the same; with `alone` only where nothing else in its feed has it. None is no name."""
        if not self.before or not self.after:
            return
        shared = _repeated(name, self._all[0]) | _repeated(name, self._all[1]) if alone else set()
        waiting: dict[Hashable, deque[PublishedItem]] = defaultdict(deque)
        for item in self.before:
            waiting[name(item)].append(item)
        pairs = [
            Pair(before=waiting[key].popleft(), after=item)
            for item in self.after
            if (key := name(item)) is not None and key not in shared and waiting.get(key)
        ]
        self.pairs += pairs
        found_before, found_after = {pair.before.position for pair in pairs}, {pair.after.position for pair in pairs}
        self.before = [item for item in self.before if item.position not in found_before]
        self.after = [item for item in self.after if item.position not in found_after]


def _repeated(name: Callable[[PublishedItem], Hashable], items: Iterable[PublishedItem]) -> set[Hashable]:
    return {key for key, number in Counter(map(name, items)).items() if number > 1}


def same_address(one: str, other: str) -> bool:
    """Whether two addresses are written differently at most: characters may be percent-encoded or not, the host in capitals."""
    return one == other or plain_address(one) == plain_address(other)


def plain_address(address: str) -> str:
    """An address as it is compared with others."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return unquote(parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl())


def plain_text(text: str) -> str:
    """A title as it is compared with others: engines disagree on blanks, and some escape characters twice."""
    return " ".join(unescape(unescape(text)).split())


def _everything(item: PublishedItem) -> Hashable:
    return replace(item, position=0)


def _guid_and_places(item: PublishedItem) -> Hashable:
    return (item.guid, item.link, item.enclosure) if item.guid else None


def _places(item: PublishedItem) -> Hashable:
    return (plain_address(item.link), plain_address(item.enclosure)) if item.link and item.enclosure else None


def _guid(item: PublishedItem) -> Hashable:
    return item.guid or None


def _link(item: PublishedItem) -> Hashable:
    return plain_address(item.link) or None


def _enclosure(item: PublishedItem) -> Hashable:
    return plain_address(item.enclosure) or None


def _title_and_date(item: PublishedItem) -> Hashable:
    date = item.date.timestamp() if item.date else item.written_date
    return (plain_text(item.title), date) if item.title and date else None
