"""The chapters of one episode in five forms, each read back, and all of them saying the same."""

from __future__ import annotations

import base64
import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from podpipe import pipeline
from podpipe.audio.measuring import measure
from podpipe.chapter_forms import json_chapters, simple_chapters, timestamps, webvtt_chapters
from podpipe.model import Chapter, Enclosure, Episode, Notes
from podpipe.settings import load_settings
from podpipe.timecode import parse_clock
from tests.made_show import files_below, make_show, mp3

CHAPTERS = (
    Chapter(start=timedelta(seconds=90), title='A <b> & "c"', url="/about"),
    Chapter(start=timedelta(0), title="Hello\nthere"),
    Chapter(start=timedelta(hours=1, milliseconds=500), title="Bye --> bye", url="javascript:alert(1)"),
)
EPISODE = Episode(
    slug="1",
    title="1. A title",
    published=datetime(2026, 5, 29, tzinfo=UTC),
    description="",
    key="episode/1",
    url="https://talk.example/episode/1",
    guid="1",
    credits=(),
    enclosure=Enclosure(url="https://talk.example/audio/1.mp3", mime_type="audio/mpeg", duration=timedelta(hours=1, seconds=30)),
    chapters=CHAPTERS,
    notes=Notes(html=""),
    path="episodes/1.md",
)
NOTES = """\
- 00:00 最初の <あいさつ> & "more"
- 00:01 [A link](https://example.com/a?b=1&c=2)
- 00:02.5 👩‍👩‍👧 家族

## The first
Text that is no chapter.
"""


def test_simple_chapters_are_in_order_with_links_that_are_safe_to_follow() -> None:
    assert simple_chapters(EPISODE) == [
        ("00:00:00", "Hello\nthere", None),
        ("00:01:30", 'A <b> & "c"', "https://talk.example/about"),
        ("01:00:00.500", "Bye --> bye", None),
    ]


def test_a_list_of_times_begins_at_zero_and_has_whole_seconds() -> None:
    assert timestamps(simple_chapters(EPISODE)) == [
        ("00:00:00", "Hello there"),
        ("00:01:30", 'A <b> & "c"'),
        ("01:00:00", "Bye --> bye"),
    ]


@pytest.mark.parametrize("kept", [CHAPTERS[:2], (CHAPTERS[0], CHAPTERS[2], CHAPTERS[2]), ()])
def test_a_list_that_no_directory_reads_is_not_made(kept: tuple[Chapter, ...]) -> None:
    assert timestamps(simple_chapters(replace(EPISODE, chapters=kept))) == []


def test_webvtt_has_a_cue_for_each_chapter_that_ends_where_the_next_begins() -> None:
    assert webvtt_chapters(EPISODE) == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:01:30.000\nHello there\n\n"
        '00:01:30.000 --> 01:00:00.500\nA &lt;b&gt; &amp; "c"\n\n'
        "01:00:00.500 --> 01:00:30.000\nBye --&gt; bye\n"
    )


@pytest.mark.parametrize("duration", [None, timedelta(minutes=1)])
def test_the_last_cue_lasts_where_the_audio_does_not(duration: timedelta | None) -> None:
    enclosure = replace(EPISODE.enclosure, duration=duration) if EPISODE.enclosure else None
    cues = re.findall(r"(\S+) --> (\S+)", webvtt_chapters(replace(EPISODE, enclosure=enclosure)))
    assert all((parse_clock(start) or timedelta(0)) < (parse_clock(stop) or timedelta(0)) for start, stop in cues)


def test_json_chapters_and_simple_chapters_lead_to_the_same_places() -> None:
    told = json.loads(json_chapters(EPISODE, show="A show"))["chapters"]
    assert [(part["title"], part.get("url")) for part in told] == [(title, href) for _, title, href in simple_chapters(EPISODE)]


def test_all_five_forms_say_the_same(tmp_path: Path) -> None:
    """JSON, the feed's simple chapters, the description's list, the page's track, and the audio file, of a published show."""
    show = make_show(tmp_path / "show", episodes=0)
    show.episode("7", notes=NOTES)
    show.write("audio/7.mp3", mp3(4.0))
    out = tmp_path / "out"
    job = pipeline.Job(settings=load_settings(show.root), as_of=datetime.now(UTC), targets=(str(out),))
    outcome = pipeline.publish(job)
    assert outcome.ok, outcome.findings
    files = files_below(out)
    item = etree.fromstring(files["feed.xml"]).find("channel/item")
    wanted = [
        (timedelta(0), '最初の <あいさつ> & "more"'),
        (timedelta(seconds=1), "A link"),
        (timedelta(seconds=2.5), "👩‍👩‍👧 家族"),
    ]

    as_json = [(timedelta(seconds=part["startTime"]), part["title"]) for part in json.loads(files["chapters/7.json"])["chapters"]]
    simple = [(parse_clock(part.get("start")), part.get("title")) for part in item.iter("{http://podlove.org/simple-chapters}chapter")]
    page = etree.HTML(files["episode/7.html"].decode())
    [held] = page.iter("track")
    assert (held.get("kind"), held.get("srclang")) == ("chapters", "en")
    webvtt = base64.b64decode(held.get("src").removeprefix("data:text/vtt;base64,")).decode()
    cues = re.findall(r"(\S+) --> \S+\n(.*)\n", webvtt)
    track = [(parse_clock(start), html.unescape(title)) for start, title in cues]
    listed = [
        (parse_clock(start), html.unescape(title))
        for start, title in re.findall(r"<p>(\d\d:\d\d:\d\d) (.*?)</p>", item.findtext("description"))
    ]
    audio = [(chapter.start, chapter.title) for chapter in measure(out / "audio/7.mp3", name="7.mp3").facts.chapters]
    assert as_json == simple == track == audio == wanted
    assert listed == [(timedelta(seconds=int(start.total_seconds())), title) for start, title in wanted]
