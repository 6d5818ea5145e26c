"""A real Prefect server on loopback for the flows' tests: one for a test run, with a home of its own, stopped by its process id."""

from __future__ import annotations

import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.made_show import MadeShow, make_show
from tests.servers import free_port, running, s3_credentials

__all__ = ["s3_credentials"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefectServer:
    """A running Prefect server: the URL of its API, and an environment in which every process uses it and nothing of this user's."""

    url: str
    environment: dict[str, str]

    def flow_run(self, run_id: Any) -> Any:
        """A flow run as the server has it now."""
        with self._client() as client:
            return client.read_flow_run(run_id)

    def deployment(self, name: str) -> Any:
        """A deployment by `flow/name`."""
        with self._client() as client:
            return client.read_deployment_by_name(name)

    def runs_of(self, deployment_id: Any) -> list[Any]:
        """The flow runs of a deployment, those that are scheduled too."""
        from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId

        with self._client() as client:
            return list(client.read_flow_runs(deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment_id]))))

    def tasks(self, run_id: Any, *, number: int) -> list[Any]:
        """A flow run's task runs in the order of their starts, once all of that number are on record with their end."""
        from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

        def all_ended() -> list[Any] | None:
            with self._client() as client:
                found = client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id])))
            ended = [run for run in found if run.state and run.state.is_final() and run.start_time]
            return sorted(ended, key=lambda run: run.start_time) if len(ended) == number else None

        return until(all_ended, seconds=20, what=f"{number} task runs on record")

    def artifact(self, run_id: Any) -> Any:
        """The artifact that a flow run left. Where Prefect's client asked again, on a busy machine, it is there twice, and the same."""
        from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterKey

        wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]), key=ArtifactFilterKey(any_=["podpipe-publish"]))
        with self._client() as client:
            found = client.read_artifacts(artifact_filter=wanted)
        assert len({artifact.data for artifact in found}) == 1
        return found[0]

    @staticmethod
    @contextmanager
    def _client() -> Iterator[Any]:
        from prefect.client.orchestration import get_client

        with get_client(sync_client=True) as client:
            yield client


def until(ready: Callable[[], T | None], *, seconds: float, what: str) -> T:
    """What `ready` gives as soon as it is something; the test fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = ready()
        if answer:
            return answer
        time.sleep(0.3)
    pytest.fail(f"waited {seconds} seconds in vain: {what}")


@pytest.fixture(scope="session")
def server_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """`prefect server start` with its own home and SQLite file."""
    folder = tmp_path_factory.mktemp("prefect")
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")} | {
        "PREFECT_HOME": str(folder / "home"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_API_URL": url,
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
        "PODPIPE_CACHE": str(folder / "cache"),
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"]
    with running(command, folder / "log", env=environment) as process:

        def healthy() -> bool:
            if process.poll() is not None:
                pytest.fail(f"the Prefect server ended:\n{(folder / 'log').read_text('utf-8', 'replace')}")
            try:
                with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
                    return bool(answer.status == 200)
            except (urllib.error.URLError, OSError):
                return False

        until(healthy, seconds=90, what="the Prefect server's health")
        yield PrefectServer(url=url, environment=environment)


@pytest.fixture
def prefect_server(server_process: PrefectServer) -> Iterator[PrefectServer]:
    """The server, with this process's own flow runs on it: no heartbeat and no logs to the server, which take a second each."""
    from prefect.settings import (
        PREFECT_API_URL,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        PREFECT_HOME,
        PREFECT_LOCAL_STORAGE_PATH,
        PREFECT_LOGGING_TO_API_ENABLED,
        PREFECT_TASKS_DEFAULT_RETRY_DELAY_SECONDS,
        temporary_settings,
    )

    home = Path(server_process.environment["PREFECT_HOME"])
    settings = {
        PREFECT_API_URL: server_process.url,
        PREFECT_HOME: home,
        PREFECT_LOCAL_STORAGE_PATH: home / "storage",
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        PREFECT_LOGGING_TO_API_ENABLED: False,
        PREFECT_TASKS_DEFAULT_RETRY_DELAY_SECONDS: 0.1,
    }
    with temporary_settings(settings):
        yield server_process


@pytest.fixture
def show(tmp_path: Path) -> MadeShow:
    return make_show(tmp_path / "show")
