"""The JSON Feed, read back by the rules of its version 1.1."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from podpipe.model import Notes
from podpipe.subscriptions.json_feed import json_feed
from tests.test_feed import EPISODE, PLAIN, SHOW


def parsed(*episodes: Any, **options: Any) -> Any:
    return json.loads(json_feed(SHOW, episodes, key="feed.json", **options).content)  # type: ignore[arg-type]  # it is bytes


def test_readers_learn_all_about_the_show() -> None:
    feed = parsed(EPISODE, older="feed-1.json", hub="https://hub.example/")
    items = feed.pop("items")
    assert len(items) == 1
    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Test <Talk> & co",
        "home_page_url": "https://talk.example/show/",
        "feed_url": "https://talk.example/show/feed.json",
        "next_url": "https://talk.example/show/feed-1.json",
        "description": "A show.",
        "icon": "https://talk.example/show/images/artwork.webp",
        "authors": [{"name": "Ann & Bob", "url": "https://talk.example/show/"}],
        "language": "en-GB",
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
    }


def test_an_item_has_its_id_people_tags_and_audio_with_absolute_addresses() -> None:
    (item,) = parsed(replace(EPISODE, tags=("git", "音声")))["items"]
    assert item == {
        "id": "https://talk.example/show/episode/2",
        "url": "https://talk.example/show/episode/2",
        "title": "2. A <talk> & more",
        "content_html": '<p><a href="https://talk.example/about">a</a> <a href="https://talk.example/show/episode/1">b</a></p>',
        "summary": "About a talk",
        "image": "https://cdn.example/2.avif",
        "date_published": "2026-05-29T08:00:00+09:00",
        "authors": [
            {"name": "Ann", "url": "https://ann.example", "avatar": "https://talk.example/show/images/ann.jpg"},
            {"name": "Bob"},
        ],
        "tags": ["git", "音声"],
        "attachments": [
            {
                "url": "https://talk.example/show/audio/2.mp3",
                "mime_type": "audio/mpeg",
                "size_in_bytes": 1234,
                "duration_in_seconds": 3723.9,
            }
        ],
    }


def test_what_nobody_knows_is_left_out_and_an_item_has_content_all_the_same() -> None:
    (item,) = parsed(replace(PLAIN, description=""))["items"]
    assert item == {
        "id": "tag:talk.example,2020:1",
        "url": "https://talk.example/show/episode/1",
        "title": "1. Plain",
        "content_html": "1. Plain",
        "date_published": "2026-05-22T08:00:00+09:00",
        "attachments": [{"url": "https://cdn.example/1.m4a", "mime_type": "audio/x-m4a"}],
    }


@given(title=st.text(), description=st.text(), notes=st.text())
def test_any_text_comes_back_as_it_was(title: str, description: str, notes: str) -> None:
    (item,) = parsed(replace(PLAIN, title=title, description=description, notes=Notes(html=notes)))["items"]
    assert (item.get("title", ""), item.get("summary", "")) == (title, description)
    assert datetime.fromisoformat(item["date_published"]) == PLAIN.published


def test_letters_that_no_file_can_hold_do_not_keep_the_feed_from_being_written() -> None:
    (item,) = parsed(replace(PLAIN, title="a\ud800b"))["items"]
    assert item["title"] == "a?b"


def test_a_show_without_episodes_has_a_feed_without_items() -> None:
    assert parsed()["items"] == []


def test_the_file_is_served_as_a_json_feed_and_is_the_same_every_time() -> None:
    artifact = json_feed(SHOW, [EPISODE, PLAIN], key="feed.json")
    assert (artifact.key, artifact.content_type) == ("feed.json", "application/feed+json")
    assert artifact == json_feed(SHOW, [EPISODE, PLAIN], key="feed.json")
