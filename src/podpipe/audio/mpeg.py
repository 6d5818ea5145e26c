"""How long an MP3 or a raw AAC stream plays: by its index where that agrees with the file, and by its frames where it does not."""

from __future__ import annotations

from dataclasses import replace

from podpipe.audio import id3
from podpipe.audio.detection import SEARCHED
from podpipe.audio.frames import ADTS, MPEG, Frame, Stream, Walk
from podpipe.audio.sound import NotReadError, Sound, clock, cut_short, damaged, estimated
from podpipe.audio.window import HEAD, Window
from podpipe.audio.xing import Index, read_index
from podpipe.model import BitrateMode, Doubt

_SMALLEST = 20
_LARGEST = 1441
_PROBE = 1 << 11
_WALKED_WHOLE = 1 << 19
_PROBED_EVERY = 1 << 18


def read_mp3(file: Window, name: str, begin: int, *, near: bool) -> Sound:
    """Measure an MP3 whose ID3v2 tags end at `begin`. Far files are read at a few places only, near ones as far as it takes."""
    stream = MPEG.stream(file, begin, within=SEARCHED)
    if stream is None:
        raise NotReadError
    doubts = _before(file, name, begin, stream.start)
    measured = _measured(file, name, stream, near=near)
    chapters, cover = id3.embedded(file)
    return Sound(
        seconds=measured.seconds,
        bitrate=measured.bitrate,
        bitrate_mode=measured.bitrate_mode,
        channels=stream.first.channels,
        sample_rate=stream.first.rate,
        chapters=chapters,
        cover=cover,
        doubts=(*doubts, *measured.doubts),
    )


def read_adts(file: Window, name: str, begin: int, *, near: bool) -> Sound:
    """Measure a raw AAC stream (ISO/IEC 13818-7, section 6.2). It has no index: near files are walked, far ones estimated."""
    stream = ADTS.stream(file, begin, within=512)
    if stream is None:
        raise NotReadError
    end = _sound_end(file, stream.start)
    sound = _walked(file, name, stream, end) if near else _estimate(file, name, stream, end)
    chapters, cover = id3.embedded(file)
    return Sound(
        seconds=sound.seconds,
        bitrate=sound.bitrate,
        bitrate_mode=None,
        channels=stream.first.channels or None,
        sample_rate=stream.first.rate,
        chapters=chapters,
        cover=cover,
        doubts=(*_before(file, name, begin, stream.start), *sound.doubts),
    )


def _before(file: Window, name: str, begin: int, start: int) -> tuple[Doubt, ...]:
    """A doubt where rubbish stands before the first frame: the tag before it may be damaged, and frames may be lost."""
    if not file.part(begin, start - begin).strip(b"\0"):
        return ()
    return (damaged(name, f"{start - begin:,} bytes before the first frame are no sound"),)


def _sound_end(file: Window, start: int) -> int:
    """Where the frames may end: before ID3v1, Lyrics3v2 and APE tags, and zeros."""
    end = file.length
    tail = file.part(max(start, end - 160), 160)
    if tail[-128:-125] == b"TAG":
        end -= 128
        tail = tail[:-128]
    if tail[-9:] == b"LYRICS200" and tail[-15:-9].isdigit():
        end -= int(tail[-15:-9]) + 15
        tail = file.part(max(start, end - 32), 32)
    if tail[-32:-24] == b"APETAGEX":
        end -= int.from_bytes(tail[-20:-16], "little") + (32 if tail[-9] & 0x80 else 0)
    return end if end > start else file.length


def _measured(file: Window, name: str, stream: Stream, *, near: bool) -> Sound:
    """What the index says, where the file bears it out; what the frames say where there is none, or one that cannot be true."""
    index = read_index(file, stream)
    if index is None or not index.frames:
        return _by_frames(file, name, stream, _sound_end(file, stream.start), near=near)
    # Where the index ends with the file, there is no need to look at that.
    end = file.length if stream.start + index.size == file.length else _sound_end(file, stream.start)
    there, sized = end - stream.start, bool(index.size)
    index = replace(index, size=index.size or there)
    likely = _plausible(file, stream, index, near=near)
    if likely and 0 <= there - index.size <= stream.first.size and (sized or not near):
        return _indexed(stream, index)
    return _walked_index(file, name, stream, index, end) if near else _far_index(file, name, stream, index, end, likely=likely)


