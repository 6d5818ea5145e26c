"""Where the feed lies that podcast apps have now, on a target, on the web or in a file, and what a publish would change in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from podpipe.chapter_forms import chapters_key
from podpipe.enriched import Enriched
from podpipe.episode import page_path, page_url
from podpipe.errors import PodpipeError, WebError
from podpipe.feed_references import site_key
from podpipe.guard import LIMIT, Comparison, PublishedFeed, Source, compare, feed_findings, read_whole_feed, refusal
from podpipe.job import Job
from podpipe.model import Artifact, Episode, Finding, Holding, Manuscript, Show, Where
from podpipe.plan import Rank, rank
from podpipe.settings import Settings
from podpipe.targets import Target
from podpipe.targets.upload import holdings

_SECONDS = 60.0
"""What a live feed may take to arrive; a host that does not answer costs one connect timeout."""

_ABSENT = {404, 410}


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A feed that apps may have, and the place it was read from, as people may see it; without a feed, `problem` may say why."""

    place: str
    feed: PublishedFeed | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a publish would change in a feed: the place of the earlier one, and the episodes' sources by GUID and by page address."""

    earlier: Earlier
    comparison: Comparison
    sources: Mapping[str, Source]


class LiveFeed:
    """The feed at its public address, where the settings want it to be compared with; it is asked for once, whoever calls how often."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._found: Earlier | None = None

    def __call__(self) -> Earlier | None:
        """The live feed, or why it cannot be had; None where it is not wanted, or does not exist yet."""
        show = self._settings.show
        if not self._settings.guard.live:
            return None
        if self._found is None:
            address = show.address(show.feed)
            try:
                self._found = feed_at(address, contact=show.site_url)
            except WebError as error:
                problem = "" if error.status in _ABSENT else str(error)
                self._found = Earlier(place=address, problem=problem)
        return self._found if self._found.feed or self._found.problem else None


def feed_at(address: str, *, contact: str = "") -> Earlier:
    """The feed at a web address, with the pages that follow it. Raises WebError where there is none to be had."""
    from podpipe.web import Web, shown_url  # httpx takes a tenth of a second to load

    with Web(contact=contact, budget=LIMIT, limit=LIMIT, seconds=_SECONDS, attempts=1) as web:

        def fetched(url: str) -> bytes:
            with web.open(url) as remote:
                return remote.file.read()

        def page(url: str) -> bytes | None:
            try:
                return fetched(url)
            except WebError:
                return None  # what cannot be had cannot be compared, and what is there can

        return Earlier(place=shown_url(address), feed=read_whole_feed(fetched(address), page))


def feed_on(target: Target, show: Show) -> Earlier | None:
    """The feed that a target holds, None where it holds none. Raises TargetError."""
    data = target.read(show.feed)
    return None if data is None else Earlier(place=target.url, feed=read_whole_feed(data, _pages(show, target.read)))


def feed_of(against: str, *, contact: str = "") -> Earlier:
    """The feed that a file holds, or a web address. Raises PodpipeError where there is none to be had."""
    if against.startswith(("http://", "https://")):
        earlier = feed_at(against, contact=contact)
    else:
        try:
            data = Path(against).read_bytes()
        except OSError as error:
            raise PodpipeError(f"{against} cannot be read: {error.strerror}", hint="name a feed's file, or its web address") from error
        earlier = Earlier(place=against, feed=read_whole_feed(data, lambda _: None))
    if earlier.feed and earlier.feed.problem and not earlier.feed.items:
        raise PodpipeError(f"{earlier.place} cannot be compared with: {earlier.feed.problem}", hint="name an RSS feed")
    return earlier


def difference(
    show: Show, earlier: Earlier, artifacts: Iterable[Artifact], enriched: Enriched | None, *, on: Target | None = None
) -> Difference:
    """What the artifacts' feed changes for those who have the earlier one.

    Without `enriched`, no change is told with the file that it comes from. With the target that this one lies `on`, chapters that change
    behind an address that stays are found too, by reading every chapters file there that is to be replaced. Raises TargetError.
    """
    made = {artifact.key: artifact for artifact in artifacts}
    rewritten = _rewritten(show, enriched.episodes, made, on) if on and enriched else ()
    comparison = compare(earlier.feed or PublishedFeed(), made_feed(show, made), rewritten=rewritten)
    return Difference(earlier=earlier, comparison=comparison, sources=_sources(show, enriched) if enriched else {})


class FeedGuard:
    """Finds, before a feed goes to a target, what it would change for those who have the feed of today; a `podpipe.delivery.Guard`.

    Compared is with the feed on the target, and where that holds none with the one that is live. Where all feeds stay as they are, none is
    even read. Raises PodpipeError where the job allows what is no change.
    """

    def __init__(self, job: Job) -> None:
        for option in job.allowed:
            if (problem := refusal(option)) is not None:
                raise PodpipeError(problem)
        self._job = job
        self._live = LiveFeed(job.settings)

    def __call__(
        self, target: Target, artifacts: tuple[Artifact, ...], enriched: Enriched | None, *, held: Mapping[str, Holding]
    ) -> tuple[Finding, ...]:
        """The changes as findings; an error stops the publish to this target. Raises TargetError."""
        settings = self._job.settings
        feed = settings.show.feed
        feeds = [artifact for artifact in artifacts if rank(artifact) >= Rank.FEED_PAGES]  # an older page may change alone
        if all(artifact.key in held and held[artifact.key].digest == artifact.digest for artifact in feeds):
            return ()
        earlier = feed_on(target, settings.show) or self._live()
        if earlier is None:
            return ()
        unknown = _unknown(earlier, feed)
        if earlier.feed is None or (earlier.feed.problem and not earlier.feed.items):
            return unknown
        found = difference(settings.show, earlier, artifacts, enriched)
        told = feed_findings(found.comparison, feed=feed, sources=found.sources, allowed=self._job.allowed, switches=settings.rules)
        return (*unknown, *told)


def _unknown(earlier: Earlier, feed: str) -> tuple[Finding, ...]:
    """What to say where the earlier feed, or a part of it, is not known."""
    if earlier.feed is None:
        message = f"the feed that is live cannot be compared with: {earlier.problem}"
        hint = f"run podpipe diff --against {earlier.place} when it can be reached, or set live = false under [guard]"
    elif earlier.feed.problem:
        count = len(earlier.feed.items)
        part = f"damaged, and {count} episodes could be read" if count else "not compared with"
        message = f"the feed on {earlier.place} is {part}: {earlier.feed.problem}"
        hint = "look at it in a browser"
    else:
        return ()
    return (Finding(level="info", rule="feed-before-unknown", where=Where(path=feed), message=message, hint=hint),)


def made_feed(show: Show, made: Mapping[str, Artifact]) -> PublishedFeed:
    """The show's own feed as artifacts hold it, by their keys, with the pages that follow it."""

    def content(key: str) -> bytes | None:
        artifact = made.get(key)
        return artifact.content if artifact and isinstance(artifact.content, bytes) else None

    return read_whole_feed(content(show.feed) or b"", _pages(show, content))


