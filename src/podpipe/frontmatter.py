"""Front matter: the YAML at the head of an episode, read as the text the author wrote, with the line of every key.

python-frontmatter splits the file; its YAML handler is replaced by one that keeps scalars as text. YAML 1.1 would read an unquoted `10:06`
as 606, `010` as 8 and a date in one of several types; what a value means is for `podpipe.manuscript` to say, which knows the key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import frontmatter as python_frontmatter
import yaml

from podpipe.errors import SourceError

_TAB_AFTER_DASH = re.compile(r"^(\s*-)\t+", re.MULTILINE)
_START = re.compile(r"\s*^-{3,}\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The head of one file. `values` holds text, lists and mappings of text; `repeated` the keys that stand there twice, with their line."""

    values: dict[str, Any]
    lines: dict[str, int]
    body: str
    body_line: int
    repeated: tuple[tuple[str, int], ...] = field(default=())


class _TextHandler(python_frontmatter.YAMLHandler):
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
    try:
        node = _HANDLER.load(head)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + before + 1, mark.column + 1) if mark else (1, None)
        what = " ".join(part for part in (error.context, error.problem) if part)
        raise SourceError(
            f"the front matter is not valid YAML: {what}", path=path, line=line, column=column, hint=_yaml_hint(head, line - before)
        ) from error
    except yaml.YAMLError as error:
        raise SourceError(f"the front matter is not valid YAML: {error}", path=path, line=1) from error
    body_line = text.count("\n", 0, len(text) - len(body)) + 1
    if node is None:
        return FrontMatter(values={}, lines={}, body=body, body_line=body_line)
    if not isinstance(node, yaml.MappingNode):
        raise SourceError(
            "the front matter is no list of keys and values",
            path=path,
            line=before + node.start_mark.line + 1,
            hint="write a key: value pair on each line",
        )
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    repeated: list[tuple[str, int]] = []
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + before + 1
        if key in values:
            repeated.append((key, line))
        values[key] = _plain(value_node)
        lines[key] = line
    return FrontMatter(values=values, lines=lines, body=body, body_line=body_line, repeated=tuple(repeated))


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    unquoted_null = node.style is None and node.value in {"~", "null", "Null", "NULL"}
    return "" if unquoted_null else str(node.value)


def _yaml_hint(head: str, line: int) -> str:
    lines = head.split("\n")
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    if re.match(r"[^:]+:\s+[^\"'].*: ", written):
        return "put the value in quotes: a colon followed by a space begins a new value"
    if "\t" in written:
        return "replace the tab by spaces"
    return "look for a missing quote or a wrong indent on this line or the one before"
