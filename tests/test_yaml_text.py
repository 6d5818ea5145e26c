"""YAML as text, beside Ruby's Psych, with which Jekyll reads the same files."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.errors import SourceError
from podpipe.yaml_text import YamlText, read_yaml, without_tabs
from tests.conftest import SHOWS, require

PSYCH = r"""
require "json"
require "psych"

def text_of(node)
  case node
  when Psych::Nodes::Scalar then node.quoted || !["~", "null", "Null", "NULL"].include?(node.value) ? node.value : ""
  when Psych::Nodes::Sequence then node.children.map { |child| text_of(child) }
  when Psych::Nodes::Mapping then node.children.each_slice(2).to_h { |key, value| [text_of(key), text_of(value)] }
  when Psych::Nodes::Document then text_of(node.root)
  end
end

puts JSON.generate(JSON.parse(STDIN.read).map { |text|
  begin
    document = Psych.parse(text)
    document ? { "values" => text_of(document) } : { "values" => {} }
  rescue Psych::SyntaxError => error
    { "refused" => [error.line, error.column] }
  end
})
"""
JEKYLL_HEAD = re.compile(r"\A(---\s*\n.*?\n?)^((---|\.\.\.)\s*$\n?)", re.MULTILINE | re.DOTALL)
"""What Jekyll takes for front matter, in Ruby's words: both ends, and nothing before the first."""

ODD = (
    "a:\tb\nc: d\t\n",
    "a: b\n# c\nd: e # f\n",
    "a: “x”\nb: 「y: z」\n",
    "a: x#y\nb: x #y\n",
    "a: 'x\n  y'\nb: \"x\\n\\u3042\"\n",
    "a: >-\n  x\n\n  y\nb: |+\n  z\n\n",
    "a: [b, 'c', {d: e}]\nf: {g}\n",
    "a:\n- b\n-   - c\n    - d\n",
    "a: 10:06\nb: 010\nc: 1_000\nd: 1e3\ne: .5\nf: 0x10\n",
    "a: 2019-12-19 00:00:00 +0900\nb: 2019-1-2\n",
    "a: yes\nb: ~\nc: null\nd: 'null'\ne:\nf: NULL\n",
    "1: a\ntrue: b\n'c d': e\n浅野: f\n",
    "a: !!str 12\nb: !x y\n",
    "? a\n: b\n",
    "a: x: y\n",
    "a: @x\n",
    "a: `x`\n",
    "a: %x\n",
    "a: - b\n",
    "a: 'b' c\n",
    "a: 'it's'\n",
    'a: "x"y"\n',
    'a: "x\\qy"\n',
    "a: [b\nc: d\n",
    "a: b\n  c: d\n",
    "a: b\nc\n",
    "a: 'b\n",
    "a: b\x01\n",
    "a: \ufeffb\n",
    "a: b\u2028c\n",
    "\u3000a: b\n",
    "a:b\nc: d\n",
    "%YAML 1.1\n---\na: b\n",
    "",
    "# only a remark\n",
)


def psych(texts: list[str]) -> list[dict[str, Any]]:
    require(shutil.which("ruby") is not None, "needs Ruby, whose YAML reader Jekyll uses")
    done = subprocess.run(["ruby", "-e", PSYCH], input=json.dumps(texts), capture_output=True, text=True, check=True)
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def ours(text: str) -> dict[str, Any]:
    try:
        return {"values": read_yaml(text).values}
    except SourceError:
        return {"refused": True}


@pytest.mark.parametrize("show", SHOWS)
def test_real_front_matter_reads_as_in_jekyll(shared: Path, show: str) -> None:
    files = sorted((shared / "shows" / show / "_posts").iterdir())
    heads = [match[1] for path in files if (match := JEKYLL_HEAD.match(path.read_text(encoding="utf-8-sig")))]
    assert len(heads) == len(files)
    assert [ours(head) for head in heads] == psych(heads)


