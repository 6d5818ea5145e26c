"""Which of the lines that may be chapters are: those that form a list which a listener can follow in time."""

from __future__ import annotations

import itertools
import operator
import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from podpipe.chapters.lines import Candidate
from podpipe.chapters.others import HALF_HOUR, are_hours, is_called_other, is_errata, is_timetable, is_transcript
from podpipe.chapters.times import Form, Kind, has_time


class Run(NamedTuple):
    """Candidates that are written as one list, and those of them whose times never step back.

    `nested` is a list within another, `named` one that a heading or line above it calls a list of chapters.
    """

    every: list[Candidate]
    kept: list[Candidate]
    nested: bool
    named: bool

    def slips(self) -> list[Candidate]:
        """Lines that are chapters although their times are out of order: so few in so long a list that somebody mistyped them."""
        if len(self.every) - len(self.kept) > len(self.every) / (_SLIPS if self.every[0].form == "leading" else _SLIPS_AT_END):
            return []
        kept = set(map(id, self.kept))
        return [found for found in self.every if id(found) not in kept]


class Choice(NamedTuple):
    """The chapters in the order of their start, and the lists that they are written in."""

    chosen: list[Candidate]
    runs: list[Run]


def _any_of(words: str) -> re.Pattern[str]:
    """One of these words, in capital letters or small ones. Their first letters are looked for first, at a third of the price."""
    return re.compile(f"(?=[{''.join(sorted({word[0] for word in words.split('|')}))}])(?:{words})", re.IGNORECASE)


_OF_CHAPTERS = _any_of(
    r"目次|チャプター|タイムスタンプ|タイムコード|タイムライン|chapters?\b|time ?(?:stamps?|codes?|line)\b|kapitel|chapitres|cap[ií]tulos"
    r"|таймкод|тайминг|타임|목차|章节|時間軸|时间"
)
_KINDS: tuple[Kind, ...] = ("heading", "item", "row", "plain")
_FORMS: tuple[Form, ...] = ("leading", "trailing", "bare")
_START, _LINE = operator.attrgetter("start"), operator.attrgetter("line")
_FAR, _NEAR = 4_000, 400
"""How many characters above a list its section's heading, and its own label, are looked for."""
_SLIPS, _SLIPS_AT_END = 4, 8
"""Of so many lines of a list one may be out of order, by a slip in its time, and is a chapter all the same. Times at the ends of lines,
which may be lengths, have to agree better."""
_BESIDE = 3
"""How many lines around a nested list tell whether its times hardly miss theirs."""
_LINES = 12
"""How many lines above a nested item the one is looked for that it lies in."""
_MOST_RUNS = 100
"""More lists than that are not weighed against each other, so that no file takes long."""


def choose(candidates: list[Candidate], body: str) -> Choice:
    """The chapters among all lines that look like one: each start once, headings before items before table rows before plain lines."""
    chosen: list[Candidate] = []
    lists: list[Run] = []
    starts: dict[timedelta, Candidate] = {}
    by_kind: dict[Kind, list[Candidate]] = {}
    for found in candidates:
        by_kind.setdefault(found.kind, []).append(found)
    for kind in _KINDS:
        alike = by_kind.get(kind)
        if not alike or starts.keys() >= set(map(_START, alike)):
            continue  # none of its kind, or an agenda that the headings repeat
        runs = [run for group, nested in _groups(alike, body) if (run := _run(group, body, nested=nested)) is not None]
        if kind == "plain" and len(chosen) > 1:
            runs = [run for run in runs if len(run.kept) > 2]  # a paragraph of notes may begin with a time that it speaks of
        of_kind, used = _merged(runs)
        if len(of_kind) > 1 and chosen and any(run.named for run in used) and not _agree(chosen, of_kind):
            chosen, lists = of_kind, used  # a list that is called one wins
        else:
            chosen, taken = _together(chosen, of_kind)
            lists += used if taken else ()
        starts = {found.start: found for found in reversed(chosen)} if chosen else {}
    if len(chosen) == 1 and not _stands_alone(chosen[0], body):
        return Choice([], [])  # one time alone in running notes is no list of chapters
    for run in lists:
        if len(run.kept) < len(run.every):
            for found in run.slips():
                starts.setdefault(found.start, found)
    return Choice(sorted(starts.values(), key=_START), lists)


