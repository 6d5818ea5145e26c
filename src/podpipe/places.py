"""Where the links and headings of rendered show notes stand in their source, and the ids of the headings."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from itertools import repeat
from urllib.parse import unquote

from podpipe.code_blocks import code_spans, stands_in
from podpipe.model import Link

_URL = re.compile(r'<(?:a|img) (?:href|src)="([^"]*)"')
_PLACED_URL = re.compile(r'<(?:a|img) data-sourcepos="([0-9]{1,9}):[0-9]+-([0-9]{1,9}):[^"]*" (?:href|src)="([^"]*)"')
_RAW_LINK = re.compile(r"""<(?:a|img|iframe|audio|video|source)\b[^<>]*?\s(?:href|src)\s*=\s*(?:"([^"\n]*)"|'([^'\n]*)')""", re.IGNORECASE)
_BEYOND_ASCII = re.compile("(?:%[89A-F][0-9A-F])+")
_HEADING = re.compile(r'(<h[1-6])((?: [a-z-]+="[^"]*")*>)(.*)(?=</h[1-6]>)')
_LINE = re.compile(r' data-sourcepos="([0-9]{1,9}):')
_OWN_ID = re.compile(r' id="([^"]*)"')
_TAG = re.compile(r'<sup class="footnote-ref">.*?</sup>|<[^<>]*>')
_DASHES = re.compile(r"-{2,3}")
_MARKS = re.compile(r"\n {0,3}(#{1,6})(?=[ \t\n])")
_NEAR = 1_000
"""How far below the last address the next is looked for as it is, before its other spellings are thought of."""
_MOST_MISSES = 100
"""Addresses on one line that are looked for in vain before the columns of that line are given up."""

Anchors = tuple[tuple[int, str], ...]
"""Each heading's line and id."""


def find_links(markup: str, body: str, first_line: int) -> tuple[Link, ...] | None:
    """Every link of HTML that came of Markdown alone, in order, with the place of its address.

    A relative address is looked for as a link's destination only, as its letters may stand in any word. None where an address is not
    found in its turn: `find_placed_links` can tell then, from HTML with source positions.
    """
    urls = _URL.findall(markup)
    found: list[tuple[str, int, int | None]] = []
    line = first_line
    counted = cursor = line_start = 0
    find, count = body.find, body.count
    for url in urls:
        written = url.replace("&amp;", "&") if "&" in url else url
        near = cursor + _NEAR
        place = find(written, cursor, near) if written[:4] == "http" else find(f"({written}", cursor, near) + 1 or -1
        told = written
        if place < 0:
            written, told, place = _far_or_otherwise(url, written, body, cursor)
            if place < 0:
                return None
        breaks = count("\n", counted, place)
        if breaks:
            line += breaks
            line_start = body.rfind("\n", counted, place) + 1
        counted = place
        before = body[place - 2 : place]
        if before != "](":
            if before == ": " and body[place - 3] == "]":
                return None  # the link is elsewhere: this is where its address is defined
        elif find("[", line_start, place) < 0:  # the link's text began on a line above
            found.append((told, line - count("\n", max(body.rfind("[", cursor, place), cursor), place), None))
            cursor = place + len(written)
            continue
        found.append((told, line, place - line_start + 1 if told is written else None))
        cursor = place + len(written)
    return tuple(map(tuple.__new__, repeat(Link), found))  # a named tuple's own constructor takes twice as long


def _far_or_otherwise(url: str, plain: str, body: str, cursor: int) -> tuple[str, str, int]:
    """An address as the source has it below a place, as it is told, and where it stands there; below 0 where it does not.

    One in which the author encoded some characters and not others is told as the HTML has it, and without its column.
    """
    typed = _BEYOND_ASCII.sub(_decoded, plain)
    whole = html.unescape(unquote(url)) if "%" in typed or "&" in plain else typed
    lead = "" if plain[:4] == "http" else "("
    place = body.find(lead + plain.partition("%")[0], cursor)  # so far all spellings agree, and what is next to it tells which it is
    for written in (plain, typed, whole) if place >= 0 else ():
        if body.startswith(written, place + len(lead)):
            return written, written if written in {plain, whole} else _unescaped(url), place + len(lead)
    for written in (plain, whole):
        place = body.find(lead + written, cursor)
        if place >= 0:
            return written, written, place + len(lead)
    return plain, plain, -1


