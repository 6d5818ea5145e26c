"""The tags of the podcast namespace that a channel and an item have alike (https://podcasting2.org/docs/podcast-namespace)."""

from __future__ import annotations

import functools
from typing import Any, Final

from podpipe.feed.tags import PODCAST, podcast, tag, truth
from podpipe.model import Channel, Image, Item, Person, RemoteItem, Show, Value
from podpipe.uris import uri

_PERSON: Final = f"{{{PODCAST}}}person"
_GROUPS: Final = {
    role: group
    for group, roles in (
        ("creative direction", "director|assistant director|executive producer|senior producer|producer|associate producer"),
        ("creative direction", "development producer|creative director"),
        ("writing", "author|editorial director|co-writer|writer|songwriter|guest writer|story editor|managing editor|script editor"),
        ("writing", "script coordinator|researcher|editor|fact checker|translator|transcriber|logger"),
        ("audio production", "studio coordinator|technical director|technical manager|audio engineer|remote recording engineer"),
        ("audio production", "post production engineer"),
        ("audio post-production", "audio editor|sound designer|foley artist|composer|theme music|music production|music contributor"),
        ("administration", "production coordinator|booking coordinator|production assistant|content manager|marketing manager"),
        ("administration", "sales representative|sales manager"),
        ("visuals", "graphic designer|cover art designer"),
        ("community", "social media manager"),
        ("misc.", "consultant|intern"),
        ("video production", "camera operator|lighting designer|camera grip|assistant camera"),
        ("video post-production", "assistant editor"),
    )
    for role in roles.split("|")
}
"""The group of each role of the Podcast Taxonomy (the namespace's taxonomy.json) but those of the cast, who need none."""


def add_person(parent: Any, show: Show, person: Person, role: str) -> None:
    """A person and their part; without a group apps would take everybody for one of the cast."""
    image = show.address(person.image) if person.image else None
    tag(parent, _PERSON, person.name, _person_attributes(role, person.url, image))


@functools.lru_cache(maxsize=1024)
def _person_attributes(role: str, url: str | None, image: str | None) -> dict[str, str]:
    """The attributes of a person, who is heard in many episodes. They are never changed."""
    known = {"role": role, "group": _GROUPS.get(role), "href": url and uri(url), "img": image and uri(image)}
    return {name: value for name, value in known.items() if value}


def add_image(parent: Any, show: Show, path: str) -> None:
    """The square artwork, which needs no further words."""
    podcast(parent, "image", href=uri(show.address(path)))


def add_remote_item(parent: Any, item: RemoteItem, *, medium: str = "") -> None:
    podcast(
        parent,
        "remoteItem",
        feedGuid=item.feed_guid,
        feedUrl=uri(item.feed_url),
        itemGuid=item.item_guid,
        medium=item.medium or medium,
        title=item.title,
    )


def add_configured(parent: Any, show: Show, part: Channel | Item) -> None:
    """Whatever somebody wrote of the tags that both have."""
    for image in part.images:
        _add_further_image(parent, show, image)
    for funding in part.funding:
        podcast(parent, "funding", funding.text, url=uri(funding.url))
    for place in part.locations:
        podcast(parent, "location", place.name, rel=place.rel, geo=place.geo, osm=place.osm, country=place.country)
    if part.license:
        podcast(parent, "license", part.license.name, url=uri(part.license.url))
    for social in part.social:
        podcast(
            parent,
            "socialInteract",
            priority=social.priority,
            protocol=social.protocol,
            uri=social.uri,
            accountId=social.account_id,
            accountUrl=social.account_url,
        )
    for txt in part.txts:
        podcast(parent, "txt", txt.text, purpose=txt.purpose)
    if part.chat:
        chat = part.chat
        podcast(parent, "chat", server=chat.server, protocol=chat.protocol, accountId=chat.account_id, space=chat.space)
    for value in part.values:
        _add_value(parent, value)


def _add_further_image(parent: Any, show: Show, image: Image) -> None:
    podcast(
        parent,
        "image",
        href=uri(show.address(image.href)),
        alt=image.alt,
        aspect_ratio=image.aspect_ratio,
        width=image.width,
        height=image.height,
        type=image.mime_type,
        purpose=image.purpose,
    )


def _add_value(parent: Any, value: Value) -> None:
    element = podcast(parent, "value", type=value.type, method=value.method, suggested=value.suggested)
    for recipient in value.recipients:
        podcast(
            element,
            "valueRecipient",
            name=recipient.name,
            type=recipient.type,
            address=recipient.address,
            customKey=recipient.custom_key,
            customValue=recipient.custom_value,
            split=recipient.split,
            fee=truth(True) if recipient.fee else None,
        )