def _groups(alike: list[Candidate], body: str) -> Iterator[tuple[list[Candidate], bool]]:
    """Candidates of one kind as the lists that they are written in, one for each section and depth, and whether a list lies in another."""
    if alike[0].kind == "heading":
        others = [found for found in alike if found.form != "bare"]
        yield others or alike, False
        return
    forms = {found.form for found in alike}
    for form in _FORMS:
        if form not in forms:
            continue
        opened: dict[int, list[Candidate]] = {}
        place = innermost = 0
        for found in alike:
            if found.form != form:
                continue
            if opened and body.find("\n#", place, found.place) >= 0:
                yield from _lists(opened)
                opened = {}
            place = found.place
            level = found.indent // 2 if found.kind == "item" else 0
            if level < innermost:
                for deeper in [depth for depth in opened if depth > level]:
                    yield opened.pop(deeper), True
            innermost = level
            opened.setdefault(level, []).append(found)
        yield from _lists(opened)


def _lists(opened: dict[int, list[Candidate]]) -> Iterator[tuple[list[Candidate], bool]]:
    outermost = min(opened, default=0)
    for level, found in opened.items():
        yield found, level > outermost


def _run(group: list[Candidate], body: str, *, nested: bool) -> Run | None:
    """The candidates of one list that stand in order of time; None where the list is of something else."""
    first = group[0]
    kept = _ascending(group)
    many = len(group)
    if len(kept) < 0.6 * many or (first.kind == "row" and many < 3):
        return None
    if first.kind != "heading":
        if first.form != "leading" and not _ends_tell(group, kept):
            return None
        label = _label(first, body)
        if _OF_CHAPTERS.search(label):
            return Run(group, kept, nested, named=True)
        if is_called_other(group, label) or _lies_in_link(first, body) or is_timetable(group, label, body):
            return None
    elif first.form == "bare" and not _headings_tell(group):
        return None
    return None if is_errata(group) or is_transcript(group) else Run(group, kept, nested, named=False)


def _lies_in_link(first: Candidate, body: str) -> bool:
    """Whether a list lies in an item that leads elsewhere and has no time of its own: what it tells are that page's times."""
    parent = _parent(first, body) if first.indent > 1 else ""
    return "://" in parent and not has_time(parent)


def _ends_tell(group: list[Candidate], kept: list[Candidate]) -> bool:
    """Whether times at the ends of lines are moments, and not the lengths of what each line names: then they always grow, and far."""
    first, last, many = kept[0], kept[-1], len(group)
    if (many - len(kept)) * _SLIPS_AT_END > many or any(earlier.start == later.start for earlier, later in itertools.pairwise(kept)):
        return False
    if first.kind == "row" and 3 * first.start > last.start:
        return False  # results of a race
    far = last.start - first.start > timedelta(minutes=5)
    if first.form == "bare":
        return far and many > 2 and (first.kind == "plain" or group[-1].line - group[0].line < 2 * many)
    return many > 3 or (far and many > 1)


def _headings_tell(group: list[Candidate]) -> bool:
    """Whether times behind a dash at the end of headings are moments, and neither lengths nor hours: all headings with times are so."""
    grow = all(earlier.start < later.start for earlier, later in itertools.pairwise(group))
    return grow and group[-1].start - group[0].start > timedelta(minutes=5) and not are_hours(group, timedelta(seconds=15))


def _label(first: Candidate, body: str) -> str:
    """What stands above a list: the heading of its section, and the line before it, where neither is a chapter itself."""
    earliest = max(first.place - _FAR, 0)
    at = body.rfind("\n#", earliest, first.place) + 1
    heading = body[at : body.find("\n", at)] if at or (not earliest and body.startswith("#")) else ""
    above = _line_above(first, body)
    return "\n".join([line for line in {heading, above} if line and not has_time(line)])


def _line_above(first: Candidate, body: str) -> str:
    end = len(body[max(first.place - _NEAR, 0) : first.place].rstrip()) + max(first.place - _NEAR, 0)
    return body[body.rfind("\n", 0, end) + 1 : end]


