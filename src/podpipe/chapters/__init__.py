"""Chapters as podcasters write them in show notes, read by the small grammar that `docs/chapters.md` tells authors of.

    line      = [marker] [number] (leading | trailing)
    marker    = "#"… | "-" | "*" | "+" | "1." | "・" …     a heading or list item; none is a plain line
    number    = "01" | "Chapter 1:" | "①" …
    leading   = [open] time [close] [range] [separator] title
    trailing  = title open time [range] close               `### tengine (1:42:30~)`
    time      = M:SS | MM:SS | MMM:SS | H:MM:SS | H:M:S     digits of any script; all colons of one width
    range     = ("~" | "〜" | "-" | "–") [time]              a tilde alone, or the chapter's end, which the next start tells as well
    open      = one of ( [ 【 （ < * _ @ …  and close its counterpart

`lines` reads one line and `times` the time in it, `choice` picks the lists that are chapters, `others` knows what else lists of times are,
`fences` which fenced blocks are lists, and `words` what a title says. A time that is the label of a link to a moment of the recording
(`[02:53](#t=02:53)`) is read from the link. Times in code, in HTML comments and in quotations belong to something else. Where an agenda is
repeated as headings, both are one list, and the headings lend their anchors.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from podpipe.chapters.choice import Choice, choose
from podpipe.chapters.fences import lists_in_fences
from podpipe.chapters.lines import Candidate, candidates, link_definitions
from podpipe.chapters.times import column_of_time
from podpipe.chapters.words import plain_text
from podpipe.code_blocks import code_lines
from podpipe.model import Chapter, Finding, Where
from podpipe.timecode import clock

__all__ = ["plain_text", "read_chapters", "review_chapters"]

_NO_LINES: frozenset[int] = frozenset()
_HOURS_AND_MINUTES = re.compile(r"\d{1,2}[:：]\d{2}(?!\d|[:：.]\d)")
_LONGEST = timedelta(hours=10)
_COMMENT = re.compile(r"^ {0,3}<!--.*?(?:-->|\Z)", re.MULTILINE | re.DOTALL)


def read_chapters(body: str, *, first_line: int = 1, anchors: Sequence[tuple[int, str]] = ()) -> tuple[Chapter, ...]:
    """Find the chapters in show notes, in the order of their start, each start once.

    `first_line` is the line of the file on which `body` starts. `anchors` gives the id of the heading on each line, as `read_notes` does.
    """
    return _chapters(_choice(body), body, first_line, anchors)


def review_chapters(
    body: str, *, path: str, first_line: int = 1, anchors: Sequence[tuple[int, str]] = ()
) -> tuple[tuple[Chapter, ...], tuple[Finding, ...]]:
    """Find the chapters as `read_chapters` does, with a finding for each line of their lists that is not taken as one.

    The rules are `chapter-order`, for a time that steps back, and `chapter-repeated`, for a second title at the same time.
    """
    choice = _choice(body)
    return _chapters(choice, body, first_line, anchors), tuple(_findings(choice, body, path, first_line))


def _choice(body: str) -> Choice:
    if ":" not in body and "：" not in body:
        return Choice([], [])
    unseen = code_lines(body) if "`" in body or "~~~" in body else _NO_LINES  # one letter is looked for at ten times the speed of three
    if unseen:
        unseen -= lists_in_fences(body, unseen)
    if "<" in body and "<!--" in body:
        unseen |= _comment_lines(body)
    found = candidates(body, unseen)
    return choose(found, body) if found else Choice([], [])


def _chapters(choice: Choice, body: str, first_line: int, anchors: Sequence[tuple[int, str]]) -> tuple[Chapter, ...]:
    if not choice.chosen:
        return ()
    ids = dict(anchors)
    definitions: dict[str, str] | None = None
    chapters = []
    for found in choice.chosen:
        title = found.title()
        if not title:
            continue
        url = None
        if "]" in found.written or "://" in found.written:
            if definitions is None:
                definitions = link_definitions(body) if any("][" in other.written for other in choice.chosen) else {}
            url = found.url(definitions)
        line = found.line + first_line
        chapters.append(Chapter(start=found.start, title=title, url=url, line=line, anchor=ids.get(line)))
    return tuple(chapters)


def _comment_lines(body: str) -> frozenset[int]:
    """The lines of HTML comments that begin a line (CommonMark 4.6)."""
    hidden: set[int] = set()
    line = reached = 0
    for comment in _COMMENT.finditer(body):
        line += body.count("\n", reached, comment.start())
        first = line
        line += body.count("\n", comment.start(), comment.end())
        reached = comment.end()
        hidden.update(range(first, line + 1))
    return frozenset(hidden)


def _findings(choice: Choice, body: str, path: str, first_line: int) -> Iterator[Finding]:
    lines: list[str] = []
    chosen: set[tuple[int, timedelta]] = set()
    for run in choice.runs:
        if all(earlier.start < later.start for earlier, later in itertools.pairwise(run.every)):
            continue  # nothing is wrong with most lists
        chosen = chosen or {(found.line, found.start) for found in choice.chosen}
        lines = lines or body.split("\n")
        kept = set(map(id, run.kept))
        latest = None
        for found in run.every:
            where = Where(path=path, line=found.line + first_line, column=column_of_time(lines[found.line]))
            if id(found) not in kept:
                lost = "" if (found.line, found.start) in chosen else ", and no chapter begins here"
                yield Finding(
                    level="warning",
                    rule="chapter-order",
                    where=where,
                    message=f"{clock(found.start)} is out of order among the times of its list{lost}",
                    hint=f"{_meant(found, latest, run.kept, lines)}correct the time, or move the line to its place",
                )
            elif latest is not None and found.start == latest.start and found.title() != latest.title():
                yield Finding(
                    level="warning",
                    rule="chapter-repeated",
                    where=where,
                    message=f"{clock(found.start)} is where the chapter on line {latest.line + first_line} begins; only one is kept",
                    hint="correct one of the times, or write one title for both",
                )
            else:
                latest = found


def _meant(found: Candidate, before: Candidate | None, kept: list[Candidate], lines: list[str]) -> str:
    """The question whether minutes and seconds are hours and minutes, where that would put a time in order."""
    in_hours = found.start * 60
    after = next((other.start for other in kept if other.line > found.line), None)
    if before is None or not before.start < in_hours or not (after is None or in_hours < after) or in_hours >= _LONGEST:
        return ""
    written = _HOURS_AND_MINUTES.match(lines[found.line], (column_of_time(lines[found.line]) or 1) - 1)
    return "" if written is None else f"did you mean {clock(in_hours)}? "
