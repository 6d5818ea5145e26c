"""Front matter: the YAML at the head of an episode, read as the text the author wrote, with the line of every key.

python-frontmatter splits the file; its YAML handler is replaced by one that keeps scalars as text. YAML 1.1 would read an unquoted `10:06`
as 606, `010` as 8 and a date in one of several types; what a value means is for `podpipe.manuscript` to say, which knows the key.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler
from yaml.constructor import ConstructorError

from podpipe.errors import SourceError

_TAB_AFTER_DASH = re.compile(r"^(\s*-)\t+", re.MULTILINE)
_DEEPEST = 20
_START = re.compile(r"\s*^-{3,}\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The head of one file.

    `values` holds text, lists and mappings of text. `repeated` gives the keys that stand there twice, with the line of the second.
    """

    values: dict[str, Any]
    lines: dict[str, int]
    body: str
    body_line: int
    repeated: tuple[tuple[str, int], ...] = field(default=())


class _TextHandler(YAMLHandler):
    """python-frontmatter's YAML handler, reading into nodes that know their lines."""

    def load(self, fm: str, **_: object) -> Any:
        return yaml.compose(_TAB_AFTER_DASH.sub(r"\1 ", fm) if "\t" in fm else fm, Loader=_LOADER)


_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_HANDLER = _TextHandler()


def split_front_matter(text: str, *, path: str) -> FrontMatter:
    """Split an episode's text, line breaks as `\\n`, into front matter and show notes.

    Raises SourceError, with the line and column in the file, where there is no front matter or its YAML is broken.
    """
    if _START.match(text) is None:
        raise SourceError(
            "the file does not begin with front matter",
            path=path,
            line=1,
            hint="start it with a line of three dashes, then title: and date:",
        )
    try:
        head, body = _HANDLER.split(text)
    except ValueError as error:
        raise SourceError("the front matter has no end", path=path, line=1, hint="close it with a line of three dashes") from error
    before = text.count("\n", 0, text.find(head)) if head.strip() else 0
    body_line = text.count("\n", 0, len(text) - len(body)) + 1
    try:
        values, lines, repeated = _entries(_HANDLER.load(head), first_line=before + 1)
    except yaml.YAMLError as error:
        raise _source_error(error, head, path=path, first_line=before + 1) from error
    return FrontMatter(values=values, lines=lines, body=body, body_line=body_line, repeated=tuple(repeated))


def _entries(node: yaml.Node | None, *, first_line: int) -> tuple[dict[str, Any], dict[str, int], list[tuple[str, int]]]:
    """The values, the line of each, and the repeated keys of the whole front matter."""
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    repeated: list[tuple[str, int]] = []
    if node is not None and not isinstance(node, yaml.MappingNode):
        raise ConstructorError(None, None, "it is no list of keys and values", node.start_mark, "write a key: value pair on each line")
    seen: set[int] = set()
    for key_node, value_node in node.value if node else ():
        key, line = _key(key_node), key_node.start_mark.line + first_line
        if key in values:
            repeated.append((key, line))
        values[key] = _plain(value_node, seen)
        lines[key] = line
    return values, lines, repeated


def _plain(node: yaml.Node, seen: set[int], depth: int = 0) -> Any:
    """A node as text, lists and mappings. What could grow without end, depth and repetition by alias, is refused."""
    if isinstance(node, yaml.ScalarNode):
        unquoted_null = not node.style and node.value in {"~", "null", "Null", "NULL"}
        return "" if unquoted_null else str(node.value)
    if id(node) in seen or depth > _DEEPEST:
        problem = "a list or mapping is repeated by an alias" if id(node) in seen else "lists or mappings lie too deep in each other"
        raise ConstructorError(None, None, problem, node.start_mark, "write it out plainly")
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, seen, depth + 1) for item in node.value]
    return {_key(key): _plain(value, seen, depth + 1) for key, value in node.value}


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise ConstructorError(None, None, "a key must be a word", node.start_mark, "write a key: value pair on each line")
    return str(node.value)


def _source_error(error: yaml.YAMLError, head: str, *, path: str, first_line: int) -> SourceError:
    """What PyYAML said, with its place in the file and with advice."""
    row, column, what, hint = 0, 0, str(error), ""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        row, column = (mark.line, mark.column + 1) if mark else (0, 0)
        what = " ".join(part for part in (error.context, error.problem) if part)
        hint = error.note or _yaml_hint(head.split("\n"), row)
    elif isinstance(error, yaml.reader.ReaderError):
        before = head[: max(head.find(chr(error.character)), 0)]
        row, column = before.count("\n"), len(before) - before.rfind("\n")
        what = f"it holds the control character U+{error.character:04X}"
        hint = "delete the character, which most editors do not show, or type the line anew"
    message = f"the front matter is not valid YAML: {what}"
    return SourceError(message, path=path, line=first_line + row, column=column or None, hint=hint)


def _yaml_hint(lines: Sequence[str], row: int) -> str:
    written = lines[row] if row < len(lines) else ""
    if re.match(r"[^:]+:\s+[^\"'].*: ", written):
        return "put the value in quotes: a colon followed by a space begins a new value"
    if re.match(r"[^:]+:\s+[@`%&*!|>]", written):
        return f"put the value in quotes: {written.split(':', 1)[1].strip()[0]} at its beginning has a meaning of its own in YAML"
    if "\t" in written:
        return "replace the tab by spaces"
    return "look for a missing quote or a wrong indent on this line or the one before"
