"""Raw HTML in show notes: what is taken out, and the embeds that stay."""

from __future__ import annotations

import pytest

from podpipe.embeds import FRAME_HOSTS, frame_is_kept, sanitised, without_scripts


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ('<p onclick="alert(1)">a</p>', "<p>a</p>"),
        ('<a href="javascript:alert(1)">a</a>', "<a>a</a>"),
        ('<a href="JaVa&#10;Script:alert(1)">a</a>', "<a>a</a>"),
        ('<img src="x" onerror="alert(1)">', '<img src="x">'),
        ('<p style="position: fixed">a</p><style>p { color: red }</style>', "<p>a</p>"),
        ('<a href="data:text/html,x">a</a>', "<a>a</a>"),
        ('<form action="/login"><input name="password"></form>', ""),
        ('<object data="x.swf"></object><embed src="x.swf">', ""),
        ('<video poster="javascript:alert(1)"></video>', "<video></video>"),
        ('<iframe src="https://evil.example/x"></iframe>', ""),
        ('<iframe src="https://www.youtube.com.evil.example/embed/x"></iframe>', ""),
        ('<iframe src="https://www.youtube.com@evil.example/embed/x"></iframe>', ""),
        ('<iframe src="javascript:alert(1)"></iframe>', ""),
        ('<iframe src="http://[x"></iframe>', ""),
        ('<iframe srcdoc="&lt;script&gt;x&lt;/script&gt;"></iframe>', ""),
        ("<svg><a xlink:href='javascript:alert(1)'>a</a></svg>b", "b"),
        ("<p>unclosed <b>bold", "<p>unclosed <b>bold</b></p>"),
    ],
)
def test_what_could_run_code_or_imitate_the_page_is_taken_out(written: str, kept: str) -> None:
    assert sanitised(written) == kept


@pytest.mark.parametrize(
    "markup",
    [
        '<iframe width="560" height="315" src="https://www.youtube.com/embed/abc" allowfullscreen=""></iframe>',
        '<iframe src="https://open.spotify.com/embed/episode/abc" allow="encrypted-media"></iframe>',
        '<iframe src="https://w.soundcloud.com/player/?url=a&amp;color=b" scrolling="no"></iframe>',
        '<iframe src="https://speakerdeck.com/player/abc" width="710"></iframe>',
        '<audio controls="" src="/audio/1.mp3"></audio>',
        '<video controls="" poster="/a.jpg" width="640"><source src="a.mp4" type="video/mp4"></video>',
        '<blockquote class="twitter-tweet" data-lang="ja"><p lang="ja" dir="ltr">a</p></blockquote>',
        "<details><summary>a</summary>b</details>",
    ],
)
def test_embeds_that_podcasters_use_stay_as_they_are(markup: str) -> None:
    assert sanitised(markup) == markup


def test_a_frame_without_a_scheme_is_fetched_over_https() -> None:
    assert sanitised('<iframe src="//www.youtube.com/embed/a"></iframe>') == '<iframe src="https://www.youtube.com/embed/a"></iframe>'


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        *((f"https://{host}/x", True) for host in sorted(FRAME_HOSTS)),
        ("HTTPS://WWW.YouTube.com/x", True),
        ("//www.youtube.com/x", True),
        ("ftp://www.youtube.com/x", False),
        ("/www.youtube.com/x", False),
        ("https://youtube.com.example/x", False),
        ("http://[x", False),
        ("", False),
    ],
)
def test_frames_are_judged_by_their_host(url: str, kept: bool) -> None:
    assert frame_is_kept(url) is kept


def test_speakerdecks_script_becomes_the_frame_that_it_would_have_made() -> None:
    script = '<script async class="speakerdeck-embed" data-id="abc123" data-slide="4"\n src="//speakerdeck.com/assets/embed.js"></script>'
    assert without_scripts(f"before\n{script}\nafter") == (
        'before\n<iframe class="speakerdeck-embed" src="https://speakerdeck.com/player/abc123?slide=4" width="710" height="400" '
        "allowfullscreen></iframe>\n\nafter"
    )


@pytest.mark.parametrize(
    "script",
    [
        '<script async src="https://platform.twitter.com/widgets.js"></script>',
        "<SCRIPT>alert(1)</SCRIPT >",
        '<script src="http://[x" data-id="a"></script>',
        '<script src="//speakerdeck.com/assets/embed.js" data-id="../../x"></script>',
        '<script src="https://evil.example/embed.js" data-id="abc"></script>',
    ],
)
def test_any_other_script_goes(script: str) -> None:
    assert without_scripts(f"a{script}b") == "ab"


def test_a_script_leaves_its_line_breaks_so_that_lines_stay_where_they_are() -> None:
    assert without_scripts("a\n<script>\nx\n\n</script>\nb") == "a\n\n\n\n\nb"


@pytest.mark.parametrize(
    "shown", ["```html\n<script>x</script>\n```\n", "`<script>x</script>`", "- a\n  ~~~\n  <script>x</script>\n  ~~~\n"]
)
def test_a_script_that_is_shown_as_code_stays(shown: str) -> None:
    assert without_scripts(shown) == shown
