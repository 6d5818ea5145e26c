"""Chapters given in front matter: every shape that authors write, what cannot be read, and what moves or outruns chapters."""

from __future__ import annotations

from datetime import timedelta

import pytest

from podpipe.given_chapters import (
    chapter_findings,
    chapters_in_front_matter,
    chapters_in_texts,
    chapters_offset,
    given_chapters,
    shifted,
)
from podpipe.model import Chapter, Finding, Where
from podpipe.yaml_text import read_yaml


def told(yaml: str) -> tuple[list[tuple[float, str, str | None]], list[tuple[str, str]]]:
    read = read_yaml(yaml)
    chapters, findings = chapters_in_front_matter(read.values, path="a.md", lines=read.lines)
    return (
        [(chapter.start.total_seconds(), chapter.title, chapter.url) for chapter in chapters],
        [(finding.rule, finding.message) for finding in findings],
    )


@pytest.mark.parametrize(
    "yaml",
    [
        "chapters:\n  - start: 0:00\n    title: One\n  - start: 01:35\n    title: Two",
        "chapters:\n  - time: '00:00:00 '\n    text: One\n  - time: 00:01:35.000\n    text: Two",
        "chapters:\n  - startTime: 0\n    title: One\n    img: a.png\n  - startTime: 95.0\n    title: Two",
        "chapters:\n  - 0:00 One\n  - '00:01:35.000 Two'",
        "chapters:\n  - 0:00 - One\n  - (1:35) Two",
        "chapters:\n  - 0:00: One\n  - Two: 1:35",
        "chapters:\n  - [0:00, One]\n  - [Two, 1:35]",
        "chapters:\n  0:00: One\n  1:35: Two",
        "chapters:\n  0: One\n  95: Two",
        "chapters:\n  One: 0:00\n  Two: 1:35",
        "chapters: |\n  0:00 One\n  1:35 Two",
        "chapters:\n  first: {time: 0:00, title: One}\n  second: {time: 1:35, title: Two}",
        "podcast_chapters:\n  version: 1.2.0\n  chapters:\n    - {startTime: 0, title: One}\n    - {startTime: 95, title: Two}",
        "chapter:\n  - start: 0:00\n    title: One\n  - start: 01:35\n    title: Two",
        "timeline:\n  - time: 0:00\n    text: One\n  - time: 01:35\n    text: Two",
        "sections:\n  - title: One\n    desc: the first\n    time: 0\n  - title: Two\n    time: 95",
        "quotableClips:\n- {name: One, startOffset: 0, endOffset: 95, url: 'https://a.example/?t=0'}\n- {name: Two, startOffset: 95}",
    ],
)
def test_each_shape_is_read(yaml: str) -> None:
    assert told(yaml) == ([(0, "One", None), (95, "Two", None)], [])


def test_a_chapter_keeps_its_link_and_a_title_its_colon() -> None:
    one = "  - {start: 0:00, title: One, url: 'https://one.example'}\n"
    assert told(f"chapters:\n{one}  - 1:00 [Two](https://two.example)\n  - 2:00 Three: the third")[0] == [
        (0, "One", "https://one.example"),
        (60, "Two", "https://two.example"),
        (120, "Three: the third", None),
    ]


@pytest.mark.parametrize(
    "yaml", ["chapters:", "chapters: []", "chapters: {}", "title: a", "chapter: 12", "sections:\n  - title: a\n    desc: b"]
)
def test_front_matter_without_chapters_gives_none_and_no_finding(yaml: str) -> None:
    assert told(yaml) == ([], [])


def test_what_cannot_be_read_is_told_and_the_rest_is_kept() -> None:
    yaml = "chapters:\n  - start: abc\n    title: One\n  - title: Two\n  - start: 1:00\n  - just words\n  - 2:00 Three\n  - [a, b, c]"
    assert told(yaml) == (
        [(120, "Three", None)],
        [
            ("chapter-given", "the start of chapter 1, 'abc', is no time"),
            ("chapter-given", "chapter 2 has no start"),
            ("chapter-given", "the chapter at 1:00 has no title"),
            ("chapter-given", "chapter 4, 'just words', does not begin with a time and go on with a title"),
            ("chapter-given", "chapter 6 is a list of more than a time and a title"),
        ],
    )
    assert told("chapters: soon")[1] == [("chapter-given", "chapters holds no list of times and titles")]
    assert told("chapters: chapters/12.json")[1] == [("chapter-given", "chapters in a file of their own, chapters/12.json, are not read")]


