"""Show notes as their authors mean them, where CommonMark would read something else."""

from __future__ import annotations

from time import process_time

import pytest

from podpipe.notes import read_notes


def html_of(body: str) -> str:
    return read_notes(body).html.replace("\n", "")


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("##Title", '<h2 id="title">Title</h2>'),
        ("##\u3000はじめに", '<h2 id="はじめに">はじめに</h2>'),
        ("#\u00a0One", '<h1 id="one">One</h1>'),
        ("#hashtag and more", "<p>#hashtag and more</p>"),
        ("```\n##x\n```", "<pre><code>##x</code></pre>"),
        ("Title\n===\ntext", '<h1 id="title">Title</h1><p>text</p>'),
        ("text\n---\nmore", "<p>text</p><hr /><p>more</p>"),
        ("a == b\n\n===", "<p>a == b</p><p>===</p>"),
    ],
)
def test_headings_and_rules(body: str, html: str) -> None:
    assert html_of(body) == html


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("1. a\n  - b\n  - c\n2. d", "<ol><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ol>"),
        ("10. a\n   * b\n\n   more\n11. c", '<ol start="10"><li><p>a</p><ul><li>b</li></ul><p>more</p></li><li><p>c</p></li></ol>'),
        ("- a\nlazy\n            - b\nlazy\n            - c", "<ul><li>alazy<ul><li>blazy</li><li>c</li></ul></li></ul>"),
        ("- a\n            - b\n              ```\n              x\n              ```", None),
        ("- [ ] a\n- [x] b", "<ul><li>☐ a</li><li>☑ b</li></ul>"),
        ("Term\n: One\n: Two", "<dl><dt>Term</dt><dd>One</dd><dd>Two</dd></dl>"),
    ],
)
def test_lists(body: str, html: str | None) -> None:
    expected = html or "<ul><li>a<ul><li>b<pre><code>x</code></pre></li></ul></li></ul>"
    assert html_of(body) == expected


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("[a](https://a.jp/b c)", '<a href="https://a.jp/b%20c">a</a>'),
        ('[a](https://a.jp/b c "t")', '<a href="https://a.jp/b%20c" title="t">a</a>'),
        ("[a](https://a.jp/b\u3000)", '<a href="https://a.jp/b">a</a>'),
        ("[a](https://a.jp/(b))", '<a href="https://a.jp/(b)">a</a>'),
        ("[a](https://a.jp/(b)", '<a href="https://a.jp/(b">a</a>'),
        ("[a](https://a.jp/\nb)", '<a href="https://a.jp/b">a</a>'),
        ("[[a](https://a.jp)](https://a.jp)", '<a href="https://a.jp">a</a>'),
        ("[a]([https://a.jp](https://a.jp))", '<a href="https://a.jp">a</a>'),
        ("![a](/images/a b.png)", '<img src="/images/a%20b.png" alt="a" />'),
        ("([a](https://a.jp/b))", '(<a href="https://a.jp/b">a</a>)'),
        ("[1](a note)", "[1](a note)"),
        ("[a]([https://a.jp/%E5%9B%BD](https://a.jp/国))", '<a href="https://a.jp/%E5%9B%BD">a</a>'),
        ("詳細(https://a.jp/b)です", '詳細(<a href="https://a.jp/b">https://a.jp/b</a>)です'),
        ("はhttps://a.jp/b。次", 'は<a href="https://a.jp/b">https://a.jp/b</a>。次'),
        ("`[a](b c)`", "<code>[a](b c)</code>"),
    ],
)
def test_links(written: str, html: str) -> None:
    assert html_of(written) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ('[a](/b){:target="_blank"}。', '<p><a href="/b" target="_blank">a</a>。</p>'),
        ("[a](/b){:target=“_blank” .c}", '<p><a href="/b" target="_blank" class="c">a</a></p>'),
        ('![a](/b.png){: width="100"}', '<p><img src="/b.png" alt="a" width="100" /></p>'),
        ("**a**{:.x}{:.y}", '<p><strong class="x y">a</strong></p>'),
        ("a\n{: .note #n}", '<p class="note" id="n">a</p>'),
        ("{: .note}\na\n\nb", '<p class="note">a</p><p>b</p>'),
        ("- a\n- b\n{: .x}", '<ul class="x"><li>a</li><li>b</li></ul>'),
        ("- {:.x} a", '<ul><li class="x">a</li></ul>'),
        ("## A\n{: .x}", '<h2 id="a" class="x">A</h2>'),
        ("## A {#own}", '<h2 id="own">A</h2>'),
        ("* TOC\n{:toc}\n\n## A", '<h2 id="a">A</h2>'),
        ("| a |\n|---|\n| b |\n{: .t}", '<table class="t"><thead><tr><th>a</th></tr></thead><tbody><tr><td>b </td></tr></tbody></table>'),
        ('{:r: target="_blank"}\n[a](/b){:r}', '<p><a href="/b" target="_blank">a</a></p>'),
        ("a {:.x} b", "<p>a  b</p>"),
        ("{::comment}\na\n{:/comment}\nb {:/}", "<p>b</p>"),
        ("`{:.x}` {:foo => 1}", "<p><code>{:.x}</code> {:foo =&gt; 1}</p>"),
        ("*[RSS]: Simple\n\nRSS `RSS`", '<p><abbr title="Simple">RSS</abbr> <code>RSS</code></p>'),
    ],
)
def test_kramdowns_marks_are_applied_or_gone_and_never_shown(body: str, html: str) -> None:
    assert html_of(body) == html


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ('[a](/b){: onclick="x()" style="color: red"}', '<p><a href="/b">a</a></p>'),
        ('[a](/b){: href="javascript:x()"}', '<p><a href="/b">a</a></p>'),
        ("[a](/b){: title='\"><script>'}", '<p><a href="/b" title="&quot;&gt;&lt;script&gt;">a</a></p>'),
        ("<b>a</b>{:.x}", "<p><b>a</b></p>"),
    ],
)
def test_an_attribute_list_brings_in_nothing_that_could_run(body: str, html: str) -> None:
    assert html_of(body) == html


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("<div>\n**a**\n</div>\n- b", "<div>**a**</div><ul><li>b</li></ul>"),
        ('<div markdown="1">\n**a**\n</div>\nb', "<div><p><strong>a</strong></p></div><p>b</p>"),
        (
            "- a\n\n  <blockquote><p>q</p></blockquote>\n\n- b",
            "<ul><li><p>a</p><blockquote><p>q</p></blockquote></li><li><p>b</p></li></ul>",
        ),
        ("<br>\n**a**", "<p><br><strong>a</strong></p>"),
        ("<details><summary>s</summary>\n\n- a\n\n</details>", "<details><summary>s</summary><ul><li>a</li></ul></details>"),
        ("Vec<u8> and <foo>", "<p>Vec&lt;u8&gt; and &lt;foo&gt;</p>"),
        ("`<foo>` <b>x</b>", "<p><code>&lt;foo&gt;</code> <b>x</b></p>"),
        ("<sub>1</sub> 0:10~0:20~", "<p><sub>1</sub> 0:10~0:20~</p>"),
        ("- [x] a <b>b</b>", "<ul><li>☑ a <b>b</b></li></ul>"),
    ],
)
def test_raw_html_ends_where_its_author_ended_it(body: str, html: str) -> None:
    assert html_of(body) == html