def _decoded(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("%", "")).decode(errors="replace")


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
    if [part[2:] for part in parts[1::4]] != [level for _, level in lines]:
        return None
    if not lines:
        return markup, ()
    names = _names(parts[3::4])
    if len({*names}) == len(names) and {*parts[2::4]} == {">"}:  # nearly always: no two of one name, and none that has its own
        parts[2::4] = [f' id="{name}">' for name in names]
    else:
        seen: dict[str, int] = {}
        identified = [_identified(attributes, name, seen) for attributes, name in zip(parts[2::4], names, strict=True)]
        parts[2::4] = [attributes for attributes, _ in identified]
        names = [name for _, name in identified]
    before = first_line - 1
    return "".join(parts), tuple([(line + before, name) for (line, _), name in zip(lines, names, strict=True)])


def with_placed_ids(markup: str, first_line: int) -> tuple[str, Anchors]:
    """`with_ids` for HTML that tells its lines; headings that were written as HTML tell none, and keep what they have."""
    parts = _HEADING.split(markup)
    placed = [(index, match[1]) for index in range(1, len(parts), 4) if (match := _LINE.match(parts[index + 1])) is not None]
    anchors: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for (index, line), name in zip(placed, _names([parts[index + 2] for index, _ in placed]), strict=True):
        parts[index + 1], anchor = _identified(parts[index + 1], name, seen)
        anchors.append((int(line) + first_line - 1, anchor))
    return "".join(parts), tuple(anchors)


def _identified(attributes: str, name: str, seen: dict[str, int]) -> tuple[str, str]:
    """A heading's attributes with its id among them, and the id: the author's own, or one made of the text."""
    own = _OWN_ID.search(attributes) if attributes != ">" else None
    if own is not None:
        return attributes, html.unescape(own[1])
    anchor = _numbered(name, seen)
    return f' id="{anchor}"{attributes}', anchor


def _numbered(name: str, seen: dict[str, int]) -> str:
    times = seen[name] = seen.get(name, -1) + 1
    return f"{name}-{times}" if times else name


def _names(headings: list[str]) -> list[str]:
    """What each heading's HTML is called in an address; all in one go, as only a few of the characters that they hold are special."""
    texts = [_plain(heading).strip() for heading in headings]
    joined = _DROPPED.sub("", "\n".join(texts))
    if _UNCHANGED.fullmatch(joined):
        named = joined.encode().translate(_ID_BYTES, _DROPPED_BYTES).decode()
    else:
        named = joined.translate(_ID_CHARACTERS)
    return [name or "section" for name in named.split("\n")] if headings else []


def _plain(heading: str) -> str:
    if "<" in heading:
        heading = _TAG.sub("", heading)
    if "&" in heading:
        heading = html.unescape(heading).replace("\n", "")
    if "--" in heading:
        heading = _DASHES.sub("", heading)  # kramdown makes a dash of these, which is no word's character
    return heading


class _IdCharacters(dict[int, str | None]):
    """What becomes of each character in an id: Ruby's word characters stay (Onigmo), in lower case, blanks are hyphens, the rest goes."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        if character == "\n":
            return character  # it ends a name
        category = unicodedata.category(character)
        kept = category[0] in {"L", "M"} or category in {"Nd", "Pc"} or character == "-"
        becomes = character.lower() if kept else "-" if character in " \t" else None
        self[code] = becomes
        return becomes


_ID_CHARACTERS = _IdCharacters()
_DROPPED = re.compile("[\u2010-\u2027\u3000-\u3003\u3008-\u3014\u301c\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff3d\uff5b-\uff65]+")
_UNCHANGED = re.compile("[\x00-\x7f\u3005\u3041-\u3096\u30a1-\u30fa\u30fc-\u30fe\u4e00-\u9fff]*+")
"""Most of what goes and is not ASCII, and what stays as it is; any other text is looked at character by character."""
_ID_BYTES = bytes(ord(_ID_CHARACTERS[code] or "-") if code < 0x80 else code for code in range(0x100))
_DROPPED_BYTES = bytes(code for code in range(0x80) if _ID_CHARACTERS[code] is None)
