"""What one line of show notes may say of a chapter: what kind of line it is, its time, and its title, which may go on below."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from podpipe.chapters.times import (
    PLAIN_BEGINNING,
    PLAIN_HEAD,
    SPACE,
    TAGS,
    Form,
    Found,
    Kind,
    has_time,
    leads_to_moment,
    time_as_written,
    time_in,
    timed_lines,
)
from podpipe.chapters.words import LINKED, REFERRED, plain_text, web_address


@dataclass(slots=True, eq=False)  # made by the ten thousand: neither a frozen one nor a tuple is made and read as quickly
class Candidate:
    """A line that may be a chapter. `line` counts from 0, `place` is where the line begins in the text, `indent` the width before it.

    `form` says where the time stands: at the beginning, at the end in brackets, or at the end without any. `written` is the title in
    Markdown, since most candidates never need it read; `moment` is the address that the time itself is linked to.
    """

    kind: Kind
    form: Form
    start: timedelta
    written: str
    moment: str | None
    line: int
    place: int
    indent: int

    def title(self) -> str:
        """The title as a reader sees it; empty where there is nothing to see."""
        title = plain_text(self.written).strip(_AROUND_CODE if "`" in self.written else _AROUND).rstrip(":： ")
        return title or (web_address(self.written) or "" if "<http" in self.written else "")

    def url(self, definitions: Mapping[str, str]) -> str | None:
        """The web address that the title leads to, by a link of its own or by one that is defined elsewhere in the notes."""
        url = None
        if "://" in self.written:
            url = web_address(self.written)
        elif "][" in self.written and (link := REFERRED.search(self.written)) is not None:
            url = definitions.get((link[2] or link[1]).lower())
        return None if url is None or url == self.moment or leads_to_moment(url) else url


class _Notes:
    """The show notes, and their lines, which are parted only where a line beside another one matters."""

    def __init__(self, body: str) -> None:
        self.body = body
        self._lines: list[str] = []

    @property
    def lines(self) -> list[str]:
        self._lines = self._lines or self.body.split("\n")
        return self._lines


_BULLETS = "・•●○◆◇■□▶►▷▪‣◦★☆⏱⏰⏲⏳⌛🎙🎧📌📍👉✅➡➤" + "".join(map(chr, range(0x1F550, 0x1F568)))
"""What stands for a marker: bullets of plain text, and pictures, the clock faces of all hours among them."""
_HEADING, _BULLET = "(#{1,6})", rf"[-*+](?={SPACE})"
_MARKER = re.compile(rf"(?:{_HEADING}|{_BULLET}|[{_BULLETS}]\ufe0f?|[–—](?={SPACE})|[0-9]{{1,3}}[.)](?={SPACE})){SPACE}*")
_MARKER_STARTS = frozenset(f"#-*+–—{_BULLETS}0123456789")
_PLAIN = re.compile(rf"( *+)(?:{_HEADING}|{_BULLET}){SPACE}*+{PLAIN_BEGINNING}")
_MARKERS = 4
_LONGEST_TAG, _LONGEST_ROW = 12, 2_000
_TAG_NAME = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)")
_KIND_OF_TAG: dict[str, Kind] = {**dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"), "li": "item", "tr": "row", "td": "row"}
_BREAK = re.compile(r"<br\s*/?>|</(?:li|p|dd|td|tr|div)>(?=.)", re.IGNORECASE)
_BETWEEN_CELLS = re.compile(r"</td>\s{0,40}<td(?: [^<>]{0,80})?>", re.IGNORECASE)
_LONGEST_BELOW = 100
_AROUND_CODE = "|~〜 \u200b\ufeff"
_AROUND = f"*_{_AROUND_CODE}"
_NO_TITLE = _AROUND + ":："
_BEGINS_OTHER = frozenset("#->|<:{")
_NO_TEXT = frozenset(["", "\n", "#", "-", ">"])
_WIDTH, _MOST_LINES, _CJK = 70, 6, "\u2e80"
"""Lines are broken at this width or beyond, over so many lines; and scripts from here on are written without blanks to break at."""
_GOES_ON = ",;&-–—'’"
_DEFINITION = re.compile(r"^ {0,3}\[([^\[\]\n]+)\]: +<?(https?://[^\s>]+)", re.MULTILINE)


def candidates(body: str, unseen: frozenset[int] = frozenset()) -> list[Candidate]:
    """Every line that may be a chapter, in order. Lines in `unseen`, counted from 0, belong to something else."""
    notes = _Notes(body)
    tagged = "<" in body
    found: list[Candidate] = []
    index, before = 0, 1
    for place, end in timed_lines(body):
        index += 1 if place == before else body.count("\n", before - 1, place)
        before = end + 1
        if index in unseen:
            continue
        if not tagged or "<" not in body[place:end]:
            candidate = _read_plain(body, index, place, end) or _read(body[place:end], notes, index, place, alone=True)
            if candidate is not None:
                found.append(candidate)
            continue
        line = body[place:end]
        parts = _BREAK.split(_BETWEEN_CELLS.sub(" ", line) if "<td" in line else line)
        for part in parts:
            candidate = _read(part, notes, index, place, alone=len(parts) == 1)
            if candidate is not None:
                found.append(candidate)
    return found


def link_definitions(body: str) -> dict[str, str]:
    """The web addresses of links by reference, by their labels in lower case (CommonMark 4.7)."""
    return {label.lower(): address for label, address in _DEFINITION.findall(body)} if "]: " in body else {}


def _read_plain(body: str, index: int, place: int, end: int) -> Candidate | None:
    """What `_read` makes of nearly every line of a list, at a third of its price; None where the line is to be looked at closely."""
    match = _PLAIN.match(body, place, place + 2 * PLAIN_HEAD)
    if match is None:
        return None
    indent, heading, time = match.group(1, 2, 3)
    behind = match.end()
    written = body[behind:end].rstrip()
    kind: Kind = "heading" if heading else "item"
    start = time_as_written(time)
    if start is None or behind > place + PLAIN_HEAD or written[-1] == "#" or _may_go_on(written, kind, body, end):
        return None
    return Candidate(kind, "leading", start, written, None, index, place, 0 if heading else len(indent))


def _read(line: str, notes: _Notes, index: int, place: int, *, alone: bool) -> Candidate | None:
    kind, rest = _unmarked(line.strip() if "&nbsp;" not in line else line.replace("&nbsp;", " ").strip())
    if not rest or rest[0] == ">":
        return None
    if kind == "plain" and alone and index and line[0].isspace() and (item := _wrapped_item(notes.lines[index - 1])):
        kind, rest, index, line = "item", f"{item} {rest}", index - 1, notes.lines[index - 1]
    found = time_in(rest, kind) if kind != "row" and rest[2:4] != "] " else _time_of_other(rest, kind)
    if found is None:
        return None
    form, start, written, moment = found
    if form == "trailing" and kind == "plain" and rest[:2] == rest[-2:] == "**":
        kind = "heading"  # a paragraph that is bold as a whole is used as one
    if kind == "row":
        written = written.partition("|")[0]
    if form == "leading" and alone and _may_go_on(written, kind, notes.body, place + len(line)):
        written = _unwrapped(written, notes.lines, index, kind)
    if not written.strip(_NO_TITLE):
        if form == "leading":
            kind, index, written = _beside(notes.lines, index, kind)
        if not written.strip(_NO_TITLE):
            return None
    return Candidate(kind, form, start, written, moment, index, place, _indent(line) if kind == "item" else 0)


def _time_of_other(rest: str, kind: Kind) -> Found | None:
    """The time of a row of a table, or of an item with a box to tick."""
    if kind != "row":
        return time_in((rest[4:].lstrip() or rest) if rest[0] == "[" and kind == "item" else rest, kind)
    found = time_in(rest, kind)
    return found if found is not None and found[0] == "leading" else _in_cell(rest)


def _in_cell(row: str) -> Found | None:
    """The time that fills a cell of a table behind the first; its title is the first cell, or what follows where that is a number."""
    cells = [cell.strip() for cell in row[:_LONGEST_ROW].strip("|").split("|")]
    for cell in cells[1:]:
        found = time_in(f"{cell} |", "row") if has_time(cell) else None
        if found is not None and not found[2].strip(_NO_TITLE):
            title = next((other for other in cells if other != cell and other.strip("#0123456789. ")), "")
            return "bare", found[1], title, None
    return None


def _wrapped_item(line: str) -> str:
    """The text of an item that goes on in the next line, and that has no time of its own."""
    kind, rest = _unmarked(line.strip())
    return rest if kind == "item" and not has_time(line) else ""


def _unmarked(rest: str) -> tuple[Kind, str]:
    """What kind of line it is, and what stands behind its markers."""
    kind: Kind = "plain"
    for _ in range(_MARKERS):
        if rest[:1] not in _MARKER_STARTS or (marker := _MARKER.match(rest)) is None:
            break
        if marker[1]:
            if kind != "plain" and marker[0][-1] == "#":
                break  # a hashtag
            kind = "heading"
        elif kind == "plain":
            kind = "item"
        rest = rest[marker.end() :]
    if kind == "heading" and rest[-1:] == "#" and rest.rstrip("#")[-1:].isspace():
        rest = rest.rstrip("#").rstrip()
    if rest[:1] == "<" and (tags := TAGS.match(rest)):
        for name in _TAG_NAME.findall(tags[0]):
            kind = _KIND_OF_TAG.get(name.lower(), kind)
        rest = _without_end_tags(rest[tags.end() :])
    if kind == "plain" and rest[:1] == "|":
        kind = "row"
    return kind, rest


def _without_end_tags(rest: str) -> str:
    for _ in range(_MARKERS):
        if rest[-1:] != ">" or (at := rest.rfind("</", max(len(rest) - _LONGEST_TAG, 0))) < 0:
            break
        rest = rest[:at].rstrip()
    return rest


def _indent(line: str) -> int:
    width = len(line) - len(line.lstrip())
    return len(line[:width].expandtabs(4)) if "\t" in line[:width] else width


def _may_go_on(written: str, kind: Kind, body: str, end: int) -> bool:
    """Whether a title may go on in the next line, told by what is quickly seen."""
    if "[" in written and "]" not in written[written.rfind("[") :]:
        return True
    return kind != "heading" and body[end + 1 : end + 20].lstrip(" ")[:1] not in _NO_TEXT


def _unwrapped(written: str, lines: list[str], index: int, kind: Kind) -> str:
    """A title that goes on in the next lines: in the midst of a link, or where no more words would have gone on its own line."""
    before = lines[index]
    for following in lines[index + 1 : index + _MOST_LINES]:
        opened = written.rfind("[")
        is_broken = opened >= 0 and "]" not in written[opened:]
        if not is_broken and kind == "heading":
            break
        text = following.strip()
        if not text or text[0] in _BEGINS_OTHER or has_time(text) or _MARKER.match(text):
            break
        if is_broken:
            whole = f"{written} {text}"
            link = LINKED.search(whole, opened)
            if link is None:
                break
            written = whole[: link.end()] if kind == "heading" else whole
        elif _is_full(before, text):
            written = f"{written} {text}"
        else:
            break
        before = following
    return written


def _is_full(line: str, following: str) -> bool:
    """Whether a line was broken within a sentence because the next word had no room on it."""
    written = line.rstrip()
    if not (written[-1].isalnum() or written[-1] in _GOES_ON) or max(written[-1], following[0]) >= _CJK or line.endswith("  "):
        return False
    return len(written) + len(following.split(maxsplit=1)[0]) > _WIDTH


def _beside(lines: list[str], index: int, kind: Kind) -> tuple[Kind, int, str]:
    """The title of a time that stands alone, and where it is written: in the heading right above it, or below it."""
    above = lines[index - 1] if index and kind == "plain" else ""
    if above.strip() and not has_time(above):
        of_above, title = _unmarked(above.strip())
        if of_above == "heading":
            return "heading", index - 1, title
    return kind, index, _below(lines, index, kind)


def _below(lines: list[str], index: int, kind: Kind) -> str:
    """What is written below a time: an item, a definition, or a short line under a heading."""
    for line in lines[index + 1 : index + 3]:
        text = line.strip()
        if not text:
            continue
        if has_time(text):
            return ""
        below, rest = _unmarked(text)
        if below == "item":
            return rest
        if below == "plain" and text[:2] == ": ":
            return text[2:]
        return text if below == "plain" and kind in {"heading", "item"} and len(text) <= _LONGEST_BELOW else ""
    return ""
