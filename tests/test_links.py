"""Links to the show's own site: which are found in what is published, and which are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from podpipe.links import own_link_findings
from podpipe.model import Episode, Finding, Link, Notes, Show, Where

SHOW = Show(title="T", site_url="https://talk.example", language="en", timezone="UTC", author="A", description="D")
EPISODE = Episode(
    slug="70",
    title="A talk",
    published=datetime(2026, 5, 29, tzinfo=UTC),
    description="",
    key="episode/70",
    url="https://talk.example/episode/70",
    guid="g",
    credits=(),
    enclosure=None,
    chapters=(),
    notes=Notes(html=""),
    path="episodes/2026-05-29-70.md",
)
KEYS = frozenset({"index.html", "episode/69", "episode/70", "about.html", "people/index.html", "images/a b.png", "episode/日本"})


def told(url: str, *, show: Show = SHOW, page: str = EPISODE.url, held_back: frozenset[str] = frozenset()) -> list[str]:
    episode = replace(EPISODE, url=page, notes=Notes(html="", links=(Link(url=url, line=12, column=3),)))
    return [finding.message for finding in own_link_findings([episode], show=show, keys=KEYS, held_back=held_back)]


@pytest.mark.parametrize(
    "url",
    [
        "https://talk.example",
        "https://talk.example/",
        "http://talk.example/episode/69",
        "https://talk.example/episode/69#show-notes",
        "https://talk.example/episode/69?t=10",
        "/episode/69",
        "/episode/69/",
        "/episode/69.html",
        "/about",
        "/about.html",
        "/people",
        "/people/",
        "69",
        "./69",
        "../about",
        "//talk.example/about",
        "/images/a%20b.png",
        "/images/a b.png",
        "/episode/%E6%97%A5%E6%9C%AC",
        "/episode/日本",
        "",
    ],
)
def test_a_link_to_what_is_published_is_found_however_it_is_written(url: str) -> None:
    assert told(url) == []


@pytest.mark.parametrize(
    "url",
    [
        "#show-notes",
        "mailto:talk@example.com",
        "tel:+81",
        "https://other.example/episode/71",
        "https://other.example/?from=talk.example",
        "https://talk.example.other/episode/71",
        "ftp://talk.example/71",
        "http://[x",
        "http://[talk.example/71",
        "//[talk.example",
    ],
)
def test_a_link_that_leads_elsewhere_is_nobodys_business_here(url: str) -> None:
    assert told(url) == []


@pytest.mark.parametrize("url", ["https://talk.example/episode/71", "/episode/71", "71", "/images/a.png", "/episode/日本語", "/people/ann"])
def test_a_link_to_what_the_site_will_not_hold_is_told(url: str) -> None:
    assert told(url) == [f"{url} is no page or file of this site"]


def test_a_finding_says_where_and_what_to_do() -> None:
    notes = Notes(html="", links=(Link(url="/a", line=12, column=3), Link(url="/episode/69", line=13), Link(url="/b", line=14)))
    findings = own_link_findings([replace(EPISODE, notes=notes)], show=SHOW, keys=KEYS)
    hint = "correct the link, or add the file to a folder that is published"
    assert findings == tuple(
        Finding(
            level="warning",
            rule="link-own-site",
            where=Where(path=EPISODE.path, line=line, column=column),
            message=f"{url} is no page or file of this site",
            hint=hint,
        )
        for url, line, column in (("/a", 12, 3), ("/b", 14, None))
    )


def test_a_link_to_an_episode_that_is_held_back_says_so() -> None:
    assert told("/episode/71", held_back=frozenset({"episode/71"})) == ["/episode/71 is not public yet"]


@pytest.mark.parametrize(
    ("url", "messages"),
    [
        ("https://talk.example/show/episode/69", []),
        ("/show/episode/69", []),
        ("69", []),
        ("https://talk.example/show", []),
        ("https://talk.example/episode/69", []),
        ("/showcase", []),
        ("/show/episode/71", ["/show/episode/71 is no page or file of this site"]),
    ],
)
def test_a_site_below_a_path_is_judged_below_it_alone(url: str, messages: list[str]) -> None:
    show = replace(SHOW, site_url="https://talk.example/show")
    assert told(url, show=show, page="https://talk.example/show/episode/70") == messages
