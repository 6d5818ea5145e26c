"""What a feed says beyond the episodes themselves, for the channel and for each item, in the words of Apple and the podcast namespace.

Sources: https://podcasters.apple.com/support/823-podcast-requirements and https://podcasting2.org/docs/podcast-namespace, whose pages on
each tag say what its parts mean. Every path may be one below the site's root; a URL is taken as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

ShowType = Literal["episodic", "serial"]
EpisodeType = Literal["full", "trailer", "bonus"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """A place where listeners support the show, and the words for the link."""

    url: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place that the content is about (`subject`) or was made at (`creator`).

    `geo` is a geo URI (RFC 5870), `osm` an object of OpenStreetMap (`R113314`), `country` a code of ISO 3166-1 with two letters.
    """

    name: str
    rel: str = ""
    geo: str = ""
    osm: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """Under which terms the audio may be used: a name that the namespace's list knows, or another one with the address of its text."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SocialInteract:
    """The post below which listeners comment. The protocol `disabled` says that no comments are wanted; it has no address."""

    protocol: str
    uri: str = ""
    account_id: str = ""
    account_url: str = ""
    priority: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Txt:
    """Free text for whoever asked for it, such as the proof to a directory that the feed is one's own."""

    text: str
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """Where listeners talk while they listen."""

    server: str
    protocol: str
    account_id: str = ""
    space: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A further picture, of any shape. `aspect_ratio` is as CSS has it (`16/9`), `purpose` a list of words with blanks between."""

    href: str
    alt: str = ""
    aspect_ratio: str = ""
    width: int | None = None
    height: int | None = None
    mime_type: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who gets a part of what listeners pay; `split` is its number of shares."""

    type: str
    address: str
    split: int
    name: str = ""
    custom_key: str = ""
    custom_value: str = ""
    fee: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """How listeners may pay while they listen, and to whom. `suggested` is an amount in the currency's own unit."""

    type: str
    method: str
    recipients: tuple[Recipient, ...]
    suggested: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteItem:
    """Another feed, by its guid."""

    feed_guid: str
    feed_url: str = ""
    item_guid: str = ""
    medium: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trailer:
    """Audio or video that introduces the show, or one season of it. `published` is aware, `length` in bytes."""

    title: str
    url: str
    published: datetime
    length: int | None = None
    mime_type: str = ""
    season: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFrequency:
    """How often episodes come out: in words, and as a recurrence rule (RFC 5545, section 3.3.10) that begins at `start` (ISO 8601)."""

    text: str
    rrule: str = ""
    start: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Whether a service, by its slug, or where that is empty every one, must not show the feed."""

    service: str = ""
    blocked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What the feed says of the show as a whole beyond its title, pictures and people.

    `guid` is the show's identity, None where it is made of the feed's address. `locked` is None where nobody said. `block` and `complete`
    are Apple's: nobody shall find the show, and nothing more will come. `regulars` are the ids of those who speak in nearly every episode.
    `seasons` are the names of seasons by their numbers.
    """

    type: ShowType = "episodic"
    complete: bool = False
    block: bool = False
    new_feed_url: str | None = None
    guid: str | None = None
    locked: bool | None = None
    medium: str = "podcast"
    podping: bool = False
    regulars: tuple[str, ...] = ()
    seasons: tuple[tuple[int, str], ...] = ()
    images: tuple[Image, ...] = ()
    funding: tuple[Funding, ...] = ()
    locations: tuple[Location, ...] = ()
    license: License | None = None
    social: tuple[SocialInteract, ...] = ()
    txts: tuple[Txt, ...] = ()
    chat: Chat | None = None
    values: tuple[Value, ...] = ()
    trailers: tuple[Trailer, ...] = ()
    update_frequency: UpdateFrequency | None = None
    blocks: tuple[Block, ...] = ()
    podroll: tuple[RemoteItem, ...] = ()
    publisher: RemoteItem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Soundbite:
    """A part of the episode that makes one want to hear it."""

    start: timedelta
    duration: timedelta
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSource:
    """Where an alternate enclosure can be had, over any protocol; `mime_type` where what comes is not the media itself, as a torrent."""

    uri: str
    mime_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternateEnclosure:
    """The episode as another file: a video, a smaller one, another language. `length` is in bytes, `bitrate` in bits per second.

    `integrity` is a digest as Subresource Integrity has it (`sha384-…`), `signature` a PGP signature in base64.
    """

    mime_type: str
    sources: tuple[MediaSource, ...]
    length: int | None = None
    bitrate: int | None = None
    height: int | None = None
    language: str = ""
    title: str = ""
    rel: str = ""
    codecs: str = ""
    default: bool = False
    integrity: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentLink:
    """Where else the episode can be met, and the words for the link."""

    url: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What the feed says of one episode beyond its title, audio, people, chapters and transcripts.

    `display` is shown in place of the episode's number. What stands here of `funding`, `license`, `chat` and `values` takes the place of
    what the channel says.
    """

    type: EpisodeType = "full"
    block: bool = False
    display: str = ""
    season_name: str = ""
    images: tuple[Image, ...] = ()
    funding: tuple[Funding, ...] = ()
    locations: tuple[Location, ...] = ()
    license: License | None = None
    social: tuple[SocialInteract, ...] = ()
    txts: tuple[Txt, ...] = ()
    chat: Chat | None = None
    values: tuple[Value, ...] = ()
    soundbites: tuple[Soundbite, ...] = ()
    alternates: tuple[AlternateEnclosure, ...] = ()
    content_links: tuple[ContentLink, ...] = ()


PLAIN_CHANNEL: Final = Channel()
"""A show that says nothing further."""

PLAIN_ITEM: Final = Item()
"""An episode that says nothing further."""
