"""Which feeds a show has beside its own, how they are divided, and who is told when they change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EVERY: Final = "*"
"""In a list of people or tags: all that any public episode has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedChoices:
    """What a show decided about its feeds; by default there is one, and it holds everything.

    `page_items` is how many episodes a feed holds before the older ones go to pages of their own. `people` are the ids and `tags` the tags
    that have feeds of their own, or `EVERY`. `json`: there is a JSON Feed beside the show's own. `download_prefixes` stand before the
    audio's address in every feed, the outermost first. `hub` is the address of the WebSub hub that the feeds name.
    """

    page_items: int | None = None
    people: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    json: bool = False
    download_prefixes: tuple[str, ...] = ()
    hub: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PingChoices:
    """Whom a show tells that its feed has changed; by default nobody.

    Each service is the address that is asked: a WebSub hub, Podcast Index, and a gateway that takes podpings by HTTP, with the `medium`
    that they name. `targets` are the URLs of those targets that listeners read from, None where nothing is said of it.
    """

    websub: str | None = None
    podcast_index: str | None = None
    podping: str | None = None
    medium: str = "podcast"
    targets: tuple[str, ...] | None = None
