"""When two media types say the same: as a store should give one back, and as web servers may differ in one without harm."""

from __future__ import annotations

from collections.abc import Sequence

_ALIKE: Sequence[frozenset[str]] = (
    frozenset({"application/rss+xml", "application/xml", "text/xml"}),
    frozenset({"application/feed+json", "application/json"}),
    frozenset({"audio/mpeg", "audio/mp3"}),
    frozenset({"audio/mp4", "audio/x-m4a", "audio/m4a"}),
    frozenset({"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"}),
    frozenset({"audio/flac", "audio/x-flac"}),
    frozenset({"audio/ogg", "application/ogg", "audio/opus"}),
    frozenset({"video/mp4", "video/x-m4v"}),
    frozenset({"text/javascript", "application/javascript", "application/x-javascript"}),
    frozenset({"image/x-icon", "image/vnd.microsoft.icon"}),
    frozenset({"application/x-subrip", "application/srt", "text/srt"}),
)


def same_type(one: str, other: str) -> bool:
    """Whether two media types are the same with their parameters; blanks and case make no difference."""
    return one.lower().replace(" ", "") == other.lower().replace(" ", "")


def alike(one: str, other: str) -> bool:
    """Whether whoever understands the one media type understands the other: parameters, and names that are older or vaguer, aside."""
    first, second = plain_type(one), plain_type(other)
    return first == second or any({first, second} <= names for names in _ALIKE)


def plain_type(media_type: str) -> str:
    """A media type without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()
