"""What a picture is, as far as directories ask."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFacts:
    """A picture's format (`jpeg`, `png`, `webp`, …), its size in pixels, and its colours (`RGB`, `RGBA`, `P`, `L`, `CMYK`, …)."""

    format: str
    width: int
    height: int
    colors: str
