"""What a transcript's file holds: WebVTT, SubRip, the podcast namespace's JSON, plain text or HTML, and what is wrong with it.

The reader is our own: those published for Python (webvtt-py, pysubs2, srt) mend or skip what is wrong in silence and keep no line numbers,
and what is wrong, with its line, is all that is wanted here.

Sources: WebVTT (W3C, https://www.w3.org/TR/webvtt1/, sections 4.1 and 6.1); the podcast namespace's transcript formats
(https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from podpipe.charset import seems_to_be, with_plain_breaks
from podpipe.languages import LANGUAGES
from podpipe.model import Finding, Level, Where
from podpipe.timecode import full_clock

MIME_TYPES: Final[Mapping[str, str]] = {
    ".vtt": "text/vtt",
    ".srt": "application/x-subrip",
    ".json": "application/json",
    ".txt": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
}
"""The media type of each kind of transcript, by its file's extension, as podcast:transcript names them."""

_VTT_TIME = re.compile(r"(?:(\d{2,6}):)?([0-5]\d):([0-5]\d)\.(\d{3})")
_SRT_TIME = re.compile(r"(\d{1,6}):([0-5]?\d):([0-5]?\d)[,.](\d{1,3})")
_NOT_CUES = re.compile(r"(NOTE|STYLE|REGION)(?=[ \t]|$)")
_LANGUAGE = re.compile(r"[a-zA-Z]{2}(-[a-zA-Z0-9]{2,8}){0,3}")
_TAG = re.compile(r"<[^<>]*>")
_LINES_BEFORE_TEXT: Final = 2
"""A cue of SubRip begins with its number and its times; an arrow further down is said by somebody."""
_START = re.compile(r'"startTime"\s*:')
_LATE: Final = timedelta(seconds=2)
"""How far a cue may go on after the audio's end: programs that write transcripts round the last one up."""


class Cue(NamedTuple):
    """A stretch of speech and the line that its times stand on, None where that is not known."""

    start: timedelta
    end: timedelta
    line: int | None


class Reviewed(NamedTuple):
    """What came of looking at a transcript's file: whether podcast apps can use it, and all that somebody should look at."""

    usable: bool
    findings: tuple[Finding, ...]


def mime_type(name_or_url: str) -> str | None:
    """The media type of a transcript by its extension; None for a file of any other kind. A URL's query is no part of its name."""
    name = name_or_url.partition("?")[0].partition("#")[0] if "://" in name_or_url else name_or_url
    extension = name.lower()[name.rfind(".") :] if "." in name else ""
    return MIME_TYPES.get(extension)


def name_and_language(name: str) -> tuple[str, str | None]:
    """The name that a transcript's file belongs to, folded, and its language: `70.en-GB.srt` gives `70` and `en-GB`.

    Names are folded since case does not tell files apart on many disks.
    """
    stem = name.rpartition(".")[0]
    belongs, dot, language = stem.rpartition(".")
    if dot and belongs and _LANGUAGE.fullmatch(language) and language.lower().partition("-")[0] in LANGUAGES:
        return belongs.casefold(), language
    return stem.casefold(), None


def is_transcript(content: bytes) -> bool:
    """Whether JSON that lies beside an episode is a transcript, and no list of chapters or picture of its sound."""
    return b'"segments"' in content


