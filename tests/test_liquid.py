"""Liquid as Jekyll resolves it in show notes, and what is told where it cannot be."""

from __future__ import annotations

import pytest

from podpipe.liquid import Unresolved, render_liquid

SITE = {"url": "https://example.com", "actors": {"asano": {"name": "Asano"}, "kim": {"name": "Kim"}}}
PAGE = {"title": "70. LLM", "actor_ids": ["asano", "kim"]}


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("See {{ site.url }}/about", "See https://example.com/about"),
        ("{% for id in page.actor_ids %}- {{ site.actors[id].name }}\n{% endfor %}", "- Asano\n- Kim\n"),
        ("{{ page.title | upcase }}", "70. LLM"),
        ("{% if site.comments %}Comments{% else %}None{% endif %}", "None"),
        ("{% raw %}{{ site.url }}{% endraw %}", "{{ site.url }}"),
        ("{{ site.url }}{# text #}", "https://example.com{# text #}"),
    ],
)
def test_variables_loops_and_filters_are_resolved(text: str, resolved: str) -> None:
    assert render_liquid(text, site=SITE, page=PAGE) == (resolved, None)


def test_text_without_liquid_stays_as_it_is() -> None:
    assert render_liquid("{ braces } and 100 %", site={}, page={}) == ("{ braces } and 100 %", None)


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("one {{ site.url }}\n\n{{ nobody }}", "'nobody' is undefined", 3),
        ("{{ page.subtitle }}", "page.subtitle is undefined", 1),
        ("one\n{{ site.url | shout }}", "unknown filter 'shout'", 2),
        ("one\n{% post_url 2020-01-01-1 %}", "unexpected tag 'post_url'", 2),
        ("{{ 1 | divided_by: 0 }}", "divided_by: can't divide by 0", 1),
    ],
)
def test_what_cannot_be_resolved_is_told_with_its_line_and_the_text_is_left(text: str, problem: str, line: int) -> None:
    assert render_liquid(text, site=SITE, page=PAGE) == (text, Unresolved(problem=problem, line=line))


@pytest.mark.parametrize("text", ["{% for", "{{ a ", "{% if a %}", "{% endfor %}"])
def test_broken_liquid_is_left_as_text(text: str) -> None:
    left, unresolved = render_liquid(text, site=SITE, page=PAGE)
    assert left == text
    assert unresolved is None or unresolved.line == 1
