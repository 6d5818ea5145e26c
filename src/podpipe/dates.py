"""Publication dates as authors write them, read as aware datetimes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

_WRITTEN = re.compile(
    r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})"
    r"(?:(?:[Tt]|\s+)([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{1,6})[0-9]*)?)?)?"
    r"\s*(?:([Zz]|UTC|GMT)|([+-])([0-9]{2})(?::?([0-5][0-9]))?)?"
)


def parse_date(text: str, *, zone: tzinfo) -> datetime | None:
    """Read `2019-12-19 00:00:00 +0900`, ISO 8601 and their unpadded or shortened forms, or an RFC 2822 date; None for anything else.

    A date without a zone is in `zone`, and one without a time begins its day, as in Jekyll.
    """
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        return _rfc_2822(text, zone)
    year, month, day, hour, minute, second, fraction, utc, sign, zone_hours, zone_minutes = match.groups()
    offset: tzinfo = zone
    if utc:
        offset = UTC
    elif sign:
        ahead = timedelta(hours=int(zone_hours), minutes=int(zone_minutes or 0))
        if ahead >= timedelta(hours=24):
            return None
        offset = timezone(ahead if sign == "+" else -ahead)
    micros = int((fraction or "0").ljust(6, "0"))
    try:
        return datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micros, tzinfo=offset)
    except ValueError:
        return None


def _rfc_2822(text: str, zone: tzinfo) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a number that no calendar holds overflows before it is refused
        return None
    return date if date.tzinfo else date.replace(tzinfo=zone)
