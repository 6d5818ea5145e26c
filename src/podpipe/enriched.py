"""What is known of a show when its manuscripts have been joined with everything else in its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from podpipe.model import AudioRecord, Episode, Finding, Manuscript
from podpipe.sources import StaticFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriched:
    """The public episodes, newest first, and the files that the site needs beside its pages.

    `held_back` are the manuscripts whose time has not come. `missing_audio` are the keys of audio files that are not in the folder.
    `records` are what is known of each episode's audio now, by slug, as podpipe.lock keeps it. `watched` are the paths below the show's
    folder of files that were asked for, those that are not there included.
    """

    episodes: tuple[Episode, ...]
    held_back: tuple[Manuscript, ...]
    files: tuple[StaticFile, ...]
    missing_audio: frozenset[str]
    findings: tuple[Finding, ...]
    records: Mapping[str, AudioRecord]
    watched: tuple[str, ...] = ()
