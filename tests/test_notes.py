"""Show notes as Markdown: the HTML that comes of them, and where their links and headings stand."""

from __future__ import annotations

import pickle
import unicodedata
from dataclasses import replace

import pytest

from podpipe.model import Link, Notes
from podpipe.notes import read_notes, with_absolute_links

KEPT_IN_IDS = frozenset({"Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Pc"})


def html_of(body: str) -> str:
    return read_notes(body).html.replace("\n", "")


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("**「強調」**です", "<p><strong>「強調」</strong>です</p>"),
        ("00:27~01:00~ and ~~this~~", "<p>00:27~01:00~ and <del>this</del></p>"),
        ("Thanks!\n---\n---\nNext", "<p>Thanks!</p><hr /><hr /><p>Next</p>"),
        (
            "| a | b |\n|---|---|\n| 1 | 2 |",
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
        ),
        ("one  \ntwo", "<p>one<br />two</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("", ""),
    ],
)
def test_markdown_means_what_podcasters_mean_by_it(body: str, html: str) -> None:
    assert html_of(body) == html


def test_footnotes_lead_there_and_back() -> None:
    notes = read_notes("A claim[^1].\n\n[^1]: Its source.").html
    assert '<a href="#fn-1" id="fnref-1"' in notes
    assert '<li id="fn-1">' in notes
    assert '<a href="#fnref-1"' in notes


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("- a\n            - b\n            - c\n- d", "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>"),
        ("- a\n    - b\n        - c\n- d", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>"),
        ("- a\n        - b\n                - c\n        - d", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li><li>d</li></ul></li></ul>"),
        ("- a\n    -  b\n        - c\n    -  d", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li><li>d</li></ul></li></ul>"),
        ("1. a\n        1. b\n        2. c\n2. d", "<ol><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ol>"),
        ("* a\n          + b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("- a\n        - b\n          more of b", "<ul><li>a<ul><li>bmore of b</li></ul></li></ul>"),
        ("text\n\n        - code", "<p>text</p><pre><code>    - code</code></pre>"),
    ],
)
def test_items_indented_too_deep_are_nested_lists(body: str, html: str) -> None:
    assert html_of(body) == html


@pytest.mark.parametrize("fence", ["```", "~~~"])
def test_lists_inside_code_stay_as_they_are(fence: str) -> None:
    code = "- a\n            - b\n"
    assert read_notes(f"- x\n            - y\n\n{fence}\n{code}{fence}\n").html.endswith(f"<pre><code>{code}</code></pre>\n")


def test_moving_deep_items_moves_no_line() -> None:
    body = "- a\n            - [b](https://b.example)\n\n## Next\n[c](https://c.example)"
    notes = read_notes(body, first_line=10)
    assert notes.links == (Link(url="https://b.example", line=11, column=19), Link(url="https://c.example", line=14, column=5))
    assert notes.anchors == ((13, "next"),)


@pytest.mark.parametrize(
    ("body", "html", "url"),
    [
        ("https://a.jp/b。次へ", '<p><a href="https://a.jp/b">https://a.jp/b</a>。次へ</p>', "https://a.jp/b"),
        ("（https://a.jp/b）", '<p>（<a href="https://a.jp/b">https://a.jp/b</a>）</p>', "https://a.jp/b"),
        ("(https://a.jp/b。次)", '<p>(<a href="https://a.jp/b">https://a.jp/b</a>。次)</p>', "https://a.jp/b"),
        ("see https://a.jp/b.", '<p>see <a href="https://a.jp/b">https://a.jp/b</a>.</p>', "https://a.jp/b"),
        ("https://a.jp/?a=1&b=2", '<p><a href="https://a.jp/?a=1&amp;b=2">https://a.jp/?a=1&amp;b=2</a></p>', "https://a.jp/?a=1&b=2"),
        ("[国](https://a.jp/国（2）)", '<p><a href="https://a.jp/%E5%9B%BD%EF%BC%882%EF%BC%89">国</a></p>', "https://a.jp/国（2）"),
        ("[see https://t.co/x… here](https://a.jp)", '<p><a href="https://a.jp">see https://t.co/x… here</a></p>', "https://a.jp"),
    ],
)
def test_a_link_ends_where_its_author_ended_it(body: str, html: str, url: str) -> None:
    notes = read_notes(body)
    assert (notes.html.strip(), [link.url for link in notes.links]) == (html, [url])


@pytest.mark.parametrize(
    "code", ["`https://a.jp/b、c`", "```\nhttps://a.jp/b。c\n```", "~~~\nhttps://a.jp/b。c\n~~~", "``x ` https://a.jp/b、c``"]
)
def test_an_address_in_code_is_code(code: str) -> None:
    notes = read_notes(code)
    assert "&lt;" not in notes.html
    assert notes.links == ()


def test_an_address_in_a_definition_belongs_to_it() -> None:
    assert read_notes("[a]: https://a.jp/b（1）\n\n[a]").html == '<p><a href="https://a.jp/b%EF%BC%881%EF%BC%89">a</a></p>\n'


def test_every_link_is_told_with_its_line_and_column() -> None:
    body = (
        "[a](https://a.example) and ![b](/images/b.png)\n"
        "https://c.example\n"
        "[two\nlines](https://d.example)\n"
        '<a href="https://e.example?x=1&amp;y=2">e</a>\n'
        '<iframe width="1"\n  src="https://www.youtube.com/embed/f"></iframe>\n\n'
        "[日本](https://g.example/日本)\n"
        '`<a href="https://code.example">`'
    )
    assert read_notes(body, first_line=7).links == (
        Link(url="https://a.example", line=7, column=5),
        Link(url="/images/b.png", line=7, column=33),
        Link(url="https://c.example", line=8, column=1),
        Link(url="https://d.example", line=9, column=None),
        Link(url="https://e.example?x=1&y=2", line=11, column=10),
        Link(url="https://www.youtube.com/embed/f", line=13, column=8),
        Link(url="https://g.example/日本", line=15, column=6),
    )


@pytest.mark.parametrize(
    ("body", "links"),
    [
        ("(https://a.example)", [("https://a.example", 1, 2)]),
        ("see /a and [a](/a)", [("/a", 1, 16)]),
        ("[a][r]\n\n[r]: https://a.example", [("https://a.example", 1, None)]),
        ("www.a.example and me@a.example", [("http://www.a.example", 1, 1), ("mailto:me@a.example", 1, 19)]),
        ("`https://a.example` [a](https://a.example)", [("https://a.example", 1, 2)]),
        ("[a](https://a.example/x y)\n[b](https://b.example)", [("https://a.example/x y", 1, 5), ("https://b.example", 2, 5)]),
        ("[^1]\n\n[^1]: https://a.example", [("https://a.example", 3, 7)]),
        ("[a\nb](https://a.example)\n[c](/c)", [("https://a.example", 1, None), ("/c", 3, 5)]),
        ("`x` [a\nb](https://a.example)\n[c](/c)", [("https://a.example", 1, None), ("/c", 3, 5)]),
    ],
)
def test_the_place_of_a_link_is_told_however_it_is_written(body: str, links: list[tuple[str, int, int | None]]) -> None:
    assert [tuple(link) for link in read_notes(body).links] == links


def test_a_link_far_below_the_last_and_in_another_spelling_is_found_in_its_place() -> None:
    far = "word\n" * 1_000
    body = f"[a](https://a.example/b)\n{far}[a](https://a.example/坂)\n{far}[a](/坂)\n[a](https://a.example/%E5%9D%82)\n"
    assert read_notes(body).links == (
        Link("https://a.example/b", 1, 5),
        Link("https://a.example/坂", 1002, 5),
        Link("/坂", 2003, 5),
        Link("https://a.example/%E5%9D%82", 2004, 5),
    )


def test_an_address_that_its_author_encoded_in_part_is_told_with_its_line() -> None:
    notes = read_notes("a\n\n[a](https://a.example/坂%2C)\n[b](/b)")
    assert notes.links == (Link("https://a.example/%E5%9D%82%2C", 3), Link("/b", 4, 5))


@pytest.mark.parametrize("markup", ["", "<b>raw</b>"])
def test_links_travel_whether_they_have_been_asked_for_or_not(markup: str) -> None:
    notes = read_notes(f"# a\n[a](https://a.example)\n[b](/b) https://own.example/c {markup}", first_line=4)
    sent = pickle.dumps(notes)
    links = (Link("https://a.example", 5, 5), Link("/b", 6, 5), Link("https://own.example/c", 6, 9))
    for there in (pickle.loads(sent), pickle.loads(pickle.dumps(notes)), notes):  # noqa: S301 - our own bytes
        assert there.links == links
        assert (len(there.links), there.links[1], list(there.links)) == (3, links[1], list(links))
        assert there == notes == replace(notes, links=links)
        assert hash(there) == hash(replace(notes, links=links))


def test_headings_get_the_ids_that_kramdown_gives_and_repeats_a_number() -> None:
    body = (
        "## Show Notes\n### 0:27~：「LLM/AI」の話 ##\n## Show Notes\n# Q&A: what's_new?\n## ！？\n> ## Quoted\n\n- # Item\n\n## Show Notes"
    )
    assert read_notes(body, first_line=3).anchors == (
        (3, "show-notes"),
        (4, "027llmaiの話"),
        (5, "show-notes-1"),
        (6, "qa-whats_new"),
        (7, "section"),
        (8, "quoted"),
        (10, "item"),
        (12, "show-notes-2"),
    )


@pytest.mark.parametrize("block", range(0x100, 0x10000, 0x400))
def test_letters_marks_digits_and_hyphens_stay_in_an_id(block: int) -> None:
    for row in range(block, block + 0x400, 0x40):
        characters = [chr(code) for code in range(row, row + 0x40) if unicodedata.category(chr(code)) != "Cs"]
        expected = [
            f"{number}-a{character.lower() if unicodedata.category(character) in KEPT_IN_IDS else ''}b"
            for number, character in enumerate(characters)
        ]
        notes = read_notes("\n".join(f"## {number} a{character}b" for number, character in enumerate(characters)))
        assert [anchor for _, anchor in notes.anchors] == expected


def test_a_heading_carries_its_id_in_the_html() -> None:
    assert read_notes("## Show notes\n").html == '<h2 id="show-notes">Show notes</h2>\n'


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("[a](javascript:alert(1))", '<p><a href="">a</a></p>'),
        ("[a](vbscript:x) <b>b</b>", "<p><a>a</a> <b>b</b></p>"),
        ("a <script>alert(1)</script> b", "<p>a  b</p>"),
        ('<p onclick="x" style="color: red">a</p>', "<p>a</p>"),
        ('<iframe src="https://evil.example/"></iframe>', ""),
        ('<iframe src="https://www.youtube.com/embed/x"></iframe>', '<iframe src="https://www.youtube.com/embed/x"></iframe>'),
        (
            '<blockquote class="twitter-tweet"><a href="https://x.com/a">a</a></blockquote>',
            '<blockquote class="twitter-tweet"><a href="https://x.com/a">a</a></blockquote>',
        ),
        ('<audio src="/audio/1.mp3" controls></audio>', '<p><audio src="/audio/1.mp3" controls=""></audio></p>'),
        ("<!-- hidden -->\n\nseen", "<p>seen</p>"),
        (f'<a data-sourcepos="{"9" * 5000}:1" href="/x">x</a>', '<p><a href="/x">x</a></p>'),
    ],
    ids=lambda value: value[:40],
)
def test_nothing_that_could_run_code_is_published(body: str, html: str) -> None:
    assert html_of(body) == html


