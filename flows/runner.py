"""How a publish looks in Prefect: each stage a task with its policy, and what came of it as a result, an artifact and log lines."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.logging import get_run_logger
from prefect.settings import get_current_settings

from podpipe.errors import NetworkError, PodpipeError, TargetError
from podpipe.model import Finding
from podpipe.pipeline import Outcome, Stage, Uploaded

T = TypeVar("T")

RETRY_DELAYS = (2.0, 8.0, 32.0)
"""Seconds before each new attempt at a stage that touches the outside world."""

_PURE_SECONDS = 15 * 60
_WORLD_SECONDS = 6 * 60 * 60  # a first upload sends every episode that the show ever had, over whatever line there is
_SHOWN_FINDINGS = 200
_TARGETS = "| Target | Put | Deleted | Unchanged | Bytes sent | Planned | Copied | Retired | Release | What happened |"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#~!&])")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRunner:
    """Runs each stage as a Prefect task of the stage's name; a `podpipe.pipeline.Runner`, to be used inside a flow.

    A stage that touches the outside world is tried again after each of `retry_delays` (seconds), as long as it is a target or a network
    that fails: settings and episodes that are wrong stay wrong.
    """

    retry_delays: Sequence[float] = RETRY_DELAYS

    def __call__(self, stage: Stage, work: Callable[[], T]) -> T:
        """Do the work in a task and give back what it gives, or raise what its last attempt raised."""
        get_run_logger().info("%s: %s", stage.name, stage.doing)
        given: list[T] = []

        # The work's value goes past Prefect, which would otherwise walk through every episode and artifact in it.
        @task(
            name=stage.name,
            task_run_name=stage.name,
            retries=len(self.retry_delays) if stage.touches_world else 0,
            retry_delay_seconds=list(self.retry_delays),
            retry_condition_fn=_may_pass,
            timeout_seconds=_WORLD_SECONDS if stage.touches_world else _PURE_SECONDS,
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        def carry_out() -> None:
            given.append(work())

        carry_out()
        return given[0]


def retry_delays() -> Sequence[float]:
    """The delays that Prefect's own setting PREFECT_TASKS_DEFAULT_RETRY_DELAY_SECONDS names, or else `RETRY_DELAYS`."""
    configured = get_current_settings().tasks.default_retry_delay_seconds
    if not configured:
        return RETRY_DELAYS
    return [float(delay) for delay in configured] if isinstance(configured, list) else [float(configured)] * len(RETRY_DELAYS)


def hide_tracebacks() -> None:
    """Keep Prefect from logging a traceback for an error of podpipe's: the line on the run's final state has its whole message."""
    for name in ("prefect.flow_runs", "prefect.task_runs"):
        logging.getLogger(name).addFilter(_is_no_expected_error)


def changes(show: str, outcome: Outcome) -> dict[str, Any]:
    """What a publish changed, as plain values that JSON can hold; `show` is the show's title.

    `targets` counts for each target what was put, deleted, left as it was, copied and retired, the bytes sent, and the steps planned, and
    names the release that was made; a target that failed
    is in `failures` alone. `changed` is whether any target holds something else now.
    """
    levels = [finding.level for finding in outcome.findings]
    return {
        "show": show,
        "episodes": len(outcome.built.episodes),
        "held_back": outcome.built.held_back,
        "targets": [_target_changes(upload) for upload in outcome.uploads],
        "findings": {level: levels.count(level) for level in ("error", "warning", "info")},
        "failures": list(outcome.failures),
        "changed": any(upload.report and upload.report.changed for upload in outcome.uploads),
    }


def summary(show: str, outcome: Outcome) -> str:
    """What a publish did, in Markdown for people: its targets, its failures and its findings."""
    number, waiting = len(outcome.built.episodes), outcome.built.held_back
    lines = [f"# {_escaped(show)}", "", f"{number} episode{'' if number == 1 else 's'}{f', {waiting} held back' if waiting else ''}."]
    if outcome.uploads:
        lines += ["", _TARGETS, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |"]
        lines += [_row(*_target_changes(upload).values(), _happened(upload, outcome)) for upload in outcome.uploads]
    if outcome.failures:
        lines += ["", "## Failures", "", *(f"- {_escaped(failure)}" for failure in outcome.failures)]
    if outcome.findings:
        lines += ["", "## Findings", "", *_finding_lines(outcome.findings)]
    return "\n".join(lines) + "\n"


def problems(outcome: Outcome) -> str:
    """Everything that kept a publish from ending well, a line each: failures of targets, and findings that are errors."""
    errors = (finding for finding in outcome.findings if finding.level == "error")
    return "\n".join((*outcome.failures, *(_finding_text(finding) for finding in errors)))


def target_lines(outcome: Outcome) -> Iterator[str]:
    """A line for the log on each target, and one for each note on how it was published."""
    for upload in outcome.uploads:
        counts = _target_changes(upload)
        yield "{target}: {put} put, {deleted} deleted, {unchanged} unchanged".format(**counts) + f" ({_happened(upload, outcome)})"
        yield from (f"{upload.plan.target}: {note}" for note in (upload.report.notes if upload.report else ()))


def _target_changes(upload: Uploaded) -> dict[str, Any]:
    report, plan = upload.report, upload.plan
    return {
        "target": plan.target,
        "put": len(report.put) if report else 0,
        "deleted": len(report.deleted) if report else 0,
        "unchanged": plan.unchanged,
        "bytes_sent": report.bytes_sent if report else 0,
        "planned": len(plan.steps),
        "copied": len(report.copied) if report else 0,
        "retired": len(report.retired) if report else 0,
        "release": report.release if report else "",
    }


def _happened(upload: Uploaded, outcome: Outcome) -> str:
    if upload.report is not None:
        return "published" if upload.report.changed else "up to date"
    refused = outcome.built.blocked or any(finding.level == "error" for finding in upload.findings)
    return "refused: see the findings" if refused else "dry run: nothing was changed"


def _finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    yield from ("| Level | Where | What | What to do | Rule |", "| --- | --- | --- | --- | --- |")
    for finding in findings[:_SHOWN_FINDINGS]:
        yield _row(finding.level, finding.where, finding.message, finding.hint, finding.rule)
    if len(findings) > _SHOWN_FINDINGS:
        yield f"\nand {len(findings) - _SHOWN_FINDINGS} more, which `podpipe check` lists"


def _finding_text(finding: Finding) -> str:
    return f"{finding.where}: {finding.message}{f' ({finding.hint})' if finding.hint else ''}"


def _row(*cells: Any) -> str:
    return f"| {' | '.join(_escaped(str(cell)) for cell in cells)} |"


def _escaped(text: str) -> str:
    """Text that Markdown, in a table's cell too, shows as it is."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _may_pass(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    return isinstance(state.data, (TargetError, NetworkError))


def _is_no_expected_error(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], PodpipeError))
