"""How a plan is carried out on a target: in its order, the feed last, with a manifest that tells the truth whatever happens."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from podpipe.errors import PodpipeError, TargetError
from podpipe.manifest import MANIFEST, read_manifest
from podpipe.model import Artifact, FileContent, Holding, MadeContent, Manifest, PublishPlan, PublishReport, Step
from podpipe.plan import Rank, is_feed, rank
from podpipe.targets import Target, Versioned
from podpipe.targets.journal import Journal

T = TypeVar("T")

_READINGS = 3
_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a target says of itself: its manifest, the version of that (None where there is none), and what it holds by it.

    An entry of `held` without a digest is one of which nobody knows what it holds: a publish was cut off.
    """

    manifest: Manifest = field(default_factory=Manifest)
    version: str | None = None
    held: Mapping[str, Holding] = field(default_factory=dict)


def state_of(target: Target, *, recheck: bool = False) -> State:
    """Read a target's manifest: one small object.

    With `recheck`, and where that costs nothing more, the target's own list is asked too: what somebody removed from it, or what has
    another size there, is then not held. `recheck` also reads the feeds, since no length tells of an address that was changed in one.
    Raises TargetError when the target cannot be asked or its manifest cannot be read.
    """
    found, manifest = _read_whole(target)
    if found is None:
        return State()
    held: Mapping[str, Holding] = manifest.objects
    if recheck or target.lists_cheaply:
        sizes = target.sizes()
        held = {key: entry for key, entry in held.items() if sizes.get(key) == entry.length}
    if recheck:
        held = {key: _as_read(target, key, entry) if is_feed(entry.content_type) else entry for key, entry in held.items()}
    if manifest.touched:
        nothing = Holding(digest="", length=0, content_type="", cache_control="")
        held = {**held, **{key: replace(manifest.objects.get(key, nothing), digest="") for key in manifest.touched}}
    return State(manifest=manifest, version=found.version, held=held)


def _read_whole(target: Target) -> tuple[Versioned | None, Manifest]:
    """The manifest, read again where it cannot be understood: some stores give out half of an object that is replaced at that moment."""
    for left in reversed(range(_READINGS)):
        found = target.read_version(MANIFEST)
        if found is None:
            return None, Manifest()
        try:
            return found, read_manifest(found.data)
        except TargetError as error:
            if not left:
                raise TargetError(error.message, target=target.url, hint=error.hint) from error
            time.sleep(_PAUSE_SECONDS)
    raise AssertionError  # the last reading returns or raises


def _as_read(target: Target, key: str, entry: Holding) -> Holding:
    """A feed as it lies there: without its digest where it holds something else."""
    data = target.read(key)
    right = data is not None and hashlib.sha256(data).hexdigest() == entry.digest
    return entry if right else replace(entry, digest="")


def holdings(target: Target) -> Mapping[str, Holding]:
    """What podpipe put on a target and is still there, by key. Raises TargetError as `state_of`."""
    return state_of(target).held


def carry_out(
    plan: PublishPlan,
    artifacts: Iterable[Artifact],
    target: Target,
    *,
    held: Mapping[str, Holding],
    on_step: Callable[[Step], None] = lambda _: None,
) -> PublishReport:
    """Make the plan's changes where nobody else does, as in the folder of a build, and report them; a plan without steps touches nothing.

    `held` is what the target held when the plan was made. Objects of one rank may travel side by side. The feed goes when all the others
    have arrived, deletions come after it, the manifest is written at the end. `on_step` hears of each finished step, in the caller's own
    thread.

    Raises TargetError for the first failure. Nothing that the order puts later is then begun, the feed above all, and the manifest is
    still written for what did arrive: the next publish sends only the rest.
    """
    if not plan.steps:
        return nothing_done(plan)
    made = {artifact.key: artifact for artifact in artifacts}
    journal = Journal(held, made)
    try:
        carry_steps(plan.steps, made, target, journal, on_step=on_step)
    except BaseException:
        if journal.finished:
            with suppress(TargetError):
                target.put(journal.artifact())
        raise
    target.put(journal.artifact())
    return report_of(plan, journal)


