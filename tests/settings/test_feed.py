"""The [feed] table of podpipe.toml: every key that it may have, and every problem told at once with its place."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from podpipe.errors import ConfigError
from podpipe.model import (
    Block,
    Channel,
    Chat,
    Funding,
    Image,
    License,
    Location,
    Recipient,
    RemoteItem,
    SocialInteract,
    Trailer,
    Txt,
    UpdateFrequency,
    Value,
)
from podpipe.settings.toml import read_toml
from tests.conftest import REPOSITORY

HEAD = """\
title = "Test Talk"
site_url = "https://talk.example/"
language = "en-GB"
time_zone = "Asia/Tokyo"
description = "A show."

[people.ann]
[people.bob]
role = "guest"

"""
GUID = "917393e3-1b1e-5cef-ace4-edaa54e1f810"


def channel(feed: str) -> Channel:
    return read_toml(f"{HEAD}[feed]\n{feed}", root=Path("show"), name="podpipe.toml").show.channel


def problems(feed: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        channel(feed)
    return list(caught.value.problems)


def test_every_key_of_the_sample_show_is_read() -> None:
    written = tomllib.loads((REPOSITORY / "podpipe.toml").read_text())["feed"]
    made = read_toml((REPOSITORY / "podpipe.toml").read_text(), root=REPOSITORY, name="podpipe.toml").show.channel
    assert made == Channel(
        type="episodic",
        new_feed_url="https://podpipe.example/feed.xml",
        guid=written["guid"],
        locked=True,
        regulars=("mio", "ren"),
        seasons=((1, "はじまり"),),
        images=(
            Image(
                href="images/artwork.jpg",
                alt="マイクとコミットのロゴ",
                aspect_ratio="1/1",
                width=1400,
                height=1400,
                mime_type="image/jpeg",
                purpose="artwork social",
            ),
        ),
        funding=(Funding(url="https://podpipe.example/support", text="番組を応援する"),),
        locations=(Location(name="東京", rel="creator", geo="geo:35.6812,139.7671", osm="R1543125", country="JP"),),
        license=License(name="CC-BY-4.0", url="https://creativecommons.org/licenses/by/4.0/"),
        social=(
            SocialInteract(
                protocol="activitypub",
                uri="https://social.example/@mic/1",
                account_id="@mic@social.example",
                account_url="https://social.example/@mic",
                priority=1,
            ),
        ),
        txts=(Txt(text="false", purpose="ai-content"),),
        chat=Chat(server="irc.example.org", protocol="irc", account_id="mic", space="#mic-and-commit"),
        values=(
            Value(
                type="lightning",
                method="lnaddress",
                suggested="0.00000005000",
                recipients=(Recipient(type="lnaddress", address="hello@podpipe.example", split=100, name="マイクとコミット"),),
            ),
        ),
        trailers=(
            Trailer(
                title="はじめに",
                url="https://media.podpipe.example/trailer.mp3",
                published=datetime(2026, 9, 7, 8, tzinfo=timezone(timedelta(hours=9))),
                length=340000,
                mime_type="audio/mpeg",
                season=1,
            ),
        ),
        update_frequency=UpdateFrequency(text="毎月第一月曜日", rrule="FREQ=MONTHLY;BYDAY=1MO", start="2026-09-07"),
        podroll=(RemoteItem(feed_guid=GUID, feed_url="https://feeds.podcastindex.org/pc20.xml", title="Podcasting 2.0"),),
        publisher=RemoteItem(feed_guid="003af0a0-6a45-55cf-b765-68e3d349551a", feed_url="https://podpipe.example/publisher.xml", medium=""),
    )


def test_nothing_needs_to_be_said() -> None:
    assert channel("") == Channel(regulars=("ann",))


def test_short_forms_are_understood() -> None:
    made = channel(
        f'license = "cc-by-4.0"\nupdate_frequency = "Weekly"\npodroll = ["{GUID}"]\nblocked_services = ["amazon"]\nlocked = false'
    )
    assert made == Channel(
        regulars=("ann",),
        license=License(name="cc-by-4.0"),
        update_frequency=UpdateFrequency(text="Weekly"),
        podroll=(RemoteItem(feed_guid=GUID),),
        blocks=(Block(service="amazon"),),
        locked=False,
    )


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ('type = "weekly"', "feed.type: 'weekly' is not one of episodic, serial"),
        ('complete = "yes"', "feed.complete: must be true or false, not 'yes'"),
        ('new_feed_url = "talk.example"', "feed.new_feed_url: 'talk.example' is no http or https address"),
        ('guid = "1"', "feed.guid: '1' is no guid, such as 917393e3-1b1e-5cef-ace4-edaa54e1f810"),
        (
            'medium = "songs"',
            "feed.medium: 'songs' is not one of audiobook, blog, course, film, mixed, music, newsletter, podcast, publisher, video",
        ),
        ('people = ["eve"]', "feed.people: nobody in [people] has the id 'eve'"),
        ('funding = [{ text = "Give" }]', "feed.funding.1.url: is missing"),
        ('funding = [{ url = "a", text = "Give" }]', "feed.funding.1.url: 'a' is no http or https address"),
        ("funding = [1]", "feed.funding.1: 1 must be a table of keys and values"),
        ('funding = { url = "https://a.example", note = "x" }', "feed.funding.note: is not known; known are text, url"),
        ('license = "mine"', "feed.license.url: is missing: mine is none of the licenses that apps know by name"),
        ('license = ["CC-BY-4.0", "ARR"]', "feed.license: must be one table, not a list"),
        ('locations = [{ name = "A", geo = "35,139" }]', "feed.locations.1.geo: '35,139' must be as geo:35.6812,139.7671"),
        ('locations = [{ name = "A", rel = "near" }]', "feed.locations.1.rel: 'near' must be subject or creator"),
        ('social = [{ protocol = "activitypub" }]', "feed.social.1.uri: is missing"),
        (
            'trailers = [{ title = "A", url = "a.mp3", date = "soon" }]',
            "feed.trailers.1.date: 'soon' is no date, as 2026-05-29 08:00:00 +0900",
        ),
        ('images = [{ href = "a.jpg", width = "wide" }]', "feed.images.1.width: 'wide' is no whole number"),
        ('value = [{ type = "lightning", method = "keysend" }]', "feed.value.1.recipients: is missing: somebody has to be paid"),
        (
            'value = { type = "a", method = "b", recipients = [{ type = "node", address = "1" }] }',
            "feed.value.recipients.1.split: is missing; it must be a number of shares",
        ),
        ('update_frequency = { text = "Often", rrule = "OFTEN" }', "feed.update_frequency.rrule: 'OFTEN' must be as FREQ=WEEKLY;BYDAY=MO"),
        ('blocked_services = ["Amazon Music"]', "feed.blocked_services: 'Amazon Music' is no service's slug, such as amazon"),
        ('[feed.seasons]\none = "First"', "feed.seasons.one: must be the number of a season"),
        ('txt = [{ text = ["a"] }]', "feed.txt.1.text: must be one value"),
        ('title = "x"', "feed.title: is no setting; did you mean"),
    ],
)
def test_a_problem_is_told_with_its_place(written: str, problem: str) -> None:
    assert any(told.startswith(f"podpipe.toml: {problem}") for told in problems(written)), problems(written)


def test_several_problems_are_told_at_once() -> None:
    assert len(problems('type = "x"\nguid = "y"\nfunding = [{}, { url = "z" }]')) == 4


def test_a_character_that_no_feed_can_hold_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        read_toml(HEAD.replace("A show.", r"A \u0007 show."), root=Path("show"), name="podpipe.toml")
    assert list(caught.value.problems) == ["podpipe.toml: description: holds the character U+0007, which no feed can hold"]
