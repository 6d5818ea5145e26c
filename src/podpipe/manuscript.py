"""An episode's file as its author wrote it: front matter keys as Yattecast and Jekyll mean them, and the show notes below."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

from podpipe.chapters import review_chapters
from podpipe.charset import with_plain_breaks
from podpipe.code_blocks import code_spans, stands_in
from podpipe.embeds import frame_is_kept
from podpipe.errors import SourceError
from podpipe.frontmatter import FrontMatter, split_front_matter
from podpipe.given_chapters import chapters_in_front_matter, chapters_in_texts, chapters_offset, shifted
from podpipe.given_item import given_item
from podpipe.head import Head
from podpipe.liquid import Resolved, resolve_liquid
from podpipe.model import Chapter, Finding, Manuscript, Notes, SourceFile, Where
from podpipe.notes import read_notes
from podpipe.xml_text import first_not_xml, is_xml_text

_DATED_NAME = re.compile(r"^([0-9]{2,4})-([0-9]{1,2})-([0-9]{1,2})-(.+)$")
_FRAME = re.compile(r"""<(iframe|embed)\b[^<>]*?\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_TOML = re.compile(r"\s*^\+{3}[ \t]*\n(?:(?!\+{3}).*\n)*+\+{3}[ \t]*$", re.MULTILINE)
_SLUG_MARKS = frozenset("._~!$&'()+,;=@")
_SLUG_STOPS = re.compile(r"[/\\?#%\x00-\x1f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading one file: the manuscript, None where it cannot be one, and all that somebody should look at."""

    manuscript: Manuscript | None
    findings: tuple[Finding, ...]


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
    head = Head(path=source.path, matter=matter)
    if matter.repeated or matter.cut or matter.tabs:
        head.review()
    manuscript = _manuscript(source, head, zone=zone, site=site)
    head.findings.extend(_not_xml(source, head, manuscript))
    return Reading(manuscript=manuscript, findings=tuple(head.findings))


def chapters_of(text: str) -> tuple[Chapter, ...]:
    """The chapters in any Markdown text, with front matter or without, by the lines of the text."""
    text = with_plain_breaks(text)
    try:
        matter = split_front_matter(text, path="")
    except SourceError:
        # TOML, which podpipe does not read, keeps its line breaks, so that the lines still count.
        toml = _TOML.match(text)
        return review_chapters("\n" * toml[0].count("\n") + text[toml.end() :] if toml else text, path="")[0]
    chapters, _ = _chapters(matter, matter.body, path="", anchors=())
    offset = matter.values.get("chapters_offset", "")
    return shifted(chapters, chapters_offset(offset) or timedelta(0)) if isinstance(offset, str) else chapters


def _manuscript(source: SourceFile, head: Head, *, zone: tzinfo, site: Mapping[str, Any] | None) -> Manuscript | None:
    slug, named_date = _from_name(source.path, zone)
    slug = unicodedata.normalize("NFC", head.text("slug") or slug)  # file systems differ in how they keep letters with marks
    if site is not None and not slug.isalnum():
        slug = _jekyll_slug(slug)
    title = head.text("title")
    if not title and isinstance(head.matter.values.get("title", ""), str):
        head.note("error", "title-missing", "title", "the episode has no title", "add title: to the front matter")
    if _SLUG_STOPS.search(slug) or slug in {"", ".", ".."}:
        head.note("error", "slug", "slug", f"{slug!r} cannot be part of a page's address", "leave out / \\ ? # and %")
        return None
    published = head.date(named_date, zone)
    if not title or published is None:
        return None
    body = resolve_liquid(head.matter.body, site=site, page=head.matter.values) if site is not None else Resolved(text=head.matter.body)
    notes, chapters = _read_body(source, head, body)
    audio = head.audio()
    return Manuscript(
        path=source.path,
        digest=source.digest,
        slug=slug,
        title=title,
        published=published,
        description=head.text("description"),
        actor_ids=head.names("actor_ids"),
        audio=audio,
        length=head.length(audio),
        duration=head.duration(audio),
        draft=head.flag("draft") is True or head.flag("published") is False,
        explicit=head.flag("explicit"),
        guid=head.text("guid") or None,
        image=head.text("image") or None,
        number=head.whole_number("episode"),
        season=head.whole_number("season"),
        notes=notes,
        chapters=_moved(chapters, head),
        transcripts=head.names("transcript") or head.names("transcripts"),
        item=given_item(head),
        tags=head.tags(),
        places=tuple((key, line, head.matter.columns.get(key)) for key, line in head.matter.lines.items()),
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


def _jekyll_slug(slug: str) -> str:
    """A slug as Jekyll puts it into an address: other characters than letters, digits and `._~!$&'()+,;=@` become hyphens."""
    kept = "".join(
        letter if letter.isalnum() or letter in _SLUG_MARKS or unicodedata.category(letter)[0] == "M" else " " for letter in slug
    )
    return "-".join(kept.split())


def _read_body(source: SourceFile, head: Head, body: Resolved) -> tuple[Notes, tuple[Chapter, ...]]:
    """The show notes and chapters, by the lines of the file; what is found in them is added to the head's findings."""
    first = head.matter.body_line
    for unresolved in body.problems:
        where = Where(path=source.path, line=first + unresolved.line - 1)
        message = f"Liquid in the show notes cannot be resolved: {unresolved.problem}"
        head.findings.append(Finding(level="warning", rule="liquid", where=where, message=message, hint="write out what it should say"))
    notes = read_notes(body.text, first_line=first)
    chapters, findings = _chapters(head.matter, body.text, path=source.path, anchors=notes.anchors)
    findings = (*_dropped_frames(body.text, first, source.path), *findings)
    if body.lines is not None:

        def origin(line: int | None) -> int | None:
            return line if line is None or line < first else body.origin(line - first + 1) + first - 1

        findings = tuple(replace(found, where=replace(found.where, line=origin(found.where.line))) for found in findings)
        chapters = tuple(replace(chapter, line=origin(chapter.line)) for chapter in chapters)
        notes = replace(
            notes,
            links=tuple(link._replace(line=origin(link.line) or first) for link in notes.links),
            anchors=tuple((origin(line) or first, anchor) for line, anchor in notes.anchors),
        )
    head.findings.extend(findings)
    return notes, chapters


def _chapters(
    matter: FrontMatter, body: str, *, path: str, anchors: tuple[tuple[int, str], ...]
) -> tuple[tuple[Chapter, ...], tuple[Finding, ...]]:
    """The chapters of front matter, else of the show notes, else of a description, and what is to be said about them."""
    given, told = chapters_in_front_matter(matter.values, path=path, lines=matter.lines)
    if given:
        return given, told
    chapters, findings = review_chapters(body, path=path, first_line=matter.body_line, anchors=anchors)
    return chapters or chapters_in_texts(matter.values, lines=matter.lines), (*told, *findings)


def _moved(chapters: tuple[Chapter, ...], head: Head) -> tuple[Chapter, ...]:
    written = head.text("chapters_offset")
    offset = chapters_offset(written)
    if offset is None:
        head.note("error", "chapters-offset", "chapters_offset", f"{written!r} is no time", "write seconds or a clock time, as 90 or -0:15")
    return shifted(chapters, offset) if offset else chapters


def _not_xml(source: SourceFile, head: Head, manuscript: Manuscript | None) -> list[Finding]:
    """A finding where the text holds a character that XML cannot, as it stands or by its number; listeners get the text without it."""
    found: list[tuple[str, Where]] = []
    if not is_xml_text(source.text) and (first := first_not_xml(source.text)):
        place = source.text.rfind("\n", 0, first[1])
        found.append((first[0], Where(path=source.path, line=source.text.count("\n", 0, first[1]) + 1, column=first[1] - place)))
    elif manuscript is not None:
        texts = {"title": manuscript.title, "description": manuscript.description, "guid": manuscript.guid or ""}
        texts |= {"feed": str(head.matter.values["feed"])} if "feed" in head.matter.values else {}
        found += [(first[0], manuscript.where(key)) for key, text in texts.items() if (first := first_not_xml(text))]
        if "&#" in head.matter.body and (first := first_not_xml(manuscript.notes.html)):
            found.append((first[0], Where(path=source.path, line=_line_of_number(first[0], head.matter))))
    hint = "delete it; a feed with it could not be read, so it is left out"
    message = "the character {}, which no feed can hold, stands in the text"
    return [Finding(level="warning", rule="text-not-xml", where=where, message=message.format(name), hint=hint) for name, where in found]


def _line_of_number(name: str, matter: FrontMatter) -> int | None:
    """The line on which a character stands by its number, as `&#7;` or `&#x7;`."""
    code = int(name.removeprefix("U+"), 16)
    match = re.search(rf"&#(?:0*{code}|[xX]0*{code:x});", matter.body, re.IGNORECASE)
    return matter.body_line + matter.body.count("\n", 0, match.start()) if match else None


def _dropped_frames(body: str, body_line: int, path: str) -> list[Finding]:
    findings: list[Finding] = []
    frames = tuple(_FRAME.finditer(body)) if "<" in body else ()
    code = code_spans(body) if frames else ()
    for match in frames:
        url = match[2] or match[3] or match[4] or ""
        kept = match[1].lower() == "iframe" and frame_is_kept(url)
        if not kept and not stands_in(code, match.start()):
            line, column = body.count("\n", 0, match.start()), match.start() - body.rfind("\n", 0, match.start())
            where = Where(path=path, line=body_line + line, column=column)
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
