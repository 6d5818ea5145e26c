"""What mutagen raises on damaged files and tags beside its own error, found by feeding it thousands of them."""

from __future__ import annotations

import struct


def failures() -> tuple[type[Exception], ...]:
    """The errors that stand for "this is damaged" when mutagen reads a file or a tag, or writes again what it read."""
    from mutagen import MutagenError

    return (MutagenError, LookupError, ArithmeticError, ValueError, EOFError, struct.error)
