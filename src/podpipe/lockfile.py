"""podpipe.lock: what was measured of every episode's audio, kept beside the show so that a machine without the audio builds the same feed.

It is JSON, sorted by episode, a key on each line: a change reads well as a diff. Times are seconds, sizes bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, cast, get_args

from podpipe.errors import ConfigError
from podpipe.known import known
from podpipe.model import AudioFacts, AudioRecord, BitrateMode, Chapter, Doubt, Level, PublishedAudio
from podpipe.timecode import seconds

LOCK = "podpipe.lock"
_VERSION = 1
_GUID = re.compile(r'^  "guid": "([0-9a-f-]{36})"', re.MULTILINE)
_HEAD = 1000
DAMAGED = (AttributeError, KeyError, TypeError, ValueError, OverflowError)
"""What reading a record raises that was not written by podpipe, or not as it is now."""
_ABOUT = "What podpipe measured of each episode's audio. Commit it; podpipe keeps it up to date."


def read_lock(root: Path) -> dict[str, AudioRecord]:
    """The records of a show's lock file by slug, none where there is no such file.

    Raises ConfigError for a file that is damaged, with what to do, and for one of a newer podpipe.
    """
    try:
        text = (root / LOCK).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise _damaged("it is not UTF-8 text") from error
    except OSError as error:
        raise ConfigError(f"{LOCK} cannot be read: {error.strerror}", path=LOCK, hint="look at its permissions") from error
    try:
        document = json.loads(text)
    except ValueError as error:
        conflict = "<<<<<<<" in text
        raise _damaged("it holds a merge conflict" if conflict else f"it is not JSON: {error}") from error
    except RecursionError as error:
        raise _damaged("it is nested too deeply") from error
    version = document.get("version") if isinstance(document, dict) else None
    if isinstance(version, int) and version > _VERSION:
        raise ConfigError(f"{LOCK} was written by a newer podpipe (version {version})", path=LOCK, hint="update podpipe")
    if version != _VERSION or not isinstance(document.get("episodes"), dict):
        raise _damaged("it has no version, or no episodes")
    records = {}
    for slug, entry in document["episodes"].items():
        try:
            records[slug] = record_from(entry)
        except DAMAGED as error:
            raise _damaged(f"the entry of episode {slug} cannot be read") from error
    return records


def recorded_guid(root: Path) -> str | None:
    """The show's podcast:guid as it was first published, None where no lock file tells of one."""
    try:
        with (root / LOCK).open(encoding="utf-8-sig", errors="replace") as file:
            head = file.read(_HEAD)  # it stands before the episodes, of which there may be thousands
    except OSError:
        return None  # what is wrong with the file is told by whoever reads its records
    found = _GUID.search(head.partition('"episodes"')[0])
    return found[1] if found else None


def write_lock(root: Path, records: Mapping[str, AudioRecord], *, guid: str | None = None) -> bool:
    """Write the lock file, whole or not at all, where it would change; says whether it did. Raises ConfigError where it cannot.

    `guid` is the show's podcast:guid, which is recorded once: one that the file has already stays.
    """
    data = lock_text(records, guid=recorded_guid(root) or guid).encode()
    place = root / LOCK
    draft = root / f".{LOCK}.new"
    try:
        if place.is_file() and place.read_bytes() == data:
            return False
        draft.write_bytes(data)
        draft.replace(place)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise ConfigError(f"{LOCK} cannot be written: {error.strerror}", path=LOCK, hint="look at the folder's permissions") from error
    return True