def _pages(show: Show, read: Callable[[str], bytes | None]) -> Callable[[str], bytes | None]:
    """What lies at an address of the show's own site, by what reads a key."""

    def page(address: str) -> bytes | None:
        key = site_key(show, address)
        return None if key is None else read(key)

    return page


def _rewritten(show: Show, episodes: Iterable[Episode], made: Mapping[str, Artifact], target: Target) -> frozenset[str]:
    """The addresses of chapters files that hold other chapters on the target."""
    held = holdings(target)
    keys = (key for key in map(chapters_key, episodes) if key in made and key in held and held[key].digest != made[key].digest)
    return frozenset(show.address(quote(key)) for key in keys if _chapters(target.read(key)) != _chapters(made[key].content))


def _chapters(content: object) -> object:
    """The chapters in a file, without what it says of the show and the episode; None where it cannot be read."""
    try:
        return json.loads(content)["chapters"] if isinstance(content, bytes) else None
    except (ValueError, KeyError, TypeError):
        return None


def _sources(show: Show, enriched: Enriched) -> Mapping[str, Source]:
    sources: dict[str, Source] = {}
    for episode in enriched.episodes:
        for name in (episode.guid, episode.url):
            sources.setdefault(name, Source(slug=episode.slug, path=episode.path))
    for manuscript in enriched.held_back:
        url = page_url(show, page_path(show.permalink, manuscript))
        for name in (manuscript.guid or url, url):
            sources.setdefault(name, Source(slug=manuscript.slug, path=manuscript.path, held_back=_why(manuscript)))
    return sources


def _why(manuscript: Manuscript) -> str:
    if manuscript.draft:
        return "is a draft now"
    return f"is dated {manuscript.published:%Y-%m-%d %H:%M %z}, and not published in this run"
