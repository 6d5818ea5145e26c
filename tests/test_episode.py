"""What can be published of a manuscript: when, in which order, under which address, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from podpipe.chapter_forms import chapters_key
from podpipe.episode import (
    duplicate_findings,
    figure_findings,
    in_feed_order,
    is_public,
    make_enclosure,
    make_episode,
    page_key,
    page_path,
    people_findings,
)
from podpipe.model import AudioFacts, Chapter, Credit, Enclosure, Episode, Finding, Manuscript, Notes, Person, Show, Where

SHOW = Show(title="T", site_url="https://talk.example/show", language="en", timezone="Asia/Tokyo", author="A", description="D")
ANN = Person(id="ann", name="Ann", role="guest")
FACTS = AudioFacts(length=1_234_567, duration=timedelta(minutes=10, seconds=6), mime_type="audio/x-m4a")
CHAPTERS = (Chapter(start=timedelta(0), title="Hello"),)
MANUSCRIPT = Manuscript(
    path="episodes/2026-05-29-70.md",
    digest="d",
    slug="70",
    title="A talk",
    published=datetime(2026, 5, 29, 8, tzinfo=ZoneInfo("Asia/Tokyo")),
    description="About a talk",
    actor_ids=("ann", "bob", "ann"),
    audio="/audio/70.mp3",
    notes=Notes(html="<p>a</p>"),
    chapters=CHAPTERS,
    places=(("title", 2, 8), ("actor_ids", 4, None), ("audio_file_size", 8, 18), ("duration", 9, 11), ("slug", 10, 7)),
)


@pytest.mark.parametrize(
    ("as_of", "public"),
    [
        (datetime(2026, 5, 28, 22, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 5, 28, 23, 0, tzinfo=UTC), True),
        (datetime(2026, 5, 29, 7, 59, tzinfo=ZoneInfo("Asia/Tokyo")), False),
        (datetime(2026, 5, 28, 16, 0, tzinfo=timezone(-timedelta(hours=7))), True),
    ],
)
def test_an_episode_is_public_from_its_moment_on_wherever_the_clock_stands(as_of: datetime, public: bool) -> None:
    assert is_public(MANUSCRIPT, as_of=as_of) is public


def test_a_draft_is_never_public() -> None:
    assert not is_public(replace(MANUSCRIPT, draft=True), as_of=datetime(2100, 1, 1, tzinfo=UTC))


def test_the_feeds_order_is_newest_first_and_the_last_path_first_of_one_moment() -> None:
    moment = MANUSCRIPT.published
    a, b = replace(MANUSCRIPT, path="a"), replace(MANUSCRIPT, path="b", published=moment.astimezone(UTC))
    old, new = (
        replace(MANUSCRIPT, path="z", published=moment - timedelta(days=1)),
        replace(MANUSCRIPT, path="0", published=moment + timedelta(seconds=1)),
    )
    assert in_feed_order([a, old, b, new]) == in_feed_order([new, b, old, a]) == (new, b, a, old)


@pytest.mark.parametrize(
    ("permalink", "path", "key"),
    [
        ("/episode/:title", "/episode/70", "episode/70"),
        ("/:year/:month/:day/:title.html", "/2026/05/29/70.html", "2026/05/29/70.html"),
        ("/:year/:month/:day/:title/", "/2026/05/29/70/", "2026/05/29/70/index.html"),
        ("/:title", "/70", "70"),
        ("/", "/", "index.html"),
    ],
)
def test_a_permalink_gives_the_pages_path_and_its_place(permalink: str, path: str, key: str) -> None:
    assert (page_path(permalink, MANUSCRIPT), page_key(page_path(permalink, MANUSCRIPT))) == (path, key)


def test_a_slug_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert page_path("/:title/:year", replace(MANUSCRIPT, slug=":year")) == "/:year/2026"


def test_an_episode_joins_manuscript_roster_and_audio() -> None:
    enclosure = Enclosure(url="https://talk.example/show/audio/70.mp3", mime_type="audio/mpeg", key="audio/70.mp3")
    manuscript = replace(MANUSCRIPT, explicit=True, image="/images/70.jpg", number=70, season=2)
    assert make_episode(manuscript, show=SHOW, people={"ann": ANN}, enclosure=enclosure) == Episode(
        slug="70",
        title="A talk",
        published=manuscript.published,
        description="About a talk",
        key="episode/70",
        url="https://talk.example/show/episode/70",
        guid="https://talk.example/show/episode/70",
        credits=(Credit(person=ANN, role="guest"), Credit(person=Person(id="bob", name="bob"), role="host")),
        enclosure=enclosure,
        chapters=CHAPTERS,
        notes=Notes(html="<p>a</p>"),
        path="episodes/2026-05-29-70.md",
        explicit=True,
        image="images/70.jpg",
        number=70,
        season=2,
    )


@pytest.mark.parametrize(
    ("slug", "url"),
    [
        ("日本", "https://talk.example/show/episode/%E6%97%A5%E6%9C%AC"),
        ("a b", "https://talk.example/show/episode/a%20b"),
        ("q&a:1", "https://talk.example/show/episode/q&a:1"),
        ("it's", "https://talk.example/show/episode/it%27s"),
    ],
)
def test_an_address_is_percent_encoded_and_the_place_of_the_page_is_not(slug: str, url: str) -> None:
    episode = make_episode(replace(MANUSCRIPT, slug=slug), show=SHOW, people={}, enclosure=None)
    assert (episode.url, episode.guid, episode.key, chapters_key(episode)) == (url, url, f"episode/{slug}", f"chapters/{slug}.json")


def test_a_guid_of_the_authors_own_is_kept() -> None:
    assert make_episode(replace(MANUSCRIPT, guid="old-70"), show=SHOW, people={}, enclosure=None).guid == "old-70"


@pytest.mark.parametrize(
    ("show", "episode", "expected"), [(True, None, True), (True, False, False), (False, True, True), (False, None, False)]
)
def test_an_episode_is_as_explicit_as_the_show_unless_it_says_otherwise(show: bool, episode: bool | None, expected: bool) -> None:
    made = make_episode(replace(MANUSCRIPT, explicit=episode), show=replace(SHOW, explicit=show), people={}, enclosure=None)
    assert made.explicit is expected


def test_measured_figures_outrank_the_authors() -> None:
    manuscript = replace(MANUSCRIPT, length=1, duration=timedelta(seconds=1))
    assert make_enclosure(manuscript, show=SHOW, mime_type="audio/mpeg", facts=FACTS) == Enclosure(
        url="https://talk.example/show/audio/70.mp3",
        mime_type="audio/x-m4a",
        length=1_234_567,
        duration=timedelta(minutes=10, seconds=6),
        key="audio/70.mp3",
    )


def test_audio_on_another_host_is_taken_at_its_authors_word() -> None:
    manuscript = replace(MANUSCRIPT, audio="https://cdn.example/70.mp3?a=1", length=5, duration=timedelta(minutes=1))
    assert make_enclosure(manuscript, show=SHOW, mime_type="audio/mpeg", facts=None) == Enclosure(
        url="https://cdn.example/70.mp3?a=1", mime_type="audio/mpeg", length=5, duration=timedelta(minutes=1), key=None
    )


def test_the_address_of_audio_is_percent_encoded_and_its_place_is_not() -> None:
    enclosure = make_enclosure(replace(MANUSCRIPT, audio="audio/第 70 回.mp3"), show=SHOW, mime_type="audio/mpeg", facts=None)
    assert (enclosure.url, enclosure.key) == ("https://talk.example/show/audio/%E7%AC%AC%2070%20%E5%9B%9E.mp3", "audio/第 70 回.mp3")


def test_a_slug_that_another_episode_has_already_is_an_error_at_the_later_file() -> None:
    other = replace(MANUSCRIPT, path="episodes/2026-06-05-70.md")
    findings = duplicate_findings([other, replace(MANUSCRIPT, path="episodes/2026-06-12-71.md", slug="71"), MANUSCRIPT])
    assert [(told.level, told.rule, told.where) for told in findings] == [
        ("error", "slug-duplicate", Where(path=other.path, line=10, column=7))
    ]
    assert MANUSCRIPT.path in findings[0].message
    assert findings[0].hint


def test_slugs_that_differ_in_case_alone_are_one() -> None:
    pair = [replace(MANUSCRIPT, slug="Pilot"), replace(MANUSCRIPT, slug="pilot", path="z.md")]
    assert [told.where.path for told in duplicate_findings(pair)] == ["z.md"]


@pytest.mark.parametrize(("lenient", "level"), [(False, "error"), (True, "warning")])
def test_each_unknown_person_is_told_once_with_who_is_known(lenient: bool, level: str) -> None:
    manuscript = replace(MANUSCRIPT, actor_ids=("bob", "ann", "bob"))
    assert people_findings(manuscript, show=replace(SHOW, lenient=lenient), people={"ann": ANN}) == (
        Finding(
            level=level,  # type: ignore[arg-type]  # one of the literals
            rule="person-unknown",
            where=Where(path=MANUSCRIPT.path, line=4),
            message="nobody in the show's roster has the id 'bob'",
            hint="add the person to the settings, or use one of: ann",
        ),
    )


def test_nobody_unknown_is_no_finding() -> None:
    assert people_findings(replace(MANUSCRIPT, actor_ids=("ann",)), show=SHOW, people={"ann": ANN}) == ()


@pytest.mark.parametrize("seconds", [604, 606, 608])
def test_figures_that_are_right_or_rounded_are_no_finding(seconds: int) -> None:
    assert figure_findings(replace(MANUSCRIPT, length=1_234_567, duration=timedelta(seconds=seconds)), FACTS) == ()
    assert figure_findings(MANUSCRIPT, FACTS) == ()


def test_figures_that_are_wrong_are_told_with_the_right_ones() -> None:
    hint = "leave it blank: podpipe fills it in"
    assert figure_findings(replace(MANUSCRIPT, length=1_234_568, duration=timedelta(minutes=10)), FACTS) == (
        Finding(
            level="warning",
            rule="audio-size-wrong",
            where=Where(path=MANUSCRIPT.path, line=8, column=18),
            message="the audio file has 1,234,567 bytes, not 1,234,568",
            hint=hint,
        ),
        Finding(
            level="warning",
            rule="duration-wrong",
            where=Where(path=MANUSCRIPT.path, line=9, column=11),
            message="the audio plays for 10:06, not 10:00",
            hint=hint,
        ),
    )
