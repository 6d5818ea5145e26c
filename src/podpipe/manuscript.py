"""An episode's file as its author wrote it: front matter keys as Yattecast and Jekyll mean them, and the show notes below."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from podpipe.chapters import read_chapters
from podpipe.dates import parse_date
from podpipe.embeds import code_spans, frame_is_kept, stands_in
from podpipe.errors import SourceError
from podpipe.frontmatter import FrontMatter, split_front_matter
from podpipe.liquid import Unresolved, render_liquid
from podpipe.model import Chapter, Finding, Level, Manuscript, SourceFile, Where
from podpipe.notes import read_notes
from podpipe.timecode import parse_clock

_DATED_NAME = re.compile(r"^([0-9]{2,4})-([0-9]{1,2})-([0-9]{1,2})-(.+)$")
_SIZE_WITH_UNIT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*([KMG])i?B", re.IGNORECASE)
_UNIT = {"K": 1_000, "M": 1_000_000, "G": 1_000_000_000}
_TRUE = {"true", "yes", "on"}
_FALSE = {"false", "no", "off"}
_FRAME = re.compile(r"""<(iframe|embed)\b[^<>]*?\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_SLUG_STOPS = re.compile(r"[/\\?#%\x00-\x1f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading one file: the manuscript, None where it cannot be one, and all that somebody should look at."""

    manuscript: Manuscript | None
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Head:
    """One file's front matter while it is read: typed access to its keys, and the findings made on the way."""

    path: str
    matter: FrontMatter
    findings: list[Finding] = field(default_factory=list)

    def text(self, key: str) -> str:
        value = self.matter.values.get(key, "")
        if isinstance(value, str):
            return value.strip()
        self.note("error", "front-matter-type", key, f"{key} is a {_kind(value)}, not text", "write one value on the key's own line")
        return ""

    def names(self, key: str) -> tuple[str, ...]:
        value = self.matter.values.get(key, "")
        if isinstance(value, str):
            return (value.strip(),) if value.strip() else ()
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return tuple(name.strip() for name in value if name.strip())
        self.note("error", "front-matter-type", key, f"{key} is no list of names", "write each on a line of its own, after a dash")
        return ()

    def flag(self, key: str) -> bool | None:
        word = self.text(key).lower()
        if word and word not in _TRUE | _FALSE:
            self.note("error", "front-matter-type", key, f"{key} is {word!r}, neither true nor false", "write true or false")
        return None if not word else word in _TRUE

    def whole_number(self, key: str) -> int | None:
        word = self.text(key)
        if word and not (re.fullmatch(r"[0-9]{1,9}", word) and int(word) > 0):
            self.note(
                "error", "front-matter-type", key, f"{key} is {word!r}, not a whole number above 0", "write a number, or leave the key out"
            )
            return None
        return int(word) if word else None

    def note(self, level: Level, rule: str, key: str | None, message: str, hint: str = "") -> None:
        line = self.matter.lines.get(key or "", 1)
        self.findings.append(Finding(level=level, rule=rule, where=Where(path=self.path, line=line), message=message, hint=hint))


def read_manuscript(source: SourceFile, *, zone: tzinfo, site: Mapping[str, Any] | None = None) -> Reading:
    """Read one episode's file.

    `zone` is the show's, for dates that name none. `site` holds the variables of a Jekyll site for Liquid in show notes; without it Liquid
    is left as it stands, as text. A file that is no episode at all gives a reading without a manuscript and with its error.
    """
    try:
        matter = split_front_matter(source.text, path=source.path)
    except SourceError as error:
        where = Where(path=source.path, line=error.line, column=error.column)
        return Reading(
            manuscript=None, findings=(Finding(level="error", rule="front-matter", where=where, message=error.message, hint=error.hint),)
        )
    head = _Head(path=source.path, matter=matter)
    for key, line in matter.repeated:
        message = f"{key} stands here a second time; this value counts, the earlier one is lost"
        head.findings.append(
            Finding(
                level="warning",
                rule="front-matter-repeated",
                where=Where(path=source.path, line=line),
                message=message,
                hint="remove one of them",
            )
        )
    manuscript = _manuscript(source, head, zone=zone, site=site)
    return Reading(manuscript=manuscript, findings=tuple(head.findings))


def chapters_of(text: str) -> tuple[Chapter, ...]:
    """The chapters in any Markdown text, with front matter or without, by the lines of the text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        matter = split_front_matter(text, path="")
    except SourceError:
        return read_chapters(text)
    return read_chapters(matter.body, first_line=matter.body_line)


def _manuscript(source: SourceFile, head: _Head, *, zone: tzinfo, site: Mapping[str, Any] | None) -> Manuscript | None:
    slug, named_date = _from_name(source.path, zone)
    slug = unicodedata.normalize("NFC", head.text("slug") or slug)  # file systems differ in how they keep letters with marks
    title = head.text("title")
    if not title and isinstance(head.matter.values.get("title", ""), str):
        head.note("error", "title-missing", "title", "the episode has no title", "add title: to the front matter")
    if _SLUG_STOPS.search(slug) or slug in {".", ".."}:
        head.note("error", "slug", "slug", f"{slug!r} cannot be part of a page's address", "leave out / \\ ? # and %")
        return None
    published = _published(head, named_date, zone)
    if not title or published is None:
        return None
    body, body_line = head.matter.body, head.matter.body_line
    if site is not None:
        body, problem = render_liquid(body, site=site, page=head.matter.values)
        if problem:
            head.findings.append(_liquid_finding(problem, body_line, source.path))
    notes = read_notes(body, first_line=body_line)
    head.findings.extend(_dropped_frames(body, body_line, source.path))
    return Manuscript(
        path=source.path,
        digest=source.digest,
        slug=slug,
        title=title,
        published=published,
        description=head.text("description"),
        actor_ids=head.names("actor_ids"),
        audio=head.text("audio_file_url") or head.text("audio_file_path").removeprefix("./") or None,
        length=_length(head),
        duration=_duration(head),
        draft=head.flag("draft") is True or head.flag("published") is False,
        explicit=head.flag("explicit"),
        guid=head.text("guid") or None,
        image=head.text("image") or None,
        number=head.whole_number("episode"),
        season=head.whole_number("season"),
        notes=notes,
        chapters=read_chapters(body, first_line=body_line, anchors=notes.anchors),
        lines=tuple(head.matter.lines.items()),
    )


def _from_name(path: str, zone: tzinfo) -> tuple[str, datetime | None]:
    """Slug and date of `YYYY-MM-DD-SLUG.md`, Jekyll's name for a post; any other name is all slug."""
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    match = _DATED_NAME.match(stem)
    if match is None:
        return stem, None
    year, month, day, slug = match.groups()
    try:
        return slug, datetime(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day), tzinfo=zone)
    except ValueError:
        return slug, None


