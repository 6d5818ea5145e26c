"""Sizes and durations of audio as authors write them in front matter, in bytes and as a span of time."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from typing import NamedTuple

from podpipe.timecode import parse_clock

LONGEST = 100
"""No figure is longer; reading stays quick whatever stands there."""

_BYTES = re.compile(r"([0-9]{1,18})(?:\s*(?:bytes?|B|バイト))?", re.IGNORECASE)
_GROUPED = re.compile(r"[0-9]{1,3}(?:([,.' _])[0-9]{3})(?:\1[0-9]{3})*")
_WITH_UNIT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*([KMG])([KMG]?I?)B?", re.IGNORECASE)
_LARGEST_ABOUT = 10_000_000_000
"""Beyond it the comma of `30,200 MB` parts no thousands, or the unit is wrong; nobody can say what is meant."""
_POWER = {"K": 1, "M": 2, "G": 3}
_SECONDS = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,9})?")
_NAMED = re.compile(
    r"(?:PT)?(?:(?P<hours>[0-9]{1,3})\s*(?:時間|시간|hours?|hrs?|h|std\.?)[\s,]*)?"
    r"(?:(?P<minutes>[0-9]{1,4})\s*(?:分間|分|분|minutes?|mins?\.?|m)[\s,]*)?"
    r"(?:(?P<seconds>[0-9]{1,6}(?:\.[0-9]{1,6})?)\s*(?:秒|초|seconds?|secs?\.?|s))?",
    re.IGNORECASE,
)


class Size(NamedTuple):
    """A number of bytes, and whether the author gave it to the byte."""

    length: int
    exact: bool


def parse_size(text: str) -> Size | None:
    """Read `76639005`, `76,639,005`, `30.2 MB`, `12MMB` or `1.5 GiB`, also in full-width digits; None for anything else.

    KB, MB and GB are powers of 1,000, as file managers and podcast hosts count them; KiB, MiB and GiB are powers of 1,024.
    """
    if text.isdigit() and text.isascii() and len(text) <= 18:
        return Size(int(text), exact=True)
    text = plain_figure(text)
    number, unit = _ungrouped(text)
    if match := _BYTES.fullmatch(number + unit):
        return Size(int(match[1]), exact=True)
    match = _WITH_UNIT.fullmatch(number + unit if number else text.replace(",", ".", 1))
    if match is None:
        return None
    base = 1024 if match[3].upper().endswith("I") else 1000
    length = round(float(match[1]) * base ** _POWER[match[2].upper()])
    return None if length > _LARGEST_ABOUT else Size(length, exact=False)


def parse_duration(text: str) -> timedelta | None:
    """Read `1:02:03`, `62:03`, seconds, `62 min`, `1h 2m 3s`, `1時間2分` or ISO 8601's `PT1H2M3S`; None for anything else.

    Full-width digits and colons are read as plain ones. Zero is what a template begins with; what it means is for the caller to say.
    """
    text = plain_figure(text)
    if _SECONDS.fullmatch(text):
        return timedelta(seconds=float(text))
    time = parse_clock(text)
    if time is not None or not text:
        return time
    named = _NAMED.fullmatch(text)
    if named is None or not any(named.groups()):
        return None
    return timedelta(hours=int(named["hours"] or 0), minutes=int(named["minutes"] or 0), seconds=float(named["seconds"] or 0))


def plain_figure(text: str) -> str:
    """A figure in plain digits and without quotes or blanks around it; empty where it is too long to be one."""
    if len(text) > LONGEST:
        return ""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip("“”„‘’\"' \t\u3000")


def _ungrouped(text: str) -> tuple[str, str]:
    """A number whose digits stand in groups of three, without what parts them, and what follows it; other text is all that follows."""
    match = _GROUPED.match(text)
    if match is None or (match[1] == "." and match[0].count(".") == 1) or text[match.end() : match.end() + 1].isdigit():
        return "", text
    return re.sub(r"\D", "", match[0]), text[match.end() :]
