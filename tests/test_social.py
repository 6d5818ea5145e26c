"""Social posts: what they say, how long each network takes them to be, and that they always fit."""

from __future__ import annotations

import json
import random
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from podpipe.errors import ConfigError
from podpipe.model import Chapter, Episode, Notes, Show, SocialPost
from podpipe.social import NETWORKS, Network, as_json, posts, posts_artifact, posts_lines, weighted_length
from podpipe.social.lengths import bluesky_length, mastodon_length
from podpipe.social.shorten import shorten

SHOW = Show(
    title="白金鉱業.FM",
    site_url="https://shirokane-kougyou.fm",
    language="ja",
    timezone="Asia/Tokyo",
    author="白金鉱業.FM",
    description="データ分析の話",
    hashtag="白金鉱業fm",
)
EPISODE = Episode(
    slug="70",
    title="70. ２回目のLLM回！LLM研究プロジェクトの話＋最近気になったLLMのトピックについて",
    published=datetime(2023, 5, 28, 15, tzinfo=UTC),
    description="LLM回！またまた辻さんと金さんからLLMについて教わりました！",
    key="episode/70",
    url="https://shirokane-kougyou.fm/episode/70",
    guid="https://shirokane-kougyou.fm/episode/70",
    credits=(),
    enclosure=None,
    chapters=(
        Chapter(start=timedelta(seconds=27), title="ブレインパッドの「LLM/Generative AIに関する研究プロジェクト」"),
        Chapter(start=timedelta(seconds=367), title="ChatGPTのプラグイン"),
        Chapter(start=timedelta(seconds=1440), title="プロンプトエンジニアリングの論文"),
        Chapter(start=timedelta(seconds=1836), title="インバーススケーリングロウ(クレーム)の論文"),
        Chapter(start=timedelta(seconds=2558), title="世界中でバズったDrag Your GAN"),
    ),
    notes=Notes(html=""),
    path="_posts/2023-05-29-70.md",
)
FAMILY = "👨‍👩‍👧‍👦"
# twitter-text links any domain of its own list; what it cannot know to be one is never counted as less than that.
COUNTED_HIGHER = {"Allow > 140 CJK characters by virtue of CJK chars less than 63 punycode encoded chars in the host"} | {
    "Do not allow > 140 CJK characters by virtue of CJK chars greater than 63 punycode encoded chars in the host"
}
# Configuration version 2 counted the parts of an emoji sequence one by one; version 3 has its own cases.
SUPERSEDED = {
    "Count a mix of single byte single word, and double word unicode characters",
    "Count unicode emoji chars outside the basic multilingual plane with skin tone modifiers",
}


def only(network: str, *, episode: Episode = EPISODE, show: Show = SHOW) -> tuple[SocialPost, ...]:
    return posts(replace(show, networks=(network,)), episode)


def with_titles(title: str, *chapters: str, **changes: Any) -> Episode:
    made = tuple(Chapter(start=timedelta(minutes=minute), title=chapter) for minute, chapter in enumerate(chapters))
    return replace(EPISODE, title=title, chapters=made, **changes)


def test_a_chapter_is_announced_with_its_title_the_episode_the_moment_and_the_hashtag() -> None:
    text = (
        "ChatGPTのプラグイン\n"
        "70. ２回目のLLM回！LLM研究プロジェクトの話＋最近気になったLLMのトピックについて（6:07〜）\n"
        "https://shirokane-kougyou.fm/episode/70#t=367\n"
        "#白金鉱業fm"
    )
    url = "https://shirokane-kougyou.fm/episode/70#t=367"
    assert posts(SHOW, EPISODE)[3:6] == (
        SocialPost(episode="70", chapter=2, network="x", text=text, length=145, limit=280, url=url),
        SocialPost(episode="70", chapter=2, network="bluesky", text=text, length=121, limit=300, url=url),
        SocialPost(episode="70", chapter=2, network="mastodon", text=text, length=99, limit=500, url=url),
    )


def test_posts_come_chapter_by_chapter_and_networks_in_the_shows_order() -> None:
    show = replace(SHOW, networks=("mastodon", "x"))
    order = [(post.chapter, post.network, post.url.partition("#")[2]) for post in posts(show, EPISODE)]
    times = ("t=27", "t=367", "t=1440", "t=1836", "t=2558")
    assert order == [(number, network, time) for number, time in enumerate(times, 1) for network in ("mastodon", "x")]


