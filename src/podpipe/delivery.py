"""One target brought up to date, or put back to an earlier release: asked what it holds, guarded, locked, and changed by a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from podpipe.earlier import made_feed
from podpipe.enriched import Enriched
from podpipe.errors import TargetError
from podpipe.feed_references import references
from podpipe.job import Job
from podpipe.model import Artifact, Finding, Holding, PublishPlan, PublishReport, Release, Step, Uploaded, Where
from podpipe.plan import holding, make_plan
from podpipe.rules import judged
from podpipe.settings import Settings
from podpipe.targets import Target, opened
from podpipe.targets.lock import Lease, locked
from podpipe.targets.releasing import Retention, content_digest, make_release
from podpipe.targets.upload import State, nothing_done, state_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """Who hears of a target's progress: of the plan that is about to be carried out, of each step, and of a wait for another publish."""

    on_plan: Callable[[PublishPlan], None] = lambda _: None
    on_step: Callable[[Step], None] = lambda _: None
    on_wait: Callable[[str], None] = lambda _: None


class Guard(Protocol):
    """What compares the feed with the one that apps have, before it goes to a target that holds `held`."""

    def __call__(
        self, target: Target, artifacts: tuple[Artifact, ...], enriched: Enriched | None, *, held: Mapping[str, Holding]
    ) -> tuple[Finding, ...]:
        """What the publish would change in it, as findings; an error forbids the publish."""


def deliver(
    job: Job, url: str, artifacts: tuple[Artifact, ...], enriched: Enriched, *, blocked: bool, guard: Guard, listeners: Listeners
) -> Uploaded:
    """Bring one target to hold the artifacts, or only say what would change.

    With `blocked` nothing is changed, yet the target is asked what it holds, so that one run tells of a bad bucket too. A change of the
    feed that would cost listeners leaves the target as it is; `guard` finds those. A target that needs no change is not locked. Raises
    TargetError.
    """
    enclosures = {episode.enclosure.key for episode in enriched.episodes if episode.enclosure and episode.enclosure.key}

    def judged(target: Target, state: State) -> Uploaded:
        plan = planned(job, target, artifacts, state, keep=enclosures)
        silent = () if job.allow_missing_audio else _silent_findings(enriched, state.held)
        undone = _undone_findings(job.settings, artifacts, state)
        return Uploaded(plan=plan, report=None, findings=(*silent, *undone, *guard(target, artifacts, enriched, held=state.held)))

    with opened(url, root=job.settings.root, credentials=job.credentials) as target:
        state = state_of(target, recheck=job.recheck or job.dry_run)
        found = judged(target, state)
        if blocked or job.dry_run or found.refused:
            return found
        if not found.plan.steps:
            return Uploaded(plan=found.plan, report=nothing_done(found.plan), findings=found.findings)
        with locked(target, wait=job.wait, on_wait=listeners.on_wait) as lease:
            # Only now does nobody else change the target: what was planned before may be out of date.
            now = state_of(target, recheck=True)
            if now != state:
                state, found = now, judged(target, now)
                if found.refused:
                    return found
            report = carried_out(job, found.plan, artifacts, target, state=state, lease=lease, listeners=listeners)
        noted, after = looked_at_after(job, url, target, artifacts, report)
    return Uploaded(plan=found.plan, report=noted, findings=(*found.findings, *after))


def carried_out(
    job: Job,
    plan: PublishPlan,
    artifacts: tuple[Artifact, ...],
    target: Target,
    *,
    state: State,
    lease: Lease,
    listeners: Listeners,
    restores: Release | None = None,
    undone: frozenset[str] = frozenset(),
) -> PublishReport:
    """Make a release of a plan, as the job and its settings have it; `podpipe.targets.releasing.make_release` says the rest."""
    listeners.on_plan(plan)
    publishing = job.settings.publishing
    return make_release(
        plan,
        artifacts,
        target,
        state=state,
        lease=lease,
        now=job.as_of,
        retention=Retention(releases=publishing.releases, audio=publishing.keep_audio),
        restores=restores,
        undone=undone,
        on_step=listeners.on_step,
    )


