"""Sizes and durations as people write them in front matter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.figures import Size, parse_duration, parse_size

HUGE = "9" * 5000  # more digits than Python turns into a number


@pytest.mark.parametrize(
    "text", ["76639005", "76,639,005", "76.639.005", "76 639 005", "76_639_005", "７６６３９００５", "76,639,005 bytes", "“76639005”"]
)
def test_a_number_of_bytes_is_read_with_whatever_parts_its_digits(text: str) -> None:
    assert parse_size(text) == Size(76_639_005, exact=True)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30.2 MB", 30_200_000),
        ("30,2 MB", 30_200_000),
        ("30.2MB", 30_200_000),
        ("12M", 12_000_000),
        ("12MMB", 12_000_000),
        ("30.5MM", 30_500_000),
        ("３０．２ＭＢ", 30_200_000),
        ("1,234 KB", 1_234_000),
        ("1,234.5 kb", 1_234_500),
        ("0.5 GB", 500_000_000),
        ("1.5 GiB", 1_610_612_736),
        ("29 MiB", 30_408_704),
    ],
)
def test_a_size_with_a_unit_is_about_right(text: str, length: int) -> None:
    assert parse_size(text) == Size(length, exact=False)


@pytest.mark.parametrize(
    "text", ["", "big", "12.345", "1,23", "1,2345", "99,691,751.5", "-1", "30,200 MB", "MB", "12 XB", HUGE, f"{HUGE}MB", "1," * 500_000]
)
def test_what_is_no_size_is_none(text: str) -> None:
    assert parse_size(text) is None


@pytest.mark.parametrize(
    "text", ["1:02:03", "01:02:03", "“01:02:03”", "１：０２：０３", "3723", "3723.0", "1h2m3s", "1h 2m 3s", "1 hour, 2 minutes 3 seconds"]
)
def test_one_duration_is_read_in_every_form(text: str) -> None:
    assert parse_duration(text) == timedelta(hours=1, minutes=2, seconds=3)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("62 min", timedelta(minutes=62)),
        ("62分", timedelta(minutes=62)),
        ("1時間2分", timedelta(hours=1, minutes=2)),
        ("1 時間 02 分 03 秒", timedelta(hours=1, minutes=2, seconds=3)),
        ("PT1H2M3S", timedelta(hours=1, minutes=2, seconds=3)),
        ("PT62M", timedelta(minutes=62)),
        ("90s", timedelta(seconds=90)),
        ("10:06", timedelta(minutes=10, seconds=6)),
        ("00:00", timedelta(0)),
        ("0", timedelta(0)),
        ("57:00 ", timedelta(minutes=57)),
    ],
)
def test_durations_in_words_and_numbers_are_read(text: str, time: timedelta) -> None:
    assert parse_duration(text) == time


@pytest.mark.parametrize("text", ["", "an hour", "1:60", "1h30", "P", "PT", "h", "-1:00", "57 : 00", HUGE, "1:" * 500_000, "1 " * 500_000])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert parse_duration(text) is None


@given(st.integers(0, 10**17))
def test_a_number_of_bytes_is_read_back_from_its_groups(length: int) -> None:
    assert {parse_size(str(length)), parse_size(f"{length:,}"), parse_size(f"{length:_}")} == {Size(length, exact=True)}


@given(st.text(max_size=120))
def test_no_text_is_too_strange_to_be_answered(text: str) -> None:
    size, time = parse_size(text), parse_duration(text)
    assert size is None or size.length >= 0
    assert time is None or time >= timedelta(0)
