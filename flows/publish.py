"""The publish as a Prefect flow: `podpipe.pipeline`'s sequence with each stage as a task, an artifact that sums it up, and a result.

From a clone, on the server that PREFECT_API_URL names or a temporary one:

    python -m flows.publish --show my-show --target file:public --episode 70

By Prefect's own command line, with a running server; `podpipe serve` serves a nightly schedule beside the manual deployment:

    prefect flow serve flows/publish.py:publish --name manual
    prefect deployment run 'podpipe-publish/manual' --param show=/home/me/my-show --param episode=70
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows import running_server
from flows.credentials import load_credentials
from flows.runner import TaskRunner, changes, hide_tracebacks, problems, retry_delays, summary, target_lines
from podpipe import pipeline
from podpipe.errors import PodpipeError
from podpipe.job import WAIT_SECONDS
from podpipe.settings import load_settings
from podpipe.targets import open_target

ARTIFACT = "podpipe-publish"
"""The key of the Markdown artifact that each run leaves."""

_EARLY = timedelta(minutes=1)
_outcomes: ContextVar[list[pipeline.Outcome] | None] = ContextVar("outcomes", default=None)


class PublishError(PodpipeError):
    """A publish came to its end and not all was done: a target failed, or an error among the findings forbids publishing."""


def _run_name() -> str:
    given = flow_run.parameters
    parts = [Path(given["show"]).resolve().name, f"episode {given['episode']}" if given.get("episode") else ""]
    return ", ".join(part for part in (*parts, "dry run" if given.get("dry_run") else "") if part)


def effective_time(now: datetime, *, scheduled: datetime) -> datetime:
    """The time that a run stands for: `scheduled` where the run began up to a minute before it, or else `now`; both are aware.

    A served run may begin some milliseconds early. An episode dated to the minute of the schedule goes out in that run all the same, while
    a run that somebody starts long before its time publishes nothing early.
    """
    return scheduled if now < scheduled < now + _EARLY else now


# The result is kept as JSON: Prefect's default, a pickle, would run code for whoever can write to the result store.
@flow(name="podpipe-publish", flow_run_name=_run_name, persist_result=True, result_serializer="json")
def publish(
    *,
    show: str = ".",
    targets: list[str] | None = None,
    episode: str | int | None = None,
    dry_run: bool = False,
    allow_missing_audio: bool = False,
    check_links: bool = True,
    measure_hosted: bool = True,
    allow: list[str] | None = None,
    wait: float = WAIT_SECONDS,
    recheck: bool = False,
    grace_days: int | None = None,
    credentials_block: str | None = None,
) -> dict[str, Any]:
    """Build the show in the folder `show` and bring its targets up to date.

    `targets` are URLs (default: those in the show's settings). `episode` is a slug: of the episodes that are not published yet, only that
    one; Prefect's command line makes a number of `70`, which is taken as the slug "70". `allow` are changes of the feed that are meant,
    each as `KIND` or `KIND:EPISODE` (docs/guard.md). `wait` are the seconds to wait for another publish on a target, `recheck` has targets
    list what they hold, and `grace_days` is for how long what is no longer produced stays. `credentials_block` names a Prefect block with
    the credentials for S3 targets, which boto3 finds otherwise. The result is what `flows.runner.changes` says.

    Raises PublishError when not all was done, and podpipe's other errors for what makes the whole run impossible.
    """
    hide_tracebacks()
    settings = load_settings(Path(show))
    job = pipeline.Job(
        settings=settings,
        as_of=effective_time(datetime.now(UTC), scheduled=flow_run.scheduled_start_time),
        targets=tuple(targets or settings.targets),
        episode=None if episode is None else str(episode),
        dry_run=dry_run,
        allow_missing_audio=allow_missing_audio,
        check_links=check_links and settings.check_links,
        measure_hosted=measure_hosted and settings.audio.measure_hosted,
        allowed=tuple(allow or ()),
        wait=wait,
        recheck=recheck,
        grace=None if grace_days is None else timedelta(days=grace_days),
        credentials=None if credentials_block is None else load_credentials(credentials_block),
    )
    outcome = pipeline.publish(job, run=TaskRunner(retry_delays=retry_delays()), on_wait=get_run_logger().info)
    kept = _outcomes.get()
    if kept is not None:
        kept.append(outcome)
    for line in target_lines(outcome):
        get_run_logger().info(line)
    create_markdown_artifact(summary(settings.show.title, outcome), key=ARTIFACT, description=settings.show.title)
    if not outcome.ok:
        raise PublishError(problems(outcome))
    return changes(settings.show.title, outcome)


def run_publish(
    *,
    show: Path,
    targets: Sequence[str] | None = None,
    episode: str | None = None,
    dry_run: bool = False,
    allow_missing_audio: bool = False,
    check_links: bool = True,
    measure_hosted: bool = True,
    allow: Sequence[str] | None = None,
    wait: float = WAIT_SECONDS,
    recheck: bool = False,
    grace_days: int | None = None,
    credentials_block: str | None = None,
) -> pipeline.Outcome:
    """Run the flow in this process and give back the outcome itself, as `podpipe.pipeline.publish` does.

    An outcome that is not ok is given back too, although the flow run ends Failed. Raises podpipe's own errors for what makes the whole run
    impossible, and PodpipeError where the Prefect server does not answer.
    """
    # What a URL says is stored with the flow run: one that holds credentials must be refused before there is a run.
    for url in targets or ():
        open_target(url, root=show)
    kept: list[pipeline.Outcome] = []
    token = _outcomes.set(kept)
    try:
        # A temporary server does not outlive the flow, so that nobody listens for its heartbeat; stopping that takes a second.
        with nullcontext() if running_server() else temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            publish(
                show=str(show.absolute()),
                targets=list(targets) if targets else None,
                episode=episode,
                dry_run=dry_run,
                allow_missing_audio=allow_missing_audio,
                check_links=check_links,
                measure_hosted=measure_hosted,
                allow=list(allow) if allow else None,
                wait=wait,
                recheck=recheck,
                grace_days=grace_days,
                credentials_block=credentials_block,
            )
    except PublishError:
        pass
    except httpx.HTTPError as error:
        # The server is lost. What the publish did by then stands; only what it was to record of it is missing.
        if not kept:
            raise PodpipeError(f"the Prefect server was lost in mid-run: {error}", hint="publish again, or without --flow") from error
    finally:
        _outcomes.reset(token)
    return kept[0]


if __name__ == "__main__":
    from podpipe.cli import main

    sys.exit(main(["publish", "--flow", *sys.argv[1:]]))
