"""What in Markdown is code: fenced blocks by their lines, and code spans by their places."""

from __future__ import annotations

from time import process_time

import pytest

from podpipe.code_blocks import code_lines, code_spans, stands_in


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\n```\nx\n```\nb", {1, 2, 3}),
        ("~~~\nx\n```\n~~~~\ny", {0, 1, 2, 3}),
        ("````\n```\n````\nx", {0, 1, 2}),
        ("```\na\n\nb", {0, 1, 2, 3}),
        ("- a\n  ```\n  x\nb", {1, 2}),
        ("- a\n            - b\n              ```\n              x\n              ```\nc", {2, 3, 4}),
        ("- ```\n  x\n  ```\n- y", {0, 1, 2}),
        ("> ```\n> x\ny", {0, 1}),
        ("> a\n```\nx\n\n```\ny", {1, 2, 3, 4}),
        ("    ```\nx", set()),
        ("``` a`b\nx", set()),
        ("`` x\ny", set()),
        ("", set()),
    ],
)
def test_lines_of_fenced_code_are_told_with_their_fences(text: str, lines: set[int]) -> None:
    assert code_lines(text) == lines


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("a `b` c", ["`b`"]),
        ("``x ` y`` z", ["``x ` y``"]),
        ("`a\nb` c", ["`a\nb`"]),
        ("`a\n\nb`", []),
        ("`a\n- b`", []),
        ("\\`a` b`", ["` b`"]),
        ("`a\\` b`", ["`a\\`"]),
        ("x\n```\n`\n```\n`b`", ["```\n`\n```\n", "`b`"]),
        ("``` a", ["``` a"]),
        ("no code", []),
    ],
)
def test_code_spans_are_told_where_they_stand(text: str, spans: list[str]) -> None:
    assert [text[start:end] for start, end in code_spans(text)] == spans


def test_a_place_stands_in_a_span_or_not() -> None:
    assert [stands_in(((2, 4), (6, 9)), place) for place in range(10)] == [False, False, True, True, False, False, True, True, True, False]
    assert not stands_in((), 0)


@pytest.mark.parametrize("fragment", ["`", "` ", "\\`", "```\n", "~", "> ```\n", "- ", "- a\n", " ", "\n", ">", "`a``"])
def test_a_megabyte_of_anything_is_read_in_no_time(fragment: str) -> None:
    text = f"```\n{fragment * (1_000_000 // len(fragment))}"
    before = process_time()
    code_spans(text)
    code_spans(text[4:])
    assert process_time() - before < 3
