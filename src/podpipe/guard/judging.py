"""What is said of a feed's changes, and which of them somebody has allowed: by kind, for every episode or for one."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from urllib.parse import unquote, urlsplit

from podpipe.guard.comparing import Change, Comparison
from podpipe.guard.published import PublishedItem
from podpipe.model import Finding, Where
from podpipe.rules import RULES, Switch, judged
from podpipe.rules.feed_changes import FEED_CHANGES

KINDS = tuple(rule.id for rule in FEED_CHANGES if rule.id != "feed-before-unknown")
"""The kinds of changes that can be allowed: those that stop a publish, and those that a show has made errors of."""

_TOLD_EACH = 3
"""Of warnings and infos of one kind, as many are told one by one; of more, their number."""
_NAMED = 5
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an episode comes from: its slug, its file's path below the show's folder, and why it is held back, where it is."""

    slug: str
    path: str
    held_back: str = ""


def refusal(option: str) -> str | None:
    """Why `KIND` or `KIND:EPISODE` allows nothing, None where it can."""
    kind, colon, episode = option.partition(":")
    if kind not in KINDS:
        close = difflib.get_close_matches(kind, KINDS, n=1)
        known = f"did you mean {close[0]}?" if close else f"the changes are {', '.join(KINDS)}"
        return f"{kind!r} is no change of a feed that can be allowed; {known}"
    if colon and not episode:
        return f"{option!r} names no episode: write {kind}:SLUG, or {kind} for all of them"
    return None


def feed_findings(
    comparison: Comparison,
    *,
    feed: str,
    sources: Mapping[str, Source],
    allowed: Iterable[str] = (),
    switches: Mapping[str, Switch] | None = None,
) -> tuple[Finding, ...]:
    """Findings about the changes: every one that is dangerous, and of many lesser ones of a kind their number.

    `feed` is the feed's key, the place of what has no file. `sources` are the show's episodes by GUID and by page address. What is
    `allowed`, or becomes an error only by the show's `switches` and is allowed, is told as an info.
    """
    permitted = frozenset(allowed)
    told: list[tuple[Change, Finding]] = []
    for change in comparison.changes:
        if change.kind in RULES:
            found = judged((_finding(change, feed=feed, source=source_of(change, sources)),), switches or {})
            told += ((change, _decided(finding, change, permitted, source_of(change, sources))) for finding in found)
    return tuple(chain(_errors(told), _lesser(told, feed=feed, sources=sources)))


def source_of(change: Change, sources: Mapping[str, Source]) -> Source | None:
    """The episode that a change is about, as the show's folder has it; None for the show itself, and for one that is there no more."""
    items = [item for item in (change.item, change.was) if item]
    return next((sources[name] for item in items for name in (item.guid, item.link) if name in sources), None)


def name_of(change: Change, source: Source | None) -> str:
    """What an episode is called: its slug, or what stands for it at the end of its page's address, or its GUID; empty for the show."""
    item = change.item or change.was
    return source.slug if source else _slug(item) if item else ""


def _slug(item: PublishedItem) -> str:
    try:
        last = unquote(urlsplit(item.link).path).rstrip("/").rpartition("/")[2].removesuffix(".html")
    except ValueError:
        last = ""
    return last or item.guid or item.enclosure


def _finding(change: Change, *, feed: str, source: Source | None) -> Finding:
    name = name_of(change, source)
    message = f"episode {name} {change.message}" if name else change.message
    if change.kind == "episode-gone":
        title = f" ({_short(change.before)})" if change.before else ""
        message = f"episode {name}{title} {change.message}{f': it {source.held_back}' if source and source.held_back else ''}"
    elif change.before or change.after:
        message += f" ({_short(change.before)}, then {_short(change.after)})"
    where = Where(path=source.path if source else feed)
    return Finding(level=change.level, rule=change.kind, where=where, message=message, hint=RULES[change.kind].remedy)


def _short(text: str) -> str:
    return (text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…") or "nothing"


def _decided(finding: Finding, change: Change, permitted: frozenset[str], source: Source | None) -> Finding:
    """A finding with the option that allows its change, or as an info where that was given."""
    if finding.level != "error":
        return finding
    names = {name_of(change, source), *(name for item in (change.was, change.item) if item for name in (item.guid, item.link))}
    if change.kind in permitted or permitted.intersection(f"{change.kind}:{name}" for name in names if name):
        return replace(finding, level="info", hint="allowed by --allow")
    name = name_of(change, source)
    option = shlex.quote(f"{change.kind}:{name}" if name else change.kind)
    return replace(finding, hint=f"{finding.hint}, or allow it with --allow {option}")


def _errors(told: Iterable[tuple[Change, Finding]]) -> Iterator[Finding]:
    return (finding for _, finding in told if finding.level == "error")


def _lesser(told: Iterable[tuple[Change, Finding]], *, feed: str, sources: Mapping[str, Source]) -> Iterator[Finding]:
    kinds: dict[tuple[str, str], list[tuple[Change, Finding]]] = {}
    for change, finding in told:
        if finding.level != "error":
            kinds.setdefault((finding.rule, finding.level), []).append((change, finding))
    for each in kinds.values():
        if len(each) <= _TOLD_EACH:
            yield from (finding for _, finding in each)
            continue
        names = [name_of(change, source_of(change, sources)) for change, _ in each]
        change, finding = each[0]
        message = f"{len(each)} episodes {change.message}: {', '.join(names[:_NAMED])}, …"
        yield replace(finding, where=Where(path=feed), message=message, hint=f"{finding.hint}; podpipe diff shows each")
