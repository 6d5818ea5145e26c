"""Prefixes that measure downloads: which address comes out, and that nothing else of an episode changes."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.subscriptions.prefix import measured, measured_url
from tests.test_feed import EPISODE

OP3 = "https://op3.dev/e/"
PODTRAC = "https://dts.podtrac.com/redirect.{extension}/"
GUID = "917393e3-1b1e-5cef-ace4-edaa54e1f810"


@pytest.mark.parametrize(
    ("url", "prefixes", "address"),
    [
        ("https://talk.example/audio/2.mp3", [OP3], "https://op3.dev/e/talk.example/audio/2.mp3"),
        ("http://talk.example/audio/2.mp3", [OP3], "https://op3.dev/e/http://talk.example/audio/2.mp3"),
        ("https://talk.example/a.mp3?x=1&y=2", [OP3], "https://op3.dev/e/talk.example/a.mp3?x=1&y=2"),
        ("https://talk.example/2.m4a", [OP3, PODTRAC], "https://op3.dev/e/dts.podtrac.com/redirect.m4a/talk.example/2.m4a"),
        ("https://talk.example/2.mp3", ["https://op3.dev/e/pscrb.fm/rss/p/"], "https://op3.dev/e/pscrb.fm/rss/p/talk.example/2.mp3"),
        ("https://talk.example/2.mp3", ["https://op3.dev/e,pg={guid}/"], f"https://op3.dev/e,pg={GUID}/talk.example/2.mp3"),
        ("https://talk.example/play?id=2", [PODTRAC], "https://dts.podtrac.com/redirect.mp3/talk.example/play?id=2"),
        (
            "http://talk.example/2.mp3?a=b",
            ["https://count.example/to?url={url}&show=1"],
            "https://count.example/to?url=http%3A%2F%2Ftalk.example%2F2.mp3%3Fa%3Db&show=1",
        ),
        ("https://talk.example/音.mp3", [OP3], "https://op3.dev/e/talk.example/%E9%9F%B3.mp3"),
        ("https://talk.example/a%20b.mp3", [OP3], "https://op3.dev/e/talk.example/a%20b.mp3"),
        ("https://op3.dev/e/talk.example/2.mp3", [OP3], "https://op3.dev/e/talk.example/2.mp3"),
        ("s3://bucket/2.mp3", [OP3], "s3://bucket/2.mp3"),
        ("https://talk.example/2.mp3", [], "https://talk.example/2.mp3"),
    ],
)
def test_a_prefix_is_followed_by_the_address_as_its_service_reads_it(url: str, prefixes: list[str], address: str) -> None:
    assert measured_url(url, prefixes, guid=GUID) == address


@given(
    path=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20),
    scheme=st.sampled_from(["https", "http"]),
)
def test_every_measured_address_is_ascii_and_ends_with_the_audios_own(path: str, scheme: str) -> None:
    url = f"{scheme}://talk.example/{path}"
    address = measured_url(url, [OP3, PODTRAC], guid=GUID)
    assert address.isascii()
    assert address.isprintable()
    assert " " not in address
    assert urlsplit(address).hostname == "op3.dev"
    assert address.endswith(measured_url(url, [], guid=GUID).removeprefix("https://"))


def test_only_the_audios_address_changes() -> None:
    enclosure = EPISODE.enclosure
    assert enclosure is not None
    expected = replace(EPISODE, enclosure=replace(enclosure, url="https://op3.dev/e/talk.example/show/audio/2.mp3"))
    assert measured(EPISODE, [OP3], guid=GUID) == expected
    assert measured(replace(EPISODE, enclosure=None), [OP3], guid=GUID) == replace(EPISODE, enclosure=None)
