"""YAML read as the text that its author wrote, with the place of every key and an error that says what to do.

Scalars stay text: YAML 1.1 would read an unquoted `10:06` as 606, `010` as 8 and a date in one of several types. What a value means is for
those to say who know its key. What Ruby's Psych reads, which Jekyll uses, is read alike; both stand on libyaml.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from podpipe.errors import SourceError

_DEEPEST = 20
_OPENERS = ("[", "{", "- ", "-\t", "? ", ": ")
"""All that can open a list or mapping within a line."""
_MANY = 200
"""With fewer openers no text is so deep that libyaml's quadratic time or PyYAML's recursion matters."""
_FAR_TOO_MANY = 50_000
_LONG = 20_000
_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")
_BLANK_WITH_TAB = re.compile(r"^[ ]*\t[ \t]*$", re.MULTILINE)
_TAB_BEFORE_COMMENT = re.compile(r"^[ ]*\t[ \t]*(?=#)", re.MULTILINE)
_TAB_AFTER_DASH = re.compile(r"^([ ]*-)[ ]*\t[ \t]*", re.MULTILINE)
_TAB_INDENT = re.compile(r"^\t+", re.MULTILINE)
_SPACE_INDENT = re.compile(r"^ ", re.MULTILINE)
_CUT = re.compile(r"[ \t]+#(?=[^\s#!])")
_SCALAR = yaml.ScalarNode
_NOTHING = frozenset({"~", "null", "Null", "NULL"})


_NEVER = r"\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff"
_WORDS = rf"[A-Za-z0-9/\u3041-\u30ff\u4e00-\u9fff](?:[^ :#{_NEVER}]+|:(?=\S)|(?<=\S)#| +(?=[^\s:#]))*+"
_SIMPLE_LINE = re.compile(rf'(?:([A-Za-z_]\w{{0,60}}):(?: +(?:({_WORDS})|"([^"\\{_NEVER}]*+)"))?|( {{0,8}})- +({_WORDS})) *\n', re.ASCII)
"""A key with one plain or quoted text or with nothing, or an item of a list: what most front matter is made of."""


class _PlainTags:
    """A resolver that gives every node the same tag: what a scalar looks like is never asked."""

    def descend_resolver(self, node: Any, index: Any) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass

    def resolve(self, _kind: Any, _value: Any, _implicit: Any) -> str:
        return ""


def _loader() -> Any:
    parser = getattr(yaml, "CParser", None) or getattr(getattr(yaml, "cyaml", None), "CParser", None)
    if parser is None:  # a PyYAML that was built without libyaml
        return yaml.BaseLoader
    return type("_TextLoader", (parser, _PlainTags), {"__init__": parser.__init__})


_LOADER = _loader()


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlText:
    """A mapping of keys to text, lists and mappings of text. Lines and columns count from 1 within the text.

    `lines` gives the line of each key and `columns` the column in it: of the value where that stands on the line, else of the key.
    `repeated` gives the keys that stand there twice, with the line of the second, `cut` the keys whose unquoted text ends before a `#word`,
    which YAML takes for a comment, with that place, and `tabs` the lines on which a tab stands where YAML allows only spaces.
    """

    values: dict[str, Any]
    lines: dict[str, int]
    columns: dict[str, int] = field(default_factory=dict)
    repeated: tuple[tuple[str, int], ...] = ()
    cut: tuple[tuple[str, int, int], ...] = ()
    tabs: tuple[int, ...] = ()


def read_yaml(text: str, *, first_line: int = 1) -> YamlText:
    """Read a YAML mapping whose first line is line `first_line` of its file.

    A tab that YAML refuses is taken for spaces where that can mean but one thing: after a list's dash, in a blank line, before a comment,
    and as the indent of a text that is indented by tabs alone.

    Raises SourceError, with line and column and a hint, for broken YAML and for YAML that is no mapping.
    """
    simple = _read_simple(text, first_line) if len(text) < _LONG else None
    if simple is not None:
        return simple
    try:
        return _read(text, text, first_line)
    except yaml.YAMLError as error:
        if "\t" in text and (untabbed := without_tabs(text)) != text:
            try:
                return _read(untabbed, text, first_line)
            except yaml.YAMLError:
                pass
        raise _source_error(error, text, first_line) from error


def without_tabs(text: str) -> str:
    """The text with each tab that YAML refuses, and that can mean but one thing, as spaces; each line stays a line."""
    text = _BLANK_WITH_TAB.sub("", text)
    if not _SPACE_INDENT.search(text):
        text = _TAB_INDENT.sub(lambda tabs: "  " * len(tabs[0]), text)
    return _TAB_AFTER_DASH.sub(r"\1 ", _TAB_BEFORE_COMMENT.sub("", text))


def _read_simple(text: str, first_line: int) -> YamlText | None:
    """Read a text that is all simple lines, as the YAML that it is and in a third of the time; None where it is not."""
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    columns: dict[str, int] = {}
    items: list[str] | None = None
    last = indent = ""
    place = 1 if text[:1] == "\n" else 0
    line = first_line + place
    while place < len(text):
        match = _SIMPLE_LINE.match(text, place)
        if match is None:
            return None
        key, words, quoted, before, item = match.groups()
        if key is None:
            if items is None or (items and before != indent):
                return None
            if not items:
                values[last], columns[last], indent = items, 1, before
            items.append("" if item in _NOTHING else item)
        elif key in lines:
            return None
        else:
            lines[key] = line
            if words is not None:
                values[key], columns[key], items = "" if words in _NOTHING else words, match.start(2) - place + 1, None
            elif quoted is not None:
                values[key], columns[key], items = quoted, match.start(3) - place, None
            else:
                values[key], columns[key], items, last = "", len(key) + 2, [], key
        place = match.end()
        line += 1
    return YamlText(values=values, lines=lines, columns=columns)


def _read(text: str, written: str, first_line: int) -> YamlText:
    _refuse_excess(text)
    node = yaml.compose(text, Loader=_LOADER)
    if node is not None and not isinstance(node, yaml.MappingNode):
        raise ConstructorError(None, None, "it is no list of keys and values", node.start_mark, "write a key: value pair on each line")
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    columns: dict[str, int] = {}
    repeated: list[tuple[str, int]] = []
    read: dict[int, Any] = {}
    place = _places(text)
    for key_node, value_node in node.value if node else ():
        key = _key(key_node)
        (line, column), (value_line, value_column) = place(key_node.start_mark), place(value_node.start_mark)
        value = _plain(value_node, read)
        if key == "<<" and not key_node.style:
            _merge(values, value)
            continue
        if key in lines:
            repeated.append((key, line + first_line))
        values[key] = value
        lines[key] = line + first_line
        columns[key] = (value_column if value_line == line else column) + 1
    cut = _cut(node, text, first_line, place) if node and " #" in text else ()
    tabs = _changed_lines(written, text, first_line) if written is not text else ()
    return YamlText(values=values, lines=lines, columns=columns, repeated=tuple(repeated), cut=cut, tabs=tabs)


def _plain(node: yaml.Node, read: dict[int, Any], depth: int = 0) -> Any:
    """A node as text, lists and mappings. What an alias repeats is read once, and one that holds itself is refused."""
    if isinstance(node, _SCALAR):
        value: str = node.value
        return "" if value in _NOTHING and not node.style else value
    if id(node) in read and read[id(node)] is not None:
        return read[id(node)]
    if id(node) in read or depth > _DEEPEST:
        problem = "a list or mapping holds itself" if id(node) in read else "lists or mappings lie too deep in each other"
        raise ConstructorError(None, None, problem, node.start_mark, "write it out plainly")
    read[id(node)] = None
    plain: Any
    if isinstance(node, yaml.SequenceNode):
        plain = [_plain(item, read, depth + 1) for item in node.value]
    else:
        plain = {}
        for key_node, value_node in node.value:
            key, value = _key(key_node), _plain(value_node, read, depth + 1)
            if key == "<<" and not key_node.style:
                _merge(plain, value)
            else:
                plain[key] = value
    read[id(node)] = plain
    return plain


def _merge(values: dict[str, Any], merged: Any) -> None:
    """Take over what `<<` names, a mapping or a list of them (YAML's merge key), in Psych's order: what comes later counts."""
    for part in reversed(merged) if isinstance(merged, list) else (merged,):
        if isinstance(part, dict):
            values.update(part)


def _key(node: yaml.Node) -> str:
    if not isinstance(node, _SCALAR):
        raise ConstructorError(None, None, "a key must be a word", node.start_mark, "write a key: value pair on each line")
    key: str = node.value
    return key


def _refuse_excess(text: str) -> None:
    """Refuse, before composing, what holds far too much, or lists too deep in each other: PyYAML recurses, and would crash."""
    openers = sum(map(text.count, _OPENERS))
    if openers < _MANY and len(text) < _LONG:
        return
    if text.count("\n") > _FAR_TOO_MANY:
        raise _excess()
    brackets = text.count("[") + text.count("{")
    if brackets + max(len(line) - len(line.lstrip()) + sum(map(line.count, _OPENERS)) for line in text.split("\n")) >= _MANY:
        _refuse_depth(text)
    if openers + text.count(",") > _FAR_TOO_MANY:
        raise _excess()


def _refuse_depth(text: str) -> None:
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST + 2:
                mark: Any = event.start_mark
                raise ConstructorError(None, None, "lists or mappings lie too deep in each other", mark, "write it out plainly")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if number > _FAR_TOO_MANY:
            raise _excess()


def _excess() -> ConstructorError:
    return ConstructorError(None, None, f"it holds more than {_FAR_TOO_MANY:,} entries", None, "move what is no front matter out of it")


def _cut(node: yaml.Node, text: str, first_line: int, place: Callable[[Any], tuple[int, int]]) -> tuple[tuple[str, int, int], ...]:
    cut = []
    for key, value in node.value:
        if isinstance(value, _SCALAR) and not value.style and value.value:
            mark = value.end_mark
            match = _CUT.match(text, mark.index)
            if match:
                line, column = place(mark)
                cut.append((str(key.value), line + first_line, column + match.end() - mark.index))
    return tuple(cut)


def _changed_lines(before: str, after: str, first_line: int) -> tuple[int, ...]:
    pairs = zip(before.split("\n"), after.split("\n"), strict=True)
    return tuple(number for number, (old, new) in enumerate(pairs, start=first_line) if old != new)


def _places(text: str) -> Callable[[Any], tuple[int, int]]:
    """What tells a mark's line and column, both from 0, as an editor counts them: YAML 1.1 breaks lines at three more characters."""
    if _OTHER_BREAKS.search(text) is None:
        return lambda mark: (mark.line, mark.column)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(mark: Any) -> tuple[int, int]:
        row = bisect_right(starts, mark.index) - 1
        return row, mark.index - starts[row]

    return place


def _source_error(error: yaml.YAMLError, text: str, first_line: int) -> SourceError:
    """What PyYAML said, with its place in the text and with advice."""
    row, column, what, hint = 0, 0, str(error), ""
    if isinstance(error, yaml.MarkedYAMLError):
        # Of a line without a colon libyaml tells only after it has looked for the colon on the next one.
        mark = error.context_mark if error.context == "while scanning a simple key" else error.problem_mark or error.context_mark
        row, column = _places(text)(mark) if mark else (0, -1)
        column += 1
        what = " ".join(part for part in (error.context, error.problem) if part)
        hint = error.note or _hint(text.split("\n"), row)
    elif isinstance(error, yaml.reader.ReaderError):
        before = text[: max(text.find(chr(error.character)), 0)]
        row, column = before.count("\n"), len(before) - before.rfind("\n")
        what = f"it holds the control character U+{error.character:04X}"
        hint = "delete the character, which most editors do not show, or type the line anew"
    return SourceError(f"not valid YAML: {what}", line=row + first_line, column=column or None, hint=hint)


def _hint(lines: list[str], row: int) -> str:
    written = lines[row][:400] if row < len(lines) else ""
    key, colon, value = written.partition(":")
    value = value.strip()
    if not colon or value[:1] in {'"', "'"}:
        pass
    elif ": " in value:
        return "put the value in quotes: a colon followed by a space begins a new value"
    elif value[:1] and value[0] in "@`%&*!|>":
        return f"put the value in quotes: {value[0]} at its beginning has a meaning of its own in YAML"
    elif key.strip() and value and not written[len(key) + 1].isspace():
        return f"write a space after {key.strip()}:"
    if "\t" in written:
        return "replace the tab by spaces"
    if written[:1].strip() and not colon and not written.startswith(("-", "#")):
        return "this line is no key: value pair; indent it if it belongs to the value above"
    return "look for a missing quote or a wrong indent on this line or the one before"
