"""What is said in an episode, written down: a file that podcast apps show beside the audio, or that people read."""

from __future__ import annotations

from dataclasses import dataclass

_TIMED = frozenset({"text/vtt", "application/x-subrip", "application/json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A transcript of one episode. `language` is a code such as `ja` or `en-GB`; `mime_type` is one that podcast:transcript knows.

    `key` is its place on the target when the show publishes the file itself, None when it is hosted elsewhere. `path` is where the file
    lies below the show's folder, None likewise.
    """

    url: str
    mime_type: str
    language: str
    key: str | None = None
    path: str | None = None

    @property
    def captions(self) -> bool:
        """Whether its text carries times, so that a player can show it as the audio plays (`rel="captions"` in the podcast namespace)."""
        return self.mime_type in _TIMED
