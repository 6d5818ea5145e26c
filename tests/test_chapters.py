"""Chapters in show notes: one case for each form of the grammar, what is none, and all that real episodes were labelled with."""

from __future__ import annotations

import json
import random
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest

from podpipe.chapters import plain_text, read_chapters, review_chapters
from podpipe.manuscript import chapters_of
from podpipe.model import Chapter, Finding, Where
from tests.fuzz.fragments import MARKERS, TEXT, TIMES


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
        "- {0} → {1}",
        "- {0} -> {1}",
        "- {0}頃〜 {1}",
        "- {0}から：{1}",
        "- **{0}**: {1}",
        "- **{0} {1}**",
        "- `{0}` {1}",
        "- |{0}| {1}",
        "- [@{0}] - {1}",
        "- [{0} {1}](https://video.example/?t=1)",
        "- [{0}](https://video.example/?t=1) {1}",
        "- [{1}](https://a.example) ({0})",
        "**[{0}](#t={0})** {1}",
        "**{1} ({0}~)**",
        "{1} ({0} - )",
        "<li>{0} {1}</li>",
        "<p>({0}) {1}</p>",
        "- <span>[{0}]</span> - {1}",
        '* <a href="#" onclick="jump(1); return false;">{0} {1}</a>',
        "#\u00a0{0} {1}",
        "##\t{0} {1}",
        "{0}\n- {1}",
        "{0}\n: {1}",
        "### {1}\n{0}",
        "## {0} {1} ##",
        "- {0} [{1}][a]",
        "🕐 {0} {1}",
        "▶️ {0} {1}",
        "- ⏱️ {0} – {1}",
        "– {0} {1}",
        "- [x] {0} {1}",
        "1. {0} - {1}",
        "Chapter 1 ({0}): {1}",
        "## Part 2: {0} - {1}",
        "01 {0} {1}",
        "① {0} {1}",
        "\\[{0}\\] {1}",
        "- **\\[{0}\\]** {1}",
        "**{0}**&nbsp;{1}",
        "- {0}&nbsp;-&nbsp;{1}",
        "{0}\u2009–\u2009{1}",
        "\u200f{0} {1}",
        "{0} / {1}",
        "{0} + {1}",
        "{0}; {1}",
        "{0} • {1}",
        "{0} ― {1}",
        "{0}／{1}",
        "- {0} min: {1}",
        "- {0}:{1}",
        "<time>{0}</time> {1}",
        "<h3>{1} ({0})</h3>",
        "<dt>{0}</dt><dd>{1}</dd>",
        "#### {0} {1} {{#one}}",
        "## {1} - {0}",
        "## {1} – {0}",
    ],
)
def test_each_form_of_a_line_is_a_chapter(form: str) -> None:
    body = f"{form.format('06:07', 'First talk')}\nnotes\n\n{form.format('24:00', '次の話')}\n"
    assert told(body) == [(367, "First talk"), (1440, "次の話")]


