"""Chapters that an author gives in front matter, in the many shapes that shows have them, and what moves or outruns all chapters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from podpipe.chapters import read_chapters
from podpipe.chapters.lines import candidates
from podpipe.chapters.times import leads_to_moment
from podpipe.chapters.words import plain_text, web_address
from podpipe.model import Chapter, Finding, Where
from podpipe.timecode import clock, parse_clock

_KEYS = ("chapters", "chapter", "timeline", "timestamps", "podcast_chapters", "sections", "quotableClips")
"""Where shows keep them. The first is podpipe's own; of the others only what is plainly a list of chapters is taken."""
_TEXTS = ("long_description", "description", "summary", "shownotes", "show_notes")
_TIME_KEYS = ("start", "time", "timestamp", "startTime", "start_time", "timecode", "at", "from", "begin", "position", "startOffset")
_TITLE_KEYS = ("title", "text", "name", "label", "topic", "desc", "description", "chapter")
_LINK_KEYS = ("url", "link", "href")
_NAMES = {*_TIME_KEYS, *_TITLE_KEYS, *_LINK_KEYS}
_SECONDS = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*(?:s|sec|seconds)?")
_OFFSET = re.compile(r"([+−-]?)\s*(.+)")
_HINT = "write each as - start: 12:34 and title: … on the next line, or as - 12:34 A title"


@dataclass(slots=True)
class _Given:
    """Chapters while they are read: where they stand, those understood so far, and what could not be."""

    where: Where
    chapters: list[Chapter] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, start: timedelta, title: str, url: str | None) -> None:
        if title:
            self.chapters.append(Chapter(start=start, title=title, url=url, line=self.where.line))
        else:
            self.refuse(f"the chapter at {clock(start)} has no title")

    def refuse(self, message: str, hint: str = _HINT) -> None:
        self.findings.append(Finding(level="warning", rule="chapter-given", where=self.where, message=message, hint=hint))


def chapters_in_front_matter(
    values: Mapping[str, object], *, path: str, lines: Mapping[str, int]
) -> tuple[tuple[Chapter, ...], tuple[Finding, ...]]:
    """The chapters that front matter gives, under `chapters` or a key that other shows use. None of them: show notes are to be read."""
    for key in _KEYS:
        value = values.get(key)
        if not value:
            continue
        chapters, findings = given_chapters(value, path=path, line=lines.get(key, 1))
        if key == "chapters" or (chapters and all(finding.rule != "chapter-given" for finding in findings)):
            return chapters, findings
    return (), ()


def chapters_in_texts(values: Mapping[str, object], *, lines: Mapping[str, int]) -> tuple[Chapter, ...]:
    """The chapters told in a description, for an episode whose show notes have none. Each has the line of the key."""
    for key in _TEXTS:
        value = values.get(key)
        if isinstance(value, str) and (chapters := read_chapters(value)):
            return tuple(replace(chapter, line=lines.get(key, 1)) for chapter in chapters)
    return ()


def given_chapters(value: object, *, path: str, line: int) -> tuple[tuple[Chapter, ...], tuple[Finding, ...]]:
    """Read what front matter holds for chapters: text, lists and mappings of text, as `read_yaml` gives it.

    A list holds mappings (a start and a title, perhaps a link), texts (`12:34 A title`), or pairs; a mapping gives a title for each start
    or a start for each title. `line` is the key's. The chapters come in the order of their start, each start once. The rules of findings
    are `chapter-given` for what cannot be read, `chapter-order` and `chapter-repeated`.
    """
    given = _Given(where=Where(path=path, line=line))
    if isinstance(value, str):
        _read_text(value, given)
    elif isinstance(value, list):
        _read_items(value, given)
    elif isinstance(value, dict):
        _read_mapping(value, given)
    given.findings += _steps_back(given.chapters, given.where)
    starts: dict[timedelta, Chapter] = {}
    for chapter in given.chapters:
        starts.setdefault(chapter.start, chapter)
    return tuple(sorted(starts.values(), key=lambda chapter: chapter.start)), tuple(given.findings)


def chapters_offset(value: str) -> timedelta | None:
    """Read how far all chapters are to be moved: seconds or a clock time, perhaps with a sign. Blank is no move; None is no time at all."""
    if not value.strip():
        return timedelta(0)
    match = _OFFSET.fullmatch(value.strip())
    offset = None if match is None else _start(match[2])
    return -offset if match is not None and offset is not None and match[1] in {"-", "−"} else offset


def shifted(chapters: Sequence[Chapter], offset: timedelta) -> tuple[Chapter, ...]:
    """Chapters, in the order of their start, moved by an offset.

    Where a beginning was cut off, the chapter that plays at the new beginning starts at 0, and those before it are gone.
    """
    moved = [(chapter.start + offset, chapter) for chapter in chapters]
    gone = max(sum(start <= timedelta(0) for start, _ in moved) - 1, 0)
    return tuple(replace(chapter, start=max(start, timedelta(0))) for start, chapter in moved[gone:])


