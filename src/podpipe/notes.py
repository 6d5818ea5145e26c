"""Show notes: Markdown as podcasters write it, turned into HTML that is safe to publish, with every link and heading by its line.

The dialect is CommonMark with tables, footnotes and bare URLs as links. It leaves that ground only where real show notes plainly mean
something else: text directly above `---` is text above a rule and no heading, list items indented far too deep are nested items, and a
bare URL ends where Japanese punctuation begins.
"""

from __future__ import annotations

import functools
import html
import re
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin

from podpipe.embeds import code_spans, sanitised, stands_in, without_scripts
from podpipe.model import Link, Notes

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"( *)([-*+]|[0-9]{1,9}[.)])( +)(?=\S)")
_FRESH_START = re.compile(r"\n(?=#|[-*+] +\S)")
_DEEP_ITEM = re.compile(r"^ {6,}(?:[-*+]|[0-9]{1,9}[.)]) ", re.MULTILINE)
_RAW_HTML = re.compile(r"<(?!https?://|mailto:)[A-Za-z/!?]")
_CJK_STOPS = (
    "\u2026\u3000-\u3004\u3008-\u3020\u301c\u30fb\uff01\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1c\uff1e\uff1f\uff3b\uff3d\uff5b-\uff65"
)
_MAY_BE_LIST = frozenset(" -*+0123456789`~")
_BARE_URL = re.compile(rf"https?://[^\s<>\"'`{_CJK_STOPS}]++(?=[{_CJK_STOPS}])")
_INSIDE_MARKUP = ("](", "<", "[", '"', "'", "=", "/")
_INSIDE_LINK = re.compile(r"[^\[\]\n]*\][(\[]")
_DEFINITION = re.compile(r" {0,3}\[[^\]\n]+\]:[ \t]*")
_LINK = re.compile(r'<(?:a|img) data-sourcepos="([0-9]{1,9}):[^"]*" (?:href|src)="([^"]*)"')
_RAW_LINK = re.compile(r"""<(?:a|img|iframe|audio|video|source)\b[^<>]*?\s(?:href|src)\s*=\s*(["'])(.*?)\1""", re.IGNORECASE)
_HEADING = re.compile(r'<h([1-6]) data-sourcepos="([0-9]{1,9}):[^"]*">')
_POSITION = re.compile(r' data-sourcepos="[^"]*"')
_OPENING_MARKS = re.compile(r"[ \t>*+\-]*#{1,6}[ \t]*")
_CLOSING_MARKS = re.compile(r"[ \t]+#+[ \t]*$")
_NOT_IN_ID = re.compile(r"[^\w\- \t]")
_TAG = re.compile(r'<(?:a|audio|iframe|img|source|track|video)(?:\s+[^\s"=<>/]+(?:="[^"]*")?)+')
_RELATIVE = re.compile(r'(\s(?:href|src|poster)=")(?![a-zA-Z][a-zA-Z0-9+.-]*:|//)([^"]*)"')


def read_notes(body: str, *, first_line: int = 1) -> Notes:
    """Turn the text below the front matter into safe HTML.

    `first_line` is the line of the file on which `body` starts; every line given back counts from the file's start. Headings get the ids
    that kramdown's GFM parser gives them in a Jekyll site, so that links to a heading outlive a move to podpipe.
    """
    raw = _RAW_HTML.search(body) is not None
    source = _separate_bare_urls(_nest_deep_items(body))
    options = _options(raw=raw)
    if raw:
        source = without_scripts(source)
    rendered: str = options.render(source, options.extensions, options.parsing, options.rendering)
    if raw:
        rendered = sanitised(rendered)
    lines = body.split("\n")
    links = _links(rendered, body, lines, first_line, raw=raw)
    marked, anchors = _give_ids(rendered, lines, first_line)
    return Notes(html=_POSITION.sub("", marked), links=links, anchors=anchors)


def with_absolute_links(markup: str, page_url: str) -> str:
    """Resolve every relative address in the HTML of `read_notes` against its page, as a feed needs it (RSS has no base URL)."""

    def absolute(match: re.Match[str]) -> str:
        return f'{match[1]}{html.escape(urljoin(page_url, html.unescape(match[2])))}"'

    if not any(markup.count(f' {name}="') > markup.count(f' {name}="http') for name in ("href", "src", "poster")):
        return markup  # nearly always: and counting is a hundred times as fast as looking at every tag
    return _TAG.sub(lambda tag: _RELATIVE.sub(absolute, tag[0]), markup)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    render: Any
    extensions: Any
    parsing: Any
    rendering: Any


@functools.cache
def _options(*, raw: bool) -> _Options:
    """comrak's settings, made once: its option objects are never changed after this."""
    import comrak

    extensions = comrak.ExtensionOptions()
    extensions.autolink = True
    extensions.cjk_friendly_emphasis = True  # **「強調」**です is emphasis, which plain CommonMark denies
    extensions.footnotes = True
    extensions.table = True
    parsing = comrak.ParseOptions()
    parsing.ignore_setext = True
    rendering = comrak.RenderOptions()
    rendering.sourcepos = True
    rendering.unsafe_ = raw  # the sanitiser sees to raw HTML; without any, comrak's own safe mode costs nothing
    return _Options(render=comrak.render_markdown, extensions=extensions, parsing=parsing, rendering=rendering)


