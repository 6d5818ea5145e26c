"""The published copy of an audio file, tagged: which kinds of audio have one, and all that it depends on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from podpipe.audio.id3_tags import tagged_mp3
from podpipe.audio.m4a import chapter_writer, tagged_m4a
from podpipe.content import open_content
from podpipe.errors import AudioError
from podpipe.model import AudioTags, FileContent

_TAGGER = 1
"""Raised by one whenever the same tags would be written as other bytes."""

_MAJOR = {"2.3": 3, "2.4": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """The published copy of an audio file, and what a person should hear about it: "chapters are not written: …"."""

    content: FileContent
    notes: tuple[str, ...] = ()


def tag_key(path: Path, tags: AudioTags, *, replace: bool, version: str = "2.3") -> str | None:
    """The SHA-256, in hex, of all that the tagged bytes depend on beside the file's own; None for a kind that is published as it is.

    Of the path, the extension alone counts. For an M4A with chapters, the ffmpeg of this machine is part of it.
    """
    import mutagen

    kind = path.suffix.lower()
    if kind not in {".mp3", ".m4a"}:
        return None
    facts = {
        "tagger": [_TAGGER, mutagen.version_string],
        "kind": [version] if kind == ".mp3" else [kind, chapter_writer() if tags.chapters else None],
        "replace": replace,
        "texts": [tags.title, tags.artist, tags.album, tags.comment, tags.language, tags.link, tags.genre],
        "numbers": [tags.track, tags.season, f"{tags.published:%Y-%m-%d}", tags.duration.total_seconds() if tags.chapters else None],
        "cover": [tags.cover.digest, tags.cover.mime_type] if tags.cover else None,
        "chapters": [[chapter.start.total_seconds(), chapter.title, chapter.url] for chapter in tags.chapters],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def tagged(
    path: Path,
    tags: AudioTags,
    *,
    replace: bool,
    folder: Path,
    version: str = "2.3",
    name: str = "",
    digest: str | None = None,
    source_digest: str | None = None,
) -> Tagged | None:
    """The published copy of an audio file, its sound bit for bit the same; None for a kind that is published as it is (all but MP3, M4A).

    An MP3's copy is made of its parts when it is sent. An M4A's is a file in `folder`, written whole or not at all, and used again while
    the source and the tags are the same. `replace` says whether podpipe's tags take the place of those that the author set. `version` is
    that of ID3 for MP3: 2.3, which every app reads, or 2.4. `name` is the path as the author wrote it, for messages.

    `digest` is the published copy's SHA-256 where it is remembered from a run with the same source and `tag_key`, `source_digest` the
    file's own: what is given is not taken again. Raises AudioError where the file or its own tag cannot be read; nothing is ever written
    to the file.
    """
    key = tag_key(path, tags, replace=replace, version=version)
    if key is None:
        return None
    name = name or path.name
    try:
        if path.suffix.lower() == ".mp3":
            parts, notes = tagged_mp3(path, name, tags, replace=replace, major=_MAJOR[version])
            length = sum(map(len, parts))
            content = FileContent(path=str(path), digest="", length=length, parts=parts, source_length=path.stat().st_size)
        else:
            source = source_digest or _digest(FileContent(path=str(path), digest="", length=path.stat().st_size))
            copy, notes = tagged_m4a(path, name, tags, replace=replace, folder=folder, key=_name(source, key))
            content = FileContent(path=str(copy), digest="", length=copy.stat().st_size)
        return Tagged(content=_with_digest(content, digest or _digest(content)), notes=notes)
    except OSError as error:
        hint = "check that it is there, its permissions and the disk it lies on"
        raise AudioError(f"{name} cannot be read: {error.strerror or error}", path=name, hint=hint) from error


def _name(source_digest: str, key: str) -> str:
    return hashlib.sha256(f"{source_digest} {key}".encode()).hexdigest()[:40]


def _digest(content: FileContent) -> str:
    with open_content(content) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _with_digest(content: FileContent, digest: str) -> FileContent:
    from dataclasses import replace

    return replace(content, digest=digest)
