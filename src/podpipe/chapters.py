"""Chapters as podcasters write them in show notes, by a small grammar over lines.

    line      = [marker] (leading | trailing)
    marker    = "#"… | "-" | "*" | "+" | "1." …            a heading or list item; none is a plain line
    leading   = [open] time [close] [range] [separator] title
    trailing  = title open time [range] close               `### tengine (1:42:30~)`
    time      = M:SS | MM:SS | MMM:SS | H:MM:SS             ASCII or full-width digits and colons
    range     = ("~" | "〜" | "-" | "–") [time]              a tilde alone, or the chapter's end, which the next start tells as well
    open      = one of ( [ 【 （ < * _ @ …  and close its counterpart

A time that is the label of a link to a moment (`[02:53](#t=02:53)`) is read from the link. Times inside other links, in code, in HTML
comments and in quotations belong to something else. Where an agenda is repeated as headings, both are one list, and the headings lend
their anchors.
"""

from __future__ import annotations

import html
import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Literal, NamedTuple

from podpipe.model import Chapter
from podpipe.timecode import parse_clock

_TIMES = tuple(re.compile(rf"{colon}(?<=[0-9０-９]{colon})[^\S\n]?[0-9０-９]") for colon in ":：")
"""What every time holds. A pattern that begins with one plain character is searched for at many times the speed of one with a choice."""
_WIDE_DIGIT = re.compile("[０-９]")
_WIDE = str.maketrans("０１２３４５６７８９：", "0123456789:")
_SPACE = r"[ \t\u00a0\u3000]"
_TIME = r"([0-9]{1,3}: ?[0-9]{2}(?::[0-9]{2})?|[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(?![0-9]|[:.][0-9])"
_COMMENT = re.compile(r"^ {0,3}<!--.*?(?:-->|\Z)", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_MARKER = re.compile(rf"^{_SPACE}*(?:(#{{1,6}}){_SPACE}*|([-*+・]|[0-9]{{1,3}}[.)]){_SPACE}+)")
_MOMENT = re.compile(r"^[*_\[]*\[@?[0-9:： ]{3,10}\]\(#t=([0-9:]{1,8})\)")
_OPEN = r"[(\[（【［〔<＜@*_「]*"
_CLOSE = r"[)\]）】］〕>＞*_」]*"
_TILDE = r"[~〜～]"
_LEADING = re.compile(
    rf"^{_OPEN}{_SPACE}*{_TIME}{_SPACE}*(?:{_TILDE}{_SPACE}*(?:{_TIME})?|[-–—−]{_SPACE}*{_TIME})?{_SPACE}*{_CLOSE}"
    rf"{_SPACE}*{_TILDE}?(?:{_SPACE}*[:：|｜\-–—−・.,、]+(?={_SPACE}|[^0-9\s]|$))?{_SPACE}*(.*)$"
)
_HEAD = 48
"""How far into a line a leading time may stand: behind deep indentation, a marker and brackets."""
_MAY_END_TRAILING = (")", "）", "]", "】", "*")
_TRAILING = re.compile(rf"^(.*\S){_SPACE}*[(（\[【]{_SPACE}*{_TIME}{_SPACE}*(?:{_TILDE}(?:{_TIME})?)?{_SPACE}*[)）\]】]{_SPACE}*\**$")
_LINKED = re.compile(r"(?:!\[|\[)((?:[^\[\]]|\[[^\[\]]*\])*)\]\(<?([^()\s<>]*(?:\([^()\s]*\)[^()\s]*)*)>?(?:\s+\"[^\"]*\")?\)")
_BARE = re.compile(r"<(https?://[^<>\s]+)>|https?://[^\s<>「」（）、。]+")
_EMPHASIS = re.compile(r"(\*\*|__|\*|(?<!\w)_)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_CODE = re.compile(r"`+([^`]+)`+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ATTRIBUTES = re.compile(r"\{:[^}]*\}")
_MARKUP = re.compile(r"[\[`*_<\\&{]")
_ERRATUM = re.compile(r"^\s*(?:ではなく|ではありません|と言って|の訂正|is wrong|should be)")

Kind = Literal["heading", "item", "plain"]


class _Candidate(NamedTuple):
    kind: Kind
    start: timedelta
    title: str
    url: str | None
    line: int


def read_chapters(body: str, *, first_line: int = 1, anchors: Sequence[tuple[int, str]] = ()) -> tuple[Chapter, ...]:
    """Find the chapters in show notes, in the order of their start.

    `first_line` is the line of the file on which `body` starts. `anchors` gives the id of the heading on each line, as `read_notes` does.
    """
    candidates = list(_candidates(body, first_line))
    if not candidates:
        return ()
    chosen = _one_list(candidates)
    ids = dict(anchors)
    return tuple(
        Chapter(start=found.start, title=found.title, url=found.url, line=found.line, anchor=ids.get(found.line)) for found in chosen
    )


def plain_text(markdown: str) -> str:
    """A line of Markdown as a reader sees it: links by their text, no marks of emphasis, code or HTML."""
    text = markdown
    if _MARKUP.search(text) is not None:  # and each substitution only where the text holds what it cannot do without
        text = _ATTRIBUTES.sub("", text) if "{:" in text else text
        text = _LINKED.sub(r"\1", text) if "](" in text else text
        text = _CODE.sub(r"\1", text) if "`" in text else text
        text = _EMPHASIS.sub(r"\2", text) if "*" in text or "_" in text else text
        text = _TAG.sub("", text) if "<" in text else text
        text = _ESCAPE.sub(r"\1", text) if "\\" in text else text
        text = html.unescape(text)
    return " ".join(text.split())


