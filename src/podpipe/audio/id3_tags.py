"""The published copy of an MP3: podpipe's ID3v2 tag, with what the author's own says, and then the author's bytes from its end on."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from podpipe.audio.damage import failures
from podpipe.audio.id3_frames import FRONT_COVER, chapter_frames, cover_frame, fact_frames, frame_bytes
from podpipe.audio.id3_sizes import size_bytes
from podpipe.audio.id3_source import SourceTag, left_out, read_source_tag
from podpipe.audio.tag_text import marks
from podpipe.errors import AudioError
from podpipe.model import AudioTags

Parts = tuple[bytes | range, ...]

_BLOCK = 16 * 1024
_SPARE = 1024
_HEADER = 10
_LARGEST = 2**28 - 1
_PICTURE_TO_SHARE = 4096
_OTHER_PICTURE = 0
_DATES = frozenset({"TDRC", "TYER", "TDAT", "TIME"})
_CHAPTERS = frozenset({"CHAP", "CTOC"})


def tagged_mp3(path: Path, name: str, tags: AudioTags, *, replace: bool, major: int) -> tuple[Parts, tuple[str, ...]]:
    """The parts of the published copy, bytes and stretches of the file, and notes on what could not be written or kept.

    What the author set stays, and with `replace` gives way to what podpipe writes; frames that podpipe does not write stay in any case.
    The tag is padded to a multiple of 16 KiB with 1 KiB or more to spare, so that an edited show note rarely changes the length of the
    file: apps take another length for another file. An ID3v1 or APE tag at the end is a part of the author's bytes and stays as it is:
    apps read it only where there is no ID3v2 tag, and replay gain often stands in the latter.

    Raises AudioError where the author's tag cannot be read, or the new one would be larger than a tag may be; OSError where the file
    cannot be read.
    """
    if tags.cover is not None and len(tags.cover.data) > _LARGEST - _BLOCK:
        raise _too_large(name)
    with path.open("rb") as file:
        source = read_source_tag(file, name, major=major)
        length = os.fstat(file.fileno()).st_size
    chapters, notes = marks(tags.chapters, tags.duration)
    own = [*fact_frames(tags, major), *chapter_frames(chapters, major)]
    if tags.cover is not None:
        own.append(cover_frame(tags.cover))
    frames, lost = _encoded(_merged(own, source.frames, replace=replace), major)
    return (*_tag(frames, source, name, major), range(source.end, length)), (*notes, *source.notes, *lost)


def _merged(own: Iterable[Any], theirs: Iterable[Any], *, replace: bool) -> list[Any]:
    """The frames to write: pictures last, since they are large, and apart from them podpipe's own first."""
    own, theirs = list(own), list(theirs)
    if not any(frame.FrameID == "CHAP" for frame in theirs):
        theirs = [frame for frame in theirs if frame.FrameID != "CTOC"]  # a table of nothing
    if replace:
        taken = {_purpose(frame) for frame in own}
        theirs = [frame for frame in theirs if _purpose(frame) not in taken]
    else:
        taken = {_purpose(frame) for frame in theirs}
        own = [frame for frame in own if _purpose(frame) not in taken]
    return sorted([*own, *theirs], key=lambda frame: frame.FrameID == "APIC")


def _purpose(frame: Any) -> str:
    """What a frame says, whatever it is called: two frames of one purpose do not stand beside each other unless one author wrote both."""
    kind = str(frame.FrameID)
    if kind in _DATES:
        return "date"
    if kind in _CHAPTERS:
        return "chapters"
    if kind in {"COMM", "WXXX"} and frame.desc:
        return f"{kind}:{frame.desc}"  # a program's own remark, such as iTunNORM
    if kind == "APIC":
        # Many programs leave the cover's type at "other"; a picture of the band or of the studio is something else.
        return "cover" if frame.type in {FRONT_COVER, _OTHER_PICTURE} else f"APIC:{frame.type}"
    if kind in {"TIT2", "TPE1", "TALB", "TRCK", "TPOS", "TCON", "COMM", "WOAF", "WXXX"}:
        return kind
    return f"foreign:{frame.HashKey}"


def _encoded(frames: Iterable[Any], major: int) -> tuple[list[tuple[Any, bytes]], list[str]]:
    """Frames with their bytes, and notes on those of the author that no tag of this version can hold: damage made some of them up."""
    encoded, lost = [], []
    for frame in frames:
        try:
            encoded.append((frame, frame_bytes(frame, major)))
        except failures():
            lost.append(str(frame.FrameID))
    return encoded, left_out(lost, "cannot be carried over")


def _tag(frames: Iterable[tuple[Any, bytes]], source: SourceTag, name: str, major: int) -> Iterator[bytes | range]:
    body = list(_joined([*_pieces(frames, source), *source.raw]))
    needed = _HEADER + sum(map(len, body))
    size = -(-(needed + _SPARE) // _BLOCK) * _BLOCK
    if size - _HEADER > _LARGEST:
        raise _too_large(name)
    header = b"ID3" + bytes((major, 0, 0)) + size_bytes(size - _HEADER, 4)
    yield from _joined([header, *body, bytes(size - needed)])


def _pieces(frames: Iterable[tuple[Any, bytes]], source: SourceTag) -> Iterator[bytes | range]:
    for frame, data in frames:
        picture = getattr(frame, "data", b"") if frame.FrameID == "APIC" else b""
        if len(picture) < _PICTURE_TO_SHARE or not data.endswith(picture):
            yield data
            continue
        # Episodes share the show's cover, and their own they have on disk: a thousand copies of it need not stay in memory.
        yield data[: len(data) - len(picture)]
        found = source.data.find(picture)
        yield picture if found < 0 else range(found, found + len(picture))


def _joined(pieces: Iterable[bytes | range]) -> Iterator[bytes | range]:
    """The same pieces, small ones that follow each other made one; large ones stay the objects that they are."""
    small: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes) and len(piece) < _PICTURE_TO_SHARE:
            small.append(piece)
            continue
        if small:
            yield b"".join(small)
            small = []
        yield piece
    if small:
        yield b"".join(small)


def _too_large(name: str) -> AudioError:
    return AudioError(f"{name}: its ID3 tag would be larger than 256 MB", path=name, hint="use a smaller cover")
