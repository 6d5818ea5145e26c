"""What podpipe says: findings as text, JSON or GitHub annotations, plans and reports, and progress while it works."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from typing import Any, TypeVar

from podpipe.charset import with_plain_breaks
from podpipe.cli.excerpt import excerpt, readable
from podpipe.model import Finding, PublishPlan, PublishReport, Step
from podpipe.plan import KEPT

T = TypeVar("T")

_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}
_SHOWN_STEPS = 40
_SIGNS = {"put": "+", "copy": "=", "restore": "=", "retire": "~", "delete": "-"}
_REDRAW_SECONDS = 0.1
_TOLD = 20
"""How many findings that are no errors are told after a build or a publish: a show with a long past may have hundreds."""


def as_json(finding: Finding) -> str:
    """A finding as one line of JSON: path, line, column, level, rule, message, hint."""
    where = asdict(finding.where)
    fields = {"level": finding.level, "rule": finding.rule, "message": finding.message, "hint": finding.hint}
    return json.dumps(where | fields, ensure_ascii=False)


def as_github(finding: Finding, prefix: str = "") -> str:
    """A finding as a workflow command, which GitHub shows beside the line. `prefix` leads from the repository's root to the show."""
    level = {"error": "error", "warning": "warning", "info": "notice"}[finding.level]
    places = {
        "file": f"{prefix}{finding.where.path}",
        "line": finding.where.line,
        "col": finding.where.column,
        "title": f"podpipe {finding.rule}",
    }
    properties = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in places.items() if value is not None)
    text = f"{finding.message}\n{finding.hint}" if finding.hint else finding.message
    return f"::{level} {properties}::{_escaped(text)}"


def as_text(finding: Finding, lines: Sequence[str] = ()) -> str:
    """A finding for people: place, level, message, the line it is about where there is one, and what to do."""
    return "".join(text for text, _ in _parts(finding, lines))


def findings_text(findings: Iterable[Finding], root: Path) -> Iterator[str]:
    """All findings as text, each with its line, read from the show's folder."""
    return (as_text(finding, lines) for finding, lines in _with_lines(findings, root))


def print_findings(findings: Iterable[Finding], root: Path) -> None:
    """Print all findings as text, in colours on a terminal."""
    if not sys.stdout.isatty():
        print_lines(findings_text(findings, root))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)  # it knows of NO_COLOR and of terminals without colours
    for finding, lines in _with_lines(findings, root):
        console.print(Text.assemble(*_parts(finding, lines)))


