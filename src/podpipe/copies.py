"""The copies of recordings that a show publishes: as they are, or with title, people, cover and chapters written into them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from podpipe.enclosures import audio_finding
from podpipe.errors import AudioError
from podpipe.ledger import cache_folder
from podpipe.model import AudioRecord, AudioTags, Cover, FileContent, Finding, MadeContent, Manuscript, PublishedAudio
from podpipe.recordings import Heard
from podpipe.settings import AudioSettings

_LARGEST_COVER = 1_000_000
"""A picture is in every episode's file: beyond this many bytes it would cost listeners more than it gives them."""

_COVERS = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}
_KEPT_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What is published of a recording: its place and figures, its content, and what somebody should hear about it."""

    published: PublishedAudio
    content: FileContent | MadeContent
    findings: tuple[Finding, ...] = ()


class Copies:
    """Makes the copies of a show's recordings. What was made before is known by its record and not made again until it is sent."""

    def __init__(self, settings: AudioSettings) -> None:
        self._settings = settings
        self._folder = (cache_folder() or _passing_folder()) / "audio"

    def copy(self, manuscript: Manuscript, heard: Heard, *, key: str, tags: AudioTags | None, records: Iterable[AudioRecord]) -> Copy:
        """The copy of a recording in the show's folder, for a place on the target, with `tags` written into it where there are any.

        `records` are those of the episode, the best first.
        """
        if heard.path is None or heard.facts is None:
            raise ValueError(f"{manuscript.path}: there is no recording to copy")
        as_it_is = Copy(
            published=PublishedAudio(key=key, length=heard.facts.length, digest=heard.digest),
            content=FileContent(path=str(heard.path), digest=heard.digest, length=heard.facts.length),
        )
        if tags is None:
            return as_it_is
        from podpipe.audio.tagging import tag_key  # a show without tags needs none of it

        written = tag_key(heard.path, tags, replace=self._settings.replace_tags, version=self._settings.id3)
        if written is None:
            return as_it_is
        make = partial(
            make_copy,
            heard.path,
            tags,
            folder=self._folder,
            replace_tags=self._settings.replace_tags,
            id3=self._settings.id3,
            name=manuscript.audio or "",
            source_digest=heard.digest,
        )
        published = next((known for record in records if (known := _made_before(record, heard, written, key)) is not None), None)
        if published is None:
            try:
                content, notes = make()
            except AudioError as error:
                told = audio_finding(
                    manuscript, "warning", "audio-tags", f"nothing is written into the published copy: {error.message}", error.hint
                )
                return Copy(published=as_it_is.published, content=as_it_is.content, findings=(told,))
            published = PublishedAudio(key=key, length=content.length, digest=content.digest, tags=written, notes=notes)
        return Copy(
            published=published,
            content=MadeContent(make=partial(_content, make, published.digest), digest=published.digest, length=published.length),
            findings=tuple(audio_finding(manuscript, "info", "audio-tags", note, "") for note in published.notes),
        )

    def tidy(self) -> None:
        """Remove copies that nobody has asked for in a month."""
        try:
            for entry in os.scandir(self._folder):
                if time.time() - max(entry.stat().st_mtime, entry.stat().st_atime) > _KEPT_SECONDS:
                    Path(entry.path).unlink(missing_ok=True)
        except OSError:
            return  # there is none, or it is not ours to tidy: a cache all the same


def make_copy(
    path: Path,
    tags: AudioTags,
    *,
    folder: Path,
    replace_tags: bool,
    id3: Literal["2.3", "2.4"],
    name: str,
    source_digest: str,
    digest: str | None = None,
) -> tuple[FileContent, tuple[str, ...]]:
    """The tagged copy of a file, and what could not be written into it. Raises AudioError."""
    from podpipe.audio.tagging import tagged

    made = tagged(path, tags, replace=replace_tags, folder=folder, version=id3, name=name, source_digest=source_digest, digest=digest)
    if made is None:
        raise AudioError(f"{name} is of a kind that podpipe writes nothing into", path=name)
    return made.content, made.notes


class Covers:
    """The pictures that are written into audio, each read once."""

    def __init__(self, pictures: Mapping[str, Path]) -> None:
        """`pictures` are files by the keys under which they are published."""
        self._pictures = pictures
        self._read: dict[str, Cover | None] = {}

    def cover(self, *names: str | None) -> Cover | None:
        """The first of the pictures named that can be written into audio: a JPEG or PNG in the show's folder, of a megabyte at most."""
        return next((cover for name in names if name and (cover := self._cover(name)) is not None), None)

    def too_large(self, name: str | None) -> bool:
        """Whether a picture is left out of audio for its size alone."""
        path = self._pictures.get(name or "")
        return path is not None and path.suffix.lower() in _COVERS and path.stat().st_size > _LARGEST_COVER

    def _cover(self, name: str) -> Cover | None:
        if name not in self._read:
            path = self._pictures.get(name)
            mime_type = _COVERS.get(path.suffix.lower()) if path else None
            usable = path is not None and mime_type is not None and 0 < path.stat().st_size <= _LARGEST_COVER
            self._read[name] = Cover(data=path.read_bytes(), mime_type=mime_type) if path and mime_type and usable else None
        return self._read[name]


def _passing_folder() -> Path:
    """Where copies are put when nothing is to be remembered."""
    import tempfile

    return Path(tempfile.gettempdir()) / "podpipe"


def _made_before(record: AudioRecord, heard: Heard, written: str, key: str) -> PublishedAudio | None:
    """What a record knows of the copy, if it is of the same recording with the same tags."""
    published = record.published
    same = published is not None and heard.record is not None and record.version == heard.record.version and published.tags == written
    return replace(published, key=key) if published is not None and same else None


def _content(make: partial[tuple[FileContent, tuple[str, ...]]], digest: str) -> FileContent:
    return make(digest=digest)[0]
