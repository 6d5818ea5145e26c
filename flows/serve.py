"""The flow as two deployments, served to a Prefect server by this process: "nightly" on the show's schedule, and "manual" on request."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import cast

import prefect
from prefect.client.orchestration import get_client
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.runner.storage import LocalStorage
from prefect.schedules import Cron, Schedule

from flows import HOW_TO_START, running_server
from podpipe.errors import ConfigError, PodpipeError
from podpipe.settings import Settings, load_settings
from podpipe.sources import shared_folder


def serve(show: Path, *, name: str | None = None) -> None:
    """Serve a show's deployments until the process is interrupted or terminated; their schedules then pause.

    `name` tells the deployments of several shows on one server apart: with "tea" they are "tea-nightly" and "tea-manual". One run at a
    time is carried out, so that two never meet on a target. Raises ConfigError for settings that cannot be used, and PodpipeError where
    no Prefect server answers (a temporary one would not live to the next night) and where another show has deployments of these names:
    it would lose its schedule.
    """
    deployments = make_deployments(load_settings(show.resolve()), name=name)
    if running_server() is None:
        raise PodpipeError("a schedule needs a Prefect server that keeps running, and none is named", hint=HOW_TO_START)
    for deployment in deployments:
        _refuse_another_shows(deployment)
    # Prefect's handler of SIGTERM says this of itself, just before it stops as it should.
    warnings.filterwarnings("ignore", message="coroutine 'Runner.astop' was never awaited", category=RuntimeWarning)
    prefect.serve(*deployments, limit=1)


def make_deployments(settings: Settings, *, name: str | None = None) -> tuple[RunnerDeployment, RunnerDeployment]:
    """The deployments "nightly" and "manual" of a show in an absolute folder. Raises ConfigError for an impossible schedule."""
    show = settings.show
    prefix = f"{name}-" if name else ""
    try:
        nightly = Cron(settings.cron, timezone=show.timezone)
    except ValueError as error:
        raise ConfigError(
            f"{settings.config}: schedule.cron: {settings.cron!r} is no schedule",
            path=settings.config,
            hint='five fields: minute, hour, day, month and weekday, as in "0 3 * * *"',
        ) from error
    # Every night the targets are also asked what they hold, so that what got lost there is mended.
    return (
        _deployment(
            settings,
            f"{prefix}nightly",
            f"Publishes {show.title} on its schedule, {settings.cron} in {show.timezone}.",
            nightly,
            recheck=True,
        ),
        _deployment(settings, f"{prefix}manual", f"Publishes {show.title} on request.", None),
    )


def _refuse_another_shows(deployment: RunnerDeployment) -> None:
    full_name = f"podpipe-publish/{deployment.name}"
    with get_client(sync_client=True) as client:
        try:
            found = client.read_deployment_by_name(full_name)
        except ObjectNotFound:
            return
    other = found.parameters.get("show")
    if other != deployment.parameters.get("show"):
        hint = f"give this one a name of its own with --name, or remove the other: prefect deployment delete {full_name}"
        raise PodpipeError(f"the Prefect server has a deployment {full_name} already, of the show in {other}", hint=hint)


def _deployment(settings: Settings, name: str, description: str, schedule: Schedule | None, **parameters: bool) -> RunnerDeployment:
    # Each run is a process of its own that imports `flows` anew. Started in the folder that holds it, in a clone or in an installed
    # podpipe, it finds it there, wherever this process was started.
    made = RunnerDeployment.from_storage(
        LocalStorage(str(shared_folder("flows").parent)),
        entrypoint="flows.publish.publish",
        name=name,
        schedule=schedule,
        paused=False,
        parameters={"show": str(settings.root), **parameters},
        description=description,
        enforce_parameter_schema=True,
    )
    return cast("RunnerDeployment", made)  # a coroutine only where an event loop runs, and `prefect.serve` refuses to be called there