def _parts(finding: Finding, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The text of a finding in parts, each with the style that a terminal may show it in."""
    yield readable(str(finding.where)), "bold"
    yield f": {finding.level}: ", _STYLES[finding.level]
    yield readable(finding.message), ""
    yield f" [{finding.rule}]", "dim"
    line = finding.where.line
    if line and 0 < line <= len(lines) and lines[line - 1].strip():
        shown = excerpt(lines[line - 1], finding.where.column)
        yield f"\n    {shown.text}", ""
        if shown.caret is not None:
            yield f"\n    {' ' * shown.caret}^", _STYLES[finding.level]
    if finding.hint:
        yield f"\n    {readable(finding.hint)}", "italic"


def _with_lines(findings: Iterable[Finding], root: Path) -> Iterator[tuple[Finding, list[str]]]:
    path, lines = "", [""]
    for finding in findings:
        if finding.where.line is None:
            yield finding, []  # what is found on a target has the name of a file, a recording maybe, that tells nothing
            continue
        if finding.where.path != path:
            path = finding.where.path
            lines = _lines(root / path)
        yield finding, lines


def rules_text() -> Iterator[str]:
    """Every rule, a line each, in groups."""
    from podpipe.rules import GROUPS, RULES

    width = max(map(len, RULES))
    for title, rules in GROUPS:
        yield title
        for rule in rules:
            notes = ["always an error"] if rule.fixed else []
            notes += [f"{', '.join(rule.profiles)}{'; checked without a profile too' if rule.refused else ''}"] if rule.profiles else []
            yield f"  {rule.id:{width}}  {rule.level:7}  {rule.meaning}{_in_brackets(notes)}"
        yield ""


def _in_brackets(notes: Sequence[str]) -> str:
    return f" ({'; '.join(notes)})" if notes else ""


def rules_json() -> Iterator[str]:
    """Every rule as one line of JSON."""
    from podpipe.rules import GROUPS

    for title, rules in GROUPS:
        for rule in rules:
            fields = {"rule": rule.id, "level": rule.level, "group": title, "meaning": rule.meaning, "remedy": rule.remedy}
            yield json.dumps(fields | {"fixed": rule.fixed, "profiles": rule.profiles, "refused": rule.refused}, ensure_ascii=False)


def count(findings: Iterable[Finding]) -> str:
    """How many errors, warnings and infos there are, in words; empty where there is none."""
    levels = [finding.level for finding in findings]
    found = [(levels.count(level), level) for level in ("error", "warning", "info")]
    return ", ".join(f"{number} {level}{'s' if number != 1 else ''}" for number, level in found if number)


def plan_text(plan: PublishPlan) -> Iterator[str]:
    """A plan, a line for each step, with what it would move in all."""
    if not plan.steps:
        yield f"{plan.target}: nothing would change; all {plan.unchanged} objects are up to date"
        return
    counts = {action: sum(step.action == action for step in plan.steps) for action in ("put", "copy", "restore", "retire", "delete")}
    total = size(sum(step.length for step in plan.steps if step.action == "put"))
    parts = [f"{counts['put']} to upload ({total})"]
    parts += [f"{counts[action]} to {action}" for action in ("copy", "restore", "retire") if counts[action]]
    yield f"{plan.target}: {', '.join(parts)}, {counts['delete']} to delete, {plan.unchanged} unchanged"
    for step in plan.steps[:_SHOWN_STEPS]:
        yield f"  {_SIGNS[step.action]} {step.key}: {step.reason}{_detail(step)}"
    if len(plan.steps) > _SHOWN_STEPS:
        yield f"  … and {len(plan.steps) - _SHOWN_STEPS} more"


def _detail(step: Step) -> str:
    if step.action == "put":
        return f" ({size(step.length)})"
    if step.action == "copy":
        kept = step.source.startswith(KEPT)
        return f" ({size(step.length)}, copied there from {'what is kept of earlier releases' if kept else step.source})"
    return f", stays until {step.until.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if step.until else ""


def plan_json(plan: PublishPlan) -> str:
    """A plan as one line of JSON."""
    steps = [
        {
            "action": step.action,
            "key": step.key,
            "reason": step.reason,
            "bytes": step.length,
            "source": step.source or None,
            "until": step.until.isoformat() if step.until else None,
        }
        for step in plan.steps
    ]
    return json.dumps({"target": plan.target, "steps": steps, "unchanged": plan.unchanged}, ensure_ascii=False)


def report_lines(report: PublishReport) -> Iterator[str]:
    """What was done on one target, in one line, and what else there is to say of it."""
    yield report_text(report)
    yield from (f"  {note}" for note in report.notes)


def report_text(report: PublishReport) -> str:
    """What was done on one target, in one line."""
    if not report.changed:
        return f"{report.target}: nothing changed; all {report.unchanged} objects are up to date"
    parts = [f"{len(report.put)} uploaded ({size(report.bytes_sent)})"]
    parts += [f"{len(keys)} {word}" for keys, word in ((report.copied, "copied"), (report.retired, "retired")) if keys]
    made = f"; release {report.release}" if report.release else ""
    return f"{report.target}: {', '.join(parts)}, {len(report.deleted)} deleted, {report.unchanged} unchanged{made}"


def size(length: int) -> str:
    """A number of bytes for people, in decimal units."""
    number = float(length)
    for unit in ("bytes", "kB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1000
    raise AssertionError


def told(findings: Sequence[Finding], root: Path, *, quiet: bool) -> list[str]:
    """What a build or a publish says of its findings: all errors, and the first of the others unless quiet."""
    lesser = [finding for finding in findings if finding.level != "error"]
    left_out = set(map(id, lesser if quiet else lesser[_TOLD:]))
    lines = list(findings_text((finding for finding in findings if id(finding) not in left_out), root))
    if left_out and not quiet:
        lines.append(f"… and {count(lesser[_TOLD:])} more; podpipe check lists them all")
    return lines


def tell(findings: Sequence[Finding], root: Path, *, quiet: bool) -> None:
    """Say on the error stream what `told` gives."""
    print_lines(told(findings, root, quiet=quiet), error=True)


def episodes(number: int, *, held_back: int) -> str:
    """How many episodes there are, in words."""
    waiting = f" ({held_back} held back)" if held_back else ""
    return f"{number} episode{'' if number == 1 else 's'}{waiting}"


class Progress:
    """Progress on the error stream: a live display on a terminal, a line for each stage in a pipe, nothing when quiet."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._live: Any = None
        self._task: Any = None
        self._drawn = 0.0

    @contextmanager
    def shown(self) -> Iterator[Progress]:
        """Show progress while the block runs."""
        if self._quiet or not sys.stderr.isatty():
            yield self
            return
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Live

        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[key]}"), TimeElapsedColumn())
        # Without a thread that redraws: podpipe shares out work by forking only while it has no other threads.
        with Live(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as self._live:
            yield self
        self._live = self._task = None

    def stage(self, doing: str) -> None:
        """Say that a stage begins."""
        if self._live is not None:
            if self._task is not None:
                self._live.remove_task(self._task)
            self._task = self._live.add_task(f"{doing} …", total=None, key="")
            self._live.refresh()
        elif not self._quiet:
            print(f"{doing} …", file=sys.stderr, flush=True)

    def planned(self, plan: PublishPlan) -> None:
        """Say what is to be done on a target."""
        self._expect(len(plan.steps), f"publishing to {plan.target}")

    def counting(self, target: str, objects: int) -> None:
        """Say how many objects of a target are to be looked at."""
        self._expect(objects, f"looking at {target}")

    def _expect(self, total: int, doing: str) -> None:
        if self._live is not None and self._task is not None:
            self._live.update(self._task, total=total, completed=0, description=doing, refresh=True)

    def waiting(self, why: str) -> None:
        """Say what a publish waits for."""
        if self._live is not None and self._task is not None:
            self._live.update(self._task, description=why, refresh=True)
        elif not self._quiet:
            print(f"{why} …", file=sys.stderr, flush=True)

    def step(self, step: Step) -> None:
        """Say that one step of a plan is done."""
        self.count(step.key)

    def count(self, key: str) -> None:
        """Say that one object is done."""
        if self._live is not None and self._task is not None:
            due = time.monotonic() - self._drawn > _REDRAW_SECONDS
            self._live.update(self._task, advance=1, key=key[-40:], refresh=due)
            if due:
                self._drawn = time.monotonic()


def announced(progress: Progress) -> Callable[..., Any]:
    """A runner that tells of each stage and does it in this process."""

    def run(stage: Any, work: Callable[[], T]) -> T:
        progress.stage(stage.doing)
        return work()

    return run


def print_lines(lines: Iterable[str], *, error: bool = False) -> None:
    """Print lines to the output, or to the error stream."""
    for line in lines:
        print(line, file=sys.stderr if error else sys.stdout)


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError:
        return []
    return with_plain_breaks(text).split("\n")


def _escaped(text: str, also: str = "") -> str:
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
