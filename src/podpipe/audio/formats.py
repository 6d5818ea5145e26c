"""Which kinds of audio a podcast may have: what each is called, and which media type and extension stand for it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Family = Literal["adts", "flac", "mp3", "mp4", "ogg", "wav"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of content: how it is read, its name for people, what tells it best, and what servers may call it."""

    family: Family
    word: str
    extension: str
    mime_type: str
    served: frozenset[str]


_OGG = frozenset({"audio/ogg", "application/ogg", "audio/opus", "audio/vorbis", "audio/x-ogg", "application/x-ogg", "video/ogg"})
_MP4 = frozenset({"audio/mp4", "audio/x-m4a", "audio/m4a", "audio/mp4a-latm", "audio/x-mp4", "audio/aac", "video/mp4", "video/x-m4v"})
_SERVED_MP3 = frozenset(
    {"audio/mpeg", "audio/mp3", "audio/mpeg3", "audio/mpg", "audio/x-mp3", "audio/x-mpeg", "audio/x-mpeg-3", "audio/mpeg-3"}
)

AAC = Kind(family="adts", word="AAC", extension=".aac", mime_type="audio/aac", served=frozenset({"audio/aac", "audio/aacp", "audio/x-aac"}))
FLAC = Kind(family="flac", word="FLAC", extension=".flac", mime_type="audio/flac", served=frozenset({"audio/flac", "audio/x-flac"}))
MP3 = Kind(family="mp3", word="MP3", extension=".mp3", mime_type="audio/mpeg", served=_SERVED_MP3)
MP4 = Kind(family="mp4", word="M4A", extension=".m4a", mime_type="audio/x-m4a", served=_MP4)
OGG_FLAC = Kind(family="ogg", word="Ogg FLAC", extension=".ogg", mime_type="audio/ogg", served=_OGG)
OPUS = Kind(family="ogg", word="Opus", extension=".opus", mime_type="audio/ogg", served=_OGG)
VORBIS = Kind(family="ogg", word="Ogg Vorbis", extension=".ogg", mime_type="audio/ogg", served=_OGG)
WAV = Kind(
    family="wav",
    word="WAV",
    extension=".wav",
    mime_type="audio/wav",
    served=frozenset({"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/x-pn-wav"}),
)

_FORMATS: Mapping[str, tuple[str, tuple[Kind, ...]]] = {
    ".aac": ("audio/aac", (AAC,)),
    ".flac": ("audio/flac", (FLAC,)),
    ".m4a": ("audio/x-m4a", (MP4,)),
    ".m4v": ("video/x-m4v", (MP4,)),
    ".mp3": ("audio/mpeg", (MP3,)),
    ".mp4": ("video/mp4", (MP4,)),
    ".ogg": ("audio/ogg", (VORBIS, OPUS, OGG_FLAC)),
    ".opus": ("audio/ogg", (OPUS, VORBIS, OGG_FLAC)),
    ".wav": ("audio/wav", (WAV,)),
}


def mime_type(name_or_url: str) -> str | None:
    """The media type that directories expect for an audio or video file, by its extension; None for any other extension.

    A URL's query and fragment are no part of its name. `audio/x-m4a`, `video/mp4` and `video/x-m4v` are the forms of Apple's podcast
    requirements; `.ogg` and `.opus` share the container's type (RFC 5334, section 10; RFC 7845, section 9).
    """
    known = _FORMATS.get(extension(name_or_url))
    return None if known is None else known[0]


def extension(name_or_url: str) -> str:
    """The extension of a file's name, or of a URL's path, in lower case with its point."""
    name = name_or_url.partition("?")[0].partition("#")[0] if "://" in name_or_url else name_or_url
    return posixpath.splitext(name)[1].lower()  # a path object would take ten times as long


def kinds(name_or_url: str) -> tuple[Kind, ...]:
    """What a file of this name may hold, the likeliest first; empty where its extension says nothing."""
    known = _FORMATS.get(extension(name_or_url))
    return () if known is None else known[1]