def test_real_settings_read_as_in_jekyll(shared: Path) -> None:
    texts = [(shared / "shows" / show / "_config.yml").read_text(encoding="utf-8-sig") for show in SHOWS]
    assert [ours(text) for text in texts] == psych(texts)


def test_odd_yaml_reads_as_in_jekyll_or_is_refused_by_both() -> None:
    for text, theirs in zip(ODD, psych(list(ODD)), strict=True):
        expected = theirs if isinstance(theirs.get("values"), dict) else {"refused": True}
        assert ours(text) == expected, text


def test_lines_and_columns_count_from_the_line_that_the_text_begins_on() -> None:
    assert read_yaml("a: x\nb:\n  - y\n'c': 'z'\na: x #1\n", first_line=5) == YamlText(
        values={"a": "x", "b": ["y"], "c": "z"},
        lines={"a": 9, "b": 6, "c": 8},
        columns={"a": 4, "b": 1, "c": 6},
        repeated=(("a", 9),),
        cut=(("a", 9, 6),),
    )
    with pytest.raises(SourceError, match="mapping values are not allowed") as caught:
        read_yaml("a: x: y\n", first_line=5)
    assert (caught.value.line, caught.value.column) == (5, 5)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("title: LLM: a talk", "put the value in quotes: a colon"),
        ("title: @asano", "put the value in quotes: @"),
        ("date: x\ntitle:Talk\nslug: y", "write a space after title:"),
        ("title: 'it's'", "look for a missing quote"),
    ],
)
def test_an_error_says_what_to_do(text: str, hint: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_yaml(text)
    assert caught.value.hint.startswith(hint)


@given(st.text(alphabet="ab\t -:#\n", max_size=40))
def test_taking_tabs_for_spaces_keeps_every_line(text: str) -> None:
    plain = without_tabs(text)
    assert [line.split() for line in plain.split("\n")] == [line.split() for line in text.split("\n")]
    assert without_tabs(plain) == plain


@given(st.text(max_size=200))
def test_no_text_is_too_strange_to_be_read_or_refused_with_its_line(text: str) -> None:
    try:
        lines = read_yaml(text).lines
    except SourceError as error:
        lines = {"": error.line or 0}
    most = 1 + sum(text.count(end) for end in "\n\r\x85\u2028\u2029")
    assert all(1 <= line <= most + 1 for line in lines.values())


WORDS = (
    "a:",
    "b:",
    "key_1:",
    "é:",
    "  ",
    "- ",
    "10:06",
    ": ",
    " #",
    "y#",
    '"q"',
    "null",
    "---",
    "...",
    "\n\n",
    "\n- ",
    "\n  - ",
    "\na: ",
    "\n\x85",
    "\u2028",
)
FRAGMENTS = st.sampled_from([*"x- :#'\"\\~/…あ\u3000\t[]{},&*!|>%@`😀\n\n", *WORDS])


@given(st.lists(FRAGMENTS, max_size=16).map("".join))
def test_simple_lines_read_as_the_yaml_that_they_are(text: str) -> None:
    # A remark at the end makes the reader take its thorough way.
    found: list[YamlText | str] = []
    for written in (f"{text}\n", f"{text}\n# remark\n"):
        try:
            found.append(read_yaml(written))
        except SourceError as error:
            found.append(error.message)
    assert found[0] == found[1]


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029"])
def test_lines_are_counted_as_editors_do_and_not_by_the_other_line_breaks_of_yaml(character: str) -> None:
    read = read_yaml(f"a: |\n  one{character}  two{character}  three\nb: cut #short\nc: {{x: 1}}\n")
    assert read.lines == {"a": 1, "b": 3, "c": 4}
    assert read.columns == {"a": 4, "b": 4, "c": 4}
    with pytest.raises(SourceError) as caught:
        read_yaml(f"a: one{character}  two\nb: 'open\n")
    assert caught.value.line is not None
    assert caught.value.line <= 3
