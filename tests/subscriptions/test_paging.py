"""A feed in pages: who follows their links meets every episode once, and a new episode changes as few pages as promised."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from podpipe.subscriptions.paging import Page, page_key, pages

COUNTS = st.integers(0, 70)
SIZES = st.integers(1, 25)


def numbered(count: int) -> list[int]:
    """Episodes by their numbers, newest first."""
    return list(range(count, 0, -1))


def walk(divided: tuple[Page[int], ...], start: str, relation: str) -> list[Page[int]]:
    """The pages that one meets by a relation, from one of them on."""
    by_key = {page.key: page for page in divided}
    found = [by_key[start]]
    while (key := dict(found[-1].relations).get(relation)) is not None:
        assert len(found) <= len(divided), "the pages lead round in a circle"
        found.append(by_key[key])
    return found


@given(count=COUNTS, size=SIZES)
def test_who_follows_next_meets_each_episode_once_in_order_and_previous_leads_back(count: int, size: int) -> None:
    divided = pages("feed.xml", numbered(count), size)
    found = walk(divided, "feed.xml", "next")
    assert [number for page in found for number in page.episodes] == numbered(count)
    assert walk(divided, found[-1].key, "previous") == found[::-1]
    assert {(page.first, page.last) for page in divided} == {("feed.xml", found[-1].key)}
    assert len({page.key for page in divided}) == len(divided)


@given(count=COUNTS, size=SIZES)
def test_the_feed_itself_holds_the_newest_and_no_page_is_too_long_or_empty(count: int, size: int) -> None:
    divided = pages("feed.xml", numbered(count), size)
    assert list(divided[0].episodes) == numbered(count)[:size]
    assert all(0 < len(page.episodes) <= size for page in divided[1:])


@given(count=COUNTS, size=SIZES)
def test_a_new_episode_changes_the_feed_and_one_page_and_one_link_of_another(count: int, size: int) -> None:
    before = {page.key: page for page in pages("feed.xml", numbered(count), size)}
    after = {page.key: page for page in pages("feed.xml", numbered(count + 1), size)}
    changed = [key for key, page in after.items() if before.get(key) != page]
    begun = after.keys() - before.keys()
    assert before.keys() <= after.keys()
    assert len(changed) <= 2 + bool(begun)
    longer = [key for key in changed if key != "feed.xml" and key in before and before[key].episodes != after[key].episodes]
    assert len(longer) + len(begun) <= 1, "an episode moves from the feed to one page"


@given(count=COUNTS, more=COUNTS, size=SIZES)
def test_a_full_page_never_changes_its_episodes(count: int, more: int, size: int) -> None:
    after = {page.key: page.episodes for page in pages("feed.xml", numbered(count + more), size)}
    for page in pages("feed.xml", numbered(count), size)[1:]:
        if len(page.episodes) == size:
            assert after[page.key] == page.episodes


def test_a_short_feed_and_one_that_is_not_divided_say_nothing_of_pages() -> None:
    for size in (5, 7, None):
        (page,) = pages("feed.xml", numbered(5), size)
        assert (page.key, list(page.episodes), page.relations) == ("feed.xml", numbered(5), ())


def test_pages_are_numbered_from_the_oldest() -> None:
    divided = pages("feed.xml", numbered(8), 3)
    assert [(page.key, list(page.episodes)) for page in divided] == [
        ("feed.xml", [8, 7, 6]),
        ("feed-2.xml", [5, 4]),
        ("feed-1.xml", [3, 2, 1]),
    ]
    assert divided[1].relations == (("first", "feed.xml"), ("last", "feed-1.xml"), ("previous", "feed.xml"), ("next", "feed-1.xml"))


def test_a_page_of_ann_is_not_the_feed_of_somebody_called_ann_1() -> None:
    assert page_key("people/ann.xml", 1) == "people/ann.1.xml"
    assert page_key("feed.json", 12) == "feed-12.json"
