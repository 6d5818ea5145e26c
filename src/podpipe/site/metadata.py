"""What the website tells machines: schema.org's linked data, and the sitemap."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

from podpipe.known import known
from podpipe.model import Enclosure, Episode, Show
from podpipe.site.addresses import Addresses
from podpipe.site.views import EpisodeView
from podpipe.uris import uri

_CONTEXT = {"@context": "https://schema.org"}


def linked_show(show: Show, addresses: Addresses) -> dict[str, object]:
    """The show as schema.org's PodcastSeries."""
    return (
        _CONTEXT
        | linked_series(show, addresses)
        | known(
            {
                "description": show.description,
                "inLanguage": show.language,
                "image": addresses.public(show.artwork) if show.artwork else None,
            }
        )
    )


def linked_series(show: Show, addresses: Addresses) -> dict[str, object]:
    """The show as its episodes refer to it."""
    return {"@type": "PodcastSeries", "name": show.title, "url": addresses.public(""), "webFeed": addresses.public(show.feed)}


def linked_episode(
    episode: Episode, view: EpisodeView, *, language: str, image: str | None, series: Mapping[str, object], addresses: Addresses
) -> dict[str, object]:
    """The episode as schema.org's PodcastEpisode, part of the series given."""
    return _CONTEXT | known(
        {
            "@type": "PodcastEpisode",
            "name": view.title,
            "url": view.url,
            "datePublished": view.moment,
            "description": view.description,
            "duration": view.duration,
            "episodeNumber": episode.number,
            "image": image,
            "inLanguage": language,
            "contributor": [{"@type": "Person", "name": person.name, "url": addresses.public(person.key)} for person, _ in view.credits],
            "associatedMedia": _linked_audio(episode.enclosure, view.duration) if episode.enclosure else None,
            "partOfSeries": series,
        }
    )


def sitemap(pages: Iterable[tuple[str, str | None]]) -> str:
    """A sitemap by the sitemaps.org protocol 0.9 of pages given as URL and date of the last change (`2023-05-29`), where one is known."""
    entries = (f"<url><loc>{html.escape(url)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>\n" for url, day in pages)
    start = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{start}{''.join(entries)}</urlset>\n"


def _linked_audio(enclosure: Enclosure, duration: str | None) -> dict[str, object]:
    return known(
        {
            "@type": "MediaObject",
            "contentUrl": uri(enclosure.url),
            "encodingFormat": enclosure.mime_type,
            "contentSize": str(enclosure.length) if enclosure.length else None,
            "duration": duration,
        }
    )