@pytest.mark.parametrize(
    ("time", "start"),
    [
        ("0:27", 27),
        ("00:27", 27),
        ("102:30", 6150),
        ("1:02:03", 3723),
        ("01:02:03", 3723),
        ("１：０２：０３", 3723),
        ("6: 07", 367),
        ("2:2:38", 7358),
        ("00:67:10", 4030),
        ("00:06:07.500", 367),
        ("۶:۰۷", 367),
        ("٠٦:٠٧", 367),
        ("१:०२:०३", 3723),
        ("59.340", None),
        ("1:60", None),
        ("1:60:00", None),
    ],
)
def test_each_form_of_a_time_is_read(time: str, start: int | None) -> None:
    assert told(f"## {time} A talk") == ([] if start is None else [(start, "A talk")])


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
        "- 10:00 開場\n- 10:30 開演",
        "- 10:00 The doors\n- 10:30 The talk\n- 12:15 The rest",
        "- 10:00 One\n- 10:05 Two\n- 10:35 Three\n- 11:20 Four",
        "## 11月3日\n- 18:40 はじめ\n- 21:10 つぎ",
        "- 18:05-19:40 One\n- 19:40-22:25 Two\n- 22:25-25:10 Three",
        "[the night]\n1:00-3:00  One\n3:00-3:30 Two\n3:30-4:00 Three",
        "**Opening hours**\n- 10:00-18:00 on weekdays\n- 11:00-17:00 on Sundays",
        "**Tweetables:**\n\n- “One” [0:05:31]\n- “Two” [0:12:01]\n- “Three” [0:22:01]",
        "## 名言\n- 5:31 一つ\n- 12:11 二つ\n- 15:12 三つ",
        "```\n12:01:04 INFO one\n12:01:29 INFO two\n12:02:50 WARN three\n```",
        "```yaml\n0:10 a\n1:00 b\n2:00 c\n```",
        "```\nfirst\n0:10 a\n1:00 b\n2:00 c\nlast\n```",
        "## The meeting - 10:30",
        "## A song - 3:40\n## A song - 4:50",
        "## Day one - 10:30\n## Day two - 16:00",
        "| Runner | Time |\n| One | 31:40 |\n| Two | 34:50 |\n| Three | 45:10 |",
        "| One | 3:40 |\n| Two | 4:50 |\n| Three | 4:10 |",
        "10:30 was the time.\n\n11:45 was too late.",
        "- 9:30am Breakfast\n- 11:10 am A walk",
        "- 19:03 JST it began\n- 20:08 JST it ended",
        "- 12:10の話をした\n- 29:45あたり、説明が違う",
        "## スケジュール\n- 13:02 一つめ\n- 14:31 二つめ",
        "## 訂正\n- 11:53 東ではなく西\n- 14:27 その説明は古い",
        "- 11:53 東ではなく西\n- 14:27 正しくは北",
        "## Transcript\n\n00:12 We are here.\n\n05:20 We are still here.",
        "00:00.000 --> 00:02.000\nHello\n\n00:02.000 --> 00:05.000\nagain",
        "1\n00:00:01,000 --> 00:00:04,000\nHello\n\n2\n00:00:05,000 --> 00:00:09,000\nagain",
        "\n\n".join(f"[00:{at:02}:07] **{'AB'[at % 2]}:** what was said at {at}" for at in range(12)),
        "\n".join(f"- 00:{at // 60:02}:{at % 60:02} caption {at}" for at in range(0, 90, 4)),
        "- A song (3:45)\n- Another (4:10)\n- A short one (2:59)",
        "1. A song 3:45\n2. Another 4:10\n3. A longer one 4:59",
        "- the goals [of the match](https://video.example/x)\n  - 12:30 the first\n  - 44:10 the second",
        "- 13:00 descending\n- 12:07 times",
        "as (_nobody heard_\n51:04_) that\n56:09_) this",
        "- 0:10:99 no such time\n- 1:00:75 either",
        "",
    ],
)
def test_a_time_that_belongs_to_something_else_is_no_chapter(body: str) -> None:
    assert told(body) == []


@pytest.mark.parametrize("marker", ["### ", "- ", ""])
def test_times_that_are_rounded_to_seconds_are_no_hours_of_a_day(marker: str) -> None:
    assert told(f"{marker}6:30 a\n{marker}17:00 b\n{marker}28:45 c") == [(390, "a"), (1020, "b"), (1725, "c")]


def test_headings_are_no_timetable() -> None:
    assert told("## 10:00 a\n\n## 10:30 b\n\n## 12:15 c") == [(600, "a"), (630, "b"), (735, "c")]


@pytest.mark.parametrize("fence", ["```", "~~~", "```text"])
def test_a_list_in_a_fence_without_a_language_is_one_of_chapters(fence: str) -> None:
    listed = f"{fence}\n0:10 a\n1:48 b\n\n4:36 c\n{fence[:3]}\n"
    assert told(listed) == [(10, "a"), (108, "b"), (276, "c")]
    assert told(f"- 0:10 a\n- 1:48 b\n- 4:36 c\n\n{listed}\n```yaml\n5:00 d\n```") == [(10, "a"), (108, "b"), (276, "c")]


def test_headings_with_a_time_behind_a_dash_do_not_stand_among_others() -> None:
    assert told("## 0:10 One\n\n## Two - 15:00\n\n## 36:40 Three") == [(10, "One"), (2200, "Three")]


