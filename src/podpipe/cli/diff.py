"""`podpipe diff`: what a publish would change in the feed, episode by episode, for people and as JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby

from podpipe import feed_diff, pipeline
from podpipe.cli import report
from podpipe.cli.excerpt import readable
from podpipe.feed_diff import Difference
from podpipe.guard import Change, name_of, source_of
from podpipe.settings import load_settings

_WORDS = {
    "date-changed": "date",
    "enclosure-added": "audio",
    "enclosure-changed": "audio",
    "enclosure-gone": "audio",
    "enclosure-prefixed": "audio",
    "feed-address-changed": "feed's address",
    "guid-added": "GUID",
    "guid-changed": "GUID",
    "length-changed": "size",
    "link-changed": "page",
    "medium-changed": "kind of audio",
    "show-guid-changed": "podcast:guid",
    "show-title-changed": "title",
    "title-changed": "title",
    "title-emptied": "title",
    "duration-changed": "duration",
    "type-changed": "kind of audio",
}
"""What changes in an episode, or in the show, in a word; other changes say it in their message."""


def diff(arguments: argparse.Namespace) -> int:
    """Show the differences. Exit code 1 where one of them would stop a publish."""
    settings = load_settings(arguments.show)
    job = pipeline.Job(
        settings=settings,
        as_of=datetime.now(UTC),
        targets=(arguments.target,) if arguments.target else settings.targets,
        check_links=False,
        demands=False,
        measure_hosted=arguments.measure_hosted and settings.audio.measure_hosted,
    )
    progress = report.Progress(quiet=arguments.quiet or arguments.json)
    with progress.shown():
        found = feed_diff.diff(job, against=arguments.against, run=report.announced(progress))
    if arguments.json:
        report.print_lines(_as_json(found))
    else:
        report.print_lines(_as_text(found))
        if not arguments.quiet:
            report.print_lines(_summary(found), error=True)
    return int(any(change.dangerous for change in found.comparison.changes))


def _as_text(found: Difference) -> Iterator[str]:
    for change in found.comparison.show:
        yield f"! {change.message}{_stop(change)}"
        if change.before or change.after:
            yield f"    {_before_and_after(change)}"
    for changes in _by_episode(found):
        first = changes[0]
        item = first.item or first.was
        title = readable(item.title) if item and item.title else name_of(first, source_of(first, found.sources))
        if first.kind == "episode-new":
            yield f"+ {title}"
        elif first.kind == "episode-gone":
            source = source_of(first, found.sources)
            yield f"- {title}{f' ({source.held_back})' if source and source.held_back else ''}{_stop(first)}"
        else:
            yield f"~ {title}"
            yield from (f"    {_line(change)}{_stop(change)}" for change in changes)


def _line(change: Change) -> str:
    if change.kind in _WORDS:
        return f"{_WORDS[change.kind]}: {_before_and_after(change)}"
    return {"notes-changed": "description: changed", "chapters-changed": "chapters: changed"}.get(change.kind, change.message)


def _before_and_after(change: Change) -> str:
    return f"{readable(change.before) or 'none'} → {readable(change.after) or 'none'}"


def _stop(change: Change) -> str:
    return f"  [{change.kind}: stops a publish]" if change.dangerous else f"  [{change.kind}]" if change.level == "warning" else ""


def _summary(found: Difference) -> Iterator[str]:
    earlier, comparison = found.earlier, found.comparison
    if earlier.feed is None:
        yield f"there is no feed to compare with{f': {earlier.problem}' if earlier.problem else ''}"
    elif earlier.feed.problem:
        yield f"the feed on {earlier.place} is damaged: {earlier.feed.problem}"
    kinds = [changes[0].kind for changes in _by_episode(found)]
    new, gone = kinds.count("episode-new"), kinds.count("episode-gone")
    counts = (f"{new} new", f"{gone} gone", f"{len(kinds) - new - gone} changed", f"{comparison.unchanged} as they are")
    yield f"against {earlier.place}: {', '.join(counts)}"


def _by_episode(found: Difference) -> Iterator[list[Change]]:
    """The changes of each episode that has any, in the order of the feed."""
    for _, changes in groupby(found.comparison.episodes, key=lambda change: (id(change.was), id(change.item))):
        yield list(changes)


def _as_json(found: Difference) -> Iterator[str]:
    for change in found.comparison.show:
        yield _json({"state": "show"} | _fields(change))
    for changes in _by_episode(found):
        first = changes[0]
        item = first.item or first.was
        state = {"episode-new": "new", "episode-gone": "gone"}.get(first.kind, "changed")
        episode = {"state": state, "episode": name_of(first, source_of(first, found.sources))}
        yield _json(
            episode | {"guid": item.guid if item else "", "title": item.title if item else ""} | {"changes": [*map(_fields, changes)]}
        )


def _fields(change: Change) -> dict[str, object]:
    return {"kind": change.kind, "level": change.level, "before": change.before, "after": change.after}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
