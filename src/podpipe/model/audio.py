"""What an audio file is, measured and not believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from podpipe.model.findings import Level
from podpipe.model.manuscript import Chapter

BitrateMode = Literal["CBR", "VBR", "ABR"]
"""Whether every second of an audio file takes the same number of bits, a varying one, or a varying one around an average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """What an audio file is: its length in bytes, how long it plays, and the media type that Apple Podcasts accepts for it.

    `bitrate` is the average in bits per second, `sample_rate` in hertz. `chapters` are those written in the file itself. `cover` is the
    media type of the picture in it. Each of these is None, or empty, where the format does not tell.
    """

    length: int
    duration: timedelta
    mime_type: str
    bitrate: int | None = None
    bitrate_mode: BitrateMode | None = None
    channels: int | None = None
    sample_rate: int | None = None
    chapters: tuple[Chapter, ...] = ()
    cover: str | None = None

    def __post_init__(self) -> None:
        if self.length <= 0 or self.duration <= timedelta(0):
            raise ValueError(f"no audio in {self.length} bytes that play for {self.duration}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Something that somebody should judge about an audio file that can be played: a finding without its place."""

    rule: str
    level: Level
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedAudio:
    """An audio file as it is published: its key below the site's root, its length in bytes, and the SHA-256 of its bytes in hex.

    `tags` is the digest of what was written into it beside the author's own bytes, empty where nothing was.
    """

    key: str
    length: int
    digest: str
    tags: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioRecord:
    """What was measured of an episode's audio, and of which file, so that nobody need measure it again.

    `audio` is the path or URL as the author wrote it. `version` says which content was measured: `sha256:…` of a file in the show's folder,
    `etag:…` or `modified:…` as the server of any other gave them, empty where it gave none. `published` is the copy that podpipe publishes
    itself.
    """

    audio: str
    version: str
    facts: AudioFacts
    doubts: tuple[Doubt, ...] = ()
    published: PublishedAudio | None = None
