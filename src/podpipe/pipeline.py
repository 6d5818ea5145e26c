"""The publish, from the author's files to the listeners: six stages in their order, written once, whoever starts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from podpipe import stages
from podpipe.enriched import Enriched
from podpipe.errors import ConfigError, TargetError
from podpipe.job import Job
from podpipe.lockfile import LOCK, lock_text, read_lock, write_lock
from podpipe.model import Artifact, Episode, Finding, Manuscript, PublishPlan, PublishReport, SocialPost, Step, Uploaded
from podpipe.plan import make_plan
from podpipe.rules import judged
from podpipe.targets.local import LocalTarget
from podpipe.targets.upload import carry_out, holdings

__all__ = [
    "STAGES",
    "Built",
    "Job",
    "Locked",
    "Outcome",
    "Runner",
    "Stage",
    "Uploaded",
    "Written",
    "build",
    "check",
    "here",
    "inputs",
    "lock",
    "manuscripts",
    "publish",
    "rendered",
    "write",
    "write_posts",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage as a runner needs to know it: its name, what it does, and whether it touches the outside world and may be tried again."""

    name: str
    doing: str
    touches_world: bool = False


INGEST = Stage(name="ingest", doing="reading episodes")
ENRICH = Stage(name="enrich", doing="measuring audio", touches_world=True)
VALIDATE = Stage(name="validate", doing="checking links")
RENDER = Stage(name="render", doing="rendering pages and feed")
COMPOSE = Stage(name="compose", doing="writing social posts")
UPLOAD = Stage(name="upload", doing="publishing", touches_world=True)
ANNOUNCE = Stage(name="announce", doing="telling the world", touches_world=True)
"""Not a stage of every publish: it comes after the last upload, only where somebody is to be told that the feed has changed."""
STAGES = (INGEST, ENRICH, VALIDATE, RENDER, COMPOSE, UPLOAD)


