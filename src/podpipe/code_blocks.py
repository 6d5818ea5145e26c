"""Which parts of a Markdown text are code, and only shown: fenced blocks and code spans (CommonMark 4.5 and 6.1).

Lists and quotations are followed as far as fences need it: a fence may stand in an item or a quotation, and ends with it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

Spans = tuple[tuple[int, int], ...]
"""Where stretches of a text begin and end, in order, without overlap."""

_FENCE = re.compile(r" {0,3}(?:(?P<ticks>`{3,})[^`\n]*|(?P<tildes>~{3,}).*)$")
_MARKER = re.compile(r"( *)(?:(>) ?|(?:[-*+]|[0-9]{1,9}[.)])( +(?=\S)| *$))")
_RULE = re.compile(r" *(?:(?:\* *+){3,}+|(?:- *+){3,}+|(?:_ *+){3,}+)$")
_NEW_BLOCK = re.compile(r"[ >]*(?:$|#{1,6} |[-*+] |[0-9]{1,9}[.)] )")
_TICKS = re.compile(r"`+")
_QUOTATION = -1
_DEEPEST = 64
"""Containers within containers that are followed: no author goes beyond, and a line of a million markers must not hurt."""


def code_lines(text: str) -> frozenset[int]:
    """The lines of fenced code, counted from 0, the fences with them; an unclosed fence runs to the end of what it stands in."""
    if "```" not in text and "~~~" not in text:
        return frozenset()
    return frozenset(_fenced(text.expandtabs(4).split("\n")))


def code_spans(text: str) -> Spans:
    """Where fenced code and code spans begin and end."""
    if "`" not in text and "~~~" not in text:
        return ()
    spans: list[tuple[int, int]] = []
    for start, end, is_code in _blocks(text):
        if is_code:
            spans.append((start, end))
        else:
            spans.extend(_inline(text, start, end))
    return tuple(spans)


def stands_in(spans: Spans, place: int) -> bool:
    """Whether a place in the text lies within one of the spans."""
    index = bisect_right(spans, place, key=lambda span: span[0]) - 1 if spans else -1
    return index >= 0 and place < spans[index][1]


def _fenced(lines: list[str]) -> Iterator[int]:
    containers: list[int] = []  # the column of an item's text, or _QUOTATION
    fence = ""
    after_blank = True
    for number, line in enumerate(lines):
        if not line or line.isspace():
            if fence and _QUOTATION in containers:
                fence = ""
            if fence:
                yield number
            after_blank = True
            continue
        depth, place = _within(line, containers)
        if fence:
            if depth == len(containers):
                yield number
                written = line[place:].strip(" ")
                if written.startswith(fence) and not written.strip(fence[0]) and _FENCE.match(line, place):
                    fence = ""
                continue
            fence = ""  # what it stood in has ended
            after_blank = True
        fence = _fence_after(line, containers, depth=depth, place=place, after_blank=after_blank)
        after_blank = False
        if fence:
            yield number


def _within(line: str, containers: list[int]) -> tuple[int, int]:
    """How many of the open containers a line belongs to, and where its own text begins."""
    place = 0
    for depth, content in enumerate(containers):
        if content == _QUOTATION:
            marker = _MARKER.match(line, place)
            if marker is None or marker[2] is None:
                return depth, place
            place = marker.end()
        elif line[place:content].strip(" ") or len(line) < content:
            return depth, place
        else:
            place = max(place, content)
    return len(containers), place


def _fence_after(line: str, containers: list[int], *, depth: int, place: int, after_blank: bool) -> str:
    """Open and close the containers that a line of no code opens and closes; the fence that it opens, or nothing."""
    marker = None if _RULE.match(line, place) else _MARKER.match(line, place)
    fence = _FENCE.match(line, place)
    if after_blank or marker is not None or fence is not None or line[place : place + 1] in {"#", "-", "*", "_"}:
        del containers[depth:]  # any other line goes on with the paragraph above it, wherever that stands
    while marker is not None and len(containers) < _DEEPEST:
        if len(marker[1]) >= 4 and not containers:
            return ""  # indented code
        space = marker[3]
        place = marker.end()
        if space is None:
            containers.append(_QUOTATION)
        else:
            place = place if 1 <= len(space) <= 4 else place - len(space) + 1
            containers.append(place)
        marker = _MARKER.match(line, place)
        fence = _FENCE.match(line, place)
    return "" if fence is None else fence["ticks"] or fence["tildes"]


def _blocks(text: str) -> Iterator[tuple[int, int, bool]]:
    """The text in stretches that no code span reaches beyond: fenced blocks, and what lies between two beginnings of blocks."""
    fenced = code_lines(text)
    begun = start = 0
    was_code = False
    for number, line in enumerate(text.split("\n")):
        is_code = number in fenced
        if is_code != was_code or (not is_code and _NEW_BLOCK.match(line)):
            if start > begun:
                yield begun, start, was_code
            begun, was_code = start, is_code
        start += len(line) + 1
    yield begun, len(text), was_code


def _inline(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The code spans of one paragraph: from a run of backticks to the next run of the same length."""
    runs = [match.span() for match in _TICKS.finditer(text, start, end)]
    waiting: dict[int, list[int]] = {}
    for index in range(len(runs) - 1, -1, -1):
        waiting.setdefault(runs[index][1] - runs[index][0], []).append(index)
    reached = 0
    for index, (begin, stop) in enumerate(runs):
        same = waiting[stop - begin]
        same.pop()  # itself
        if index >= reached and same and not _escaped(text, begin):
            reached = same[-1] + 1
            yield begin, runs[same[-1]][1]


def _escaped(text: str, place: int) -> bool:
    backslashes = 0
    while place > backslashes and text[place - backslashes - 1] == "\\":
        backslashes += 1
    return backslashes % 2 == 1