def carry_steps(
    steps: Sequence[Step],
    made: Mapping[str, Artifact],
    target: Target,
    journal: Journal,
    *,
    before: Callable[[Step], None] = lambda _: None,
    before_rank: Callable[[Rank | None], None] = lambda _: None,
    on_step: Callable[[Step], None] = lambda _: None,
) -> None:
    """Make changes in their order, each noted in the journal when it is begun and when it is done.

    `before` is called with each step just before it is carried out, maybe in another thread; `before_rank` with each rank when all of the
    one before it have arrived, and with None before what is no longer produced goes. Raises TargetError.
    """

    def carry(step: Step) -> None:
        before(step)
        journal.begin(step)
        _carry(step, made, target)
        journal.finish(step)

    for order, group in groupby(steps, key=lambda step: rank(made[step.key]) if step.key in made else None):
        before_rank(order)
        side_by_side(tuple(group), carry, parallel=target.parallel, on_step=on_step)


def _carry(step: Step, made: Mapping[str, Artifact], target: Target) -> None:
    if step.action == "put":
        _put(made[step.key], target)
    elif step.action == "copy":
        if not step.source:
            hint = "choose another release, or publish again"
            raise TargetError(f"what {step.key} held is not kept on the target any more", target=target.url, hint=hint)
        artifact = made[step.key]
        target.copy(step.source, step.key, content_type=artifact.content_type, cache_control=artifact.cache_control)
    elif step.action == "delete":
        target.delete(step.key)


def nothing_done(plan: PublishPlan) -> PublishReport:
    """What there is to report where a plan has no steps."""
    return PublishReport(target=plan.target, unchanged=plan.unchanged)


def report_of(plan: PublishPlan, journal: Journal) -> PublishReport:
    """What was done of a plan."""

    def done(*actions: str) -> tuple[str, ...]:
        return tuple(step.key for step in plan.steps if step.action in actions and step.key in journal.finished)

    sent = [step.length for step in plan.steps if step.action == "put" and step.key in journal.finished]
    return PublishReport(
        target=plan.target,
        put=done("put"),
        copied=done("copy"),
        retired=done("retire"),
        deleted=done("delete"),
        unchanged=plan.unchanged,
        bytes_sent=sum(sent),
    )


def side_by_side(steps: Sequence[T], carry: Callable[[T], None], *, parallel: int, on_step: Callable[[T], None] = lambda _: None) -> None:
    """Do something for each step, several at once where that is a gain; the first failure is raised when those begun have ended.

    `on_step` hears of each that has, in the caller's own thread.
    """
    if parallel == 1 or len(steps) <= 1:
        for step in steps:
            carry(step)
            on_step(step)
        return
    from concurrent.futures import ThreadPoolExecutor, as_completed  # only a distant target needs it

    with ThreadPoolExecutor(min(parallel, len(steps))) as pool:
        running = {pool.submit(carry, step): step for step in steps}
        try:
            for future in as_completed(running):
                future.result()
                on_step(running[future])
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _put(artifact: Artifact, target: Target) -> None:
    if isinstance(artifact.content, MadeContent):
        artifact = replace(artifact, content=_made(artifact.content, artifact.key, target))
    content = artifact.content
    if isinstance(content, FileContent):
        # The digest was taken when the plan was made: bytes that changed since would be recorded under a digest that is not theirs.
        try:
            length = Path(content.path).stat().st_size
        except OSError as error:
            raise TargetError(
                f"{content.path} cannot be read any more: {error.strerror}",
                target=target.url,
                hint=f"it was to be published as {artifact.key}; bring it back and publish again",
            ) from error
        if length != content.source_length:
            raise TargetError(f"{content.path} changed while it was being published", target=target.url, hint="publish again")
    target.put(artifact)


def _made(content: MadeContent, key: str, target: Target) -> FileContent:
    try:
        made = content.make()
    except TargetError:
        raise
    except PodpipeError as error:
        raise TargetError(f"{key} cannot be made: {error.message}", target=target.url, hint=error.hint) from error
    if (made.digest, made.length) != (content.digest, content.length):
        raise TargetError(f"{made.path} changed while it was being published", target=target.url, hint="publish again")
    return made