def _separate_bare_urls(text: str) -> str:
    """Put angle brackets around bare URLs that run into Japanese punctuation, which GFM's autolinks would swallow with all that follows."""

    if _BARE_URL.search(text) is None:
        return text
    code = code_spans(text)

    def bracket(match: re.Match[str]) -> str:
        before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        inside = before.endswith(_INSIDE_MARKUP) or before[-1:].isalnum() or _DEFINITION.fullmatch(before)
        return match[0] if inside or _INSIDE_LINK.match(text, match.end()) or stands_in(code, match.start()) else f"<{match[0]}>"

    return _BARE_URL.sub(bracket, text)


class _OpenItem(NamedTuple):
    """A list item that later lines may belong to: where its content stood, and where it stands now."""

    content: int
    moved_content: int


def _nest_deep_items(text: str) -> str:
    """Move list items that are indented by four columns or more beyond their parent's text to where CommonMark nests them.

    CommonMark (5.2, list items) takes such a line for a continuation of the paragraph, or for code; the author meant a nested list.
    """
    if _DEEP_ITEM.search(text) is None:
        return text
    if "```" in text or "~~~" in text:
        return _with_items_nested(text)
    # Outside of fenced code, nothing above a heading or an unindented item says where what follows goes: only the parts between two of
    # them that hold a deep item need to be gone through.
    return "\n".join(_with_items_nested(part) if "\n      " in part else part for part in _FRESH_START.split(text))


def _with_items_nested(text: str) -> str:
    """The text, which no list reaches from above, with each line moved to its place."""
    moved: list[str] = []
    items: list[_OpenItem] = []
    fence = ""
    after_blank = False
    for line in text.split("\n"):
        first = line[:1]
        if fence:
            fence = "" if line.strip().startswith(fence) else fence
        elif not first:
            after_blank = True
        elif first not in _MAY_BE_LIST:
            if items and (after_blank or first in "#>_"):
                items.clear()
            after_blank = False
        elif (opening := _FENCE.match(line)) is not None:
            fence = opening[1]
        elif line.isspace():
            after_blank = True
        else:
            line = _place(line, items, after_blank=after_blank)  # noqa: PLW2901 - the line, moved
            after_blank = False
        moved.append(line)
    return "\n".join(moved)


def _place(line: str, items: list[_OpenItem], *, after_blank: bool) -> str:
    """Where one line goes, given the items open above it; opens and closes items as it goes."""
    item = _ITEM.match(line)
    if item is None:
        indent = len(line) - len(line.lstrip(" "))
        if indent == 0 and (after_blank or line.startswith(("---", "***"))):
            items.clear()
        owner = next((open_item for open_item in reversed(items) if indent >= open_item.content), None)
        return line if owner is None else " " * (indent - owner.content + owner.moved_content) + line.lstrip(" ")
    indent = item.end(1)
    while items and indent < items[-1].content:
        items.pop()
    place = indent
    if items:
        beyond = indent - items[-1].content
        place = items[-1].moved_content + (beyond if beyond < 4 else 0)
    elif indent >= 4:
        return line  # no list is open: this is code, or text that goes on
    marker = len(item[2]) + (len(item[3]) if len(item[3]) <= 4 else 1)
    items.append(_OpenItem(content=indent + marker, moved_content=place + marker))
    return line if place == indent else " " * place + line[indent:]


def _links(rendered: str, body: str, lines: list[str], first_line: int, *, raw: bool) -> tuple[Link, ...]:
    """Every link in the order of the lines; addresses as the author wrote them, where the renderer percent-encoded what they hold."""
    found = [(int(line), _unescaped(url) if "&" in url else url) for line, url in _LINK.findall(rendered)]
    if raw:
        code = code_spans(body)
        found += [
            (body.count("\n", 0, match.start(2)) + 1, html.unescape(match[2]).strip())
            for match in _RAW_LINK.finditer(body)
            if not stands_in(code, match.start())
        ]
        found.sort(key=lambda link: link[0])
    links = []
    for number, url in found:
        line = lines[number - 1] if number <= len(lines) else ""
        column = line.find(url) + 1
        if not column and "%" in url and (written := unquote(url)) in line:
            url, column = written, line.find(written) + 1  # noqa: PLW2901 - the same address, as it was written
        links.append(Link(url=url, line=number + first_line - 1, column=column or None))
    return tuple(links)


def _unescaped(url: str) -> str:
    if url.count("&") == url.count("&amp;"):
        return url.replace("&amp;", "&")  # nearly always, and much faster
    return html.unescape(url)


def _give_ids(rendered: str, lines: list[str], first_line: int) -> tuple[str, tuple[tuple[int, str], ...]]:
    """Give each Markdown heading its id: its source text in lower case without punctuation, spaces as hyphens, repeats numbered."""
    anchors: list[tuple[int, str]] = []
    seen: dict[str, int] = {}

    def give(match: re.Match[str]) -> str:
        number = int(match[2])
        text = lines[number - 1] if number <= len(lines) else ""
        opening = _OPENING_MARKS.match(text)
        text = text[opening.end() :] if opening else text
        text = _CLOSING_MARKS.sub("", text) if "#" in text else text
        name = _NOT_IN_ID.sub("", text.strip().lower()).replace(" ", "-").replace("\t", "-") or "section"
        seen[name] = seen.get(name, -1) + 1
        anchor = f"{name}-{seen[name]}" if seen[name] else name
        anchors.append((number + first_line - 1, anchor))
        return f'<h{match[1]} id="{html.escape(anchor)}">'

    return _HEADING.sub(give, rendered), tuple(anchors)
