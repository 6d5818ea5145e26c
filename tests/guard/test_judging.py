"""What is said of changes, and what somebody has allowed: exactly that, and nothing beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podpipe.guard import KINDS, PublishedFeed, Source, compare, feed_findings, refusal
from podpipe.model import Finding, Where
from podpipe.rules.feed_changes import FEED_CHANGES
from tests.conftest import REPOSITORY
from tests.guard.feeds import feed, item, of

SOURCES = {item(number).guid: Source(slug=f"ep-{number}", path=f"episodes/{number}.md") for number in (1, 2, 3)}


def told(before: PublishedFeed, after: PublishedFeed, *allowed: str, **switches: str) -> tuple[Finding, ...]:
    rules = {name.replace("_", "-"): switch for name, switch in switches.items()}
    return feed_findings(compare(before, after), feed="feed.xml", sources=SOURCES, allowed=allowed, switches=rules)  # type: ignore[arg-type]


def moved(*numbers: int) -> PublishedFeed:
    """The feed of three episodes, some of whose audio is elsewhere."""
    items = of(3).items
    return feed(
        [replace(each, enclosure=f"https://b.example/{each.title[0]}.mp3") if int(each.title[0]) in numbers else each for each in items]
    )


def test_a_finding_says_where_what_and_how_to_allow_exactly_that() -> None:
    assert told(of(3), moved(2)) == (
        Finding(
            level="error",
            rule="enclosure-changed",
            where=Where(path="episodes/2.md"),
            message="episode ep-2 would have the audio at another address: apps that go by it download it again "
            "(https://talk.example/audio/2.mp3, then https://b.example/2.mp3)",
            hint="give the file its old name, or allow it with --allow enclosure-changed:ep-2",
        ),
    )


def test_all_dangerous_changes_are_told_one_by_one() -> None:
    assert [finding.where.path for finding in told(of(3), moved(1, 2, 3))] == [f"episodes/{number}.md" for number in (3, 2, 1)]


@pytest.mark.parametrize("name", ["ep-2", item(2).guid, item(2).link])
def test_one_episode_is_allowed_by_its_slug_its_guid_or_its_page(name: str) -> None:
    levels = [finding.level for finding in told(of(3), moved(1, 2), f"enclosure-changed:{name}")]
    assert sorted(levels) == ["error", "info"]
    [allowed] = [finding for finding in told(of(3), moved(2), f"enclosure-changed:{name}") if finding.level == "info"]
    assert allowed.hint == "allowed by --allow"


def test_a_kind_is_allowed_for_all_episodes_and_no_other_kind_with_it() -> None:
    assert {finding.level for finding in told(of(3), moved(1, 2), "enclosure-changed")} == {"info"}
    assert {finding.level for finding in told(of(3), moved(1, 2), "date-changed", "enclosure-gone")} == {"error"}
    assert {finding.level for finding in told(of(3), moved(2), "enclosure-changed:ep-1", "enclosure-changed:ep")} == {"error"}


def test_an_episode_that_is_gone_is_named_by_its_page_and_what_became_of_it() -> None:
    [finding] = told(feed([item(7), *of(3).items]), of(3))
    assert finding.where == Where(path="feed.xml")
    assert finding.message == "episode 7 (7. A title) would vanish from the feed"
    assert finding.hint.endswith("or allow it with --allow episode-gone:7")
    held_back = {item(7).guid: Source(slug="seven", path="episodes/7.md", held_back="is a draft now")}
    [finding] = feed_findings(compare(feed([item(7), *of(3).items]), of(3)), feed="feed.xml", sources=held_back)
    assert finding.where == Where(path="episodes/7.md")
    assert finding.message == "episode seven (7. A title) would vanish from the feed: it is a draft now"


def test_an_option_can_be_pasted_into_a_shell() -> None:
    strange = replace(item(7), link="", guid="it's & 7")
    [finding] = told(feed([strange, *of(3).items]), of(3))
    assert finding.hint.endswith("""--allow 'episode-gone:it'"'"'s & 7'""")
    assert told(feed([strange, *of(3).items]), of(3), "episode-gone:it's & 7")[0].level == "info"


def test_many_lesser_changes_of_a_kind_are_one_finding_and_a_few_are_told_each() -> None:
    longer = feed([replace(each, length=5) for each in of(3).items])
    assert [finding.where.path for finding in told(of(3), longer)] == [f"episodes/{number}.md" for number in (3, 2, 1)]
    [finding] = told(of(9), feed([replace(each, length=5) for each in of(9).items]))
    assert (finding.level, finding.where) == ("info", Where(path="feed.xml"))
    assert finding.message == "9 episodes would have audio of another size: 9, 8, 7, 6, 5, …"
    assert finding.hint.endswith("podpipe diff shows each")


def test_a_show_decides_about_lesser_changes_as_about_any_rule() -> None:
    renamed = feed([replace(of(3).items[0], title="x"), *of(3).items[1:]])
    assert told(of(3), renamed, title_changed="off") == ()
    [finding] = told(of(3), renamed, title_changed="error")
    assert (finding.level, finding.hint) == ("error", "make sure that it is meant, or allow it with --allow title-changed:ep-3")
    assert told(of(3), renamed, "title-changed:ep-3", title_changed="error")[0].level == "info"


def test_no_setting_allows_a_dangerous_change() -> None:
    assert {finding.level for finding in told(of(3), moved(2), enclosure_changed="off")} == {"error"}


def test_what_concerns_the_show_as_a_whole_is_allowed_by_its_kind() -> None:
    [finding] = told(of(3), replace(of(3), address="https://b.example/feed.xml"))
    assert finding.message == (
        "the feed would give itself another address, and who subscribed to the old one may be lost "
        "(https://talk.example/feed.xml, then https://b.example/feed.xml)"
    )
    assert finding.hint == "correct site_url, or allow it with --allow feed-address-changed"


def test_changes_that_harm_nobody_are_no_findings() -> None:
    assert told(of(3), feed([item(4), *(replace(each, notes="x", chapters="y") for each in of(3).items)])) == ()


@pytest.mark.parametrize("option", [*KINDS, "guid-changed:70", "guid-changed:https://talk.example/70"])
def test_every_kind_can_be_allowed(option: str) -> None:
    assert refusal(option) is None


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("guid-chnged", "'guid-chnged' is no change of a feed that can be allowed; did you mean guid-changed?"),
        ("episode-lost:70", "'episode-lost' is no change of a feed that can be allowed; did you mean episode-gone?"),
        ("guid-changed:", "'guid-changed:' names no episode: write guid-changed:SLUG, or guid-changed for all of them"),
        ("everything", f"'everything' is no change of a feed that can be allowed; the changes are {', '.join(KINDS)}"),
        ("audio-missing", f"'audio-missing' is no change of a feed that can be allowed; the changes are {', '.join(KINDS)}"),
    ],
)
def test_what_is_no_kind_is_refused_with_a_suggestion(option: str, problem: str) -> None:
    assert refusal(option) == problem


def test_the_documentation_tells_of_every_kind() -> None:
    page = (REPOSITORY / "docs/guard.md").read_text()
    for rule in FEED_CHANGES:
        assert f"| `{rule.id}` | {rule.level} |" in page


def test_a_long_text_from_a_feed_is_cut_in_a_message() -> None:
    [finding] = told(of(3), feed([replace(of(3).items[0], guid="x" * 10_000), *of(3).items[1:]]))
    assert len(finding.message) < 400
