"""A line of a file as a terminal shows it: what surrounds a column, with a caret below it that stands where the eye looks for it."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

_WIDEST = 110
"""How many cells of a line are shown."""

_BEFORE = 40
"""How many characters at most are shown before the column of a longer line."""

_WIDE = frozenset("WF")
_WITHOUT_WIDTH = frozenset({"Mn", "Me", "Cf"})
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Excerpt(NamedTuple):
    """What is shown of a line, and the cell that its column stands in, counted from 0; None where no column is to be shown."""

    text: str
    caret: int | None


def excerpt(line: str, column: int | None) -> Excerpt:
    """Show a line about a column, which counts characters from 1. Of a long line only what stands near the column is shown."""
    place = column - 1 if column and column <= len(line) + 1 else None
    line = line.rstrip() if place is None or place < len(line.rstrip()) else line
    start = 0
    if place is not None and place > _BEFORE and (len(line) > _WIDEST or cells(line) > _WIDEST):
        start = place - _BEFORE
    shown = readable(line[start : start + _WIDEST + 1])
    before = "…" if start else ""
    caret = None if place is None else len(before) + cells(shown[: place - start])
    text = _cut(before + shown, longer=start + _WIDEST + 1 < len(line))
    return Excerpt(text, caret if caret is not None and caret <= cells(text) else None)


def readable(text: str) -> str:
    """Text without characters that would steer a terminal or turn its direction, each replaced by one that takes its place."""
    if text.isprintable():
        return text
    return "".join(" " if character == "\t" else "·" if _steers(character) else character for character in text)


def cells(text: str) -> int:
    """How many cells of a terminal a text takes: East Asian wide characters take two, marks on other characters none."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.east_asian_width(character) in _WIDE:
        return 2
    return 0 if unicodedata.category(character) in _WITHOUT_WIDTH else 1


def _steers(character: str) -> bool:
    return character in _TURNS or unicodedata.category(character) in {"Cc", "Cs"}


def _cut(text: str, *, longer: bool) -> str:
    """As much of a text as fits, with a sign where there is more of it."""
    if cells(text) <= _WIDEST and not longer:
        return text
    width = 0
    for index, character in enumerate(text):
        width += _cells(character)
        if width >= _WIDEST:
            return f"{text[:index]}…"
    return f"{text}…"
