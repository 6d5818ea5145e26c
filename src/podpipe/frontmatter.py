"""Front matter: the YAML at the head of an episode, split off and read by python-frontmatter, with the line of every key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from frontmatter.default_handlers import YAMLHandler

from podpipe.errors import SourceError
from podpipe.yaml_text import read_yaml

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
    repeated: tuple[tuple[str, int], ...] = ()


class _TextHandler(YAMLHandler):
    """python-frontmatter's YAML handler, reading scalars as text and keeping the lines."""

    def load(self, fm: str, **_: object) -> Any:
        return read_yaml(fm)


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
        head_text = _HANDLER.load(head)
    except SourceError as error:
        message = f"the front matter is {error.message}"
        raise SourceError(message, path=path, line=(error.line or 1) + before, column=error.column, hint=error.hint) from error
    return FrontMatter(
        values=head_text.values,
        lines={key: line + before for key, line in head_text.lines.items()},
        body=body,
        body_line=body_line,
        repeated=tuple((key, line + before) for key, line in head_text.repeated),
    )
