"""Liquid in show notes: the variables and loops that a Jekyll site resolves before Markdown is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """What Liquid could not make sense of, and the line of the text, counted from 1, on which it stands."""

    problem: str
    line: int


def render_liquid(text: str, *, site: Mapping[str, Any], page: Mapping[str, Any]) -> tuple[str, Unresolved | None]:
    """Resolve Liquid as Jekyll does, with `site` and `page` as its variables.

    Returns the text, and what could not be resolved: the text is then as it was. Text without Liquid costs nothing.
    """
    if "{{" not in text and "{%" not in text:
        return text, None
    import liquid

    try:
        return _environment().from_string(text).render(site=site, page=page), None
    except liquid.exceptions.LiquidError as error:
        offset = max(error.token.start_index, 0) if error.token else 0
        problem = str(error.args[0] if error.args else error)
        return text, Unresolved(problem=problem, line=text.count("\n", 0, offset) + 1)


def _environment() -> Any:
    """An environment that tells of a variable that the site does not know, where Jekyll prints nothing; an `if` may ask for it."""
    import liquid

    class Strict(liquid.Environment):
        loop_iteration_limit = 100_000

    return Strict(undefined=liquid.FalsyStrictUndefined)
