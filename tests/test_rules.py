"""The table of rules: all that podpipe can point out stands in it, and the show decides about each."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from podpipe.model import Finding, Where
from podpipe.rules import PROFILES, RULES, SWITCHES, judged, page, refusal
from tests.conftest import REPOSITORY

LEVELS = ("info", "warning", "error")
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAKERS = {"unmet", "_told"}
"""What makes findings without naming a level: that of the rule, or a warning."""


def modules() -> list[Path]:
    rules = REPOSITORY / "src/podpipe/rules"
    return [path for path in (REPOSITORY / "src/podpipe").rglob("*.py") if not path.is_relative_to(rules)]


def told() -> dict[str, set[str]]:
    """Every rule that the code makes findings of, by literal ids, with the levels that stand beside them."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in modules():
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            named = {keyword.arg: keyword.value for keyword in call.keywords}
            texts = [argument.value for argument in call.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if "rule" in named:
                level = named.get("level")
                levels = {node.value for node in ast.walk(level) if isinstance(node, ast.Constant)} if level else set()
                found_in = [node.value for node in ast.walk(named["rule"]) if isinstance(node, ast.Constant)]
                for rule in found_in:
                    found[str(rule)] |= {str(level) for level in levels if level in LEVELS}
            elif len(texts) > 1 and texts[0] in LEVELS and ID.fullmatch(texts[1]):
                found[texts[1]].add(texts[0])
            elif texts and name in MAKERS:
                found[texts[0]] |= set()
    return found


def finding(rule: str, level: str = "warning", path: str = "episodes/1.md") -> Finding:
    return Finding(level=level, rule=rule, where=Where(path=path, line=3), message="m", hint="h")  # type: ignore[arg-type]


def test_every_rule_that_the_code_knows_is_in_the_table() -> None:
    found = told()
    assert len(found) > 30, "the rules in the code are not found any more"
    assert sorted(set(found) - set(RULES)) == []


def test_no_rule_of_the_table_is_dead() -> None:
    written = {
        node.value
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(set(RULES) - written) == []


def test_the_table_gives_each_rule_the_gravest_level_that_it_is_told_at() -> None:
    wrong = {
        rule: (RULES[rule].level, levels)
        for rule, levels in told().items()
        if rule in RULES and levels and RULES[rule].level != max(levels, key=LEVELS.index)
    }
    assert wrong == {}


def test_each_rule_has_one_plain_id_and_says_what_it_means_and_what_to_do() -> None:
    for rule in RULES.values():
        assert ID.fullmatch(rule.id)
        assert rule.meaning
        assert rule.remedy
        assert not rule.meaning.endswith(".")
        assert set(rule.profiles) <= set(PROFILES)
        assert rule.profiles or not rule.refused
        assert rule.level == "error" or not rule.fixed
    assert len(page().split("\n| `")) + len(page().split("\n| **`")) - 2 == len(RULES)


def test_the_documentation_is_what_the_table_says() -> None:
    path = REPOSITORY / "docs/rules.md"
    written = path.read_text() if path.is_file() else ""
    assert written == page(), 'write it anew: python -c "from podpipe.rules import page; print(page(), end=str())" > docs/rules.md'


def test_without_switches_all_findings_stay_as_they_are() -> None:
    findings = (finding("link-own-site"), finding("date", "error"))
    assert judged(findings, {}) == findings


def test_a_show_leaves_rules_out_and_gives_others_another_level() -> None:
    findings = (finding("link-own-site"), finding("audio-missing"), finding("liquid"), finding("person-unknown", "error"))
    switches = {"link-own-site": "error", "audio-missing": "off", "person-unknown": "info"}
    assert judged(findings, switches) == (  # type: ignore[arg-type]
        replace(findings[0], level="error"),
        findings[2],
        replace(findings[3], level="info"),
    )


def test_an_error_that_would_take_an_episode_from_listeners_stays_one() -> None:
    for rule in (rule for rule in RULES.values() if rule.fixed):
        error = finding(rule.id, "error")
        assert judged([error], {rule.id: "off"}) == (error,)
        assert (refusal(rule.id, "off") or "").startswith("must stay an error: ")
        assert refusal(rule.id, "error") is None


def test_a_milder_finding_of_such_a_rule_may_be_left_out() -> None:
    assert judged([finding("audio-type")], {"audio-type": "off"}) == ()


def test_no_switch_lets_an_episode_that_is_still_to_come_stop_the_others() -> None:
    coming, public = finding("link-own-site", path="episodes/2.md"), finding("link-own-site")
    assert judged([coming, public], {"link-own-site": "error"}, spared={"episodes/2.md"}) == (coming, replace(public, level="error"))


@pytest.mark.parametrize(
    ("name", "switch", "problem"),
    [
        ("link-own-sit", "off", "is no rule; did you mean link-own-site?"),
        ("zzzzzz", "off", "is no rule; podpipe check --list-rules lists them"),
        ("liquid", "on", "must be one of off, info, warning, error, not 'on'"),
        ("liquid", "off", None),
    ],
)
def test_what_cannot_be_decided_about_a_rule_is_told(name: str, switch: str, problem: str | None) -> None:
    assert refusal(name, switch) == problem
    assert set(SWITCHES) == {"off", *LEVELS}


def test_a_change_of_the_feed_is_allowed_for_once_and_not_by_the_settings() -> None:
    assert str(refusal("episode-gone", "off")).endswith("; podpipe publish --allow episode-gone allows it for once")
    assert "--allow" not in str(refusal("slug", "off"))
