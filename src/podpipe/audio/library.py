"""The one door to mutagen: what it reads in a file, or that it cannot."""

from __future__ import annotations

import importlib
from typing import Any, BinaryIO

from podpipe.audio.damage import failures
from podpipe.audio.sound import NotReadError
from podpipe.audio.window import Window


def read(module: str, reader: str, file: Window | BinaryIO, **options: object) -> Any:
    """What one of mutagen's classes makes of a file. Raises NotReadError where it fails, and what the file itself raised where that did."""
    try:
        file.seek(0)
        return getattr(importlib.import_module(f"mutagen.{module}"), reader)(file, **options)
    except failures() as error:
        failure = file.failure if isinstance(file, Window) else None
        if failure is not None:
            raise failure from error
        raise NotReadError from error