def test_an_episode_without_chapters_is_announced_once_with_its_description() -> None:
    (post,) = only("x", episode=replace(EPISODE, chapters=()))
    assert (post.chapter, post.url) == (None, EPISODE.url)
    assert post.text == f"{EPISODE.title}\n{EPISODE.description}\n{EPISODE.url}\n#白金鉱業fm"


def test_a_description_that_only_repeats_the_title_is_left_out() -> None:
    (post,) = only("x", episode=with_titles("Pilot", description="Pilot\n"))
    assert post.text == f"Pilot\n{EPISODE.url}\n#白金鉱業fm"


def test_a_show_in_another_language_has_no_japanese_in_its_posts() -> None:
    (post,) = only("x", show=replace(SHOW, language="en-GB", hashtag=None), episode=with_titles("Pilot", "Hello"))
    assert post.text == "Hello\nPilot (0:00)\nhttps://shirokane-kougyou.fm/episode/70#t=0"


def test_a_moment_within_a_second_is_linked_by_the_second_it_lies_in() -> None:
    chapter = Chapter(start=timedelta(hours=1, seconds=2, milliseconds=900), title="Late")
    (post,) = only("x", episode=replace(EPISODE, title="Pilot", chapters=(chapter,)))
    assert post.text == "Late\nPilot（1:00:02〜）\nhttps://shirokane-kougyou.fm/episode/70#t=3602\n#白金鉱業fm"


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("白金鉱業fm", "\n#白金鉱業fm"),
        ("#xRfm", "\n#xRfm"),
        ("＃そうっすね", "\n#そうっすね"),
        ("my show", "\n#myshow"),
        ("xR-fm!", "\n#xRfm"),
        ("データ・サイエンス", "\n#データ・サイエンス"),
        ("कार्यक्रम", "\n#कार्यक्रम"),
        ("2023", ""),
        ("#", ""),
        ("・", ""),
        ("x" * 65, ""),
        ("", ""),
        (None, ""),
    ],
)
def test_the_hashtag_is_one_that_networks_link_or_left_out(written: str | None, line: str) -> None:
    (post,) = only("x", show=replace(SHOW, hashtag=written), episode=with_titles("Pilot", "Hello"))
    assert post.text == f"Hello\nPilot（0:00〜）\nhttps://shirokane-kougyou.fm/episode/70#t=0{line}"


def test_a_network_that_nobody_knows_is_an_error_that_names_those_that_are_known() -> None:
    with pytest.raises(ConfigError) as error:
        only("myspace")
    assert str(error.value) == "podpipe writes no posts for a network called 'myspace' (it knows x, bluesky, mastodon)"


def test_text_is_nfc_on_one_line_and_without_characters_that_networks_refuse() -> None:
    episode = with_titles("Cafe\u0301\n\tno.\u00a01", "\ufeffA\x00B\x07 \u2028C\ud800\uffff\u200d")
    (post,) = only("x", episode=episode)
    assert post.text.split("\n")[:2] == ["AB C\u200d", "Caf\u00e9 no.\u00a01（0:00〜）"]


def test_what_the_author_wrote_is_kept_mentions_and_links_included() -> None:
    (post,) = only("x", episode=with_titles("With @someone", "See https://example.com/a and #this"))
    assert post.text.split("\n")[:2] == ["See https://example.com/a and #this", "With @someone（0:00〜）"]


def test_links_are_written_in_ascii_so_that_x_links_them_whole() -> None:
    episode = with_titles("Pilot", "Hello", url="https://例え.jp/episode/第七十回?a=%E3%81%82 b")
    (post,) = only("x", episode=episode)
    assert post.url == "https://例え.jp/episode/%E7%AC%AC%E4%B8%83%E5%8D%81%E5%9B%9E?a=%E3%81%82%20b#t=0"
    assert post.url in post.text


@pytest.mark.parametrize("network", NETWORKS)
def test_a_link_longer_than_the_network_allows_is_left_to_the_posts_url(network: str) -> None:
    episode = with_titles("Pilot", "Hello", url=f"http://localhost/{'long' * 200}")
    (post,) = only(network, episode=episode)
    assert (post.text, post.url) == ("Hello\nPilot（0:00〜）\n#白金鉱業fm", f"http://localhost/{'long' * 200}#t=0")


