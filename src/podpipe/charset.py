"""How the bytes of a text file are to be taken: which encoding they seem to be in where it is not UTF-8, and what ends a line."""

from __future__ import annotations

import re

_JAPANESE = (("Shift_JIS", "cp932"), ("EUC-JP", "euc_jp"))
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_LOOKED_AT = 65_536


def with_plain_breaks(text: str) -> str:
    """A text with each line break as `\\n`, whatever the author's editor wrote; these are the breaks that lines are counted by."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def seems_to_be(content: bytes) -> str | None:
    """UTF-16, Shift_JIS or EUC-JP, where a text that is not UTF-8 seems to be in one of them, or None.

    Japanese is told by its kana, of which other letters come out when it is read in the wrong encoding.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    best, most = None, 0.1
    for name, codec in _JAPANESE:
        text = _decoded(content[:_LOOKED_AT], codec) or ""
        share = len(_KANA.findall(text)) / max(len(_FOREIGN.findall(text)), 1)
        if share > most:
            best, most = name, share
    return best


def _decoded(content: bytes, codec: str) -> str | None:
    """The text, which may end within a letter; None where the bytes are not of this encoding."""
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        return content[: error.start].decode(codec) if error.start >= len(content) - 3 else None
