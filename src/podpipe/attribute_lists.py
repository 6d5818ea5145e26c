"""kramdown's own marks in show notes: attribute lists `{:target="_blank"}`, extensions `{::comment}` and abbreviations.

They are taken out before the text is rendered, a numbered `{:0}` left in the place of each list, and applied to the HTML that comes of it.
What cannot be applied goes: none is ever shown. The syntax is kramdown's ("Attribute List Definitions", "Inline Attribute Lists").
"""

from __future__ import annotations

import html
import re
from typing import Literal, NamedTuple

from podpipe.code_blocks import code_spans, stands_in

_LIST = re.compile(r"\{:(?![:/])((?:[^{}\n\\]|\\.)*+)\}")
_ATTRIBUTE = re.compile(
    r"""\s*(?:\.(?P<class>[^\s.#"'={}]+)|\#(?P<id>[A-Za-z][\w:-]*)"""
    r"""|(?P<key>[A-Za-z_][\w:-]*)=(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|[“”](?P<curly>[^“”]*)[“”]|(?P<bare>[^\s"'“”]+))"""
    r"""|(?P<name>[A-Za-z][\w-]*))(?=[\s.#]|$)"""
)
_DEFINES = re.compile(r"\s*([A-Za-z][\w-]*):(?=\s|$)")
_COMMENT = re.compile(r"\{::comment\}")
_COMMENT_END = re.compile(r"\{:/(?:comment)?\}")
_EXTENSION = re.compile(r"\{:[:/][^{}\n]*\}")
_ABBREVIATION_START = re.compile(r"\*\[")
_ABBREVIATION = re.compile(r"^ {0,3}\*\[([^\]\n]{1,200})\]:[ \t]*([^\n]*)$", re.MULTILINE)
_HEADING_ID = re.compile(r"[ \t]+\{#([A-Za-z][\w:-]*)\}(?=[ \t]*#*[ \t]*$)")
_ALLOWED = frozenset({"alt", "class", "dir", "height", "hreflang", "id", "lang", "rel", "target", "title", "width"})
_TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^<>\"]|\"[^\"]*\")*+)>|\{:([0-9]{0,7})\}|[^<{]++|.", re.DOTALL)
_LONGEST_TAG = 10_000
_MOST_LISTS = 10_000
_VOID = frozenset({"br", "hr", "img", "input", "source", "track", "wbr"})
_INLINE = frozenset({"a", "abbr", "code", "del", "em", "img", "span", "strong", "sub", "sup"})
_ATTRIBUTE_OF_TAG = re.compile(r'\s([a-zA-Z-]+)="([^"]*)"')


class AttributeList(NamedTuple):
    """What one list asks for, and of which element: the one it touches, or the block before or after it."""

    attributes: tuple[tuple[str, str], ...]
    of: Literal["span", "before", "after"]
    names: tuple[str, ...] = ()


class TakenOut(NamedTuple):
    """The text without kramdown's marks, and what `applied` needs to put them into the HTML."""

    text: str
    lists: tuple[AttributeList, ...]
    abbreviations: tuple[tuple[str, str], ...] = ()


def has_marks(text: str) -> bool:
    """Whether `taken_out` would find anything."""
    return ("{" in text and ("{:" in text or "{#" in text)) or ("*" in text and _ABBREVIATION_START.search(text) is not None)


def taken_out(text: str) -> TakenOut:
    """Take kramdown's marks out of Markdown; no line moves."""
    text = _without_extensions(text) if "{:" in text and _EXTENSION.search(text) else text
    if text.count("{:") + text.count("{#") > _MOST_LISTS:
        lines = [_HEADING_ID.sub("", line) if "{#" in line and line.lstrip(" >").startswith("#") else line for line in text.split("\n")]
        return TakenOut(_LIST.sub("", "\n".join(lines)), ())
    code = code_spans(text)
    abbreviations: dict[str, str] = {}

    def abbreviation(match: re.Match[str]) -> str:
        if stands_in(code, match.start()):
            return match[0]
        abbreviations[match[1].strip()] = match[2].strip()
        return ""

    if "*[" in text and (shorter := _ABBREVIATION.sub(abbreviation, text)) != text:
        text = shorter
        code = code_spans(text)
    lists: list[AttributeList] = []
    lines = text.split("\n")
    start = 0
    for number, line in enumerate(lines):
        if "{:" in line and number and lines[number - 1].rstrip().endswith("|") and _LIST.fullmatch(line.strip()):
            above = lines[number - 1].rstrip()
            lines[number - 1] = f"{above[:-1].rstrip()} {_line_without(line, start, code, lists, after_blank=False).strip()}|"
            lines[number] = ""  # or it would be one more row of the table
        elif "{:" in line or "{#" in line:
            lines[number] = _line_without(line, start, code, lists, after_blank=not number or not lines[number - 1].strip())
        start += len(line) + 1
    return TakenOut("\n".join(lines), _resolved(lists), tuple(abbreviations.items()))


