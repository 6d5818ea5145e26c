"""What somebody should judge, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "info"]
"""How grave a finding is: an error stops a publish, a warning asks for a look, an info is good to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place in one of the show's files. `path` is relative to the show's folder, with `/`; line and column count from 1."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = (self.path, self.line, self.column if self.line else None)
        return ":".join(str(part) for part in parts if part is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that somebody should judge: what is wrong, where, and what to do about it. `rule` is a stable kebab-case id."""

    level: Level
    rule: str
    where: Where
    message: str
    hint: str = ""
