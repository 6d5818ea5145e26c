"""How a release is made on a target that listeners read from: written ahead, checked as it goes, and kept so that it can be put back."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from podpipe.errors import TargetError
from podpipe.manifest import MANIFEST, manifest_bytes, record_bytes, release_key
from podpipe.media_types import same_type
from podpipe.model import Artifact, Holding, Kept, Manifest, PublishPlan, PublishReport, Release, Step
from podpipe.plan import KEPT, Rank, rank, sound
from podpipe.targets import Target
from podpipe.targets.journal import Journal
from podpipe.targets.lock import Lease
from podpipe.targets.upload import State, carry_steps, nothing_done, report_of, side_by_side

_CHECKPOINT_SECONDS = 5.0
_CHECKPOINT_SHARE = 20
"""A manifest of many thousand objects, over a slow line, takes long itself: no more than a twentieth of a publish goes into writing it."""

_JSON = "application/json"
_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How many releases can be put back, and whether the recordings of those are kept too where they change."""

    releases: int = 10
    audio: bool = True


def content_digest(artifacts: Iterable[Artifact]) -> str:
    """What tells a release from every one with other content: a SHA-256, in hex, over the keys and digests of all that it consists of."""
    lines = sorted(f"{artifact.digest} {artifact.key}\n" for artifact in artifacts)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def make_release(
    plan: PublishPlan,
    artifacts: Iterable[Artifact],
    target: Target,
    *,
    state: State,
    lease: Lease,
    now: datetime,
    retention: Retention,
    restores: Release | None = None,
    undone: frozenset[str] = frozenset(),
    on_step: Callable[[Step], None] = lambda _: None,
) -> PublishReport:
    """Make the plan's changes, and with them a release; a plan without steps touches nothing.

    Before anything else the manifest says which keys may be touched, so that a publish that is cut off leaves nothing unknown. What is
    replaced or removed is copied aside where a release needs it. All that a feed names is looked at (its length on the target) before the
    feed goes, and the feed is read back after it. `state` is what the target held when the plan was made, under the lock that `lease`
    stands for. `restores` is the release that the artifacts are those of, None for a publish.

    Raises TargetError for the first failure, as `podpipe.targets.upload.carry_out` does, and where another publish has been at work.
    """
    if not plan.steps:
        return nothing_done(plan)
    made = {artifact.key: artifact for artifact in artifacts}
    work = _Work(target=target, state=state, made=made, now=now, retention=retention)
    work.begin(plan)
    checked = _Checked(plan.steps, made, target, work.journal)

    def before_rank(order: Rank | None) -> None:
        lease.check(target)
        if order is None or order >= Rank.FEED_PAGES:  # all at once, when all of it is there
            checked.up_to(order)

    def finished(step: Step) -> None:
        work.checkpoint()
        on_step(step)

    try:
        carry_steps(plan.steps, made, target, work.journal, before=work.keep, before_rank=before_rank, on_step=finished)
        checked.up_to(None)
        lease.check(target)
    except BaseException:
        with suppress(TargetError):
            work.write(work.journal.manifest(work.manifest()))
        raise
    release = work.end(plan, restores=restores, undone=undone)
    notes = (lease.note,) if lease.note else ()
    return replace(report_of(plan, work.journal), release=release, altered=tuple(checked.altered), notes=notes)