def test_chapters_come_in_order_each_start_once_with_findings_on_the_keys_line() -> None:
    chapters, findings = given_chapters(["2:00 Two", "1:00 One", "1:00 Again"], path="a.md", line=7)
    assert chapters == (
        Chapter(start=timedelta(minutes=1), title="One", line=7),
        Chapter(start=timedelta(minutes=2), title="Two", line=7),
    )
    where = Where(path="a.md", line=7)
    assert findings == (
        Finding(
            level="warning",
            rule="chapter-order",
            where=where,
            message="the chapter at 1:00, 'One', is out of order",
            hint="correct the time, or move the chapter to its place",
        ),
        Finding(
            level="warning",
            rule="chapter-repeated",
            where=where,
            message="two chapters begin at 1:00: 'One' and 'Again'; the second is left out",
            hint="correct one of the times, or write one title for both",
        ),
    )


def test_chapters_told_in_a_description_are_found() -> None:
    values = {"title": "a", "long_description": "About tea<br><ul><li>00:00 Hello</li><li>01:30 Tea</li></ul>"}
    assert chapters_in_texts(values, lines={"long_description": 4}) == (
        Chapter(start=timedelta(0), title="Hello", line=4),
        Chapter(start=timedelta(seconds=90), title="Tea", line=4),
    )
    assert chapters_in_texts({"description": "We met at 10:30", "summary": ["0:00 a", "1:00 b"]}, lines={}) == ()


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("", 0),
        ("90", 90),
        ("-12.5", -12.5),
        ("+1:30", 90),
        ("-0:15", -15),
        ("− 15", -15),
        ("1:00:00", 3600),
        ("30s", 30),
        ("soon", None),
        ("-", None),
    ],
)
def test_an_offset_is_seconds_or_a_clock_time_with_a_sign(written: str, seconds: float | None) -> None:
    assert chapters_offset(written) == (None if seconds is None else timedelta(seconds=seconds))


def test_an_offset_moves_all_chapters() -> None:
    chapters = (Chapter(start=timedelta(0), title="a", line=3), Chapter(start=timedelta(seconds=60), title="b", url="https://b.example"))
    assert shifted(chapters, timedelta(seconds=30)) == (
        Chapter(start=timedelta(seconds=30), title="a", line=3),
        Chapter(start=timedelta(seconds=90), title="b", url="https://b.example"),
    )


def test_where_a_beginning_was_cut_off_the_chapter_that_plays_then_comes_first() -> None:
    chapters = tuple(Chapter(start=timedelta(seconds=at), title=str(at)) for at in (0, 20, 60))
    assert shifted(chapters, timedelta(seconds=-30)) == (
        Chapter(start=timedelta(0), title="20"),
        Chapter(start=timedelta(seconds=30), title="60"),
    )
    assert shifted((), timedelta(seconds=-30)) == ()


def test_a_chapter_past_the_end_is_a_finding_once_the_duration_is_known() -> None:
    chapters = (Chapter(start=timedelta(0), title="a", line=3), Chapter(start=timedelta(seconds=600), title="b", line=4))
    assert chapter_findings(chapters, duration=None, path="a.md") == ()
    assert chapter_findings(chapters, duration=timedelta(seconds=601), path="a.md") == ()
    assert chapter_findings(chapters, duration=timedelta(seconds=600), path="a.md") == (
        Finding(
            level="warning",
            rule="chapter-past-end",
            where=Where(path="a.md", line=4),
            message="the chapter at 10:00 begins after the end of the audio, which is 10:00 long",
            hint="correct the time; if audio was cut off or added at its beginning, chapters_offset: moves all chapters",
        ),
    )
