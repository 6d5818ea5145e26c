"""Measures an audio file, here or far away: what it is, how long it plays, and what about it somebody should judge."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from podpipe.audio import flac, mp4, mpeg, ogg, wav
from podpipe.audio.detection import after_id3, detect
from podpipe.audio.formats import MP4, Kind, extension, kinds, mime_type
from podpipe.audio.refusals import refusal, unreadable
from podpipe.audio.sound import COPY_AGAIN, EXPORT_AGAIN, LONGEST, NotReadError, Sound
from podpipe.audio.window import Window
from podpipe.model import AudioFacts, Doubt

_UNSAID = {"application/octet-stream", "binary/octet-stream", "application/x-binary", "application/force-download", ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The facts of an audio file, and the doubts about them or about it."""

    facts: AudioFacts
    doubts: tuple[Doubt, ...] = ()


def measure(path: Path, name: str) -> Measured:
    """Measure a local file. `name` is its path as the author wrote it; its extension says what the file should be.

    The duration is in milliseconds, and what the file really holds: an MP3's index and an M4A's header are compared with what is there,
    frames are counted where there is no index. Raises AudioError, with what to do about it, for a file that is missing, unreadable, empty
    or damaged, for one that is no audio, and for one whose content is not what its extension says.
    """
    if not kinds(name):
        raise refusal(name, "has no extension of a podcast's audio", "use .mp3 or .m4a")
    with _opened(path, name) as file:
        return _measured(Window(file, os.fstat(file.fileno()).st_size), name, served_as=None, near=True)


def measure_open(file: BinaryIO, name: str, *, length: int, served_as: str | None = None, forward: bool = False) -> Measured:
    """Measure an open file that may lie far away, reading as little of it as will do, at its beginning and its end.

    `file` can be read and sought, and has `length` bytes. `name` is its URL or path as the author wrote it. `served_as` is the Content-Type
    that its server states. `forward` says that the file arrives from beginning to end, and only its beginning can be read again.

    A URL that does not tell by its extension what it is gets its media type from the content. A duration that is not measured to its end
    comes with the doubt `audio-estimated`. Raises AudioError as `measure` does, and whatever reading `file` raises.
    """
    if not kinds(name) and "://" not in name:
        raise refusal(name, "has no extension of a podcast's audio", "use .mp3 or .m4a")
    return _measured(Window(file, length, forward=forward), name, served_as=served_as, near=False)


@contextmanager
def _opened(path: Path, name: str) -> Iterator[BinaryIO]:
    try:
        # Without a buffer: what is read is read in large parts, and a buffer would read on.
        with path.open("rb", buffering=0) as file:
            yield file
    except FileNotFoundError as error:
        raise refusal(name, "does not exist", "put the file there, or correct the path; upper and lower case count") from error
    except IsADirectoryError as error:
        raise refusal(name, "is a folder", "name the audio file inside it") from error
    except OSError as error:
        raise refusal(name, f"cannot be read: {error.strerror}", "check the file's permissions and the disk it lies on") from error


def _measured(file: Window, name: str, *, served_as: str | None, near: bool) -> Measured:
    if file.length == 0:
        raise refusal(name, "is empty: it has 0 bytes", COPY_AGAIN)
    found = detect(file)
    expected = kinds(name)
    if not isinstance(found, Kind) or (expected and found not in expected):
        raise unreadable(file, name, found)
    try:
        sound = _read(file, name, found, near=near)
    except NotReadError as error:
        if file.failure is not None:
            raise file.failure from error
        raise unreadable(file, name, found) from error
    milliseconds = _milliseconds(name, sound.seconds)
    media_type = mime_type(name) or ("video/mp4" if sound.video else found.mime_type)
    facts = AudioFacts(
        length=file.length,
        duration=timedelta(milliseconds=milliseconds),
        mime_type=media_type,
        bitrate=sound.bitrate,
        bitrate_mode=sound.bitrate_mode,
        channels=sound.channels,
        sample_rate=sound.sample_rate,
        chapters=sound.chapters,
        cover=sound.cover,
    )
    return Measured(facts=facts, doubts=(*sound.doubts, *_type_doubts(name, found, sound, media_type, served_as)))


def _read(file: Window, name: str, kind: Kind, *, near: bool) -> Sound:
    match kind.family:
        case "mp3":
            return mpeg.read_mp3(file, name, after_id3(file), near=near)
        case "adts":
            return mpeg.read_adts(file, name, after_id3(file), near=near)
        case "mp4":
            return mp4.read_mp4(file, name, near=near)
        case "ogg":
            return ogg.read_ogg(file, name, kind.word, near=near)
        case "flac":
            return flac.read_flac(file, name, after_id3(file))
        case "wav":
            return wav.read_wav(file, name)


def _milliseconds(name: str, seconds: float) -> int:
    if seconds > LONGEST:
        raise refusal(name, f"says that it plays for {seconds / 86400:,.0f} days", EXPORT_AGAIN)
    milliseconds = round(seconds * 1000)
    if milliseconds <= 0:
        raise refusal(name, "plays for no time at all", f"it is an empty recording, or a stream without its index: {EXPORT_AGAIN}")
    return milliseconds


def _type_doubts(name: str, kind: Kind, sound: Sound, media_type: str, served_as: str | None) -> Iterator[Doubt]:
    """Doubts where extension, content and the type that a server states do not agree."""
    suffix = extension(name)
    if sound.video and not media_type.startswith("video/"):
        hint = "export the sound alone, or name it .mp4 if the pictures are meant"
        yield Doubt(rule="audio-video", level="warning", message=f"{name} holds a video track, and is published as {media_type}", hint=hint)
    if kind is MP4 and not sound.video and media_type.startswith("video/"):
        message = f"{name} holds no video, but its extension says so: the feed calls it {media_type}"
        yield Doubt(rule="audio-video-none", level="info", message=message, hint=f"name it .m4a instead of {suffix}")
    if served_as is None:
        return
    served = served_as.partition(";")[0].strip().lower()
    if served in _UNSAID:
        message = f"the server of {name} does not say what it is, where the feed says {media_type}"
        yield Doubt(rule="audio-type-served", level="info", message=message, hint=f"have it serve the file as {media_type}")
    elif served not in kind.served:
        message = f"the server of {name} says that it is {served}, but it is {media_type}"
        yield Doubt(rule="audio-type-served", level="warning", message=message, hint=f"have it serve the file as {media_type}")
