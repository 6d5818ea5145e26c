"""What a later feed changes: every kind of change is found as that and as nothing else, and what is only written otherwise is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.guard import Change, Comparison, PublishedFeed, PublishedItem, compare
from podpipe.rules import RULES
from podpipe.rules.feed_changes import FEED_CHANGES
from tests.guard.feeds import any_feeds, feed, item, of


def kinds(before: PublishedFeed, after: PublishedFeed) -> list[str]:
    return [change.kind for change in compare(before, after).changes]


def with_item(before: PublishedFeed, place: int, **changes: object) -> PublishedFeed:
    items = list(before.items)
    items[place] = replace(items[place], **changes)
    return replace(before, items=tuple(items))


@given(any_feeds)
def test_a_feed_compared_with_itself_has_no_change(any_feed: PublishedFeed) -> None:
    assert compare(any_feed, any_feed) == Comparison(show=(), episodes=(), unchanged=len(any_feed.items))


@given(any_feeds, any_feeds)
def test_every_episode_of_two_feeds_is_changed_new_gone_or_unchanged(before: PublishedFeed, after: PublishedFeed) -> None:
    found = compare(before, after)
    if before.items and not after.items:
        assert "feed-empty" in [change.kind for change in found.show]
        return
    episodes = {(change.was, change.item) for change in found.episodes}
    gone = sum(item is None for _, item in episodes)
    new = sum(was is None for was, _ in episodes)
    assert found.unchanged + len(episodes) - new == len(before.items)
    assert found.unchanged + len(episodes) - gone == len(after.items)


CHANGES: dict[str, Callable[[PublishedItem], dict[str, object]]] = {
    "guid-changed": lambda _: {"guid": "tag:another"},
    "date-changed": lambda was: {"date": was.date and was.date + timedelta(minutes=1)},
    "enclosure-changed": lambda _: {"enclosure": "https://talk.example/another.mp3"},
    "enclosure-gone": lambda _: {"enclosure": "", "length": None, "mime_type": ""},
    "enclosure-prefixed": lambda was: {"enclosure": f"https://op3.example/e/{was.enclosure.removeprefix('https://')}"},
    "title-emptied": lambda _: {"title": ""},
    "title-changed": lambda _: {"title": "Another"},
    "link-changed": lambda _: {"link": "https://talk.example/another"},
    "medium-changed": lambda _: {"mime_type": "video/mp4"},
    "type-changed": lambda _: {"mime_type": "audio/x-m4a"},
    "length-changed": lambda _: {"length": 5},
    "duration-changed": lambda _: {"duration": timedelta(seconds=5)},
    "chapters-changed": lambda _: {"chapters": ""},
    "notes-changed": lambda _: {"notes": "others"},
}


@given(st.integers(1, 12), st.data())
def test_a_change_of_one_episode_is_found_as_exactly_its_kind(number: int, data: st.DataObject) -> None:
    before = of(number)
    place = data.draw(st.integers(0, number - 1))
    kind = data.draw(st.sampled_from(sorted(CHANGES)))
    after = with_item(before, place, **CHANGES[kind](before.items[place]))
    [change] = compare(before, after).changes
    assert (change.kind, change.was, change.item) == (kind, before.items[place], after.items[place])
    assert change.level == (RULES[kind].level if kind in RULES else "info")


@given(st.integers(2, 12), st.data())
def test_an_episode_that_is_dropped_is_gone_and_nothing_else(number: int, data: st.DataObject) -> None:
    before = of(number)
    place = data.draw(st.integers(0, number - 1))
    after = feed(before.items[:place] + before.items[place + 1 :])
    [change] = compare(before, after).changes
    assert (change.kind, change.was, change.item, change.level) == ("episode-gone", before.items[place], None, "error")
    [change] = compare(after, before).changes
    assert (change.kind, change.was, change.item, change.level) == ("episode-new", None, before.items[place], "info")


@given(st.integers(2, 12), st.data())
def test_two_episodes_that_change_places_are_another_order_and_nothing_else(number: int, data: st.DataObject) -> None:
    one, other = data.draw(st.lists(st.integers(0, number - 1), min_size=2, max_size=2, unique=True))
    items = list(of(number).items)
    items[one], items[other] = items[other], items[one]
    assert kinds(of(number), feed(items)) == ["order-flipped" if number == 3 and {one, other} == {0, 2} else "order-changed"]


@given(st.integers(3, 12))
def test_an_order_that_is_reversed_stops_a_publish(number: int) -> None:
    [change] = compare(of(number), feed(of(number).items[::-1])).changes
    assert (change.kind, change.level) == ("order-flipped", "error")


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("feed-address-changed", {"address": "https://elsewhere.example/feed.xml"}),
        ("feed-address-changed", {"address": ""}),
        ("show-guid-changed", {"guid": "another"}),
        ("show-guid-changed", {"guid": ""}),
        ("show-title-changed", {"title": "Talks"}),
        ("title-emptied", {"title": ""}),
        ("feed-empty", {"items": ()}),
        ("feed-malformed", {"problem": "line 3: oh", "items": ()}),
    ],
)
def test_a_change_of_the_show_is_found_as_exactly_its_kind(kind: str, changes: dict[str, object]) -> None:
    [change] = compare(of(5), replace(of(5), **changes)).changes
    assert (change.kind, change.was, change.item, change.level) == (kind, None, None, RULES[kind].level)


def test_every_kind_of_change_is_a_rule_with_its_level_and_those_that_stop_a_publish_are_always_errors() -> None:
    assert all(rule.fixed == (rule.level == "error") for rule in FEED_CHANGES)
    assert set(CHANGES) - {"notes-changed", "chapters-changed"} <= {rule.id for rule in FEED_CHANGES}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"date": item(1).date}, {"date": item(1).date and item(1).date.astimezone(timezone(timedelta(hours=9)))}),
        ({"date": item(1).date}, {"date": item(1).date and item(1).date.replace(microsecond=7)}),
        ({"title": "A &amp; B"}, {"title": "A & B"}),
        ({"title": "A  B"}, {"title": "A B"}),
        ({"link": "https://talk.example/é"}, {"link": "https://talk.example/%C3%A9"}),
        ({"link": "HTTPS://Talk.Example/1"}, {"link": "https://talk.example/1"}),
        ({"enclosure": "https://talk.example/第.mp3"}, {"enclosure": "https://talk.example/%E7%AC%AC.mp3"}),
        ({"duration": timedelta(seconds=100)}, {"duration": timedelta(seconds=101)}),
        ({"length": None}, {"length": 5}),
        ({"duration": None}, {"duration": timedelta(seconds=5)}),
        ({"mime_type": ""}, {"mime_type": "audio/mpeg"}),
        ({"date": None, "written_date": "x"}, {"date": None, "written_date": "x"}),
    ],
)
def test_what_is_only_written_otherwise_or_only_now_known_is_no_change(before: dict[str, object], after: dict[str, object]) -> None:
    assert kinds(with_item(of(2), 0, **before), with_item(of(2), 0, **after)) == []


def test_a_guid_is_compared_as_apps_do_letter_by_letter() -> None:
    guids = {"guid": "https://talk.example/%C3%A9"}, {"guid": "https://talk.example/é"}
    assert kinds(with_item(of(2), 0, **guids[0]), with_item(of(2), 0, **guids[1])) == ["guid-changed"]
    assert kinds(of(2), with_item(of(2), 0, guid=of(2).items[0].guid.upper())) == ["guid-changed"]


@pytest.mark.parametrize("key", ["link", "enclosure"])
def test_an_address_that_only_changes_to_https_is_told_and_stops_nothing(key: str) -> None:
    before = with_item(of(2), 0, **{key: "http://talk.example/a"})
    [change] = compare(before, with_item(of(2), 0, **{key: "https://talk.example/a"})).changes
    assert (change.kind, change.level) == (f"{key}-changed", "info")
    [change] = compare(replace(of(2), address="http://talk.example/feed.xml"), of(2)).changes
    assert (change.kind, change.level) == ("feed-address-changed", "info")


def test_a_date_that_no_app_could_read_may_be_mended() -> None:
    broken = with_item(of(3), 1, date=None, written_date="31 Febtember")
    [change] = compare(broken, of(3)).changes
    assert (change.kind, change.level, change.before) == ("date-changed", "info", "31 Febtember")
    [change] = compare(of(3), broken).changes
    assert (change.kind, change.level, change.after) == ("date-changed", "error", "31 Febtember")


def test_a_date_that_moves_an_episode_is_told_once() -> None:
    items = list(of(5).items)
    newest = replace(items.pop(3), date=item(99).date)
    assert kinds(of(5), feed([newest, *items])) == ["date-changed"]


def test_a_guid_that_changed_is_told_apart_from_an_episode_that_went_and_one_that_came() -> None:
    before = of(4)
    assert kinds(before, with_item(before, 1, guid="x", link="y")) == ["guid-changed", "link-changed"]
    assert kinds(before, with_item(before, 1, guid="x", enclosure="y")) == ["guid-changed", "enclosure-changed"]
    assert kinds(before, with_item(before, 1, guid="x", link="y", enclosure="z")) == ["guid-changed", "enclosure-changed", "link-changed"]
    other = feed([item(9), *before.items[:1], *before.items[2:]])
    assert sorted(kinds(before, other)) == ["episode-gone", "episode-new"]


def test_guids_that_two_episodes_have_swapped_are_told_as_that() -> None:
    before = of(4)
    swapped = with_item(with_item(before, 1, guid=before.items[2].guid), 2, guid=before.items[1].guid)
    assert kinds(before, swapped) == ["guid-changed", "guid-changed"]


def test_a_guid_that_vanishes_or_comes_is_told() -> None:
    [change] = compare(of(3), with_item(of(3), 1, guid="")).changes
    assert (change.kind, change.message) == ("guid-changed", "would have no GUID any more: apps would show it twice and download it again")
    [change] = compare(with_item(of(3), 1, guid=""), of(3)).changes
    assert (change.kind, change.level) == ("guid-added", "warning")


def test_a_link_that_all_episodes_share_makes_none_of_them_another() -> None:
    def home(episode: PublishedItem) -> PublishedItem:
        return replace(episode, link="https://talk.example/")

    before, after = feed([home(item(2)), home(item(1))]), feed([home(item(4)), home(item(3))])
    assert sorted(kinds(before, after)) == ["episode-gone"] * 2 + ["episode-new"] * 2


def test_a_new_episode_with_the_guid_of_another_stops_a_publish() -> None:
    copied = replace(item(9), guid=item(2).guid)
    found = compare(of(3), feed([copied, *of(3).items]))
    assert [(change.kind, change.item and change.item.title) for change in found.changes] == [
        ("episode-new", "9. A title"),
        ("guid-shared", "9. A title"),
    ]
    assert found.unchanged == 3


def test_guids_that_were_shared_before_are_not_told_again() -> None:
    twice = feed([replace(item(2), guid="same"), replace(item(1), guid="same")])
    assert kinds(twice, twice) == []
    assert kinds(twice, feed([item(3), *twice.items])) == ["episode-new"]


def test_many_episodes_that_go_at_once_are_a_finding_of_their_own() -> None:
    assert kinds(of(30), feed(of(30).items[3:])) == ["episode-gone"] * 3
    assert kinds(of(29), feed(of(29).items[3:])) == ["feed-shrank", *["episode-gone"] * 3]
    assert kinds(of(4), feed(of(4).items[2:])) == ["episode-gone"] * 2


def test_changes_stand_in_the_order_of_the_feed_and_what_is_gone_where_it_stood() -> None:
    before = of(5)
    after = feed([item(6), replace(before.items[0], title="x"), *before.items[2:4], replace(before.items[4], title="y")])
    assert [
        (change.kind, (change.item or change.was or item(0)).guid.rpartition(":")[2]) for change in compare(before, after).episodes
    ] == [
        ("episode-new", "6"),
        ("title-changed", "5"),
        ("episode-gone", "4"),
        ("title-changed", "1"),
    ]
    gone_first = compare(before, feed([item(6), *before.items[1:]])).episodes
    assert [change.kind for change in gone_first] == ["episode-gone", "episode-new"]


def test_chapters_whose_file_is_rewritten_are_changed() -> None:
    [change] = compare(of(3), of(3), rewritten={of(3).items[1].chapters}).changes
    assert (change.kind, change.item) == ("chapters-changed", of(3).items[1])


def test_the_fewest_episodes_that_moved_are_named() -> None:
    items = list(of(6).items)
    items.append(items.pop(0))
    [change] = compare(of(6), feed(items)).changes
    assert change.message == "“6. A title” would stand at another place among the episodes"


def test_a_large_feed_is_compared_in_less_time_than_pairs_of_episodes_would_take() -> None:
    before = of(5000)
    after = feed([replace(each, guid=f"new:{each.guid}") for each in before.items])
    found = compare(before, after)
    assert len(found.changes) == 5000
    assert {change.kind for change in found.changes} == {"guid-changed"}


def test_a_large_feed_in_another_order_is_compared_as_quickly() -> None:
    items = list(of(5000).items)
    [change] = compare(of(5000), feed(items[1::2] + items[::2])).changes
    assert change.kind == "order-changed"
    assert change.message.endswith(" and 2497 more would stand at another place among the episodes")


@pytest.mark.parametrize("other", ["application/octet-stream", "", "audio/x-m4a"])
def test_only_a_video_is_another_medium(other: str) -> None:
    [change] = compare(of(2), with_item(of(2), 0, mime_type=other)).changes
    assert change.kind == "type-changed"


def test_a_change_is_a_value() -> None:
    assert compare(of(3), of(2)).changes == compare(of(3), of(2)).changes
    assert isinstance(compare(of(3), of(2)).changes[0], Change)