def test_of_two_long_titles_the_chapters_keeps_two_thirds() -> None:
    (post,) = only("x", episode=with_titles("話" * 300, "題" * 300))
    headline, context, *rest = post.text.split("\n")
    assert (headline, context) == ("題" * 77 + "…", "話" * 37 + "…（0:00〜）")
    assert rest == ["https://shirokane-kougyou.fm/episode/70#t=0", "#白金鉱業fm"]
    assert 276 <= post.length <= 280


def test_a_short_chapter_title_leaves_the_room_to_the_episodes() -> None:
    (post,) = only("x", episode=with_titles("話" * 300, "題"))
    headline, context, *_ = post.text.split("\n")
    assert (headline, context.count("話")) == ("題", 114)


def test_a_description_is_cut_before_the_title_and_left_out_where_little_of_it_would_stay() -> None:
    cut, gone = (only("x", episode=with_titles("話" * length, description="説明" * 200))[0].text.split("\n") for length in (60, 118))
    assert (cut[0], cut[1][-1], len(cut)) == ("話" * 60, "…", 4)
    assert (gone[0][:10], len(gone)) == ("話" * 10, 4)


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("A short title", 13, "A short title"),
        ("A title of several words", 16, "A title of…"),
        ("First thing, and then some words", 18, "First thing…"),
        ("はじめに。それから長い話", 7, "はじめに。…"),
        ("プロンプトエンジニアリング", 6, "プロンプト…"),
        ("論文のプロンプト", 6, "論文の…"),
        ("論文のChatGPT", 6, "論文の…"),
        ("See https://example.com/a/very/long/path", 20, "See…"),
        (FAMILY * 3, 15, FAMILY * 2 + "…"),
        ("e\u0323\u0301e\u0323\u0301e\u0323\u0301", 5, "e\u0323\u0301…"),
        ("Anything", 1, ""),
        ("Anything", 0, ""),
        ("", 0, ""),
    ],
)
def test_titles_are_cut_where_they_still_read_well(text: str, room: int, expected: str) -> None:
    assert shorten(text, room, len) == expected


def cases(shared: Path, name: str) -> list[dict[str, Any]]:
    conformance = yaml.safe_load((shared / "conformance/twitter-text/validate.yml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = conformance["tests"][name]
    assert found
    return found


@pytest.mark.parametrize("name", ["WeightedTweetsCounterTest", "WeightedTweetsWithDiscountedEmojiCounterTest"])
def test_x_lengths_agree_with_twitter_texts_own_cases(shared: Path, name: str) -> None:
    superseded = SUPERSEDED if name == "WeightedTweetsCounterTest" else set()
    expected = {case["description"]: case["expected"]["weightedLength"] for case in cases(shared, name)}
    counted = {case["description"]: weighted_length(case["text"]) for case in cases(shared, name)}
    assert superseded <= expected.keys()
    exact = expected.keys() - superseded - COUNTED_HIGHER
    assert {key: counted[key] for key in exact} == {key: expected[key] for key in exact}
    assert [key for key in COUNTED_HIGHER if counted[key] < expected[key]] == []


def test_x_lengths_are_never_below_those_of_every_link_that_twitter_text_finds(shared: Path) -> None:
    extract = yaml.safe_load((shared / "conformance/twitter-text/extract.yml").read_text(encoding="utf-8"))
    low = []
    for case in extract["tests"]["urls"]:
        rest = case["text"]
        for link in case["expected"]:
            rest = rest.replace(link, "", 1)
        least = 23 * len(case["expected"]) + sum(1 if ord(character) <= 0x10FF else 2 for character in unicodedata.normalize("NFC", rest))
        if weighted_length(case["text"]) < least:
            low.append(case["text"])
    assert low == []


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Hello", 5),
        ("こんにちは", 10),
        ("e\u0301", 1),
        ("©®", 2),
        ("©\ufe0f", 2),
        ("‘quoted’ – dash", 15),
        ("…", 2),
        (FAMILY, 2),
        ("👍🏽🇯🇵1️⃣❤️‍🔥🏴󠁧󠁢󠁥󠁮󠁧󠁿", 10),
        ("😷🏽", 4),
        ("Node.js", 23),
        ("Vol.1 at 3.5 GB", 15),
        ("www.example.com", 27),
        ("name@example.com", 16),
        ("https://example.com/" + "path/" * 100, 23),
        ("https://shirokane-kougyou.fm/episode/70#t=367", 23),
        ("http://localhost:8000/episode/70", 32),
        ("http://show.test/episode/70", 27),
        ("(https://example.com/a)。", 27),
    ],
)
def test_x_counts_characters_by_weight_emoji_as_two_and_links_as_23(text: str, length: int) -> None:
    assert weighted_length(text) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Hello", 5),
        ("がぎぐ", 3),
        ("か\u3099", 1),
        ("e\u0323\u0301", 1),
        (f"Family {FAMILY}!", 9),
        ("🇯🇵🇫🇷", 2),
        ("한국어", 3),
        ("https://example.com/" + "x" * 80, 100),
        (FAMILY * 10, 25),
        ("a" + "\u0301" * 500, 101),
    ],
)
def test_bluesky_counts_graphemes_and_no_more_than_ten_bytes_to_each(text: str, length: int) -> None:
    assert bluesky_length(text) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Hello", 5),
        ("こんにちは", 5),
        (FAMILY, 7),
        ("See https://example.com/" + "x" * 80, 27),
        ("https://a.jp", 23),
        ("example.com", 11),
        ("http://localhost/" + "x" * 20, 37),
    ],
)
def test_mastodon_counts_characters_and_links_as_23(text: str, length: int) -> None:
    assert mastodon_length(text) == length


