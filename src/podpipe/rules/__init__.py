"""Every rule that podpipe knows, in one table, and what a show decides about each."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final, get_args

from podpipe.model import Finding, Level
from podpipe.rules import demands, feed_changes, publishing, reading
from podpipe.rules.model import Profile, Rule, Switch

__all__ = ["GROUPS", "PROFILES", "RULES", "SWITCHES", "Profile", "Rule", "Switch", "judged", "page", "refusal"]

GROUPS: Final[tuple[tuple[str, tuple[Rule, ...]], ...]] = (
    ("Files", reading.FILES),
    ("Front matter", reading.FRONT_MATTER),
    ("Show notes", reading.SHOW_NOTES),
    ("Chapters", reading.CHAPTERS),
    ("Audio", publishing.AUDIO),
    ("Feeds", publishing.FEEDS),
    ("Targets", publishing.TARGETS),
    ("People and pictures", publishing.PEOPLE_AND_PICTURES),
    ("Transcripts", publishing.TRANSCRIPTS),
    ("What a publish changes in the feed", feed_changes.FEED_CHANGES),
    ("What directories demand of a show", demands.SHOW),
    ("What directories demand of an episode", demands.EPISODES),
)
RULES: Final[Mapping[str, Rule]] = {rule.id: rule for _, rules in GROUPS for rule in rules}
PROFILES: Final[tuple[Profile, ...]] = get_args(Profile)
SWITCHES: Final[tuple[Switch, ...]] = get_args(Switch)

_PAGE = """\
# Rules

What `podpipe check` points out. An error stops a publish, a warning asks for a look, an info is good to know. `podpipe check --list-rules`
prints this table too.

Each rule can be given another level in `podpipe.toml`, or be switched off; that holds for building and publishing as well:

    [check.rules]
    link-own-site = "error"
    audio-missing = "off"

On the command line, `podpipe check --off audio-missing` leaves a rule out for once. A rule whose level is marked "always" stays as it is
where it is an error: publishing in spite of it would take an episode from listeners.

What a publish changes in a feed that apps know already is looked at by `podpipe publish`, `plan` and `diff`, not by `check`. Each such
change is allowed by `podpipe publish --allow RULE`, or `--allow RULE:EPISODE` for one episode ([guard.md](guard.md)).

What directories demand is checked by profile: `apple` (Apple Podcasts), `spotify`, and `psp1` (PSP-1, the RSS standard of the Podcast
Standards Project). Without a profile, podpipe checks only what a directory refuses a show or an episode for, here in bold. A profile adds
what is merely asked for:

    [check]
    profiles = ["apple", "spotify"]
"""


def judged(findings: Iterable[Finding], switches: Mapping[str, Switch], *, spared: Collection[str] = ()) -> tuple[Finding, ...]:
    """The findings as the show has decided: left out, or at the level that it gave their rule.

    An error of a rule that is fixed stays an error. `spared` are the paths of episodes that are still to come: no switch makes an error of
    what is found in them, which would keep the others from being published.
    """
    if not switches:
        return tuple(findings)
    kept = []
    for finding in findings:
        switch = switches.get(finding.rule, finding.level)
        if switch != finding.level and not (finding.level == "error" and finding.rule in RULES and RULES[finding.rule].fixed):
            if switch == "off":
                continue
            level: Level = "warning" if switch == "error" and finding.where.path in spared else switch
            kept.append(replace(finding, level=level))
        else:
            kept.append(finding)
    return tuple(kept)


def refusal(name: str, switch: str) -> str | None:
    """Why a show cannot decide this about a rule, None where it can."""
    if name not in RULES:
        close = difflib.get_close_matches(name, RULES, n=1)
        return f"is no rule; did you mean {close[0]}?" if close else "is no rule; podpipe check --list-rules lists them"
    if switch not in SWITCHES:
        return f"must be one of {', '.join(SWITCHES)}, not {switch!r}"
    if RULES[name].fixed and switch != "error":
        once = f"; podpipe publish --allow {name} allows it for once" if RULES[name] in feed_changes.FEED_CHANGES else ""
        return f"must stay an error: {RULES[name].meaning}, and publishing all the same would take an episode from listeners{once}"
    return None


def page() -> str:
    """The documentation of all rules, as Markdown."""
    parts = [_PAGE]
    for title, rules in GROUPS:
        directories = any(rule.profiles for rule in rules)
        heads = ("rule", "level", "what it means", "what to do", *(["profiles"] if directories else []))
        parts += [f"\n## {title}\n\n", _row(heads), _row("---" for _ in heads)]
        for rule in rules:
            level = f"{rule.level}, always" if rule.fixed else rule.level
            profiles = [", ".join(rule.profiles)] if directories else []
            name = f"**`{rule.id}`**" if rule.refused else f"`{rule.id}`"
            parts.append(_row((name, level, rule.meaning, rule.remedy, *profiles)))
    return "".join(parts)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
