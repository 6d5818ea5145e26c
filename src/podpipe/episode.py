"""What can be published of a manuscript, when, and under which address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

from podpipe.model import AudioFacts, Chapter, Credit, Enclosure, Episode, Finding, Manuscript, Person, PublishedAudio, Show, Transcript
from podpipe.timecode import clock

_PLAIN = re.compile(r"[A-Za-z0-9/._~-]*")
"""What is the same in an address, as in most shows: to look is faster than to quote."""
_PLACEHOLDER = re.compile(":(?:title|year|month|day)")
_TOLERANCE = timedelta(seconds=2)
"""How far an author's duration may be off: people round, and players show whole seconds."""


def is_public(manuscript: Manuscript, *, as_of: datetime) -> bool:
    """Whether listeners may meet an episode: it is no draft, and its time has come."""
    return not manuscript.draft and manuscript.published <= as_of


def in_feed_order(manuscripts: Iterable[Manuscript]) -> tuple[Manuscript, ...]:
    """Newest first; of two with one date the file whose path sorts last comes first, as Jekyll orders its posts."""
    return tuple(sorted(manuscripts, key=lambda manuscript: (manuscript.published, manuscript.path), reverse=True))


def page_path(permalink: str, manuscript: Manuscript) -> str:
    """The path of an episode's page below the site, as its public address has it before percent-encoding."""
    date = manuscript.published
    parts = {":title": manuscript.slug, ":year": f"{date.year:04}", ":month": f"{date.month:02}", ":day": f"{date.day:02}"}
    return _PLACEHOLDER.sub(lambda match: parts[match[0]], permalink)


def page_url(show: Show, path: str) -> str:
    """The public address of a page by its path."""
    return show.site_url + (path if _PLAIN.fullmatch(path) else quote(path, safe="/~!$&()*+,;=:@"))


def page_key(path: str) -> str:
    """Where a page is kept on a target: `/episode/70` at `episode/70`, a path that ends in a slash at the `index.html` below it."""
    key = path.lstrip("/")
    return f"{key}index.html" if not key or key.endswith("/") else key


def duplicate_findings(manuscripts: Iterable[Manuscript]) -> tuple[Finding, ...]:
    """An error for each episode whose slug an earlier file has already: one of the two would vanish from the show.

    Case does not tell slugs apart, as it does not tell files apart on many disks.
    """
    first: dict[str, Manuscript] = {}
    findings = []
    for manuscript in sorted(manuscripts, key=lambda manuscript: manuscript.path):
        other = first.setdefault(manuscript.slug.casefold(), manuscript)
        if other is not manuscript:
            findings.append(
                Finding(
                    level="error",
                    rule="slug-duplicate",
                    where=manuscript.where("slug"),
                    message=f"{other.path} is episode {other.slug} already",
                    hint="give one of the files another name after its date",
                )
            )
    return tuple(findings)


def make_episode(
    manuscript: Manuscript,
    *,
    show: Show,
    people: Mapping[str, Person],
    enclosure: Enclosure | None,
    transcripts: tuple[Transcript, ...] = (),
    chapters: tuple[Chapter, ...] | None = None,
) -> Episode:
    """Join what the author wrote with the show's roster and the audio's facts. `people` is the roster by id.

    `chapters` are those that the episode has, where they are not the manuscript's.
    """
    path = page_path(show.permalink, manuscript)
    url = page_url(show, path)
    return Episode(
        slug=manuscript.slug,
        title=manuscript.title,
        published=manuscript.published,
        description=manuscript.description,
        key=page_key(path),
        url=url,
        guid=manuscript.guid or url,
        credits=tuple(_credit(actor_id, people) for actor_id in dict.fromkeys(manuscript.actor_ids)),
        enclosure=enclosure,
        chapters=manuscript.chapters if chapters is None else chapters,
        notes=manuscript.notes,
        path=manuscript.path,
        explicit=show.explicit if manuscript.explicit is None else manuscript.explicit,
        image=manuscript.image.lstrip("/") if manuscript.image else None,
        number=manuscript.number,
        season=manuscript.season,
        transcripts=transcripts,
        item=manuscript.item,
        tags=manuscript.tags,
    )


def make_enclosure(
    manuscript: Manuscript,
    *,
    show: Show,
    mime_type: str,
    facts: AudioFacts | None,
    url: str | None = None,
    published: PublishedAudio | None = None,
    key: str | None = None,
) -> Enclosure:
    """The audio as the feed names it: what was measured, and the author's figures where nothing could be.

    `url` is the address that listeners get of audio on another host, where it is not the one that the author wrote. `published` is the
    copy that the show publishes itself; where there is none yet, `key` is its place, as the author wrote it by default.
    """
    audio = manuscript.audio or ""
    if "://" in audio:
        place, address = None, url or audio
    else:
        place = published.key if published else key or audio.lstrip("/")
        address = show.address(place if _PLAIN.fullmatch(place) else quote(place))
    return Enclosure(
        url=address,
        mime_type=facts.mime_type if facts else mime_type,
        length=published.length if published else facts.length if facts else manuscript.length,
        duration=facts.duration if facts else manuscript.duration,
        key=place,
    )


def people_findings(manuscript: Manuscript, *, show: Show, people: Mapping[str, Person]) -> tuple[Finding, ...]:
    """A finding for each id that the roster does not hold; only a warning in a show that another engine publishes today."""
    unknown = [actor_id for actor_id in dict.fromkeys(manuscript.actor_ids) if actor_id not in people]
    known = ", ".join(list(people)[:8])
    return tuple(
        Finding(
            level="warning" if show.lenient else "error",
            rule="person-unknown",
            where=manuscript.where("actor_ids"),
            message=f"nobody in the show's roster has the id {actor_id!r}",
            hint=f"add the person to the settings{f', or use one of: {known}' if known else ''}",
        )
        for actor_id in unknown
    )


def figure_findings(manuscript: Manuscript, facts: AudioFacts) -> tuple[Finding, ...]:
    """A warning where the author's own size or duration is not what the audio file has; the measured figures are published."""
    findings = []
    if manuscript.length is not None and manuscript.length != facts.length:
        findings.append(
            Finding(
                level="warning",
                rule="audio-size-wrong",
                where=manuscript.where("audio_file_size"),
                message=f"the audio file has {facts.length:,} bytes, not {manuscript.length:,}",
                hint="leave it blank: podpipe fills it in",
            )
        )
    if manuscript.duration is not None and abs(manuscript.duration - facts.duration) > _TOLERANCE:
        findings.append(
            Finding(
                level="warning",
                rule="duration-wrong",
                where=manuscript.where("duration"),
                message=f"the audio plays for {clock(facts.duration)}, not {clock(manuscript.duration)}",
                hint="leave it blank: podpipe fills it in",
            )
        )
    return tuple(findings)


def _credit(actor_id: str, people: Mapping[str, Person]) -> Credit:
    person = people.get(actor_id) or Person(id=actor_id, name=actor_id)
    return Credit(person=person, role=person.role)