def test_a_slip_in_a_nested_list_loses_none_of_its_times() -> None:
    body = "- 1:00 a\n- 18:25 b\n- 23:24 c\n  - 22:30 d\n  - 25:45 e\n- 28:43 f"
    chapters, findings = review_chapters(body, path="a.md")
    assert [chapter.title for chapter in chapters] == ["a", "b", "d", "c", "e", "f"]
    assert [(finding.where.line, finding.message) for finding in findings] == [(4, "22:30 is out of order among the times of its list")]


@pytest.mark.parametrize(("time", "asks"), [("1:38", "did you mean 1:38:00? "), ("0:01:38", ""), ("0:20", "")])
def test_a_finding_asks_whether_minutes_are_hours_where_that_is_in_order(time: str, asks: str) -> None:
    _, findings = review_chapters(f"## 1:43 a\n\n## 37:10 b\n\n## {time} c", path="a.md")
    assert [finding.hint for finding in findings] == [f"{asks}correct the time, or move the line to its place"]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ('- 0:30 "Quoted" and more', '"Quoted" and more'),
        ('- 0:30 "All quoted"', '"All quoted"'),
        ('- (0:30) "Quoted" and more', '"Quoted" and more'),
        ('- 0:30~1:00 "Quoted" and more', '"Quoted" and more'),
        ('**0:30** "Quoted" and more', '"Quoted" and more'),
        ("- 0:30 `code` and more", "code and more"),
        ("- 0:30 `__init__` and more", "__init__ and more"),
        ("- 0:30 *emph* and more", "emph and more"),
        ("- 0:30 **bold** more", "bold more"),
        ("- **0:30** - **1:00** **bold** more", "bold more"),
        ("- 0:30 _emph_ x", "emph x"),
        ("- 0:30 ...and then", "...and then"),
        ("- 0:30 .NET and /home", ".NET and /home"),
        ("- 0:30 /home and +1", "/home and +1"),
        ("- 0:30 min heaps", "min heaps"),
        ("- 0:30 -5 degrees", "-5 degrees"),
        ("## 0:30〜：111. Mirror", "111. Mirror"),
        ("## 0:30：7つの星", "7つの星"),
        ("- 【0:30】:7 stars", "7 stars"),
    ],
)
def test_a_title_keeps_what_it_begins_with(written: str, title: str) -> None:
    assert told(f"# Chapters\n{written}") == [(30, title)]


def test_a_table_may_have_its_times_in_any_column() -> None:
    chapters = [(367, "One"), (1440, "Two"), (2641, "Three")]
    assert told("| Topic | Time |\n|---|---|\n| One | 06:07 |\n| Two | 24:00 |\n| Three | 44:01 |") == chapters
    assert told("| One | 06:07\n| Two | 24:00\n| Three | 44:01") == chapters
    assert told("| # | Time | Topic |\n|---|---|---|\n| 1 | 06:07 | One |\n| 2 | 24:00 | Two |\n| 3 | 44:01 | Three |") == chapters
    rows = "".join(f"<tr><td>{time}</td><td>{title}</td></tr>" for time, title in (("06:07", "One"), ("24:00", "Two"), ("44:01", "Three")))
    assert told(f"<table>{rows}</table>") == chapters


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


def test_a_mistyped_time_in_a_long_list_is_a_chapter_with_a_finding() -> None:
    body = "- 0:10 a\n- 59:00 b\n- 1:00 c\n- 2:00 d\n- 2:00 e\n- 3:00 f"
    chapters, findings = review_chapters(body, path="a.md", first_line=5)
    assert [(chapter.start.total_seconds(), chapter.title) for chapter in chapters] == [
        (10, "a"),
        (60, "c"),
        (120, "d"),
        (180, "f"),
        (3540, "b"),
    ]
    assert findings == (
        Finding(
            level="warning",
            rule="chapter-order",
            where=Where(path="a.md", line=6, column=3),
            message="59:00 is out of order among the times of its list",
            hint="correct the time, or move the line to its place",
        ),
        Finding(
            level="warning",
            rule="chapter-repeated",
            where=Where(path="a.md", line=9, column=3),
            message="2:00 is where the chapter on line 8 begins; only one is kept",
            hint="correct one of the times, or write one title for both",
        ),
    )


