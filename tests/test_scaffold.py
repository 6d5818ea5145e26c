"""What a new show and a new episode begin with."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from podpipe.errors import ConfigError, PodpipeError
from podpipe.manuscript import read_manuscript
from podpipe.model import Manuscript, Person, SourceFile
from podpipe.scaffold import init_show, new_episode
from podpipe.settings import StaticFolder, load_settings
from tests.conftest import REPOSITORY

TEMPLATES = REPOSITORY / "templates" / "new_show"
TOKYO = timezone(timedelta(hours=9))
WHEN = datetime(2026, 11, 24, 18, 30, tzinfo=TOKYO)


def begin(folder: Path, *, title: str | None = "Our show", language: str = "en", time_zone: str = "Asia/Tokyo") -> tuple[Path, ...]:
    return init_show(folder, title=title, language=language, time_zone=time_zone, templates=TEMPLATES)


def manuscript(path: Path) -> Manuscript:
    text = path.read_text(encoding="utf-8")
    reading = read_manuscript(SourceFile(path=path.name, text=text, digest=""), zone=UTC)
    assert reading.findings == ()
    assert reading.manuscript is not None
    return reading.manuscript


def earlier(tmp_path: Path, name: str, *, audio: str = "", people: tuple[str, ...] = ()) -> Manuscript:
    path = tmp_path / name
    path.write_text(f"---\ntitle: x\naudio_file_path: {audio}\nactor_ids: {json.dumps(people)}\n---\n", encoding="utf-8")
    return manuscript(path)


def write_next(
    root: Path, title: str = "What we learned", *, when: datetime = WHEN, before: tuple[Manuscript, ...] = (), audio: str | None = None
) -> Path:
    return new_episode(root, "episodes", title, when=when, earlier=before, audio=audio)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_new_show_holds_settings_a_draft_and_a_picture(tmp_path: Path) -> None:
    folder = tmp_path / "my-show"
    written = begin(folder)
    draft = next((folder / "episodes").glob("*.md"))
    assert written == (folder / "podpipe.toml", folder / ".gitignore", draft, folder / "episodes" / "images" / "artwork.jpg")
    assert files(folder) == {path.relative_to(folder).as_posix() for path in written}
    assert (folder / "episodes" / "audio").is_dir()


def test_the_settings_of_a_new_show_are_valid(tmp_path: Path) -> None:
    begin(tmp_path, title="私たちの番組", language="ja")
    settings = load_settings(tmp_path)
    show = settings.show
    assert (show.title, show.author, show.language, show.timezone) == ("私たちの番組", "私たちの番組", "ja", "Asia/Tokyo")
    assert show.people == (Person(id="host", name="Your name"),)
    assert show.owner is None
    assert settings.targets == ("file:public",)
    assert settings.static == (
        StaticFolder(folder="episodes/images", prefix="images"),
        StaticFolder(folder="episodes/audio", prefix="audio"),
    )


def test_what_is_switched_off_in_the_settings_of_a_new_show_can_be_switched_on(tmp_path: Path) -> None:
    begin(tmp_path)
    config = tmp_path / "podpipe.toml"
    lines = config.read_text(encoding="utf-8").splitlines()
    switched_on = [line.removeprefix("# ") if " = " in line or line.startswith("# [") else line for line in lines]
    config.write_text("\n".join(switched_on), encoding="utf-8")
    show = load_settings(tmp_path).show
    assert show.owner is not None
    assert (show.owner.email, show.hashtag, show.keywords) == ("you@example.com", "myshow", ("podcast",))
    assert show.subscribe == (("Apple Podcasts", "https://podcasts.apple.com/..."),)


def test_the_first_episode_of_a_new_show_is_a_draft_of_today_without_chapters(tmp_path: Path) -> None:
    before = datetime.now(ZoneInfo("Asia/Tokyo")).replace(microsecond=0)
    begin(tmp_path)
    path = next((tmp_path / "episodes").glob("*.md"))
    first = manuscript(path)
    assert (first.slug, first.title, first.actor_ids, first.audio) == ("1", "1. Hello", ("host",), "/audio/001.mp3")
    assert first.draft
    assert first.chapters == ()
    assert first.published.utcoffset() == timedelta(hours=9)
    assert before <= first.published <= datetime.now(UTC)
    assert path.name == f"{first.published:%Y-%m-%d}-1.md"


def test_the_placeholder_artwork_is_one_that_directories_accept(tmp_path: Path) -> None:
    from PIL import Image

    begin(tmp_path)
    with Image.open(tmp_path / "episodes" / "images" / "artwork.jpg") as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (1400, 1400))


def test_a_new_show_is_named_after_its_folder_where_no_title_is_given(tmp_path: Path) -> None:
    begin(tmp_path / "morning-walks", title=None)
    assert load_settings(tmp_path / "morning-walks").show.title == "morning-walks"


@pytest.mark.parametrize("title", ['The "best" show', r"C:\audio", "Cost: $100 & more", "# not a comment", "猫🐈と暮らす", "line\nbreak"])
def test_any_title_survives_in_the_settings(tmp_path: Path, title: str) -> None:
    begin(tmp_path, title=title)
    assert tomllib.loads((tmp_path / "podpipe.toml").read_text(encoding="utf-8"))["title"] == " ".join(title.split())


@pytest.mark.parametrize("existing", ["podpipe.toml", ".gitignore", "episodes/images/artwork.jpg"])
def test_a_file_that_is_there_is_named_and_nothing_is_written(tmp_path: Path, existing: str) -> None:
    path = tmp_path / existing
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(PodpipeError) as caught:
        begin(tmp_path)
    assert caught.value.message == f"{path} is there already"
    assert files(tmp_path) == {existing}
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_show_is_begun_in_a_folder_that_holds_other_things(tmp_path: Path) -> None:
    (tmp_path / "episodes").mkdir()
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    begin(tmp_path)
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "mine"


def test_a_show_is_begun_once(tmp_path: Path) -> None:
    begin(tmp_path)
    with pytest.raises(PodpipeError, match="are there already"):
        begin(tmp_path)


@pytest.mark.parametrize(
    ("language", "time_zone", "problem"),
    [
        ("english!", "Asia/Tokyo", "podpipe.toml: language: 'english!' is no language code, such as ja or en-GB"),
        ("en", "Tokyo", "podpipe.toml: time_zone: 'Tokyo' is no time zone, such as Asia/Tokyo or Europe/Berlin"),
    ],
)
def test_settings_that_could_not_be_read_again_are_not_written(tmp_path: Path, language: str, time_zone: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        begin(tmp_path / "show", language=language, time_zone=time_zone)
    assert caught.value.problems == (problem,)
    assert not (tmp_path / "show").exists()


def test_a_folder_that_cannot_be_made_is_an_error_for_people(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(PodpipeError, match="cannot be written or read: Not a directory"):
        begin(tmp_path / "file" / "show")


def test_a_new_episode_follows_the_last_one(tmp_path: Path) -> None:
    before = (
        earlier(tmp_path, "2026-05-29-70.md", audio="/audio/070.mp3", people=("asano", "kim_junhyeong")),
        earlier(tmp_path, "2026-05-22-69.md", audio="/audio/069.mp3", people=("asano",)),
    )
    path = write_next(tmp_path, before=before)
    assert path == tmp_path / "episodes" / "2026-11-24-71.md"
    assert path.read_text(encoding="utf-8") == (
        "---\n"
        "actor_ids:\n"
        "  - asano\n"
        "  - kim_junhyeong\n"
        "audio_file_path: /audio/071.mp3\n"
        "audio_file_size:\n"
        "date: 2026-11-24 18:30:00 +0900\n"
        "description:\n"
        "duration:\n"
        "layout: article\n"
        "title: 71. What we learned\n"
        "---\n"
        "<!--\n"
        "A chapter is a heading or a list item that begins with a time, such as:\n"
        "\n"
        "    ## MM:SS What this part is about\n"
        "\n"
        "-->\n"
    )


def test_a_new_episode_reads_as_what_was_asked_for(tmp_path: Path) -> None:
    written = manuscript(write_next(tmp_path, before=(earlier(tmp_path, "2026-05-29-1.md", audio="/audio/001.mp3", people=("mio",)),)))
    assert (written.slug, written.title, written.published) == ("2", "2. What we learned", WHEN)
    assert (written.actor_ids, written.audio, written.length, written.duration) == (("mio",), "/audio/002.mp3", None, None)
    assert not written.draft


def test_the_example_of_a_chapter_is_no_chapter_and_not_on_the_page(tmp_path: Path) -> None:
    written = manuscript(write_next(tmp_path))
    assert written.chapters == ()
    assert written.notes.html.strip() == ""


def test_the_example_of_a_chapter_is_one_once_it_says_a_time(tmp_path: Path) -> None:
    path = write_next(tmp_path)
    example = next(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if "MM:SS" in line)
    path.write_text(f"---\ntitle: x\ndate: 2026-11-24\n---\n{example.replace('MM:SS', '12:34')}\n", encoding="utf-8")
    chapters = manuscript(path).chapters
    assert [(chapter.start, chapter.title) for chapter in chapters] == [(timedelta(minutes=12, seconds=34), "What this part is about")]


@pytest.mark.parametrize(
    ("slugs", "expected"),
    [
        ((), "1"),
        (("1", "2"), "3"),
        (("9",), "10"),
        (("069", "070"), "071"),
        (("007", "099"), "100"),
        (("12", "bonus", "3"), "13"),
        (("bonus",), "1"),
    ],
)
def test_the_number_follows_the_highest_one_padded_alike(tmp_path: Path, slugs: tuple[str, ...], expected: str) -> None:
    before = tuple(earlier(tmp_path, f"2026-01-01-{slug}.md") for slug in slugs)
    path = write_next(tmp_path, before=before)
    assert path.name == f"2026-11-24-{expected}.md"
    assert manuscript(path).title == f"{int(expected)}. What we learned"


def test_a_file_that_cannot_be_read_keeps_its_number(tmp_path: Path) -> None:
    (tmp_path / "episodes").mkdir()
    (tmp_path / "episodes" / "2026-10-01-4.md").write_text("no front matter", encoding="utf-8")
    assert write_next(tmp_path, before=(earlier(tmp_path, "2026-09-01-3.md"),)).name == "2026-11-24-5.md"


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("/audio/81.mp3", "/audio/82.mp3"),
        ("/audio/0081.m4a", "/audio/0082.m4a"),
        ("/audio/xrfm_081.mp3", "/audio/xrfm_082.mp3"),
        ("/audio/special.mp3", "/audio/082.mp3"),
        ("/audio/take7.mp3", "/audio/082.mp3"),
        ("", "/audio/082.mp3"),
        ("https://media.example.com/show/081.mp3?from=feed", "https://media.example.com/show/082.mp3?from=feed"),
        ("https://media.example.com/stream/2373688208.mp3", None),
    ],
)
def test_the_audio_is_named_like_the_last_one(tmp_path: Path, last: str, expected: str | None) -> None:
    before = (earlier(tmp_path, "2026-05-29-81.md", audio=last),)
    assert manuscript(write_next(tmp_path, before=before)).audio == expected


def test_audio_that_is_named_is_taken(tmp_path: Path) -> None:
    before = (earlier(tmp_path, "2026-05-29-81.md", audio="/audio/081.mp3"),)
    assert manuscript(write_next(tmp_path, before=before, audio="/audio/live: take 2.mp3")).audio == "/audio/live: take 2.mp3"


@pytest.mark.parametrize(
    "title",
    [
        "Live: from the attic",
        'He said "no" #2',
        "It's C:\\temp",
        "Ends with a colon:",
        "[brackets] {braces} & *stars* | > % @ `",
        "２回目のLLM回！研究の話＋トピック",
        "猫🐈と👨‍👩‍👧",
        "  two\n lines ",
        "true",
        "100%",
    ],
)
def test_any_title_survives_in_the_front_matter(tmp_path: Path, title: str) -> None:
    path = write_next(tmp_path, title)
    expected = f"1. {' '.join(title.split())}"
    assert manuscript(path).title == expected
    assert yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])["title"] == expected


@pytest.mark.parametrize("person", ["mio", "Hyperion_13", "no", "007", "2026-01-01", "- dash", "@at", "null", "名前"])
def test_any_person_survives_in_the_front_matter(tmp_path: Path, person: str) -> None:
    path = write_next(tmp_path, before=(earlier(tmp_path, "2026-05-29-1.md", people=(person,)),))
    assert manuscript(path).actor_ids == (person,)
    assert yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])["actor_ids"] == [person]


@pytest.mark.parametrize(
    ("title", "message"),
    [(" \n", "the title is empty"), ("be\aep", r"the title 'be\x07ep' holds a control character"), ("\udcff", "the title '\\udcff' holds")],
)
def test_a_title_that_is_no_line_of_text_is_refused(tmp_path: Path, title: str, message: str) -> None:
    with pytest.raises(PodpipeError) as caught:
        write_next(tmp_path, title)
    assert caught.value.message.startswith(message)
    assert files(tmp_path) == set()


def test_an_episode_replaces_no_file(tmp_path: Path) -> None:
    (tmp_path / "episodes" / "2026-11-24-1.md").mkdir(parents=True)
    (tmp_path / "episodes" / "2026-11-24-2.md").symlink_to(tmp_path / "nowhere")
    assert write_next(tmp_path).name == "2026-11-24-3.md"
    assert not (tmp_path / "nowhere").exists()


def test_an_episode_without_a_time_zone_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        write_next(tmp_path, when=WHEN.replace(tzinfo=None))


def test_a_folder_of_episodes_that_is_a_file_is_an_error_for_people(tmp_path: Path) -> None:
    (tmp_path / "episodes").write_text("", encoding="utf-8")
    with pytest.raises(PodpipeError, match="cannot be written or read"):
        write_next(tmp_path)
