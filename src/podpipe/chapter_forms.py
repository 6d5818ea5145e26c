"""An episode's chapters in every form that listeners' apps read, each made of the same chapters in the same order."""

from __future__ import annotations

import html
import json
from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from podpipe.model import Chapter, Episode
from podpipe.timecode import full_clock, seconds
from podpipe.uris import web_link

FEWEST_IN_A_LIST = 3
"""Apple Podcasts and Spotify take fewer lines with times for no chapters."""

_quoted = json.encoder.encode_basestring
"""A text as JSON has it: a show has ten thousand chapters, and in each only the texts need an encoder."""
_A_DAY = timedelta(days=1)
_A_MOMENT = timedelta(milliseconds=1)
_NO_TITLE = "\N{NO-BREAK SPACE}"


class SimpleChapter(NamedTuple):
    """A chapter as Podlove Simple Chapters have it: its start in normal play time (RFC 2326, section 3.6), its title and its link."""

    start: str
    title: str
    href: str | None


def chapters_key(episode: Episode) -> str:
    """Where an episode's JSON chapters are kept on a target."""
    return f"chapters/{episode.slug}.json"


def in_order(episode: Episode) -> list[Chapter]:
    """The chapters in the order of their starts."""
    return sorted(episode.chapters, key=lambda chapter: chapter.start)


def json_chapters(episode: Episode, *, show: str) -> str:
    """JSON chapters 1.2.0 (podcast namespace, jsonChapters.md), for the show of that title."""
    known = f'"version": "1.2.0", "title": {_quoted(episode.title)}, "podcastName": {_quoted(show)}'
    if episode.enclosure:
        known += f', "fileName": {_quoted(unquote(urlsplit(episode.enclosure.url).path.rpartition("/")[2]))}'
    chapters = ", ".join([_json_chapter(chapter, episode.url) for chapter in in_order(episode)])
    return f'{{{known}, "chapters": [{chapters}]}}\n'


def simple_chapters(episode: Episode) -> list[SimpleChapter]:
    """Podlove Simple Chapters 1.2 (https://podlove.org/simple-chapters)."""
    return [
        SimpleChapter(
            _cue_time(chapter.start) if chapter.start.microseconds else full_clock(chapter.start),
            chapter.title,
            _link(chapter, episode.url) if chapter.url else None,
        )
        for chapter in in_order(episode)
    ]


def timestamps(chapters: Sequence[SimpleChapter]) -> list[tuple[str, str]]:
    """The times and titles of a list that Apple Podcasts and Spotify read as chapters; none where they would not read it.

    They ask for three lines or more, the first of them at 00:00:00.
    """
    if len(chapters) < FEWEST_IN_A_LIST or not chapters[0].start.startswith("00:00:00"):
        return []
    return [(chapter.start.partition(".")[0], " ".join(chapter.title.split())) for chapter in chapters]


def webvtt_chapters(episode: Episode) -> str:
    """WebVTT with a cue for each chapter, for a `<track kind="chapters">` (WebVTT, section 4.6.3).

    A cue ends where the next one begins, the last one with the audio. The episode has chapters.
    """
    chapters = in_order(episode)
    starts = [chapter.start for chapter in chapters]
    end = (episode.enclosure and episode.enclosure.duration) or starts[-1] + _A_DAY
    titles = html.escape("\n".join([" ".join(chapter.title.split()) or _NO_TITLE for chapter in chapters]), quote=False).split("\n")
    times = [*map(_cue_time, starts), _cue_time(end)]
    cues = [
        # A cue has to last, and an arrow in its text would be taken for a time: with the other marks, it is escaped.
        f"{times[place]} --> {times[place + 1] if stop > start else _cue_time(start + _A_MOMENT)}\n{titles[place]}\n"
        for place, (start, stop) in enumerate(pairwise((*starts, end)))
    ]
    return "\n".join(["WEBVTT\n", *cues])


def track_address(episode: Episode) -> str:
    """The same as an address that holds it (RFC 2397): a page's player has its chapters with the page, by no request of its own."""
    return f"data:text/vtt;base64,{b64encode(webvtt_chapters(episode).encode()).decode()}"


def _json_chapter(chapter: Chapter, page_url: str) -> str:
    link = _link(chapter, page_url)
    url = f', "url": {_quoted(link)}' if link else ""
    return f'{{"startTime": {seconds(chapter.start)}, "title": {_quoted(chapter.title)}{url}}}'


def _link(chapter: Chapter, page_url: str) -> str | None:
    """The chapter's own link in full; None for an address that no app should follow."""
    if not chapter.url:
        return None
    try:
        return web_link(urljoin(page_url, chapter.url))
    except ValueError:
        return None


def _cue_time(time: timedelta) -> str:
    return f"{full_clock(time)}.{time.microseconds // 1000:03}" if time.microseconds else f"{full_clock(time)}.000"
