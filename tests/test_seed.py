"""Real episodes, word by word: the seed episode, and all that six shows have published."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from podpipe.manuscript import read_manuscript
from podpipe.model import Manuscript, SourceFile
from podpipe.settings import load_settings
from podpipe.sources import read_episodes
from tests.conftest import SHOWS

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def seed(shared: Path) -> Manuscript:
    text = (shared / "seed/2023-05-29-70.md").read_text()
    reading = read_manuscript(SourceFile(path="_posts/2023-05-29-70.md", text=text, digest="d"), zone=BERLIN)
    assert reading.findings == ()
    assert reading.manuscript is not None
    return reading.manuscript


def test_the_seed_episode_comes_out_right(seed: Manuscript) -> None:
    assert (seed.slug, seed.published, seed.published.utcoffset()) == (
        "70",
        datetime(2023, 5, 29, tzinfo=timezone(timedelta(hours=9))),
        timedelta(hours=9),
    )
    assert seed.title == "70. ２回目のLLM回！LLM研究プロジェクトの話＋最近気になったLLMのトピックについて"
    assert seed.description == "LLM回！またまた辻さんと金さんからLLMについて教わりました！"
    assert seed.actor_ids == ("asano", "Hyperion_13", "kim_junhyeong")
    assert (seed.audio, seed.length, seed.duration, seed.draft) == ("/audio/070.mp3", None, None, False)
    assert [(chapter.start.total_seconds(), chapter.title, chapter.line) for chapter in seed.chapters] == [
        (27, "ブレインパッドの「LLM/Generative AIに関する研究プロジェクト」", 18),
        (367, "ChatGPTのプラグイン", 27),
        (1440, "プロンプトエンジニアリングの論文", 36),
        (1836, "インバーススケーリングロウ(クレーム)の論文", 42),
        (2558, "世界中でバズったDrag Your GAN", 49),
    ]
    assert [(link.line, link.url) for link in seed.notes.links] == [
        (14, "https://twitter.com/search?q=%23%E7%99%BD%E9%87%91%E9%89%B1%E6%A5%ADfm&src=typed_query"),
        (15, "https://forms.gle/pRVNhjrhk8F88T228"),
        (21, "https://blog.brainpad.co.jp/entry/2023/05/15/153006"),
        (22, "https://blog.brainpad.co.jp/entry/2023/05/16/153000"),
        (24, "https://www.brainpad.co.jp/doors/knowledge/01_chatgpt_fine_tuning_internal_documents/"),
        (25, "https://twitter.com/Open_BrainPad"),
        (29, "https://openai.com/blog/chatgpt-plugins#browsing"),
        (33, "https://openai.com/blog/chatgpt-plugins#code-interpreter"),
        (37, "https://paperswithcode.com/paper/plan-and-solve-prompting-improving-zero-shot"),
        (40, "https://blog.langchain.dev/plan-and-execute-agents/"),
        (43, "https://paperswithcode.com/paper/an-inverse-scaling-law-for-clip-training"),
        (47, "https://twitter.com/Open_BrainPad/status/1649210122797973504?s=20"),
        (50, "https://arxiv.org/pdf/2305.10973.pdf"),
    ]


def test_the_seed_episodes_lists_are_lists_and_its_rules_are_rules(seed: Manuscript) -> None:
    notes = seed.notes.html
    assert notes.count("にてお待ちしております！</p>\n<hr />\n<hr />\n<h2 ") == 1
    assert (
        "→ β版\n<ul>\n<li>Bing Chat</li>\n<li>検索 → クリック → コンテンツを読む</li>\n"
        "<li>回答のソースがわかるのでより信憑性のある会話ができる</li>\n</ul>\n</li>\n"
    ) in notes
    assert (notes.count("<hr />"), notes.count("<h2 "), notes.count("<h1"), notes.count("<ul>"), notes.count("<li>")) == (2, 5, 0, 9, 21)
    text = re.sub("<[^>]*>", "", notes)
    assert "---" not in text
    assert "—" not in text
    assert not re.search(r"^\s*- ", text, re.MULTILINE)


@pytest.mark.parametrize(("show", "episodes"), tuple(zip(SHOWS, (170, 89, 34, 81, 326, 62), strict=True)))
def test_every_episode_of_a_real_show_is_read_without_an_error(shared: Path, show: str, episodes: int) -> None:
    settings = load_settings(shared / "shows" / show)
    folder = read_episodes(settings.root, settings.episodes)
    assert folder.findings == ()
    zone = ZoneInfo(settings.show.timezone)
    readings = [read_manuscript(file, zone=zone, site=settings.liquid) for file in folder.files]
    assert [finding for reading in readings for finding in reading.findings if finding.level != "info"] == []
    assert len([reading for reading in readings if reading.manuscript]) == episodes


def test_heading_ids_of_a_real_show_are_those_that_are_published_today(shared: Path) -> None:
    settings = load_settings(shared / "shows/shirokane")
    published = (shared / "shows/shirokane/feed-published-today.xml").read_text()
    theirs = {}
    for item in re.findall("<item>(.*?)</item>", published, re.DOTALL):
        slug = re.findall("<link>.*?/episode/(.*?)</link>", item)[0]
        theirs[slug] = re.findall(r"&lt;h[1-6] id=&quot;(.*?)&quot;", item)
    ours = {}
    for file in read_episodes(settings.root, settings.episodes).files:
        episode = read_manuscript(file, zone=BERLIN, site=settings.liquid).manuscript
        assert episode is not None
        ours[episode.slug] = [anchor for _, anchor in episode.notes.anchors]
    assert ours == theirs
