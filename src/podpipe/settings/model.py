"""The settings of one show as a value: the show itself, and where its files lie and go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from podpipe.model import Show, Where
from podpipe.rules import Profile, Switch


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFolder:
    """A folder whose files are published as they are: `folder` below the show's folder, `prefix` below the site's root ("" is the root)."""

    folder: str
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A show, and how podpipe handles it.

    `config` names the file that the settings came from. `episodes` is the folder of Markdown files. `whole_site` is true where the show's
    own folder is published as it is, as Jekyll does, and `exclude` then names what in it is not. `cron` is when the schedule runs, in the
    show's time zone. `liquid` holds a Jekyll site's variables, None where show notes have no Liquid. `profiles` are whose demands are
    checked beside what any directory refuses a show for, and `rules` what the show decided about rules, by their ids. `lines` are
    those of the file's keys, for findings.
    """

    root: Path
    config: str
    show: Show
    episodes: str
    static: tuple[StaticFolder, ...]
    targets: tuple[str, ...]
    cron: str
    check_links: bool
    whole_site: bool = False
    exclude: frozenset[str] = frozenset()
    liquid: Mapping[str, Any] | None = None
    profiles: tuple[Profile, ...] = ()
    rules: Mapping[str, Switch] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    def place(self, key: str) -> Where:
        """The place of a key in the settings' file, or of the file where the key is not in it."""
        return Where(path=self.config, line=self.lines.get(key))
