"""podpipe.toml: every key that a show may set, and every problem told at once with its key."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from podpipe.errors import ConfigError
from podpipe.model import Channel, Owner, Person, Show, Where
from podpipe.settings import AudioSettings, GuardSettings, Settings, StaticFolder, load_settings
from podpipe.settings.toml import read_toml

ROOT = Path("show")
NEEDED = {
    "title": '"Test Talk"',
    "site_url": '"https://talk.example/"',
    "language": '"en-GB"',
    "time_zone": '"Europe/Berlin"',
    "description": '"A show."',
}
FULL = """\
title = "Test Talk"
site_url = "https://talk.example/show/"
language = "ja"
time_zone = "Asia/Tokyo"
author = "Ann & Bob"
description = "A show."
subtitle = "Short"
artwork = "/images/artwork.jpg"
categories = ["Technology", "Society & Culture > Documentary"]
explicit = true
hashtag = "#testtalk"
feedback_form = "https://forms.example/1"
networks = ["mastodon", "x"]
targets = ["file:public", "s3://bucket/talk"]
permalink = "/:year/:month/:day/:title/"
episodes = "_posts/"
static = ["images", "media/audio/"]
keywords = ["talk", "tests"]
copyright = "Ann 2026"
check_links = false

[feed]
type = "serial"

[owner]
name = "Ann"
email = "ann@talk.example"

[people.ann]
name = "Ann"
url = "https://ann.example"
image = "/images/ann.jpg"
role = "Guest"

[people.bob]

[subscribe]
"Apple Podcasts" = "https://podcasts.apple.com/1"

[schedule]
cron = "30 4 * * mon-fri"

[check]
profiles = ["psp1", "apple"]

[check.rules]
link-own-site = "off"
liquid = "error"

[audio]
tags = false
replace_tags = true
id3 = "2.4"
ascii_names = false
measure_hosted = false

[guard]
live = true

