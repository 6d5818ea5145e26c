"""What the feed's channel says of a show, tag by tag."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from podpipe.model import (
    Block,
    Chat,
    Funding,
    Image,
    License,
    Location,
    Person,
    Recipient,
    RemoteItem,
    Show,
    SocialInteract,
    Trailer,
    Txt,
    UpdateFrequency,
    Value,
)
from tests.test_feed import EPISODE, NAMES, SHOW, channel

GUID = "917393e3-1b1e-5cef-ace4-edaa54e1f810"


def made(show: Show) -> Any:
    return channel(show, [EPISODE])


def said(show: Show, name: str) -> list[tuple[str | None, dict[str, str]]]:
    """The text and the attributes of each of the channel's tags of that name."""
    return [(tag.text, dict(tag.attrib)) for tag in made(show).findall(name, NAMES)]


def with_channel(**changes: Any) -> Show:
    return replace(SHOW, channel=replace(SHOW.channel, **changes))


def test_a_show_that_says_nothing_has_the_tags_for_which_there_is_data() -> None:
    names = [tag.tag.rpartition("}")[2] for tag in made(SHOW) if "podcastindex" in tag.tag]
    assert names == ["guid", "locked", "medium", "image"]
    assert said(SHOW, "podcast:locked") == [("yes", {"owner": "ann@talk.example"})]
    assert said(SHOW, "podcast:medium") == [("podcast", {})]
    assert said(SHOW, "podcast:image") == [(None, {"href": "https://talk.example/show/images/artwork.webp"})]


def test_a_guid_that_the_show_has_already_wins() -> None:
    assert said(with_channel(guid=GUID), "podcast:guid") == [(GUID, {})]


@pytest.mark.parametrize(("locked", "owner", "written"), [(False, True, "no"), (True, False, "yes"), (None, False, None)])
def test_a_feed_is_locked_unless_its_owner_says_otherwise(locked: bool | None, owner: bool, written: str | None) -> None:
    show = with_channel(locked=locked)
    show = show if owner else replace(show, owner=None)
    attributes = {"owner": "ann@talk.example"} if owner else {}
    assert said(show, "podcast:locked") == ([(written, attributes)] if written else [])


def test_those_who_are_heard_in_nearly_every_episode_stand_in_the_channel() -> None:
    people = (Person(id="ann", name="Ann", url="https://ann.example/あ", image="images/a b.jpg"), Person(id="bob", name="Bob"))
    editor = Person(id="eve", name="Eve", role="audio editor")
    show = replace(with_channel(regulars=("ann", "eve")), people=(*people, editor))
    assert said(show, "podcast:person") == [
        ("Ann", {"role": "host", "href": "https://ann.example/%E3%81%82", "img": "https://talk.example/show/images/a%20b.jpg"}),
        ("Eve", {"role": "audio editor", "group": "audio post-production"}),
    ]


def test_apples_words_for_a_show_that_is_complete_blocked_or_moved_are_exact() -> None:
    show = with_channel(type="serial", complete=True, block=True, new_feed_url="https://new.example/feed.xml")
    values = [said(show, f"itunes:{name}") for name in ("type", "complete", "block", "new-feed-url")]
    assert values == [[("serial", {})], [("Yes", {})], [("Yes", {})], [("https://new.example/feed.xml", {})]]
    assert said(show, "podcast:block") == [("yes", {})]
    assert [said(SHOW, f"itunes:{name}") for name in ("complete", "block", "new-feed-url")] == [[], [], []]


def test_categories_stand_with_their_subcategories_whatever_they_are_called() -> None:
    show = replace(SHOW, categories=(("Technology",), ('A "b" & c', "D"), ("Technology",)))
    tags = made(show).findall("itunes:category", NAMES)
    assert [(tag.get("text"), [inner.get("text") for inner in tag]) for tag in tags] == [
        ("Technology", []),
        ('A "b" & c', ["D"]),
        ("Technology", []),
    ]


def test_a_show_without_owner_and_artwork_has_no_tags_for_them() -> None:
    show = replace(SHOW, owner=None, artwork=None)
    assert [said(show, name) for name in ("itunes:owner", "itunes:image", "podcast:image", "podcast:locked")] == [[], [], [], []]


