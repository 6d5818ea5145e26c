"""Front matter: values as the author typed them, lines as an editor counts them, and errors that lead to the place."""

from __future__ import annotations

import contextlib
import itertools
import time
from typing import Any

import pytest

from podpipe.errors import SourceError
from podpipe.frontmatter import FrontMatter, split_front_matter


def error_of(text: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        split_front_matter(text, path="episodes/1.md")
    return caught.value


def test_values_stay_the_text_that_was_written() -> None:
    text = "---\nduration: 10:06\nepisode: 010\ndate: 2023-05-29\ndraft: yes\nsize: 1_000\nquoted: 'null'\nblank:\nnothing: ~\n---\nNotes\n"
    assert split_front_matter(text, path="episodes/1.md") == FrontMatter(
        values={
            "duration": "10:06",
            "episode": "010",
            "date": "2023-05-29",
            "draft": "yes",
            "size": "1_000",
            "quoted": "null",
            "blank": "",
            "nothing": "",
        },
        lines={"duration": 2, "episode": 3, "date": 4, "draft": 5, "size": 6, "quoted": 7, "blank": 8, "nothing": 9},
        columns={"duration": 11, "episode": 10, "date": 7, "draft": 8, "size": 7, "quoted": 9, "blank": 7, "nothing": 10},
        body="\nNotes\n",
        body_line=10,
    )


def test_lists_mappings_and_long_texts_are_read_with_the_line_of_their_key() -> None:
    text = "---\nactor_ids:\n  - asano\n  - 70\nextra: {a: 1}\ndescription: >\n  one\n  two\ntitle: T\n---\n"
    matter = split_front_matter(text, path="episodes/1.md")
    assert matter.values == {"actor_ids": ["asano", "70"], "extra": {"a": "1"}, "description": "one two\n", "title": "T"}
    assert matter.lines == {"actor_ids": 2, "extra": 5, "description": 6, "title": 9}
    assert matter.columns == {"actor_ids": 1, "extra": 8, "description": 14, "title": 8}


def test_a_tab_after_the_dash_of_a_list_is_a_space_and_told() -> None:
    matter = split_front_matter("---\nactor_ids:\n  -\tasano\n  -\t\tkim\n---\n", path="p")
    assert (matter.values, matter.tabs) == ({"actor_ids": ["asano", "kim"]}, (3, 4))


@pytest.mark.parametrize(
    "text",
    [
        "---\na: 1\n---\nBody",
        "---\na: 1\n...\nBody",
        "\ufeff---\na: 1\n---\nBody",
        "---\na: 1\n----\n\nBody",
        "---\na: 1\n---\n\n\nBody",
        "\n---\na: 1\n---\nBody",
        "---\n---\nBody",
        "----\n---- \n\nBody",
    ],
)
def test_the_notes_know_the_line_on_which_they_begin(text: str) -> None:
    matter = split_front_matter(text, path="p")
    assert matter.body.lstrip() == "Body"
    assert text.split("\n")[matter.body_line - 1 + matter.body.count("\n")] == "Body"


def test_dashes_in_the_notes_belong_to_the_notes() -> None:
    assert split_front_matter("---\na: 1\n---\none\n---\ntwo", path="p").body.strip() == "one\n---\ntwo"


def test_a_key_that_stands_twice_is_told_with_its_second_line_and_the_last_value_counts() -> None:
    matter = split_front_matter("---\ntitle: one\ndate: x\ntitle: two\n---\n", path="p")
    assert (matter.values["title"], matter.repeated) == ("two", (("title", 4),))


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        ("---\ndate: x\ntitle: LLM: a talk\n---\n", 3, 11, "mapping values are not allowed", "put the value in quotes"),
        ("\n---\ntitle: @asano\n---\n", 3, 8, "cannot start any token", "put the value in quotes: @ at its beginning"),
        ("---\na: 1\n\tb: 2\n---\n", 3, 1, "tab character", "replace the tab by spaces"),
        ('---\ntitle: "a\nb: 1\n---\n', 4, 1, "quoted scalar", "look for a missing quote"),
        ("---\ntitle: [a\nb: 1\n---\n", 3, 2, "flow sequence", "look for a missing quote"),
        ("---\n- a\n- b\n---\n", 2, 1, "no list of keys and values", "write a key: value pair"),
        ("---\ntitle: a\n? [b, c]\n: d\n---\n", 3, 3, "a key must be a word", "write a key: value pair"),
        ("---\ntitle: あ\x01い\n---\n", 2, 9, "control character U+0001", "delete the character"),
        ("---\na: &a [*a]\n---\n", 2, 4, "holds itself", "write it out plainly"),
        ("---\na: " + "[" * 40 + "]" * 40 + "\n---\n", 2, 25, "too deep", "write it out plainly"),
        ("---\na: *nobody\n---\n", 2, 4, "undefined alias", "put the value in quotes: * at its beginning"),
        ("---\ntitle: a\ndate:2019\n---\n", 3, 1, "could not find expected ':'", "write a space after date:"),
        ("---\ntitle: a\n・One\n・Two\ndate: x\n---\n", 3, 1, "could not find expected ':'", "this line is no key: value pair"),
        ("---\na: " + "[" * 100_000 + "\n---\n", 2, 25, "too deep", "write it out plainly"),
        ("---\na:\n" + "- " * 100_000 + "\n---\n", 3, 43, "too deep", "write it out plainly"),
        ("---\n" + "".join(f"{' ' * depth}a:\n" for depth in range(300)) + "---\n", 24, 23, "too deep", "write it out plainly"),
        ("---\n" + "k: v\n" * 100_000 + "---\n", 1, None, "more than 50,000 entries", "move what is no front matter out of it"),
    ],
)
def test_broken_yaml_is_one_error_with_its_place_in_the_file_and_advice(
    text: str, line: int, column: int | None, message: str, hint: str
) -> None:
    error = error_of(text)
    assert (error.path, error.line, error.column) == ("episodes/1.md", line, column)
    assert error.message.startswith("the front matter is not valid YAML: ")
    assert message in error.message
    assert error.hint.startswith(hint)


