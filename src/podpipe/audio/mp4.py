"""What an MP4 holds: how long its sound plays, whether all of it is there, and whether moving pictures go with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from podpipe.audio import library
from podpipe.audio.boxes import Box, Sample, Track, boxes, content, last_chunk, lasting, played, samples, taken, tracks
from podpipe.audio.pictures import media_type
from podpipe.audio.sound import NotReadError, Sound, clock, cut_short, damaged
from podpipe.audio.window import Window
from podpipe.model import Chapter, Doubt

_STILLS = {b"jpeg", b"png ", b"mjpa", b"mjpb", b"mjpg", b"tiff", b"gif "}
"""Codecs of pictures that stand still: enhanced podcasts show one for each chapter."""

_AAC_CONFIG = re.compile(
    rb"esds.{4}\x03[\x80-\xff]*[\x00-\x7f].{3}\x04[\x80-\xff]*[\x00-\x7f].{13}\x05[\x80-\xff]*[\x00-\x7f](..)", re.DOTALL
)
"""An elementary stream's descriptors around the two bytes that say how its AAC is coded (ISO/IEC 14496-1, section 7.2.6)."""

_LOWEST_WITHOUT_PS = 5
"""The code of 32 kHz."""

_SAME = 0.1
_MOST_CHAPTERS = 1000
_FAR_CHAPTERS = 1 << 17
_FAR_TABLE = 1 << 16


def read_mp4(file: Window, name: str, *, near: bool) -> Sound:
    """Measure an MP4, and read its chapters (Nero's list, or QuickTime's text track) and cover."""
    found = list(boxes(file))
    all_tracks = tracks(file, found)
    sound = next((track for track in all_tracks if track.handler == b"soun"), None)
    if sound is None:
        raise NotReadError
    read = library.read("mp4", "MP4", file)
    stated, doubts = _stated(file, name, sound, found, float(read.info.length))
    seconds, more = _held(file, name, sound, found, stated)
    video = _moving(all_tracks)
    size = sum(min(box.end, file.length) - box.start for box in found if box.path == (b"mdat",))
    bitrate = int(read.info.bitrate) if video or seconds <= 0 else round(size * 8 / seconds)  # what is stated there is often not so
    return Sound(
        seconds=seconds,
        bitrate=bitrate or None,
        channels=1 if _mono(file, sound) else read.info.channels or None,
        sample_rate=read.info.sample_rate or None,
        chapters=_listed(read) or _from_track(file, sound, all_tracks, near=near),
        cover=_cover(read),
        video=video,
        doubts=(*doubts, *more, *_table_doubts(file, name, sound, found, near=near)),
    )


def has_video(file: Window) -> bool:
    """Whether an MP4 has a track of moving pictures, whatever else is in it."""
    return _moving(tracks(file, list(boxes(file))))


def _mono(file: Window, sound: Track) -> bool:
    """Whether AAC sound has one channel for certain.

    The description around it may say two all the same, as ffmpeg's does; mutagen believes that, because below 32 kHz one channel may stand
    for two (parametric stereo, ISO/IEC 14496-3, section 1.6.6).
    """
    found = _AAC_CONFIG.search(content(file, sound.boxes.get(b"stsd"), 512))
    bits = int.from_bytes(found[1], "big") if found else 0
    return bits >> 3 & 15 == 1 and bits >> 7 & 15 <= _LOWEST_WITHOUT_PS


def _moving(all_tracks: list[Track]) -> bool:
    return any(track.handler == b"vide" and track.codec not in _STILLS for track in all_tracks)


def _stated(file: Window, name: str, sound: Track, found: list[Box], whole: float) -> tuple[float, tuple[Doubt, ...]]:
    """How long the sound plays as its header says, and a doubt where it says two things.

    The edit list leaves out what the encoder put before and after it; `whole` is with that.
    """
    samples_last = lasting(file, sound)
    if samples_last and abs(samples_last - whole) > _SAME:
        what = f"its header says that it plays for {clock(whole)}, its table of times says {clock(samples_last)}"
        return samples_last, (damaged(name, what, level="error"),)
    edits = played(file, found, sound)
    return (edits if 0 < edits <= whole + _SAME else whole), ()


def _table_doubts(file: Window, name: str, sound: Track, found: list[Box], *, near: bool) -> Iterator[Doubt]:
    """A doubt where the table of sizes asks for more bytes than there are: then no sample after the wrong one is found.

    Of a far file only a short table is read: an hour's has some 700 kB.
    """
    table = sound.boxes.get(b"stsz")
    size = sum(box.end - box.start for box in found if box.path == (b"mdat",))
    if table and (near or table.end - table.start <= _FAR_TABLE) and taken(file, sound) > size:
        yield damaged(name, "its table of sizes does not fit", level="error")


def _held(file: Window, name: str, sound: Track, found: list[Box], stated: float) -> tuple[float, tuple[Doubt, ...]]:
    """How long the sound plays that is really there, and the doubt where that is not all of it."""
    beyond = any(len(box.path) == 1 and box.end > file.length for box in found)
    if not beyond and last_chunk(file, sound) < file.length:
        return stated, ()
    until = max((sample.until for sample in samples(file, sound) if sample.end <= file.length), default=0)
    seconds = until / (sound.ticks or 1)
    if seconds <= 0:
        raise NotReadError
    if seconds >= stated - 0.001:
        return stated, (damaged(name, "it ends in the midst of what stands behind the sound"),)
    return seconds, (cut_short(name, seconds, stated),)


def _cover(read: Any) -> str | None:
    covers = (read.tags or {}).get("covr")
    if not covers:
        return None
    return media_type(bytes(covers[0]), "image/png" if covers[0].imageformat == covers[0].FORMAT_PNG else "image/jpeg")


def _listed(read: Any) -> tuple[Chapter, ...]:
    """The chapters of Nero's list, the only ones that mutagen reads."""
    chapters = (Chapter(start=timedelta(seconds=chapter.start), title=chapter.title.strip()) for chapter in read.chapters or ())
    return tuple(sorted(chapters, key=lambda chapter: chapter.start))


def _from_track(file: Window, sound: Track, all_tracks: list[Track], *, near: bool) -> tuple[Chapter, ...]:
    """The chapters of the text track that the sound names. Of a far file they are read only where they lie close together."""
    track = next((track for track in all_tracks if track.number in sound.chapters and track.handler in {b"text", b"sbtl"}), None)
    if track is None or not track.ticks:
        return ()
    found = list(islice(samples(file, track), _MOST_CHAPTERS))
    if not near and found and found[-1].end - found[0].start > _FAR_CHAPTERS:
        return ()
    return tuple(_chapters(file, track, found))


def _chapters(file: Window, track: Track, found: list[Sample]) -> Iterator[Chapter]:
    for sample in found:
        data = file.part(sample.start, min(sample.end - sample.start, 1 << 12))
        text = data[2 : 2 + int.from_bytes(data[:2], "big")]
        wide = text[:2] in {b"\xfe\xff", b"\xff\xfe"}
        title = text.decode("utf-16" if wide else "utf-8", "replace").strip()
        yield Chapter(start=timedelta(seconds=sample.since / track.ticks), title=title, url=_link(data[2 + len(text) :]))


def _link(after: bytes) -> str | None:
    """The address in the `href` box after a chapter's title (QuickTime File Format, "Hypertext"): two places, then a counted text."""
    at = after.find(b"href")
    counted = after[at + 8 : at + 9] if at >= 0 else b""
    return after[at + 9 : at + 9 + counted[0]].decode("utf-8", "replace") or None if counted else None
