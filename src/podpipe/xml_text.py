"""Which characters XML can hold: a feed with any other is no feed, and no app reads it."""

from __future__ import annotations

import functools
import re
from typing import Final

_CONTROLS: Final = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_NONCHARACTERS = re.compile(b"\xef\xbf[\xbe\xbf]")


def is_xml_text(text: str) -> bool:
    """Whether XML 1.0 can hold every character (section 2.2): no control characters, no halves of surrogate pairs, no U+FFFE or U+FFFF."""
    try:
        checked_xml(text.encode())
    except ValueError:
        return False
    return True


def checked_xml(data: bytes) -> None:
    """Raises ValueError for UTF-8 text with a character that XML 1.0 cannot hold."""
    # A regular expression says the same and takes five times as long, for every text of every episode.
    if len(data.translate(None, _CONTROLS)) != len(data) or (b"\xef\xbf" in data and _NONCHARACTERS.search(data)):
        raise ValueError("a character that XML cannot hold")


@functools.cache
def _not_xml() -> re.Pattern[str]:
    # Compiled where it is first asked for, which takes milliseconds: hardly any show needs it.
    return re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def first_not_xml(text: str) -> tuple[str, int] | None:
    """The first character that XML cannot hold, as people name it (`U+0007`), and its place in the text; None where there is none."""
    if is_xml_text(text):  # as nearly all are
        return None
    match = _not_xml().search(text)
    return (f"U+{ord(match[0]):04X}", match.start()) if match else None


def as_xml_text(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _not_xml().sub("", text)
