"""Times within a recording, as people and formats write them: `27:15`, `1:02:03`, `01:02:03.500`."""

from __future__ import annotations

import re
from datetime import timedelta

_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:\.(\d{1,6}))?")


def parse_clock(text: str) -> timedelta | None:
    """Read `MM:SS` or `HH:MM:SS`, optionally with a fraction; minutes may exceed 59 where no hours stand before them.

    Returns None for anything else, seconds above 59 included.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds, fraction = match.groups()
    if int(seconds) > 59 or (hours is not None and int(minutes) > 59):
        return None
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return timedelta(0, whole, int(fraction.ljust(6, "0"))) if fraction else timedelta(0, whole)


def clock(time: timedelta) -> str:
    """Write whole seconds as people read them: `6:07`, `24:00`, `1:02:03`."""
    hours, minutes, seconds = _split(time)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def full_clock(time: timedelta) -> str:
    """Write whole seconds with all three parts, `00:06:07`, as itunes:duration and chapter lists in descriptions have them."""
    if not time.days and not time.microseconds:
        return str(time).zfill(8)  # in a third of the time
    hours, minutes, seconds = _split(time)
    return f"{hours:02}:{minutes:02}:{seconds:02}"


def seconds(time: timedelta) -> int | float:
    """The time in seconds: a whole number where it is one, so that JSON says `367` and not `367.0`."""
    return time.total_seconds() if time.microseconds else whole_seconds(time)


def whole_seconds(time: timedelta) -> int:
    """The seconds of a time that is not negative, without their fraction."""
    return time.days * 86_400 + time.seconds


def iso_duration(time: timedelta) -> str:
    """Write an ISO 8601 duration, `PT1H2M3S`, as schema.org and Open Graph readers expect."""
    hours, minutes, secs = _split(time)
    return f"PT{f'{hours}H' if hours else ''}{f'{minutes}M' if minutes else ''}{secs}S"


def _split(time: timedelta) -> tuple[int, int, int]:
    whole = whole_seconds(time)
    return whole // 3600, whole // 60 % 60, whole % 60