def _candidates(body: str, first_line: int) -> Iterator[_Candidate]:
    starts = sorted({body.rfind("\n", 0, time.start()) + 1 for times in _TIMES for time in times.finditer(body)})
    if not starts:
        return
    lines = body.split("\n")
    unseen = _code_lines(lines) if "```" in body or "~~~" in body else frozenset()
    if "<!--" in body:
        unseen |= _comment_lines(body)
    index = before = 0
    for start in starts:
        index += body.count("\n", before, start)
        before = start
        line = lines[index]
        early = line.find(":", 1, _HEAD)
        if early < 0 or not line[early - 1].isdigit():
            early = line.find("：", 1, _HEAD)
            if (early < 0 or not line[early - 1].isdigit()) and not line.rstrip().endswith(_MAY_END_TRAILING):
                continue
        if index in unseen or line.lstrip()[:1] in {">", "|"}:
            continue
        found = _read_line(lines, index, first_line)
        if found is not None:
            yield found


def _code_lines(lines: list[str]) -> frozenset[int]:
    """The lines of fenced code, fences included (CommonMark 4.5)."""
    code: set[int] = set()
    fence = ""
    for index, line in enumerate(lines):
        fence_match = _FENCE.match(line)
        if fence or fence_match:
            code.add(index)
        if fence_match:
            fence = "" if fence and line.strip().startswith(fence) else fence or fence_match[1]
    return frozenset(code)


def _comment_lines(body: str) -> frozenset[int]:
    """The lines of HTML comments that begin a line (CommonMark 4.6)."""
    return frozenset(
        index
        for comment in _COMMENT.finditer(body)
        for index in range(body.count("\n", 0, comment.start()), body.count("\n", 0, comment.end()) + 1)
    )


def _read_line(lines: list[str], index: int, first_line: int) -> _Candidate | None:
    line = lines[index].rstrip()
    marker = _MARKER.match(line)
    kind: Kind = "plain" if marker is None else "heading" if marker[1] else "item"
    rest = line[marker.end() :] if marker else line.lstrip(" \t\u00a0\u3000")
    moment = _MOMENT.match(rest) if rest[:1] in {"[", "*", "_"} else None
    if moment:
        start = parse_clock(moment[1])
        written = rest[moment.end() :].lstrip("*_])】 \t:：-–—~〜～")
    else:
        start, written = _leading(_narrow(rest[:_HEAD]) + rest[_HEAD:], rest)
        if start is None and rest.endswith(_MAY_END_TRAILING) and (kind != "plain" or rest.startswith("**")):
            start, written = _trailing(_narrow(rest), rest)
    if start is None or _ERRATUM.match(written):
        return None
    whole = _with_broken_link(written, lines, index)
    title = plain_text(whole).strip("*_ ") or _title_below(lines, index)
    if not title:
        return None
    url = _own_link(whole) if "://" in whole else None
    return _Candidate(kind, start, title, url, index + first_line)


def _narrow(text: str) -> str:
    """Digits and colons of full width as ASCII, each in its place."""
    return text.translate(_WIDE) if _WIDE_DIGIT.search(text) else text.replace("：", ":")  # a translation costs ten times as much


def _leading(narrow: str, original: str) -> tuple[timedelta | None, str]:
    match = _LEADING.match(narrow)
    if match is None:
        return None, ""
    return parse_clock(match[1].replace(" ", "")), original[match.start(4) :]


def _trailing(narrow: str, original: str) -> tuple[timedelta | None, str]:
    match = _TRAILING.match(narrow)
    return (None, "") if match is None else (parse_clock(match[2].replace(" ", "")), original[: match.end(1)])


def _own_link(title: str) -> str | None:
    """The first web address in a title: a link's, or a bare one."""
    for link in _LINKED.finditer(title) if "](" in title else ():
        if "://" in link[2]:
            return link[2]
    bare = _BARE.search(title)
    return None if bare is None else bare[1] or bare[0]


def _with_broken_link(written: str, lines: list[str], index: int) -> str:
    """A title whose link goes on in the next line is one title."""
    opened = written.rfind("[")
    if opened >= 0 and "]" not in written[opened:] and index + 1 < len(lines):
        following = f"{written} {lines[index + 1].strip()}"
        link = _LINKED.search(following)
        return following[: link.end()] if link else written
    return written


def _title_below(lines: list[str], index: int) -> str:
    """A time that stands alone takes its title from the item below it."""
    for line in lines[index + 1 : index + 3]:
        if line.strip():
            marker = _MARKER.match(line)
            return plain_text(line[marker.end() :]) if marker and not any(time.search(line) for time in _TIMES) else ""
    return ""


def _one_list(candidates: list[_Candidate]) -> list[_Candidate]:
    """The chapters among all lines that look like one: each start once, headings before items before plain lines, in order of time."""
    by_kind = {kind: _ascending([found for found in candidates if found.kind == kind]) for kind in ("heading", "item", "plain")}
    chosen: dict[timedelta, _Candidate] = {}
    for kind in ("heading", "item", "plain"):
        found = by_kind[kind]
        if not chosen or kind != "plain":
            chosen.update({candidate.start: candidate for candidate in found if candidate.start not in chosen})
    if len(chosen) == 1 and not by_kind["heading"]:
        return []  # one time alone in running notes is no list of chapters
    return sorted(chosen.values(), key=lambda candidate: candidate.start)


def _ascending(candidates: list[_Candidate]) -> list[_Candidate]:
    """The longest run of lines whose times never step back: times of something else are out of order."""
    if all(earlier.start <= later.start for earlier, later in itertools.pairwise(candidates)):
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