class Runner(Protocol):
    """What carries out a stage: this process, or a scheduler's task with its retries and timeouts."""

    def __call__(self, stage: Stage, work: Callable[[], T]) -> T:
        """Do the work and give back what it gives, or raise what it raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """All that a show becomes before it is uploaded.

    `sources` are the SHA-256 of the episodes' files that were read, by their paths. `watched` are the paths of audio that was asked for,
    whether or not it is there.
    """

    episodes: tuple[Episode, ...]
    held_back: int
    next_public: datetime | None
    artifacts: tuple[Artifact, ...]
    findings: tuple[Finding, ...]
    sources: tuple[tuple[str, str], ...] = ()
    watched: tuple[str, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether an error among the findings forbids publishing."""
        return any(finding.level == "error" for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The social posts of a show's public episodes, whose slugs these are."""

    slugs: tuple[str, ...]
    posts: tuple[SocialPost, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a publish: what was built, what happened on each target, and which targets failed with which message.

    `announced` is what went wrong when the world was told.
    """

    built: Built
    uploads: tuple[Uploaded, ...]
    failures: tuple[str, ...]
    announced: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, each once, by file and line; those of the show as a whole first."""
        of_uploads = (finding for upload in self.uploads for finding in upload.findings)
        return in_order(dict.fromkeys((*self.built.findings, *of_uploads, *self.announced)))

    @property
    def ok(self) -> bool:
        """Whether all that was asked for was done."""
        return not self.failures and not any(finding.level == "error" for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """How many episodes podpipe.lock holds, whether that has changed or would, and what was found on the way."""

    records: int
    changed: bool
    findings: tuple[Finding, ...]


def here(stage: Stage, work: Callable[[], T]) -> T:  # noqa: ARG001 - the plain runner needs no name
    """Run a stage in this process, at once."""
    return work()


def build(job: Job, *, run: Runner = here) -> Built:
    """Everything but the upload."""
    return _build(job, run)[0]


def check(job: Job, *, run: Runner = here) -> tuple[Finding, ...]:
    """Every finding about a show, without making anything of it."""
    ingested, enriched = _read(job, run)
    return _judged(job, enriched, (*ingested.findings, *enriched.findings, *run(VALIDATE, partial(stages.validate, job, enriched))))


def write_posts(job: Job, *, run: Runner = here) -> Written:
    """The social posts alone, of every public episode, newest first."""
    from podpipe.social import posts

    ingested, enriched = _read(job, run)
    return Written(
        slugs=tuple(episode.slug for episode in enriched.episodes),
        posts=tuple(post for episode in enriched.episodes for post in posts(job.settings.show, episode)),
        findings=_judged(job, enriched, (*ingested.findings, *enriched.findings)),
    )


def manuscripts(job: Job, *, run: Runner = here) -> tuple[Manuscript, ...]:
    """All manuscripts of a show, drafts and future ones too, newest first."""
    ingested: stages.Ingested = run(INGEST, partial(stages.ingest, job))
    return ingested.manuscripts


def write(built: Built, out: Path) -> PublishReport:
    """Write what was built into a folder: only files that differ, and what an earlier build alone produced goes. Raises TargetError."""
    target = LocalTarget(str(out.absolute()), root=out, served=False)
    held = holdings(target)
    return carry_out(make_plan(target.url, built.artifacts, held), built.artifacts, target, held=held)


def inputs(job: Job, built: Built) -> list[Path]:
    """The files and folders that a build was made from; audio that is missing is among them, since it may come."""
    settings = job.settings
    folders = [settings.episodes, *(folder.folder for folder in settings.static)]
    within = tuple(f"{folder}/" if folder else "" for folder in folders)
    named = [transcript.path for episode in built.episodes for transcript in episode.transcripts if transcript.path]
    others = (path for path in (*built.watched, *named) if not path.startswith(within))
    return [settings.root / path for path in (settings.config, LOCK, *folders, "transcripts", *others)]


def publish(
    job: Job,
    *,
    run: Runner = here,
    on_plan: Callable[[PublishPlan], None] = lambda _: None,
    on_step: Callable[[Step], None] = lambda _: None,
    on_wait: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Bring every target of the job up to date, or with `dry_run` say what that would change.

    `on_plan` hears of the plan for each target that is about to be carried out, `on_step` of each of its steps when it is done, and
    `on_wait` of a wait for another publish. An error among the findings leaves every target as it is; one that only a target has, a change
    of the feed there that nobody allowed, leaves that target as it is; a target that fails leaves the others to be published. At the end
    the world is told, where the settings ask for it and a feed has changed for listeners. Raises PodpipeError for what makes the whole run
    impossible.
    """
    from podpipe.delivery import Listeners, deliver  # imported here, as the guard is: nobody who builds needs them
    from podpipe.earlier import FeedGuard

    guard = FeedGuard(job)
    built, enriched = _build(job, run)
    uploads: list[Uploaded] = []
    failures: list[str] = []
    sent: set[tuple[str, str]] = set()
    for url in job.targets:
        listeners = Listeners(on_plan=on_plan, on_step=partial(_note, sent, url, on_step), on_wait=on_wait)
        work = partial(deliver, job, url, built.artifacts, enriched, blocked=built.blocked, guard=guard, listeners=listeners)
        try:
            uploads.append(run(UPLOAD, work))
        except TargetError as error:
            failures.append(error.told)
    if any(upload.report is not None for upload in uploads):
        failures += _locked(job, enriched)
    changed = stages.changed_feeds(job, enriched, sent)
    announced = run(ANNOUNCE, partial(stages.announce, job, changed)) if changed else ()
    return Outcome(
        built=built,
        uploads=tuple(uploads),
        failures=tuple(failures),
        announced=judged(announced, job.settings.rules),
    )


def _note(sent: set[tuple[str, str]], target: str, on_step: Callable[[Step], None], step: Step) -> None:
    """Keep in mind which object has got other content on which target.

    Step by step: an upload that fails after the feed, or is tried again by its runner, reports no feed that changed.
    """
    if step.action in {"put", "copy"} and step.reason != "headers changed":
        sent.add((target, step.key))
    on_step(step)


def rendered(job: Job, *, run: Runner = here) -> tuple[tuple[Artifact, ...], Enriched]:
    """What listeners would get but the posts, without a look at links, and what it was made of."""
    _, enriched = _read(job, run, to_render=True)
    made: stages.Rendered = run(RENDER, partial(stages.render, job, enriched))
    return made.artifacts, enriched


def lock(job: Job, *, run: Runner = here, check: bool = False) -> Locked:
    """Measure every episode's audio and write podpipe.lock, or with `check` only say whether it would change. Raises ConfigError."""
    ingested, enriched = _read(job, run)
    records = enriched.records
    changed = lock_text(records) != lock_text(read_lock(job.settings.root)) if records else False
    if changed and not check:
        write_lock(job.settings.root, records)
    return Locked(records=len(records), changed=changed, findings=_judged(job, enriched, (*ingested.findings, *enriched.findings)))


def _locked(job: Job, enriched: Enriched) -> list[str]:
    """Write down what was published; what goes wrong with that has kept nothing from being published."""
    try:
        if enriched.records:
            write_lock(job.settings.root, enriched.records, guid=stages.show_guid(job.settings))
    except ConfigError as error:
        return [str(error)]
    return []


def _read(job: Job, run: Runner, *, to_render: bool = False) -> tuple[stages.Ingested, Enriched]:
    ingested = run(INGEST, partial(stages.ingest, job, to_render=to_render))
    return ingested, run(ENRICH, partial(stages.enrich, job, ingested))


def _build(job: Job, run: Runner) -> tuple[Built, Enriched]:
    ingested, enriched = _read(job, run, to_render=True)
    link_findings = run(VALIDATE, partial(stages.validate, job, enriched))
    rendered: stages.Rendered = run(RENDER, partial(stages.render, job, enriched))
    composed = run(COMPOSE, partial(stages.compose, job, enriched, rendered))
    return _built(job, ingested, enriched, (*rendered.artifacts, composed), link_findings), enriched


def _built(
    job: Job,
    ingested: stages.Ingested,
    enriched: Enriched,
    artifacts: tuple[Artifact, ...],
    link_findings: tuple[Finding, ...],
) -> Built:
    return Built(
        episodes=enriched.episodes,
        held_back=len(enriched.held_back),
        next_public=min((manuscript.published for manuscript in enriched.held_back if not manuscript.draft), default=None),
        artifacts=artifacts,
        findings=_judged(job, enriched, (*ingested.findings, *enriched.findings, *link_findings)),
        sources=tuple((manuscript.path, manuscript.digest) for manuscript in ingested.manuscripts),
        watched=enriched.watched,
    )


def _judged(job: Job, enriched: Enriched, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings as the show has decided, by file and line."""
    return in_order(judged(findings, job.settings.rules, spared={manuscript.path for manuscript in enriched.held_back}))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by file and line."""
    return tuple(
        sorted(findings, key=lambda finding: (finding.where.path, finding.where.line or 0, finding.where.column or 0, finding.rule))
    )