def _parent(first: Candidate, body: str) -> str:
    """The item that a nested one lies in."""
    end = first.place
    for _ in range(_LINES):
        end = body.rfind("\n", 0, max(end - 1, 0)) + 1
        line = body[end : end + _NEAR].partition("\n")[0]
        if line.strip() and len(line) - len(line.lstrip()) < first.indent and line.lstrip()[0] in "-*+0123456789":
            return line
        if not end:
            break
    return ""


def _merged(runs: list[Run]) -> tuple[list[Candidate], list[Run]]:
    """One list of those that continue each other; a list that does not fit the longer ones is of something else."""
    if any(len(run.kept) > 2 for run in runs):  # beside a whole list, one or two full hours are those of an event
        runs = [run for run in runs if len(run.kept) > 2 or run.named or run.nested or not are_hours(run.kept, HALF_HOUR)]
    if len(runs) == 1:
        return runs[0].kept, runs
    together = sorted([found for run in runs for found in run.kept], key=_LINE)
    if _is_ascending(together):
        return together, runs
    chosen: list[Candidate] = []
    used: list[Run] = []
    for run in sorted(runs, key=lambda run: (run.nested, -len(run.kept)))[:_MOST_RUNS]:
        with_run = sorted((*chosen, *run.kept), key=_LINE)
        if _is_ascending(with_run):
            chosen = with_run
            used.append(run)
        elif run.nested and (fits := _fitting(run, chosen)):
            at = bisect_right(chosen, fits[0].line, key=_LINE)
            above, below = chosen[max(at - _BESIDE, 0) : at], chosen[at : at + _BESIDE]
            used.append(Run([*above, *run.every, *below], [*above, *fits, *below], run.nested, run.named))
            chosen[at:at] = fits
    return chosen, used


def _fitting(run: Run, chosen: list[Candidate]) -> list[Candidate]:
    """Of a nested list those that fit between the lines around it, where they are most of it and the others hardly miss it."""
    at = bisect_right(chosen, run.every[0].line, key=_LINE)
    if not at or (at < len(chosen) and chosen[at].line < run.every[-1].line):
        return []
    earliest, latest = chosen[at - 1].start, (chosen[at] if at < len(chosen) else run.kept[-1]).start
    fits = [found for found in run.kept if earliest <= found.start <= latest]
    hardly = chosen[max(at - _BESIDE, 0)].start
    return fits if 2 * len(fits) >= len(run.every) and all(hardly <= found.start <= latest for found in run.every) else []


def _together(chosen: list[Candidate], others: list[Candidate]) -> tuple[list[Candidate], bool]:
    """Chapters of two kinds of lines as one, and whether the others are among them."""
    if not chosen or not others:
        return others or chosen, bool(others)
    if not _agree(chosen, others):
        return (others, True) if len(others) > len(chosen) and len(chosen) < 3 else (chosen, False)
    return [*chosen, *others], True


def _agree(chosen: list[Candidate], others: list[Candidate]) -> bool:
    """Whether two kinds of lines tell of the same chapters: one repeats the other, or they follow each other in time down the page."""
    known = {found.start for found in chosen}
    fresh = [found for found in others if found.start not in known]
    if 2 * (len(others) - len(fresh)) >= min(len(others), len(chosen)):
        return True
    return _is_ascending(sorted((*chosen, *fresh), key=_LINE))


def _stands_alone(found: Candidate, body: str) -> bool:
    """Whether one time makes a chapter: as a heading, at the very beginning, or where it is called one."""
    return found.kind == "heading" or (found.kind == "item" and not found.start) or bool(_OF_CHAPTERS.search(_label(found, body)))


def _is_ascending(candidates: list[Candidate]) -> bool:
    starts = [found.start for found in candidates]
    return all(map(operator.le, starts, starts[1:]))


def _ascending(candidates: list[Candidate]) -> list[Candidate]:
    """The longest run of lines whose times never step back: times of something else are out of order."""
    if _is_ascending(candidates):
        return candidates
    ends: list[timedelta] = []  # the earliest time on which a run of each length can end
    last: list[int] = []  # and the candidate it ends on
    before: list[int] = []
    for index, candidate in enumerate(candidates):
        length = bisect_right(ends, candidate.start)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [candidate.start]
        last[length : length + 1] = [index]
    run = []
    index = last[-1]
    while index >= 0:
        run.append(candidates[index])
        index = before[index]
    return run[::-1]
