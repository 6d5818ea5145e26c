"""A demand that is not met, as a finding: its level is the rule's own."""

from __future__ import annotations

from podpipe.model import Finding, Where
from podpipe.rules import RULES


def unmet(rule: str, where: Where, message: str, hint: str) -> Finding:
    """The finding of a rule at its own level."""
    return Finding(level=RULES[rule].level, rule=rule, where=where, message=message, hint=hint)
