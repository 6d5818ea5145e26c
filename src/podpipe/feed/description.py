"""An item's description: the show notes in the few tags that survive in apps, no longer than directories take, with its chapters' times."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Final

from podpipe.feed.surviving import LONGEST, cut, plain, surviving
from podpipe.uris import uri

_LEAST_NOTES: Final = 1000
"""Bytes that are left to the show notes however many chapters there are."""

_LINE = re.compile(rb"<(?:p|li)>(?:<a\b[^>]*>)?([^<]*)")
_TIMED = re.compile(rb"\s*(?:(\d{1,2}):)?(\d{1,2}):(\d\d)(?:\s+\S|\s*$)|\s*[(\[](?:(\d{1,2}):)?(\d{1,2}):(\d\d)[)\]](?:\s+\S|\s*$)")
_BEGINS = re.compile(rb">\s*[(\[]?(?:00?:)?00?:00[)\]]?[\s<]")


def item_description(notes: bytes, *, otherwise: str, url: str, timestamps: Sequence[tuple[str, str]]) -> bytes:
    """The description in UTF-8, as HTML of p, ul, ol, li and a, within 4,000 bytes (Apple's and PSP-1's limit).

    `notes` is the HTML of the show notes with absolute links; where it holds nothing, `otherwise` stands in its place as text. `timestamps`
    are the chapters' times and titles; they end the description, a line each, unless the show notes hold such a list. What is too long
    ends in a link to `url`, the whole of it; the list stays.
    """
    text, whole = _looked_at(notes) if notes else (html.escape(otherwise, quote=False).encode(), True)
    lines = _list(timestamps, text) if timestamps else b""
    if lines and b"<" not in text:
        text = b"<p>" + text + b"</p>"
    if whole and len(text) + len(lines) <= LONGEST:
        return _cut(text, LONGEST - len(lines), lines)
    more = f'<p><a href="{html.escape(uri(url))}">…</a></p>'.encode()
    if len(more) > _LEAST_NOTES // 2:
        more = "<p>…</p>".encode()
    end = more + _shortened(lines, LONGEST - min(len(text), _LEAST_NOTES) - len(more))
    return _cut(text, LONGEST - len(end), end)


def _looked_at(data: bytes) -> tuple[bytes, bool]:
    """As much of the notes in surviving tags as a description may hold, or a little more, and whether that is all of them."""
    taken = LONGEST + LONGEST // 8
    while taken < len(data):
        text = surviving(data[:taken])
        if len(text) > LONGEST:
            return text, False
        taken *= 2
    return surviving(data), True


def _cut(text: bytes, room: int, end: bytes) -> bytes:
    kept = cut(text, room)
    if kept is None:
        kept = cut(plain(text), room) or b""
    return kept + end


def _list(timestamps: Sequence[tuple[str, str]], description: bytes) -> bytes:
    """The list of times, empty where the description has one that apps can read before anything of it is cut off."""
    if _holds_list(description[:LONGEST], [time for time, _ in timestamps]):
        return b""
    lines = html.escape("\n".join([f"{time} {title}" for time, title in timestamps]), quote=False)
    return f"<p>{lines.replace(chr(10), '</p><p>')}</p>".encode()


def _shortened(lines: bytes, room: int) -> bytes:
    """As many lines as fit."""
    return lines if len(lines) <= room else lines[: lines.rfind(b"</p>", 0, max(room, 0)) + 4] if b"</p>" in lines[: max(room, 0)] else b""


def _holds_list(description: bytes, times: Sequence[str]) -> bool:
    """Whether lines that follow one another begin with just these times, in a form that Apple Podcasts and Spotify read."""
    begins = _BEGINS.search(description) if b"0:00" in description else None
    if begins is None:
        return False
    run: list[str] = []
    start = max(description.rfind(b"<li>", 0, begins.end()), description.rfind(b"<p>", 0, begins.end()), 0)
    for line in _LINE.finditer(description, start):
        timed = _TIMED.match(line[1])
        if timed is None:
            run.clear()
            continue
        hours, minutes, seconds = (timed[1], timed[2], timed[3]) if timed[3] else (timed[4], timed[5], timed[6])
        whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
        if not whole:
            run.clear()
        run.append(f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}")
        if run == list(times):
            return True
    return False