def test_front_matter_without_an_end_is_an_error() -> None:
    error = error_of("---\ntitle: a\n\nNotes\n")
    assert (error.message, error.line) == ("the front matter has no end", 1)
    assert "three dashes" in error.hint


@pytest.mark.parametrize("text", ["", "Notes only\n", "# 1\n\n---\ntitle: a\n---\n", "--\ntitle: a\n--\n"])
def test_a_file_without_front_matter_is_an_error(text: str) -> None:
    error = error_of(text)
    assert (error.message, error.line) == ("the file does not begin with front matter", 1)
    assert "title:" in error.hint


def test_json_is_read_as_yaml_is() -> None:
    text = (
        '{\n  "title": "\\ud83c\\udf75 Tea\\/time",\n  "episode": 7,\n  "draft": false,\n  "hosts": ["ann"],\n  "image": null\n}\n\nNotes\n'
    )
    assert split_front_matter(text, path="p") == FrontMatter(
        values={"title": "🍵 Tea/time", "episode": "7", "draft": "false", "hosts": ["ann"], "image": ""},
        lines={"title": 2, "episode": 3, "draft": 4, "hosts": 5, "image": 6},
        columns={"title": 12, "episode": 14, "draft": 12, "hosts": 12, "image": 12},
        body="\n\nNotes\n",
        body_line=7,
    )
    assert error_of('{\n  "title": "a"\n').hint == "close it with a line of }"
    assert error_of('{\n  "title": "a\n}\n').line == 3


def test_front_matter_of_another_kind_is_named() -> None:
    assert "TOML" in error_of('+++\ntitle = "a"\n+++\nNotes\n').hint


