"""The commands that change targets or tell of them: publish, plan, releases and rollback. Each gives the exit code."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from podpipe import pipeline
from podpipe.cli import report
from podpipe.errors import PodpipeError, TargetError
from podpipe.job import WAIT_SECONDS, Job
from podpipe.model import Uploaded
from podpipe.settings import Settings, load_settings

WOULD_CHANGE = 3
"""The exit code of a plan that would change something: neither done, nor a failure, nor wrong usage."""


def publish(arguments: argparse.Namespace) -> int:
    """Publish, in this process or as a Prefect flow."""
    if arguments.flow:
        return _publish_as_flow(arguments)
    if arguments.credentials_block:
        raise PodpipeError("--credentials-block names a block of Prefect's", hint="add --flow, or let boto3 find the credentials")
    return _publish_here(arguments, dry_run=arguments.dry_run)


def plan(arguments: argparse.Namespace) -> int:
    """Show what a publish would change. The exit code says whether anything would."""
    settings = load_settings(arguments.show)
    job = _job(arguments, settings, dry_run=True)
    progress = report.Progress(quiet=arguments.quiet or arguments.json)
    with progress.shown():
        outcome = pipeline.publish(job, run=report.announced(progress))
    if arguments.json:
        report.tell(outcome.findings, arguments.show, quiet=True)
        report.print_lines(report.plan_json(upload.plan) for upload in outcome.uploads)
        report.print_lines((f"podpipe: {failure}" for failure in outcome.failures), error=True)
        code = int(not outcome.ok)
    else:
        code = _conclude(outcome, arguments, dry_run=True)
    return code or (WOULD_CHANGE if any(upload.plan.steps for upload in outcome.uploads) else 0)


def releases(arguments: argparse.Namespace) -> int:
    """List the releases of each target."""
    from podpipe.rollback import list_releases

    settings = load_settings(arguments.show)
    code = 0
    for url in arguments.target or settings.targets:
        try:
            found = list_releases(Job(settings=settings, as_of=datetime.now(UTC)), url)
        except TargetError as error:
            print(f"podpipe: {error.told}", file=sys.stderr)
            code = 1
            continue
        if arguments.json:
            report.print_lines(_release_json(found))
        else:
            report.print_lines(_release_lines(found))
    return code


def rollback(arguments: argparse.Namespace) -> int:
    """Put an earlier release back on one target."""
    from podpipe.delivery import Listeners
    from podpipe.earlier import FeedGuard
    from podpipe.rollback import roll_back

    settings = load_settings(arguments.show)
    urls = arguments.target or settings.targets
    if len(urls) > 1:
        hint = "name it with --target: each target has releases of its own"
        raise PodpipeError(f"the settings name {len(urls)} targets, and a release is put back on one", hint=hint)
    job = Job(
        settings=settings,
        as_of=datetime.now(UTC),
        dry_run=arguments.dry_run,
        allowed=tuple(arguments.allow or ()),
        wait=_wait(arguments),
    )
    progress = report.Progress(quiet=arguments.quiet)
    with progress.shown():
        progress.stage(f"putting release {arguments.release} back")
        listeners = Listeners(on_plan=progress.planned, on_step=progress.step, on_wait=progress.waiting)
        done = roll_back(job, urls[0], arguments.release, guard=FeedGuard(job), listeners=listeners)
    report.tell(done.findings, arguments.show, quiet=arguments.quiet)
    if done.refused:
        print(f"podpipe: {done.plan.target} is left as it was: {report.count(done.findings)}", file=sys.stderr)
        return 1
    if done.report is None:
        report.print_lines(report.plan_text(done.plan))
    else:
        if not arguments.quiet:
            report.print_lines(report.report_lines(done.report))
        return int(_tell_of_errors_after(done))
    return 0


def flows(name: str) -> Any:
    """A module of the flows folder, which lies beside podpipe in a clone and inside it when installed."""
    from podpipe.sources import shared_folder

    sys.path.insert(0, str(shared_folder("flows").parent))
    return importlib.import_module(f"flows.{name}")


def _job(arguments: argparse.Namespace, settings: Settings, *, dry_run: bool) -> Job:
    return Job(
        settings=settings,
        as_of=datetime.now(UTC),
        targets=tuple(arguments.target or settings.targets),
        episode=arguments.episode,
        dry_run=dry_run,
        allow_missing_audio=arguments.allow_missing_audio,
        check_links=arguments.check_links and settings.check_links,
        measure_hosted=arguments.measure_hosted and settings.audio.measure_hosted,
        allowed=tuple(arguments.allow or ()),
        wait=_wait(arguments),
        recheck=arguments.recheck,
        grace=None if arguments.grace is None else timedelta(days=arguments.grace),
    )


def _wait(arguments: argparse.Namespace) -> float:
    """How long to wait for another publish; what is not said is not in the arguments, which every command loads."""
    return WAIT_SECONDS if arguments.wait is None else float(arguments.wait)


def _publish_here(arguments: argparse.Namespace, *, dry_run: bool) -> int:
    settings = load_settings(arguments.show)
    job = _job(arguments, settings, dry_run=dry_run)
    progress = report.Progress(quiet=arguments.quiet)
    with progress.shown():
        outcome = pipeline.publish(
            job, run=report.announced(progress), on_plan=progress.planned, on_step=progress.step, on_wait=progress.waiting
        )
    return _conclude(outcome, arguments, dry_run=dry_run)


def _publish_as_flow(arguments: argparse.Namespace) -> int:
    if arguments.quiet:
        os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
    outcome = flows("publish").run_publish(
        show=arguments.show,
        targets=arguments.target,
        episode=arguments.episode,
        dry_run=arguments.dry_run,
        allow_missing_audio=arguments.allow_missing_audio,
        check_links=arguments.check_links,
        measure_hosted=arguments.measure_hosted,
        allow=arguments.allow,
        wait=_wait(arguments),
        recheck=arguments.recheck,
        grace_days=arguments.grace,
        credentials_block=arguments.credentials_block,
    )
    return _conclude(outcome, arguments, dry_run=arguments.dry_run)


def _conclude(outcome: Any, arguments: argparse.Namespace, *, dry_run: bool) -> int:
    report.tell(outcome.findings, arguments.show, quiet=arguments.quiet)
    for upload in outcome.uploads:
        if upload.report is not None and not arguments.quiet:
            report.print_lines(report.report_lines(upload.report))
        elif upload.report is None and dry_run:
            report.print_lines(report.plan_text(upload.plan))
        elif upload.report is None and not outcome.built.blocked:
            print(f"podpipe: {upload.plan.target} is left as it was: {report.count(upload.findings)}", file=sys.stderr)
        _tell_of_errors_after(upload)
    report.print_lines((f"podpipe: {failure}" for failure in outcome.failures), error=True)
    if not outcome.ok:
        what = "a publish would be refused" if dry_run else _how_much(outcome)
        print(f"podpipe: {what}: {report.count(outcome.findings) or 'a target failed'}", file=sys.stderr)
    elif not arguments.quiet and not dry_run:
        print(f"{report.episodes(len(outcome.built.episodes), held_back=outcome.built.held_back)} published")
    return 0 if outcome.ok else 1


def _how_much(outcome: Any) -> str:
    published = [upload.report is not None for upload in outcome.uploads]
    if all(published) and published and not outcome.failures:
        return "everything was published, and errors were found after that"
    return "not everything was published" if any(published) else "nothing was published"


def _tell_of_errors_after(upload: Uploaded) -> bool:
    """Say of a target that was published, should listeners not get from it what they should; gives whether that is so."""
    wrong = upload.report is not None and any(finding.level == "error" for finding in upload.findings)
    if wrong:
        what = "was published, and listeners do not get all of it"
        print(f"podpipe: {upload.plan.target} {what}: {report.count(upload.findings)}", file=sys.stderr)
    return wrong


def _release_lines(found: Any) -> Iterator[str]:
    if not found.releases:
        yield f"{found.target}: no release yet; the next publish that changes something makes one"
        return
    yield f"{found.target}: {len(found.releases)} release{'' if len(found.releases) == 1 else 's'} can be put back"
    for release in reversed(found.releases):
        notes = ["is there now"] if release.id == found.current else []
        notes += [f"put {release.restores} back"] if release.restores else []
        what = f"{release.objects} object{'' if release.objects == 1 else 's'}"
        more = f" ({', '.join(notes)})" if notes else ""
        yield f"  {release.id}  {release.made.astimezone(UTC):%Y-%m-%d %H:%M} UTC  {what}{more}"


def _release_json(found: Any) -> Iterable[str]:
    for release in reversed(found.releases):
        fields = {
            "target": found.target,
            "release": release.id,
            "made": release.made.isoformat(),
            "objects": release.objects,
            "restores": release.restores or None,
            "current": release.id == found.current,
        }
        yield json.dumps(fields, ensure_ascii=False)
