"""Which fenced blocks hold no code but a list of times and titles, fenced so that its lines stay lines."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta

from podpipe.chapters.lines import candidates

_OPENING = re.compile(r"[ \t>]*+(?:(?:[-*+]|[0-9]{1,3}[.)])[ \t]++)*+(`{3,}+|~{3,}+)[ \t]*+([^\s`{]*+)\s*$")
_NO_LANGUAGE = frozenset(("", "text", "txt", "plain", "plaintext", "none", "chapters", "timestamps"))
_FEWEST, _MOST = 3, 100
"""The fewest lines of a list, and the most blocks that are looked at, so that no file takes long."""
_LATEST_BEGINNING = timedelta(hours=1)
"""What begins later than that is the log of a machine."""


def lists_in_fences(body: str, code: frozenset[int]) -> frozenset[int]:
    """Of the lines of code, counted from 0, those of blocks without a language in which nearly every line begins with a time."""
    lines = body.split("\n")
    return frozenset(
        itertools.chain.from_iterable(block for block in itertools.islice(_blocks(lines, sorted(code)), _MOST) if _is_list(lines, block))
    )


def _blocks(lines: list[str], code: list[int]) -> Iterator[range]:
    """The lines within each fence that names no language."""
    opened, fence, plain = -1, "", False
    before = -2
    for number in code:
        if not fence or number != before + 1:
            opening = _OPENING.match(lines[number])
            opened = number
            fence = opening[1] if opening is not None else "`"
            plain = opening is not None and opening[2].lower() in _NO_LANGUAGE
        elif (written := lines[number].strip(" \t>\r")).startswith(fence) and not written.strip(fence[0]):
            fence = ""
            if plain:
                yield range(opened + 1, number)
        before = number


def _is_list(lines: list[str], block: range) -> bool:
    inner = [line for line in lines[block.start : block.stop] if line.strip()]
    if len(inner) < _FEWEST:
        return False
    found = [each for each in candidates("\n".join(inner)) if each.form == "leading" and each.kind in {"plain", "item"}]
    return 5 * len(found) >= 4 * len(inner) and found[0].start < _LATEST_BEGINNING
