"""The show as a JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), for readers that would rather not parse XML."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from podpipe.known import known
from podpipe.model import Artifact, Enclosure, Episode, Person, Show
from podpipe.notes import with_absolute_links
from podpipe.timecode import seconds
from podpipe.uris import uri

CONTENT_TYPE = "application/feed+json"
_json = json.JSONEncoder(ensure_ascii=False).encode
VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(show: Show, episodes: Sequence[Episode], *, key: str, older: str | None = None, hub: str | None = None) -> Artifact:
    """The feed at `key`; `episodes` come newest first, `older` is the key of the page that follows, and `hub` a WebSub hub's address.

    Items have the ids that the RSS feed gives them, every address is absolute and in ASCII, and no clock is read.
    """
    feed = known(
        {
            "version": VERSION,
            "title": show.title,
            "home_page_url": uri(f"{show.site_url}/"),
            "feed_url": _address(show, key),
            "description": show.description,
            "next_url": _address(show, older) if older else None,
            "icon": uri(show.address(show.artwork)) if show.artwork else None,
            "authors": [{"name": show.author, "url": uri(f"{show.site_url}/")}],
            "language": show.language,
            "hubs": [{"type": "WebSub", "url": hub}] if hub else None,
        }
    )
    # A line for each item, which people can compare; json's own indenting takes several times as long.
    items = ",\n".join(_json(_item(show, episode)) for episode in episodes)
    text = f'{_json(feed)[:-1]}, "items": [\n{items}\n]}}\n'
    return Artifact(
        key=key,
        # A lone surrogate, from a file with broken characters, has no form in UTF-8.
        content=text.encode(errors="replace"),
        content_type=CONTENT_TYPE,
        cache_control="public, max-age=300",
    )


def _item(show: Show, episode: Episode) -> Mapping[str, object]:
    notes = with_absolute_links(episode.notes.html, episode.url).strip()
    return known(
        {
            "id": episode.guid,
            "url": uri(episode.url),
            "title": episode.title,
            "content_html": notes or html.escape(episode.description or episode.title, quote=False),
            "summary": episode.description,
            "image": uri(show.address(episode.image)) if episode.image else None,
            "date_published": episode.published.replace(microsecond=0).isoformat(),
            "authors": [_author(show, credit.person) for credit in episode.credits],
            "tags": list(episode.tags),
            "attachments": [_attachment(episode.enclosure)] if episode.enclosure else None,
        }
    )


def _author(show: Show, person: Person) -> Mapping[str, object]:
    return known(
        {
            "name": person.name,
            "url": uri(person.url) if person.url else None,
            "avatar": uri(show.address(person.image)) if person.image else None,
        }
    )


def _attachment(enclosure: Enclosure) -> Mapping[str, object]:
    return known(
        {
            "url": uri(enclosure.url),
            "mime_type": enclosure.mime_type,
            "size_in_bytes": enclosure.length,
            "duration_in_seconds": seconds(enclosure.duration) if enclosure.duration else None,
        }
    )


def _address(show: Show, key: str) -> str:
    return uri(show.address(quote(key)))
