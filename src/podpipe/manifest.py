"""The documents that a target keeps about itself: the manifest, and a record of each release. Pure text, one object a line."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from podpipe.errors import TargetError
from podpipe.model import Holding, Kept, Manifest, Release
from podpipe.plan import OWN

MANIFEST = f"{OWN}manifest.json"
"""The key under which a target keeps what podpipe knows of it."""

RELEASES = f"{OWN}releases/"
"""Below this lies the record of each release, under its id."""

_VERSION = 2
_DAMAGE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def release_key(release: str) -> str:
    """Where the record of a release lies."""
    return f"{RELEASES}{release}.json"


def manifest_bytes(manifest: Manifest) -> bytes:
    """Write a manifest as JSON, one object per line; the same manifest gives the same bytes."""
    parts = [f'"version":{_VERSION}', f'"release":{_json(manifest.release)}']
    if manifest.undone:
        parts.append(f'"undone":{_json(sorted(manifest.undone))}')
    if manifest.touched:
        parts.append(f'"touched":{_json(sorted(manifest.touched))}')
    if manifest.releases:
        parts.append(f'"releases":[\n{_lines(_json(_release_entry(release)) for release in manifest.releases)}\n]')
    if manifest.kept:
        kept = (f"{_json(digest)}:{_json([entry.length, entry.release])}" for digest, entry in sorted(manifest.kept.items()))
        parts.append(f'"kept":{{\n{_lines(kept)}\n}}')
    return f"{{{','.join(parts)},{_objects(manifest.objects)}}}\n".encode()


def read_manifest(data: bytes) -> Manifest:
    """Read what `manifest_bytes` wrote, now or in version 1; raises TargetError for a damaged manifest and for one of a newer podpipe."""
    try:
        document = json.loads(data)
        version = document["version"]
        if version in {1, _VERSION}:
            return Manifest(
                objects={key: _read_holding(entry) for key, entry in document["objects"].items()},
                touched=frozenset(_text(key) for key in document.get("touched", ())),
                release=_text(document.get("release", "")),
                releases=tuple(_read_release(entry) for entry in document.get("releases", ())),
                kept={_text(digest): _read_kept(entry) for digest, entry in document.get("kept", {}).items()},
                undone=frozenset(_text(digest) for digest in document.get("undone", ())),
            )
        newer = version > _VERSION
    except _DAMAGE as error:
        raise _damaged() from error
    if newer:
        raise TargetError(f"a newer podpipe published here: {MANIFEST} has version {version}", hint="update podpipe, then publish again")
    raise _damaged()


def record_bytes(release: Release, objects: Mapping[str, Holding]) -> bytes:
    """The record of a release: the objects that it consists of."""
    return f'{{"version":{_VERSION},"release":{_json(_release_entry(release))},{_objects(objects)}}}\n'.encode()


def read_record(data: bytes, release: str) -> dict[str, Holding]:
    """The objects of a release, by key, from its record. Raises TargetError where that is damaged."""
    try:
        return {key: _read_holding(entry) for key, entry in json.loads(data)["objects"].items()}
    except _DAMAGE as error:
        raise TargetError(f"the record of release {release} is damaged", hint="choose another one: podpipe releases lists them") from error


def _damaged() -> TargetError:
    hint = "delete it on the target and publish again: everything is sent once more, and nothing is deleted"
    return TargetError(f"the list of published objects, {MANIFEST}, is damaged", hint=hint)


def _objects(holdings: Mapping[str, Holding]) -> str:
    lines = _lines(f"{_json(key)}:{_entry(held)}" for key, held in sorted(holdings.items()))
    return f'"objects":{{\n{lines}\n}}'


def _lines(entries: Any) -> str:
    return ",\n".join(entries)


def _entry(held: Holding) -> str:
    headers = _headers_json(held.content_type, held.cache_control)
    retired = "" if held.retired is None else f',"retired":{_json(held.retired.isoformat())}'
    return f'{{"digest":{_json(held.digest)},"length":{held.length},{headers}{retired}}}'


@functools.cache
def _headers_json(content_type: str, cache_control: str) -> str:
    """The same few headers come with thousands of objects."""
    return f'"content_type":{_json(content_type)},"cache_control":{_json(cache_control)}'


def _read_holding(entry: Mapping[str, Any]) -> Holding:
    digest, length, content_type, cache_control = (entry[name] for name in ("digest", "length", "content_type", "cache_control"))
    if not (isinstance(digest, str) and isinstance(length, int) and isinstance(content_type, str) and isinstance(cache_control, str)):
        raise TypeError(f"not an object's entry: {entry}")
    retired = entry.get("retired")
    return Holding(
        digest=digest,
        length=length,
        content_type=content_type,
        cache_control=cache_control,
        retired=None if retired is None else _time(retired),
    )


def _release_entry(release: Release) -> dict[str, object]:
    entry: dict[str, object] = {
        "id": release.id,
        "made": release.made.isoformat(),
        "objects": release.objects,
        "digest": release.digest,
    }
    return entry | ({"restores": release.restores} if release.restores else {})


def _read_release(entry: Mapping[str, Any]) -> Release:
    objects = entry["objects"]
    if not isinstance(objects, int):
        raise TypeError(f"not a release: {entry}")
    return Release(
        id=_text(entry["id"]),
        made=_time(entry["made"]),
        objects=objects,
        digest=_text(entry["digest"]),
        restores=_text(entry.get("restores", "")),
    )


def _read_kept(entry: Any) -> Kept:
    length, release = entry
    if not isinstance(length, int):
        raise TypeError(f"not a length: {length!r}")
    return Kept(length=length, release=_text(release))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"not a text: {value!r}")
    return value


def _time(value: Any) -> datetime:
    time = datetime.fromisoformat(value)
    if time.tzinfo is None:
        raise ValueError(f"a time without a zone: {value}")
    return time