def _indexed(stream: Stream, index: Index) -> Sound:
    seconds = _stated(stream, index)
    return Sound(seconds=seconds, bitrate=_bitrate(index.size - stream.first.size, seconds), bitrate_mode=index.mode)


def _stated(stream: Stream, index: Index) -> float:
    return index.frames * stream.first.samples / stream.first.rate


def _walked_index(file: Window, name: str, stream: Stream, index: Index, end: int) -> Sound:
    """What the frames of a near file say, against its index."""
    walk = stream.walk(file, start=stream.start + stream.first.size, end=end)
    seconds, stated = walk.frames * stream.first.samples / stream.first.rate, _stated(stream, index)
    doubts = [*_gap_doubts(name, walk)]
    missing = walk.cut or stream.start + index.size > file.length
    if walk.frames < index.frames - (not missing):  # some count the index's own frame, too
        doubts.append(cut_short(name, seconds, stated))
    elif walk.frames > index.frames + 1:
        doubts.append(_index_doubt(name, stated, seconds))
    mode: BitrateMode = "VBR" if index.mode == "CBR" and len(walk.bitrates) > 1 else index.mode
    return Sound(seconds=seconds, bitrate=_bitrate(walk.size, seconds), bitrate_mode=mode, doubts=tuple(doubts))


def _plausible(file: Window, stream: Stream, index: Index, *, near: bool) -> bool:
    """Whether an index can be true: a constant bit rate gives the frames' average size away, a checksum the rest.

    Where neither does, a small near file is rather walked.
    """
    first = stream.first
    second = stream.frame(file.part(stream.start + first.size, 4))
    if second is None:
        return False
    average = (index.size - first.size) / index.frames
    if index.mode == "CBR":
        return abs(average - _exact(second)) <= 0.01 * second.size
    if index.checked is None:
        return _SMALLEST <= average <= _LARGEST and not (near and file.length <= _WALKED_WHOLE)
    return index.checked


def _far_index(file: Window, name: str, stream: Stream, index: Index, end: int, *, likely: bool) -> Sound:
    """What can be said of a far file whose index does not agree with its length."""
    there = end - stream.start
    tail = _tail(file, stream, end)
    more = tail is not None and tail.end > stream.start + index.size + 2 * stream.first.size
    if not likely or more:
        return _estimate(file, name, stream, end)
    if file.length - stream.start >= index.size:  # some count the tags at the end, too
        return _indexed(stream, index)
    seconds = _stated(stream, index) * there / index.size
    doubt = cut_short(name, seconds, _stated(stream, index))
    return Sound(seconds=seconds, bitrate=_bitrate(there, seconds), bitrate_mode=index.mode, doubts=(doubt,))


def _by_frames(file: Window, name: str, stream: Stream, end: int, *, near: bool) -> Sound:
    """How long an MP3 without an index plays: at a constant bit rate its length tells, else its frames are counted."""
    if near and end - stream.start <= _WALKED_WHOLE:
        return _walked(file, name, stream, end)
    constant = _constant(file, name, stream, end, near=near)
    if constant is not None:
        return constant
    return _walked(file, name, stream, end) if near else _estimate(file, name, stream, end)


def _walked(file: Window, name: str, stream: Stream, end: int) -> Sound:
    walk = stream.walk(file, end=end)
    if not walk.frames:
        raise NotReadError
    seconds = walk.frames * stream.first.samples / stream.first.rate
    doubts = [*_gap_doubts(name, walk)]
    if walk.cut:
        doubts.append(cut_short(name, seconds))
    mode: BitrateMode = "CBR" if len(walk.bitrates) == 1 else "VBR"
    return Sound(seconds=seconds, bitrate=_bitrate(walk.size, seconds), bitrate_mode=mode, doubts=tuple(doubts))


