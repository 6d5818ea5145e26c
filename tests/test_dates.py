"""Publication dates: the forms that real episodes have, and the zone each is in."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from podpipe.dates import parse_date
from tests.conftest import REPOSITORY

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
        ("May 29, 2023 08:30 +0900", datetime(2023, 5, 29, 8, 30, tzinfo=JAPAN)),
        ("2023-05-29 08:30:00 JST", datetime(2023, 5, 29, 8, 30, tzinfo=JAPAN)),
        ("Mon, 29 May 2023 08:30:00 JST", datetime(2023, 5, 29, 8, 30, tzinfo=JAPAN)),
        ("2023-5-29 8:30 +9", datetime(2023, 5, 29, 8, 30, tzinfo=JAPAN)),
        ("2023-5-29 8:30 +9:00", datetime(2023, 5, 29, 8, 30, tzinfo=JAPAN)),
        ("2023年5月29日 8時30分 +0900", datetime(2023, 5, 29, 8, 30, tzinfo=JAPAN)),
        ("Mon, 29 May 2023 08:30:00 EDT", datetime(2023, 5, 29, 8, 30, tzinfo=timezone(timedelta(hours=-4)))),
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
        ("May 29, 2023", datetime(2023, 5, 29, tzinfo=BERLIN)),
        ("29th May 2023", datetime(2023, 5, 29, tzinfo=BERLIN)),
        ("Sept. 3rd, 2023 8:05 pm", datetime(2023, 9, 3, 20, 5, tzinfo=BERLIN)),
        ("2023-05-29 12:05 AM", datetime(2023, 5, 29, 0, 5, tzinfo=BERLIN)),
        ("2023.5.29", datetime(2023, 5, 29, tzinfo=BERLIN)),
        ("2023年5月29日", datetime(2023, 5, 29, tzinfo=BERLIN)),
        ("２０２３／５／２９", datetime(2023, 5, 29, tzinfo=BERLIN)),
        ("“2023-05-29”", datetime(2023, 5, 29, tzinfo=BERLIN)),
        ("2023-12-31 24:00", datetime(2024, 1, 1, tzinfo=BERLIN)),
        ("1685347200", datetime(2023, 5, 29, 10, tzinfo=BERLIN)),
        ("1685347200500", datetime(2023, 5, 29, 10, 0, 0, 500_000, tzinfo=BERLIN)),
        ("1685347200.25", datetime(2023, 5, 29, 10, 0, 0, 250_000, tzinfo=BERLIN)),
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
        "2023-05.29",
        "2023-05-29 24:01",
        "2023-05-29 13:00 PM",
        "2023-05-29 08:30 XYZ",
        "9999-12-31 24:00",
        "168534720",
        "2023" + " " * 1_000_000 + "x",
        "2023-05-29" + " " * 1_000_000 + "x",
        "9" * 1_000_000,
        "Mon, 99999999999 May 2023 08:30:00",
        "Mon, 29 May 99999999999999999999 08:30:00 +0900",
        "Mon, 29 May 2023 08:30:00 +99999999999",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text, zone=BERLIN) is None


def test_every_date_of_the_documentation_is_read_as_it_says() -> None:
    section = (REPOSITORY / "docs/front-matter.md").read_text().split("## Dates")[1].split("##")[0]
    written = [re.split(r"  +", line.strip())[0] for line in section.splitlines() if line.startswith("    ")]
    read = [parse_date(text, zone=JAPAN) for text in written]
    days = {found and found.astimezone(JAPAN).date() for found in read}
    assert (len(read), days) == (8, {date(2026, 5, 29), date(2026, 5, 9)})
