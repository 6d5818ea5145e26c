"""HTML as podcast apps leave it: of all tags they keep p, ul, ol, li and a, so that everything else is put into these or left out.

Texts are UTF-8 here, since limits are of bytes.
"""

from __future__ import annotations

import html
import re
from typing import Final

LONGEST: Final = 4000
"""Bytes of UTF-8 that a description may have (https://podcasters.apple.com/support/823-podcast-requirements; PSP-1, description)."""

_WORDLESS: Final = frozenset(b"script style iframe svg math noscript template object video audio canvas select textarea title".split())
_DROPPED = re.compile(rb"<(" + b"|".join(sorted(_WORDLESS)) + rb")\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE)
_OTHER = re.compile(
    rb"""<(?!/?(?:p|ul|ol|li)>|/a>|a href="(?:https?://|mailto:)[^"<>]*">)"""
    rb"""(?:(/?)(!(?=--)|[a-zA-Z][^\s/<>]*)((?:[^<>"']|"[^"]*"|'[^']*')*+)>)?"""  # or a sign that begins no tag
)
_HREF = re.compile(rb"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=]+))""", re.IGNORECASE)
_SAFE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_AS_LINES: Final = (b"h1", b"h2", b"h3", b"h4", b"h5", b"h6", b"dt", b"pre", b"tr", b"caption", b"figcaption", b"summary")
_KEPT: Final = dict.fromkeys(_AS_LINES, b"p") | {name: name for name in (b"p", b"ul", b"ol", b"li")}
_CELLS: Final = frozenset({b"td", b"th", b"dd"})
_BREAK: Final = b"\x1f"
_DROP: Final = b"\x1e"
_TAG = re.compile(rb"</?(?:p|ul|ol|li|a)\b")
_ENDS: Final = {b"<" + name: b"</" + name for name in (b"p", b"ul", b"ol", b"li", b"a")}
_ANY_TAG = re.compile(rb"<[^<>]*>?")
_HALF = re.compile(rb"(?:&[#\w]{0,12}|\s\S{0,24})\Z")
_TAIL: Final = 40
_USUAL_ENDS: Final = 28
"""Bytes that close a link in a list in a list."""
_JOINED: Final = "\u200d\ufe0f"


def surviving(markup: bytes) -> bytes:
    """HTML in the tags that survive, with none of the others' words lost.

    Headings and rows become paragraphs. Lines that end in a break do too, but in a list. Text that stands in no tag stays so.
    """
    if b"<" not in markup:
        return markup
    text = _OTHER.sub(_replacement, markup)
    if _DROP in text:
        text = _OTHER.sub(_replacement, _DROPPED.sub(b"", markup)).replace(_DROP, b"")
    if _BREAK in text:
        text = _with_lines(text)
    return text.replace(b"<p></p>", b"").strip()


def cut(markup: bytes, room: int) -> bytes | None:
    """As much of `surviving` HTML as `room` bytes hold, with all tags closed; None where its tags make no sense."""
    reserve = 0 if len(markup) <= room else _USUAL_ENDS
    while True:
        kept = markup[: max(room - reserve, 0)]
        if len(kept) < len(markup):
            kept = _up_to_a_word(kept)
        opened = _open_ends(kept)
        if opened is None:
            return None
        ends = b"".join([end + b">" for end in reversed(opened)])
        if len(kept) + len(ends) <= room or not kept:
            return kept + ends
        reserve = max(reserve + 1, len(ends))


def plain(markup: bytes) -> bytes:
    """The words of HTML whose tags make no sense, without them."""
    return _ANY_TAG.sub(b" ", markup).strip()


def _up_to_a_word(text: bytes) -> bytes:
    """The text without what was cut in the middle at its end: a tag, an entity, a word, a sign made of several characters."""
    if text.rfind(b"<") > text.rfind(b">"):
        text = text[: text.rfind(b"<")]
    text = text[:-_TAIL] + _HALF.sub(b"", text[-_TAIL:])
    if text and text[-1] > 0x7F:
        start = max(len(text) - _TAIL, 0)
        while start and text[start] & 0xC0 == 0x80:  # within a character
            start -= 1
        text = text[:start] + text[start:].decode(errors="ignore").rstrip(_JOINED).encode()
    while text.endswith(b">") and (start := text.rfind(b"<")) >= 0 and text[start + 1] != 0x2F:
        text = text[:start].rstrip()  # nothing begins that has nothing in it
    return text


def _open_ends(markup: bytes) -> list[bytes] | None:
    """The ends of the tags that are still open, the outermost first; None where one is closed that is not open."""
    opened: list[bytes] = []
    for mark in _TAG.findall(markup):
        end = _ENDS.get(mark)
        if end is not None:
            opened.append(end)
        elif not opened or opened.pop() != mark:
            return None
    return opened


def _replacement(match: re.Match[bytes]) -> bytes:
    """What stands for a tag that is not as it survives."""
    closes, name, attributes = match.groups()
    if name is None:
        return b"&lt;"
    name = name.lower()
    kept = _KEPT.get(name)
    if kept:
        return b"<%b%b>" % (closes, kept)
    if name == b"br":
        return _BREAK
    if name in _WORDLESS or name == b"!":
        return _DROP
    if name == b"a":
        return b"</a>" if closes else _link(attributes)
    return b" " if name in _CELLS else b""


def _link(attributes: bytes) -> bytes:
    """A link that leads nowhere is left as one, or its end would close nothing."""
    href = _HREF.search(attributes)
    address = html.unescape((href[1] or href[2] or href[3] or b"").decode(errors="replace").strip()) if href else ""
    return f'<a href="{html.escape(address)}">'.encode() if _SAFE.match(address) else b"<a>"


def _with_lines(text: bytes) -> bytes:
    """A paragraph for each line of one; in a list, and within a link, a blank."""
    made, *lines = text.split(_BREAK)
    for line in lines:
        within = made.rfind(b"<p>") > made.rfind(b"</p>") and made.rfind(b"</a>") >= made.rfind(b"<a")
        made += b"</p><p>" + line.lstrip() if within else b" " + line
    return made