def _constant(file: Window, name: str, stream: Stream, end: int, *, near: bool) -> Sound | None:
    """The length of an MP3 by its size, where frames of one bit rate are found wherever one looks, each where it must stand.

    None where they are not: frames of another size between two looks would have moved those behind them.
    """
    first = stream.first
    exact = _exact(first)
    tail = _tail(file, stream, end)
    if tail is None or tail.bitrates != {first.bitrate} or not _in_step(tail.end - stream.start, exact):
        return None
    places = range(stream.start + _PROBED_EVERY, end - _PROBE, _PROBED_EVERY if near else max(_PROBED_EVERY, (end - stream.start) // 3))
    for place in (stream.start, *(() if file.forward else places)):
        data = file.part(place, _PROBE)
        found = stream.sync(data)
        if found is None or not _even(stream, data, found, place + found - stream.start, exact):
            return None
    seconds = round((tail.end - stream.start) / exact) * first.samples / first.rate
    doubts = (cut_short(name, seconds),) if tail.cut else ()
    return Sound(seconds=seconds, bitrate=first.bitrate, bitrate_mode="CBR", doubts=doubts)


def _even(stream: Stream, data: bytes, at: int, distance: int, exact: float) -> bool:
    """Whether all frames in a part of the file have the first one's bit rate and lie where that puts them."""
    first = stream.first
    while at + 4 <= len(data):
        frame = stream.frame(data[at : at + 4])
        if frame is None or frame.bitrate != first.bitrate or not _in_step(distance, exact):
            return False
        at += frame.size
        distance += frame.size
    return True


def _in_step(distance: int, exact: float) -> bool:
    """Whether so many bytes are a whole number of frames: a frame is padded so that the sum stays exact, in some files it never is."""
    return abs(distance - round(distance / exact) * exact) <= 2 or distance % int(exact) == 0


def _exact(frame: Frame) -> float:
    """How many bytes a frame has on average, with the padding that its bit rate needs."""
    return frame.samples * frame.bitrate / 8 / frame.rate


def _tail(file: Window, stream: Stream, end: int) -> Walk | None:
    """The frames at the end of a file, None where there are none."""
    begin = max(stream.start, end - 2 * _PROBE)
    found = stream.sync(file.part(begin, end - begin))
    return None if found is None else stream.walk(file, start=begin + found, end=end)


def _estimate(file: Window, name: str, stream: Stream, end: int) -> Sound:
    """How long a far file plays, if it goes on as its beginning and its end are."""
    begin = min(end, stream.start + HEAD)
    walks = [walk for walk in (stream.walk(file, end=begin), _tail(file, stream, end)) if walk is not None]
    frames, size = sum(walk.frames for walk in walks), sum(walk.size for walk in walks)
    if not size:
        raise NotReadError
    seconds = (end - stream.start) / (size / frames) * stream.first.samples / stream.first.rate
    why = "it has no index that could be trusted, and was not read to its end"
    mode: BitrateMode = "CBR" if len(set().union(*(walk.bitrates for walk in walks))) == 1 else "VBR"
    return Sound(seconds=seconds, bitrate=_bitrate(end - stream.start, seconds), bitrate_mode=mode, doubts=(estimated(name, why),))


def _gap_doubts(name: str, walk: Walk) -> tuple[Doubt, ...]:
    if not walk.gaps:
        return ()
    places = "one place" if walk.gaps == 1 else f"{walk.gaps:,} places"
    return (damaged(name, f"{walk.lost:,} bytes in {places} are no sound"),)


def _index_doubt(name: str, stated: float, seconds: float) -> Doubt:
    message = f"{name} plays for {clock(seconds)}, but its index says {clock(stated)}: players will show that, and seek wrong"
    hint = "it may be joined from several files: export it again as one"
    return Doubt(rule="audio-index", level="warning", message=message, hint=hint)


def _bitrate(size: int, seconds: float) -> int | None:
    return round(size * 8 / seconds) if seconds > 0 else None
