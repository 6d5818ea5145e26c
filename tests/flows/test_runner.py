"""What a publish leaves in Prefect, in words and values: pure parts that need no server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from podpipe.model import Finding, PublishPlan, PublishReport, Step, Where
from podpipe.pipeline import Built, Outcome, Uploaded
from tests.conftest import REPOSITORY

STEPS = (Step(action="put", key="feed.xml", reason="new", length=10), Step(action="delete", key="old.html", reason="no longer produced"))
FINDING = Finding(
    level="error", rule="some-rule", where=Where(path="episodes/1.md", line=3), message="a | b\nand <script>", hint="write *nothing*"
)


def outcome(*, uploads: tuple[Uploaded, ...] = (), failures: tuple[str, ...] = (), findings: tuple[Finding, ...] = ()) -> Outcome:
    built = Built(episodes=(), held_back=1, next_public=None, artifacts=(), findings=findings)
    return Outcome(built=built, uploads=uploads, failures=failures)


def uploaded(*, carried_out: bool) -> Uploaded:
    plan = PublishPlan(target="file:public", steps=STEPS, unchanged=4)
    report = PublishReport(
        target="file:public", put=("feed.xml",), retired=("x",), deleted=("old.html",), unchanged=4, bytes_sent=10, release="20260601-a"
    )
    return Uploaded(plan=plan, report=report if carried_out else None)


def test_the_result_is_plain_json() -> None:
    from flows.runner import changes

    result = changes("A show", outcome(uploads=(uploaded(carried_out=True),), failures=("s3://b: away",), findings=(FINDING,)))
    assert json.loads(json.dumps(result)) == {
        "show": "A show",
        "episodes": 0,
        "held_back": 1,
        "targets": [
            {
                "target": "file:public",
                "put": 1,
                "deleted": 1,
                "unchanged": 4,
                "bytes_sent": 10,
                "planned": 2,
                "copied": 0,
                "retired": 1,
                "release": "20260601-a",
            }
        ],
        "findings": {"error": 1, "warning": 0, "info": 0},
        "failures": ["s3://b: away"],
        "changed": True,
    }


def test_a_plan_that_was_not_carried_out_is_no_change() -> None:
    from flows.runner import changes

    result = changes("A show", outcome(uploads=(uploaded(carried_out=False),)))
    counts = {"put": 0, "deleted": 0, "unchanged": 4, "bytes_sent": 0, "planned": 2, "copied": 0, "retired": 0}
    assert result["targets"] == [{"target": "file:public", "release": "", **counts}]
    assert result["changed"] is False


def test_the_summary_keeps_any_text_inside_its_cell() -> None:
    from flows.runner import summary

    text = summary("My #1 [show]", outcome(uploads=(uploaded(carried_out=False),), failures=("s3://b: away",), findings=(FINDING,)))
    assert text == (
        "# My \\#1 \\[show\\]\n"
        "\n"
        "0 episodes, 1 held back.\n"
        "\n"
        "| Target | Put | Deleted | Unchanged | Bytes sent | Planned | Copied | Retired | Release | What happened |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |\n"
        "| file:public | 0 | 0 | 4 | 0 | 2 | 0 | 0 |  | refused: see the findings |\n"
        "\n"
        "## Failures\n"
        "\n"
        "- s3://b: away\n"
        "\n"
        "## Findings\n"
        "\n"
        "| Level | Where | What | What to do | Rule |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| error | episodes/1.md:3 | a \\| b and \\<script\\> | write \\*nothing\\* | some-rule |\n"
    )


def test_what_went_wrong_is_told_whole() -> None:
    from flows.runner import problems

    assert problems(outcome(failures=("s3://b: away",), findings=(FINDING,))).startswith("s3://b: away\nepisodes/1.md:3: a | b")


def test_the_log_tells_what_stood_in_for_a_lock() -> None:
    from flows.runner import target_lines

    done = uploaded(carried_out=True)
    assert done.report is not None
    noted = replace(done, report=replace(done.report, notes=("the store knows no conditional writes",)))
    assert list(target_lines(outcome(uploads=(noted,)))) == [
        "file:public: 1 put, 1 deleted, 4 unchanged (published)",
        "file:public: the store knows no conditional writes",
    ]


@pytest.mark.parametrize("module", ["podpipe", "podpipe.pipeline", "podpipe.cli", "podpipe.cli.commands", "flows"])
def test_prefect_is_imported_by_flows_alone(module: str) -> None:
    code = f"import sys, {module}; print('prefect' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
