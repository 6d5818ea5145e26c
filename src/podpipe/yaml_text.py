"""YAML read as the text that its author wrote, with the line of every key and an error that says what to do.

Scalars stay text: YAML 1.1 would read an unquoted `10:06` as 606, `010` as 8 and a date in one of several types. What a value means is for
those to say who know its key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from podpipe.errors import SourceError

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_TAB_AFTER_DASH = re.compile(r"^(\s*-)\t+", re.MULTILINE)
_DEEPEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlText:
    """A mapping of keys to text, lists and mappings of text, and the line of each key, counted from 1 within the text.

    `repeated` gives the keys that stand there twice, with the line of the second.
    """

    values: dict[str, Any]
    lines: dict[str, int]
    repeated: tuple[tuple[str, int], ...] = ()


def read_yaml(text: str) -> YamlText:
    """Read a YAML mapping. A tab after a list's dash, which Ruby accepts, is taken for a space.

    Raises SourceError, with line and column within the text and a hint, for broken YAML and for YAML that is no mapping.
    """
    try:
        node = yaml.compose(_TAB_AFTER_DASH.sub(r"\1 ", text) if "\t" in text else text, Loader=_LOADER)
        return _entries(node)
    except yaml.YAMLError as error:
        raise _source_error(error, text) from error


def _entries(node: yaml.Node | None) -> YamlText:
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    repeated: list[tuple[str, int]] = []
    if node is not None and not isinstance(node, yaml.MappingNode):
        raise ConstructorError(None, None, "it is no list of keys and values", node.start_mark, "write a key: value pair on each line")
    read: dict[int, Any] = {}
    for key_node, value_node in node.value if node else ():
        key, line = _key(key_node), key_node.start_mark.line + 1
        if key in values:
            repeated.append((key, line))
        values[key] = _plain(value_node, read)
        lines[key] = line
    return YamlText(values=values, lines=lines, repeated=tuple(repeated))


def _plain(node: yaml.Node, read: dict[int, Any], depth: int = 0) -> Any:
    """A node as text, lists and mappings. What an alias repeats is read once, and one that holds itself is refused."""
    if isinstance(node, yaml.ScalarNode):
        unquoted_null = not node.style and node.value in {"~", "null", "Null", "NULL"}
        return "" if unquoted_null else str(node.value)
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
        plain = {_key(key): _plain(value, read, depth + 1) for key, value in node.value}
    read[id(node)] = plain
    return plain


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise ConstructorError(None, None, "a key must be a word", node.start_mark, "write a key: value pair on each line")
    return str(node.value)


def _source_error(error: yaml.YAMLError, text: str) -> SourceError:
    """What PyYAML said, with its place in the text and with advice."""
    row, column, what, hint = 0, 0, str(error), ""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        row, column = (mark.line, mark.column + 1) if mark else (0, 0)
        what = " ".join(part for part in (error.context, error.problem) if part)
        hint = error.note or _hint(text.split("\n"), row)
    elif isinstance(error, yaml.reader.ReaderError):
        before = text[: max(text.find(chr(error.character)), 0)]
        row, column = before.count("\n"), len(before) - before.rfind("\n")
        what = f"it holds the control character U+{error.character:04X}"
        hint = "delete the character, which most editors do not show, or type the line anew"
    return SourceError(f"not valid YAML: {what}", line=row + 1, column=column or None, hint=hint)


def _hint(lines: list[str], row: int) -> str:
    written = lines[row] if row < len(lines) else ""
    if re.match(r"[^:]+:\s+[^\"'].*: ", written):
        return "put the value in quotes: a colon followed by a space begins a new value"
    if re.match(r"[^:]+:\s+[@`%&*!|>]", written):
        return f"put the value in quotes: {written.split(':', 1)[1].strip()[0]} at its beginning has a meaning of its own in YAML"
    if "\t" in written:
        return "replace the tab by spaces"
    return "look for a missing quote or a wrong indent on this line or the one before"
