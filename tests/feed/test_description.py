"""Descriptions as podcast apps read them: few tags, few bytes, and the chapters' times in a form that players find."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from podpipe.feed.description import item_description
from podpipe.feed.surviving import LONGEST

URL = "https://talk.example/episode/1"
TIMES = [("00:00:00", "Hello"), ("00:06:07", "The <first> cup"), ("01:02:03", "Bye")]
LIST = "<p>00:00:00 Hello</p><p>00:06:07 The &lt;first&gt; cup</p><p>01:02:03 Bye</p>"
MORE = f'<p><a href="{URL}">…</a></p>'


def described(notes: str, timestamps: list[tuple[str, str]] | None = None, *, otherwise: str = "About it") -> str:
    return item_description(notes.encode(), otherwise=otherwise, url=URL, timestamps=timestamps or []).decode()


@pytest.mark.parametrize(
    ("notes", "kept"),
    [
        ("<p>plain</p>", "<p>plain</p>"),
        ('<h2 id="a>b">Title</h2>\n<p>text</p>', "<p>Title</p>\n<p>text</p>"),
        ("<p>a <strong>b</strong> <code>c</code> <em>d</em></p>", "<p>a b c d</p>"),
        ("<p>one<br />\ntwo</p>", "<p>one</p><p>two</p>"),
        ('<p><a href="https://a.example/">x<br />y</a></p>', '<p><a href="https://a.example/">x y</a></p>'),
        ("<ul><li>one<br>two</li></ul>", "<ul><li>one two</li></ul>"),
        (
            '<p><a title="t" href=\'https://a.example/?a=1&amp;b=2\' rel="nofollow">x</a></p>',
            '<p><a href="https://a.example/?a=1&amp;b=2">x</a></p>',
        ),
        ('<p><a href="javascript:alert(1)">x</a></p>', "<p><a>x</a></p>"),
        ("<ul><li>a<ol><li>b</li></ol></li></ul>", "<ul><li>a<ol><li>b</li></ol></li></ul>"),
        ('<p>a</p><script>x < "y"</script><iframe src="https://e.example"></iframe><p>b</p>', "<p>a</p><p>b</p>"),
        ("<!-- secret --><p>a</p>", "<p>a</p>"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "<p> a  b </p>"),
        ("<p>1 < 2 & 3</p>", "<p>1 &lt; 2 & 3</p>"),
        ("</p></ul>words<li>", "words"),
    ],
)
def test_only_tags_that_survive_in_apps_are_left(notes: str, kept: str) -> None:
    assert described(notes) == kept


def test_without_notes_the_description_of_the_episode_stands_there() -> None:
    assert described("", otherwise="A < b") == "A &lt; b"
    assert described("", TIMES, otherwise="A < b") == f"<p>A &lt; b</p>{LIST}"


def test_the_chapters_end_the_description_a_line_each() -> None:
    assert described("<p>notes</p>", TIMES) == f"<p>notes</p>{LIST}"


@pytest.mark.parametrize(
    "held",
    [
        "<ul>\n<li>00:00 Hello</li>\n<li>06:07 The cup</li>\n<li>1:02:03 Bye</li>\n</ul>",
        "<p>(00:00:00) Hello<br />\n(00:06:07) The cup<br />\n(01:02:03) Bye</p>",
        '<ul><li><a href="#t=0">0:00</a> Hello</li><li><a href="#t=367">6:07</a> The cup</li><li>1:02:03 Bye</li></ul>',
    ],
)
def test_a_list_that_players_read_already_is_not_repeated(held: str) -> None:
    assert "00:00:00 Hello</p>" not in described(f"<p>notes</p>{held}", TIMES).removeprefix(described(held))
    assert described(f"<p>notes</p>{held}", TIMES).count("6:07") == 1


@pytest.mark.parametrize(
    "unread",
    [
        "<ul><li>00:00~：Hello</li><li>06:07~：The cup</li><li>1:02:03~：Bye</li></ul>",  # no blank behind the time
        "<h2>00:00 Hello</h2><p>x</p><h2>06:07 The cup</h2><p>x</p><h2>1:02:03 Bye</h2>",  # not one after the other
        "<ul><li>00:00 Hello</li><li>06:07 The cup</li></ul>",  # not all of them
    ],
)
def test_times_that_players_do_not_read_do_not_take_the_lists_place(unread: str) -> None:
    assert described(unread, TIMES).endswith(LIST)


def test_what_is_too_long_ends_in_a_link_to_the_whole_and_keeps_the_chapters() -> None:
    made = described("<ul>" + "<li>ひとつの長い項目 <a href='https://e.example/'>リンク</a></li>" * 200 + "</ul>", TIMES)
    assert len(made.encode()) <= LONGEST
    assert len(made.encode()) > LONGEST - 100, "as much as fits"
    assert made.endswith(f"</ul>{MORE}{LIST}")
    etree.fromstring(f"<x>{made}</x>")


@pytest.mark.parametrize("length", [LONGEST - 1, LONGEST, LONGEST + 1])
def test_the_limit_is_of_bytes_and_exact(length: int) -> None:
    notes = f"<p>{'x' * (length - 7)}</p>"
    made = described(notes)
    assert (made == notes) is (length <= LONGEST)
    assert len(made.encode()) <= LONGEST


def test_neither_a_letter_nor_an_entity_nor_a_tag_is_cut_in_the_middle() -> None:
    for shift in range(12):
        made = described("<p>" + "x" * shift + '字&amp;<a href="https://e.example/">y</a>' * 200 + "</p>")
        assert re.fullmatch(r'<p>x*(字(&amp;(<a href="https://e\.example/">y?</a>)?)?)*</p>' + re.escape(MORE), made), made[-120:]


def test_very_many_chapters_leave_room_for_some_notes() -> None:
    times = [(f"{minute // 60:02}:{minute % 60:02}:00", f"Chapter {minute}") for minute in range(600)]
    made = described("<p>" + "word " * 1000 + "</p>", times)
    assert len(made.encode()) <= LONGEST
    assert made.startswith("<p>word word")
    assert len(re.findall(r"<p>\d\d:\d\d:00 Chapter", made)) > 80


MARKS = (
    *("<p>", "</p>", "<ul>", "</ul>", "<li>", "</li>", "<ol>", "</ol>", '<a href="https://a.example/">', "</a>", "<br />", "<h2>", "</h2>"),
    *("<", ">", "&amp;", "<script>", "</script>", "<!--", "-->", "<a href='", "<p", "00:00 ", "\n", "word " * 300),
)
ANY_MARKUP = st.lists(
    st.one_of(
        st.sampled_from(MARKS),
        st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
    ),
    max_size=40,
).map("".join)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(ANY_MARKUP, st.booleans())
def test_whatever_the_notes_are_a_description_is_short_and_well_formed(notes: str, listed: bool) -> None:
    made = described(notes, TIMES if listed else [])
    assert len(made.encode()) <= LONGEST
    opened: list[str] = []
    for closes, name in re.findall(r"<(/?)(p|ul|ol|li|a)\b[^<>]*>", made):
        if closes:
            assert opened.pop() == name
        else:
            opened.append(name)
    assert not opened
    assert not re.search(r"<(?!/?(?:p|ul|ol|li|a)\b)", made)
