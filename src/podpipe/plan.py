"""What a publish would change on a target, in which order, and why."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from podpipe.model import Artifact, Holding, PublishPlan, Reason, Step, StoredContent

OWN = ".podpipe/"
"""Below this a target keeps what podpipe needs to know of it; no page or file of a show can be there."""

KEPT = f"{OWN}kept/"
"""Below this lies the content of earlier releases, each under its digest."""

_FEEDS = ("application/rss+xml", "application/feed+json")
_PAGE_OF_FEED = re.compile(r"[-.][0-9]+\.[a-z]+$")
_SOUND = ("audio/", "video/")
_LASTING = (*_SOUND, *_FEEDS)
_WORTH_COPYING = 64 * 1024
"""A smaller object is sent in one request as fast as it is copied in one."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Rank(IntEnum):
    """When an object travels: whatever another one links to goes before it, so that no listener meets a link to nothing."""

    MEDIA = 0
    FILES = 1
    PAGES = 2
    FEED_PAGES = 3
    FEED = 4


def rank(artifact: Artifact) -> Rank:
    """Audio, video and pictures come first, then chapters, styles and other files, then pages and sitemaps, and feeds last.

    The pages of a feed go before it, so that an episode which moves from the one to the other is at no time in neither.
    """
    found = _rank_of(artifact.content_type)
    return Rank.FEED_PAGES if found is Rank.FEED and _PAGE_OF_FEED.search(artifact.key) else found


@functools.cache
def _rank_of(content_type: str) -> Rank:
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith((*_SOUND, "image/")):
        return Rank.MEDIA
    if kind in _FEEDS:
        return Rank.FEED
    return Rank.PAGES if kind in {"text/html", "application/xml", "text/xml"} else Rank.FILES


def lasting(held: Holding) -> bool:
    """Whether an object stays on a target for ever: audio, video and feeds do."""
    return held.content_type.lower().startswith(_LASTING)


def sound(content_type: str) -> bool:
    """Whether a content type is that of a recording."""
    return content_type.lower().startswith(_SOUND)


def is_feed(content_type: str) -> bool:
    """Whether a content type is that of a feed, or of a page of one."""
    return content_type.lower().startswith(_FEEDS)


def holding(artifact: Artifact) -> Holding:
    """What the manifest will say of an artifact once it is on the target."""
    return Holding(digest=artifact.digest, length=artifact.length, content_type=artifact.content_type, cache_control=artifact.cache_control)


def make_plan(
    target: str,
    artifacts: Iterable[Artifact],
    held: Mapping[str, Holding],
    *,
    keep: Collection[str] = (),
    stored: Mapping[str, int] | None = None,
    grace: timedelta = timedelta(0),
    now: datetime = _LONG_AGO,
) -> PublishPlan:
    """Compare what listeners should get with what podpipe put on the target before.

    What is put, or copied on the target where it holds the same bytes under another key, stands in the order of the ranks, the feed last.
    What is no longer produced follows it, so that no feed names a page that is gone: it is retired, and removed once that was `grace` ago,
    at `now`. Without a grace it is removed at once. Removed is only what `held` names (objects of others are not in it), and `keep` does
    not. Audio and video never are: apps keep the enclosure's URL of an episode for years and would find nothing there. Neither is a feed
    under an earlier name: every listener who subscribed to it would be lost. `stored` are the lengths of content that the target keeps of
    earlier releases, by digest.

    Raises ValueError where two artifacts claim one key, or one claims a key of podpipe's own.
    """
    made: dict[str, Artifact] = {}
    for artifact in artifacts:
        if artifact.key in made or artifact.key.startswith(OWN):
            raise ValueError(f"two artifacts for one key: {artifact.key}")
        made[artifact.key] = artifact
    reasons = {key: reason for key, artifact in made.items() if (reason := _reason(holding(artifact), held.get(key))) is not None}
    sources = _sources(held, reasons, stored or {})
    order = sorted(reasons, key=lambda key: (rank(made[key]), key))
    brought = [_brought(made[key], reasons[key], held.get(key), sources) for key in order]
    gone = _gone(held, made.keys() | set(keep), grace=grace, now=now)
    return PublishPlan(target=target, steps=(*brought, *gone), unchanged=len(made) - len(brought))


def _reason(wanted: Holding, held: Holding | None) -> Reason | None:
    if held is None:
        return "new"
    if not held.digest:
        return "content unknown"
    if wanted.digest != held.digest:
        return "content changed"
    if (wanted.content_type, wanted.cache_control) != (held.content_type, held.cache_control):
        return "headers changed"
    return None if held.retired is None else "produced again"


def _sources(held: Mapping[str, Holding], changing: Collection[str], stored: Mapping[str, int]) -> dict[str, str]:
    """Where content lies that may be copied, by its digest: under a key that this plan does not change, or among what is kept."""
    found = {digest: f"{KEPT}{digest}" for digest in stored}
    return found | {entry.digest: key for key, entry in held.items() if entry.digest and key not in changing}


def _brought(artifact: Artifact, reason: Reason, held: Holding | None, sources: Mapping[str, str]) -> Step:
    length = artifact.length
    if reason == "produced again":
        return Step(action="restore", key=artifact.key, reason=reason)
    here = isinstance(artifact.content, StoredContent)
    source = sources.get(artifact.digest, "")
    if here and not source and held is not None and held.digest == artifact.digest:
        source = artifact.key  # its own place, to be given other headers
    if here or (source and length >= _WORTH_COPYING and reason != "headers changed"):
        renamed: Reason = "renamed" if reason == "new" and not here else reason
        return Step(action="copy", key=artifact.key, reason=renamed, length=length, source=source)
    return Step(action="put", key=artifact.key, reason=reason, length=length)


def _gone(held: Mapping[str, Holding], staying: Collection[str], *, grace: timedelta, now: datetime) -> Iterator[Step]:
    for key in sorted(held.keys() - staying):
        entry = held[key]
        if lasting(entry):
            continue
        # Of what nobody knows what it holds, nobody can say later that its time is over.
        if not grace or not entry.digest or (entry.retired is not None and now - entry.retired >= grace):
            yield Step(action="delete", key=key, reason="no longer produced")
        elif entry.retired is None:
            yield Step(action="retire", key=key, reason="no longer produced", until=now + grace)
