"""What directories demand of episodes: their titles, notes and audio, and their chapters as players list them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from podpipe.directories.demand import unmet
from podpipe.directories.show import LONGEST_DESCRIPTION, LONGEST_TITLE
from podpipe.model import Chapter, Enclosure, Episode, Finding, Manuscript, Where
from podpipe.timecode import clock

_PLAYED: Final = frozenset({"audio/mpeg", "audio/x-m4a", "video/mp4", "video/x-m4v"})
_NUMBER: Final = re.compile(r"\s*[【\[(（]?\s*(#|＃|第|no\.|vol\.|ep\.?|episode)?\s*(\d{1,9})(?!\d)", re.IGNORECASE)
_LONG_CHAPTER_TITLE: Final = 40
_SHORT_CHAPTER: Final = timedelta(seconds=30)
_FEW_CHAPTERS: Final = 3


def episode_demands(episode: Episode, manuscript: Manuscript, asked: Collection[str]) -> list[Finding]:
    """What one episode does not meet. What no directory asks for is not looked for: a show has many episodes."""
    found: list[Finding] = []
    if episode.enclosure:
        found += _audio_demands(episode.enclosure, manuscript)
    if len(episode.title) > LONGEST_TITLE:
        message = f"the title has {len(episode.title)} characters; PSP-1 allows {LONGEST_TITLE}"
        found.append(unmet("title-long", manuscript.where("title"), message, "shorten it"))
    if "title-number" in asked:
        found += _numbered(episode, manuscript)
    if "description-long" in asked or "description-none" in asked:
        found += _description_demands(episode, manuscript)
    if episode.chapters and "chapters-few" in asked:
        found += _chapter_demands(episode.chapters, episode.path)
    return found


def shared_demands(episodes: Iterable[Episode], manuscripts: Mapping[str, Manuscript]) -> list[Finding]:
    """What episodes must not have in common: their guid and their audio. The later of two is told of."""
    found: list[Finding] = []
    guids: dict[str, Episode] = {}
    addresses: dict[str, Episode] = {}
    for episode in sorted(episodes, key=lambda episode: (episode.published, episode.path)):
        first = guids.setdefault(episode.guid, episode)
        if first is not episode:
            message = f"{first.path} has the guid {episode.guid} too: apps show only one of the two episodes"
            found.append(unmet("guid-repeated", manuscripts[episode.path].where("guid"), message, "give the later one a guid of its own"))
        if episode.enclosure is None:
            continue
        first = addresses.setdefault(episode.enclosure.url, episode)
        if first is not episode:
            message = f"{first.path} has the same audio: Apple Podcasts leaves out an episode whose audio it has already"
            found.append(unmet("audio-repeated", _audio_place(manuscripts[episode.path]), message, "name each episode's own audio file"))
    return found


def _audio_demands(enclosure: Enclosure, manuscript: Manuscript) -> Iterator[Finding]:
    written = manuscript.audio or ""
    if enclosure.mime_type not in _PLAYED:
        message = f"{written} is {enclosure.mime_type}; Apple Podcasts and PSP-1 take MP3, M4A, MP4 and M4V"
        yield unmet("audio-not-played", _audio_place(manuscript), message, "export it as MP3 or M4A")
    # A file of the show's own may be published under another name than the author's.
    if not (written if enclosure.key is None else enclosure.key).isascii():
        message = f"{written} has other characters than ASCII, which Apple Podcasts does not take in the address of audio"
        yield unmet("audio-name", _audio_place(manuscript), message, "rename the file with plain letters and digits")
    if enclosure.key is not None:
        return  # a file of the show's own is measured, and told of where it is missing
    if enclosure.length is None:
        message = "nobody says how many bytes the audio has, and the feed must"
        yield unmet("audio-size-unknown", manuscript.where("audio_file_size"), message, "write audio_file_size")
    if enclosure.duration is None:
        message = "nobody says how long the audio plays, which PSP-1 recommends"
        yield unmet("duration-unknown", manuscript.where("duration"), message, "write duration")


def _audio_place(manuscript: Manuscript) -> Where:
    return manuscript.where("audio_file_url" if manuscript.where("audio_file_url").line else "audio_file_path")


def _numbered(episode: Episode, manuscript: Manuscript) -> Iterator[Finding]:
    match = _NUMBER.match(episode.title)
    if match is None:
        return
    number = int(match[2])
    known = number == episode.number or (episode.slug.isascii() and episode.slug.isdigit() and int(episode.slug) == number)
    if match[1] or known:
        message = f"the title begins with the episode's number, {number}, which directories show by itself"
        yield unmet("title-number", manuscript.where("title"), message, f"write episode: {number}, and leave it out of the title")


def _description_demands(episode: Episode, manuscript: Manuscript) -> Iterator[Finding]:
    notes = episode.notes.html.strip()
    length = len(notes.encode())
    if length > LONGEST_DESCRIPTION:
        end = f"the feed's description ends after {LONGEST_DESCRIPTION:,}, with a link to the rest"
        message = f"the show notes have {length:,} bytes of HTML; {end}"
        yield unmet("description-long", manuscript.where(), message, "put first what listeners need most")
    if not notes and not episode.description:
        message = "the episode has neither show notes nor a description"
        yield unmet("description-none", manuscript.where("description"), message, "write a sentence about it")


def _chapter_demands(chapters: tuple[Chapter, ...], path: str) -> Iterator[Finding]:
    def place(chapter: Chapter) -> Where:
        return Where(path=path, line=chapter.line)

    if len(chapters) < _FEW_CHAPTERS:
        count = "one chapter" if len(chapters) == 1 else "two chapters"
        message = f"the episode has {count}; Apple Podcasts and Spotify show no fewer than three"
        yield unmet("chapters-few", place(chapters[0]), message, "write more, or none")
    if chapters[0].start:
        message = f"the first chapter begins at {clock(chapters[0].start)}; Apple Podcasts and Spotify want one at 0:00"
        yield unmet("chapters-start", place(chapters[0]), message, "add a chapter at 0:00, for the opening")
    yield from _titles(chapters, place)
    close = [(one, other) for one, other in itertools.pairwise(chapters) if other.start - one.start < _SHORT_CHAPTER]
    if close:
        length = int((close[0][1].start - close[0][0].start).total_seconds())
        message = f"this chapter plays for {length} seconds{_and_more(close)}; Spotify asks for 30 or more"
        yield unmet("chapters-close", place(close[0][0]), message, "join it with the next one")


def _titles(chapters: tuple[Chapter, ...], place: Callable[[Chapter], Where]) -> Iterator[Finding]:
    long = [chapter for chapter in chapters if len(chapter.title) >= _LONG_CHAPTER_TITLE]
    if long:
        message = f"this chapter's title has {len(long[0].title)} characters{_and_more(long)}; Spotify asks for fewer than 40"
        yield unmet("chapter-title-long", place(long[0]), message, "shorten it: players cut it off")


def _and_more(some: Collection[object]) -> str:
    """How many others there are beside the first."""
    others = len(some) - 1
    return f", and {others} other{'s are' if others > 1 else ' is'} like it" if others else ""
