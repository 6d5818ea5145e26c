"""What directories demand: each demand that is not met is told once, with its place, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from podpipe import pipeline, stages
from podpipe.directories import directory_findings
from podpipe.directories.vocabulary import CATEGORIES, category_problem, language_problem
from podpipe.model import Chapter, Enclosure, Episode, Finding, Manuscript, Notes, Owner, PictureFacts, Show, Where
from podpipe.pictures import look_at
from podpipe.rules import PROFILES, RULES, Profile
from podpipe.settings import load_settings
from tests.conftest import SHOWS

SHOW = Show(
    title="Test Talk",
    site_url="https://talk.example",
    language="en",
    timezone="UTC",
    author="Testers",
    description="A show.",
    owner=Owner(name="Testers", email="talk@example.com"),
    artwork="images/artwork.jpg",
    categories=(("Technology",), ("Society & Culture", "Documentary")),
)
GOOD = PictureFacts(format="jpeg", width=3000, height=3000, colors="RGB")
LINES = (("title", 2), ("date", 3), ("audio_file_path", 4), ("guid", 5), ("image", 6), ("duration", 7), ("audio_file_size", 8))


def manuscript(slug: str = "a", **changes: Any) -> Manuscript:
    made = Manuscript(
        path=f"episodes/{slug}.md",
        digest="0",
        slug=slug,
        title="Tea",
        published=datetime(2026, 1, 2, tzinfo=UTC),
        description="About tea",
        actor_ids=(),
        audio=f"/audio/{slug}.mp3",
        notes=Notes(html="<p>Tea</p>"),
        places=tuple((key, line, None) for key, line in LINES),
    )
    return replace(made, **changes)


def episode(written: Manuscript, **changes: Any) -> Episode:
    hosted = "://" in (written.audio or "")
    made = Episode(
        slug=written.slug,
        title=written.title,
        published=written.published,
        description=written.description,
        key=f"episode/{written.slug}",
        url=f"https://talk.example/episode/{written.slug}",
        guid=written.guid or written.slug,
        credits=(),
        enclosure=Enclosure(
            url=written.audio if hosted and written.audio else f"https://talk.example{written.audio}",
            mime_type="audio/mpeg",
            length=written.length if hosted else 1000,
            duration=written.duration if hosted else timedelta(minutes=30),
            key=None if hosted else (written.audio or f"audio/{written.slug}.mp3").lstrip("/"),
        ),
        chapters=written.chapters,
        notes=written.notes,
        path=written.path,
        image=written.image,
        number=written.number,
    )
    return replace(made, **changes)


def place(key: str) -> Where:
    return Where(path="podpipe.toml", line={"artwork": 5, "categories": 6, "language": 7, "description": 8}.get(key))


def demands(
    show: Show = SHOW,
    *written: Manuscript,
    profiles: tuple[Profile, ...] = PROFILES,
    picture: PictureFacts | None = GOOD,
    make: Callable[[Manuscript], Episode] = episode,
) -> tuple[Finding, ...]:
    return directory_findings(
        show,
        [make(one) for one in written],
        profiles=profiles,
        config=place,
        manuscripts={one.path: one for one in written},
        pictures={"images/artwork.jpg": picture},
    )


def briefly(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(str(finding.where), finding.rule, finding.message) for finding in findings]


def test_a_show_that_meets_every_demand_has_no_finding() -> None:
    chapters = tuple(Chapter(start=timedelta(minutes=5 * number), title=f"Cup {number}", line=20 + number) for number in range(3))
    assert demands(SHOW, manuscript(chapters=chapters)) == ()


@pytest.mark.parametrize(
    ("changes", "where", "rule", "message"),
    [
        ({"artwork": None}, "podpipe.toml:5", "artwork-none", "the show has no artwork"),
        ({"categories": ()}, "podpipe.toml:6", "category-none", "the show has no category"),
        (
            {"categories": (("Tecnology",),)},
            "podpipe.toml:6",
            "category-unknown",
            "Tecnology is none of Apple's categories; did you mean Technology?",
        ),
        ({"language": "jp"}, "podpipe.toml:7", "language-unknown", "jp is no two-letter code of ISO 639-1; did you mean ja?"),
        (
            {"description": "茶" * 1334},
            "podpipe.toml:8",
            "show-description-long",
            "the show's description has 4,002 bytes; directories take 4,000",
        ),
        ({"title": "T" * 256}, "podpipe.toml", "show-title-long", "the show's title has 256 characters; PSP-1 allows 255"),
        (
            {"owner": None},
            "podpipe.toml",
            "owner-none",
            "the feed names no owner's e-mail address; Spotify writes to it when the show is submitted or claimed",
        ),
        (
            {"site_url": "http://talk.example"},
            "podpipe.toml",
            "site-not-https",
            "http://talk.example is not served by https, which Apple recommends",
        ),
    ],
)
def test_what_a_show_lacks_is_told_at_its_setting(changes: dict[str, Any], where: str, rule: str, message: str) -> None:
    assert briefly(demands(replace(SHOW, **changes))) == [(where, rule, message)]


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        (None, [("artwork-format", "images/artwork.jpg is no picture that can be read")]),
        ({"format": "webp"}, [("artwork-format", "images/artwork.jpg is a WebP; directories take JPEG and PNG")]),
        ({"format": "png"}, [("artwork-extension", "images/artwork.jpg is a PNG, which its name does not say")]),
        (
            {"width": 1399, "height": 1399},
            [("artwork-size", "images/artwork.jpg has 1399 by 1399 pixels; directories take 1400 to 3000")],
        ),
        (
            {"width": 3001, "height": 3001},
            [("artwork-size", "images/artwork.jpg has 3001 by 3001 pixels; directories take 1400 to 3000")],
        ),
        ({"width": 1400, "height": 1401}, [("artwork-size", "images/artwork.jpg has 1400 by 1401 pixels; artwork is square")]),
        ({"colors": "CMYK"}, [("artwork-color", "images/artwork.jpg is in CMYK; directories take RGB")]),
        ({"width": 1400, "height": 1400, "colors": "P"}, []),
    ],
)
def test_all_that_is_wrong_with_artwork_is_told(facts: dict[str, Any] | None, found: list[tuple[str, str]]) -> None:
    picture = None if facts is None else replace(GOOD, **facts)
    assert [(finding.rule, finding.message) for finding in demands(picture=picture)] == found


def test_artwork_that_the_site_does_not_hold_is_not_judged() -> None:
    assert demands(replace(SHOW, artwork="https://elsewhere.example/a.gif"), picture=None) == ()


def test_an_episode_s_own_picture_is_judged_at_its_line() -> None:
    small = replace(GOOD, width=600, height=600)
    one = manuscript(image="images/one.jpg")
    found = directory_findings(
        SHOW, [episode(one)], profiles=(), config=place, manuscripts={one.path: one}, pictures={"images/one.jpg": small}
    )
    message = "images/one.jpg has 600 by 600 pixels; directories take 1400 to 3000"
    assert briefly(found) == [("episodes/a.md:6", "artwork-size", message)]


@pytest.mark.parametrize(
    ("name", "width", "mode", "facts"),
    [
        ("a.jpg", 1400, "RGB", PictureFacts(format="jpeg", width=1400, height=1400, colors="RGB")),
        ("a.png", 20, "RGBA", PictureFacts(format="png", width=20, height=20, colors="RGBA")),
        ("b.jpg", 20, "CMYK", PictureFacts(format="jpeg", width=20, height=20, colors="CMYK")),
        ("a.webp", 20, "RGB", PictureFacts(format="webp", width=20, height=20, colors="RGB")),
    ],
)
def test_a_picture_s_facts_are_read_from_the_file(tmp_path: Path, name: str, width: int, mode: str, facts: PictureFacts) -> None:
    Image.new(mode, (width, width)).save(tmp_path / name)
    assert look_at(tmp_path / name) == facts


def test_what_is_no_picture_has_no_facts(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("version https://git-lfs.github.com/spec/v1\n")
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (tmp_path / "c.jpg").write_bytes(b"")
    for name in ("a.jpg", "b.png", "c.jpg", "d.jpg"):
        assert look_at(tmp_path / name) is None


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        (("Technology",), None),
        (("Education", "How To"), None),
        (("Education", "How-To"), "How-To is no subcategory of Education; did you mean How To?"),
        (("Society and Culture",), "Society and Culture is none of Apple's categories; did you mean Society & Culture?"),
        (("technology",), "technology is none of Apple's categories; did you mean Technology?"),
        (("Documentary",), 'Documentary is a subcategory; write "Society & Culture > Documentary"'),
        (("Arts", "Documentary"), 'Documentary belongs to another category; write "Society & Culture > Documentary"'),
        (("Technology", "Gadgets"), "Technology has no subcategories, so Gadgets is none of them"),
        (("Podcasts",), "Podcasts is none of Apple's categories"),
    ],
)
def test_a_category_that_apple_does_not_have_is_told_with_what_was_meant(parts: tuple[str, ...], problem: str | None) -> None:
    assert category_problem(parts) == problem


def test_apple_has_nineteen_categories_and_ninety_one_subcategories() -> None:
    assert len(CATEGORIES) == 19
    assert sum(map(len, CATEGORIES.values())) == 91


@pytest.mark.parametrize("code", ["ja", "en-GB", "EN", "zh-Hant-TW", "fil", "yue-HK"])
def test_codes_of_languages_are_taken(code: str) -> None:
    assert language_problem(code) is None


@pytest.mark.parametrize(("code", "meant"), [("jp", "; did you mean ja?"), ("jpn-JP", "; did you mean ja-JP?"), ("xx", "")])
def test_other_codes_are_told_with_what_was_meant(code: str, meant: str) -> None:
    assert language_problem(code) == f"{code} is no two-letter code of ISO 639-1{meant}"


@pytest.mark.parametrize(
    ("changes", "where", "rule", "message"),
    [
        (
            {"audio": "/audio/茶.mp3"},
            ":4",
            "audio-name",
            "/audio/茶.mp3 has other characters than ASCII, which Apple Podcasts does not take in the address of audio",
        ),
        ({"title": "T" * 256}, ":2", "title-long", "the title has 256 characters; PSP-1 allows 255"),
        (
            {"title": "第70回 お茶"},
            ":2",
            "title-number",
            "the title begins with the episode's number, 70, which directories show by itself",
        ),
        (
            {"title": "【7】お茶", "number": 7},
            ":2",
            "title-number",
            "the title begins with the episode's number, 7, which directories show by itself",
        ),
        (
            {"notes": Notes(html="<p>" + "茶" * 1400 + "</p>")},
            "",
            "description-long",
            "the show notes have 4,207 bytes of HTML; the feed's description ends after 4,000, with a link to the rest",
        ),
        (
            {"notes": Notes(html=""), "description": ""},
            "",
            "description-none",
            "the episode has neither show notes nor a description",
        ),
    ],
)
def test_what_an_episode_lacks_is_told_at_its_line(changes: dict[str, Any], where: str, rule: str, message: str) -> None:
    assert briefly(demands(SHOW, manuscript(**changes))) == [(f"episodes/a.md{where}", rule, message)]


def test_a_name_that_not_every_app_takes_is_fine_where_the_file_is_published_under_another() -> None:
    def renamed(written: Manuscript) -> Episode:
        made = episode(written)
        assert made.enclosure is not None
        return replace(made, enclosure=replace(made.enclosure, key="audio/70.mp3"))

    assert briefly(demands(SHOW, manuscript(audio="/audio/茶.mp3"), make=renamed)) == []


@pytest.mark.parametrize("title", ["2026 in tea", "10 teas", "70年代のお茶", "Tea 70"])
def test_a_number_that_is_not_the_episode_s_is_part_of_its_title(title: str) -> None:
    assert demands(SHOW, manuscript(slug="69", title=title)) == ()


def test_audio_on_another_host_needs_its_size_and_duration_in_front_matter() -> None:
    hosted = manuscript(audio="https://cdn.example/a.mp3")
    assert briefly(demands(SHOW, hosted)) == [
        ("episodes/a.md:8", "audio-size-unknown", "nobody says how many bytes the audio has, and the feed must"),
        ("episodes/a.md:7", "duration-unknown", "nobody says how long the audio plays, which PSP-1 recommends"),
    ]
    assert demands(SHOW, replace(hosted, length=1, duration=timedelta(1))) == ()


@pytest.mark.parametrize("mime_type", ["audio/ogg", "audio/wav", "audio/flac", "audio/aac"])
def test_audio_of_a_kind_that_apple_does_not_play_is_told(mime_type: str) -> None:
    def made(written: Manuscript) -> Episode:
        plain = episode(written)
        assert plain.enclosure is not None
        return replace(plain, enclosure=replace(plain.enclosure, mime_type=mime_type))

    message = f"/audio/a.mp3 is {mime_type}; Apple Podcasts and PSP-1 take MP3, M4A, MP4 and M4V"
    assert briefly(demands(SHOW, manuscript(), make=made)) == [("episodes/a.md:4", "audio-not-played", message)]


def test_what_two_episodes_share_is_told_of_the_later_one() -> None:
    first = manuscript("first", guid="g", audio="/audio/one.mp3")
    later = manuscript("later", guid="g", audio="/audio/one.mp3", published=datetime(2026, 1, 3, tzinfo=UTC))
    assert briefly(demands(SHOW, later, first, profiles=())) == [
        ("episodes/later.md:5", "guid-repeated", "episodes/first.md has the guid g too: apps show only one of the two episodes"),
        (
            "episodes/later.md:4",
            "audio-repeated",
            "episodes/first.md has the same audio: Apple Podcasts leaves out an episode whose audio it has already",
        ),
    ]


def test_chapters_are_judged_as_players_list_them() -> None:
    chapters = (
        Chapter(start=timedelta(seconds=5), title="T" * 40, line=20),
        Chapter(start=timedelta(seconds=34), title="U" * 41, line=21),
    )
    assert briefly(demands(SHOW, manuscript(chapters=chapters))) == [
        ("episodes/a.md:20", "chapters-few", "the episode has two chapters; Apple Podcasts and Spotify show no fewer than three"),
        ("episodes/a.md:20", "chapters-start", "the first chapter begins at 0:05; Apple Podcasts and Spotify want one at 0:00"),
        (
            "episodes/a.md:20",
            "chapter-title-long",
            "this chapter's title has 40 characters, and 1 other is like it; Spotify asks for fewer than 40",
        ),
        ("episodes/a.md:20", "chapters-close", "this chapter plays for 29 seconds; Spotify asks for 30 or more"),
    ]
    assert {finding.rule for finding in demands(SHOW, manuscript(chapters=chapters), profiles=("apple",))} == {
        "chapters-few",
        "chapters-start",
    }


def test_without_a_profile_only_what_a_directory_refuses_is_told() -> None:
    poor = replace(SHOW, title="T" * 300, owner=None, site_url="http://talk.example", categories=(), language="jp")
    told = manuscript(title="第7回", notes=Notes(html="", links=()), description="", chapters=(Chapter(start=timedelta(9), title="x"),))
    assert {finding.rule for finding in demands(poor, told, profiles=())} == {"category-none", "language-unknown"}
    everything = {finding.rule for finding in demands(poor, told)}
    assert everything >= {"show-title-long", "owner-none", "site-not-https", "title-number", "description-none", "chapters-few"}
    assert all(finding.level == RULES[finding.rule].level for finding in demands(poor, told))


@pytest.mark.parametrize("name", SHOWS)
def test_the_real_shows_meet_what_directories_refuse_shows_for(shared: Path, name: str) -> None:
    settings = load_settings(shared / "shows" / name)
    job = pipeline.Job(settings=settings, as_of=datetime(2026, 11, 1, tzinfo=UTC))
    ingested = stages.ingest(job)
    enriched = stages.enrich(job, ingested)
    pictures = {file.key: look_at(file.path) for file in enriched.files if file.key == settings.show.artwork}
    manuscripts = {one.path: one for one in ingested.manuscripts}
    found = directory_findings(
        settings.show, enriched.episodes, profiles=(), config=settings.place, manuscripts=manuscripts, pictures=pictures
    )
    assert found == ()