def test_a_line_that_is_left_out_of_a_list_is_a_finding() -> None:
    _, findings = review_chapters("- 0:10 a\n- 9:00 b\n- 1:00 c", path="a.md")
    assert [(finding.where.line, finding.message) for finding in findings] == [
        (2, "9:00 is out of order among the times of its list, and no chapter begins here")
    ]


def test_sound_lists_have_no_findings() -> None:
    assert review_chapters("- 0:10 a\n- 1:00 b\n\n## 0:10 a\n## 1:00 b\n\n| 2:00 |", path="a.md")[1] == ()


def test_the_link_of_a_time_tells_the_moment_that_frames_obscure() -> None:
    assert told("- [01:58:02](#t=01:58) One\n- [02:10:09](#t=130) Two") == [(118, "One"), (130, "Two")]


def test_a_table_of_times_is_a_list_of_chapters() -> None:
    body = "| Time | Topic | |\n|---|---|---|\n| 00:12 | One | x |\n| 03:00 | [Two](https://two.example) | |\n| 09:00 | Three | |"
    assert [(chapter.title, chapter.url) for chapter in read_chapters(body)] == [
        ("One", None),
        ("Two", "https://two.example"),
        ("Three", None),
    ]


def test_lines_broken_by_markup_on_one_line_are_lines() -> None:
    assert told("Topics:<br>00:12 One<br/>05:00 Two<br>09:00 Three") == [(12, "One"), (300, "Two"), (540, "Three")]
    assert told("<ul><li>00:12 One</li><li>05:00 Two</li></ul>") == [(12, "One"), (300, "Two")]


def test_items_are_read_however_deep_they_lie() -> None:
    body = "- 0:10 a\n  - 1:00 b\n    - 2:00 c\n      - 3:00 d\n- 5:00 e"
    assert told(body) == [(10, "a"), (60, "b"), (120, "c"), (180, "d"), (300, "e")]


def test_times_at_the_end_of_all_items_are_chapters() -> None:
    body = "- **One**: 01:00\n- Two with a long title that goes\n    on here: 05:30\n- [Three](https://a.example) - *13:20*."
    assert told(body) == [(60, "One"), (330, "Two with a long title that goes on here"), (800, "Three")]


def test_the_times_of_another_video_and_of_an_event_are_left_out_of_a_list() -> None:
    body = "- 00:10 a\n- 05:00 b\n- [that video](https://video.example/x)\n  - 00:30 goal\n- 18:00 c\n\n## News\n- 19:30〜21:00 a party"
    assert told(body) == [(10, "a"), (300, "b"), (1080, "c")]


def test_a_heading_that_only_speaks_of_an_event_hides_no_chapters() -> None:
    assert told("## 公開収録を開催しました\n- 00:12 はじめに\n- 08:31 会場から") == [(12, "はじめに"), (511, "会場から")]


def test_a_list_called_chapters_wins_over_headings_that_contradict_it() -> None:
    assert told("## CHAPTERS\n- 00:00 a\n- 01:27 b\n- 05:04 c\n\n## [00:01:10] b again\n\n## [00:04:50] c again") == [
        (0, "a"),
        (87, "b"),
        (304, "c"),
    ]


@pytest.mark.parametrize("body", ["# 目次\n- 10:31 a", "**Timestamps**\n10:31 a", "- 00:00 a"])
def test_one_time_is_a_chapter_where_it_is_called_one_or_is_the_beginning(body: str) -> None:
    assert [title for _, title in told(body)] == ["a"]


def test_a_long_title_goes_on_in_the_next_line_and_a_note_below_it_does_not() -> None:
    body = (
        "- 0:10 [A thing](https://a.example/a/long/address/that/fills/the/line/well), a\n  thing of *many* parts\n"
        "- 1:00 Short\n  note\n- 2:00 長い長い題名の次の行には、説明だけが書いてあることがよくある\n  説明の文がここにあり、題名ではない"
    )
    assert [title for _, title in told(body)] == [
        "A thing, a thing of many parts",
        "Short",
        "長い長い題名の次の行には、説明だけが書いてあることがよくある",
    ]