FRAGMENTS = (
    *("[", "<", "*", "`", "!", "![", "[a](", "](((", "http://", "https://a。", "{:", "{:.a}", "{: .a}\n", ">", "> "),
    *("- ", "- a\n", "_a ", "a**b", "[^1]", "|", "&", "\\", "~~", "a@", "www.a ", "<a ", "<b>", "<div>\n", "<br>\n"),
    *("<script>", "<script ", "<!-- ", "<p>", "<a@b.c>", "*[a]", ": ", "##a\n", "\t", " ", "{::comment}"),
    *("[[a](b)](c)", "[a]: b\n", "---\n", "[a](/b%20c\\_) ", "\0", "\r", "            - a\n", "1. a\n  - b\n", "[x] "),
    *("    a\n", "[a](/坂)\n", "[a](https://a.example/坂%2C)\n", "# a {#b}\n", "# a\n", "- a\nx\n            - a\n"),
)


@pytest.mark.parametrize("fragment", FRAGMENTS)
@pytest.mark.parametrize("around", ["{}", "x {} y <b>z</b> `c` [l](/m)"])
def test_a_quarter_megabyte_of_anything_is_read_in_no_time(fragment: str, around: str) -> None:
    body = around.format(fragment * (250_000 // len(fragment)))
    before = process_time()
    read_notes(body)
    assert process_time() - before < 2
