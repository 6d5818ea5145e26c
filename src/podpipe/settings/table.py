"""Tables of a settings file, read key by key, so that every problem in them is told at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from podpipe.uris import is_web_address
from podpipe.xml_text import first_not_xml


class Table:
    """One table of a settings file, read key by key; what is wrong goes to `problems`, and reading goes on."""

    def __init__(self, values: Mapping[str, Any], problems: list[str], *, name: str, at: str = "") -> None:
        self._values = values
        self._problems = problems
        self._name = name
        self._at = at
        self._known: set[str] = set()

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._values)

    def problem(self, key: str, message: str) -> None:
        self._problems.append(f"{self._name}: {self._at}{key}: {message}")

    def text(self, key: str, *, default: str = "", required: bool = False) -> str:
        value = self._value(key, str, "text in quotes", required=required)
        if required and isinstance(value, str) and not value.strip():
            self.problem(key, "must not be empty")
        return default if value is None else value.strip()

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._value(key, bool, "true or false")
        return default if value is None else value

    def number(self, key: str) -> int | None:
        """A whole number above 0; None where the key is missing."""
        return self._whole(key, 1, "a whole number above 0")

    def count(self, key: str) -> int | None:
        """A whole number, 0 or above; None where the key is missing."""
        return self._whole(key, 0, "a whole number, 0 or above")

    def texts(self, key: str, *, default: Sequence[str] = ()) -> tuple[str, ...]:
        value = self._value(key, list, "a list of texts")
        if value is None:
            return tuple(default)
        if not all(isinstance(item, str) for item in value):
            self.problem(key, "every entry must be text in quotes")
            return tuple(default)
        return tuple(item.strip() for item in value)

    def any(self, key: str) -> Any:
        """Whatever stands there; None where nothing does."""
        self._known.add(key)
        return self._values.get(key)

    def text_or_texts(self, key: str) -> tuple[str, ...]:
        """One text, or a list of them."""
        return (self.text(key),) if isinstance(self._values.get(key), str) else self.texts(key)

    def table(self, key: str) -> Table:
        value = self._value(key, dict, "a table")
        return Table(value or {}, self._problems, name=self._name, at=f"{self._at}{key}.")

    def tables(self, key: str) -> list[tuple[str, Table]]:
        inner = self.table(key)
        return [(name, inner.table(name)) for name in inner.keys]

    def mapping(self, key: str) -> tuple[tuple[str, str], ...]:
        inner = self.table(key)
        return tuple((name, inner.text(name, required=True)) for name in inner.keys)

    def url(self, key: str, *, required: bool = False) -> str | None:
        value = self.text(key, required=required)
        if value and not is_web_address(value):
            self.problem(key, f"{value!r} is no http or https address")
        return value or None

    def switched_url(self, key: str, known: str) -> str | None:
        """An address, or `true` for the one that is `known`; None where the key is missing or `false`."""
        value = self._values.get(key)
        if isinstance(value, bool):
            self._known.add(key)
            return known if value else None
        return self.url(key)

    def refuse_unknown(self) -> None:
        for key in self._values:
            if key not in self._known:
                close = difflib.get_close_matches(key, self._known, n=1)
                self.problem(key, f"is no setting{f'; did you mean {close[0]}?' if close else ''}")

    def _whole(self, key: str, least: int, expected: str) -> int | None:
        value = self._value(key, int, expected)
        if value is not None and (isinstance(value, bool) or value < least):
            self.problem(key, f"must be {expected}, not {value!r}")
            return None
        number: int | None = value
        return number

    def _value(self, key: str, kind: type, expected: str, *, required: bool = False) -> Any:
        self._known.add(key)
        value = self._values.get(key)
        if value is None:
            if required:
                self.problem(key, f"is missing; it must be {expected}")
            return None
        if not isinstance(value, kind):
            self.problem(key, f"must be {expected}, not {value!r}")
            return None
        self._refuse_not_xml(key, value)
        return value

    def _refuse_not_xml(self, key: str, value: Any) -> None:
        for text in (value,) if isinstance(value, str) else value if isinstance(value, list) else ():
            found = first_not_xml(text) if isinstance(text, str) else None
            if found:
                self.problem(key, f"holds the character {found[0]}, which no feed can hold")


def stays_inside(path: str) -> bool:
    """Whether a path in the settings means a place in the show's folder, on any machine."""
    return ".." not in re.split(r"[/\\]", path) and not re.match(r"[A-Za-z]:|\\", path)


def is_time_zone(name: str) -> bool:
    """Whether the IANA time zone database knows a name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