ALPHABETS = (
    "abcdefghij klmnop qrst, uvw. xyz",
    "日本語の題名です。「引用」　とカタカナー・",
    f"{FAMILY}|👍🏽|🇯🇵|1️⃣|❤️|é|e\u0323\u0301|か\u3099|a\u0301\u0301\u0301\u0301|ｶﾞ|각|\u0e01\u0e33".split("|"),
    ["example.com ", "https://example.com/path ", "Node.js、", "@someone ", "#tag ", "http://例え.jp/ ", "a.b-", "http://localhost/x "],
)


def random_title(source: random.Random) -> str:
    parts = [piece for alphabet in source.sample(ALPHABETS, source.randint(1, len(ALPHABETS))) for piece in alphabet]
    return "".join(source.choice(parts) for _ in range(source.choice((0, 5, 40, 100, 300))))


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_whatever_the_titles_a_post_fits_and_keeps_its_link_and_hashtag_whole(network: Network) -> None:
    source = random.Random(70)  # noqa: S311 - the same titles every time, and nothing to guess
    for _ in range(150):
        chapters = [random_title(source)] if source.random() < 0.7 else []
        episode = with_titles(random_title(source), *chapters, description=random_title(source))
        (post,) = only(network.name, episode=episode)
        assert post.length == network.length(post.text) <= network.limit
        assert post.text.split("\n")[-2:] == [post.url, "#白金鉱業fm"]
        assert unicodedata.is_normalized("NFC", post.text)
        assert len(post.text.encode()) <= 3000


def test_posts_are_kept_as_a_json_array_with_an_episode_per_line() -> None:
    long = with_titles("長い題名" * 100, "長い章" * 150, "短い章")
    made = [*posts(SHOW, EPISODE), *posts(SHOW, long)]
    silent = replace(SHOW, networks=())
    artifact = posts_artifact([posts_lines(SHOW, EPISODE), posts_lines(silent, EPISODE), posts_lines(SHOW, long)])
    assert isinstance(artifact.content, bytes)
    assert (artifact.key, artifact.content_type, artifact.cache_control) == ("posts.json", "application/json", "public, max-age=300")
    assert json.loads(artifact.content) == [as_json(post) for post in made]
    assert list(as_json(made[0])) == ["episode", "chapter", "network", "text", "length", "limit", "url"]
    assert artifact.content.decode().count("\n") == 4
    assert "ChatGPTのプラグイン" in artifact.content.decode()


def test_no_posts_are_an_empty_array() -> None:
    content = posts_artifact([]).content
    assert isinstance(content, bytes)
    assert json.loads(content) == []
