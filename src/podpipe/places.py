"""Where the links and headings of rendered show notes stand in their source, and the ids of the headings."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from urllib.parse import unquote

from podpipe.code_blocks import code_spans, stands_in
from podpipe.model import Link

_URL = re.compile(r'<(?:a|img) (?:href|src)="([^"]*)"')
_PLACED_URL = re.compile(r'<(?:a|img) data-sourcepos="([0-9]{1,9}):[0-9]+-([0-9]{1,9}):[^"]*" (?:href|src)="([^"]*)"')
_RAW_LINK = re.compile(r"""<(?:a|img|iframe|audio|video|source)\b[^<>]*?\s(?:href|src)\s*=\s*(?:"([^"\n]*)"|'([^'\n]*)')""", re.IGNORECASE)
_HEADING = re.compile(r'(<h[1-6])((?: [a-z-]+="[^"]*")*>)(.*)(?=</h[1-6]>)')
_LINE = re.compile(r' data-sourcepos="([0-9]{1,9}):')
_OWN_ID = re.compile(r' id="([^"]*)"')
_TAG = re.compile(r'<sup class="footnote-ref">.*?</sup>|<[^<>]*>')
_DASHES = re.compile(r"-{2,3}")
_MARKS = re.compile(r"\n {0,3}(#{1,6})(?=[ \t\n])")
_MOST_MISSES = 100
"""Addresses on one line that are looked for in vain before the columns of that line are given up."""

Anchors = tuple[tuple[int, str], ...]
"""Each heading's line and id."""


def find_links(markup: str, body: str, first_line: int, *, host: str | None = None) -> tuple[Link, ...] | None:
    """Every link of HTML that came of Markdown alone, in order, with the place of its address.

    A relative address is looked for as a link's destination only, as its letters may stand in any word. None where an address is not
    found in its turn: `find_placed_links` can tell then, from HTML with source positions. `host` leaves out what leads elsewhere.
    """
    urls = _URL.findall(markup)
    if host is not None:
        together = "\n".join(("", *urls))
        if together.count("\nhttps://") + together.count("\nhttp://") == len(urls) and host not in together:
            return ()
    links = []
    line = first_line
    counted = cursor = line_start = 0
    find, count, new = body.find, body.count, tuple.__new__  # a named tuple's own constructor takes twice as long
    for url in urls:
        written = url.replace("&amp;", "&") if "&" in url else url
        place = find(written, cursor) if written[:4] == "http" else find(f"({written}", cursor) + 1 or -1
        if place < 0:
            written = html.unescape(unquote(url))
            place = find(written if written[:4] == "http" else f"({written}", cursor)
            if place < 0:
                return None
            place += written[:4] != "http"
        breaks = count("\n", counted, place)
        if breaks:
            line += breaks
            line_start = body.rfind("\n", counted, place) + 1
        counted = place
        if body[place - 1] == " " and body[place - 3 : place] == "]: ":
            return None  # the link is elsewhere: this is where its address is defined
        if body[place - 2 : place] == "](" and find("[", line_start, place) < 0:  # the link's text began on a line above
            begun = line - count("\n", max(body.rfind("[", cursor, place), cursor), place)
            links.append(Link(written, begun))
        else:
            links.append(new(Link, (written, line, place - line_start + 1)))
        cursor = place + len(written)
    return own_links(tuple(links), host)


def own_links(links: tuple[Link, ...], host: str | None) -> tuple[Link, ...]:
    """The links that may lead to the host's own site, all of them where no host is named."""
    return links if host is None else tuple(link for link in links if "://" not in link.url or host in link.url)


def find_placed_links(markup: str, body: str, first_line: int, *, raw: bool) -> tuple[Link, ...]:
    """Every link of HTML that tells its lines, those of raw HTML in the Markdown among them; no column where an address is not found."""
    starts = [0, *(match.end() for match in re.finditer("\n", body)), len(body) + 1]
    links: list[Link] = []
    cursor = misses = reached = 0
    for first, last, url in _PLACED_URL.findall(markup):
        line, end = min(int(first), len(starts) - 1), min(int(last), len(starts) - 1)
        if line != reached:
            reached, misses, cursor = line, 0, starts[line - 1]
        place = -1
        for written in _spellings(_unescaped(url)) if misses < _MOST_MISSES else ():
            place = body.find(written, cursor, starts[end])
            if place >= 0:
                break
            misses += 1
        if place < 0:
            links.append(Link(_unescaped(url), line + first_line - 1))
            continue
        cursor = place + len(written)
        address = written if "://" in written or ":" not in url else _unescaped(url)
        broken = end > line and body.count("\n", starts[line - 1], place) > 0
        links.append(Link(address, line + first_line - 1, None if broken else place - starts[line - 1] + 1))
    if raw:
        links += _raw_links(body, starts, first_line)
        links.sort(key=lambda link: (link.line, link.column or 0))
    return tuple(links)


