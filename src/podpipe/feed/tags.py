"""The elements of a feed: their namespaces, and how texts, truths and dates are written in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from lxml import etree

ATOM: Final = "http://www.w3.org/2005/Atom"
ITUNES: Final = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST: Final = "https://podcastindex.org/namespace/1.0"
PSC: Final = "http://podlove.org/simple-chapters"
NAMESPACES: Final = {"itunes": ITUNES, "podcast": PODCAST, "psc": PSC}

_sub_element = etree.SubElement
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE: Final = timedelta(minutes=1)


def itunes(parent: Any, name: str, text: str | None = None, /, **attributes: str) -> Any:
    """Add one of Apple's tags."""
    return tag(parent, f"{{{ITUNES}}}{name}", text, attributes)


def podcast(parent: Any, name: str, text: str | None = None, /, **attributes: str | int | None) -> Any:
    """Add a tag of the podcast namespace; attributes that are empty are left out, and `_` in their names stands for `-`."""
    known = {key.replace("_", "-"): str(value) for key, value in attributes.items() if value or value == 0} if attributes else {}
    return tag(parent, f"{{{PODCAST}}}{name}", text or None, known)


def tag(parent: Any, name: str, text: str | None, attributes: dict[str, str]) -> Any:
    """Add an element by its name with its namespace in braces."""
    element = _sub_element(parent, name, attributes)
    if text is not None:
        element.text = text
    return element


def truth(value: bool) -> str:
    return "true" if value else "false"


def yes(value: bool) -> str:
    return "yes" if value else "no"


def written_date(date: datetime) -> str:
    """A date as RSS has it (RFC 822 with years of four digits), in English whatever the process's locale is."""
    offset = date.utcoffset()
    if offset and offset % _MINUTE:  # a local time of before there were zones, which the form cannot hold
        date = date.astimezone(UTC)
        offset = timedelta(0)
    zone = divmod(abs(offset or timedelta(0)) // _MINUTE, 60)
    sign = "-" if offset and offset < timedelta(0) else "+"
    # What email.utils gives, in a quarter of the time.
    day = f"{_DAYS[date.weekday()]}, {date.day:02} {_MONTHS[date.month - 1]} {date.year:04}"
    return f"{day} {date.hour:02}:{date.minute:02}:{date.second:02} {sign}{zone[0]:02}{zone[1]:02}"


class UnwrittenDate(datetime):
    """A date that feedgen takes and then leaves out: it would be written by way of the process's locale, which other threads share."""

    def __bool__(self) -> bool:
        return False


UNWRITTEN: Final = UnwrittenDate(1970, 1, 1, tzinfo=UTC)