def _published(head: _Head, named: datetime | None, zone: tzinfo) -> datetime | None:
    written = head.text("date")
    if not written:
        if named is None:
            head.note(
                "error",
                "date-missing",
                "date",
                "the episode has no date",
                "add date: YYYY-MM-DD HH:MM:SS +0900, or begin the file's name with the date",
            )
        return named
    date = parse_date(written, zone=zone)
    if date is None:
        head.note("error", "date", "date", f"{written!r} is no date", "write it as 2026-05-29 08:00:00 +0900")
    return date


def _length(head: _Head) -> int | None:
    written = head.text("audio_file_size")
    digits = re.sub(r"[,_\s]", "", written)
    if re.fullmatch(r"[0-9]{1,18}", digits):
        return int(digits) or None
    if not written:
        return None
    with_unit = _SIZE_WITH_UNIT.fullmatch(written)
    if with_unit is None:
        head.note("warning", "audio-size", "audio_file_size", f"{written!r} is no number of bytes", "leave it blank: podpipe fills it in")
        return None
    about = round(float(with_unit[1]) * _UNIT[with_unit[2].upper()])
    head.note(
        "info",
        "audio-size",
        "audio_file_size",
        f"{written!r} is read as {about:,} bytes; the feed needs the exact number",
        "leave it blank: podpipe fills it in",
    )
    return about


def _duration(head: _Head) -> timedelta | None:
    written = head.text("duration").strip("“”\"'")
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", written):
        return timedelta(seconds=float(written)) or None
    if not written:
        return None
    time = parse_clock(written)
    if time is None:
        head.note(
            "warning", "duration", "duration", f"{written!r} is no duration", "write it as 1:02:03, or leave it blank: podpipe fills it in"
        )
    return time or None


def _liquid_finding(unresolved: Unresolved, body_line: int, path: str) -> Finding:
    return Finding(
        level="warning",
        rule="liquid",
        where=Where(path=path, line=body_line + unresolved.line - 1),
        message=f"Liquid in the show notes cannot be resolved: {unresolved.problem}",
        hint="write out what it should say",
    )


def _dropped_frames(body: str, body_line: int, path: str) -> list[Finding]:
    findings: list[Finding] = []
    frames = tuple(_FRAME.finditer(body)) if "<" in body else ()
    code = code_spans(body) if frames else ()
    for match in frames:
        url = match[2] or match[3] or match[4] or ""
        kept = match[1].lower() == "iframe" and frame_is_kept(url)
        if not kept and not stands_in(code, match.start()):
            where = Where(path=path, line=body_line + body.count("\n", 0, match.start()))
            findings.append(
                Finding(
                    level="warning",
                    rule="embed-removed",
                    where=where,
                    message=f"the frame of {url} is left out of the page",
                    hint="link to it instead",
                )
            )
    return findings


def _kind(value: object) -> str:
    return "list" if isinstance(value, list) else "mapping" if isinstance(value, dict) else "value"
