"""Where show notes mean something else than CommonMark reads in them, and how to say it so that CommonMark reads it too.

Every function takes and gives a whole text and moves no line. What stands in code stays as it is.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Callable
from operator import itemgetter

from podpipe.code_blocks import code_lines, code_spans, stands_in

_LINE_SIGN = re.compile(r"\n *([#:=0-9][#0-9]*[^\n]?)")
_USUAL_SIGNS = frozenset({"# ", "## ", "### ", "#### ", "##### ", "###### "})
_ITEM = re.compile(r"( *)([-*+]|[0-9]{1,9}[.)])( +)(?=\S)")
_DEEP_ITEM = re.compile(r"\n {6,}(?:[-*+]|[0-9]{1,9}[.)]) ")
_SHALLOW_PARENT = re.compile(r"( {0,5}[-*+] {1,4})(?=[^ \n])")
_SHALLOW_OR_DEEP_ITEM = re.compile(r"\n(?: {6,}(?:[-*+]|[0-9]{1,9}[.)])| {2,5}[-*+]) ")
_NUMBERED_ABOVE_SHALLOW = re.compile(r"\n *[0-9]{1,9}[.)] [^\n]*\n {2,5}[-*+] ")
_FRESH_START = re.compile(r"#|[-*+] |[0-9]{1,9}[.)] ")
_FRESH_START_BELOW = re.compile(r"\n(?:(?=#|[-*+] |[0-9]{1,9}[.)] )|\n+(?=\S))")
_BULLET_OR_TEXT = re.compile(r"^( {0,40}[-*+] {1,40}(?=\S)|(?![-*+0-9#>_])(?=\S))", re.MULTILINE)
_MAY_BE_LIST = frozenset(" -*+0123456789")
_CJK_STOPS = (
    "\u2026\u3000-\u3004\u3008-\u3020\u301c\u30fb\uff01\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1c\uff1e\uff1f\uff3b\uff3d\uff5b-\uff65"
)
_BARE_URL = re.compile(rf"http(?<!\]\(http)s?://[^\s<>\"'`{_CJK_STOPS}]++(?:(?=([{_CJK_STOPS}])))?")
_IN_PARENTHESES = re.compile(r"\(http(?<!\]\(http)(s?://[^\s()<>]++)(?=\)[^\x00-\x7f])")
_INSIDE_MARKUP = ("](", "<", "[", '"', "'", "=", "/")
_INSIDE_LINK = re.compile(r"[^\[\]\n]{0,1000}\][(\[]")
_DEFINITION = re.compile(r" {0,3}\[[^\]\n]+\]:[ \t]*")
_ODD_DESTINATION = re.compile(r"\]\((?![^) (\n\u3000]*+\)(?!\]))(?P<inside>(?:(?!\]\()[^\n])++)")
_LINK_IN_LINK = re.compile(r"\[(\[[^\[\]\n]*+\]\([^()\s]*+\))\]\([^()\s]*+\)")
_LINK_AS_ADDRESS = re.compile(r"\]\(\[https?://[^\[\]\s]*+\]\((https?://[^()\s]*+)\)\)")
_BROKEN_ADDRESS = re.compile(r"\]\((https?://[^()\s]*+)\n[ \t]*([^()\s\[\]]++\))")
_PROPER = re.compile(r"""[ \t]*(?:<[^<>\n]*>|[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)(?:[ \t]+(?:"[^"\n]*"|'[^'\n]*'))?[ \t]*""")
_TITLE = re.compile(r"""\s+("[^"\n]*"|'[^'\n]*')\s*$""")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|[/.#?]|www\.", re.IGNORECASE)
_HEADING_UNSPACED = re.compile(r"\n( {0,3})(?:(##{1,5})[\u3000\u00a0]*(?=[^#\s])|(#)[\u3000\u00a0]+(?=\S))")
_UNDERLINE = re.compile(r"\n={2,}[ \t]*(?:\n|$)")
_UNDERLINED = re.compile(r"(?<=\n)( {0,3})(?![ #>]|[-*+] |[0-9]{1,9}[.)] )(\S[^\n]*)\n={2,}[ \t]*(?=\n)")
_DOUBLE_BACKSLASH = re.compile(r"(?<!\\)\\\\[ \t]*(?=\n)")


def line_signs(text: str) -> frozenset[str]:
    """What lines begin with that few texts hold: `=`, `:`, `1.` (any number as of a list), `#` that is no heading as CommonMark has them.

    One look for all of them, so that nothing more need be asked of most texts.
    """
    signs = {*_LINE_SIGN.findall(f"\n{text}")} - _USUAL_SIGNS
    return frozenset(["1." if sign[-1] in ".)" and sign[0].isdigit() else sign[0] for sign in signs])


def to_commonmark(text: str, signs: frozenset[str] | None = None) -> str:
    """The same lines, written as CommonMark (0.31) wants them: each step costs nothing where its sign is absent.

    `signs` are the text's `line_signs`, for who knows them already.
    """
    signs = line_signs(text) if signs is None else signs
    if "\n  " in text:
        text = nest_items(text, numbered="1." in signs)
    if "#" in signs and _HEADING_UNSPACED.search(f"\n{text}"):
        text = _outside_code(_HEADING_UNSPACED, _spaced, f"\n{text}")[1:]
    if "=" in signs and _UNDERLINE.search(text):
        text = _outside_code(_UNDERLINED, _marked, f"\n{text}\n")[1:-1]
    if "\\" in text:
        text = _outside_code(_DOUBLE_BACKSLASH, lambda _: "\\", text)
    if "](" in text and _ODD_DESTINATION.search(text):
        text = _outside_code(_LINK_IN_LINK, lambda match: match[1], text)
        text = _outside_code(_LINK_AS_ADDRESS, lambda match: f"]({match[1]})", text)
        text = _outside_code(_BROKEN_ADDRESS, lambda match: f"](\n{match[1]}{match[2]}", text)
        text = _outside_code(_ODD_DESTINATION, _bracketed_destination, text)
    if "://" in text:
        if _IN_PARENTHESES.search(text):
            text = _outside_code(_IN_PARENTHESES, lambda match: f"(<http{match[1]}>", text)
        text = _separate_bare_urls(text)
    return text


def _outside_code(pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str], text: str) -> str:
    code = code_spans(text)
    return (
        pattern.sub(lambda match: match[0] if stands_in(code, match.start()) else replace(match), text)
        if code
        else pattern.sub(replace, text)
    )


def _spaced(match: re.Match[str]) -> str:
    """A heading whose marks touch the words (`##Title`) or are set off by a wide space; one `#` that touches a word is a hashtag."""
    return f"\n{match[1]}{match[2] or match[3]} "


def _marked(match: re.Match[str]) -> str:
    """A heading that is underlined by `===`."""
    return f"{match[1]}# {match[2]}\n"


def _bracketed_destination(match: re.Match[str]) -> str:
    """A link's address with blanks or lone parentheses in it, between the angle brackets that CommonMark (6.3) asks for."""
    inside = match["inside"]
    end = _closing(inside)
    within, after = inside[:end], inside[end:]
    if not after or _PROPER.fullmatch(within):
        return match[0]
    title = _TITLE.search(within)
    address = (within[: title.start()] if title else within).strip()
    if not _ADDRESS.match(address) or "<" in address or ">" in address:
        return match[0]
    return f"](<{address}>{' ' + title[1] if title else ''}{after}"


def _closing(inside: str) -> int:
    """Where the parenthesis stands that ends an address: the one that balances, else the last before a blank."""
    depth = 0
    for place, character in enumerate(inside):
        if character == "(":
            depth += 1
        elif character == ")":
            if not depth:
                return place
            depth -= 1
    word = inside.split(None, 1)[0] if inside.strip() else ""
    last = inside.find(word) + word.rfind(")") if ")" in word else -1
    return last if last >= 0 else len(inside)


def _separate_bare_urls(text: str) -> str:
    """Put angle brackets around bare URLs that run into Japanese punctuation, which GFM's autolinks would swallow with all that follows."""
    if not any(_BARE_URL.findall(text)):
        return text
    code = code_spans(text)

    def bracket(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        before = text[max(match.start() - 1000, 0) : match.start()].rpartition("\n")[2]
        inside = before.endswith(_INSIDE_MARKUP) or (before[-1:].isascii() and before[-1:].isalnum()) or _DEFINITION.fullmatch(before)
        return match[0] if inside or _INSIDE_LINK.match(text, match.end()) or stands_in(code, match.start()) else f"<{match[0]}>"

    return _BARE_URL.sub(bracket, text)


_Item = tuple[int, int, int]
"""A list item that later lines may belong to: where its content stood, where it stands now, and from where a bullet is its child."""
_content = itemgetter(0)


def nest_items(text: str, *, numbered: bool = True) -> str:
    """Move list items to where CommonMark nests them if they are indented by four columns or more beyond their parent's text, or bullets
    below a numbered item by two columns and yet less than its text.

    CommonMark (5.2, list items) takes the first for a continuation of the paragraph, or for code, and the second for a new list.
    Without `numbered` no line of the text is a numbered item.
    """
    misplaced = _SHALLOW_OR_DEEP_ITEM if numbered and _NUMBERED_ABOVE_SHALLOW.search(f"\n{text}") else _DEEP_ITEM
    deep = misplaced.search(text)
    if deep is None:
        return text
    if "```" in text or "~~~" in text:
        return "\n".join(_nested(text.split("\n"), code_lines(text)))
    # Outside of code, nothing above a fresh start says where what follows goes: only the parts that hold a deep item are gone through.
    parts: list[str] = []
    done = 0
    settled = -1  # where the line ends that is known to stand in its place, and how far it is indented
    settled_indent = 0
    while deep is not None:
        indent = deep.end() - deep.start() - 3
        bullet = misplaced is _DEEP_ITEM and text[deep.end() - 2] in "-*+"
        if bullet and ((settled == deep.start() and settled_indent == indent) or _stands_below_parent(text, deep.start(), indent)):
            settled, settled_indent = text.find("\n", deep.end()), indent
            deep = _DEEP_ITEM.search(text, deep.end())
            continue
        start = _fresh_start_above(text, deep.start(), done)
        below = _FRESH_START_BELOW.search(text, deep.end())
        end = below.start() if below else len(text)
        parts += (text[done:start], _nested_part(text[start:end]))
        done = end
        deep = misplaced.search(text, end)
    parts.append(text[done:])
    return "".join(parts)


def _stands_below_parent(text: str, end: int, indent: int) -> bool:
    """Whether the line that ends here is the item that an item of this indentation is nested in, both where CommonMark has them."""
    start = text.rfind("\n", max(end - 2_000, 0), end) + 1
    parent = _SHALLOW_PARENT.match(text, start) if start or end < 2_000 else None
    return parent is not None and 0 <= indent - parent.end(1) + parent.start() < 4


def _fresh_start_above(text: str, place: int, limit: int) -> int:
    """Where the last line above a place begins that ends every list above it or begins a new one."""
    while place > limit:
        start = text.rfind("\n", limit, place) + 1 or limit
        if _FRESH_START.match(text, start) or (text[start - 2 : start] == "\n\n" and text[start : start + 1] not in {" ", "\n"}):
            return start
        place = start - 1
    return limit


def _nested_part(part: str) -> str:
    """`_nested` for a part of a text; where all its lines are bullets or text, by what is known of those that begin alike."""
    pieces = _BULLET_OR_TEXT.split(part)
    if pieces[0] or len(pieces) > 100 or len(pieces) // 2 != part.count("\n") + 1:
        return "\n".join(_nested(part.split("\n"), frozenset()))
    pieces[1::2] = _nested_bullets(tuple(pieces[1::2]))
    return "".join(pieces)


@functools.lru_cache(maxsize=4096)
def _nested_bullets(bullets: tuple[str, ...]) -> tuple[str, ...]:
    """How lines of bullets, and of text, begin when they are moved: nothing else in them matters."""
    return tuple(line[:-1] for line in _nested([f"{bullet}x" for bullet in bullets], frozenset()))


def _nested(lines: list[str], fenced: frozenset[int]) -> list[str]:
    """The lines, which no list reaches from above, each moved to its place; code goes where the line that opens it goes."""
    moved: list[str] = []
    items: list[_Item] = []
    after_blank = False
    shift = 0
    for number, line in enumerate(lines):
        first = line[:1]
        if number in fenced:
            if number - 1 not in fenced:
                shift = len(_place(line, items, after_blank=after_blank)) - len(line)
            moved.append(_shifted(line, shift))
            after_blank = False
            continue
        if not first or line.isspace():
            after_blank = True
        elif first not in _MAY_BE_LIST:
            if items and (after_blank or first in "#>_"):
                items.clear()
            after_blank = False
        else:
            line = _place(line, items, after_blank=after_blank)  # noqa: PLW2901 - the line, moved
            after_blank = False
        moved.append(line)
    return moved


def _shifted(line: str, shift: int) -> str:
    if shift >= 0:
        return " " * shift + line if line else line
    return line[min(-shift, len(line) - len(line.lstrip(" "))) :]


def _place(line: str, items: list[_Item], *, after_blank: bool) -> str:
    """Where one line goes, given the items open above it; opens and closes items as it goes."""
    item = _ITEM.match(line)
    if item is None:
        indent = len(line) - len(line.lstrip(" "))
        if indent == 0 and (after_blank or line.startswith(("---", "***"))):
            items.clear()
        while items and after_blank and indent < items[-1][2]:
            items.pop()
        if items and after_blank and indent < items[-1][0]:
            return " " * items[-1][1] + line.lstrip(" ")
        owned = bisect_right(items, indent, key=_content)
        return " " * (indent - items[owned - 1][0] + items[owned - 1][1]) + line.lstrip(" ") if owned else line
    indent = item.end(1)
    bullet = item[2] in "-*+"
    while items and indent < items[-1][2 if bullet else 0]:
        items.pop()
    place = indent
    if items:
        beyond = indent - items[-1][0]
        place = items[-1][1] + (beyond if 0 <= beyond < 4 else 0)
    elif indent >= 4:
        return line  # no list is open: this is code, or text that goes on
    marker = len(item[2]) + (len(item[3]) if len(item[3]) <= 4 else 1)
    items.append((indent + marker, place + marker, indent + min(marker, 2)))
    return line if place == indent else " " * place + line[indent:]
