"""Liquid as Jekyll resolves it in show notes, and what is told where it cannot be."""

from __future__ import annotations

from time import process_time

import pytest

from podpipe.liquid import Resolved, Unresolved, resolve_liquid

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
    found = resolve_liquid(text, site=SITE, page=PAGE)
    assert (found.text, found.problems) == (resolved, ())


def test_text_without_liquid_stays_as_it_is() -> None:
    assert resolve_liquid("{ braces } and 100 %", site={}, page={}) == Resolved(text="{ braces } and 100 %")


@pytest.mark.parametrize(
    ("text", "left", "problem", "line"),
    [
        ("one {{ site.url }}\n\n{{ nobody }}.", "one https://example.com\n\n.", "'nobody' is undefined", 3),
        ("{{ page.subtitle }}", "", "page.subtitle is undefined", 1),
        ("one\n{{ site.url | shout }}", "one\n", "unknown filter 'shout'", 2),
        ("one\n{% youtube abc %} two", "one\n two", "unexpected tag 'youtube'", 2),
        (
            '{% include player.html id="a" %}\ntwo',
            "\ntwo",
            '{% include player.html id="a" %} needs a part of the Jekyll site that podpipe does not have',
            1,
        ),
        ("{{ 1 | divided_by: 0 }}", "", "divided_by: can't divide by 0", 1),
        ("one\n{% endfor %}", "one\n", "unexpected tag 'endfor'", 2),
    ],
)
def test_what_cannot_be_resolved_is_told_with_its_line_and_nothing_is_shown(text: str, left: str, problem: str, line: int) -> None:
    found = resolve_liquid(text, site=SITE, page=PAGE)
    assert (found.text, found.problems) == (left, (Unresolved(problem=problem, line=line),))


def test_every_problem_is_told_and_all_else_is_resolved() -> None:
    text = "{{ site.url }} {{ a }}\n{% for id in page.actor_ids %}{{ b }}-{% endfor %}\n{% include c.html %}{{ page.title }}"
    resolved = resolve_liquid(text, site=SITE, page=PAGE)
    assert resolved.text == "https://example.com \n--\n70. LLM"
    assert [(problem.problem.partition(" is")[0], problem.line) for problem in resolved.problems] == [
        ("'a'", 1),
        ("'b'", 2),
        ("{% include c.html %} needs a part of the Jekyll site that podpipe does not have", 3),
    ]


@pytest.mark.parametrize("text", ["{% for", "{{ a ", "{% if a %} x", "{% raw %}{{ a }}", "{% highlight %}{{"])
def test_liquid_that_nothing_closes_is_left_as_text(text: str) -> None:
    resolved = resolve_liquid(text, site=SITE, page=PAGE)
    assert (resolved.text, [problem.line for problem in resolved.problems]) == (text, [1])


@pytest.mark.parametrize(
    ("text", "site", "resolved"),
    [
        ("{% post_url 2026-05-29-70 %}", {"permalink": "/episode/:title"}, "/episode/70"),
        ("{% post_url 2026-05-29-70 %}", {"permalink": "/:year/:month/:title", "baseurl": "/show"}, "/show/2026/05/70"),
        ("{% post_url 2026-05-29-70 %}", {}, "/2026/05/29/70.html"),
        ("{% link _posts/2026-05-29-70.md %}", {"permalink": "pretty"}, "/2026/05/29/70/"),
        ("{% link about.md %} {% link images/a.png %}", {}, "/about.html /images/a.png"),
        ("{% highlight ruby linenos %}\nx\n{% endhighlight %}", {}, "```ruby\nx\n```"),
        ("{% raw %}{% include a.html %}{% endraw %}", {}, "{% include a.html %}"),
    ],
)
def test_jekylls_own_tags_become_what_they_mean(text: str, site: dict[str, str], resolved: str) -> None:
    assert resolve_liquid(text, site=site, page={}).text == resolved
    assert resolve_liquid(text, site=site, page={}).problems == ()


def test_an_address_by_a_pattern_that_asks_for_more_than_the_file_name_is_told() -> None:
    resolved = resolve_liquid("{% post_url 2026-05-29-70 %}", site={"permalink": "/:i_day/:title"}, page={})
    assert (resolved.text, len(resolved.problems)) == ("", 1)


def test_each_line_tells_the_line_that_it_came_of() -> None:
    text = "first\n{% for id in page.actor_ids %}\n- {{ id }}\n{% endfor %}\nlast"
    resolved = resolve_liquid(text, site=SITE, page=PAGE)
    assert resolved == Resolved(text="first\n\n- asano\n\n- kim\n\nlast", lines=(1, 2, 3, 2, 3, 4, 5))
    assert [resolved.origin(line) for line in (1, 5, 7, 99)] == [1, 3, 5, 5]


@pytest.mark.parametrize(
    ("text", "resolved"),
    [("a\n{%- assign b = 1 -%}\nc {{ b }}", "ac 1"), ("a\n\n  {{- site.nothing -}}  \n\nb", "ab"), ("{% assign x = 1 %}\n{{ x }}", "\n1")],
)
def test_dashes_take_the_blanks_around_a_tag_away(text: str, resolved: str) -> None:
    assert resolve_liquid(text, site=SITE, page=PAGE).text == resolved


@pytest.mark.parametrize("fragment", ["{{", "{%", "{{ a }}", "{% a %}", "{% raw %}", "{{%", "{% if a %}", "{% include a %}\n", "{% a%%"])
def test_a_megabyte_of_anything_is_read_in_no_time(fragment: str) -> None:
    before = process_time()
    resolve_liquid(fragment * (1_000_000 // len(fragment)), site={}, page={})
    assert process_time() - before < 2
