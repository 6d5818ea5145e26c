"""The commands that change targets or tell of them, as a person meets them: plans, releases, going back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from podpipe.job import WAIT_SECONDS
from tests.made_show import SETTINGS, MadeShow, make_show, published_below


@pytest.fixture
def show(tmp_path: Path) -> MadeShow:
    return make_show(tmp_path / "show")


def podpipe(show: MadeShow, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "podpipe", arguments[0], "--show", str(show.root), *arguments[1:]]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def edited(show: MadeShow, before: str, after: str) -> None:
    path = show.root / "episodes/2026-01-02-2.md"
    path.write_text(path.read_text().replace(before, after))


def test_a_plan_is_told_as_json_too(show: MadeShow) -> None:
    podpipe(show, "publish")
    assert podpipe(show, "plan", "--json").returncode == 0
    edited(show, "Goodbye", "So long")
    (show.root / "episodes/2026-01-01-1.md").unlink()
    planned = podpipe(show, "plan", "--json", "--allow", "episode-gone:1")
    assert planned.returncode == 3
    [line] = planned.stdout.splitlines()
    plan = json.loads(line)
    steps = {step["key"]: step for step in plan["steps"]}
    assert plan["target"] == "file:public"
    page = steps["episode/2"]
    assert (page["action"], page["reason"], page["source"], page["until"]) == ("put", "content changed", None, None)
    assert page["bytes"] > 1000
    gone = steps["episode/1"]
    assert (gone["action"], gone["reason"], gone["bytes"]) == ("retire", "no longer produced", 0)
    assert gone["until"].endswith("+00:00")


def test_a_plan_that_would_be_refused_says_so_by_its_exit_code(show: MadeShow) -> None:
    podpipe(show, "publish")
    (show.root / "episodes/2026-01-01-1.md").unlink()
    for form in ((), ("--json",)):
        refused = podpipe(show, "plan", *form)
        assert refused.returncode == 1
        assert "episode-gone" in refused.stderr


def test_a_mistake_is_undone_by_two_commands(show: MadeShow) -> None:
    assert "no release yet" in podpipe(show, "releases").stdout
    first = podpipe(show, "publish").stdout
    before = published_below(show.root / "public")
    edited(show, "Goodbye", "Goodbie")
    second = podpipe(show, "publish").stdout
    ids = [said.splitlines()[0].rpartition("release ")[2] for said in (first, second)]
    listed = podpipe(show, "releases").stdout.splitlines()
    assert listed[0] == "file:public: 2 releases can be put back"
    assert [line.split()[0] for line in listed[1:]] == ids[::-1]
    assert listed[1].endswith("(is there now)")

    planned = podpipe(show, "rollback", ids[0], "--dry-run")
    assert (planned.returncode, "copied there from what is kept of earlier releases" in planned.stdout) == (0, True)
    assert published_below(show.root / "public") != before
    done = podpipe(show, "rollback", ids[0])
    assert (done.returncode, "; release " in done.stdout) == (0, True)
    assert published_below(show.root / "public") == before
    told = [json.loads(line) for line in podpipe(show, "releases", "--json").stdout.splitlines()]
    assert [(one["restores"], one["current"]) for one in told] == [(ids[0], True), (None, False), (None, False)]

    refused = podpipe(show, "publish")
    assert refused.returncode == 1
    assert "this is what a rollback has taken away" in refused.stderr
    edited(show, "Goodbie", "Farewell")
    assert podpipe(show, "publish").returncode == 0


def test_a_release_that_does_not_exist_is_told_with_those_that_do(show: MadeShow) -> None:
    release = podpipe(show, "publish").stdout.splitlines()[0].rpartition("release ")[2]
    refused = podpipe(show, "rollback", "1999")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[-1] == f"podpipe: file:public: there is no release '1999' (the newest are {release})"


def test_a_rollback_is_of_one_target(show: MadeShow) -> None:
    show.write("podpipe.toml", SETTINGS.replace('["file:public"]', '["file:public", "file:other"]'))
    podpipe(show, "publish")
    refused = podpipe(show, "rollback", "2026")
    assert refused.returncode == 1
    assert "name it with --target" in refused.stderr
    assert len(podpipe(show, "releases").stdout.splitlines()) == 4, "each has its own"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("publish", "--wait", "soon"), "'soon' is no number of seconds from 0 to 86400"),
        (("publish", "--grace", "-1"), "'-1' is no whole number of days from 0 to 3650"),
        (("rollback", "1", "--allow", "everything"), "is no change of a feed that can be allowed"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(show: MadeShow, arguments: tuple[str, ...], said: str) -> None:
    refused = podpipe(show, *arguments)
    assert (refused.returncode, said in refused.stderr) == (2, True)


def test_the_help_names_the_time_that_is_waited(show: MadeShow) -> None:
    assert f"(default: {WAIT_SECONDS:.0f})" in " ".join(podpipe(show, "publish", "--help").stdout.split())


def test_the_arguments_load_nothing_of_a_show() -> None:
    code = "import sys, podpipe.cli; podpipe.cli.make_parser(); print([name for name in sys.modules if name.startswith('podpipe.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "'podpipe.cli.arguments'" in done.stdout
    assert not [name for name in ("podpipe.model", "podpipe.settings", "podpipe.targets") if f"'{name}'" in done.stdout]


def test_a_block_of_prefects_needs_prefect(show: MadeShow) -> None:
    refused = podpipe(show, "publish", "--credentials-block", "show-bucket")
    assert (refused.returncode, "add --flow" in refused.stderr) == (1, True)
    assert not (show.root / "public").exists()
