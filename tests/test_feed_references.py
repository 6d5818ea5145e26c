"""What a feed names on the show's own site, and media types that say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from podpipe.feed_references import references, site_key
from podpipe.guard import PublishedFeed, PublishedItem, read_feed
from podpipe.media_types import alike, same_type
from podpipe.model import Show
from podpipe.settings import load_settings
from tests.made_show import SETTINGS


@pytest.fixture
def show(tmp_path: Path) -> Show:
    tmp_path.joinpath("podpipe.toml").write_text(SETTINGS.replace("https://talk.example", "https://talk.example/radio"))
    return load_settings(tmp_path).show


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://talk.example/radio/episode/1", "episode/1"),
        ("http://TALK.example/radio/episode/1?utm=x#t=1", "episode/1"),
        ("https://talk.example/radio/audio/%E7%95%AA%20%25.mp3", "audio/番 %.mp3"),
        ("https://talk.example/radio/", "index.html"),
        ("https://talk.example/radio", "index.html"),
        ("https://talk.example/radio/2026/", "2026/index.html"),
        ("https://talk.example/radios/1", None),
        ("https://talk.example/", None),
        ("https://other.example/radio/episode/1", None),
        ("2f3c9a0e", None),
        ("", None),
    ],
)
def test_an_address_of_the_site_has_a_key(show: Show, address: str, key: str | None) -> None:
    assert site_key(show, address) == key


@pytest.mark.parametrize(
    "address",
    [
        "https://talk.example/radio/audio/1.mp3",
        "https://op3.dev/e,pg=1/talk.example/radio/audio/1.mp3",
        "https://a.example/x/b.example/y/talk.example/radio/audio/1.mp3?z=1",
        "https://count.example/?u=https%3A%2F%2Ftalk.example%2Fradio%2Faudio%2F1.mp3",
    ],
)
def test_audio_is_found_behind_services_that_count(show: Show, address: str) -> None:
    (found,) = references(PublishedFeed(items=(PublishedItem(position=0, enclosure=address, length=5),)), show)
    assert (found.role, found.key, found.length) == ("enclosure", "audio/1.mp3", 5)


def test_a_page_is_not_found_behind_another_site(show: Show) -> None:
    item = PublishedItem(position=0, link="https://archive.example/talk.example/radio/episode/1", enclosure="https://cdn.example/1.mp3")
    assert references(PublishedFeed(items=(item,)), show) == ()


def test_transcripts_and_chapters_are_named_by_a_feed(show: Show) -> None:
    feed = read_feed(
        b"""<rss xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><item><title>One</title>
        <podcast:transcript url="https://talk.example/radio/t/1.vtt" type="text/vtt"/>
        <podcast:transcript url=" https://talk.example/radio/t/1.srt " type="application/x-subrip"/>
        <podcast:chapters url="https://talk.example/radio/c/1.json" type="application/json+chapters"/>
        </item></channel></rss>"""
    )
    assert [(found.role, found.key, found.title) for found in references(feed, show)] == [
        ("chapters", "c/1.json", "One"),
        ("transcript", "t/1.vtt", "One"),
        ("transcript", "t/1.srt", "One"),
    ]


def test_media_types_are_compared_as_stores_keep_them_and_as_apps_take_them() -> None:
    assert same_type("text/html; charset=utf-8", "text/html;charset=UTF-8")
    assert not same_type("text/html", "text/html; charset=utf-8")
    assert alike("text/html", "text/html; charset=utf-8")
    assert alike("text/xml", "application/rss+xml; charset=utf-8")
    assert alike("audio/mp4", "audio/x-m4a")
    assert not alike("application/json", "application/json+chapters")
    assert not alike("", "audio/mpeg")
