"""Raw HTML among Markdown: where a block of it ends, and which angle brackets are no tags at all.

CommonMark (4.6) lets a block of HTML run to the next blank line; kramdown, and every author, ends it with its closing tag. The blocks are
fenced in for the renderer between marks that `unfenced` takes away. No line moves.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from podpipe.code_blocks import code_lines, code_spans, stands_in

_BLOCK_NAMES = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|"
    "figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|"
    "p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul"
)
_INLINE_NAMES = (
    "a|abbr|acronym|area|audio|b|bdi|bdo|big|br|button|canvas|cite|code|data|datalist|del|dfn|em|embed|font|i|img|input|ins|kbd|label|map|"
    "mark|meta|meter|nobr|object|output|picture|pre|progress|q|rb|rp|rt|rtc|ruby|s|samp|script|select|slot|small|source|span|strike|strong|"
    "style|sub|sup|svg|template|textarea|time|tt|u|var|video|wbr"
)
_BLOCK_START = re.compile(rf"^ {{0,3}}<(/?)({_BLOCK_NAMES})(?=[\s/>])[^<>\n]*+(>?)", re.IGNORECASE | re.MULTILINE)
_LONE_INLINE = re.compile(r"^ {0,3}(?=</?([a-z][a-z0-9]*)(?:\s[^<>\n]*)?/?>[ \t]*\n[ \t]*\S)", re.IGNORECASE | re.MULTILINE)
_VERBATIM = frozenset({"pre", "script", "style", "textarea"})
_BLOCK = re.compile(rf"(?:{_BLOCK_NAMES})\Z", re.IGNORECASE)
_NO_TAG = re.compile(rf"<(?=/?[a-z][a-z0-9-]*(?![\w:.@+-]))(?!/?(?:{_BLOCK_NAMES}|{_INLINE_NAMES})(?![\w-]))", re.IGNORECASE)
_MARKDOWN = re.compile(r"""\smarkdown\s*=\s*["']?(?:1|block|span)\b["']?""", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n[ \t]*(?=\n)")
_OPEN, _CLOSE = "<?podpipe ", "?>"
_MARK = re.compile(r"<\?podpipe ([^?]*+(?:\?(?!>)[^?]*+)*+)\?>")
NOTHING = "{:}"
"""An attribute list that says nothing: it makes a paragraph of a line, and is gone from the page."""


def fenced_in(text: str) -> str:
    """Markdown in which every block of HTML ends where its author ended it, and `<word>` that is no element of HTML is text."""
    text = _with_words_escaped(text)
    fenced = code_lines(text)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    blanks = [match.start() for match in _BLANK_LINE.finditer(text)]
    parts: list[str] = []
    done = 0
    for match in _BLOCK_START.finditer(text):
        start = text.index("<", match.start())
        if start < done or (fenced and bisect_right(starts, start) - 1 in fenced):
            continue
        following = bisect_left(blanks, match.end())
        limit = blanks[following] if following < len(blanks) else len(text)
        if match[3] and _MARKDOWN.search(match[0]):
            end = match.end()
        elif match[1]:
            end = match.end() if match[3] else start
        else:
            end = _closed(text, match, start, limit)
        if end > start and text[end : end + 1] in {"\n", ""} and text.find(_CLOSE, start, end) < 0:
            parts += (text[done:start], _OPEN, text[start:end], _CLOSE)
            done = end
        elif end == start:
            parts.append(text[done:limit])
            done = limit
    parts.append(text[done:])
    return _LONE_INLINE.sub(_into_paragraph, "".join(parts))


def unfenced(markup: str) -> str:
    """The HTML without the marks that kept its blocks together."""
    return _MARK.sub(r"\1", markup) if _OPEN in markup else markup


def _closed(text: str, match: re.Match[str], start: int, limit: int) -> int:
    """Where an element that begins a block ends; its own beginning if it does not end before the next blank line."""
    depth = 0
    name = match[2].lower()
    if name in {"hr", "link", "base", "col", "param", "track"}:
        return match.end() if match[3] else start
    for tag in re.compile(rf"<(/?){name}(?=[\s/>])[^<>]*+>", re.IGNORECASE).finditer(text, start, limit):
        depth += -1 if tag[1] else 1
        if depth <= 0:
            end = tag.end()
            while text[end : end + 1] in {" ", "\t"}:
                end += 1
            return end
    return start


def _into_paragraph(match: re.Match[str]) -> str:
    """A line of one inline tag begins a paragraph, where CommonMark would take all that follows for HTML."""
    name = match[1].lower()
    return match[0] if name in _VERBATIM or _BLOCK.match(name) else match[0] + NOTHING


def _with_words_escaped(text: str) -> str:
    if _NO_TAG.search(text) is None:
        return text
    code = code_spans(text)
    return _NO_TAG.sub(lambda match: "<" if stands_in(code, match.start()) else "&lt;", text)