def test_whatever_is_configured_stands_in_the_feed() -> None:
    show = with_channel(
        podping=True,
        complete=True,
        images=(Image(href="images/wide.jpg", alt="Wide", aspect_ratio="16/9", width=1600, purpose="social"),),
        funding=(Funding(url="https://talk.example/give", text="Give"),),
        locations=(Location(name="東京", rel="creator", geo="geo:35.6,139.7", osm="R1", country="JP"), Location(name="Here")),
        license=License(name="mine", url="https://talk.example/license"),
        social=(SocialInteract(protocol="activitypub", uri="https://s.example/1", account_id="@a", priority=0),),
        txts=(Txt(text="proof", purpose="verify"), Txt(text="free")),
        chat=Chat(server="irc.example", protocol="irc", space="#a"),
        trailers=(Trailer(title="New", url="audio/new.mp3", published=EPISODE.published, length=5, mime_type="audio/mpeg", season=2),),
        update_frequency=UpdateFrequency(text="Weekly", rrule="FREQ=WEEKLY", start="2026-01-01"),
        blocks=(Block(service="amazon"), Block(service="apple", blocked=False)),
    )
    expected = {
        "podping": [(None, {"usesPodping": "true"})],
        "funding": [("Give", {"url": "https://talk.example/give"})],
        "location": [("東京", {"rel": "creator", "geo": "geo:35.6,139.7", "osm": "R1", "country": "JP"}), ("Here", {})],
        "license": [("mine", {"url": "https://talk.example/license"})],
        "socialInteract": [(None, {"priority": "0", "protocol": "activitypub", "uri": "https://s.example/1", "accountId": "@a"})],
        "txt": [("proof", {"purpose": "verify"}), ("free", {})],
        "chat": [(None, {"server": "irc.example", "protocol": "irc", "space": "#a"})],
        "trailer": [
            (
                "New",
                {
                    "pubdate": "Fri, 29 May 2026 08:00:00 +0900",
                    "url": "https://talk.example/show/audio/new.mp3",
                    "length": "5",
                    "type": "audio/mpeg",
                    "season": "2",
                },
            )
        ],
        "updateFrequency": [("Weekly", {"complete": "true", "dtstart": "2026-01-01", "rrule": "FREQ=WEEKLY"})],
        "block": [("yes", {"id": "amazon"}), ("no", {"id": "apple"})],
    }
    assert {name: said(show, f"podcast:{name}") for name in expected} == expected
    assert said(show, "podcast:image")[1:] == [
        (
            None,
            {
                "href": "https://talk.example/show/images/wide.jpg",
                "alt": "Wide",
                "aspect-ratio": "16/9",
                "width": "1600",
                "purpose": "social",
            },
        )
    ]


def test_other_feeds_are_named_by_their_guids() -> None:
    other = RemoteItem(feed_guid=GUID, feed_url="https://other.example/feed.xml", title="Other")
    show = with_channel(podroll=(other, RemoteItem(feed_guid=GUID)), publisher=RemoteItem(feed_guid=GUID))
    items = [[dict(item.attrib) for item in made(show).find(f"podcast:{name}", NAMES)] for name in ("podroll", "publisher")]
    assert items == [
        [{"feedGuid": GUID, "feedUrl": "https://other.example/feed.xml", "title": "Other"}, {"feedGuid": GUID}],
        [{"feedGuid": GUID, "medium": "publisher"}],
    ]


def test_those_who_are_paid_stand_in_their_value_block() -> None:
    recipients = (
        Recipient(type="node", address="02d5", split=95, name="Ann", custom_key="7", custom_value="x"),
        Recipient(type="lnaddress", address="host@a.example", split=5, fee=True),
    )
    show = with_channel(values=(Value(type="lightning", method="keysend", suggested="0.1", recipients=recipients),))
    (value,) = made(show).findall("podcast:value", NAMES)
    assert dict(value.attrib) == {"type": "lightning", "method": "keysend", "suggested": "0.1"}
    assert [dict(recipient.attrib) for recipient in value] == [
        {"name": "Ann", "type": "node", "address": "02d5", "customKey": "7", "customValue": "x", "split": "95"},
        {"type": "lnaddress", "address": "host@a.example", "split": "5", "fee": "true"},
    ]


def test_a_date_of_before_there_were_time_zones_is_written_in_universal_time() -> None:
    from datetime import datetime, timezone

    from podpipe.feed.tags import written_date

    tokyo = timezone(timedelta(hours=9, minutes=18, seconds=59))
    assert written_date(datetime(1887, 1, 1, 9, 18, 59, tzinfo=tokyo)) == "Sat, 01 Jan 1887 00:00:00 +0000"
    assert (
        written_date(datetime(2026, 2, 3, 4, 5, 6, tzinfo=timezone(-timedelta(hours=3, minutes=30)))) == "Tue, 03 Feb 2026 04:05:06 -0330"
    )