def review(content: bytes, media_type: str, *, path: str, duration: timedelta | None = None) -> Reviewed:
    """Read one transcript. `path` is for findings; `duration` is the audio's, None where it is not known.

    Of many cues with one fault the first is told, with their number. What cannot be read at all is not usable.
    """
    notes = _Notes(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        seems = seems_to_be(content)
        message = f"the transcript is not UTF-8 text{f' but seems to be {seems}' if seems else ''}"
        notes.add("warning", "transcript-encoding", content.count(b"\n", 0, error.start) + 1, message, "save it as UTF-8")
        return Reviewed(usable=False, findings=tuple(notes.findings))
    text = with_plain_breaks(text)
    if not _words(text, media_type):
        notes.unreadable(1, "the transcript is empty")
        return Reviewed(usable=False, findings=tuple(notes.findings))
    read = {"text/vtt": _vtt, "application/x-subrip": _srt, "application/json": _json}.get(media_type)
    cues = read(text, notes) if read else None
    if read and not cues:
        if not notes.findings:
            notes.unreadable(1, "no cue with its times can be found in the transcript")
        return Reviewed(usable=False, findings=tuple(notes.findings))
    if cues:
        _judge(cues, duration, notes)
    return Reviewed(usable=not notes.broken, findings=tuple(notes.findings))


class _Notes:
    """The findings of one file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.findings: list[Finding] = []
        self.broken = False

    def add(self, level: Level, rule: str, line: int | None, message: str, hint: str) -> None:
        self.findings.append(Finding(level=level, rule=rule, where=Where(path=self._path, line=line), message=message, hint=hint))

    def unreadable(self, line: int | None, message: str, hint: str = "export it again, or leave it out") -> None:
        self.broken = True
        self.add("warning", "transcript-unreadable", line, message, hint)

    def times(self, lines: Sequence[int | None], message: str, hint: str) -> None:
        if lines:
            self.add("warning", "transcript-time", lines[0], f"{message}{_and_others(len(lines) - 1)}", hint)


def _words(text: str, media_type: str) -> bool:
    if media_type == "text/html":
        return bool(html.unescape(_TAG.sub("", text)).strip())
    return bool(text.strip())


def _vtt(text: str, notes: _Notes) -> list[Cue]:
    lines = text.split("\n")
    if lines[0][:6] != "WEBVTT" or lines[0][6:7] not in {"", " ", "\t"}:
        message = "the transcript does not begin with WEBVTT, so players do not read it as such"
        notes.unreadable(1, message, "write WEBVTT into its first line, and leave the second one blank")
        return []
    cues, wrong, begins = [], [], True
    skipped = False
    for number, line in enumerate(lines, 1):
        if not line:
            begins, skipped = True, False
            continue
        if begins and _NOT_CUES.match(line):
            skipped = True
        if not skipped and "-->" in line:
            cue = _cue(line, number, _VTT_TIME)
            if cue:
                cues.append(cue)
            else:
                wrong.append(number)
        begins = False
    notes.times(wrong, "the times of this cue are not written as WebVTT has them", "write 00:01:02.500 --> 00:01:04.000")
    return cues


def _cue(line: str, number: int, time: re.Pattern[str]) -> Cue | None:
    """The cue whose two times stand around an arrow; None where they are not written as the pattern has them."""
    start, _, rest = line.partition("-->")
    times = [time.fullmatch(part) for part in (start.strip(), rest.split(maxsplit=1)[0] if rest.strip() else "")]
    return Cue(_time(times[0]), _time(times[1]), number) if times[0] and times[1] else None


def _srt(text: str, notes: _Notes) -> list[Cue]:
    if text.startswith("WEBVTT"):
        notes.unreadable(1, "the transcript is WebVTT, which its name does not say", "rename it to end in .vtt")
        return []
    cues, wrong, points = [], [], []
    place = 0
    for number, line in enumerate(text.split("\n"), 1):
        place = place + 1 if line.strip() else 0
        if "-->" not in line:
            continue
        cue = _cue(line, number, _SRT_TIME)
        if cue:
            cues.append(cue)
            if "." in line:
                points.append(number)
        elif place <= _LINES_BEFORE_TEXT:
            wrong.append(number)
    notes.times(wrong, "the times of this cue are not written as SubRip has them", "write 00:01:02,500 --> 00:01:04,000")
    notes.times(points, "the times of this cue have a point where SubRip has a comma", "write 00:01:02,500, or make it WebVTT")
    return cues


def _json(text: str, notes: _Notes) -> list[Cue]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        notes.unreadable(line, f"the transcript is not valid JSON{f': {error.msg}' if isinstance(error, json.JSONDecodeError) else ''}")
        return []
    segments = read.get("segments") if isinstance(read, dict) else None
    if not isinstance(segments, list) or not all(isinstance(segment, dict) for segment in segments):
        notes.unreadable(1, "the transcript has no list of segments", "write version, and segments with startTime, endTime and body")
        return []
    if segments and "startTime" not in segments[0] and "start" in segments[0]:
        message = "the transcript is in Whisper's form of JSON, which podcast apps do not read"
        notes.unreadable(1, message, "use the .vtt file that Whisper writes too")
        return []
    if not isinstance(read.get("version"), str):
        notes.add("warning", "transcript-unreadable", 1, "the transcript names no version", 'add "version": "1.0.0"')
    return _segments(segments, text, notes)


def _segments(segments: Sequence[Mapping[str, Any]], text: str, notes: _Notes) -> list[Cue]:
    lines = _lines_of_segments(segments, text)
    cues, wrong, silent = [], [], []
    for segment, line in zip(segments, lines, strict=True):
        start, end = _seconds(segment.get("startTime")), _seconds(segment.get("endTime", segment.get("startTime")))
        if start is None or end is None:
            wrong.append(line)
            continue
        if not isinstance(segment.get("body"), str):
            silent.append(line)
        # A segment may leave its end out; it then lasts to the next one.
        cues.append(Cue(start, end if end > start or "endTime" in segment else start + timedelta(milliseconds=1), line))
    notes.times(wrong, "a segment's startTime or endTime is no number of seconds", 'write "startTime": 62.5')
    if silent:
        message = f"a segment has no body{_and_others(len(silent) - 1)}"
        notes.add("warning", "transcript-unreadable", silent[0], message, "write what is said as its body")
    return cues


def _lines_of_segments(segments: Sequence[Mapping[str, Any]], text: str) -> list[int | None]:
    """The line of each segment's startTime; all None where some have none, since JSON's reader keeps no lines."""
    starts = [match.start() for match in _START.finditer(text)]  # a quotation mark inside of a text is escaped, so none is found there
    if len(starts) != len(segments):
        return [None] * len(segments)
    lines: list[int | None] = []
    line, place = 1, 0
    for start in starts:
        line += text.count("\n", place, start)
        place = start
        lines.append(line)
    return lines


def _seconds(value: object) -> timedelta | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e7:
        return None
    return timedelta(seconds=value)


def _time(match: re.Match[str] | None) -> timedelta:
    hours, minutes, seconds, fraction = match.groups() if match else (None, "0", "0", "0")
    return timedelta(0, int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds), int(fraction.ljust(3, "0")) * 1000)


def _judge(cues: Sequence[Cue], duration: timedelta | None, notes: _Notes) -> None:
    notes.times([cue.line for cue in cues if cue.end <= cue.start], "this cue ends before it begins", "correct one of its times")
    early, overlapping = [], []
    before = cues[0]
    for cue in cues[1:]:
        if cue.start < before.start:
            early.append(cue.line)
        elif cue.start < before.end:
            overlapping.append(cue.line)
        before = cue
    if early:
        message = f"this cue begins before the one above it{_and_others(len(early) - 1)}"
        notes.add("warning", "transcript-order", early[0], message, "put the cues in the order of their times")
    if overlapping:
        message = f"this cue begins before the one above it has ended{_and_others(len(overlapping) - 1)}"
        notes.add("info", "transcript-overlap", overlapping[0], message, "let each cue end where the next one begins")
    late = [cue for cue in cues if duration is not None and (cue.start >= duration or cue.end > duration + _LATE)]
    if late and duration is not None:
        when = full_clock(max(cue.end for cue in late))
        message = f"the transcript goes on to {when}, and the audio ends at {full_clock(duration)}"
        notes.add("warning", "transcript-past-end", late[0].line, message, "make sure that the transcript is this episode's")


def _and_others(number: int) -> str:
    return f", and {number:,} other{'s' if number > 1 else ''} too" if number > 0 else ""
