"""The flow on a real Prefect server: what it publishes, what it records, and how it fails."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from podpipe import pipeline
from podpipe.errors import ConfigError, PodpipeError, SourceError, TargetError
from podpipe.manifest import MANIFEST, read_manifest
from podpipe.settings import load_settings
from tests.conftest import REPOSITORY
from tests.flows.conftest import PrefectServer
from tests.made_show import SETTINGS, MadeShow, files_below, published_below
from tests.servers import ACCESS_KEY, SECRET_KEY, free_port, rclone_server

pytestmark = pytest.mark.xdist_group("prefect")  # one server for all of them, where the tests run in several processes

STAGES = ["ingest", "enrich", "validate", "render", "compose", "upload"]
NIGHT = datetime(2026, 1, 2, 3, tzinfo=UTC)


def run_flow(show: MadeShow, **parameters: Any) -> Any:
    """The final state of a run of the flow."""
    from flows.publish import publish

    return publish(show=str(show.root), return_state=True, **parameters)


def test_a_run_publishes_with_each_stage_as_a_task_and_says_what_changed(prefect_server: PrefectServer, show: MadeShow) -> None:
    state = run_flow(show)
    run = prefect_server.flow_run(state.state_details.flow_run_id)
    published = files_below(show.root / "public")
    sent = len([name for name in published if not name.startswith(".podpipe/")])
    [release] = [Path(name).stem for name in published if name.startswith(".podpipe/releases/")]
    counts = {"put": sent, "deleted": 0, "unchanged": 0, "planned": sent, "copied": 0, "retired": 0}
    assert (run.state_type.name, run.name) == ("COMPLETED", "show")
    tasks = prefect_server.tasks(run.id, number=6)
    assert [task.name for task in tasks] == STAGES
    assert {task.state_name for task in tasks} == {"Completed"}
    size = sum(len(content) for name, content in published.items() if not name.startswith(".podpipe"))
    assert state.result() == {
        "show": "Test Talk",
        "episodes": 2,
        "held_back": 0,
        "targets": [{"target": "file:public", "bytes_sent": size, "release": release, **counts}],
        "findings": {"error": 0, "warning": 0, "info": 0},
        "failures": [],
        "changed": True,
    }
    summary = prefect_server.artifact(run.id).data
    assert summary.startswith("# Test Talk\n\n2 episodes.\n")
    assert f"| file:public | {sent} | 0 | 0 | {size} | {sent} | 0 | 0 | {release} | published |" in summary


def test_the_world_is_told_in_a_task_of_its_own(prefect_server: PrefectServer, show: MadeShow) -> None:
    gone = f"http://127.0.0.1:{free_port()}/"
    show.write("podpipe.toml", f'{SETTINGS}\n[ping]\ntargets = ["file:public"]\npodcast_index = "{gone}"\n')
    state = run_flow(show)
    assert state.result()["findings"] == {"error": 0, "warning": 1, "info": 0}, "a failure is no failed publish"
    run = prefect_server.flow_run(state.state_details.flow_run_id)
    assert [task.name for task in prefect_server.tasks(run.id, number=7)] == [*STAGES, "announce"]


def test_a_second_run_changes_nothing_and_says_so(prefect_server: PrefectServer, show: MadeShow) -> None:
    run_flow(show)
    before = {path: path.stat().st_mtime_ns for path in (show.root / "public").rglob("*")}
    state = run_flow(show)
    assert not state.result()["changed"]
    assert {path: path.stat().st_mtime_ns for path in (show.root / "public").rglob("*")} == before
    assert "| up to date |" in prefect_server.artifact(state.state_details.flow_run_id).data


@pytest.mark.usefixtures("prefect_server")
def test_the_flow_and_a_direct_publish_give_the_same_bytes(show: MadeShow, tmp_path: Path) -> None:
    from flows.publish import run_publish

    flowing, direct = tmp_path / "flowing", tmp_path / "direct"
    by_flow = run_publish(show=show.root, targets=[f"file:{flowing}"])
    job = pipeline.Job(settings=load_settings(show.root), as_of=datetime.now(UTC), targets=(f"file:{direct}",))
    directly = pipeline.publish(job)
    assert published_below(flowing) == published_below(direct)
    assert len(published_below(flowing)) > 15
    manifests = [read_manifest((folder / MANIFEST).read_bytes()) for folder in (flowing, direct)]
    assert manifests[0].objects == manifests[1].objects
    assert by_flow.built == directly.built


@pytest.mark.usefixtures("prefect_server")
def test_a_dry_run_of_one_episode_changes_nothing(show: MadeShow) -> None:
    from flows.publish import run_publish

    outcome = run_publish(show=show.root, episode="2", dry_run=True)
    assert outcome.ok
    assert [episode.slug for episode in outcome.built.episodes] == ["2"]
    assert not (show.root / "public").exists()


def test_a_broken_episode_fails_the_run_by_name_and_leaves_the_target_alone(prefect_server: PrefectServer, show: MadeShow) -> None:
    show.write("episodes/2026-01-03-3.md", "---\ntitle: [never closed\n---\n")
    state = run_flow(show)
    run = prefect_server.flow_run(state.state_details.flow_run_id)
    assert run.state_type.name == "FAILED"
    assert "episodes/2026-01-03-3.md:" in run.state.message
    assert "not valid YAML" in run.state.message
    assert not (show.root / "public").exists()
    assert "episodes/2026-01-03-3.md:" in prefect_server.artifact(run.id).data


def test_the_summary_shows_text_from_episodes_as_it_is(prefect_server: PrefectServer, show: MadeShow) -> None:
    show.episode("3", date="2026-01-03 08:00:00 +0900", people='"a|b<i>*c*"')
    state = run_flow(show)
    [row] = [line for line in prefect_server.artifact(state.state_details.flow_run_id).data.splitlines() if line.startswith("| error |")]
    assert r"a\|b\<i\>\*c\*" in row


@pytest.mark.usefixtures("s3_credentials")
def test_an_unreachable_target_is_tried_again_and_then_named(prefect_server: PrefectServer, show: MadeShow, tmp_path: Path) -> None:
    unreachable = f"s3://talk/site?endpoint=http://127.0.0.1:{free_port()}"
    state = run_flow(show, targets=[unreachable, f"file:{tmp_path / 'other'}"])
    run = prefect_server.flow_run(state.state_details.flow_run_id)
    assert run.state_type.name == "FAILED"
    assert "s3://talk/site: cannot reach" in run.state.message
    assert (tmp_path / "other" / "feed.xml").is_file()
    failed, other = prefect_server.tasks(run.id, number=7)[-2:]
    assert (failed.state_name, failed.run_count) == ("Failed", 4)
    assert (other.state_name, other.run_count) == ("Completed", 1)
    assert "## Failures" in prefect_server.artifact(run.id).data


def test_what_trying_again_cannot_mend_is_tried_once(prefect_server: PrefectServer, show: MadeShow) -> None:
    state = run_flow(show, episode="99")
    run = prefect_server.flow_run(state.state_details.flow_run_id)
    assert run.state_type.name == "FAILED"
    assert "there is no episode '99'" in run.state.message
    ingest, enrich = prefect_server.tasks(run.id, number=2)
    assert [(task.name, task.state_name, task.run_count) for task in (ingest, enrich)] == [
        ("ingest", "Completed", 1),
        ("enrich", "Failed", 1),
    ]


@pytest.mark.usefixtures("prefect_server")
def test_errors_reach_the_caller_unchanged(show: MadeShow, tmp_path: Path) -> None:
    from flows.publish import run_publish

    with pytest.raises(SourceError, match="there is no episode '99'"):
        run_publish(show=show.root, episode="99")
    with pytest.raises(ConfigError, match="holds no show"):
        run_publish(show=tmp_path)


@pytest.mark.usefixtures("prefect_server")
def test_an_outcome_that_is_not_ok_is_given_back(show: MadeShow) -> None:
    from flows.publish import run_publish

    show.write("episodes/2026-01-03-3.md", "---\ntitle: [never closed\n---\n")
    outcome = run_publish(show=show.root)
    assert not outcome.ok
    assert [finding.where.path for finding in outcome.findings if finding.level == "error"] == ["episodes/2026-01-03-3.md"]


def test_a_change_of_the_feed_fails_the_run_with_its_option_until_that_is_given(prefect_server: PrefectServer, show: MadeShow) -> None:
    run_flow(show)
    before = files_below(show.root / "public")
    path = show.root / "episodes/2026-01-02-2.md"
    path.write_text(path.read_text().replace("08:00:00", "09:00:00"))
    state = run_flow(show)
    run = prefect_server.flow_run(state.state_details.flow_run_id)
    assert run.state_type.name == "FAILED"
    assert "--allow date-changed:2" in run.state.message
    assert "| refused: see the findings |" in prefect_server.artifact(run.id).data
    assert files_below(show.root / "public") == before
    allowed = run_flow(show, allow=["date-changed:2"])
    assert allowed.result()["changed"]
    assert allowed.result()["findings"] == {"error": 0, "warning": 0, "info": 1}


def test_credentials_in_a_target_are_refused_before_prefect_stores_them(show: MadeShow) -> None:
    from flows.publish import run_publish

    with pytest.raises(TargetError) as caught:
        run_publish(show=show.root, targets=["s3://someone:secret@talk/site"])
    assert "credentials" in str(caught.value)
    assert "secret" not in str(caught.value).lower().replace("aws_secret_access_key", "")


def test_a_server_that_does_not_answer_is_said_in_a_sentence(show: MadeShow) -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.publish import run_publish

    silent = f"http://127.0.0.1:{free_port()}/api"
    with temporary_settings({PREFECT_API_URL: silent}), pytest.raises(PodpipeError, match="does not answer"):
        run_publish(show=show.root)


@pytest.mark.parametrize(
    ("scheduled", "effective"),
    [
        (NIGHT + timedelta(milliseconds=75), NIGHT + timedelta(milliseconds=75)),
        (NIGHT + timedelta(hours=1), NIGHT),
        (NIGHT - timedelta(hours=1), NIGHT),
    ],
    ids=["a little early", "long before its time", "late"],
)
def test_a_run_begun_a_little_early_stands_for_its_scheduled_time(scheduled: datetime, effective: datetime) -> None:
    from flows.publish import effective_time

    assert effective_time(NIGHT, scheduled=scheduled) == effective


def test_the_module_is_a_command(prefect_server: PrefectServer, show: MadeShow, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flows.publish", "--show", str(show.root), "--target", f"file:{tmp_path / 'out'}"]

    def run() -> subprocess.CompletedProcess[str]:
        environment = prefect_server.environment
        return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60, check=False)

    done = run()
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "2 episodes published"), done.stderr
    assert (tmp_path / "out" / "feed.xml").is_file()
    show.write("episodes/2026-01-03-3.md", "---\ntitle: [never closed\n---\n")
    refused = run()
    assert refused.returncode == 1
    assert "2026-01-03-3.md:" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.usefixtures("prefect_server", "s3_credentials")
def test_a_prefect_block_may_hold_the_credentials(show: MadeShow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.blocks.system import Secret

    from flows.publish import run_publish

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    held = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY}
    Secret(value=held).save("show-bucket", overwrite=True)  # type: ignore[arg-type]
    Secret(value=json.dumps(held | {"aws_secret_access_key": "another"})).save("show-bucket-wrong", overwrite=True)  # type: ignore[arg-type]
    with rclone_server(tmp_path) as server:
        bucket = server.bucket()
        url = server.url(bucket)
        assert run_publish(show=show.root, targets=[url], credentials_block="show-bucket").ok
        assert "feed.xml" in server.keys(bucket)
        refused = run_publish(show=show.root, targets=[url], credentials_block="show-bucket-wrong")
        assert "the credentials are not valid there" in refused.failures[0]


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize("value", ["not json", '{"aws_access_key_id": "only-half"}', "[]"])
def test_a_block_without_credentials_is_refused_without_showing_it(show: MadeShow, value: str) -> None:
    from prefect.blocks.system import Secret

    from flows.publish import run_publish

    Secret(value=value).save("half", overwrite=True)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="holds no aws_access_key_id") as caught:
        run_publish(show=show.root, credentials_block="half")
    assert "only-half" not in str(caught.value)
    with pytest.raises(ConfigError, match="there is no Prefect block 'nowhere'"):
        run_publish(show=show.root, credentials_block="nowhere")