def chapter_findings(chapters: Iterable[Chapter], *, duration: timedelta | None, path: str) -> tuple[Finding, ...]:
    """What is wrong with chapters once the duration of their audio is known: the rule is `chapter-past-end`."""
    return tuple(
        Finding(
            level="warning",
            rule="chapter-past-end",
            where=Where(path=path, line=chapter.line),
            message=f"the chapter at {clock(chapter.start)} begins after the end of the audio, which is {clock(duration)} long",
            hint="correct the time; if audio was cut off or added at its beginning, chapters_offset: moves all chapters",
        )
        for chapter in chapters
        if duration is not None and chapter.start >= duration
    )


def _read_text(text: str, given: _Given) -> None:
    chapters = read_chapters(text)
    given.chapters += [replace(chapter, line=given.where.line) for chapter in chapters]
    if text.strip() and not chapters:
        if re.fullmatch(r"\S+\.(?:json|txt|xml|md)", text.strip()):
            given.refuse(
                f"chapters in a file of their own, {text.strip()}, are not read", "write them into the front matter or the show notes"
            )
        else:
            given.refuse("chapters holds no list of times and titles")


def _read_items(items: list[object], given: _Given) -> None:
    for number, item in enumerate(items, 1):
        match item:
            case str() if not item.strip():
                continue
            case str():
                found = next(iter(candidates(item)), None)
                if found is None:
                    given.refuse(f"chapter {number}, {item!r}, does not begin with a time and go on with a title")
                else:
                    given.add(found.start, found.title(), found.url({}))
            case [str(time), str(title)]:
                _add_pair(time, title, given, number)
            case {**entry} if len(entry) == 1 and not entry.keys() & _NAMES:
                _add_pair(*next((str(key), value) for key, value in entry.items()), given, number)
            case dict():
                _add_entry(item, given, number)
            case _:
                given.refuse(f"chapter {number} is a list of more than a time and a title")


def _read_mapping(mapping: dict[str, object], given: _Given) -> None:
    inner = mapping.get("chapters")
    if isinstance(inner, list):
        _read_items(inner, given)
    elif any(key in mapping for key in _TIME_KEYS):
        _add_entry(mapping, given, 1)
    else:
        for number, (key, value) in enumerate(mapping.items(), 1):
            if isinstance(value, dict):
                _add_entry({"title": key, **value}, given, number)
            else:
                _add_pair(key, value, given, number)


def _add_entry(entry: Mapping[str, object], given: _Given, number: int) -> None:
    """A chapter whose parts have names."""
    time = _first(entry, _TIME_KEYS)
    title = plain_text(_first(entry, _TITLE_KEYS))
    start = _start(time)
    if start is None:
        given.refuse(f"chapter {number} has no start" if not time else f"the start of chapter {number}, {time!r}, is no time")
    else:
        link = _first(entry, _LINK_KEYS)
        given.add(start, title, link if link and not leads_to_moment(link) else None)


def _add_pair(one: str, other: object, given: _Given, number: int) -> None:
    """A chapter of a time and a title, whichever comes first; a title with a colon in it has been parted there by YAML."""
    if isinstance(other, str):
        for time, title in ((one, other), (other, one)):
            start = _start(time) if ":" in time else None
            if start is not None and title.strip():
                given.add(start, plain_text(title), web_address(title))
                return
        found = next(iter(candidates(f"{one}: {other}")), None)
        if found is not None and found.form == "leading":
            given.add(found.start, found.title(), found.url({}))
            return
        if (start := _start(one)) is not None and other.strip():
            given.add(start, plain_text(other), web_address(other))
            return
    given.refuse(f"chapter {number}, {one!r}, has no time, or no title")


def _first(entry: Mapping[str, object], keys: Sequence[str]) -> str:
    values = (entry.get(key) for key in keys)
    return next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")


def _start(written: str) -> timedelta | None:
    """A clock time, or seconds."""
    seconds = _SECONDS.fullmatch(written.strip())
    return parse_clock(written) if seconds is None else timedelta(seconds=float(seconds[1]))


def _steps_back(chapters: Sequence[Chapter], where: Where) -> Iterator[Finding]:
    seen: dict[timedelta, str] = {}
    before = timedelta(0)
    for chapter in chapters:
        time = clock(chapter.start)
        if chapter.start < before:
            yield Finding(
                level="warning",
                rule="chapter-order",
                where=where,
                message=f"the chapter at {time}, {chapter.title!r}, is out of order",
                hint="correct the time, or move the chapter to its place",
            )
        if chapter.start in seen:
            yield Finding(
                level="warning",
                rule="chapter-repeated",
                where=where,
                message=f"two chapters begin at {time}: {seen[chapter.start]!r} and {chapter.title!r}; the second is left out",
                hint="correct one of the times, or write one title for both",
            )
        seen.setdefault(chapter.start, chapter.title)
        before = chapter.start
