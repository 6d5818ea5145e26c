"""What is known, as documents say it: a mapping without the keys for which there is nothing to say."""

from __future__ import annotations

from collections.abc import Mapping


def known(values: Mapping[str, object]) -> dict[str, object]:
    """The values that say something: neither None, nor an empty text, nor an empty list."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}
