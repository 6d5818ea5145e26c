"""How an episode's audio is published: under which name, with what written into it, and what is said when it has changed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from podpipe.languages import three_letters
from podpipe.model import AudioFacts, AudioRecord, AudioTags, Chapter, Cover, Finding, Level, Manuscript, Person, PublishedAudio, Show
from podpipe.timecode import clock

_PLAIN = re.compile(r"[A-Za-z0-9._~/-]+")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._~-]+")
_NOTICED = timedelta(seconds=1)
"""A smaller change of duration is one of how it is measured."""


def enclosure_keys(
    manuscripts: Iterable[Manuscript], records: Mapping[str, AudioRecord], *, ascii_names: bool, taken: Collection[str] = ()
) -> dict[str, str]:
    """Where each episode's own audio is kept on a target, by the manuscript's path; audio on another host has no place there.

    A name that every app takes stays as it is: of letters and digits of ASCII and `._~-`, the characters that a URL holds unescaped (RFC
    3986, section 2.3). Another is made of what is left of it, or of the slug or date, unlike any of `taken` and of the other episodes'.
    What a record says already stays, as long as the author names the same file. Without `ascii_names` all keep their names.
    """
    own = sorted((m for m in manuscripts if m.audio and "://" not in m.audio), key=lambda m: (m.published, m.path))
    written = {manuscript.path: (manuscript.audio or "").lstrip("/") for manuscript in own}
    if not ascii_names:
        return written
    keys = {path: key for path, key in written.items() if _PLAIN.fullmatch(key)}
    for manuscript in own:
        record = record_of(manuscript, records)
        if manuscript.path not in keys and record is not None and record.published is not None:
            keys[manuscript.path] = record.published.key
    claimed = {key.casefold() for key in (*taken, *keys.values())}
    for manuscript in own:
        if manuscript.path not in keys:
            key = _unclaimed(_ascii_key(written[manuscript.path], manuscript), claimed)
            claimed.add(key.casefold())
            keys[manuscript.path] = key
    return keys


def audio_tags(
    manuscript: Manuscript,
    *,
    show: Show,
    link: str,
    chapters: tuple[Chapter, ...],
    facts: AudioFacts,
    people: Mapping[str, Person],
    cover: Cover | None,
) -> AudioTags:
    """What podpipe writes into the published copy of an episode's audio. `people` is the roster by id, `link` the episode's page."""
    names = [people[actor].name if actor in people else actor for actor in dict.fromkeys(manuscript.actor_ids)]
    return AudioTags(
        title=manuscript.title,
        artist=", ".join(names) or show.author,
        album=show.title,
        published=manuscript.published,
        duration=facts.duration,
        track=manuscript.number,
        season=manuscript.season,
        comment=manuscript.description,
        language=three_letters(show.language),
        link=link,
        cover=cover,
        chapters=tuple(sorted((c for c in chapters if c.start < facts.duration), key=lambda chapter: chapter.start)),
    )


def change_finding(
    manuscript: Manuscript, record: AudioRecord | None, facts: AudioFacts, published: PublishedAudio | None = None
) -> Finding | None:
    """What has changed of a public episode's audio since it was recorded; None where nothing that listeners' apps notice has.

    Apps that have the old file keep it, and those that are half way through it go on in another one.
    """
    if record is None or record.audio != manuscript.audio:
        return None
    before, now = record.facts, facts
    old, new = (record.published, published) if record.published and published else (None, None)
    old_length, new_length = (old.length, new.length) if old and new else (before.length, now.length)
    changes = []
    if abs(before.duration - now.duration) >= _NOTICED:
        changes.append(f"it plays for {clock(now.duration)} and no longer for {clock(before.duration)}")
    if old_length != new_length:
        changes.append(f"it has {new_length:,} bytes and no longer {old_length:,}")
    if not changes:
        return None
    message = f"the audio has changed since podpipe.lock was written: {', and '.join(changes)}"
    hint = "make sure that it is the right file: whoever has the old one keeps it"
    return audio_finding(manuscript, "warning", "audio-changed", message, hint)


def audio_finding(manuscript: Manuscript, level: Level, rule: str, message: str, hint: str) -> Finding:
    """A finding at the front matter key that names an episode's audio."""
    written = [name for name, *_ in manuscript.places]
    key = next((name for name in ("audio_file_url", "audio_file_path") if name in written), None)
    return Finding(level=level, rule=rule, where=manuscript.where(key), message=message, hint=hint)


def record_of(manuscript: Manuscript, records: Mapping[str, AudioRecord]) -> AudioRecord | None:
    """The record, of those by slug, of the audio that an episode names now; None where the author names another file."""
    record = records.get(manuscript.slug)
    return record if record is not None and record.audio == manuscript.audio else None


def _ascii_key(key: str, manuscript: Manuscript) -> str:
    folder, _, name = key.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    candidates = (_plain(stem), _plain(manuscript.slug), f"{manuscript.published:%Y-%m-%d}")
    best = next(candidate for candidate in candidates if candidate)
    places = [part for part in map(_plain, folder.split("/")) if part] or ["audio"]
    return "/".join((*places, f"{best}{dot}{extension.lower()}"))


def _plain(text: str) -> str:
    """What is left of a name in ASCII: letters without their accents, hyphens for what stands between."""
    bare = unicodedata.normalize("NFKD", text)
    kept = "".join(character for character in bare if not unicodedata.combining(character))
    return _NOT_PLAIN.sub("-", kept).strip("-.~_")


def _unclaimed(key: str, claimed: Collection[str]) -> str:
    stem, _, extension = key.rpartition(".")
    candidate, number = key, 2
    while candidate.casefold() in claimed:
        candidate, number = f"{stem}-{number}.{extension}", number + 1
    return candidate
