"""A line under a finding: what of it is shown, and that the caret stands below the column whatever the characters before it."""

from __future__ import annotations

import time

import pytest

from podpipe.cli.excerpt import Excerpt, cells, excerpt, readable
from podpipe.cli.report import as_github, as_json, as_text
from podpipe.model import Finding, Where


def finding(line: int | None = 2, column: int | None = None, hint: str = "correct it") -> Finding:
    where = Where(path="episodes/1.md", line=line, column=column)
    return Finding(level="warning", rule="link-own-site", where=where, message="no page", hint=hint)


def test_the_caret_stands_below_the_column() -> None:
    assert as_text(finding(column=5), ["", "See [that](/9)."]) == (
        "episodes/1.md:2:5: warning: no page [link-own-site]\n    See [that](/9).\n        ^\n    correct it"
    )


def test_wide_characters_before_the_column_take_two_cells() -> None:
    line = "お茶は［これ］です。ｶﾅ e\u0301 👩‍👩‍👧 x"
    assert excerpt(line, 4).caret == 6
    assert excerpt(line, line.index("ｶ") + 1).caret == 20
    assert excerpt("ｶﾅx", 3).caret == 2
    assert excerpt("e\u0301x", 3).caret == 1
    assert cells("お茶 a") == 6


def test_a_finding_without_a_column_or_a_line_shows_none() -> None:
    assert as_text(finding(), ["", "text"]) == "episodes/1.md:2: warning: no page [link-own-site]\n    text\n    correct it"
    assert as_text(finding(line=None, hint="")) == "episodes/1.md: warning: no page [link-own-site]"
    assert as_text(finding(line=9, hint=""), ["one"]) == "episodes/1.md:9: warning: no page [link-own-site]"
    assert as_text(finding(hint=""), ["", "  "]) == "episodes/1.md:2: warning: no page [link-own-site]"


@pytest.mark.parametrize("column", [0, 6, 99])
def test_a_column_that_the_line_does_not_have_gets_no_caret(column: int) -> None:
    assert excerpt("text", column) == Excerpt("text", None)


def test_a_column_just_after_the_line_gets_one() -> None:
    assert excerpt("text", 5) == Excerpt("text", 4)
    assert excerpt("text  ", 5) == Excerpt("text  ", 4)


@pytest.mark.parametrize("column", [1, 40, 41, 42, 56, 500, 1000, None])
@pytest.mark.parametrize("letter", ["a", "茶"])
def test_of_a_long_line_what_stands_about_the_column_is_shown(column: int | None, letter: str) -> None:
    line = letter * 999 + "!"
    shown = excerpt(line, column)
    assert cells(shown.text) <= 112
    assert "…" in shown.text
    if column:
        before = shown.text[: shown.text.index("!")] if column == 1000 else None
        assert shown.caret is not None
        assert before is None or cells(before) == shown.caret


def test_what_would_steer_a_terminal_is_shown_as_a_dot_and_keeps_its_place() -> None:
    assert readable("a\tb\x1b[31m\u202ec\u3000d\u00a0e") == "a b·[31m·c\u3000d\u00a0e"
    assert excerpt("\x1b[0m x", 6) == Excerpt("·[0m x", 5)
    assert "\x1b" not in as_text(Finding(level="error", rule="r", where=Where(path="\x1b.md"), message="\x1b", hint="\x1b"))


def test_a_line_of_a_megabyte_is_shown_at_once() -> None:
    for line in ("a" * 1_000_000, "茶" * 1_000_000, " " * 1_000_000 + "x", "\x1b" * 1_000_000):
        began = time.process_time()
        excerpt(line, 500_000)
        excerpt(line, None)
        assert time.process_time() - began < 0.2


def test_json_and_github_have_the_column_too() -> None:
    assert as_json(finding(column=5)) == (
        '{"path": "episodes/1.md", "line": 2, "column": 5, "level": "warning", "rule": "link-own-site", "message": "no page", '
        '"hint": "correct it"}'
    )
    assert as_github(finding(column=5), "show/") == (
        "::warning file=show/episodes/1.md,line=2,col=5,title=podpipe link-own-site::no page%0Acorrect it"
    )
