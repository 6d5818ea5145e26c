"""Front matter: the YAML or JSON at the head of an episode, split off by python-frontmatter and read with the place of every key."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from frontmatter.default_handlers import JSONHandler, YAMLHandler

from podpipe.errors import SourceError
from podpipe.yaml_text import YamlText, read_yaml

_START = re.compile(r"\s*^-{3,}\s*$", re.MULTILINE)
_BOUNDARY = re.compile(r"^(?:-{3,}|\.{3})\s*$", re.MULTILINE)
"""Three dashes or more, and the three dots that end a YAML document, with which Jekyll lets front matter end too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The head of one file, with lines and columns as an editor counts them.

    `values` holds text, lists and mappings of text. `lines` gives the line of each key and `columns` the column in it, of the value where
    it stands on that line. `repeated`, `cut` and `tabs` are what `podpipe.yaml_text.YamlText` says they are.
    """

    values: dict[str, Any]
    lines: dict[str, int]
    body: str
    body_line: int
    columns: dict[str, int] = field(default_factory=dict)
    repeated: tuple[tuple[str, int], ...] = ()
    cut: tuple[tuple[str, int, int], ...] = ()
    tabs: tuple[int, ...] = ()


class _TextHandler(YAMLHandler):
    """python-frontmatter's YAML handler, reading scalars as text and keeping their places."""

    def load(self, fm: str, **kwargs: Any) -> Any:
        return read_yaml(fm, **kwargs)


_HANDLER = _TextHandler(fm_boundary=_BOUNDARY)
_JSON = JSONHandler()
_SURROGATES = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


def split_front_matter(text: str, *, path: str) -> FrontMatter:
    """Split an episode's text, line breaks as `\\n`, into front matter and show notes.

    Front matter is YAML between lines of dashes, or JSON between lines of braces, as Hugo has it.
    Raises SourceError, with the line and column in the file, where there is no front matter or its YAML is broken.
    """
    text = text.lstrip("\ufeff") if text.startswith("\ufeff") else text
    written_as_json = text.startswith("{\n")
    if not written_as_json and _START.match(text) is None:
        raise _no_start(text, path)
    try:
        head, body = _JSON.split(text) if written_as_json else _HANDLER.split(text)
    except ValueError as error:
        hint = f"close it with a line of {'}' if written_as_json else 'three dashes'}"
        raise SourceError("the front matter has no end", path=path, line=1, hint=hint) from error
    if written_as_json:  # which is YAML, but for the way to write characters beyond the first 65,536
        head = _SURROGATES.sub(lambda pair: str(json.loads(f'"{pair[0]}"')), head)
    first_line = text.count("\n", 0, text.find(head)) + 1 if head.strip() and not written_as_json else 1
    try:
        read: YamlText = _HANDLER.load(head, first_line=first_line)
    except SourceError as error:
        message = f"the front matter is {error.message}"
        raise SourceError(message, path=path, line=error.line, column=error.column, hint=error.hint) from error
    return FrontMatter(
        values=read.values,
        lines=read.lines,
        columns=read.columns,
        body=body,
        body_line=text.count("\n", 0, len(text) - len(body)) + 1,
        repeated=read.repeated,
        cut=read.cut,
        tabs=read.tabs,
    )


def _no_start(text: str, path: str) -> SourceError:
    hint = "start it with a line of three dashes, then title: and date:"
    if text.lstrip().startswith("+++\n"):
        hint = "write it as YAML between two lines of three dashes; podpipe reads no TOML here"
    return SourceError("the file does not begin with front matter", path=path, line=1, hint=hint)
