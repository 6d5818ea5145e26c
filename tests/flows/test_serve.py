"""A served show on a real Prefect server: the schedule in the show's time zone, runs that appear by themselves, and runs on request."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from podpipe.errors import ConfigError, PodpipeError
from podpipe.settings import load_settings
from tests.flows.conftest import PrefectServer, until
from tests.made_show import SETTINGS, MadeShow, make_show
from tests.servers import running

pytestmark = pytest.mark.xdist_group("prefect")

EVERY_MINUTE = SETTINGS + '\n[schedule]\ncron = "* * * * *"\n'


@pytest.fixture(scope="module")
def served_show(server_process: PrefectServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeShow]:
    """A show that `podpipe serve` serves with a run every minute, started in a folder that has nothing to do with it."""
    folder = tmp_path_factory.mktemp("served")
    show = make_show(folder / "show", settings=EVERY_MINUTE)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    command = [sys.executable, "-m", "podpipe", "serve", "--show", str(show.root)]
    log = folder / "log"
    with running(command, log, cwd=elsewhere, env=server_process.environment) as process:

        def serving() -> bool:
            if process.poll() is not None:
                pytest.fail(f"podpipe serve ended:\n{log.read_text('utf-8', 'replace')}")
            return "podpipe-publish/manual" in log.read_text("utf-8", "replace")

        until(serving, seconds=60, what="podpipe serve")
        yield show


def ended(server: PrefectServer, run_id: Any) -> Any:
    """A flow run in its final state."""

    def final() -> Any:
        run = server.flow_run(run_id)
        return run if run.state and run.state.is_final() else None

    return until(final, seconds=60, what="the end of the run")


def test_the_schedule_is_the_shows_in_its_own_time_zone(prefect_server: PrefectServer, served_show: MadeShow) -> None:
    nightly = prefect_server.deployment("podpipe-publish/nightly")
    manual = prefect_server.deployment("podpipe-publish/manual")
    [schedule] = nightly.schedules
    assert (schedule.schedule.cron, schedule.schedule.timezone, schedule.active) == ("* * * * *", "Asia/Tokyo", True)
    assert manual.schedules == []
    for deployment in (nightly, manual):
        nightly_too = {"recheck": True} if deployment is nightly else {}
        assert deployment.parameters == {"show": str(served_show.root)} | nightly_too
        assert deployment.enforce_parameter_schema
        assert not deployment.paused


@pytest.mark.usefixtures("served_show")
def test_a_run_on_request_takes_parameters(prefect_server: PrefectServer, tmp_path: Path) -> None:
    target = tmp_path / "requested"
    program = [sys.executable, "-m", "prefect", "deployment", "run", "podpipe-publish/manual"]
    command = [*program, "--param", "episode=2", "--param", f'targets=["file:{target}"]']
    asked = subprocess.run(command, env=prefect_server.environment, capture_output=True, text=True, timeout=60, check=False)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    manual = prefect_server.deployment("podpipe-publish/manual")
    [created] = prefect_server.runs_of(manual.id)
    run = ended(prefect_server, created.id)
    assert (run.state_name, run.name) == ("Completed", "show, episode 2")
    assert (target / "episode" / "2.html").is_file()
    assert not (target / "episode" / "1.html").exists()


@pytest.mark.usefixtures("served_show")
def test_a_dry_run_on_request_changes_nothing(prefect_server: PrefectServer, tmp_path: Path) -> None:
    from prefect.deployments import run_deployment

    target = tmp_path / "requested"
    created = run_deployment("podpipe-publish/manual", parameters={"dry_run": True, "targets": [f"file:{target}"]}, timeout=0)
    run = ended(prefect_server, created.id)
    assert (run.state_name, run.name) == ("Completed", "show, dry run")
    assert not target.exists()
    assert "| dry run: nothing was changed |" in prefect_server.artifact(run.id).data


@pytest.mark.usefixtures("served_show")
def test_a_parameter_of_the_wrong_kind_is_refused_before_there_is_a_run(prefect_server: PrefectServer) -> None:
    from prefect.deployments import run_deployment
    from prefect.exceptions import PrefectHTTPStatusError

    manual = prefect_server.deployment("podpipe-publish/manual")
    before = len(prefect_server.runs_of(manual.id))
    with pytest.raises(PrefectHTTPStatusError, match="409"):
        run_deployment("podpipe-publish/manual", parameters={"targets": 5}, timeout=0)
    assert len(prefect_server.runs_of(manual.id)) == before


def test_a_scheduled_run_appears_by_itself_and_publishes(prefect_server: PrefectServer, served_show: MadeShow) -> None:
    nightly = prefect_server.deployment("podpipe-publish/nightly")

    def begun() -> Any:
        return next((run for run in prefect_server.runs_of(nightly.id) if run.start_time), None)

    found = until(begun, seconds=90, what="a run that the scheduler created")
    run = ended(prefect_server, found.id)
    assert (run.state_name, run.auto_scheduled, run.name) == ("Completed", True, "show")
    assert (served_show.root / "public" / "feed.xml").is_file()


def test_a_schedule_that_never_is_names_its_setting(tmp_path: Path) -> None:
    from flows.serve import make_deployments

    show = make_show(tmp_path / "show", settings=SETTINGS + '\n[schedule]\ncron = "0 99 * * *"\n')
    with pytest.raises(ConfigError, match=r"podpipe\.toml: schedule\.cron: '0 99 \* \* \*' is no schedule"):
        make_deployments(load_settings(show.root))


def test_serving_without_a_lasting_server_says_how_to_start_one(show: MadeShow) -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.serve import serve

    with temporary_settings(restore_defaults={PREFECT_API_URL}), pytest.raises(PodpipeError, match="prefect server start"):
        serve(show.root)


@pytest.mark.usefixtures("served_show")
def test_a_second_show_cannot_take_the_place_of_the_first(server_process: PrefectServer, tmp_path: Path) -> None:
    second = make_show(tmp_path / "second")
    command = [sys.executable, "-m", "podpipe", "serve", "--show", str(second.root)]
    refused = subprocess.run(command, env=server_process.environment, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1
    assert "has a deployment podpipe-publish/nightly already" in refused.stderr
    assert "--name" in refused.stderr
    log = tmp_path / "log"
    with running([*command, "--name", "second"], log, env=server_process.environment):
        until(lambda: "podpipe-publish/second-manual" in log.read_text("utf-8", "replace"), seconds=60, what="podpipe serve --name")
