"""The six stages of a publish, each a function from what is known before it to what is known after it.

`podpipe.pipeline` calls them in their order. Here they only meet their rooms: what each one knows is written there. The rooms of the stages
after the first are imported where they are entered: while other processes read, this one loads them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from podpipe import sources
from podpipe.crew import part_size, spread, together
from podpipe.enriched import Enriched
from podpipe.episode import (
    duplicate_findings,
    in_feed_order,
    page_key,
    page_path,
)
from podpipe.job import Job
from podpipe.ledger import Digests, Taken, cache_folder, take_digest
from podpipe.links import own_link_findings
from podpipe.lockfile import recorded_guid
from podpipe.manuscript import Reading, read_manuscript
from podpipe.model import (
    Artifact,
    Episode,
    FileContent,
    Finding,
    Manuscript,
    Show,
)
from podpipe.settings import Settings
from podpipe.uris import podcast_guid

_MEDIA_CACHE = "public, max-age=604800"
_OWN_FILE_WINS = frozenset({"404.html", "robots.txt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """Every manuscript that could be read, newest first, and what was found on the way."""

    manuscripts: tuple[Manuscript, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What listeners get but the posts, and the lines of those that were written on the way: all of them or none."""

    artifacts: tuple[Artifact, ...]
    posts: tuple[bytes, ...] = ()


def ingest(job: Job, *, to_render: bool = False) -> Ingested:
    """Read every episode's file. Of two with one slug the second is left out, with its error.

    With `to_render` what rendering needs is loaded on the way, while other processes read.
    """
    settings = job.settings
    zone = ZoneInfo(settings.show.timezone)
    paths = sources.list_episodes(settings.root, settings.episodes)
    readings = spread(partial(_read, settings.root, zone=zone, site=settings.liquid), paths, meanwhile=_load if to_render else None)
    manuscripts = in_feed_order(reading.manuscript for reading in readings if reading.manuscript)
    findings = [finding for reading in readings for finding in reading.findings]
    repeated = duplicate_findings(manuscripts)
    second = {finding.where.path for finding in repeated}
    return Ingested(
        manuscripts=tuple(manuscript for manuscript in manuscripts if manuscript.path not in second), findings=(*findings, *repeated)
    )


def _read(root: Path, path: str, *, zone: tzinfo, site: Mapping[str, Any] | None) -> Reading:
    source = sources.read_source(root, path)
    return Reading(manuscript=None, findings=(source,)) if isinstance(source, Finding) else read_manuscript(source, zone=zone, site=site)


def _load() -> None:
    """Load the rooms of later stages, the theme, lxml and feedgen: more than a tenth of a second in which this process could not read."""
    for room in ("enrichment", "feed", "selection", "site", "social", "subscriptions"):
        import_module(f"podpipe.{room}")
    from podpipe.theme import load_ahead

    load_ahead(sources.shared_folder("templates"))


def enrich(job: Job, ingested: Ingested) -> Enriched:
    """Decide which episodes are public, and join each with its people and what its audio file is."""
    from podpipe.enrichment import enriched
    from podpipe.selection import chosen

    settings = job.settings
    public, held_back, findings = chosen(job, ingested.manuscripts)
    known = enriched(settings, ingested.manuscripts, public=frozenset(public), held_back=held_back, afar=job.measure_hosted)
    if job.demands:
        findings += _demands(settings, ingested.manuscripts, known.episodes, known.files)
    return replace(known, findings=(*findings, *known.findings))


def _demands(
    settings: Settings, manuscripts: tuple[Manuscript, ...], episodes: tuple[Episode, ...], files: tuple[sources.StaticFile, ...]
) -> tuple[Finding, ...]:
    # Imported here: a build looks at neither.
    from podpipe.directories import directory_findings
    from podpipe.pictures import look_at

    wanted = {settings.show.artwork, *(episode.image for episode in episodes)}
    return directory_findings(
        settings.show,
        episodes,
        profiles=settings.profiles,
        config=settings.place,
        manuscripts={manuscript.path: manuscript for manuscript in manuscripts},
        pictures={file.key: look_at(file.path) for file in files if file.key in wanted},
    )


def validate(job: Job, enriched: Enriched) -> tuple[Finding, ...]:
    """Check the links of all show notes to the show's own site. Checks of other sites will join it here."""
    from podpipe.site import site_keys
    from podpipe.subscriptions import feed_keys, tag_findings

    show, feeds = job.settings.show, job.settings.feeds
    unused = tag_findings(enriched.episodes, feeds, where=job.settings.place("feeds"))
    if not job.check_links:
        return unused
    made = (*site_keys(show, enriched.episodes), *feed_keys(show, enriched.episodes, feeds))
    keys = {*made, *(file.key for file in enriched.files), *enriched.missing_audio}
    waiting = {page_key(page_path(show.permalink, manuscript)) for manuscript in enriched.held_back}
    return (*unused, *own_link_findings(enriched.episodes, show=show, keys=keys, held_back=waiting))


