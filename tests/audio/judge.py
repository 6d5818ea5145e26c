"""Asks podpipe about a file near and far, and counts what it reads of a far one."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

from podpipe.audio.measuring import Measured, measure, measure_open

TOLERANCE = timedelta(milliseconds=50)


class Far(io.BytesIO):
    """A file that counts how often it is read, and how many bytes."""

    reads = 0
    sent = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.reads += 1
        self.sent += len(data)
        return data


def near(path: Path, content: bytes | None = None) -> Measured:
    """A local file, measured under its own name; `content` is written to it first."""
    if content is not None:
        path.write_bytes(content)
    return measure(path, path.name)


def far(content: bytes, name: str, *, served_as: str | None = None) -> tuple[Measured, Far]:
    """The same bytes, measured as if they lay far away, and the file that was read."""
    file = Far(content)
    return measure_open(file, name, length=len(content), served_as=served_as), file


def seconds(measured: Measured) -> float:
    """How long it plays."""
    return measured.facts.duration.total_seconds()


def rules(measured: Measured) -> list[str]:
    """The rules of its doubts."""
    return [doubt.rule for doubt in measured.doubts]