def test_a_chapters_link_may_be_defined_elsewhere() -> None:
    body = "- 0:10 [One][first]\n- 1:00 [Two][]\n\n[first]: https://one.example\n[two]: <https://two.example>"
    assert [(chapter.title, chapter.url) for chapter in read_chapters(body)] == [
        ("One", "https://one.example"),
        ("Two", "https://two.example"),
    ]


@pytest.mark.parametrize(
    "fragment",
    [
        "1:00",
        "1:00 a<br>",
        "- ",
        "[",
        "](",
        "*a",
        "`",
        "<!--",
        "<a ",
        "[1:00](",
        "{:",
        "１：０",
        "1:00 [a](",
        "<li>1:00 a</li>",
        "(",
        "1:00\n",
        "\t- 1:00\n",
        "```\n",
        "```\n1:00 a\n",
        "<td>1:00</td>",
        "|1:00",
        "۱:۰",
        "1:00-2:00 a\n",
    ],
)
def test_a_megabyte_of_anything_is_read_quickly(fragment: str) -> None:
    before = time.process_time()
    for text in (fragment, f"- 0:10 a {fragment}", f"# 0:10 [{fragment}"):
        read_chapters(text + fragment * (250_000 // len(fragment)))
    assert time.process_time() - before < 6  # a busy machine takes 1; anything quadratic takes minutes


@pytest.mark.parametrize("between", [" " * 200, ":" * 90, " :" * 60, "~" + " " * 200, "[" * 90])
def test_thousands_of_lines_with_much_between_time_and_title_are_read_quickly(between: str) -> None:
    before = time.process_time()
    read_chapters(f"- 0:10{between}x\n" * 4_000)
    assert time.process_time() - before < 2  # takes a tenth; going back over the blanks takes ten seconds


def test_the_quick_reading_of_plain_lines_tells_what_the_close_one_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    pick = random.Random(70).choice  # noqa: S311 - the same texts every time
    behind = ("", " ", "：", "~：", " - ", ": ", "〜", " | ", ",", "->", " から", "ごろ ", " am ", " JST ", "-", "~ [", " [[")
    titles = (*TEXT, *TIMES, "12 monkeys", "a [link](https://a.example) #", "ではなく", "[two\nlines](https://a.example)")
    bodies = [
        "\n".join(f"{pick(MARKERS)}{pick(('0:10', '1:02:03', *TIMES))}{pick(behind)}{pick(titles)}{pick(('', *TEXT))}" for _ in range(6))
        for _ in range(4_000)
    ]
    quick = [review_chapters(body, path="a.md") for body in bodies]
    monkeypatch.setattr("podpipe.chapters.lines._PLAIN", re.compile("(?!)"))
    assert quick == [review_chapters(body, path="a.md") for body in bodies]


def test_a_title_whose_link_goes_on_in_the_next_line_is_whole() -> None:
    assert told("## 0:10 [A title\nin two lines](https://a.example)\n") == [(10, "A title in two lines")]


def test_a_time_that_stands_alone_takes_its_title_from_the_item_below() -> None:
    assert told("## 0:10\n- The title\n\n## 1:00\n- Another") == [(10, "The title"), (60, "Another")]


def test_a_list_of_thousands_of_lines_with_many_out_of_order_is_read() -> None:
    times = (*range(0, 60_000, 20), *range(10, 30_000, 20))
    assert len(told("\n".join(f"- {at // 60}:{at % 60:02} about {at}" for at in times if at < 59_940))) == 2997


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
        ("`num::NonZero<T>` and `a_b_c`", "num::NonZero<T> and a_b_c"),
        ("[a][b] and [c][]", "a and c"),
        ("**a *b* c**", "a b c"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("**「題」**の話", "「題」の話"),
        ("Maker*in und Autor*in", "Maker*in und Autor*in"),
        ("a <!-- b --> c", "a c"),
        (r"\*a\* \_b\_ \[c\](d)", "*a* _b_ [c](d)"),
        ("a {#b}", "a"),
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
