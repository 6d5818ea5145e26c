"""Times within a recording: which texts are one, and how each is written out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from podpipe.timecode import clock, full_clock, iso_duration, parse_clock, seconds


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("0:27", timedelta(seconds=27)),
        ("06:07", timedelta(minutes=6, seconds=7)),
        ("1:02:03", timedelta(hours=1, minutes=2, seconds=3)),
        ("01:02:03.500", timedelta(hours=1, minutes=2, seconds=3, milliseconds=500)),
        ("0:00.000001", timedelta(microseconds=1)),
        ("102:30", timedelta(minutes=102, seconds=30)),
        ("100:00:00", timedelta(hours=100)),
        (" 57:00 ", timedelta(minutes=57)),
        ("00:00", timedelta(0)),
        ("1:2:3", timedelta(hours=1, minutes=2, seconds=3)),
    ],
)
def test_reads_minutes_and_seconds_with_or_without_hours(text: str, time: timedelta) -> None:
    assert parse_clock(text) == time


@pytest.mark.parametrize(
    "text", ["", "57", "1:60", "1:60:00", "1:00:60", "-1:00", "1:00:00:00", "1:00.", "1000:00", "1h", "10:06 uhr", "a:b"]
)
def test_anything_else_is_no_time(text: str) -> None:
    assert parse_clock(text) is None


@pytest.mark.parametrize(
    ("time", "short", "full", "iso"),
    [
        (timedelta(0), "0:00", "00:00:00", "PT0S"),
        (timedelta(seconds=27), "0:27", "00:00:27", "PT27S"),
        (timedelta(minutes=6, seconds=7), "6:07", "00:06:07", "PT6M7S"),
        (timedelta(hours=1, minutes=2, seconds=3), "1:02:03", "01:02:03", "PT1H2M3S"),
        (timedelta(hours=26), "26:00:00", "26:00:00", "PT26H0S"),
        (timedelta(seconds=59, milliseconds=999), "0:59", "00:00:59", "PT59S"),
    ],
)
def test_writes_whole_seconds_for_people_feeds_and_search_engines(time: timedelta, short: str, full: str, iso: str) -> None:
    assert (clock(time), full_clock(time), iso_duration(time)) == (short, full, iso)


def test_seconds_are_a_whole_number_where_they_can_be() -> None:
    assert [repr(seconds(time)) for time in (timedelta(minutes=6, seconds=7), timedelta(seconds=1.5), timedelta(0))] == ["367", "1.5", "0"]
