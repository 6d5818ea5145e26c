"""Publication dates: the forms that real episodes have, and the zone each is in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from podpipe.dates import parse_date

BERLIN = ZoneInfo("Europe/Berlin")
JAPAN = timezone(timedelta(hours=9))


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2023-05-29 00:00:00 +0900", datetime(2023, 5, 29, tzinfo=JAPAN)),
        ("2023-05-29T08:30:00+09:00", datetime(2023, 5, 29, 8, 30, tzinfo=JAPAN)),
        ("2023-05-29T08:30:00+09", datetime(2023, 5, 29, 8, 30, tzinfo=JAPAN)),
        ("2023-05-29 08:30 -0330", datetime(2023, 5, 29, 8, 30, tzinfo=timezone(-timedelta(hours=3, minutes=30)))),
        ("2023-05-29T08:30:00Z", datetime(2023, 5, 29, 8, 30, tzinfo=UTC)),
        ("2023-05-29 08:30:00 UTC", datetime(2023, 5, 29, 8, 30, tzinfo=UTC)),
        ("2023-05-29T08:30:00.123456789Z", datetime(2023, 5, 29, 8, 30, 0, 123456, tzinfo=UTC)),
        ("Mon, 29 May 2023 08:30:00 +0900", datetime(2023, 5, 29, 8, 30, tzinfo=JAPAN)),
    ],
)
def test_a_date_keeps_the_zone_that_it_names(text: str, date: datetime) -> None:
    read = parse_date(text, zone=BERLIN)
    assert (read, read and read.utcoffset()) == (date, date.utcoffset())


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2023-05-29", datetime(2023, 5, 29, tzinfo=BERLIN)),
        ("2023-5-9", datetime(2023, 5, 9, tzinfo=BERLIN)),
        ("2023/05/29 8:05", datetime(2023, 5, 29, 8, 5, tzinfo=BERLIN)),
        ("2023-12-29 08:30:15", datetime(2023, 12, 29, 8, 30, 15, tzinfo=BERLIN)),
        ("29 May 2023 08:30:00", datetime(2023, 5, 29, 8, 30, tzinfo=BERLIN)),
    ],
)
def test_a_date_without_a_zone_is_in_the_shows(text: str, date: datetime) -> None:
    read = parse_date(text, zone=BERLIN)
    assert (read, read and read.tzinfo) == (date, BERLIN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2023",
        "2023-13-01",
        "2023-02-30",
        "2023-05-29 25:00",
        "2023-05-29 08:30 +9900",
        "2023-05-29 08:30 +0960",
        "29.05.2023",
        "Mon, 99999999999 May 2023 08:30:00",
        "Mon, 29 May 99999999999999999999 08:30:00 +0900",
        "Mon, 29 May 2023 08:30:00 +99999999999",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text, zone=BERLIN) is None
