"""What a publish would change on a target, in which order, and why; and the manifest by which podpipe knows its own objects again."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Collection, Iterable, Mapping
from enum import IntEnum

from podpipe.errors import TargetError
from podpipe.model import Artifact, Holding, PublishPlan, Reason, Step

MANIFEST = ".podpipe/manifest.json"
"""The key under which a target keeps the list of what podpipe put there."""

_VERSION = 1
_FEEDS = ("application/rss+xml", "application/feed+json")
_PAGE_OF_FEED = re.compile(r"[-.][0-9]+\.[a-z]+$")
_SOUND = ("audio/", "video/")
_LASTING = (*_SOUND, *_FEEDS)


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


def holding(artifact: Artifact) -> Holding:
    """What the manifest will say of an artifact once it is on the target."""
    return Holding(
        digest=artifact.digest, length=_length(artifact), content_type=artifact.content_type, cache_control=artifact.cache_control
    )


def make_plan(target: str, artifacts: Iterable[Artifact], held: Mapping[str, Holding], *, keep: Collection[str] = ()) -> PublishPlan:
    """Compare what listeners should get with what podpipe put on the target before.

    Puts stand in the order of their ranks, the feed last; deletions follow it, so that no feed names a page that is gone. Deleted is
    only what `held` names (objects of others are not in it), nothing produces any more, and `keep` does not name. Audio and video are
    never deleted: apps keep the enclosure's URL of an episode for years and would find nothing there. Neither is a feed under an earlier
    name: every listener who subscribed to it would be lost.

    Raises ValueError where two artifacts claim one key, or one claims the manifest's.
    """
    made: dict[str, Artifact] = {}
    for artifact in artifacts:
        if artifact.key in made or artifact.key == MANIFEST:
            raise ValueError(f"two artifacts for one key: {artifact.key}")
        made[artifact.key] = artifact
    puts = [
        Step(action="put", key=key, reason=reason, length=_length(artifact))
        for key, artifact in sorted(made.items(), key=lambda item: (rank(item[1]), item[0]))
        if (reason := _reason(holding(artifact), held.get(key))) is not None
    ]
    gone = sorted(held.keys() - made.keys() - set(keep))
    deletions = [
        Step(action="delete", key=key, reason="no longer produced")
        for key in gone
        if not held[key].content_type.lower().startswith(_LASTING)
    ]
    return PublishPlan(target=target, steps=(*puts, *deletions), unchanged=len(made) - len(puts))


def manifest_bytes(holdings: Mapping[str, Holding]) -> bytes:
    """Write a manifest as JSON, one object per line; the same holdings give the same bytes."""
    lines = ",\n".join(f"{_json(key)}:{_entry(held)}" for key, held in sorted(holdings.items()))
    return f'{{"version":{_VERSION},"objects":{{\n{lines}\n}}}}\n'.encode()


def read_manifest(data: bytes) -> dict[str, Holding]:
    """Read what `manifest_bytes` wrote; raises TargetError for a damaged manifest and for one of a newer podpipe."""
    try:
        document = json.loads(data)
        version = document["version"]
        if version == _VERSION:
            return {key: _read_holding(entry) for key, entry in document["objects"].items()}
        newer = version > _VERSION
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged() from error
    if newer:
        raise TargetError(f"a newer podpipe published here: {MANIFEST} has version {version}", hint="update podpipe, then publish again")
    raise _damaged()


def _damaged() -> TargetError:
    hint = "delete it on the target and publish again: everything is sent once more, and nothing is deleted"
    return TargetError(f"the list of published objects, {MANIFEST}, is damaged", hint=hint)


def _reason(wanted: Holding, held: Holding | None) -> Reason | None:
    if held is None:
        return "new"
    if wanted.digest != held.digest:
        return "content changed"
    return None if wanted == held else "headers changed"


def _length(artifact: Artifact) -> int:
    return len(artifact.content) if isinstance(artifact.content, bytes) else artifact.content.length


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _entry(held: Holding) -> str:
    headers = _headers_json(held.content_type, held.cache_control)
    return f'{{"digest":{_json(held.digest)},"length":{held.length},{headers}}}'


@functools.cache
def _headers_json(content_type: str, cache_control: str) -> str:
    """The same few headers come with thousands of objects."""
    return f'"content_type":{_json(content_type)},"cache_control":{_json(cache_control)}'


def _read_holding(entry: dict[str, object]) -> Holding:
    digest, length, content_type, cache_control = (entry[name] for name in ("digest", "length", "content_type", "cache_control"))
    if isinstance(digest, str) and isinstance(length, int) and isinstance(content_type, str) and isinstance(cache_control, str):
        return Holding(digest=digest, length=length, content_type=content_type, cache_control=cache_control)
    raise TypeError(f"not an object's entry: {entry}")
