"""Where a line of show notes tells a time, by the grammar of `docs/chapters.md`: at its beginning or its end, among brackets and marks."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from typing import Literal

from podpipe.timecode import parse_clock

Kind = Literal["heading", "item", "plain", "row"]
Form = Literal["leading", "trailing", "bare"]
"""Where a time stands: at the beginning of its line, at the end in brackets, or at the end without any."""
Found = tuple[Form, timedelta, str, str | None]
"""Where a time stands, the time, the Markdown of its title, and the address of the moment that the time itself is linked to."""

_COLONS = {colon: re.compile(rf"{colon}(?<=\d{colon})[^\S\n]?\d") for colon in ":："}
"""What every time holds. A pattern that begins with one plain character is searched for at many times the speed of one with a choice."""
_TO_LINE_END = [re.compile(rf"{colon.pattern}[^\n]*") for colon in _COLONS.values()]
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
SPACE = r"[ \t\u00a0\u3000\u2002-\u200b\u200e\u200f\u202f]"
_TIME = r"([0-9]{1,3}: ?[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]{1,3})?|[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(?!\d|[:.]\d)"
"""In digits and colons of one width: `14:00：7` is a time, a separator and a title."""
_OPEN = r"[(\[（【［〔<＜*_@「『《〈`\"“|｜\\]"
_CLOSES = r")\]）】］〕>＞*_」』》〉`\"”|｜\\"
_OPENS_TOO = frozenset('*_`"\\')
"""What closes a time and may as well open its title."""
_CLOSE = rf"[{_CLOSES}]"
_CLOSED_BY = dict(zip('(（【［〔「『《〈"“', ')）】］〕」』》〉"”', strict=True))
_TILDES = "~〜～∼"
_TILDE = rf"[{_TILDES}]"
_SEPARATES = ":：|｜–—−―‒‐・•·.,、;；／→⇒➡▶»-"
_SEPARATES_AS_A_WORD = "/=+"
_SEPARATOR = (
    rf"(?:{SPACE}*(?!(?<={SPACE})\.(?!{SPACE}))(?:[-=]>|[{_SEPARATES}])+(?={SPACE}|[^0-9\s]|$)"
    rf"|{SPACE}*[{_SEPARATES_AS_A_WORD}]+(?={SPACE})|{SPACE}*[：｜→⇒]+|(?<=[{_TILDES}{_CLOSES}]){SPACE}*[:|]+)?{SPACE}*"
)
"""Before a digit, only what cannot belong to a number."""
_ABOUT = "頃|ごろ|あたり|くらい|ぐらい"
_LEADING = re.compile(
    rf"({_OPEN}*){SPACE}*{_TIME}{SPACE}*(?:(?:{_ABOUT})(?=から|{SPACE}|{_TILDE}|{_CLOSE}|[:：])|[mM]ins?\.?(?={SPACE}*[:–—|-]))?"
    rf"(?:{_CLOSE}*{SPACE}*(?:{_TILDE}|-?->|[-–—−→]|から){SPACE}*{_OPEN}*{_TIME}{SPACE}*)?"
    rf"(?:{_CLOSE}*{SPACE}*(?:{_TILDE}|から(?={SPACE}|[:：、])))?{SPACE}*{_CLOSE}*{SPACE}*{_TILDE}?{_SEPARATOR}"
)
_BEHIND = re.compile(rf"{_CLOSE}*{SPACE}*{_TILDE}?{_CLOSE}*{_SEPARATOR}")
_RANGE = re.compile(rf"{_TIME}{SPACE}*(?:{_TILDE}|[-–—−→]|から){SPACE}*{_TIME}")
_NUMBER = re.compile(
    rf"(?:(?:chapter|part|section|segment|kapitel|teil|chapitre|partie|cap[ií]tulo|parte|глава|часть) ?[0-9]{{1,3}}|0[0-9]"
    rf"|#[0-9]{{1,3}}(?={SPACE})|[(（][0-9]{{1,2}}[)）]|[①-⑳]){SPACE}*(?:[:：|.–—-]{SPACE})?{SPACE}*(?={_OPEN}*{_TIME})",
    re.IGNORECASE,
)
"""The number of a chapter before its time."""
_ZERO_HOUR = re.compile(r"0{1,2}:[6-9][0-9]:")
_HEAD = 64
"""How far behind the marker a leading time ends, with its brackets and separators."""
_TRAILING = re.compile(
    rf"[(（\[【［]{SPACE}*@?{_TIME}{SPACE}*(?:({_TILDE}|[-–—]){SPACE}*(?:{_TIME})?)?{SPACE}*[)）\]】］](?:\(([^()\s]*)\))?{SPACE}*\**$"
)
_BARE = re.compile(rf"(?:{SPACE}|[.…]{{2}}|[-–—|:：@])[*_`]{{0,2}}{_TIME}{SPACE}*({_TILDE}?)[*_`]{{0,2}}[.。]?$")
_MAY_END_BARE = frozenset(f"{_TILDES}*_`.。")
_ENDS = " -–—|:：…,、@"
_DASHES = (" -", " –", " —", " |")
"""What parts a time from the heading before it."""
_TAIL = 160
"""How far before the end of a line a trailing time begins; the link of its moment is the longest part."""
_MAY_END_TRAILING = (")", "）", "]", "】", "］", "*")
_MOMENT = re.compile(r"\(<?([^()\s<>]*)>?(?:\s+\"[^\"]*\")?\)")
_LOCAL_MOMENT = re.compile(r"#t=(?:([0-9]{1,5})s?|([0-9:]{3,8}))$")
_MOMENT_OF_MEDIA = re.compile(r"[?&#](?:t|start|time)=[0-9]")
TAGS = re.compile(r"(?:</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*|/)?>\s*)+")
_CLOCK = re.compile(
    rf"{SPACE}*(?:([apAP]\.?[mM])\b|Uhr\b|時(?!間)|(?:JST|UTC|GMT|[CMEP][DS]?T|CES?T|MSK|KST|BST)\b|o'clock|/[0-9]|,[0-9]|-->{SPACE}*[0-9])"
)
_NO_CLOCK = frozenset("~〜～：:)]】）］*_`-–—|")
"""What may stand right behind a time and says that no zone or half of the day does."""
_PARTICLE = re.compile(
    r"に(?!つ|ほ|わ)|は(?!じ)|が(?!ん)|を|から|まで|より|の|と(?![はりあ])|で(?![きんも])|頃|ごろ|あたり|辺り|[くぐ]らい|過ぎ|以降"
)
_ERRATUM = re.compile(r"\s*(?:ではなく|ではありません|と言って|の訂正|is wrong|should be)")
_LONGEST_ALONE = 80
PLAIN_BEGINNING = (
    rf"{_TIME}(?!\w|{_CLOCK.pattern}){SPACE}*+{_TILDE}?+(?:{SPACE}*+(?!\.)[{_SEPARATES}]++(?![0-9]))?+{SPACE}*+"
    rf"(?!{_OPEN}{_OPEN}|{_OPEN}?[0-9]{{1,3}}:|{_ABOUT}|から|[mM]in|&nbsp;|{_ERRATUM.pattern})(?=[^\s\u200b\ufeff{_CLOSES}{_TILDES}{_SEPARATES_AS_A_WORD}{_SEPARATES}])"
)
"""Of what `time_in` reads as a leading time, what nearly every list looks like: no brackets around the time, no end of it, no word in doubt
behind it. Its first group is the time; it ends where the title begins. It never goes back, so it takes the same time on any line."""
PLAIN_HEAD = 48
"""How long a plain beginning is at most, markers included: so short that `time_in` sees all of it."""


def time_in(rest: str, kind: Kind) -> Found | None:
    """The time that a line begins or ends with, behind its markers; None where it has none, or one of a day."""
    found = _leading(rest)
    if found is None and rest.endswith(_MAY_END_TRAILING):
        found = _trailing(rest, kind)
    if found is None and kind != "plain" and (rest[-1] in _MAY_END_BARE or rest[-1].isdecimal()):
        found = _bare(rest, kind)
    return found


@lru_cache(maxsize=8_192)
def time_as_written(written: str) -> timedelta | None:
    """A time as it is written, None where there is none; minutes may exceed 59 behind a zero hour as well, `00:67:10`."""
    compact = written.replace(" ", "") if " " in written else written
    return parse_clock(compact.partition(":")[2] if _ZERO_HOUR.match(compact) else compact)


def leads_to_moment(address: str) -> bool:
    """Whether a web address is that of a moment in a recording."""
    return _MOMENT_OF_MEDIA.search(address) is not None


def has_time(line: str) -> bool:
    """Whether a line holds what may be a time."""
    return _COLONS[":"].search(line) is not None or _COLONS["："].search(line) is not None


def column_of_time(line: str) -> int | None:
    """Where the first time of a line stands, counted from 1."""
    places = [match.start() for colon in _COLONS.values() if (match := colon.search(line)) is not None]
    if not places:
        return None
    before = line[: min(places)]
    while before and before[-1].isdecimal():
        before = before[:-1]
    return len(before) + 1


def range_of(body: str, place: int) -> tuple[timedelta, timedelta | None]:
    """The first time of the line that begins at a place in the text, and the end that is written behind it."""
    match = _RANGE.search(_narrow(body[place : place + 2 * _HEAD].partition("\n")[0]))
    start = None if match is None else time_as_written(match[1])
    return (timedelta(0), None) if match is None or start is None else (start, time_as_written(match[2]))


def timed_lines(body: str) -> list[tuple[int, int]]:
    """Where each line begins and ends that holds what may be a time."""
    narrow, wide = ([(body.rfind("\n", 0, match.start()) + 1, match.end()) for match in line.finditer(body)] for line in _TO_LINE_END)
    return sorted({*narrow, *wide}) if wide else narrow


def _leading(rest: str) -> Found | None:
    narrow = rest[:_HEAD]
    match = _LEADING.match(narrow)
    if match is None and (number := _NUMBER.match(rest)) is not None:
        rest = rest[number.end() :]
        narrow = rest[:_HEAD]
        match = _LEADING.match(narrow)
    if match is None:
        narrow = _narrow(narrow)
        match = _LEADING.match(narrow) if narrow != rest[:_HEAD] else None
        if match is None:
            return None
    opened, written, end = match.groups()
    after, at = match.end(2), match.end()
    at = _before_marks(narrow, opened if end is None else opened + narrow[after : match.start(3)], max(after, match.end(3)), at)
    start = time_as_written(written)
    if start is None or (after == at and _PARTICLE.match(rest, at)):
        return None
    if narrow[after : after + 1] not in _NO_CLOCK and (clock := _CLOCK.match(narrow, after)):
        hour = int(written.partition(":")[0])
        if clock[1] is None or hour <= 12:
            return None
    if opened:
        return _opened(opened, start, rest, after, at)
    if rest[at : at + 2] == "</":
        at = _behind_tags(rest, at)
    elif rest[after : after + 1] == "_":
        return None  # the end of an emphasis that begins elsewhere
    title = rest[at:]
    return None if _ERRATUM.match(title) else ("leading", start, title, None)


def _before_marks(narrow: str, opened: str, place: int, at: int) -> int:
    """Where the title begins that the marks before it belong to: not opened before the time, and closed within the title."""
    for index in range(place, at):
        mark = narrow[index]
        if mark in _OPENS_TOO and mark not in opened and (index > place or mark in narrow[at:]):
            return index
    return at


def _opened(opened: str, start: timedelta, rest: str, after: int, at: int) -> Found:
    """A time with brackets or marks before it: what closes them, and where the time itself is linked to."""
    between, moment = rest[after:at], None
    if "[" in opened and rest[at - 1 : at + 1] == "](" and (link := _MOMENT.match(rest, at)):
        moment = link[1]
        start = _moment(moment) or start
        behind = _BEHIND.match(rest, link.end())
        if behind is not None:
            at = behind.end()
            between += behind[0]
    if rest[at : at + 2] == "</":
        at = _behind_tags(rest, at)
    return "leading", start, _with_open(opened, between, rest[at:]), moment


def _behind_tags(rest: str, at: int) -> int:
    tags = TAGS.match(rest, at)
    behind = None if tags is None else _BEHIND.match(rest, tags.end())
    return at if behind is None else behind.end()


def _with_open(opened: str, between: str, written: str) -> str:
    """A title with the marks that were opened before its time and are not closed behind it, and without brackets left over at its end."""
    marks = "".join(mark for mark in opened if mark in "*_`" and mark not in between)
    if "[" in opened and "]" not in between:
        marks, written = (f"{marks}[", written) if "](" in written or "][" in written else (marks, written.replace("]", "", 1))
    for mark in opened:
        closing = _CLOSED_BY.get(mark)
        if closing is not None and closing not in between and written.endswith(closing):
            written = written[:-1]
    return marks + written


def _moment(address: str) -> timedelta | None:
    """The moment of this recording that a link leads to: `#t=1:02:03` or `#t=90`."""
    local = _LOCAL_MOMENT.match(address)
    if local is None:
        return None
    return timedelta(seconds=int(local[1])) if local[1] else parse_clock(local[2])


def _trailing(rest: str, kind: Kind) -> Found | None:
    tail = max(len(rest) - _TAIL, 0)
    match = _TRAILING.search(_narrow(rest[tail:]))
    if match is None or (start := time_as_written(match[1])) is None:
        return None
    marked = kind != "plain" or match[2] or rest[:2] == rest[-2:] == "**"
    if not marked and len(rest) > _LONGEST_ALONE:
        return None
    moment = match[4]
    if moment:
        if not leads_to_moment(moment):
            return None
        start = _moment(moment) or start
    return "trailing" if marked else "bare", start, rest[: tail + match.start()], moment


def _bare(rest: str, kind: Kind) -> Found | None:
    tail = max(len(rest) - _HEAD, 0)
    match = _BARE.search(_narrow(rest[tail:]))
    if match is None:
        return None
    start = time_as_written(match[1])
    before = rest[: tail + match.start()]
    title = before.rstrip(_ENDS).removesuffix(" at")
    if start is None or (kind == "heading" and not match[2] and not before.endswith(_DASHES)):
        return None
    return "trailing" if kind == "heading" and match[2] else "bare", start, title, None


def _narrow(text: str) -> str:
    """Digits of all scripts, and colons of full width, as ASCII, each in its place."""
    if text.isascii():
        return text
    return (_OTHER_DIGIT.sub(_in_ascii, text) if _OTHER_DIGIT.search(text) else text).replace("：", ":")


def _in_ascii(digit: re.Match[str]) -> str:
    return str(int(digit[0]))
