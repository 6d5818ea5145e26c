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

    What is alike in everything is the same, whatever it lacks. Of several items that share a GUID, those come together whose page and audio
    are the same, and the rest in their order. Whatever else more than one item of a feed has, the show's own page as the link of all for
    one, tells nothing.
    """
    pairs: list[Pair] = []
    for name in (_everything, _guid_and_places, _guid):
        pairs += _in_turn(name, _rest(before, (pair.before for pair in pairs)), _rest(after, (pair.after for pair in pairs)))
    for identity in (_link, _enclosure, _title_and_date):
        old, new = _rest(before, (pair.before for pair in pairs)), _rest(after, (pair.after for pair in pairs))
        if not old or not new:
            break
        known = _alone(identity, before, old)
        wanted = _alone(identity, after, new)
        pairs += (Pair(before=known[name], after=item) for name, item in wanted.items() if name in known)
    return Matched(
        pairs=tuple(sorted(pairs, key=lambda pair: pair.after.position)),
        gone=tuple(_rest(before, (pair.before for pair in pairs))),
        new=tuple(_rest(after, (pair.after for pair in pairs))),
    )


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


def _in_turn(name: Callable[[PublishedItem], Hashable], before: Iterable[PublishedItem], after: Iterable[PublishedItem]) -> list[Pair]:
    waiting: dict[Hashable, deque[PublishedItem]] = defaultdict(deque)
    for item in before:
        waiting[name(item)].append(item)
    return [Pair(before=waiting[key].popleft(), after=item) for item in after if (key := name(item)) is not None and waiting.get(key)]


def _rest(items: Iterable[PublishedItem], found: Iterable[PublishedItem]) -> list[PublishedItem]:
    positions = {item.position for item in found}
    return [item for item in items if item.position not in positions]


def _alone(
    identity: Callable[[PublishedItem], str], items: Iterable[PublishedItem], left: Iterable[PublishedItem]
) -> dict[str, PublishedItem]:
    """Those of the items that are left by what names them alone among all."""
    number = Counter(map(identity, items))
    return {name: item for item in left if (name := identity(item)) and number[name] == 1}


def _everything(item: PublishedItem) -> Hashable:
    return replace(item, position=0)


def _guid_and_places(item: PublishedItem) -> Hashable:
    return (item.guid, item.link, item.enclosure) if item.guid else None


def _guid(item: PublishedItem) -> Hashable:
    return item.guid or None


def _link(item: PublishedItem) -> str:
    return plain_address(item.link)


def _enclosure(item: PublishedItem) -> str:
    return plain_address(item.enclosure)


def _title_and_date(item: PublishedItem) -> str:
    date = item.date.timestamp() if item.date else item.written_date
    return f"{plain_text(item.title)} {date}" if item.title and date else ""
