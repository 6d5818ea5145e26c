"""What a picture inside an audio file is."""

from __future__ import annotations

_STARTS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG", "image/png"), (b"GIF8", "image/gif"), (b"BM", "image/bmp"))
_WORDS = {"JPG": "image/jpeg", "PNG": "image/png", "image/jpg": "image/jpeg", "image/": None, "": None, "-->": None}


def media_type(data: bytes, stated: str) -> str | None:
    """A picture's media type by its content, or as stated where that tells nothing; None for a link to a picture elsewhere."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    found = next((word for start, word in _STARTS if data.startswith(start)), None)
    return found or _WORDS.get(stated, stated)
