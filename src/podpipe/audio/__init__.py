"""What an audio file is: the media type that its name stands for, how long it plays, and why it is refused where it is no such audio."""

from __future__ import annotations

import importlib
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath

from podpipe.errors import AudioError
from podpipe.model import AudioFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """A kind of content: mutagen's class for it and the module of that, its name for people, and the extension that tells it best."""

    reader: str
    module: str
    word: str
    extension: str


_AAC = _Kind(reader="AAC", module="aac", word="AAC", extension=".aac")
_FLAC = _Kind(reader="FLAC", module="flac", word="FLAC", extension=".flac")
_MP3 = _Kind(reader="MP3", module="mp3", word="MP3", extension=".mp3")
_MP4 = _Kind(reader="MP4", module="mp4", word="M4A", extension=".m4a")
_OGG_FLAC = _Kind(reader="OggFLAC", module="oggflac", word="Ogg FLAC", extension=".ogg")
_OPUS = _Kind(reader="OggOpus", module="oggopus", word="Opus", extension=".opus")
_VORBIS = _Kind(reader="OggVorbis", module="oggvorbis", word="Ogg Vorbis", extension=".ogg")
_WAV = _Kind(reader="WAVE", module="wave", word="WAV", extension=".wav")

_FORMATS: Mapping[str, tuple[str, tuple[_Kind, ...]]] = {
    ".aac": ("audio/aac", (_AAC,)),
    ".flac": ("audio/flac", (_FLAC,)),
    ".m4a": ("audio/x-m4a", (_MP4,)),
    ".m4v": ("video/x-m4v", (_MP4,)),
    ".mp3": ("audio/mpeg", (_MP3,)),
    ".mp4": ("video/mp4", (_MP4,)),
    ".ogg": ("audio/ogg", (_VORBIS, _OPUS, _OGG_FLAC)),
    ".opus": ("audio/ogg", (_OPUS, _VORBIS, _OGG_FLAC)),
    ".wav": ("audio/wav", (_WAV,)),
}
_BY_READER = {kind.reader: kind for _, kinds in _FORMATS.values() for kind in kinds}
_NOT_PLAYED = {"AIFF": "AIFF", "ASF": "Windows Media", "OggSpeex": "Speex", "OggTheora": "Ogg video"}
_LONGEST = timedelta(days=7).total_seconds()
_HEAD = 4096
_LFS_POINTER = "version https://git-lfs.github.com/spec/"
_WEB_PAGE = ("<!doctype", "<html", "<head", "<body", "<?xml", "<!--")
_EXPORT_AGAIN = "export it again from your audio program, and listen to it before you publish"

# What mutagen raises beside its own error on damaged files, found by feeding it 20,000 of them.
_READING_FAILED = (LookupError, ArithmeticError, ValueError, struct.error)


def mime_type(name_or_url: str) -> str | None:
    """The media type that directories expect for an audio or video file, by its extension; None for any other extension.

    A URL's query and fragment are no part of its name. `audio/x-m4a`, `video/mp4` and `video/x-m4v` are the forms of Apple's podcast
    requirements; `.ogg` and `.opus` share the container's type (RFC 5334, section 10; RFC 7845, section 9).
    """
    known = _FORMATS.get(_extension(name_or_url))
    return None if known is None else known[0]


def measure(path: Path, name: str) -> AudioFacts:
    """Read a local file's length in bytes, its duration to the millisecond, and its media type. `name` is its path as the author wrote it.

    The duration is the one that the file states, or that its frames add up to. Raises AudioError, with what to do about it, for a file that
    is missing, unreadable, empty or damaged, for one that is no audio, and for one whose content is not what its extension says.
    """
    extension = _extension(name)
    if extension not in _FORMATS:
        raise _error(name, "has no extension of a podcast's audio", "use .mp3 or .m4a")
    media_type, kinds = _FORMATS[extension]
    length = _length(path, name)
    seconds = _seconds(path, kinds)
    if seconds is None:
        raise _refusal(path, name, extension)
    if seconds > _LONGEST:
        raise _error(name, f"says that it plays for {seconds / 86400:,.0f} days", _EXPORT_AGAIN)
    milliseconds = round(seconds * 1000)
    if milliseconds <= 0:
        raise _error(name, "plays for no time at all", f"it is an empty recording, or a stream without its index: {_EXPORT_AGAIN}")
    return AudioFacts(length=length, duration=timedelta(milliseconds=milliseconds), mime_type=media_type)


