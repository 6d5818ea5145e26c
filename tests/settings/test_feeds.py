"""The [feeds] and [ping] tables: what each key may hold, and every problem told at once."""

from __future__ import annotations

import tomllib

import pytest

from podpipe.model import FeedChoices, PingChoices
from podpipe.settings import CONFIG, load_settings
from podpipe.settings.feeds import HUB, PODCAST_INDEX, PODPING, podping_medium, read_feeds, read_ping
from podpipe.settings.table import Table
from podpipe.settings.toml import read_toml
from tests.conftest import REPOSITORY
from tests.made_show import SETTINGS


def read(toml: str) -> tuple[FeedChoices, PingChoices, list[str]]:
    problems: list[str] = []
    top = Table(tomllib.loads(toml), problems, name="podpipe.toml")
    ping = read_ping(top)
    return read_feeds(top, people=["ann", "bob"], hub=ping.websub), ping, problems


def test_every_key_is_read() -> None:
    toml = """\
[feeds]
page_items = 100
people = ["ann"]
tags = ["git", "*"]
json = true
download_prefix = ["https://op3.dev/e,pg={guid}/", "https://dts.podtrac.com/redirect.{extension}/"]

[ping]
targets = ["file:public"]
websub = "https://hub.example/"
podcast_index = true
podping = "https://gateway.example/?node=1"
"""
    assert read(toml) == (
        FeedChoices(
            page_items=100,
            people=("ann",),
            tags=("git", "*"),
            json=True,
            download_prefixes=("https://op3.dev/e,pg={guid}/", "https://dts.podtrac.com/redirect.{extension}/"),
            hub="https://hub.example/",
        ),
        PingChoices(
            websub="https://hub.example/",
            podcast_index=PODCAST_INDEX,
            podping="https://gateway.example/?node=1",
            targets=("file:public",),
        ),
        [],
    )


def test_everything_is_off_by_default() -> None:
    assert read("") == (FeedChoices(), PingChoices(), [])
    assert read("[feeds]\njson = false\ndownload_prefix = ''\n[ping]\nwebsub = false\npodping = false\n") == (
        FeedChoices(),
        PingChoices(),
        [],
    )
    settings = read_toml(SETTINGS, root=REPOSITORY, name=CONFIG)
    assert (settings.feeds, settings.ping) == (FeedChoices(), PingChoices())


def test_true_means_the_service_that_everybody_uses() -> None:
    feeds, ping, problems = read("[ping]\nwebsub = true\npodcast_index = true\npodping = true\n")
    assert (ping.websub, ping.podcast_index, ping.podping, problems) == (HUB, PODCAST_INDEX, PODPING, [])
    assert feeds.hub == HUB


def test_one_prefix_needs_no_list() -> None:
    assert read('[feeds]\ndownload_prefix = "https://op3.dev/e/"\n')[0].download_prefixes == ("https://op3.dev/e/",)


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ("[feeds]\npage_items = 0", "feeds.page_items: must be a whole number above 0, not 0"),
        ("[feeds]\npage_items = true", "feeds.page_items: must be a whole number above 0, not True"),
        ('[feeds]\npage_items = "9"', "feeds.page_items: must be a whole number above 0, not '9'"),
        ('[feeds]\npeople = ["eve"]', "feeds.people: 'eve' is nobody in [people]; \"*\" means everybody"),
        ('[feeds]\npeople = "ann"', "feeds.people: must be a list of texts, not 'ann'"),
        ('[feeds]\ntags = [" "]', "feeds.tags: a tag must not be empty"),
        ("[feeds]\njsn = true", "feeds.jsn: is no setting; did you mean json?"),
        ("[feeds]\ndownload_prefix = 1", "feeds.download_prefix: must be a list of texts, not 1"),
        (
            '[feeds]\ndownload_prefix = "https://op3.dev/e"',
            "feeds.download_prefix: 'https://op3.dev/e' must end with a slash, or hold {url} where the audio's whole address belongs",
        ),
        ('[feeds]\ndownload_prefix = "op3.dev/e/"', "feeds.download_prefix: 'op3.dev/e/' is no http or https address in ASCII"),
        ('[feeds]\ndownload_prefix = "https://音.jp/"', "feeds.download_prefix: 'https://音.jp/' is no http or https address in ASCII"),
        (
            '[feeds]\ndownload_prefix = "https://op3.dev/{id}/"',
            "feeds.download_prefix: 'https://op3.dev/{id}/' has other parts in braces than {extension}, {guid}, {url}",
        ),
        ('[ping]\nwebsub = "hub.example"', "ping.websub: 'hub.example' is no http or https address"),
        (
            '[ping]\npodping = "https://me:secret@gateway.example/"',
            "ping.podping: must hold no user and no password: credentials never stand in this file",
        ),
        ('[ping]\ntoken = "x"', "ping.token: is no setting"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_key(toml: str, problem: str) -> None:
    problems = read(toml)[2]
    assert len(problems) == 1
    assert problems[0].startswith(f"podpipe.toml: {problem}")


def test_the_sample_show_uses_every_key_and_tells_nobody() -> None:
    written = tomllib.loads((REPOSITORY / CONFIG).read_text())
    assert set(written["feeds"]) == {"page_items", "people", "tags", "json", "download_prefix"}
    assert set(written["ping"]) == {"targets", "websub", "podcast_index", "podping"}
    ping = load_settings(REPOSITORY).ping
    assert (ping.websub, ping.podcast_index, ping.podping) == (None, None, None)


@pytest.mark.parametrize(("medium", "said"), [("podcast", "podcast"), ("music", "music"), ("musicL", "music"), ("course", "podcast")])
def test_a_podping_calls_the_show_what_its_feed_does(medium: str, said: str) -> None:
    assert podping_medium(medium) == said
