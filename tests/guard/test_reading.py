"""Reading published feeds: of several engines, damaged ones, hostile ones, and those in pages."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import starmap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe import pipeline
from podpipe.guard import PublishedFeed, PublishedItem, read_feed, read_whole_feed
from podpipe.guard import reading as reading_module
from podpipe.settings import load_settings

PODCAST = """\
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:i="http://www.itunes.com/DTDs/Podcast-1.0.dtd"
  xmlns:podcast="https://podcastindex.org/namespace/1.0">
<channel>
  <title> Talk </title>
  <link>https://talk.example/</link>
  <image><title>Not this one</title></image>
  <atom:link rel="hub" href="https://hub.example/"/>
  <atom:link rel="self" type="application/rss+xml" href="https://talk.example/feed.xml"/>
  <podcast:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810</podcast:guid>
  <item>
    <title><![CDATA[One & only]]></title>
    <link>https://talk.example/1</link>
    <guid isPermaLink="false"> tag:1 </guid>
    <pubDate>Mon, 18 Aug 2025 08:00:00 +0900</pubDate>
    <enclosure url="https://talk.example/1.mp3" length="1234" type="Audio/MPEG"/>
    <i:duration>01:02:03</i:duration>
    <podcast:chapters url="https://talk.example/1.json" type="application/json+chapters"/>
  </item>