def _extension(name_or_url: str) -> str:
    name = name_or_url.partition("?")[0].partition("#")[0] if "://" in name_or_url else name_or_url
    return PurePosixPath(name).suffix.lower()


def _length(path: Path, name: str) -> int:
    try:
        # Opened, not only looked at: a file that may not be read has a size all the same.
        with path.open("rb") as file:
            length = os.fstat(file.fileno()).st_size
    except FileNotFoundError as error:
        raise _error(name, "does not exist", "put the file there, or correct the path; upper and lower case count") from error
    except IsADirectoryError as error:
        raise _error(name, "is a folder", "name the audio file inside it") from error
    except OSError as error:
        raise _error(name, f"cannot be read: {error.strerror}", "check the file's permissions and the disk it lies on") from error
    if length == 0:
        raise _error(name, "is empty: it has 0 bytes", "copy or export the file again")
    return length


def _seconds(path: Path, kinds: tuple[_Kind, ...]) -> float | None:
    """How long a file plays, read as the kinds that its extension allows: mutagen's own guess among all kinds would be slower.

    None where it is none of them.
    """
    import mutagen

    for kind in kinds:
        reader = getattr(importlib.import_module(f"mutagen.{kind.module}"), kind.reader)
        try:
            info = reader(path).info
        except (mutagen.MutagenError, *_READING_FAILED):
            continue
        # An MP3 is sketchy to mutagen where too few frames follow each other: other binary files hold bytes that look like a frame.
        if not getattr(info, "sketchy", False):
            return float(info.length)
    return None


def _refusal(path: Path, name: str, extension: str) -> AudioError:
    """Why a file could not be read as what its extension says."""
    with path.open("rb") as file:
        text = _text(file.read(_HEAD))
    if text is not None:
        return _text_refusal(name, text)
    reader = _detected(path)
    expected = _FORMATS[extension][1]
    if reader is None:
        return _error(name, f"holds no audio that can be recognised as {expected[0].word}", _EXPORT_AGAIN)
    found = _BY_READER.get(reader)
    if found is None:
        return _error(name, f"is {_NOT_PLAYED.get(reader, reader)} under another name", "export it as MP3 or M4A: podcast apps play those")
    if found in expected:
        return _error(name, "is damaged or cut short, or has no sound track", "copy or export the file again")
    hint = f"rename it to end in {found.extension}, in the episode's front matter too"
    return _error(name, f"is named {extension}, but its content is {found.word}", hint)


def _text_refusal(name: str, text: str) -> AudioError:
    if text.startswith(_LFS_POINTER):
        return _error(name, "is a Git LFS pointer: the audio itself has not been fetched", "run git lfs pull")
    if text.lstrip().lower().startswith(_WEB_PAGE):
        return _error(name, "is a web page, not audio", "a download that failed often leaves one: fetch the audio file again")
    return _error(name, "is a text file, not audio", "put the audio file in its place")


def _text(head: bytes) -> str | None:
    """The beginning of a file as text, None where it is binary."""
    for cut in range(4):  # the last character may have been cut in two, or four
        try:
            text = head[: len(head) - cut].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        return text if all(character.isprintable() or character.isspace() for character in text) else None
    return None


def _detected(path: Path) -> str | None:
    """mutagen's class for a file's content, by name, whether or not it can read it; None where there is none."""
    import mutagen

    try:
        with path.open("rb") as file:
            # The file's own name would sway the guess, and is what is in doubt.
            found = mutagen.File(file, filename="content")
    except mutagen.MutagenError as error:
        # Its errors are made in the module of the format that it had settled on.
        module = type(error).__module__
        return next((kind.reader for kind in _BY_READER.values() if module == f"mutagen.{kind.module}"), None)
    except _READING_FAILED:
        return None
    return None if found is None else type(found).__name__


def _error(name: str, problem: str, hint: str) -> AudioError:
    return AudioError(f"{name} {problem}", path=name, hint=hint)
