"""What holds of any text at all that somebody may have in an episode's file: it is read, and what was read is sound."""

from __future__ import annotations

import pickle
from datetime import timedelta
from zoneinfo import ZoneInfo

from podpipe.manuscript import Reading, chapters_of, read_manuscript
from podpipe.model import Chapter, SourceFile

ZONE = ZoneInfo("Asia/Tokyo")
SITE = {"title": "A show", "url": "https://show.example"}


def read_anything(text: str, *, jekyll: bool) -> Reading:
    """Read a text as an episode and for its chapters, and raise AssertionError where what comes of it is not sound."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.count("\n") + 1
    chapters = chapters_of(text)
    _assert_chapters(chapters, lines)
    reading = read_manuscript(SourceFile(path="_posts/2026-05-29-1.md", text=text, digest=""), zone=ZONE, site=SITE if jekyll else None)
    assert reading.manuscript or any(finding.level == "error" for finding in reading.findings), "neither an episode nor an error"
    for finding in reading.findings:
        assert finding.message
        assert finding.rule
        assert finding.where.line is None or 1 <= finding.where.line <= lines + 1, finding
        str(finding).encode()
    manuscript = reading.manuscript
    if manuscript:
        _assert_chapters(manuscript.chapters, lines)
        assert "<script" not in manuscript.notes.html.lower()
        manuscript.notes.html.encode()
        for link in manuscript.notes.links:
            assert 1 <= link.line <= lines + 1, link
        assert pickle.loads(pickle.dumps(manuscript)) == manuscript  # noqa: S301 - our own bytes
    return reading


def _assert_chapters(chapters: tuple[Chapter, ...], lines: int) -> None:
    starts = [chapter.start for chapter in chapters]
    assert starts == sorted(starts), starts
    assert all(start >= timedelta(0) for start in starts)
    for chapter in chapters:
        assert chapter.title, chapter
        assert chapter.title == chapter.title.strip(), chapter
        assert "\n" not in chapter.title, chapter
        assert chapter.line is None or 1 <= chapter.line <= lines, chapter
        chapter.title.encode()
