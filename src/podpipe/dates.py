"""Publication dates as authors write them, read as aware datetimes."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo

LONGEST = 100
"""No date is longer; reading stays quick whatever stands there."""

_WRITTEN = re.compile(
    r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})"
    r"(?:(?:[Tt]|\s+)([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.,]([0-9]{1,6})[0-9]*)?)?(?:\s*([AaPp])\.?[Mm]\.?)?)?"
    r"\s*(?:([Zz]|[A-Z]{3,4})|([+-])([0-9]{1,2})(?::?([0-5][0-9]))?)?"
)
_EAST_ASIAN = re.compile(r"([0-9]{4})[年년]\s*([0-9]{1,2})[月월]\s*([0-9]{1,2})[日일](?:\s*\([^()]\))?")
_EAST_ASIAN_TIME = re.compile(r"([0-9]{1,2})[時시点](?:\s*([0-9]{1,2})[分분])?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_MONTH_FIRST = re.compile(rf"(?:[a-z]{{3,9}},?\s+)?{_MONTH}\s+([0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+([0-9]{{4}}),?", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"(?:[a-z]{{3,9}},?\s+)?([0-9]{{1,2}})(?:st|nd|rd|th)?[\s-]+{_MONTH},?[\s-]+([0-9]{{4}}),?", re.IGNORECASE)
_EPOCH = re.compile(r"([0-9]{10})(?:\.([0-9]{1,6})[0-9]*)?|([0-9]{10})([0-9]{3})")
_HOURS_AHEAD = (
    "AEDT=11 AEST=10 CDT=-5 CEST=2 CET=1 CST=-6 EDT=-4 EEST=3 EET=2 EST=-5 GMT=0 HKT=8 JST=9 KST=9 MDT=-6 MSK=3 MST=-7 "
    "NZDT=13 NZST=12 PDT=-7 PST=-8 SGT=8 UT=0 UTC=0 WEST=1 WET=0 Z=0"
)
_ZONES = {name: int(hours) for name, _, hours in (entry.partition("=") for entry in _HOURS_AHEAD.split())}
"""The hours ahead of UTC of the zones that RFC 2822 names, and of others whose letters mean but one zone where podcasts are made."""


def parse_date(text: str, *, zone: tzinfo) -> datetime | None:
    """Read `2019-12-19 00:00:00 +0900`, ISO 8601 and their unpadded or shortened forms; None for anything else.

    Read as well are RFC 2822 and English dates, `2019年12月19日 7時30分`, full-width digits, and seconds or milliseconds since 1970
    (10 or 13 digits). A date without a zone is in `zone`, and one without a time begins its day, as in Jekyll; 24:00 is the end of its day.
    """
    text = text.strip()
    match = _WRITTEN.fullmatch(text)
    if match is None:
        if len(text) > LONGEST:
            return None
        text = _as_written(text)
        match = _WRITTEN.fullmatch(text)
        if match is None:
            return _since_1970(text, zone) or _rfc_2822(text, zone)
    year, _, month, day, hours, minute, second, fraction, half, name, sign, zone_hours, zone_minutes = match.groups()
    offset = _offset(name, sign, zone_hours, zone_minutes) if name or sign else zone
    hour = _hour(int(hours or 0), half)
    if offset is None or hour is None or (hour == 24 and int(minute or 0) + int(second or 0) + int(fraction or 0)):
        return None
    micros = int(fraction.ljust(6, "0")) if fraction else 0
    try:
        date = datetime(int(year), int(month), int(day), hour % 24, int(minute or 0), int(second or 0), micros, tzinfo=offset)
        return date + timedelta(days=1) if hour == 24 else date
    except (ValueError, OverflowError):
        return None


def _as_written(text: str) -> str:
    """Text in another form of writing a date as year, month and day with dashes; other text as it is, in plain digits."""
    text = unicodedata.normalize("NFKC", text).strip("“”„\"'‘’ ")
    if match := _EAST_ASIAN.match(text):
        time = _EAST_ASIAN_TIME.sub(lambda found: f"{found[1]}:{found[2] or '00'}", text[match.end() :], count=1)
        return f"{match[1]}-{match[2]}-{match[3]} {time.strip()}".strip()
    if match := _MONTH_FIRST.match(text):
        return f"{match[3]}-{_MONTHS.index(match[1].lower()) + 1}-{match[2]}{text[match.end() :]}"
    if match := _DAY_FIRST.match(text):
        return f"{match[3]}-{_MONTHS.index(match[2].lower()) + 1}-{match[1]}{text[match.end() :]}"
    return text


def _offset(name: str | None, sign: str, hours: str, minutes: str | None) -> tzinfo | None:
    if name:
        ahead = _ZONES.get(name.upper())
        return None if ahead is None else timezone(timedelta(hours=ahead)) if ahead else UTC
    distance = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if distance >= timedelta(hours=24):
        return None
    return timezone(distance if sign == "+" else -distance)


def _hour(hour: int, half: str | None) -> int | None:
    """The hour of the day, 0 to 24, by a clock of 24 hours or of twice 12."""
    if half is None:
        return hour if hour <= 24 else None
    return hour % 12 + (12 if half in "Pp" else 0) if 1 <= hour <= 12 else None


def _since_1970(text: str, zone: tzinfo) -> datetime | None:
    match = _EPOCH.fullmatch(text)
    if match is None:
        return None
    part = match[4] or match[2] or "0"
    return datetime.fromtimestamp(int(match[1] or match[3]), zone) + timedelta(microseconds=int(part.ljust(6, "0")))


def _rfc_2822(text: str, zone: tzinfo) -> datetime | None:
    from email.utils import parsedate_to_datetime  # which takes long to load, and few shows need it

    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a number that no calendar holds overflows before it is refused
        return None
    return date if date.tzinfo else date.replace(tzinfo=zone)