def looked_at_after(
    job: Job, url: str, target: Target, artifacts: tuple[Artifact, ...], report: PublishReport
) -> tuple[PublishReport, tuple[Finding, ...]]:
    """See to a target once a release is there: how it gives out what was brought, whether players may read it, what listeners find.

    An error among the findings undoes nothing: the target was published. The report is given back, maybe with a note.
    """
    settings = job.settings
    found = [*_altered_findings(report)]
    if settings.publishing.set_cors:
        found += _opened_to_players(target, settings)
    if settings.publishing.public_url is not None:
        from podpipe.public_checks import behind_public_url

        if url == behind_public_url(settings) and target.whole:
            # A host builds its pages some time after they were pushed.
            report = replace(report, notes=(*report.notes, "what listeners find is for podpipe audit to see, once the host shows it"))
        elif url == behind_public_url(settings):
            found += _given_to_listeners(settings, artifacts, report)
    return report, judged(found, settings.rules)


def _given_to_listeners(settings: Settings, artifacts: tuple[Artifact, ...], report: PublishReport) -> tuple[Finding, ...]:
    from podpipe.public_checks import AFTER_PUBLISH_SECONDS, public_findings

    made = {artifact.key: artifact for artifact in artifacts}
    brought = {key: holding(made[key]) for key in (*report.put, *report.copied)}
    named = references(made_feed(settings.show, made), settings.show)
    return public_findings(settings, brought, named, seconds=AFTER_PUBLISH_SECONDS)


def _opened_to_players(target: Target, settings: Settings) -> tuple[Finding, ...]:
    try:
        target.open_to_players(change=True)
    except TargetError as error:
        message = f"players on other sites may not be able to read the feed, chapters and transcripts: {error.message}"
        return (Finding(level="warning", rule="cors-not-set", where=settings.place("publishing"), message=message, hint=error.hint),)
    return ()


def planned(job: Job, target: Target, artifacts: tuple[Artifact, ...], state: State, *, keep: Iterable[str] = ()) -> PublishPlan:
    """What would bring a target to hold the artifacts, as the job and the settings have it."""
    return make_plan(
        target.url,
        artifacts,
        state.held,
        keep=set(keep),
        stored={digest: kept.length for digest, kept in state.manifest.kept.items()},
        grace=job.settings.publishing.grace if job.grace is None else job.grace,
        now=job.as_of,
    )


def _undone_findings(settings: Settings, artifacts: tuple[Artifact, ...], state: State) -> tuple[Finding, ...]:
    """An error where the publish would bring back what a rollback has taken away."""
    undone = state.manifest.undone
    feed = settings.show.feed
    feeds = {artifact.digest for artifact in artifacts if artifact.key == feed}
    if not undone or not (feeds & undone or content_digest(artifacts) in undone):
        return ()
    message = "this is what a rollback has taken away from the target: nothing in the show has been corrected since"
    hint = "correct it and publish again, or put that release back with podpipe rollback"
    return (Finding(level="error", rule="release-undone", where=Where(path=feed), message=message, hint=hint),)


def _altered_findings(report: PublishReport) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            level="warning",
            rule="published-type",
            where=Where(path=key),
            message=f"the target gives {key} the content type {found}, and not the one that it was sent with",
            hint="look at the store's or the web server's rules for content types",
        )
        for key, found in report.altered
    )


def _silent_findings(enriched: Enriched, held: Iterable[str]) -> tuple[Finding, ...]:
    """An error for each episode that the target does not hold yet and that would reach listeners without its audio."""
    held = set(held)
    return tuple(
        Finding(
            level="error",
            rule="audio-missing-new",
            where=Where(path=episode.path),
            message=f"episode {episode.slug} is new, and its audio is neither in the folder nor on the target",
            hint="put the audio file in its place, or allow it with --allow-missing-audio",
        )
        for episode in enriched.episodes
        if episode.key not in held
        and (episode.enclosure is None or (episode.enclosure.key in enriched.missing_audio and episode.enclosure.key not in held))
    )
