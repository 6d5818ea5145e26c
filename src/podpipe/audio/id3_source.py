"""The ID3v2 tags that the author's own MP3 begins with: where they end, and every frame in them, ready for the version to be written."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from podpipe.audio.damage import failures
from podpipe.audio.id3_sizes import int_of, size_bytes
from podpipe.errors import AudioError

_HEADER = 10
_FOOTER_FOLLOWS = 0x10
_UNSYNCHRONISED = 0x80
_EXTENDED = 0x40
_FRAME_UNSYNCHRONISED = 0x0002
_FRAME_ID = re.compile(rb"[A-Z][A-Z0-9]{3}")
_REPAIR = "write its tag anew with a tag editor, or export the file again"

# What says the same in another frame in the other version: mutagen carries these over.
_CARRIED_OVER = frozenset({"TDRC", "TYER", "TDAT", "TIME", "TDOR", "TORY", "TIPL", "TMCL", "IPLS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTag:
    """What an MP3 begins with: the number of bytes that its ID3v2 tags take, and their frames.

    `frames` are mutagen's, in the order of the file; `raw` are the bytes of frames that mutagen does not know, headers included, valid in
    the version that was asked for. `data` is the tags' own bytes. `notes` tell what could not be kept.
    """

    end: int
    data: bytes
    frames: tuple[Any, ...] = ()
    raw: tuple[bytes, ...] = ()
    notes: tuple[str, ...] = ()


def read_source_tag(file: BinaryIO, name: str, *, major: int) -> SourceTag:
    """Read every ID3v2 tag at the start of a file, one after another, for writing as ID3v2.`major`.

    Where several follow each other, what an earlier one holds counts, and a later one adds the kinds of frames that it lacks. Raises
    AudioError for a tag that cannot be read: what the author wrote there would be lost. A damaged frame in a sound tag is left out, and
    told in `notes`.
    """
    data = bytearray()
    frames: list[Any] = []
    raw: list[bytes] = []
    notes: list[str] = []
    while (tag := _next_tag(file, name)) is not None:
        data += tag
        known, met = _read(tag, name)
        unknown = list(known.unknown_frames)
        names = [frame[:4].decode("latin-1") for frame in unknown]
        notes += left_out(sorted(met - _kinds(known) - set(names)), "are damaged and left out")
        has = {frame.FrameID for frame in frames}
        frames += [frame for frame in _for_version(known, major) if frame.FrameID not in has]
        converted = [_converted(frame, tag, major) for frame in unknown]
        raw += [frame for frame in converted if frame is not None]
        notes += left_out([kind for kind, kept in zip(names, converted, strict=True) if kept is None], "cannot be carried over")
    return SourceTag(end=len(data), data=bytes(data), frames=tuple(frames), raw=tuple(raw), notes=tuple(notes))


def _next_tag(file: BinaryIO, name: str) -> bytes | None:
    """A whole ID3v2 tag where the file stands (ID3v2.4, section 3.1), its footer included; None where there is none."""
    header = file.read(_HEADER)
    if len(header) < _HEADER or not header.startswith(b"ID3") or header[3] == 0xFF or header[4] == 0xFF:
        return None
    if header[3] not in {2, 3, 4}:
        raise _unreadable(name, f"of version 2.{header[3]}, which podpipe does not know")
    if any(byte & 0x80 for byte in header[6:]):
        raise _unreadable(name, "whose length makes no sense")
    size = int_of(header[6:], 4)
    if header[3] == 4 and header[5] & _FOOTER_FOLLOWS:
        size += _HEADER
    body = file.read(size)
    if len(body) < size:
        raise _unreadable(name, "that is longer than the file")
    return header + body


def _read(tag: bytes, name: str) -> tuple[Any, set[str]]:
    """mutagen's reading of a tag, and the kinds of frames that it met: what it cannot read it leaves out without a word."""
    from mutagen.id3 import ID3, Frames, Frames_2_2

    met: set[str] = set()

    class Met(dict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            kind = super().__getitem__(key)
            met.add(kind.__base__.__name__ if len(key) == 3 and kind.__base__.__name__ in Frames else key)
            return kind

    if not _frames_fit(tag):
        raise _unreadable(name, "that is damaged (a frame in it is longer than the tag)")
    known = ID3()
    try:
        known.load(io.BytesIO(tag), known_frames=Met(Frames_2_2 if tag[3] == 2 else Frames), translate=False, load_v1=False)
    except failures() as error:
        raise _unreadable(name, f"that is damaged ({' '.join(str(error).split()) or type(error).__name__})") from error
    return known, met


def _kinds(tag: Any) -> set[str]:
    """The kinds of frames in a tag, and of those inside of them."""
    inside = [frame.sub_frames for frame in tag.values() if frame.FrameID in {"CHAP", "CTOC"}]
    return {frame.FrameID for frame in tag.values()} | {kind for frames in inside for kind in _kinds(frames)}


def _frames_fit(tag: bytes) -> bool:
    """Whether the frames follow each other up to the tag's end or its padding: mutagen takes the rest of the tag for one that is too long.

    iTunes once wrote eight bits a byte where ID3v2.4 has seven: either will do. Tags of another layout are not looked at.
    """
    if tag[3] == 2 or tag[5] & (_UNSYNCHRONISED | _EXTENDED):
        return True
    end = _HEADER + int_of(tag[6:10], 4)
    return any(_walk(tag, end, major) for major in range(3, tag[3] + 1))


def _walk(tag: bytes, end: int, major: int) -> bool:
    position = _HEADER
    while position + _HEADER <= end and _FRAME_ID.fullmatch(tag, position, position + 4):
        position += _HEADER + int_of(tag[position + 4 : position + 8], major)
    return position <= end


def _for_version(tag: Any, major: int) -> list[Any]:
    if tag.version[1] == major:
        return list(tag.values())
    before = dict(tag)
    if major == 3:
        tag.update_to_v23()
    else:
        tag.update_to_v24()
    # mutagen drops frames that only the other version describes. Programs read TSOP and its like in either, and skip what they do not know.
    for key, frame in before.items():
        if key not in tag and frame.FrameID not in _CARRIED_OVER:
            tag[key] = frame
    return list(tag.values())


def _converted(frame: bytes, tag: bytes, major: int) -> bytes | None:
    """A frame that mutagen does not know, under a header of another version; None where its flags or its name have no place there."""
    source = tag[3]
    if source == 2:
        return None
    flags = int.from_bytes(frame[8:10], "big")
    if source == 4 and tag[5] & _UNSYNCHRONISED:
        flags |= _FRAME_UNSYNCHRONISED  # what the tag's header said of all frames (ID3v2.4, section 3.1)
    if flags and source != major:
        return None
    return frame[:4] + size_bytes(len(frame) - _HEADER, major) + flags.to_bytes(2, "big") + frame[_HEADER:]


def left_out(names: Sequence[str], why: str) -> list[str]:
    """The note on frames that could not be kept, if there are any."""
    return [f"frames of the file's own tag {why}: {', '.join(names)}"] if names else []


def _unreadable(name: str, problem: str) -> AudioError:
    return AudioError(f"{name} begins with an ID3 tag {problem}", path=name, hint=_REPAIR)