class _Work:
    """A release in the making: the journal, what is kept aside, and the manifest as it was last written."""

    def __init__(self, *, target: Target, state: State, made: Mapping[str, Artifact], now: datetime, retention: Retention) -> None:
        self._target = target
        self._state = state
        self._made = made
        self._now = now
        self._retention = retention
        self._version = state.version
        self._due = 0.0
        self._kept = dict(state.manifest.kept)
        self._releases = list(state.manifest.releases)
        self._release = state.manifest.release
        self._lock = Lock()
        self._touching: frozenset[str] = frozenset()
        self.journal = Journal(state.held, made, now=now)

    def begin(self, plan: PublishPlan) -> None:
        """Say in the manifest what may be touched from now on."""
        if not self._releases and self.journal.objects() and not self._state.manifest.touched:
            self._record_what_is_there()
        self._touching = frozenset(step.key for step in plan.steps if step.action in {"put", "copy", "delete"})
        if not self._target.whole:
            self.write(self.journal.manifest(self.manifest(), touching=self._touching))

    def manifest(self) -> Manifest:
        with self._lock:
            kept = dict(self._kept)
        return replace(self._state.manifest, releases=tuple(self._releases), release=self._release, kept=kept)

    def write(self, manifest: Manifest) -> None:
        begun = time.monotonic()
        version = self._target.write_if(MANIFEST, manifest_bytes(manifest), expected=self._version)
        if version is None:
            message = "another publish has changed the target meanwhile"
            raise TargetError(message, target=self._target.url, hint="publish again")
        self._version = version
        now = time.monotonic()
        self._due = now + max(_CHECKPOINT_SECONDS, _CHECKPOINT_SHARE * (now - begun))

    def checkpoint(self) -> None:
        """Write the manifest now and then: what has arrived by then is not sent again after a cut."""
        if not self._target.whole and time.monotonic() > self._due:
            self.write(self.journal.manifest(self.manifest(), touching=self._touching))

    def keep(self, step: Step) -> None:
        """Copy aside what a step is going to replace or remove, where a release that can be put back consists of it."""
        held = self._state.held.get(step.key)
        if step.action not in {"put", "copy", "delete"} or held is None or not held.digest or step.reason == "headers changed":
            return
        release = self._last_release_with(held)
        if not release or (sound(held.content_type) and not self._retention.audio):
            return
        with self._lock:
            known = held.digest in self._kept
        if not known:
            self._target.copy(step.key, f"{KEPT}{held.digest}")
        with self._lock:
            self._kept[held.digest] = Kept(length=held.length, release=release)

    def end(self, plan: PublishPlan, *, restores: Release | None, undone: frozenset[str]) -> str:
        """Write the release's record and the final manifest, and remove what no release needs any more; gives the release's id."""
        release = ""
        if any(step.action != "delete" for step in plan.steps):
            digest = restores.digest if restores else content_digest(self._made.values())
            release = self._record(self.journal.released(), digest, self._now, restores=restores.id if restores else "")
        dropped = self._releases[: -self._retention.releases]
        del self._releases[: -self._retention.releases]
        gone = {entry.id for entry in dropped}
        unneeded = [digest for digest, kept in self._kept.items() if kept.release in gone]
        for digest in unneeded:
            del self._kept[digest]
        self.write(replace(self.journal.manifest(self.manifest()), undone=undone))
        with suppress(TargetError):  # what is left behind by this costs space alone, and an audit finds it
            for key in (*(release_key(entry.id) for entry in dropped), *(f"{KEPT}{digest}" for digest in unneeded)):
                self._target.delete(key)
        self._target.commit(f"{f'Put release {restores.id} back' if restores else 'Publish'}{f' ({release})' if release else ''}")
        return release

    def _record_what_is_there(self) -> None:
        """Make a release of what an earlier podpipe published, so that the first publish by this one can be undone."""
        objects = self.journal.released()
        lines = "".join(f"{entry.digest} {key}\n" for key, entry in sorted(objects.items()))
        self._record(objects, hashlib.sha256(lines.encode()).hexdigest(), self._now - _MOMENT)

    def _record(self, objects: Mapping[str, Holding], digest: str, made: datetime, *, restores: str = "") -> str:
        taken = {release.id for release in self._releases}
        names = (f"{made:%Y%m%d-%H%M%S}-{digest[:length]}" for length in range(4, 65))
        name = next(name for name in names if name not in taken)
        release = Release(id=name, made=made, objects=len(objects), digest=digest, restores=restores)
        record = record_bytes(release, objects)
        self._target.put(Artifact(key=release_key(name), content=record, content_type=_JSON, cache_control="no-cache"))
        self._releases.append(release)
        self._release = name
        return name

    def _last_release_with(self, held: Holding) -> str:
        """The newest release, of those that stay, that an object was a part of; empty where there is none."""
        staying = self._releases[-(self._retention.releases - 1) :] if self._retention.releases > 1 else []
        if held.retired is None:
            return self._release if any(release.id == self._release for release in staying) else ""
        retired = held.retired
        return next((release.id for release in reversed(staying) if release.made < retired), "")


class _Checked:
    """What was brought to the target, looked at there before anything is published that leads to it."""

    def __init__(self, steps: Iterable[Step], made: Mapping[str, Artifact], target: Target, journal: Journal) -> None:
        self._waiting = [step for step in steps if step.action in {"put", "copy"}]
        self._made = made
        self._target = target
        self._journal = journal
        self.altered: list[tuple[str, str]] = []

    def up_to(self, order: Rank | None) -> None:
        """Look at all that was brought of the ranks below this one. Raises TargetError where an object has not arrived whole."""
        if self._target.whole:
            return
        due = [step for step in self._waiting if order is None or rank(self._made[step.key]) < order]
        self._waiting = self._waiting[len(due) :]
        side_by_side(due, self._look, parallel=self._target.parallel)
        self.altered.sort()

    def _look(self, step: Step) -> None:
        artifact, head = self._made[step.key], self._target.head(step.key)
        if head is None or head.length != artifact.length:
            found = "is not there" if head is None else f"has {head.length:,} bytes instead of {artifact.length:,}"
            message = f"{step.key} was brought to the target and {found}"
            self._journal.doubt(step.key)
            raise TargetError(message, target=self._target.url, hint="publish again, and look at the store if it persists")
        if head.content_type is not None and not same_type(head.content_type, artifact.content_type):
            self.altered.append((step.key, head.content_type))
        if rank(artifact) >= Rank.FEED_PAGES:
            data = self._target.read(step.key)
            if data is None or hashlib.sha256(data).hexdigest() != artifact.digest:
                message = f"the target gives another {step.key} than was brought to it"
                self._journal.doubt(step.key)
                raise TargetError(message, target=self._target.url, hint="publish again, and see whether something else writes there")
