"""The published copy of an M4A: the author's file with iTunes' atoms, and with chapters where ffmpeg is there to write them."""

from __future__ import annotations

import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from podpipe.audio.damage import failures
from podpipe.audio.sound import EXPORT_AGAIN
from podpipe.audio.tag_text import Mark, ascii_url, marks, one_line, plain_text
from podpipe.errors import AudioError
from podpipe.model import AudioTags

_PODCAST = 21
_MOST_BYTES = 255
_ONE_LINE_DESCRIPTION = 255
_SECONDS = 600
_NO_FFMPEG = "chapters are not written: ffmpeg is not installed"
_CHAPTER = re.compile(r"(?<!\\)\n\[CHAPTER\]\n")
_SPECIAL = re.compile(r"[=;#\\]")


@cache
def chapter_writer() -> str | None:
    """Which ffmpeg writes chapters here, by its version; None where there is none. Another one may lay out the same file otherwise."""
    program = shutil.which("ffmpeg")
    if program is None:
        return None
    try:
        said = subprocess.run([program, "-version"], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return said.decode("utf-8", "replace").partition("\n")[0].strip()


def tagged_m4a(path: Path, name: str, tags: AudioTags, *, replace: bool, folder: Path, key: str) -> tuple[Path, tuple[str, ...]]:
    """The tagged copy of a file in `folder`, named by `key`, and notes on what could not be written; one that is there is used again.

    What the author set stays, and with `replace` gives way to what podpipe writes; other atoms stay in any case. Chapters have no links:
    the format has no place for them that ffmpeg writes. Raises AudioError where the file cannot be read or the copy cannot be written.
    """
    chapters, late = marks(tags.chapters, tags.duration)
    chapters, cut = _short(chapters)
    notes = (*late, *cut)
    writer = chapter_writer()
    if chapters and writer is None:
        notes = (*notes, _NO_FFMPEG)
    if tags.cover is not None and not [*_picture(tags)]:
        notes = (*notes, f"the cover is not written: M4A takes JPEG and PNG, and no {tags.cover.mime_type}")
    copy = folder / f"{key}.m4a"
    if copy.is_file():
        return copy, notes
    source = _read(path, name)
    failed: str | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _draft(folder) as draft:
            if chapters and writer is not None and (replace or not _has_chapters(path)):
                failed = _write_chapters(path, draft, chapters)
            if failed is not None or not draft.exists():
                shutil.copyfile(path, draft)
            _write_atoms(source, draft, name, tags, replace=replace)
            if failed is not None:
                # Under a name of its own, and made again each time: the next run must hear of the failure, too.
                copy, notes = copy.with_suffix(".plain.m4a"), (*notes, f"chapters are not written: {failed}")
            draft.replace(copy)
    except OSError as error:
        hint = "see to the disk that podpipe's cache lies on, or to the file"
        raise AudioError(f"{name}: no tagged copy can be written: {error.strerror or error}", path=name, hint=hint) from error
    return copy, notes


def _read(path: Path, name: str) -> Any:
    from mutagen.mp4 import MP4

    try:
        return MP4(path)
    except failures() as error:
        raise AudioError(f"{name} cannot be read as M4A: {' '.join(str(error).split())}", path=name, hint=EXPORT_AGAIN) from error


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    draft = folder / f".{secrets.token_hex(8)}.m4a"
    try:
        yield draft
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _write_atoms(source: Any, copy: Path, name: str, tags: AudioTags, *, replace: bool) -> None:
    """Give the copy the source's atoms, those included that ffmpeg drops, and podpipe's beside or instead of them."""
    if source.tags is None:
        source.add_tags()
    for key, value in _atoms(tags):
        if replace or key not in source.tags:
            source.tags[key] = value
    try:
        source.tags.save(copy)
    except failures() as error:
        raise AudioError(
            f"{name}: its tags cannot be written: {error}", path=name, hint="export it again from your audio program"
        ) from error


def _atoms(tags: AudioTags) -> Iterator[tuple[str, Any]]:
    """iTunes' atoms by name, as mutagen takes them.

    `purl` was made for the feed's address; apps take it as the page to open, and other programs that write it put the episode's there.
    """
    texts = {
        "\xa9nam": one_line(tags.title),
        "\xa9ART": one_line(tags.artist),
        "aART": one_line(tags.artist),
        "\xa9alb": one_line(tags.album),
        "\xa9day": f"{tags.published:%Y-%m-%d}",
        "\xa9gen": one_line(tags.genre),
        "\xa9cmt": plain_text(tags.comment).strip(),
        "desc": one_line(plain_text(tags.comment).strip())[:_ONE_LINE_DESCRIPTION],
        "ldes": plain_text(tags.comment).strip(),
        "purl": ascii_url(tags.link) if tags.link else "",
    }
    for key, text in texts.items():
        if text.strip():
            yield key, [text]
    if tags.track is not None:
        yield "trkn", [(tags.track, 0)]
    if tags.season is not None:
        yield "disk", [(tags.season, 0)]
    yield "stik", [_PODCAST]
    yield "pcst", True
    yield from _picture(tags)


def _picture(tags: AudioTags) -> Iterator[tuple[str, Any]]:
    from mutagen.mp4 import MP4Cover

    formats = {"image/jpeg": MP4Cover.FORMAT_JPEG, "image/png": MP4Cover.FORMAT_PNG}
    if tags.cover is not None and tags.cover.mime_type in formats:
        yield "covr", [MP4Cover(tags.cover.data, imageformat=formats[tags.cover.mime_type])]


def _has_chapters(path: Path) -> bool:
    """Whether the file has chapters of either kind, Nero's list or QuickTime's text track; mutagen sees the former alone."""
    done = _ffmpeg("-i", f"file:{path}", "-f", "ffmetadata", "pipe:1")
    return done.returncode == 0 and _CHAPTER.search(done.stdout.decode("utf-8", "replace")) is not None


def _write_chapters(path: Path, copy: Path, chapters: Sequence[Mark]) -> str | None:
    """Copy the file's streams beside chapters of both kinds; why that failed, None where it did not.

    A text track has no gaps: in it, a first chapter that starts later begins with the audio. Nero's list has its true start.

    Data tracks stay behind, the text track of earlier chapters among them, and so does a picture, which is an atom and no stream.
    """
    streams = ("-map", "0:a", "-map", "0:V?", "-map", "0:s?", "-map_metadata", "0", "-map_chapters", "1")
    exact = ("-c", "copy", "-movflags", "+faststart", "-fflags", "+bitexact", "-flags", "+bitexact")
    done = _ffmpeg(
        "-i", f"file:{path}", "-f", "ffmetadata", "-i", "pipe:0", *streams, *exact, "-f", "ipod", f"file:{copy}", said=_ffmetadata(chapters)
    )
    if done.returncode == 0:
        return None
    copy.unlink(missing_ok=True)
    said = done.stderr.decode("utf-8", "replace").replace(f"file:{copy}", "the copy").strip()
    return f"ffmpeg ended with {done.returncode}: {said.splitlines()[-1] if said else 'it says nothing'}"


def _ffmpeg(*arguments: str, said: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = ["ffmpeg", "-v", "error", "-nostdin", *arguments]
    try:
        return subprocess.run(command, input=said, capture_output=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, b"", f"nothing for {_SECONDS} seconds".encode())


def _ffmetadata(chapters: Sequence[Mark]) -> bytes:
    """Chapters in ffmpeg's own metadata format (ffmpeg-formats, section Metadata), its special characters escaped."""
    lines = [";FFMETADATA1"]
    for chapter in chapters:
        title = _SPECIAL.sub(r"\\\g<0>", chapter.title)
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={chapter.start}", f"END={chapter.end}", f"title={title}"]
    return "\n".join((*lines, "")).encode()


def _short(chapters: Sequence[Mark]) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """Chapters with titles of at most 255 bytes, and a note where one was longer.

    Nero's list counts a title's bytes in one byte. ffmpeg cuts there in the middle of a character, which mutagen then cannot read.
    """
    from dataclasses import replace

    titles = [chapter.title.encode()[:_MOST_BYTES].decode("utf-8", "ignore") for chapter in chapters]
    cut = sum(title != chapter.title for title, chapter in zip(titles, chapters, strict=True))
    short = tuple(replace(chapter, title=title) for title, chapter in zip(titles, chapters, strict=True))
    return short, (f"titles of more than {_MOST_BYTES} bytes are cut in {cut} of {len(short)} chapters",) if cut else ()
