"""The chapters and the cover in Vorbis comments, as Ogg and FLAC files have them."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from podpipe.audio import library
from podpipe.audio.pictures import media_type
from podpipe.audio.sound import NotReadError
from podpipe.model import Chapter
from podpipe.timecode import parse_clock

_CHAPTER = re.compile(r"chapter(\d{1,4})(name|url|)", re.IGNORECASE)


def chapters(comments: Iterable[tuple[str, str]]) -> tuple[Chapter, ...]:
    """The chapters of `CHAPTER001=00:00:00.000`, `CHAPTER001NAME=` and `CHAPTER001URL=` (the Xiph wiki's chapter extension), by time."""
    parts: dict[int, dict[str, str]] = {}
    for key, value in comments:
        match = _CHAPTER.fullmatch(key)
        if match:
            parts.setdefault(int(match[1]), {}).setdefault(match[2].lower(), value.strip())
    found = ((parse_clock(part.get("", "")), part) for _, part in sorted(parts.items()))
    known = [Chapter(start=start, title=part.get("name", ""), url=part.get("url") or None) for start, part in found if start is not None]
    return tuple(sorted(known, key=lambda chapter: chapter.start))


def cover(pictures: list[Any]) -> str | None:
    """The media type of the front cover among FLAC pictures, or of the first one."""
    front = next((picture for picture in pictures if picture.type == 3), pictures[0] if pictures else None)
    return None if front is None else media_type(front.data, front.mime)


def pictures(comments: Iterable[tuple[str, str]]) -> list[Any]:
    """The pictures in `METADATA_BLOCK_PICTURE` comments: FLAC's picture blocks in Base64."""
    found = []
    for key, value in comments:
        if key.lower() == "metadata_block_picture":
            with suppress(NotReadError, binascii.Error):
                found.append(library.read("flac", "Picture", io.BytesIO(base64.b64decode(value))))
    return found