def render(job: Job, enriched: Enriched) -> Rendered:
    """Make everything that listeners get but the posts: pages, feed, chapters, assets, and the files that are published as they are.

    Where the work is shared out among processes, these write the posts' lines too, for `compose`: to gather them twice would take longer.
    """
    from podpipe.site import site_parts
    from podpipe.subscriptions import feed_parts, site_feeds
    from podpipe.theme import load_theme

    show, feeds = known_show(job.settings), job.settings.feeds
    theme = load_theme(sources.shared_folder("templates"))
    size = part_size(len(enriched.episodes))
    parts: list[Callable[[], tuple[Any, ...]]] = [
        *feed_parts(show, enriched.episodes, feeds),
        *site_parts(show, enriched.episodes, theme, size=size, feeds=site_feeds(show, enriched.episodes, feeds)),
    ]
    pages = len(parts)
    digests = Digests(cache_folder())
    unread = [file.path for file in enriched.files if file.content is None and digests.recall(file.path) is None]
    parts.append(partial(_taken, unread))
    if size < len(enriched.episodes):
        parts += (partial(_posts, show, enriched.episodes[start : start + size]) for start in range(0, len(enriched.episodes), size))
    done = together(parts)
    made: list[Artifact] = [*theme.assets(), *(artifact for part in done[:pages] for artifact in part)]
    kept = _kept(enriched.files, made, digests, dict(zip(unread, done[pages], strict=True)))
    own = {artifact.key for artifact in kept}
    artifacts = (*(artifact for artifact in made if artifact.key not in own), *kept)
    return Rendered(artifacts=artifacts, posts=tuple(line for part in done[pages + 1 :] for line in part))


def _kept(files: Iterable[sources.StaticFile], made: Iterable[Artifact], digests: Digests, taken: Mapping[Path, Taken]) -> list[Artifact]:
    """The files that are published beside what was made, `taken` being the digests that were not known before."""
    from podpipe.social import POSTS

    for path, known in taken.items():
        digests.note(path, known)
    occupied = {POSTS, *(artifact.key for artifact in made)}
    kept = []
    for file in files:
        if file.key not in occupied or file.key in _OWN_FILE_WINS:
            content = file.content
            if content is None:
                digest = taken[file.path].digest if file.path in taken else digests.digest(file.path)
                content = FileContent(path=str(file.path), digest=digest, length=file.length)
            kept.append(Artifact(key=file.key, content=content, content_type=sources.content_type(file.key), cache_control=_MEDIA_CACHE))
    digests.save()
    return kept


def _taken(paths: Sequence[Path]) -> tuple[Taken, ...]:
    return tuple(map(take_digest, paths))


def known_show(settings: Settings) -> Show:
    """The show with the podcast:guid that was first published, where one was: made of the feed's address once, it outlives that."""
    show = settings.show
    guid = show.channel.guid or recorded_guid(settings.root)
    return replace(show, channel=replace(show.channel, guid=guid)) if guid else show


def show_guid(settings: Settings) -> str:
    """The show's podcast:guid, which a publish records."""
    show = known_show(settings)
    return show.channel.guid or podcast_guid(show.address(show.feed))


def _posts(show: Show, episodes: Sequence[Episode]) -> tuple[bytes, ...]:
    from podpipe.social import posts_lines

    return tuple(posts_lines(show, episode) for episode in episodes)


def compose(job: Job, enriched: Enriched, rendered: Rendered) -> Artifact:
    """Write the social posts for each chapter of each episode, into one file for whoever posts them."""
    from podpipe.social import posts_artifact

    return posts_artifact(rendered.posts or _posts(job.settings.show, enriched.episodes))


def changed_feeds(job: Job, enriched: Enriched, sent: Collection[tuple[str, str]]) -> Mapping[str, str]:
    """The feeds that somebody is to be told of, addresses by key: those among the objects `sent`, each a target and a key."""
    if not sent:
        return {}
    from podpipe.ping import news, public_targets
    from podpipe.subscriptions import feed_addresses

    settings = job.settings
    addresses = feed_addresses(settings.show, enriched.episodes, settings.feeds)
    return news(sent, addresses, public=public_targets(settings.targets, settings.ping), choices=settings.ping)


def announce(job: Job, changed: Mapping[str, str]) -> tuple[Finding, ...]:
    """Tell those whom the show has chosen that feeds have changed, addresses by key."""
    from podpipe.ping import tell
    from podpipe.web import Web

    settings = job.settings
    with Web(contact=settings.show.site_url) as web:
        return tell(changed, feed=settings.show.feed, choices=settings.ping, where=settings.place("ping"), web=web)