def lock_text(records: Mapping[str, AudioRecord], *, guid: str | None = None) -> str:
    """The lock file's text; the same records give the same text."""
    document = {
        "about": _ABOUT,
        "version": _VERSION,
        **({"guid": guid} if guid else {}),
        "episodes": {slug: record_entry(records[slug]) for slug in sorted(records, key=_natural)},
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def record_entry(record: AudioRecord) -> dict[str, object]:
    """A record as JSON has it; what is not known is left out."""
    facts = record.facts
    entry: dict[str, object] = {
        "audio": record.audio,
        "version": record.version,
        "bytes": facts.length,
        "seconds": seconds(facts.duration),
        "type": facts.mime_type,
        "bitrate": facts.bitrate,
        "bitrate_mode": facts.bitrate_mode,
        "channels": facts.channels,
        "sample_rate": facts.sample_rate,
        "cover": facts.cover,
        "chapters": [known({"start": seconds(chapter.start), "title": chapter.title, "url": chapter.url}) for chapter in facts.chapters],
        "doubts": [
            known({"rule": doubt.rule, "level": doubt.level, "message": doubt.message, "hint": doubt.hint}) for doubt in record.doubts
        ],
    }
    published = record.published
    if published is not None:
        entry["published"] = known(
            {
                "key": published.key,
                "bytes": published.length,
                "sha256": published.digest,
                "tags": published.tags,
                "notes": list(published.notes),
            }
        )
    return known(entry)


def record_from(entry: Any) -> AudioRecord:
    """Read what `record_entry` made. Raises one of DAMAGED for anything else."""
    mode, written = entry.get("bitrate_mode"), entry.get("published")
    if mode is not None and mode not in get_args(BitrateMode):
        raise ValueError(mode)
    facts = AudioFacts(
        length=int(entry["bytes"]),
        duration=timedelta(seconds=float(entry["seconds"])),
        mime_type=_text(entry["type"]),
        bitrate=_whole(entry.get("bitrate")),
        bitrate_mode=cast("BitrateMode | None", mode),
        channels=_whole(entry.get("channels")),
        sample_rate=_whole(entry.get("sample_rate")),
        chapters=tuple(_chapters(entry.get("chapters", []))),
        cover=None if entry.get("cover") is None else _text(entry["cover"]),
    )
    published = None
    if written is not None:
        published = PublishedAudio(
            key=_key(written["key"]),
            length=int(written["bytes"]),
            digest=_text(written["sha256"]),
            tags=_text(written.get("tags", "")),
            notes=tuple(map(_text, written.get("notes", []))),
        )
    return AudioRecord(
        audio=_text(entry["audio"]),
        version=_text(entry.get("version", "")),
        facts=facts,
        doubts=tuple(_doubts(entry.get("doubts", []))),
        published=published,
    )


def _chapters(entries: Iterable[Any]) -> Iterable[Chapter]:
    for entry in entries:
        url = entry.get("url")
        yield Chapter(start=timedelta(seconds=float(entry["start"])), title=_text(entry["title"]), url=None if url is None else _text(url))


def _doubts(entries: Iterable[Any]) -> Iterable[Doubt]:
    for entry in entries:
        level, rule = entry["level"], _text(entry["rule"])
        if level not in get_args(Level):
            raise ValueError(level)
        yield Doubt(rule=rule, level=level, message=_text(entry["message"]), hint=_text(entry.get("hint", "")))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _whole(value: Any) -> int | None:
    if value is not None and not isinstance(value, int):
        raise TypeError(value)
    return value


def _key(value: Any) -> str:
    # It becomes a path on the target: a lock file that was tampered with must not lead out of the site.
    key = _text(value)
    if not key or key.startswith("/") or "\\" in key or ".." in key.split("/"):
        raise ValueError(key)
    return key


def _natural(slug: str) -> tuple[int, int, str]:
    """Numbers in their order before names."""
    return (0, int(slug), slug) if slug.isascii() and slug.isdecimal() and len(slug) < 19 else (1, 0, slug)


def _damaged(why: str) -> ConfigError:
    hint = "bring back an earlier one from Git, or delete it: podpipe measures the audio again, and names that it had given are made anew"
    return ConfigError(f"{LOCK} is damaged: {why}", path=LOCK, hint=hint)
