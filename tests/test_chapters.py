"""Chapters in show notes: one case for each form of the grammar, what is none, and all that real episodes were labelled with."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from podpipe.chapters import plain_text, read_chapters
from podpipe.manuscript import chapters_of
from podpipe.model import Chapter


def told(body: str) -> list[tuple[int, str]]:
    return [(int(chapter.start.total_seconds()), chapter.title) for chapter in read_chapters(body)]


@pytest.mark.parametrize(
    "form",
    [
        "## {0}~：{1}",
        "## {0}〜：{1}",
        "# {0} {1}",
        "#{0} {1}",
        "### {1} ({0}~)",
        "### {1}（{0}）",
        "## **{0}** {1}",
        "- {0} {1}",
        "* {0} - {1}",
        "+ {0}: {1}",
        "1. {0} {1}",
        "- ({0}) {1}",
        "- [{0}] {1}",
        "- 【{0}】{1}",
        "- （{0}）{1}",
        "- <{0}> {1}",
        "- @{0} {1}",
        "- *{0}* {1}",
        "- {0}：{1}",
        "- {0}~59:59 {1}",
        "- {0}-59:59 {1}",
        "- {0} – 59:59 {1}",
        "- {0} | {1}",
        "- {1} ({0})",
        "{0} {1}",
        "({0}) {1}",
        "・ {0} {1}",
        "- [{0}](#t={0}) {1}",
        "  - {0}\u3000{1}",
    ],
)
def test_each_form_of_a_line_is_a_chapter(form: str) -> None:
    body = f"{form.format('06:07', 'First talk')}\nnotes\n\n{form.format('24:00', '次の話')}\n"
    assert told(body) == [(367, "First talk"), (1440, "次の話")]


@pytest.mark.parametrize(
    ("time", "start"),
    [("0:27", 27), ("00:27", 27), ("102:30", 6150), ("1:02:03", 3723), ("01:02:03", 3723), ("１：０２：０３", 3723), ("6: 07", 367)],
)
def test_each_form_of_a_time_is_read(time: str, start: int) -> None:
    assert told(f"## {time} A talk") == [(start, "A talk")]


@pytest.mark.parametrize(
    "body",
    [
        "```\n## 0:10 a\n## 1:00 b\n```",
        "~~~\n- 0:10 a\n- 1:00 b\n~~~",
        "<!--\n- 0:10 a\n- 1:00 b\n-->",
        "> 0:10 a\n> 1:00 b",
        "| 0:10 | a |\n| 1:00 | b |",
        "We met at 10:30 and left at 11:30.",
        "The train of 10:30\nleft at 11:30",
        "- see [0:10 of this](https://a.example)\n- see [1:00 of that](https://b.example)",
        "10:30 was the time we met",
        "- 10:30 the only time in running notes",
        "## 10:30 ではなく 11:30 です",
        "## 10:99 no such time",
        "## 0:10",
        "Ratio 16:9 and 4:3\nRatio 1:1",
        "",
    ],
)
def test_a_time_that_belongs_to_something_else_is_no_chapter(body: str) -> None:
    assert told(body) == []


def test_a_comment_beside_a_chapter_hides_nothing() -> None:
    assert told("<!-- agenda -->\n- 0:10 a <!-- check -->\n- 1:00 b") == [(10, "a"), (60, "b")]


def test_chapters_know_their_line_anchor_and_link() -> None:
    body = "## 0:10 [One](https://one.example)\ntext\n## 1:00 Two https://two.example/x\n## 2:00 <https://three.example> Three"
    assert read_chapters(body, first_line=11, anchors=((11, "a"), (13, "b"))) == (
        Chapter(start=timedelta(seconds=10), title="One", url="https://one.example", line=11, anchor="a"),
        Chapter(start=timedelta(seconds=60), title="Two https://two.example/x", url="https://two.example/x", line=13, anchor="b"),
        Chapter(start=timedelta(seconds=120), title="Three", url="https://three.example", line=14, anchor=None),
    )


def test_an_agenda_that_is_repeated_as_headings_is_one_list_with_the_headings_anchors() -> None:
    body = "- 0:10 One\n- 1:00 Two\n- 2:00 Three\n\n## 0:10 The first\n## 1:00 The second\n"
    assert read_chapters(body, anchors=((5, "first"), (6, "second"))) == (
        Chapter(start=timedelta(seconds=10), title="The first", line=5, anchor="first"),
        Chapter(start=timedelta(seconds=60), title="The second", line=6, anchor="second"),
        Chapter(start=timedelta(seconds=120), title="Three", line=3),
    )


def test_a_time_out_of_order_is_no_chapter_among_those_in_order() -> None:
    assert told("- 0:10 a\n- 59:00 a record time\n- 1:00 b\n- 2:00 c\n- 0:05 another record\n- 3:00 d") == [
        (10, "a"),
        (60, "b"),
        (120, "c"),
        (180, "d"),
    ]


def test_a_title_whose_link_goes_on_in_the_next_line_is_whole() -> None:
    assert told("## 0:10 [A title\nin two lines](https://a.example)\n") == [(10, "A title in two lines")]


def test_a_time_that_stands_alone_takes_its_title_from_the_item_below() -> None:
    assert told("## 0:10\n- The title\n\n## 1:00\n- Another") == [(10, "The title"), (60, "Another")]


def test_a_transcript_of_thousands_of_lines_is_read() -> None:
    assert len(told("\n".join(f"- {at // 60}:{at % 60:02} line" for at in (*range(0, 3000, 2), *range(1, 3000, 2))))) == 1501


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("a **b** `c` _d_", "a b c d"),
        ("[a [b]](https://c.example) ![d](e.png)", "a [b] d"),
        ("a &amp; b \\* c", "a & b * c"),
        ("<b>a</b>  b", "a b"),
        ("snake_case_name", "snake_case_name"),
        ("a {:target='_blank'}", "a"),
        ("[broken](", "[broken]("),
    ],
)
def test_a_title_is_what_a_reader_sees(markdown: str, plain: str) -> None:
    assert plain_text(markdown) == plain


def test_all_labelled_chapters_of_real_episodes_are_found_and_no_other(shared: Path) -> None:
    labels = json.loads((shared / "labels/chapters.json").read_text())
    found: dict[str, list[tuple[float, str]]] = {}
    expected: dict[str, list[tuple[float, str]]] = {}
    for label in labels:
        key = f"{label['show']}/{label['path']}"
        text = (shared / "shows" / key).read_bytes().decode("utf-8-sig")
        found[key] = [(chapter.start.total_seconds(), chapter.title) for chapter in chapters_of(text)]
        expected[key] = [(chapter["start_seconds"], chapter["title"]) for chapter in label["chapters"]]
    assert found == expected
    assert (len(expected), sum(map(len, expected.values()))) == (26, 66)
