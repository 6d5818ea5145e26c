"""The [feeds] and [ping] tables of podpipe.toml: which feeds a show has beside its own, and who hears that they have changed."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from podpipe.model import EVERY, FeedChoices, PingChoices
from podpipe.settings.table import Table

HUB = "https://pubsubhubbub.appspot.com/"
PODCAST_INDEX = "https://api.podcastindex.org/api/1.0/hub/pubnotify"
PODPING = "https://podping.cloud/"
MEDIA = ("podcast", "music", "video", "film", "audiobook", "newsletter", "blog")
"""The kinds of content that the podcast namespace's `medium` and podping know, lists of them aside."""

_PREFIX_PARTS = ("extension", "guid", "url")


def read_feeds(top: Table, *, people: Collection[str], hub: str | None) -> FeedChoices:
    """Read [feeds]; `people` are the ids of the show's roster, and `hub` the WebSub hub that [ping] names."""
    table = top.table("feeds")
    wanted = table.texts("people")
    for person in wanted:
        if person != EVERY and person not in people:
            table.problem("people", f'{person!r} is nobody in [people]; "*" means everybody')
    tags = table.texts("tags")
    if "" in tags:
        table.problem("tags", "a tag must not be empty")
    choices = FeedChoices(
        page_items=table.number("page_items"),
        people=wanted,
        tags=tags,
        json=table.flag("json", default=False),
        download_prefixes=_prefixes(table),
        hub=hub,
    )
    table.refuse_unknown()
    return choices


def read_ping(top: Table) -> PingChoices:
    """Read [ping]. A service is switched on with `true` where it has a well-known address, or with the address of another such service."""
    table = top.table("ping")
    choices = PingChoices(
        websub=_service(table, "websub", HUB),
        podcast_index=_service(table, "podcast_index", PODCAST_INDEX),
        podping=_service(table, "podping", PODPING),
        targets=table.texts("targets") if "targets" in table.keys else None,
    )
    table.refuse_unknown()
    return choices


def podping_medium(medium: str) -> str:
    """What a podping calls a show whose feed calls itself this: a list is what it lists, and what podping has no word for a podcast."""
    listed = medium.removesuffix("L")
    return listed if listed in MEDIA else "podcast"


def _service(table: Table, key: str, known: str) -> str | None:
    address = table.switched_url(key, known)
    if address and "@" in urlsplit(address).netloc:
        table.problem(key, "must hold no user and no password: credentials never stand in this file")
        return None
    return address


def _prefixes(table: Table) -> tuple[str, ...]:
    prefixes = tuple(prefix for prefix in table.text_or_texts("download_prefix") if prefix)
    for prefix in prefixes:
        problem = _prefix_problem(prefix)
        if problem:
            table.problem("download_prefix", f"{prefix!r} {problem}")
    return prefixes


def _prefix_problem(prefix: str) -> str | None:
    """What keeps a prefix from being the beginning of an address, None where nothing does."""
    bare = re.sub(r"\{(\w+)\}", "x", prefix)
    unknown = [name for name in re.findall(r"\{(\w*)\}", prefix) if name not in _PREFIX_PARTS]
    if unknown or "{" in bare or "}" in bare:
        return f"has other parts in braces than {', '.join(f'{{{part}}}' for part in _PREFIX_PARTS)}"
    if not re.fullmatch(r"https?://[!-~]+", bare) or not urlsplit(bare).hostname:
        return "is no http or https address in ASCII"
    if "{url}" not in prefix and not prefix.endswith("/"):
        return "must end with a slash, or hold {url} where the audio's whole address belongs"
    return None
