"""What a published feed tells of a show: its identity, and its items as podcast apps know them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedItem:
    """One item of a feed, its texts as they stand there without blanks around them; what the feed does not say is empty or None.

    `date` is aware, and None too where `written_date` is no date. `length` is in bytes, None where it is no positive number. `chapters`
    are an address, or a digest of what stands in the feed itself, and `transcripts` addresses. `notes` is a digest of the description and
    the full notes, blanks aside. `position` counts from 0.
    """

    position: int
    title: str = ""
    guid: str = ""
    link: str = ""
    date: datetime | None = None
    written_date: str = ""
    enclosure: str = ""
    length: int | None = None
    mime_type: str = ""
    duration: timedelta | None = None
    chapters: str = ""
    transcripts: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFeed:
    """A feed as it was read. `address` is its own (`atom:link` self), `next_page` that of the page after it, and `guid` the show's.

    `problem` says why it is not well formed, or no feed at all; the items are then those that could be read.
    """

    title: str = ""
    address: str = ""
    guid: str = ""
    next_page: str = ""
    items: tuple[PublishedItem, ...] = ()
    problem: str = ""
