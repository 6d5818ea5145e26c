"""Names of published audio, what is written into it, and what is said when it has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.enclosures import audio_tags, change_finding, enclosure_keys
from podpipe.model import AudioFacts, AudioRecord, AudioTags, Chapter, Finding, Manuscript, Notes, Person, PublishedAudio, Show, Where

FACTS = AudioFacts(length=1_000, duration=timedelta(minutes=22, seconds=24), mime_type="audio/mpeg")
SHOW = Show(
    title="番組", site_url="https://t.example", language="ja", timezone="Asia/Tokyo", author="Both", description="d", artwork="images/a.jpg"
)
PUBLISHED = PublishedAudio(key="audio/70.mp3", length=2_000, digest="d", tags="t")


def manuscript(audio: str | None, *, slug: str = "70", day: int = 1) -> Manuscript:
    return Manuscript(
        path=f"episodes/2026-01-{day:02}-{slug}.md",
        digest="d",
        slug=slug,
        title="70. 題名",
        published=datetime(2026, 1, day, tzinfo=UTC),
        description="About it",
        actor_ids=("ann", "nobody", "ann"),
        audio=audio,
        notes=Notes(html=""),
        number=70,
        season=2,
        places=(("audio_file_path", 3, 18),),
    )


def key(audio: str, *, slug: str = "70", records: Mapping[str, AudioRecord] | None = None, taken: tuple[str, ...] = ()) -> str:
    one = manuscript(audio, slug=slug)
    return enclosure_keys([one], records or {}, ascii_names=True, taken=taken)[one.path]


@pytest.mark.parametrize(
    ("audio", "slug", "expected"),
    [
        ("/audio/070.mp3", "70", "audio/070.mp3"),
        ("audio/Live_2.MP3", "70", "audio/Live_2.MP3"),
        ("/audio/episode 70.mp3", "70", "audio/episode-70.mp3"),
        ("/audio/Café – Über.M4A", "70", "audio/Cafe-Uber.m4a"),
        ("/audio/第７０回.mp3", "x", "audio/70.mp3"),
        ("/audio/番組.mp3", "70", "audio/70.mp3"),
        ("/audio/番組.mp3", "題名", "audio/2026-01-01.mp3"),
        ("/音声/a b.mp3", "70", "audio/a-b.mp3"),
        ("/audio/100%+more&.mp3", "70", "audio/100-more.mp3"),
        ("/audio/../x y.mp3", "70", "audio/x-y.mp3"),
    ],
)
def test_a_name_is_one_that_every_app_takes(audio: str, slug: str, expected: str) -> None:
    assert key(audio, slug=slug) == expected


def test_no_two_episodes_get_one_name_whatever_comes_later() -> None:
    older = manuscript("/audio/番組.mp3", slug="一", day=3)
    newer = manuscript("/audio/番組 .mp3", slug="二", day=4)
    fixed = manuscript("/audio/2026-01-03.mp3", slug="3", day=5)
    keys = enclosure_keys([newer, older, fixed], {}, ascii_names=True, taken=["AUDIO/2026-01-04.mp3"])
    assert keys == {older.path: "audio/2026-01-03-2.mp3", newer.path: "audio/2026-01-04-2.mp3", fixed.path: "audio/2026-01-03.mp3"}


def test_a_name_that_was_given_stays_as_long_as_the_author_names_the_same_file() -> None:
    given_before = {"70": AudioRecord(audio="/audio/番組.mp3", version="v", facts=FACTS, published=replace(PUBLISHED, key="audio/old.mp3"))}
    assert key("/audio/番組.mp3", records=given_before) == "audio/old.mp3"
    assert key("/audio/別.mp3", records=given_before) == "audio/70.mp3"
    assert key("/audio/plain.mp3", records=given_before) == "audio/plain.mp3"


def test_names_stay_where_nobody_wants_others_and_hosted_audio_has_none() -> None:
    here, there = manuscript("/audio/第 70 回.mp3"), manuscript("https://cdn.example/a b.mp3", slug="71")
    assert enclosure_keys([here, there], {}, ascii_names=False) == {here.path: "audio/第 70 回.mp3"}


@given(st.lists(st.tuples(st.text(min_size=1, max_size=12), st.text(min_size=1, max_size=6)), min_size=1, max_size=6))
def test_any_names_become_different_ones_in_ascii(names: list[tuple[str, str]]) -> None:
    episodes = [manuscript(f"/audio/{name}.mp3", slug=f"{slug}{index}", day=index + 1) for index, (name, slug) in enumerate(names)]
    ours = [episode for episode in episodes if episode.audio and "://" not in episode.audio]
    keys = enclosure_keys(ours, {}, ascii_names=True)
    plain = {episode.path for episode in ours if keys[episode.path] == (episode.audio or "").lstrip("/")}
    made = [made.casefold() for path, made in keys.items() if path not in plain]
    assert all(made.isascii() and " " not in made and ".." not in made.split("/") for made in keys.values())
    assert len(set(made)) == len(made)
    assert not set(made) & {keys[path].casefold() for path in plain}


def test_the_tags_say_what_the_episode_is() -> None:
    people = {"ann": Person(id="ann", name="アン")}
    chapters = (
        Chapter(start=timedelta(minutes=5), title="Two"),
        Chapter(start=timedelta(0), title="One"),
        Chapter(start=timedelta(hours=1), title="Past the end"),
    )
    made = audio_tags(
        manuscript("/audio/070.mp3"), show=SHOW, link="https://t.example/70", chapters=chapters, facts=FACTS, people=people, cover=None
    )
    assert made == AudioTags(
        title="70. 題名",
        artist="アン, nobody",
        album="番組",
        published=datetime(2026, 1, 1, tzinfo=UTC),
        duration=FACTS.duration,
        track=70,
        season=2,
        comment="About it",
        language="jpn",
        link="https://t.example/70",
        chapters=(chapters[1], chapters[0]),
    )


def change(record: AudioRecord | None, facts: AudioFacts, published: PublishedAudio | None = None) -> Finding | None:
    return change_finding(manuscript("/audio/070.mp3"), record, facts, published)


def test_audio_that_changed_is_a_warning_with_both_figures() -> None:
    record = AudioRecord(audio="/audio/070.mp3", version="a", facts=FACTS)
    shorter = replace(FACTS, length=900, duration=timedelta(minutes=9, seconds=42))
    assert change(record, shorter) == Finding(
        level="warning",
        rule="audio-changed",
        where=Where(path="episodes/2026-01-01-70.md", line=3, column=18),
        message="the audio has changed since podpipe.lock was written: it plays for 9:42 and no longer for 22:24, and it has 900 bytes "
        "and no longer 1,000",
        hint="make sure that it is the right file: whoever has the old one keeps it",
    )


def test_what_listeners_have_is_compared_where_a_copy_is_published() -> None:
    record = AudioRecord(audio="/audio/070.mp3", version="a", facts=FACTS, published=PUBLISHED)
    assert change(record, replace(FACTS, length=999), PUBLISHED) is None
    told = change(record, FACTS, replace(PUBLISHED, length=2_016))
    assert told is not None
    assert "it has 2,016 bytes and no longer 2,000" in told.message


def test_nothing_is_said_of_audio_that_is_the_same_or_new() -> None:
    record = AudioRecord(audio="/audio/070.mp3", version="a", facts=FACTS)
    assert change(None, FACTS) is None
    assert change(record, replace(FACTS, duration=FACTS.duration + timedelta(milliseconds=400))) is None
    assert change(replace(record, audio="/audio/other.mp3"), replace(FACTS, length=1)) is None