def _line_without(line: str, start: int, code: tuple[tuple[int, int], ...], lists: list[AttributeList], *, after_blank: bool) -> str:
    bare = line.strip()

    def take(match: re.Match[str]) -> str:
        if stands_in(code, start + match.start()):
            return match[0]
        read = _read(match[1])
        if read is None:
            return match[0]
        alone = bare == match[0]
        lists.append(read._replace(of="span" if not alone else "after" if after_blank else "before"))
        return f"{{:{len(lists) - 1}}}"

    if "{#" in line and line.lstrip(" >").startswith("#") and not stands_in(code, start):
        line = _HEADING_ID.sub(r"{:#\1}", line)
    return _LIST.sub(take, line)


def _read(written: str) -> AttributeList | None:
    """One list's content; None where it is no attribute list but text between braces."""
    place = 0
    found: dict[str, str] = {}
    names: list[str] = []
    defines = _DEFINES.match(written)
    if defines:
        place = defines.end()
        names.append(f":{defines[1]}")
    end = len(written.rstrip())
    while place < end:
        match = _ATTRIBUTE.match(written, place)
        if match is None:
            return None
        place = match.end()
        if match["class"]:
            found["class"] = f"{found['class']} {match['class']}" if "class" in found else match["class"]
        elif match["id"]:
            found["id"] = match["id"]
        elif match["name"]:
            names.append(match["name"])
        else:
            value = next(value for value in (match["double"], match["single"], match["curly"], match["bare"]) if value is not None)
            found[match["key"].lower()] = value
    return AttributeList(tuple((name, value) for name, value in found.items() if name in _ALLOWED), "span", tuple(names))


def _resolved(lists: list[AttributeList]) -> tuple[AttributeList, ...]:
    """The lists with what the definitions among them (`{:name: .class}`) say in the place of their names."""
    defined = {one.names[0][1:]: one.attributes for one in lists if one.names and one.names[0].startswith(":")}
    resolved = []
    for one in lists:
        if one.names and one.names[0].startswith(":"):
            resolved.append(AttributeList((), "span"))
        else:
            lent = tuple(pair for name in one.names for pair in defined.get(name, ()))
            resolved.append(one._replace(attributes=lent + one.attributes))
    return tuple(resolved)


def _without_extensions(text: str) -> str:
    """Comments gone, their line breaks kept; every other extension's tags gone, its text kept."""
    code = code_spans(text)
    parts: list[str] = []
    done = 0
    for match in _COMMENT.finditer(text):
        if match.start() < done or stands_in(code, match.start()):
            continue
        end = _COMMENT_END.search(text, match.end())
        if end is None:
            break
        parts += (text[done : match.start()], "\n" * text.count("\n", match.start(), end.end()))
        done = end.end()
    parts.append(text[done:])
    text = "".join(parts)
    code = code_spans(text)
    return _EXTENSION.sub(lambda match: match[0] if stands_in(code, match.start()) else "", text)


def applied(markup: str, taken: TakenOut) -> str:
    """Rendered HTML with every list applied to its element and every abbreviation explained."""
    page = _Page(taken)
    inside_code = 0
    for match in _TOKEN.finditer(markup):
        if match[2]:
            name = match[2].lower()
            inside_code += (name in {"code", "pre"}) * (-1 if match[1] else 1)
            page.tag(match, name)
        elif match[4] is not None and not inside_code:
            page.list(match[4])
        else:
            page.text(match[0], plain=not inside_code)
    return page.markup()


