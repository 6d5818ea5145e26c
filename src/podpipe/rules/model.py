"""What a rule is: the kind of thing that podpipe points out, how grave it is, and what a show may decide about it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from podpipe.model import Level

Switch = Literal["off", "info", "warning", "error"]
"""What a show may make of a rule: never tell of it, or tell of it as this grave."""

Profile = Literal["apple", "spotify", "psp1"]
"""Whose demands: Apple Podcasts, Spotify, or PSP-1, the RSS standard of the Podcast Standards Project."""


class Rule(NamedTuple):
    """One kind of finding: its id, how grave it is unless the show says otherwise, what it means and what to do about it.

    With `fixed`, what is an error stays one: publishing in spite of it would take an episode from listeners. `profiles` are those that ask
    for the rule; with `refused`, a directory refuses the show or the episode for it, so that it is checked whatever profiles are chosen.
    """

    id: str
    level: Level
    meaning: str
    remedy: str
    fixed: bool = False
    profiles: tuple[Profile, ...] = ()
    refused: bool = False
