"""What the feed says of one episode: RSS's own tags through feedgen, Apple's and the podcast namespace's through an extension of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from feedgen.ext.base import BaseEntryExtension

from podpipe.chapter_forms import SimpleChapter, chapters_key, simple_chapters, timestamps
from podpipe.feed.description import item_description
from podpipe.feed.fragments import Fragments, element_of_text, simple_chapters_element
from podpipe.feed.podcasting import add_configured, add_image, add_person
from podpipe.feed.tags import PODCAST, itunes, podcast, tag, truth, written_date
from podpipe.model import PLAIN_ITEM, AlternateEnclosure, Episode, Item, Show
from podpipe.notes import with_absolute_links
from podpipe.timecode import full_clock, seconds
from podpipe.uris import uri

_LONGEST_SUBTITLE: Final = 255
"""Characters, of every value for which no other limit is named (PSP-1)."""

_FRAME: Final = re.compile(
    r"""<iframe\b(?:[^>"']|"[^"]*"|'[^']*')*?\ssrc="(https?://[^"]*)"(?:[^>"']|"[^"]*"|'[^']*')*>.*?</iframe>""", re.DOTALL
)
_CHAPTERS: Final = f"{{{PODCAST}}}chapters"


def add_item(feed: Any, show: Show, episode: Episode, fragments: Fragments) -> None:
    """Add an episode after those that are there. Its large parts become fragments when the feed is written."""
    entry = feed.add_entry(order="append")
    entry.title(episode.title or episode.slug)
    entry.link(href=episode.url)
    entry.guid(episode.guid, permalink=episode.guid == episode.url)
    enclosure = episode.enclosure
    if enclosure:
        entry.enclosure(enclosure.url, str(enclosure.length or 0), enclosure.mime_type)
    entry.podpipe.describe(show=show, episode=episode, fragments=fragments)


class ItemTags(BaseEntryExtension):  # type: ignore[misc]  # feedgen ships no types
    """Every item tag but RSS's own, and the date, which feedgen would write by way of the process's locale."""

    def __init__(self) -> None:
        self._show: Show | None = None
        self._episode: Episode | None = None
        self._fragments = Fragments()

    def describe(self, *, show: Show, episode: Episode, fragments: Fragments) -> None:
        self._show = show
        self._episode = episode
        self._fragments = fragments

    def extend_rss(self, entry: Any) -> Any:
        show, episode = self._show, self._episode
        if show is None or episode is None:
            return entry
        tag(entry, "pubDate", written_date(episode.published), {})
        chapters = simple_chapters(episode) if episode.chapters else []
        _add_texts(entry, episode, chapters, self._fragments)
        _add_apples(entry, show, episode)
        _add_podcasting(entry, show, episode)
        if chapters:
            self._fragments.place(entry, simple_chapters_element(chapters))
        return entry


def _add_texts(entry: Any, episode: Episode, chapters: Sequence[SimpleChapter], fragments: Fragments) -> None:
    notes = _notes(episode)
    otherwise = episode.description or episode.title
    description = item_description(notes, otherwise=otherwise, url=episode.url, timestamps=timestamps(chapters))
    fragments.place(entry, element_of_text("description", description))
    if notes:
        fragments.place(entry, element_of_text("content:encoded", notes))


def _notes(episode: Episode) -> bytes:
    """The show notes with absolute links, and with a link in place of each frame of another site.

    Apps show no frames, and listeners would never know of what is in them.
    """
    notes = episode.notes.html.encode()
    if not episode.notes.web or b"<iframe" in notes:
        absolute = with_absolute_links(episode.notes.html, episode.url)
        notes = (_FRAME.sub(r'<a href="\1">\1</a>', absolute) if "<iframe" in absolute else absolute).encode()
    return notes.strip()


def _add_apples(entry: Any, show: Show, episode: Episode) -> None:
    if episode.enclosure and episode.enclosure.duration:
        itunes(entry, "duration", full_clock(episode.enclosure.duration))
    itunes(entry, "author", show.author)
    if episode.description:
        itunes(entry, "subtitle", _subtitle(episode.description))
    itunes(entry, "explicit", truth(episode.explicit))
    if episode.image:
        itunes(entry, "image", href=uri(show.address(episode.image)))
    if episode.number:
        itunes(entry, "episode", str(episode.number))
    if episode.season:
        itunes(entry, "season", str(episode.season))
    itunes(entry, "episodeType", episode.item.type)
    if episode.item.block:
        itunes(entry, "block", "Yes")  # Apple looks for this very word


def _subtitle(description: str) -> str:
    return description if len(description) <= _LONGEST_SUBTITLE else f"{description[: _LONGEST_SUBTITLE - 1]}…"


def _add_podcasting(entry: Any, show: Show, episode: Episode) -> None:
    said = episode.item
    if episode.number:
        podcast(entry, "episode", str(episode.number), display=said.display)
    if episode.season:
        name = said.season_name or dict(show.channel.seasons).get(episode.season)
        podcast(entry, "season", str(episode.season), name=name)
    if episode.image:
        add_image(entry, show, episode.image)
    if episode.chapters:
        url = show.address(quote(chapters_key(episode)))
        tag(entry, _CHAPTERS, None, {"url": url, "type": "application/json+chapters"})
    for transcript in episode.transcripts:
        captions = "captions" if transcript.captions else None
        podcast(entry, "transcript", url=transcript.url, type=transcript.mime_type, language=transcript.language, rel=captions)
    for credit in episode.credits:
        add_person(entry, show, credit.person, credit.role)
    if said is not PLAIN_ITEM and said != PLAIN_ITEM:
        add_configured(entry, show, said)
        _add_own(entry, show, said)


def _add_own(entry: Any, show: Show, said: Item) -> None:
    """What only an item has, and somebody wrote."""
    for soundbite in said.soundbites:
        start, duration = str(seconds(soundbite.start)), str(seconds(soundbite.duration))
        podcast(entry, "soundbite", soundbite.title, startTime=start, duration=duration)
    for alternate in said.alternates:
        _add_alternate(entry, show, alternate)
    for link in said.content_links:
        podcast(entry, "contentLink", link.text, href=uri(link.url))


def _add_alternate(entry: Any, show: Show, alternate: AlternateEnclosure) -> None:
    element = podcast(
        entry,
        "alternateEnclosure",
        type=alternate.mime_type,
        length=alternate.length,
        bitrate=alternate.bitrate,
        height=alternate.height,
        lang=alternate.language,
        title=alternate.title,
        rel=alternate.rel,
        codecs=alternate.codecs,
        default=truth(True) if alternate.default else None,
    )
    for source in alternate.sources:
        address = source.uri if ":" in source.uri else show.address(source.uri)
        podcast(element, "source", uri=uri(address), contentType=source.mime_type)
    if alternate.integrity:
        podcast(element, "integrity", type="sri", value=alternate.integrity)
    elif alternate.signature:
        podcast(element, "integrity", type="pgp-signature", value=alternate.signature)