class _Page:
    """HTML while lists are applied to it: its pieces, the elements that are open, and those that ended last."""

    def __init__(self, taken: TakenOut) -> None:
        self.lists = taken.lists
        self.titles = dict(taken.abbreviations)
        words = "|".join(re.escape(word) for word in sorted(self.titles, key=len, reverse=True))
        self.words = re.compile(rf"(?<!\w)(?:{words})(?!\w)") if words else None
        self.pieces: list[str] = []
        self.open: list[tuple[str, int]] = []
        self.ended_block: list[int | None] = [None]  # at each depth, the piece that begins the block that ended last
        self.ended_span: int | None = None
        self.waiting: list[AttributeList] = []
        self.after_list = False
        self.last_seen = -1  # the last piece that is more than blanks
        self.replaced: set[int] = set()  # lists that stand where a table of contents was meant

    def tag(self, match: re.Match[str], name: str) -> None:
        self.ended_span = None
        if match[1]:
            self._end(name, match[0])
            return
        self.pieces.append(match[0])
        begun = self.last_seen = len(self.pieces) - 1
        if name in _VOID:
            self.ended_span = begun
            return
        if self.waiting and name not in _INLINE and name != "p":
            self._apply_waiting(begun)
        self.open.append((name, begun))
        self.ended_block.append(None)

    def _end(self, name: str, tag: str) -> None:
        seen = self.last_seen
        self.pieces.append(tag)
        self.last_seen = len(self.pieces) - 1
        while self.open:
            begun_name, begun = self.open.pop()
            self.ended_block.pop()
            if begun_name == name:
                break
        else:
            return
        if name in _INLINE:
            self.ended_span = begun
        elif begun in self.replaced or (name == "p" and seen <= begun):
            del self.pieces[begun:]  # it held a list of attributes alone, or is one that a table of contents was to replace
            self.last_seen = begun - 1
        else:
            if name == "p" and self.waiting:
                self._apply_waiting(begun)
            self.ended_block[-1] = begun

    def text(self, text: str, *, plain: bool) -> None:
        if plain and self.words is not None and not any(name == "abbr" for name, _ in self.open[-1:]):
            text = self.words.sub(lambda match: f'<abbr title="{html.escape(self.titles[match[0]])}">{match[0]}</abbr>', text)
        self.pieces.append(text.lstrip() if self.after_list else text)
        if not text.isspace():
            self.last_seen = len(self.pieces) - 1
        self.after_list = False
        self.ended_span = None

    def list(self, number: str) -> None:
        if not number or int(number) >= len(self.lists):
            return
        one = self.lists[int(number)]
        if one.of == "after":
            self.waiting.append(one)
            self.after_list = True
            return
        if one.of == "before" and self.pieces and self.pieces[-1][-1:] == "\n":
            self.pieces[-1] = self.pieces[-1].rstrip()
        target = self.ended_span if one.of == "span" else self._block_before()
        if target is None and one.of == "span" and self.open and not self._has_text(self.open[-1][1]):
            target = next((begun for name, begun in reversed(self.open) if name == "li"), None)
            self.after_list = True
        if target is None and one.of == "span" and self.open and self.open[-1][0] in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            target = self.open[-1][1]
        if target is not None and "toc" in one.names:
            self.replaced.add(target)
        elif target is not None:
            self._set(target, one)

    def _has_text(self, begun: int) -> bool:
        return self.last_seen > begun

    def _block_before(self) -> int | None:
        """The block that a list on a line of its own belongs to: the paragraph it ends, the list it ends, or the block above."""
        if not self.open:
            return self.ended_block[-1]
        name, begun = self.open[-1]
        if not self._has_text(begun):
            return self.ended_block[-2]
        if name in {"td", "th"}:
            return next((begun for name, begun in self.open if name == "table"), begun)
        if name == "li":
            return next((begun for name, begun in self.open if name in {"ul", "ol"}), begun)
        return begun

    def _apply_waiting(self, begun: int) -> None:
        for one in self.waiting:
            self._set(begun, one)
        self.waiting.clear()

    def _set(self, begun: int, one: AttributeList) -> None:
        tag = self.pieces[begun]
        if len(tag) > _LONGEST_TAG:
            return
        present = dict(_ATTRIBUTE_OF_TAG.findall(tag))
        for name, value in one.attributes:
            written = html.escape(value)
            if name == "class" and name in present:
                written = f"{present[name]} {written}"
            if name in present:
                tag = tag.replace(f' {name}="{present[name]}"', f' {name}="{written}"', 1)
            else:
                end = len(tag) - (3 if tag.endswith(" />") else 1)
                tag = f'{tag[:end]} {name}="{written}"{tag[end:]}'
            present[name] = written
        self.pieces[begun] = tag

    def markup(self) -> str:
        return "".join(self.pieces)
