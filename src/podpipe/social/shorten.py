"""Where a title that is too long may be cut so that it still reads well."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from podpipe.social.lengths import grapheme_ends

_ELLIPSIS = "…"
_CLOSING = frozenset("。、！？!?,;:：；…・｜|/／)]）］」』】〉》~〜")
_OPENING = frozenset("([（［「『【〈《｜|")
_DANGLING = " \u3000、,;:：；・｜|/／-–—~〜([（［「『【〈《"
_ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")


def shorten(text: str, room: int, length: Callable[[str], int]) -> str:
    """The text where its `length` is at most `room`, else as much of its beginning as fits with an ellipsis.

    It is cut between graphemes and never inside a link: at the end of a phrase where one lies in the last third of what fits, else at
    the end of a word in the last half, else as late as possible. Where nothing fits, it is empty.
    """
    if length(text) <= room:
        return text
    ends = _allowed(text)
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        if length(_head(text, ends[middle - 1])) <= room:
            low = middle
        else:
            high = middle - 1
    for cut in _preferred(text, ends[:low]):
        head = _head(text, cut)
        # An earlier cut can be longer by a network's count: `a.jp/x-` is text to X where `a.jp/x` is a link.
        if head != _ELLIPSIS and length(head) <= room:
            return head
    return ""


def _allowed(text: str) -> Sequence[int]:
    ends = grapheme_ends(text)
    links = [match.span() for match in _ADDRESS.finditer(text)]
    return [end for end in ends if not any(start < end < stop for start, stop in links)] if links else ends


def _preferred(text: str, ends: Sequence[int]) -> list[int]:
    if not ends:
        return []
    last = ends[-1]
    phrase = (end for end in reversed(ends) if end * 3 >= last * 2 and _ends_phrase(text, end))
    word = (end for end in reversed(ends) if end * 2 >= last and not _inside_word(text, end))
    found = (next(phrase, None), next(word, None), last)
    return [end for end in found if end is not None]


def _ends_phrase(text: str, end: int) -> bool:
    before, after = text[end - 1], text[end : end + 1]
    # A space ends a phrase in Japanese, and a mere word in English.
    return before in _CLOSING or after in _OPENING or (after.isspace() and not before.isascii())


def _inside_word(text: str, end: int) -> bool:
    before, after = text[end - 1], text[end : end + 1]
    return (_is_alphabetic(before) and _is_alphabetic(after)) or bool(_KATAKANA.match(before) and _KATAKANA.match(after))


def _is_alphabetic(character: str) -> bool:
    # Scripts that put spaces between words lie below Hangul Jamo; of those above, Japanese and Chinese may be cut anywhere.
    return character.isalnum() and character < "\u1100"


def _head(text: str, end: int) -> str:
    return text[:end].rstrip(_DANGLING) + _ELLIPSIS
