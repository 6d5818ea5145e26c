"""An earlier release of a target, put back from what is kept there: nothing of the show's folder but its settings is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from podpipe.delivery import Guard, Listeners, carried_out, looked_at_after, planned
from podpipe.errors import PodpipeError, TargetError
from podpipe.job import Job
from podpipe.manifest import read_record, release_key
from podpipe.model import Artifact, Finding, Holding, Manifest, PublishReport, Release, StoredContent, Uploaded, Where
from podpipe.ping import news, public_targets
from podpipe.plan import KEPT, Rank, rank, sound
from podpipe.rules import judged
from podpipe.stages import announce
from podpipe.targets import Target, opened
from podpipe.targets.lock import locked
from podpipe.targets.upload import State, nothing_done, state_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """The releases of one target that can be put back, the oldest first, and the id of the one that stands there."""

    target: str
    releases: tuple[Release, ...]
    current: str


def list_releases(job: Job, url: str) -> Releases:
    """The releases of a target. Raises TargetError."""
    with opened(url, root=job.settings.root, credentials=job.credentials) as target:
        manifest = state_of(target).manifest
        return Releases(target=target.url, releases=manifest.releases, current=manifest.release)


def roll_back(job: Job, url: str, wanted: str, *, guard: Guard, listeners: Listeners) -> Uploaded:
    """Put the release back whose id is `wanted`, or begins so; with the job's `dry_run`, say what that would change.

    The feed of that release is compared with the one of today by `guard` first: an error leaves the target as it is. What it brings is
    copied on the target from what is kept there. It makes a release of its own, so that it can be undone in the same way, and the world is
    told as by a publish. Raises TargetError, and PodpipeError where there is no such release.
    """
    with opened(url, root=job.settings.root, credentials=job.credentials) as target:
        if job.dry_run:
            return _judged(job, target, state_of(target, recheck=True), wanted, guard)[0]
        with locked(target, wait=job.wait, on_wait=listeners.on_wait) as lease:
            state = state_of(target, recheck=True)
            found, artifacts, release = _judged(job, target, state, wanted, guard)
            if found.refused:
                return found
            if not found.plan.steps:
                return replace(found, report=nothing_done(found.plan))
            undone = _undone(state, release, artifacts, feed=job.settings.show.feed)
            report = carried_out(
                job, found.plan, artifacts, target, state=state, lease=lease, listeners=listeners, restores=release, undone=undone
            )
        noted, after = looked_at_after(job, url, target, artifacts, report)
    told = _announced(job, url, artifacts, report)
    return replace(found, report=noted, findings=(*found.findings, *after, *told))


def _announced(job: Job, url: str, artifacts: tuple[Artifact, ...], report: PublishReport) -> tuple[Finding, ...]:
    """Tell those whom a publish tells: for listeners the feed has changed."""
    settings = job.settings
    feeds = {made.key: settings.show.address(quote(made.key)) for made in artifacts if rank(made) is Rank.FEED}
    sent = {(url, key) for key in (*report.put, *report.copied)}
    changed = news(sent, feeds, public=public_targets(settings.targets, settings.ping), choices=settings.ping)
    return judged(announce(job, changed), settings.rules) if changed else ()


def _judged(job: Job, target: Target, state: State, wanted: str, guard: Guard) -> tuple[Uploaded, tuple[Artifact, ...], Release]:
    release = _chosen(state.manifest, wanted, target.url)
    record = target.read(release_key(release.id))
    if record is None:
        hint = "choose another one: podpipe releases lists them"
        raise TargetError(f"the record of release {release.id} is gone from the target", target=target.url, hint=hint)
    lost: list[Finding] = []
    artifacts = tuple(_artifacts(target, state, read_record(record, release.id), lost))
    plan = planned(job, target, artifacts, state)
    findings = (*judged(lost, job.settings.rules), *guard(target, artifacts, None, held=state.held))
    return Uploaded(plan=plan, report=None, findings=findings), artifacts, release


def _chosen(manifest: Manifest, wanted: str, url: str) -> Release:
    found = [release for release in manifest.releases if release.id == wanted] or [
        release for release in manifest.releases if wanted and release.id.startswith(wanted)
    ]
    if len(found) == 1:
        return found[0]
    what = f"{len(found)} releases begin with {wanted!r}" if found else f"there is no release {wanted!r}"
    known = ", ".join(release.id for release in reversed(manifest.releases[-5:]))
    raise PodpipeError(f"{url}: {what}", hint=f"the newest are {known}" if known else "no publish has made one there yet")


def _artifacts(target: Target, state: State, record: Mapping[str, Holding], lost: list[Finding]) -> Iterator[Artifact]:
    """What a release consisted of, each with its content where the target has it; what is kept no more is said in `lost`."""
    known = {entry.digest for entry in state.held.values() if entry.digest} | state.manifest.kept.keys()
    for key, entry in sorted(record.items()):
        made = Artifact(
            key=key,
            content=StoredContent(digest=entry.digest, length=entry.length),
            content_type=entry.content_type,
            cache_control=entry.cache_control,
        )
        held = state.held.get(key)
        if rank(made) >= Rank.FEED_PAGES:
            # Read, and so compared byte for byte: a feed is what must not come back damaged.
            made = replace(made, content=_read_kept(target, key, entry, state))
        elif entry.digest not in known:
            found = _looked_up(target, key, entry)
            if found is not None:
                made = replace(made, content=found)
            elif sound(entry.content_type) and held is not None:
                lost.append(_lost(key))
                if not held.digest:
                    continue  # what lies there since a publish was cut off nobody knows: the next publish sends it again
                made = replace(made, content=StoredContent(digest=held.digest, length=held.length))
            else:
                hint = "choose another release: podpipe releases lists them"
                raise TargetError(f"what {key} held in that release is not kept any more", target=target.url, hint=hint)
        yield made


def _lost(key: str) -> Finding:
    return Finding(
        level="warning",
        rule="release-audio",
        where=Where(path=key),
        message=f"the recording {key} has changed since, and the earlier one is not kept",
        hint="it stays as it is; publish the earlier file again if it matters",
    )


def _read_kept(target: Target, key: str, entry: Holding, state: State) -> bytes:
    held = state.held.get(key)
    there = held is not None and held.digest == entry.digest
    data = _with_digest(target, entry.digest, (*((key,) if there else ()), f"{KEPT}{entry.digest}", key))
    if data is None:
        hint = "choose another release: podpipe releases lists them"
        raise TargetError(f"{key} as it was in that release is not kept any more", target=target.url, hint=hint)
    return data


def _looked_up(target: Target, key: str, entry: Holding) -> bytes | None:
    """Content that the manifest does not know of, since a publish was cut off: what it had not replaced, or had copied aside already."""
    return None if sound(entry.content_type) else _with_digest(target, entry.digest, (key, f"{KEPT}{entry.digest}"))


def _with_digest(target: Target, digest: str, places: Iterable[str]) -> bytes | None:
    """The content of the first of these keys that holds what the digest is of."""
    found = (target.read(place) for place in places)
    return next((data for data in found if data is not None and hashlib.sha256(data).hexdigest() == digest), None)


def _undone(state: State, release: Release, artifacts: tuple[Artifact, ...], *, feed: str) -> frozenset[str]:
    """The digests of what must not come back by itself: the release and the feed that are taken away now, and those of rollbacks before."""
    manifest = state.manifest
    leaving = {entry.digest for entry in manifest.releases if entry.id == manifest.release}
    if feed in state.held:
        leaving.add(state.held[feed].digest)
    coming = {release.digest, *(artifact.digest for artifact in artifacts if artifact.key == feed)}
    return frozenset((manifest.undone | leaving) - coming - {""})