def test_notes_without_text_are_empty() -> None:
    assert read_notes("\n\n") == Notes(html="")


@pytest.mark.parametrize(
    ("markup", "absolute"),
    [
        ('<a href="/about">a</a>', '<a href="https://e.example/about">a</a>'),
        ('<a href="71">a</a>', '<a href="https://e.example/show/episode/71">a</a>'),
        ('<a href="#a">a</a>', '<a href="https://e.example/show/episode/70#a">a</a>'),
        ('<img src="../i.png" alt="">', '<img src="https://e.example/show/i.png" alt="">'),
        (
            '<video src="/a.mp4" controls="" poster="p.jpg">',
            '<video src="https://e.example/a.mp4" controls="" poster="https://e.example/show/episode/p.jpg">',
        ),
        ('<a title="a > b" href="/x?a=1&amp;b=2">a</a>', '<a title="a > b" href="https://e.example/x?a=1&amp;b=2">a</a>'),
        ('<a href="mailto:a@b.example">a</a>', '<a href="mailto:a@b.example">a</a>'),
        ('<a href="http://[x">a</a>', '<a href="http://[x">a</a>'),
        ('<a href="//cdn.example/x">a</a>', '<a href="https://cdn.example/x">a</a>'),
        ('<p>write src="x" or href="/y"</p>', '<p>write src="x" or href="/y"</p>'),
    ],
)
def test_relative_addresses_are_resolved_against_the_page(markup: str, absolute: str) -> None:
    assert with_absolute_links(markup, "https://e.example/show/episode/70") == absolute
