"""How a plan is carried out on a target: in its order, the feed last, with a manifest that tells the truth whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from podpipe.errors import PodpipeError, TargetError
from podpipe.model import Artifact, FileContent, Holding, MadeContent, PublishPlan, PublishReport, Step
from podpipe.plan import MANIFEST, holding, manifest_bytes, rank, read_manifest
from podpipe.targets import Target


def holdings(target: Target) -> dict[str, Holding]:
    """What podpipe put on a target and is still there: the manifest's entries whose key and size the target's own list confirms.

    Costs one read, and one list where there is a manifest. Raises TargetError when the target cannot be asked or its manifest cannot be
    read.
    """
    data = target.read(MANIFEST)
    if data is None:
        return {}
    try:
        recorded = read_manifest(data)
    except TargetError as error:
        raise TargetError(error.message, target=target.url, hint=error.hint) from error
    sizes = target.sizes()
    return {key: held for key, held in recorded.items() if sizes.get(key) == held.length}


def carry_out(
    plan: PublishPlan,
    artifacts: Iterable[Artifact],
    target: Target,
    *,
    held: Mapping[str, Holding],
    on_step: Callable[[Step], None] = lambda _: None,
) -> PublishReport:
    """Make the plan's changes and report them; a plan without steps touches nothing.

    `held` is what the target held when the plan was made. Objects of one rank may travel side by side. The feed goes when all the others
    have arrived, deletions come after it, the manifest is written at the end. `on_step` hears of each finished step, in the caller's own
    thread.

    Raises TargetError for the first failure. Nothing that the order puts later is then begun, the feed above all, and the manifest is
    still written for what did arrive: the next publish sends only the rest.
    """
    if not plan.steps:
        return PublishReport(target=plan.target, unchanged=plan.unchanged)
    made = {artifact.key: artifact for artifact in artifacts}
    begun: list[Step] = []
    done: list[Step] = []

    def carry(step: Step) -> None:
        begun.append(step)
        if step.action == "put":
            _put(made[step.key], target)
        else:
            target.delete(step.key)
        done.append(step)

    try:
        for _, group in groupby(plan.steps, key=lambda step: rank(made[step.key]) if step.action == "put" else None):
            _run(tuple(group), carry, parallel=target.parallel, on_step=on_step)
    except BaseException:
        if done:
            with suppress(TargetError):
                target.put(_manifest(held, made, begun=begun, done=done))
        raise
    target.put(_manifest(held, made, begun=begun, done=done))
    return _report(plan, done)


def _run(steps: Sequence[Step], carry: Callable[[Step], None], *, parallel: int, on_step: Callable[[Step], None]) -> None:
    if parallel == 1 or len(steps) == 1:
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


def _manifest(held: Mapping[str, Holding], made: Mapping[str, Artifact], *, begun: Iterable[Step], done: Iterable[Step]) -> Artifact:
    # Whether a put that failed has reached the target nobody knows: without a digest, the next plan sends the object again.
    after = dict(held)
    after.update({step.key: replace(held[step.key], digest="") for step in begun if step.key in held})
    for step in done:
        if step.action == "put":
            after[step.key] = holding(made[step.key])
        else:
            after.pop(step.key, None)
    return Artifact(key=MANIFEST, content=manifest_bytes(after), content_type="application/json", cache_control="no-cache")


def _report(plan: PublishPlan, done: Iterable[Step]) -> PublishReport:
    finished = {step.key for step in done}
    puts = [step for step in plan.steps if step.action == "put" and step.key in finished]
    return PublishReport(
        target=plan.target,
        put=tuple(step.key for step in puts),
        deleted=tuple(step.key for step in plan.steps if step.action == "delete" and step.key in finished),
        unchanged=plan.unchanged,
        bytes_sent=sum(step.length for step in puts),
    )
