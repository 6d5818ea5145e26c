"""Liquid in show notes: the variables and loops that a Jekyll site resolves before Markdown is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def render_liquid(text: str, *, site: Mapping[str, Any], page: Mapping[str, Any]) -> tuple[str, str | None]:
    """Resolve Liquid as Jekyll does, with `site` and `page` as its variables.

    Returns the text, and what could not be resolved: the text is then as it was. Text without Liquid costs nothing.
    """
    if "{{" not in text and "{%" not in text:
        return text, None
    import liquid

    try:
        return _environment().from_string(text).render(site=site, page=page), None
    except liquid.exceptions.LiquidError as error:
        return text, str(error.args[0] if error.args else error)


def _environment() -> Any:
    """A strict environment: a variable that the site does not know is told, where Jekyll would print nothing."""
    import liquid

    class Strict(liquid.Environment):
        loop_iteration_limit = 100_000

    return Strict(undefined=liquid.StrictUndefined)