@pytest.mark.parametrize(
    ("text", "values", "tabs"),
    [
        ("a: 1\n\t\nb: 2", {"a": "1", "b": "2"}, (3,)),
        ("a: 1\n\t# why\nb: 2", {"a": "1", "b": "2"}, (3,)),
        ("a:\n\t- x\n\t- y", {"a": ["x", "y"]}, (3, 4)),
        ("a:\n\tb:\n\t\tc: x", {"a": {"b": {"c": "x"}}}, (3, 4)),
        ("a:\tx\t\nb: y\t# why", {"a": "x", "b": "y"}, ()),
        ("a: |\n  x\n  \n  \ty", {"a": "x\n\n\ty\n"}, ()),
        ("a: x\n\ty", {"a": "x y"}, (3,)),
    ],
)
def test_a_tab_that_can_mean_only_one_thing_is_read_and_told(text: str, values: dict[str, Any], tabs: tuple[int, ...]) -> None:
    matter = split_front_matter(f"---\n{text}\n---\n", path="p")
    assert (matter.values, matter.tabs) == (values, tabs)


@pytest.mark.parametrize("text", ["a: 1\n\tb: 2", "a:\n  - x\n\t- y"])
def test_a_tab_whose_depth_nobody_can_tell_is_an_error(text: str) -> None:
    assert error_of(f"---\n{text}\n---\n").line in {2, 3, 4}


def test_text_that_yaml_cuts_off_at_a_hash_is_told_with_its_place() -> None:
    text = "---\ntitle: Talk #1 of two\ndate: 2019-01-01 # a comment\nslug: a#b\ndescription: 'x #y'\nlong: one\n  two #three\n---\n"
    matter = split_front_matter(text, path="p")
    assert matter.cut == (("title", 2, 13), ("long", 7, 7))
    assert (matter.values["title"], matter.values["long"], matter.values["description"]) == ("Talk", "one two", "x #y")


def test_a_merge_key_takes_over_what_it_names_as_in_ruby() -> None:
    text = "---\nbase: &base {host: asano, tags: [a]}\n<<: *base\nextra:\n  <<: [*base, {host: kim}]\n  more: x\n---\n"
    assert split_front_matter(text, path="p").values == {
        "base": {"host": "asano", "tags": ["a"]},
        "host": "asano",
        "tags": ["a"],
        "extra": {"host": "asano", "tags": ["a"], "more": "x"},
    }


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: " + "x" * 1_000_000 + "\n---\n",
        "---\ntitle:" + " " * 1_000_000 + "x: y: z\n---\n",
        "---\ntitle: x #" + " #" * 500_000 + "\n---\n",
        "---\n\tx\n" + "\n" * 1_000_000 + "---\n",
        "---\nx:\n" + "-\ty\n" * 40_000 + "---\n",
        "---\nx: [" + "y, " * 300_000 + "]\n---\n",
        "\n" * 1_000_000 + "x",
        "---" + " " * 1_000_000 + "x",
        "-" * 1_000_000 + "x",
        "---\na: 1\n" + "--- x\n" * 160_000,
        "---\n" + "%a\n" * 300_000 + "---\n",
        "---\n" + "? " * 500_000 + "\n---\n",
        "---\n" + ": " * 500_000 + "\n---\n",
        "---\nx: " + "{a: " * 250_000 + "\n---\n",
        "---\nx: " + "'" * 1_000_001 + "\n---\n",
        "---\nx: " + "&a " * 300_000 + "\n---\n",
        "---\n" + "\t" * 1_000_000 + "x: [\n---\n",
    ],
    ids=lambda text: repr(text[:24]),
)
def test_a_megabyte_of_anything_is_answered_at_once(text: str) -> None:
    begun = time.process_time()
    with contextlib.suppress(SourceError):
        split_front_matter(text, path="p")
    assert time.process_time() - begun < 1


def test_an_alias_stands_for_what_it_repeats_however_often() -> None:
    assert split_front_matter("---\na: &a [x]\nb: *a\n---\n", path="e.md").values == {"a": ["x"], "b": ["x"]}
    laughs = "a: &a [x]\n" + "".join(
        f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n" for before, after in itertools.pairwise("abcdefghijklm")
    )
    assert set(split_front_matter(f"---\n{laughs}---\n", path="e.md").values) == set("abcdefghijklm")