def _spellings(url: str) -> tuple[str, ...]:
    """How an address may stand in the source: as it is, before it was percent-encoded, and without the scheme that an autolink lends."""
    return (
        (url.removeprefix("mailto:"),) if url[:7] == "mailto:" else tuple(dict.fromkeys((url, unquote(url), url.removeprefix("http://"))))
    )


def _raw_links(body: str, starts: list[int], first_line: int) -> list[Link]:
    code = code_spans(body)
    found = []
    for match in _RAW_LINK.finditer(body):
        if not stands_in(code, match.start()):
            group = 1 if match[1] is not None else 2
            line = bisect_right(starts, match.start(group))
            column = match.start(group) - starts[line - 1] + 1
            found.append(Link(html.unescape(match[group]).strip(), line + first_line - 1, column))
    return found


def _unescaped(url: str) -> str:
    if url.count("&") == url.count("&amp;"):
        return url.replace("&amp;", "&")  # nearly always, and much faster
    return html.unescape(url)


def heading_lines(source: str) -> list[tuple[int, str]]:
    """The line (counted from 1) and level of every line of Markdown that looks like a heading: it is one unless it stands in code."""
    found = []
    counted = 0
    line = 1
    padded = f"\n{source}\n"
    count = padded.count
    for match in _MARKS.finditer(padded):
        place, end = match.span(1)
        line += count("\n", counted, place) - (not counted)
        counted = place
        found.append((line, str(end - place)))
    return found


def with_ids(markup: str, lines: list[tuple[int, str]], first_line: int) -> tuple[str, Anchors] | None:
    """Give each heading the id that kramdown's GFM parser gives it, and tell the line of each.

    `lines` are those that `heading_lines` found; gives None where they are not those of the HTML. The id is the heading's text in lower
    case without punctuation, blanks as hyphens, repeats numbered.
    """
    parts = _HEADING.split(markup)
    if len(parts) // 4 != len(lines):
        return None
    anchors: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for index, (line, level) in zip(range(1, len(parts), 4), lines, strict=True):
        if parts[index][2:] != level:
            return None
        if parts[index + 1] == ">":
            anchor = _numbered(_name(parts[index + 2]), seen)
            parts[index + 1] = f' id="{anchor}">'
        else:
            parts[index + 1], anchor = _identified(parts[index + 1], parts[index + 2], seen)
        anchors.append((line + first_line - 1, anchor))
    return "".join(parts), tuple(anchors)


def with_placed_ids(markup: str, first_line: int) -> tuple[str, Anchors]:
    """`with_ids` for HTML that tells its lines; headings that were written as HTML tell none, and keep what they have."""
    parts = _HEADING.split(markup)
    anchors: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for index in range(1, len(parts), 4):
        placed = _LINE.match(parts[index + 1])
        if placed is not None:
            parts[index + 1], anchor = _identified(parts[index + 1], parts[index + 2], seen)
            anchors.append((int(placed[1]) + first_line - 1, anchor))
    return "".join(parts), tuple(anchors)


def _identified(attributes: str, inner: str, seen: dict[str, int]) -> tuple[str, str]:
    """A heading's attributes with its id among them, and the id: the author's own, or one made of the text."""
    own = _OWN_ID.search(attributes)
    if own is not None:
        return attributes, html.unescape(own[1])
    anchor = _numbered(_name(inner), seen)
    return f' id="{anchor}"{attributes}', anchor


def _numbered(name: str, seen: dict[str, int]) -> str:
    times = seen[name] = seen.get(name, -1) + 1
    return f"{name}-{times}" if times else name


def _name(inner: str) -> str:
    text = inner
    if "<" in text:
        text = _TAG.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    if "--" in text:
        text = _DASHES.sub("", text)  # kramdown makes a dash of these, which is no word's character
    return text.strip().translate(_ID_CHARACTERS) or "section"


class _IdCharacters(dict[int, str | None]):
    """What becomes of each character in an id: Ruby's word characters stay (Onigmo), in lower case, blanks are hyphens, the rest goes."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        category = unicodedata.category(character)
        kept = category[0] in {"L", "M"} or category in {"Nd", "Pc"} or character == "-"
        becomes = character.lower() if kept else "-" if character in " \t" else None
        self[code] = becomes
        return becomes


_ID_CHARACTERS = _IdCharacters()
