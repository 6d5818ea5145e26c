"""The settings of one show as a value: the show itself, and where its files lie and go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from podpipe.model import FeedChoices, PingChoices, Show, Where
from podpipe.rules import Profile, Switch


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFolder:
    """A folder whose files are published as they are: `folder` below the show's folder, `prefix` below the site's root ("" is the root)."""

    folder: str
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioSettings:
    """What podpipe does with audio.

    `tags`: title, people, cover and chapters are written into the published copy of a file; those that the author set stay, unless
    `replace_tags`. `id3` is the version of an MP3's tag. `ascii_names`: a file whose name not every app takes is published under another.
    `measure_hosted`: a publish measures audio on other hosts. `addresses` pairs places in buckets (`s3://bucket/audio`) with the web
    address below which listeners find what is there, the longest place first; none ends in a slash.
    """

    tags: bool = False
    replace_tags: bool = False
    id3: Literal["2.3", "2.4"] = "2.3"
    ascii_names: bool = False
    measure_hosted: bool = True
    addresses: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardSettings:
    """What the regression guard compares a feed with: where a target holds none yet, the one that is `live` at the feed's own address."""

    live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishSettings:
    """How targets are kept.

    `grace` is for how long what is no longer produced stays there. `releases` is how many can be put back, and with `keep_audio` so can
    their recordings. `public_url` is the web address below which listeners find what the targets hold, None where a publish is not to look
    there. With `set_cors` a bucket is given the rule by which players on other sites may read the feed, chapters and transcripts.
    """

    grace: timedelta = timedelta(days=7)
    releases: int = 10
    keep_audio: bool = True
    public_url: str | None = None
    set_cors: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A show, and how podpipe handles it.

    `config` names the file that the settings came from. `episodes` is the folder of Markdown files. `whole_site` is true where the show's
    own folder is published as it is, as Jekyll does, and `exclude` then names what in it is not. `cron` is when the schedule runs, in the
    show's time zone. `liquid` holds a Jekyll site's variables, None where show notes have no Liquid. `profiles` are whose demands are
    checked beside what any directory refuses a show for, and `rules` what the show decided about rules, by their ids. `audio` says
    what is done with audio: nothing to the files of a show that another engine publishes today. `guard` says what a feed is compared with
    before it goes out, and `publishing` how targets are kept. `feeds` are those beside the show's own, and `ping` is whom a publish tells.
    `lines` are those of the file's keys, for findings.
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
    audio: AudioSettings = AudioSettings()
    guard: GuardSettings = GuardSettings()
    publishing: PublishSettings = PublishSettings()
    feeds: FeedChoices = field(default_factory=FeedChoices)
    ping: PingChoices = field(default_factory=PingChoices)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    @property
    def published_folders(self) -> tuple[tuple[str, str], ...]:
        """Each static folder with its prefix, as `podpipe.sources` looks files up."""
        return tuple((folder.folder, folder.prefix) for folder in self.static)

    def place(self, key: str) -> Where:
        """The place of a key in the settings' file, or of the file where the key is not in it."""
        return Where(path=self.config, line=self.lines.get(key))
