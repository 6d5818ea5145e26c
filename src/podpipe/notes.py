"""Show notes: Markdown as podcasters write it, turned into HTML that is safe to publish, with every link and heading by its line.

The dialect is CommonMark with tables, footnotes, definition lists, task lists, `~~struck~~` words, bare URLs as links, and kramdown's
attribute lists. It leaves that ground where real show notes plainly mean something else: `dialect` and `html_blocks` say where.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urljoin

from podpipe.attribute_lists import TakenOut, applied, has_marks, taken_out
from podpipe.dialect import line_signs, to_commonmark
from podpipe.embeds import beyond_cleaning, sanitised, without_scripts
from podpipe.html_blocks import fenced_in, unfenced
from podpipe.model import Link, Notes
from podpipe.places import find_links, find_placed_links, heading_lines, with_ids, with_placed_ids

_RAW_HTML = re.compile(r"<(?!https?://|mailto:)[A-Za-z/!?]")
_POSITION = re.compile(r' data-sourcepos="[^"]*"')
_DEFINITION = re.compile(r"\n {0,3}:[ \t]")
_STRUCK = re.compile("~~")
_TASK = re.compile(r"\[[ xX]\] ")
_CHECKBOX = re.compile(r'<input type="checkbox"(?: data-sourcepos="[^"]*")?( checked="")? disabled="" ?/?>')
_LONE_TILDES = re.compile(r"</?sub(?: data-sourcepos=\"[^\"]*\")?>")
_ABSOLUTE_TAG = re.compile(r'<(?:a|audio|iframe|img|source|track|video)(?:\s+[^\s"=<>/]+(?:="[^"]*")?)+')
_NOT_WEB = re.compile(r' (?:href|src|poster)="(?!http)')
_RELATIVE = re.compile(r'(\s(?:href|src|poster)=")(?![a-zA-Z][a-zA-Z0-9+.-]*:)([^"]*)"')


class _Dialect(NamedTuple):
    """What a text holds that the renderer need not look for in any other."""

    raw: bool
    struck: bool = False
    footnotes: bool = False
    definitions: bool = False
    tasks: bool = False


def read_notes(body: str, *, first_line: int = 1) -> Notes:
    """Turn the text below the front matter into safe HTML.

    `first_line` is the line of the file on which `body` starts; every line given back counts from the file's start. Headings get the ids
    that kramdown's GFM parser gives them in a Jekyll site, so that links to a heading outlive a move to podpipe. Links are
    looked for when somebody asks for them: to find where each stands takes a fifth of the time.
    """
    return _read(body, first_line, links_later=True)


class _Links(Sequence[Link]):
    """The links of show notes, found when they are first asked for; equal to the same links in a tuple, and hashed as they are."""

    __slots__ = ("_body", "_first_line", "_found")

    def __init__(self, body: str | bytes, first_line: int) -> None:
        self._body = body
        self._first_line = first_line
        self._found: tuple[Link, ...] | None = None

    def _all(self) -> tuple[Link, ...]:
        if self._found is None:
            body = self._body if isinstance(self._body, str) else self._body.decode("utf-8", "surrogatepass")
            self._found = tuple(_read(body, self._first_line, links_later=False).links)
        return self._found

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Link]:
        return iter(self._all())

    def __getitem__(self, place: Any) -> Any:
        return self._all()[place]

    def __eq__(self, other: object) -> bool:
        return self._all() == (other._all() if isinstance(other, _Links) else other)

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def __reduce__(self) -> tuple[Any, ...]:
        # As bytes, which the other process need not turn into text unless somebody asks.
        body = self._body.encode("utf-8", "surrogatepass") if isinstance(self._body, str) else self._body
        return _Links, (body, self._first_line)


def _read(body: str, first_line: int, *, links_later: bool) -> Notes:
    raw = "<" in body and _RAW_HTML.search(body) is not None
    source = fenced_in(without_scripts(body)) if raw else body
    taken = taken_out(source) if has_marks(source) else None
    source = taken.text if taken else source
    signs = line_signs(source)
    source = to_commonmark(source, signs)
    struck = "~" in source and _STRUCK.search(source) is not None
    dialect = _Dialect(
        raw=raw,
        struck=struck and "<sub" not in source,
        footnotes="^" in source,
        definitions=":" in signs and _DEFINITION.search(source) is not None,
        tasks=_TASK.search(source) is not None,
    )
    if not (raw or struck or "`" in source or "^" in source):
        # Nearly everywhere each heading and link is found in the source in its turn, without the renderer's source positions, which cost
        # more than all else.
        rendered = _rendered(source, dialect, taken, placed=False)
        marked = with_ids(rendered, heading_lines(source), first_line)
        if marked is not None and links_later:
            return Notes(html=marked[0], links=_Links(body, first_line), anchors=marked[1], web=_NOT_WEB.search(marked[0]) is None)
        found = find_links(rendered, body, first_line) if marked else None
        if marked is not None and found is not None:
            return Notes(html=marked[0], links=found, anchors=marked[1])
    rendered = _rendered(source, dialect, taken, placed=True)
    found = find_placed_links(rendered, body, first_line, raw=raw)
    markup, anchors = with_placed_ids(rendered, first_line)
    return Notes(html=_POSITION.sub("", markup), links=found, anchors=anchors)


def _rendered(source: str, dialect: _Dialect, taken: TakenOut | None, *, placed: bool) -> str:
    """Safe HTML; `placed` has every element tell its lines."""
    import comrak

    markup: str = comrak.render_markdown(source, *_options(dialect, placed=placed))
    if dialect.tasks:
        markup = _CHECKBOX.sub(lambda box: "☑" if box[1] else "☐", markup)  # podcast apps drop form controls, and so does the sanitiser
    if dialect.raw and beyond_cleaning(markup):
        markup = comrak.render_markdown(source, *_options(dialect._replace(raw=False), placed=placed))
    elif dialect.raw:
        markup = sanitised(unfenced(markup))
    if dialect.struck:
        markup = _LONE_TILDES.sub("~", markup)
    return markup if taken is None else applied(markup, taken)


@functools.cache
def _options(dialect: _Dialect, *, placed: bool) -> tuple[Any, Any, Any]:
    """comrak's settings, made once: its option objects are never changed after this."""
    import comrak

    extensions = comrak.ExtensionOptions()
    extensions.autolink = True
    extensions.cjk_friendly_emphasis = True  # **「強調」**です is emphasis, which plain CommonMark denies
    extensions.footnotes = dialect.footnotes
    extensions.table = True
    extensions.description_lists = dialect.definitions
    extensions.tasklist = dialect.tasks
    extensions.strikethrough = dialect.struck
    extensions.subscript = dialect.struck  # only so that a single tilde strikes nothing: `00:27~01:00~` is a time
    parsing = comrak.ParseOptions()
    parsing.ignore_setext = True
    rendering = comrak.RenderOptions()
    rendering.sourcepos = placed
    rendering.unsafe_ = dialect.raw  # the sanitiser sees to raw HTML; without any, comrak's own safe mode costs nothing
    return extensions, parsing, rendering


def with_absolute_links(markup: str, page_url: str) -> str:
    """Resolve every relative address in the HTML of `read_notes` against its page, as a feed needs it (RSS has no base URL)."""

    def absolute(match: re.Match[str]) -> str:
        return f'{match[1]}{html.escape(urljoin(page_url, html.unescape(match[2])))}"'

    if _NOT_WEB.search(markup) is None:
        return markup  # nearly always, and this is many times as fast as looking at every tag
    return _ABSOLUTE_TAG.sub(lambda tag: _RELATIVE.sub(absolute, tag[0]), markup)
