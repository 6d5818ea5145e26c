"""A Yattecast show's _config.yml, as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from podpipe.errors import ConfigError
from podpipe.model import Owner, Person, Show
from podpipe.settings import GuardSettings, Settings, StaticFolder, load_settings
from podpipe.settings.yattecast import JEKYLL_EXCLUDES, read_yattecast
from tests.conftest import SHOWS

ROOT = Path("show")
FULL = """\
title: Test Talk
url: https://talk.example/
baseurl: /show/
timezone: Asia/Tokyo
author: Ann
email: ann@talk.example
description: Short
description_long: A longer description
hashtag: "#testtalk"
keywords: talk, tests,
language: en
permalink: /episode/:title
itunes_podcast_url: https://podcasts.apple.com/1
spotify_podcast_url:
android_podcast_subscription_url: https://android.example/1
exclude:
  - README.md
  - drafts/
actors:
  ann:
    name: Ann
    url: https://ann.example
    image_url: /images/actors/ann.jpg
  bob:
    name:
    image_url: https://cdn.example/bob.jpg
"""


def read(text: str) -> Settings:
    return read_yattecast(text, root=ROOT, name="_config.yml")


def show(**changes: str) -> Show:
    return read("".join(f"{key}: {value}\n" for key, value in ({"title": "T", "url": "https://t.example"} | changes).items())).show


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return list(caught.value.problems)


def test_every_key_that_yattecast_knows_is_read() -> None:
    settings = read(FULL)
    assert settings.liquid is not None
    assert settings.liquid["description_long"] == "A longer description"
    assert replace(settings, liquid=None) == Settings(
        root=ROOT,
        config="_config.yml",
        show=Show(
            title="Test Talk",
            site_url="https://talk.example/show",
            language="en",
            timezone="Asia/Tokyo",
            author="Ann",
            description="A longer description",
            owner=Owner(name="Ann", email="ann@talk.example"),
            subtitle="Short",
            artwork="images/artwork.jpg",
            categories=(("Technology",),),
            people=(
                Person(id="ann", name="Ann", url="https://ann.example", image="images/actors/ann.jpg"),
                Person(id="bob", name="bob", image="https://cdn.example/bob.jpg"),
            ),
            hashtag="testtalk",
            permalink="/episode/:title",
            keywords=("talk", "tests"),
            subscribe=(("Apple Podcasts", "https://podcasts.apple.com/1"), ("Android", "https://android.example/1")),
            lenient=True,
        ),
        episodes="_posts",
        static=(StaticFolder(folder="", prefix=""),),
        targets=("file:public",),
        cron="0 3 * * *",
        check_links=True,
        whole_site=True,
        exclude=JEKYLL_EXCLUDES | {"README.md", "drafts"},
        guard=GuardSettings(live=True),
    )


def test_a_title_and_an_address_are_enough() -> None:
    assert show() == Show(
        title="T",
        site_url="https://t.example",
        language="ja",
        timezone="UTC",
        author="T",
        description="T",
        subtitle="T",
        artwork="images/artwork.jpg",
        categories=(("Technology",),),
        permalink="/:year/:month/:day/:title.html",
        lenient=True,
    )


@pytest.mark.parametrize(
    ("written", "permalink"),
    [
        ("", "/:year/:month/:day/:title.html"),
        ("date", "/:year/:month/:day/:title.html"),
        ("pretty", "/:year/:month/:day/:title/"),
        ("none", "/:title.html"),
        ("/episode/:title", "/episode/:title"),
        ("episode/:slug", "/episode/:title"),
        ("/:categories/:title.html", "/:title.html"),
    ],
)
def test_jekylls_permalinks_are_known(written: str, permalink: str) -> None:
    assert show(permalink=written).permalink == permalink


@pytest.mark.parametrize("written", ["/:i_month/:title", "/episode", "ordinal", "/../:title"])
def test_a_permalink_that_is_not_known_is_told(written: str) -> None:
    expected = f"_config.yml: permalink: {written!r} has parts that podpipe does not know; it knows :title, :year, :month and :day"
    assert problems(f"title: T\nurl: https://t.example\npermalink: {written}\n") == [expected]


def test_every_problem_is_told_at_once() -> None:
    assert problems("url: t.example\ntimezone: JST\nhashtag: [a]\nitunes_podcast_url: {a: b}\nactors:\n  ann: Ann\n") == [
        "_config.yml: timezone: 'JST' is no time zone, such as Asia/Tokyo",
        "_config.yml: title: is missing; it must be text in quotes",
        "_config.yml: url: 't.example' is no http or https address",
        "_config.yml: actors.ann: must hold name, url and image_url",
        "_config.yml: hashtag: must be text in quotes, not ['a']",
        "_config.yml: itunes_podcast_url: must be text in quotes, not {'a': 'b'}",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: a: b", "_config.yml, line 1 is not valid YAML: mapping values are not allowed"),
        ("title: T\nurl: \x01", "_config.yml, line 2 is not valid YAML: it holds the control character U+0001"),
        ("? [a]\n: b", "_config.yml, line 1 is not valid YAML: a key must be a word"),
        ("a: &a [*a]", "_config.yml, line 1 is not valid YAML: a list or mapping holds itself"),
        ("- title", "_config.yml, line 1 is not valid YAML: it is no list of keys and values"),
        ("", "_config.yml must hold keys and values"),
    ],
)
def test_what_is_no_configuration_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert str(caught.value).startswith(message)
    assert caught.value.path == "_config.yml"


@pytest.mark.parametrize(("written", "names"), [("exclude: drafts", {"drafts"}), ("exclude:", set()), ("exclude: [a/, b]", {"a", "b"})])
def test_one_name_or_several_may_be_excluded(written: str, names: set[str]) -> None:
    assert read(f"title: T\nurl: https://t.example\n{written}\n").exclude == JEKYLL_EXCLUDES | names


def test_real_shows_are_read_as_they_are(shared: Path) -> None:
    shows = {name: load_settings(shared / "shows" / name).show for name in SHOWS}
    told = {
        name: (show.title, show.site_url, len(show.people), show.hashtag, show.owner and show.owner.email) for name, show in shows.items()
    }
    assert told == {
        "researchat": ("Researchat.fm", "https://researchat.fm", 21, "researchatfm", "researchat.fm@gmail.com"),
        "shirokane": ("白金鉱業.FM", "https://shirokane-kougyou.github.io", 63, "白金鉱業fm", "shirokanekougyou@gmail.com"),
        "soussune": ("soussune", "https://soussune.com", 0, "soussune", "soussune.user@gmail.com"),
        "xrfm": ("xR.fm", "https://nkjzm.github.io/xrfm", 6, "xRfm", "xr.podcast@gmail.com"),
        "yarukinai": ("Yarukinai.fm", "https://yarukinai.fm", 19, "yarukinaifm", "tetuo41@gmail.com"),
        "yatteiki": ("yatteiki.fm", "https://yatteiki.fm", 19, "yatteikifm", "yatteikifm@gmail.com"),
    }
    assert {(show.timezone, show.language, show.permalink, show.lenient) for show in shows.values()} == {
        ("Asia/Tokyo", "ja", "/episode/:title", True)
    }