</channel></rss>"""

ONE = PublishedItem(
    position=0,
    title="One & only",
    guid="tag:1",
    link="https://talk.example/1",
    date=datetime(2025, 8, 17, 23, tzinfo=UTC),
    written_date="Mon, 18 Aug 2025 08:00:00 +0900",
    enclosure="https://talk.example/1.mp3",
    length=1234,
    mime_type="audio/mpeg",
    duration=timedelta(hours=1, minutes=2, seconds=3),
    chapters="https://talk.example/1.json",
    notes=read_feed(PODCAST.encode()).items[0].notes,
)


def feed(items: str, *, channel: str = "") -> bytes:
    return (
        '<rss xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>Talk</title>{channel}{items}</channel></rss>"
    ).encode()


def only(items: str) -> PublishedItem:
    [item] = read_feed(feed(f"<item>{items}</item>")).items
    return item


def test_everything_that_apps_know_a_feed_by_is_read_in_any_case_and_with_any_prefix() -> None:
    assert read_feed(PODCAST.encode()) == PublishedFeed(
        title="Talk", address="https://talk.example/feed.xml", guid="917393e3-1b1e-5cef-ace4-edaa54e1f810", items=(ONE,)
    )


def test_the_feed_of_a_yattecast_show_is_read_with_all_its_episodes(shared: Path) -> None:
    read = read_feed((shared / "shows/shirokane/feed-published-today.xml").read_bytes())
    assert (read.title, read.address, read.problem) == ("白金鉱業.FM", "https://shirokane-kougyou.github.io/feed.xml", "")
    assert [item.position for item in read.items] == list(range(89))
    assert all(item.title and item.guid and item.link and item.date and item.enclosure for item in read.items)
    assert read.items[0].date == datetime(2025, 8, 17, 23, tzinfo=UTC)
    assert (read.items[0].length, read.items[0].duration) == (None, None), "Yattecast writes both as nothing where nobody said"


def test_what_is_zero_or_nothing_is_not_known() -> None:
    item = only('<enclosure url="a.mp3" length="0" type=""/><itunes:duration>0</itunes:duration><pubDate></pubDate>')
    assert (item.length, item.duration, item.date, item.written_date, item.mime_type) == (None, None, None, "", "")
    assert only('<enclosure length="12 MB"/>').length is None


def test_a_date_that_is_none_is_kept_as_it_is_written() -> None:
    item = only("<pubDate>Someday, 31 Febtember 2020</pubDate>")
    assert (item.date, item.written_date) == (None, "Someday, 31 Febtember 2020")
    assert only("<dc:date>2020-01-02T03:04:05Z</dc:date>").date == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_notes_are_the_same_whatever_blanks_they_have() -> None:
    same = {only(f"<description>{text}</description>").notes for text in ("a  b", "a\n b", " a b ")}
    assert len(same) == 1
    assert only("<description>a b</description>").notes != only("<content:encoded>a b</content:encoded>").notes


@pytest.mark.parametrize("start", [b"", b"\n\n  ", b"<b>Warning</b>: Cannot modify header information in x.php\n", "\ufeff".encode()])
def test_what_stands_before_the_feed_is_passed_over(start: bytes) -> None:
    assert read_feed(start + PODCAST.encode()).items == (ONE,)


@pytest.mark.parametrize("encoding", ["utf-16", "shift_jis", "iso-8859-1"])
def test_a_feed_is_read_in_the_encoding_that_it_names(encoding: str) -> None:
    title = "日本" if encoding != "iso-8859-1" else "Café"
    text = f'<?xml version="1.0" encoding="{encoding}"?><rss><channel><title>{title}</title></channel></rss>'
    assert read_feed(text.encode(encoding)).title == title


def test_a_damaged_feed_is_read_as_far_as_that_makes_sense_and_says_what_is_wrong() -> None:
    read = read_feed(feed("<item><title>A & B</title><guid>1</guid></item><item><title>C&nbsp;D</title><guid>2</guid></item>"))
    assert [item.guid for item in read.items] == ["1", "2"]
    assert read.problem.startswith("line 1: ")


def test_a_feed_that_is_cut_off_has_the_items_before_that() -> None:
    whole = feed("".join(f"<item><guid>{number}</guid></item>" for number in range(10)))
    read = read_feed(whole[: whole.index(b"<guid>7")])
    assert [item.guid for item in read.items][:7] == [str(number) for number in range(7)]
    assert read.problem


@pytest.mark.parametrize(
    "data", [b"", b"not found", b"<html><body><p>Hello", b'<feed xmlns="http://www.w3.org/2005/Atom"/>', b'{"version": 1}', b"\0\0"]
)
def test_what_is_no_rss_has_a_problem_and_no_items(data: bytes) -> None:
    read = read_feed(data)
    assert read.problem.startswith("it is no RSS feed: ")
    assert not read.items


def test_rss_1_0_is_read_too() -> None:
    read = read_feed(
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        b"<channel><title>Talk</title></channel><item><title>One</title><link>https://a.example/1</link></item></rdf:RDF>"
    )
    assert (read.title, read.problem) == ("Talk", "")
    assert [(item.title, item.link) for item in read.items] == [("One", "https://a.example/1")]


def test_no_entity_is_expanded_and_nothing_is_loaded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    bomb = "".join(f'<!ENTITY b{level} "{f"&b{level - 1};" * 10}">' for level in range(1, 10))
    read = read_feed(
        f'<!DOCTYPE rss SYSTEM "{secret.as_uri()}" [<!ENTITY b0 "boom">{bomb}<!ENTITY file SYSTEM "{secret.as_uri()}">]>'
        "<rss><channel><title>&file;</title><item><title>a&b9;b</title><guid>1</guid></item></channel></rss>".encode()
    )
    assert "secret" not in read.title
    assert [item.guid for item in read.items] == ["1"]
    assert len(read.items[0].title) < 20


def test_a_feed_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "LIMIT", 1024 * 1024)
    assert read_feed(feed(" " * 2_000_000)) == PublishedFeed(problem="it has more than 1 MB")


def test_a_feed_in_pages_is_one_feed_in_which_each_episode_stands_once() -> None:
    def page(number: int, *guids: str) -> tuple[str, bytes]:
        items = "".join(f"<item><guid>{guid}</guid></item>" for guid in guids)
        own, following = (f'<atom:link rel="{rel}" href="{at}"/>' for rel, at in (("self", number), ("next", number + 1)))
        return str(number), feed(items, channel=own + following)

    pages = dict(starmap(page, [(1, "e", "d"), (2, "d", "c"), (3, "b", "a")]))
    read = read_whole_feed(pages["1"], pages.get)
    assert [(item.position, item.guid) for item in read.items] == list(enumerate("edcba"))
    assert read.address == "1"
    assert [item.guid for item in read_whole_feed(pages["3"], pages.get).items] == ["b", "a"]


def test_pages_that_lead_in_a_circle_come_to_an_end() -> None:
    pages = {str(number): feed("", channel=f'<atom:link rel="next" href="{(number + 1) % 3}"/>') for number in range(3)}
    assert read_whole_feed(pages["0"], pages.get).items == ()


@given(st.binary(max_size=300) | st.text(max_size=300).map(feed))
def test_whatever_it_is_it_is_read_or_has_a_problem(data: bytes) -> None:
    read = read_feed(data)
    assert isinstance(read, PublishedFeed)
    assert all(isinstance(item, PublishedItem) for item in read.items)


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1).map(str.strip), max_size=5))
def test_titles_are_read_as_they_were_written(titles: list[str]) -> None:
    from xml.sax.saxutils import escape

    read = read_feed(feed("".join(f"<item><title>{escape(title)}</title></item>" for title in titles)))
    assert [item.title for item in read.items] == titles
    assert not read.problem


def test_two_threads_read_two_feeds_at_once(shared: Path) -> None:
    data = [
        next(
            artifact.content
            for artifact in pipeline.build(pipeline.Job(settings=load_settings(shared / "shows" / name), as_of=datetime.now(UTC))).artifacts
            if artifact.key == "feed.xml"
        )
        for name in ("soussune", "yatteiki")
    ]
    alone = [read_feed(each) for each in data if isinstance(each, bytes)]
    together: list[PublishedFeed | None] = [None, None]

    def read(place: int) -> None:
        content = data[place]
        assert isinstance(content, bytes)
        together[place] = read_feed(content)

    threads = [threading.Thread(target=read, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


@pytest.mark.parametrize("namespace", ["http://backend.userland.com/rss2", "http://blogs.law.harvard.edu/tech/rss"])
def test_rss_2_0_in_a_namespace_is_rss_2_0(namespace: str) -> None:
    read = read_feed(PODCAST.replace("<rss ", f'<rss xmlns="{namespace}" ').encode())
    assert (read.title, read.items, read.problem) == ("Talk", (ONE,), "")
