"""Addresses that lead to an episode's audio by way of services that count downloads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote, urlsplit

from podpipe.model import Episode
from podpipe.uris import uri

_EXTENSIONS = {"audio/mpeg": "mp3", "audio/x-m4a": "m4a", "video/mp4": "mp4"}
_PART = re.compile(r"\{(extension|guid|url)\}")


def measured(episode: Episode, prefixes: Sequence[str], *, guid: str) -> Episode:
    """The episode as feeds name it: its audio behind the prefixes, the outermost first; `guid` is the show's own.

    Nothing else changes, its GUID least of all: apps know an episode by that, and by another they would download it again.
    """
    enclosure = episode.enclosure
    if enclosure is None or not prefixes:
        return episode
    url = measured_url(enclosure.url, prefixes, guid=guid, mime_type=enclosure.mime_type)
    return replace(episode, enclosure=replace(enclosure, url=url))


def measured_url(url: str, prefixes: Sequence[str], *, guid: str, mime_type: str = "audio/mpeg") -> str:
    """An `http` or `https` address behind the prefixes, in ASCII; any other, and one that has a prefix already, as it is.

    A prefix is followed by the address without its `https://`, while `http://` stays, as OP3 asks for and the other services understand. In
    a prefix `{extension}` is that of the audio's name, `{guid}` the show's, and `{url}` the whole address, encoded for a query, in which
    case nothing follows.
    """
    extension = urlsplit(url).path.rpartition("/")[2].rpartition(".")[2]
    if not (extension.isascii() and extension.isalnum() and len(extension) < 6 and "." in url.rpartition("/")[2]):
        extension = _EXTENSIONS.get(mime_type, "mp3")
    values = {"extension": extension, "guid": guid}
    address = uri(url)
    filled = [_PART.sub(lambda part: values.get(part[1], part[0]), prefix) for prefix in prefixes]
    if not url.startswith(("http://", "https://")) or any(address.startswith(prefix.partition("{url}")[0]) for prefix in filled):
        return address
    for prefix in reversed(filled):
        address = prefix.replace("{url}", quote(address, safe="")) if "{url}" in prefix else prefix + address.removeprefix("https://")
    return address
