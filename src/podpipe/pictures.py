"""What a picture file is: its format, its size in pixels, and its colours, read from its first bytes alone."""

from __future__ import annotations

import warnings
from pathlib import Path

from podpipe.model import PictureFacts


def look_at(path: Path) -> PictureFacts | None:
    """The facts about a picture file, None where it is no picture that can be read."""
    # Imported here: only a check of what directories demand looks at pictures.
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # nothing is decompressed
            with Image.open(path) as picture:
                return PictureFacts(format=(picture.format or "").lower(), width=picture.width, height=picture.height, colors=picture.mode)
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError):
        return None