[audio.addresses]
"s3://bucket/" = "https://media.example/"
"s3://bucket/long" = "https://long.example"
"""


def text(**changes: str) -> str:
    return "".join(f"{key} = {value}\n" for key, value in (NEEDED | changes).items() if value)


def read(**changes: str) -> Settings:
    return read_toml(text(**changes), root=ROOT, name="podpipe.toml")


def problems(toml: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_toml(toml, root=ROOT, name="podpipe.toml")
    assert caught.value.path == "podpipe.toml"
    return list(caught.value.problems)


def test_every_key_is_read() -> None:
    assert read_toml(FULL, root=ROOT, name="podpipe.toml") == Settings(
        root=ROOT,
        config="podpipe.toml",
        show=Show(
            title="Test Talk",
            site_url="https://talk.example/show",
            language="ja",
            timezone="Asia/Tokyo",
            author="Ann & Bob",
            description="A show.",
            owner=Owner(name="Ann", email="ann@talk.example"),
            subtitle="Short",
            artwork="images/artwork.jpg",
            categories=(("Technology",), ("Society & Culture", "Documentary")),
            explicit=True,
            people=(
                Person(id="ann", name="Ann", url="https://ann.example", image="images/ann.jpg", role="guest"),
                Person(id="bob", name="bob", url=None, image=None, role="host"),
            ),
            hashtag="testtalk",
            feedback_url="https://forms.example/1",
            networks=("mastodon", "x"),
            permalink="/:year/:month/:day/:title/",
            keywords=("talk", "tests"),
            subscribe=(("Apple Podcasts", "https://podcasts.apple.com/1"),),
            copyright="Ann 2026",
            channel=Channel(type="serial", regulars=("bob",)),
        ),
        episodes="_posts",
        static=(StaticFolder(folder="images", prefix="images"), StaticFolder(folder="media/audio", prefix="audio")),
        targets=("file:public", "s3://bucket/talk"),
        cron="30 4 * * mon-fri",
        check_links=False,
        profiles=("apple", "psp1"),
        rules={"link-own-site": "off", "liquid": "error"},
        audio=AudioSettings(
            tags=False,
            replace_tags=True,
            id3="2.4",
            ascii_names=False,
            measure_hosted=False,
            addresses=(("s3://bucket/long", "https://long.example"), ("s3://bucket", "https://media.example")),
        ),
        guard=GuardSettings(live=True),
    )


def test_what_is_left_out_has_its_default() -> None:
    assert read() == Settings(
        root=ROOT,
        config="podpipe.toml",
        show=Show(
            title="Test Talk",
            site_url="https://talk.example",
            language="en-GB",
            timezone="Europe/Berlin",
            author="Test Talk",
            description="A show.",
            networks=("x", "bluesky", "mastodon"),
            permalink="/episode/:title",
        ),
        episodes="episodes",
        static=(StaticFolder(folder="images", prefix="images"), StaticFolder(folder="audio", prefix="audio")),
        targets=("file:public",),
        cron="0 3 * * *",
        check_links=True,
        audio=AudioSettings(tags=True, ascii_names=True),
    )


def test_a_show_may_post_to_no_network() -> None:
    assert read(networks="[]").show.networks == ()


def test_every_problem_is_told_at_once_with_file_and_key() -> None:
    toml = text(title="", site_url='"talk.example"', explicit='"no"', tilte='"T"') + '[owner]\nemail = "ann"\n[people.ann]\nurl = 1\n'
    assert problems(toml) == [
        "podpipe.toml: owner.email: 'ann' is no e-mail address",
        "podpipe.toml: title: is missing; it must be text in quotes",
        "podpipe.toml: site_url: 'talk.example' is no http or https address",
        "podpipe.toml: explicit: must be true or false, not 'no'",
        "podpipe.toml: people.ann.url: must be text in quotes, not 1",
        "podpipe.toml: tilte: is no setting; did you mean title?",
    ]


def test_the_error_reads_as_a_list_for_people() -> None:
    with pytest.raises(ConfigError) as caught:
        read(title='""', language="1")
    assert str(caught.value) == (
        "podpipe.toml has 2 problems:\n  podpipe.toml: title: must not be empty\n  podpipe.toml: language: must be text in quotes, not 1"
    )


@pytest.mark.parametrize("key", sorted(NEEDED))
def test_what_a_show_cannot_do_without_is_asked_for(key: str) -> None:
    assert problems(text(**{key: ""})) == [f"podpipe.toml: {key}: is missing; it must be text in quotes"]


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("site_url", "ftp://talk.example", "'ftp://talk.example' is no http or https address"),
        ("site_url", "https://", "'https://' is no http or https address"),
        ("site_url", "http://[x", "'http://[x' is no http or https address"),
        ("site_url", "https://talk.example:port", "'https://talk.example:port' is no http or https address"),
        ("site_url", "https://a b", "'https://a b' is no http or https address"),
        ("site_url", "https://a.example/?b", "'https://a.example/?b' must end with its path: every page's address is made by adding to it"),
        ("language", "English please", "'English please' is no language code, such as ja or en-GB"),
        ("time_zone", "JST+9", "'JST+9' is no time zone, such as Asia/Tokyo or Europe/Berlin"),
        ("time_zone", "../etc/passwd", "'../etc/passwd' is no time zone, such as Asia/Tokyo or Europe/Berlin"),
        ("time_zone", "Asia", "'Asia' is no time zone, such as Asia/Tokyo or Europe/Berlin"),
        ("artwork", "../artwork.jpg", "'../artwork.jpg' leaves the show's folder"),
        ("artwork", "images\\\\..\\\\..\\\\a.jpg", "'images\\\\..\\\\..\\\\a.jpg' leaves the show's folder"),
        ("artwork", "http://[x", "'http://[x' is no http or https address"),
        ("artwork", "ftp://a.example/a.jpg", "'ftp://a.example/a.jpg' is no http or https address"),
        ("episodes", "../episodes", "'../episodes' leaves the show's folder"),
        ("episodes", "C:/episodes", "'C:/episodes' leaves the show's folder"),
        ("feedback_form", "forms.example", "'forms.example' is no http or https address"),
        ("permalink", "/episode", "'/episode' must hold :title, and may hold :year, :month and :day, as in /episode/:title"),
        ("permalink", "/:slug/:title", "'/:slug/:title' must hold :title, and may hold :year, :month and :day, as in /episode/:title"),
        ("permalink", "/../:title", "'/../:title' must hold :title, and may hold :year, :month and :day, as in /episode/:title"),
        ("permalink", "/?e=:title", "'/?e=:title' must hold :title, and may hold :year, :month and :day, as in /episode/:title"),
    ],
)
def test_a_value_that_cannot_be_used_is_told(key: str, value: str, problem: str) -> None:
    assert problems(text(**{key: f'"{value}"'})) == [f"podpipe.toml: {key}: {problem}"]


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ('categories = ["A > B > C"]', "categories: 'A > B > C' must be a category or \"Category > Subcategory\""),
        ('categories = ["A >"]', "categories: 'A >' must be a category or \"Category > Subcategory\""),
        ('categories = "A"', "categories: must be a list of texts, not 'A'"),
        ("keywords = [1]", "keywords: every entry must be text in quotes"),
        ('networks = ["x", "myspace"]', "networks: 'myspace' is not one of x, bluesky, mastodon"),
        ('static = ["../secrets"]', "static: '../secrets' is no folder below the show's folder"),
        ('static = ["/"]', "static: '/' is no folder below the show's folder"),
        ('owner = "Ann"', "owner: must be a table, not 'Ann'"),
        ('people = ["ann"]', "people: must be a table, not ['ann']"),
        ('people.ann = "Ann"', "people.ann: must be a table, not 'Ann'"),
        ('people.ann.image = "../ann.jpg"', "people.ann.image: '../ann.jpg' leaves the show's folder"),
        ('people.ann.image = "http://[x"', "people.ann.image: 'http://[x' is no http or https address"),
        ('people.ann.twitter = "ann"', "people.ann.twitter: is no setting"),
        ('owner.mail = "a@b.example"', "owner.mail: is no setting; did you mean email?"),
        ('schedule.cron = "daily"', "schedule.cron: 'daily' must have five fields: minute, hour, day, month, weekday"),
        ('schedule.at = "3:00"', "schedule.at: is no setting"),
        ("subscribe.Apple = 1", "subscribe.Apple: must be text in quotes, not 1"),
        ("check_links = 1", "check_links: must be true or false, not 1"),
        ('check = "all"', "check: must be a table, not 'all'"),
        ("audio.tag = true", "audio.tag: is no setting; did you mean tags?"),
        ("audio.tags = 1", "audio.tags: must be true or false, not 1"),
        ('audio.id3 = "2.2"', "audio.id3: '2.2' is not one of 2.3, 2.4"),
        (
            'audio.addresses."https://a.example" = "https://b.example"',
            "audio.addresses.https://a.example: must be a place in a bucket, such as s3://my-bucket/audio",
        ),
        ('audio.addresses."s3://b" = "b.example"', "audio.addresses.s3://b: 'b.example' is no http or https address"),
        ('check.profile = ["apple"]', "check.profile: is no setting; did you mean profiles?"),
        ('check.profiles = ["itunes"]', "check.profiles: 'itunes' is not one of apple, spotify, psp1"),
        ("check.rules.liquid = false", "check.rules.liquid: must be text in quotes, not False"),
        ('check.rules.liquid = ""', "check.rules.liquid: must not be empty"),
        ('check.rules.liquid = "on"', "check.rules.liquid: must be one of off, info, warning, error, not 'on'"),
        ('check.rules.link-own-sit = "off"', "check.rules.link-own-sit: is no rule; did you mean link-own-site?"),
        (
            'check.rules.title-missing = "off"',
            (
                "check.rules.title-missing: must stay an error: the episode has no title, "
                "and publishing all the same would take an episode from listeners"
            ),
        ),
    ],
)
def test_lists_and_tables_are_checked_entry_by_entry(toml: str, problem: str) -> None:
    assert problems(text() + toml) == [f"podpipe.toml: {problem}"]


def test_broken_toml_is_an_error_with_its_line() -> None:
    with pytest.raises(ConfigError, match=r"podpipe\.toml is not valid TOML: .*line 2") as caught:
        read_toml('title = "T"\nsite_url = https://talk.example\n', root=ROOT, name="podpipe.toml")
    assert caught.value.hint == "texts stand in double quotes, tables begin with [name]"


def test_podpipe_toml_outranks_a_jekyll_configuration(tmp_path: Path) -> None:
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_config.yml").write_text("title: Old\nurl: https://old.example\n")
    (tmp_path / "podpipe.toml").write_bytes(b"\xef\xbb\xbf" + text().replace("\n", "\r\n").encode())
    assert load_settings(tmp_path) == dataclasses.replace(read(), root=tmp_path)


def test_the_place_of_a_setting_is_known_for_findings(tmp_path: Path) -> None:
    (tmp_path / "podpipe.toml").write_text("# a show\n" + text(artwork='"a.jpg"'))
    settings = load_settings(tmp_path)
    assert settings.place("language") == Where(path="podpipe.toml", line=4)
    assert settings.place("artwork") == Where(path="podpipe.toml", line=7)
    assert settings.place("categories") == Where(path="podpipe.toml")
    (tmp_path / "podpipe.toml").write_text(FULL)
    assert load_settings(tmp_path).place("people.bob") == Where(path="podpipe.toml", line=35)


def test_the_place_of_a_setting_in_a_jekyll_configuration_is_known_too(tmp_path: Path) -> None:
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_config.yml").write_text("actors:\n  ann:\n    title: x\ntitle: Old\nurl: https://old.example\n")
    assert load_settings(tmp_path).place("title") == Where(path="_config.yml", line=4)
    assert load_settings(tmp_path).place("people.ann") == Where(path="_config.yml", line=2)


def test_a_folder_without_a_show_says_how_to_begin_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds no show: neither podpipe\.toml nor _config\.yml with _posts/") as caught:
        load_settings(tmp_path)
    assert "podpipe init" in caught.value.hint
    with pytest.raises(ConfigError, match="is no folder"):
        load_settings(tmp_path / "nowhere")


def test_settings_that_are_not_utf_8_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "podpipe.toml").write_bytes("title = '日本'".encode("shift_jis"))
    with pytest.raises(ConfigError, match=r"podpipe\.toml is not UTF-8 text \(byte 9\)"):
        load_settings(tmp_path)
