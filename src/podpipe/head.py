"""The head of an episode's file while it is read: what each front matter key may hold, and what to say where it holds something else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from podpipe.dates import parse_date
from podpipe.figures import parse_duration, parse_size
from podpipe.frontmatter import FrontMatter
from podpipe.model import Finding, Level, Where

_FLAGS = {"true": True, "yes": True, "on": True, "explicit": True, "false": False, "no": False, "off": False, "clean": False}
"""YAML's words, and the two that Apple's feeds had for `explicit`."""
_PROSE = ("title", "description")
_CURLY = "“”‘’"
_COMMAS = re.compile("[,、，]")


@dataclass(slots=True)
class Head:
    """Typed access to one file's front matter. Each method reads one key; what it cannot read becomes one of the `findings`."""

    path: str
    matter: FrontMatter
    findings: list[Finding] = field(default_factory=list)

    def text(self, key: str) -> str:
        """A key's text without blanks around it; empty where the key is missing, blank or null."""
        value = self.matter.values.get(key, "")
        if isinstance(value, str):
            return value.strip()
        kind = "list" if isinstance(value, list) else "mapping"
        self.note("error", "front-matter-type", key, f"{key} is a {kind}, not text", "write one value on the key's own line")
        return ""

    def names(self, key: str) -> tuple[str, ...]:
        """A list of names; one name may stand without a list."""
        value: Any = self.matter.values.get(key, "")
        if isinstance(value, str):
            return (value.strip(),) if value.strip() else ()
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return tuple([name.strip() for name in value if name.strip()])
        self.note("error", "front-matter-type", key, f"{key} is no list of names", "write each on a line of its own, after a dash")
        return ()

    def tags(self) -> tuple[str, ...]:
        """What the episode is about: `tags` and `categories`, each once, whatever its case.

        As in Jekyll, `tag` and `category` hold one, and the others are lists, or texts with a blank between two. Where such a text has
        commas, these divide it.
        """
        found: dict[str, str] = {}
        for one, several in (("tag", "tags"), ("category", "categories")):
            for word in (*self._words(one, whole=True), *self._words(several, whole=False)):
                found.setdefault(word.casefold(), word)
        return tuple(found.values())

    def _words(self, key: str, *, whole: bool) -> list[str]:
        value: Any = self.matter.values.get(key, "")
        if isinstance(value, str):
            words = [value] if whole else _COMMAS.split(value) if _COMMAS.search(value) else value.split()
        elif isinstance(value, list) and all(isinstance(word, str) for word in value):
            words = value
        else:
            self.note("warning", "front-matter-type", key, f"{key} is no list of words", "write each on a line of its own, after a dash")
            return []
        return [" ".join(word.split()) for word in words if word.strip()]

    def flag(self, key: str) -> bool | None:
        """YAML's true or false in any of its words; None where nothing is said."""
        word = self.text(key).lower()
        if not word:
            return None
        if word not in _FLAGS:
            self.note("error", "front-matter-type", key, f"{key} is {word!r}, neither true nor false", "write true or false")
        return _FLAGS.get(word, False)

    def whole_number(self, key: str) -> int | None:
        """A number above 0."""
        word = self.text(key)
        if not word:
            return None
        if len(word) <= 9 and word.isascii() and word.isdigit() and int(word):
            return int(word)
        hint = "write a number, or leave the key out"
        self.note("error", "front-matter-type", key, f"{key} is {word!r}, not a whole number above 0", hint)
        return None

    def date(self, named: datetime | None, zone: tzinfo) -> datetime | None:
        """The publication date: `date`, or the one that the file's name begins with."""
        written = self.text("date")
        if not written:
            if named is None:
                hint = "add date: YYYY-MM-DD HH:MM:SS +0900, or begin the file's name with the date"
                self.note("error", "date-missing", "date", "the episode has no date", hint)
            return named
        date = parse_date(written, zone=zone)
        if date is None:
            self.note("error", "date", "date", f"{written!r} is no date", "write it as 2026-05-29 08:00:00 +0900")
        return date

    def audio(self) -> str | None:
        """The audio file's path or URL, as written."""
        audio = self.text("audio_file_url") or self.text("audio_file_path").removeprefix("./")
        return audio.strip(_CURLY) or None

    def length(self, audio: str | None) -> int | None:
        """The audio file's size in bytes; zero, as blank, is not known."""
        written = self.text("audio_file_size")
        if not written:
            return None
        size = parse_size(written)
        if size is None:
            hint = _filled_in(audio, "it in bytes, as 76639005")
            self.note("warning", "audio-size", "audio_file_size", f"{written!r} is no number of bytes", hint)
            return None
        if not size.exact:
            message = f"{written!r} is read as {size.length:,} bytes; the feed needs the exact number"
            self.note("info", "audio-size", "audio_file_size", message, _filled_in(audio, "the exact number of bytes"))
        return size.length or None

    def duration(self, audio: str | None) -> timedelta | None:
        """How long the audio plays; zero, as blank, is not known."""
        written = self.text("duration")
        if not written:
            return None
        time = parse_duration(written)
        if time is None:
            hint = f"write it as 1:02:03{'' if _is_hosted(audio) else ', or leave it blank: podpipe fills it in'}"
            self.note("warning", "duration", "duration", f"{written!r} is no duration", hint)
        return time or None

    def review(self) -> None:
        """Tell of what the reader of YAML put up with."""
        for key, line in self.matter.repeated:
            message = f"{key} stands here a second time; this value counts, the earlier one is lost"
            self._add("warning", "front-matter-repeated", Where(path=self.path, line=line), message, "remove one of them")
        for key, line, column in self.matter.cut:
            if key in _PROSE:
                message = f"{key} ends before this: in YAML a blank and # begin a comment"
                hint = "put the whole value in quotes, as podpipe fix does"
                self._add("warning", "front-matter-cut", Where(path=self.path, line=line, column=column), message, hint)
        for line in self.matter.tabs:
            message = "a tab stands where YAML allows only spaces; other programs cannot read this file"
            hint = "replace it by spaces, as podpipe fix does"
            self._add("warning", "front-matter-tab", Where(path=self.path, line=line), message, hint)

    def note(self, level: Level, rule: str, key: str, message: str, hint: str) -> None:
        """Add a finding about a key, at its value; about the file's first line where the key is missing."""
        where = Where(path=self.path, line=self.matter.lines.get(key, 1), column=self.matter.columns.get(key))
        self._add(level, rule, where, message, hint)

    def _add(self, level: Level, rule: str, where: Where, message: str, hint: str) -> None:
        self.findings.append(Finding(level=level, rule=rule, where=where, message=message, hint=hint))


def _is_hosted(audio: str | None) -> bool:
    return audio is not None and "://" in audio


def _filled_in(audio: str | None, otherwise: str) -> str:
    """What to do about a size: podpipe measures a file in the show's folder, and takes one on another host at its author's word."""
    return f"write {otherwise}" if _is_hosted(audio) else "leave it blank: podpipe fills it in"
