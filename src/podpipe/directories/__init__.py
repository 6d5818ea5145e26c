"""What directories demand of a show and its episodes: Apple Podcasts, Spotify, and the standard PSP-1. Which asks for what is in the rules.

A finding is made only of what is known: a picture on another host, say, is not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from podpipe.directories.episodes import episode_demands, shared_demands
from podpipe.directories.show import picture_demands, show_demands
from podpipe.model import Episode, Finding, Manuscript, PictureFacts, Show, Where
from podpipe.rules import Profile
from podpipe.rules.demands import EPISODES, SHOW

__all__ = ["directory_findings"]


def directory_findings(
    show: Show,
    episodes: Collection[Episode],
    *,
    profiles: Collection[Profile],
    config: Callable[[str], Where],
    manuscripts: Mapping[str, Manuscript],
    pictures: Mapping[str, PictureFacts | None],
) -> tuple[Finding, ...]:
    """A finding for all that a directory refuses a show or an episode for, and for what the profiles ask for beside that.

    `config` gives the place of a key in the show's settings. `manuscripts` are the episodes' by path, for the lines of their front matter.
    `pictures` holds the facts of every picture that the site itself has, by its path on the site; None for one that cannot be read.
    """
    asked = frozenset(rule.id for rule in (*SHOW, *EPISODES) if rule.refused or not set(profiles).isdisjoint(rule.profiles))
    found: list[Finding] = [*show_demands(show, asked, config)]
    if show.artwork in pictures:
        found += picture_demands(show.artwork or "", pictures[show.artwork or ""], config("artwork"))
    shared = shared_demands(episodes, manuscripts)
    for episode in episodes:
        manuscript = manuscripts[episode.path]
        found += episode_demands(episode, manuscript, asked)
        if episode.image in pictures:
            found += picture_demands(episode.image or "", pictures[episode.image or ""], manuscript.where("image"))
    return tuple(_only(asked, (*found, *shared)))


def _only(asked: Collection[str], findings: Iterable[Finding]) -> Iterable[Finding]:
    return (finding for finding in findings if finding.rule in asked)
