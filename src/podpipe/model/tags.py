"""What an audio file says of itself: the episode's title, people, date and chapters, as tags inside the file have them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from podpipe.model.manuscript import Chapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A picture to put into audio files: its bytes, their media type, and their SHA-256 in hex. Made once, it serves every episode."""

    data: bytes = field(repr=False)
    mime_type: str
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        if not self.data or not self.mime_type.startswith("image/"):
            raise ValueError(f"no picture: {len(self.data)} bytes of {self.mime_type!r}")
        object.__setattr__(self, "digest", hashlib.sha256(self.data).hexdigest())  # frozen for everybody else


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTags:
    """What podpipe writes into the published copy of an episode's audio; what is empty or None is not written.

    `album` is the show, `track` the episode's number. `published` is aware: its date is written as it is in its own time zone. `comment`
    is plain text in the `language` of three letters that ISO 639-2 gives it, `XXX` where that is not known (ID3v2.3, section 4.11).
    `link` is the episode's page. `chapters` stand in the order of their starts; the last one ends with the audio, at `duration`.
    """

    title: str
    artist: str
    album: str
    published: datetime
    duration: timedelta
    track: int | None = None
    season: int | None = None
    comment: str = ""
    language: str = "XXX"
    link: str | None = None
    genre: str = "Podcast"
    cover: Cover | None = None
    chapters: tuple[Chapter, ...] = ()

    def __post_init__(self) -> None:
        if self.published.tzinfo is None:
            raise ValueError(f"{self.title}: a publication date needs a time zone")
        if len(self.language) != 3 or not (self.language.isascii() and self.language.isalpha()):
            raise ValueError(f"not a language of three letters: {self.language!r}")
        if any(earlier.start > later.start for earlier, later in pairwise(self.chapters)):
            raise ValueError(f"{self.title}: chapters are not in the order of their starts")
