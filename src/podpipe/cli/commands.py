"""What each command does: load the settings, call one function, say what came of it. Each gives the exit code."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podpipe.cli import report
from podpipe.errors import ConfigError, SourceError
from podpipe.model import Finding

_TOLD = 20
"""How many findings that are no errors are told after a build or a publish: a show with a long past may have hundreds."""


def build(arguments: argparse.Namespace) -> int:
    """Build into a folder; at once, with the same words, where the last build is still good."""
    from podpipe import freshness

    show, began, now = arguments.show, time.time(), datetime.now(UTC)
    out = arguments.out or show / "_site"
    options = (f"check_links={arguments.check_links}",)
    said = freshness.recall_build(show, out, as_of=now, options=options)
    if said is not None:
        findings = [report.finding_from(fields) for fields in said["findings"]]
        _tell(findings, show, quiet=arguments.quiet)
        if not arguments.quiet:
            print(f"{said['summary']}; nothing has changed since the last build")
        return 0
    from podpipe import pipeline
    from podpipe.settings import load_settings

    settings = load_settings(show)
    job = pipeline.Job(settings=settings, as_of=now, check_links=arguments.check_links and settings.check_links)
    progress = report.Progress(quiet=arguments.quiet)
    with progress.shown():
        built = pipeline.build(job, run=report.announced(progress))
        written = None if built.blocked else pipeline.write(built, out)
    _tell(built.findings, show, quiet=arguments.quiet)
    if written is None:
        print(f"podpipe: nothing was built: {report.count(built.findings)}", file=sys.stderr)
        return 1
    summary = f"{_episodes(built)} built into {out}"
    said = {"summary": summary, "findings": [json.loads(report.as_json(finding)) for finding in built.findings]}
    folders = [settings.episodes, *(folder.folder for folder in settings.static)]
    # Audio may lie anywhere in the show's folder, and one that is missing may come.
    within = tuple(f"{folder}/" if folder else "" for folder in folders)
    audio = (episode.enclosure.key for episode in built.episodes if episode.enclosure and episode.enclosure.key)
    read = [settings.root / path for path in (settings.config, *folders, *(key for key in audio if not key.startswith(within)))]
    freshness.remember_build(show, out, as_of=now, until=built.next_public, read=read, said=said, began=began, options=options)
    if not arguments.quiet:
        print(f"{summary}: {len(written.put)} files written, {len(written.deleted)} removed, {written.unchanged} unchanged")
    return 0


def publish(arguments: argparse.Namespace) -> int:
    """Publish, in this process or as a Prefect flow."""
    if arguments.flow:
        return _publish_as_flow(arguments)
    return _publish_here(arguments, dry_run=arguments.dry_run)


def plan(arguments: argparse.Namespace) -> int:
    """Show what a publish would change."""
    return _publish_here(arguments, dry_run=True)


def check(arguments: argparse.Namespace) -> int:
    """List every finding."""
    from podpipe import pipeline
    from podpipe.settings import load_settings

    settings = load_settings(arguments.show)
    job = pipeline.Job(settings=settings, as_of=datetime.now(UTC), check_links=arguments.check_links and settings.check_links)
    progress = report.Progress(quiet=arguments.quiet or arguments.format != "text")
    with progress.shown():
        found = pipeline.check(job, run=report.announced(progress))
    if arguments.format == "json":
        report.print_lines(report.as_json(finding) for finding in found)
    elif arguments.format == "github":
        prefix = "" if arguments.show == Path() else f"{arguments.show.as_posix()}/"
        report.print_lines(report.as_github(finding, prefix) for finding in found)
    else:
        report.print_lines(report.findings_text(found, settings.root))
        if not arguments.quiet:
            print(report.count(found) or "nothing to look at", file=sys.stderr)
    return int(any(finding.level == "error" for finding in found))


def chapters(arguments: argparse.Namespace) -> int:
    """Find the chapters of any Markdown files."""
    from podpipe import manuscript, timecode

    code = 0
    for path in arguments.files:
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            print(f"podpipe: {path} cannot be read: {why}", file=sys.stderr)
            code = 1
            continue
        found = manuscript.chapters_of(text)
        if arguments.json:
            listed = [{"start": timecode.seconds(chapter.start), "title": chapter.title, "line": chapter.line} for chapter in found]
            print(json.dumps({"path": str(path), "chapters": listed}, ensure_ascii=False))
        else:
            report.print_lines(f"{path}:{chapter.line}: {timecode.full_clock(chapter.start)} {chapter.title}" for chapter in found)
    return code


def posts(arguments: argparse.Namespace) -> int:
    """Write the social posts of all public episodes, or of one."""
    from podpipe import pipeline, social
    from podpipe.settings import load_settings

    settings = load_settings(arguments.show)
    written = pipeline.write_posts(pipeline.Job(settings=settings, as_of=datetime.now(UTC)))
    if arguments.episode is not None and arguments.episode not in written.slugs:
        raise SourceError(f"there is no public episode {arguments.episode!r}")
    chosen = [post for post in written.posts if arguments.episode in (None, post.episode)]
    errors = [finding for finding in written.findings if finding.level == "error"]
    _tell(errors, arguments.show, quiet=True)
    for post in chosen:
        if arguments.json:
            print(json.dumps(social.as_json(post), ensure_ascii=False))
        else:
            part = f" chapter {post.chapter}" if post.chapter else ""
            print(f"── {post.episode}{part}, {post.network}, {post.length} of {post.limit}\n{post.text}\n")
    return int(bool(errors))


def preview(arguments: argparse.Namespace) -> int:
    """Serve the built show on loopback until Ctrl-C."""
    import tempfile

    from podpipe import pipeline
    from podpipe import preview as server
    from podpipe.settings import load_settings

    root = arguments.show
    settings = load_settings(root)
    far_future = datetime.max.replace(tzinfo=UTC)
    with tempfile.TemporaryDirectory(prefix="podpipe-preview-") as folder:
        site = Path(folder)

        def rebuild() -> str | None:
            now = load_settings(root)
            job = pipeline.Job(settings=now, as_of=far_future if arguments.drafts else datetime.now(UTC), drafts=arguments.drafts)
            built = pipeline.build(job)
            pipeline.write(built, site)
            errors = [finding for finding in built.findings if finding.level == "error"]
            return "\n".join(report.findings_text(errors, now.root)) or None

        wrong = rebuild()
        if wrong:
            print(wrong, file=sys.stderr)
        server.serve(
            site,
            port=arguments.port,
            base=_path(settings.show.site_url),
            watch=[settings.root],
            rebuild=rebuild,
            announce=print if not arguments.quiet else lambda _: None,
        )
    return 0


def serve(arguments: argparse.Namespace) -> int:
    """Serve the schedule to a Prefect server until Ctrl-C."""
    _flows("serve").serve(arguments.show.resolve())
    return 0


def init(arguments: argparse.Namespace) -> int:
    """Begin a new show."""
    from podpipe import scaffold, sources
    from podpipe.settings.toml import is_time_zone

    if not is_time_zone(arguments.time_zone):
        raise ConfigError(
            f"{arguments.time_zone!r} is no time zone", hint="name one of the IANA database, such as Asia/Tokyo or Europe/Berlin"
        )
    made = scaffold.init_show(
        arguments.folder,
        title=arguments.title,
        language=arguments.language,
        time_zone=arguments.time_zone,
        templates=sources.shared_folder("templates") / "new_show",
    )
    report.print_lines(f"wrote {path}" for path in made)
    print(f"Next: look through {arguments.folder / 'podpipe.toml'}, then run podpipe preview in {arguments.folder.resolve()}")
    return 0


def new(arguments: argparse.Namespace) -> int:
    """Write the next episode's file."""
    from zoneinfo import ZoneInfo

    from podpipe import pipeline, scaffold
    from podpipe.dates import parse_date
    from podpipe.settings import load_settings

    settings = load_settings(arguments.show)
    zone = ZoneInfo(settings.show.timezone)
    when = parse_date(arguments.date, zone=zone) if arguments.date else datetime.now(zone).replace(microsecond=0)
    if when is None:
        raise SourceError(f"{arguments.date!r} is no date", hint='write it as "2026-12-24 18:00"')
    earlier = pipeline.manuscripts(pipeline.Job(settings=settings, as_of=when))
    path = scaffold.new_episode(settings.root, settings.episodes, arguments.title, when=when, earlier=earlier, audio=arguments.audio)
    print(f"wrote {path}")
    return 0


def _publish_here(arguments: argparse.Namespace, *, dry_run: bool) -> int:
    from podpipe import pipeline
    from podpipe.settings import load_settings

    settings = load_settings(arguments.show)
    job = pipeline.Job(
        settings=settings,
        as_of=datetime.now(UTC),
        targets=tuple(arguments.target or settings.targets),
        episode=arguments.episode,
        dry_run=dry_run,
        allow_missing_audio=arguments.allow_missing_audio,
        check_links=arguments.check_links and settings.check_links,
    )
    progress = report.Progress(quiet=arguments.quiet)
    with progress.shown():
        outcome = pipeline.publish(job, run=report.announced(progress), on_plan=progress.planned, on_step=progress.step)
    return _conclude(outcome, arguments, dry_run=dry_run)


def _publish_as_flow(arguments: argparse.Namespace) -> int:
    if arguments.quiet:
        os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
    outcome = _flows("publish").run_publish(
        show=arguments.show,
        targets=arguments.target,
        episode=arguments.episode,
        dry_run=arguments.dry_run,
        allow_missing_audio=arguments.allow_missing_audio,
        check_links=arguments.check_links,
    )
    return _conclude(outcome, arguments, dry_run=arguments.dry_run)


def _conclude(outcome: Any, arguments: argparse.Namespace, *, dry_run: bool) -> int:
    _tell(outcome.findings, arguments.show, quiet=arguments.quiet)
    for upload in outcome.uploads:
        if upload.report is not None and not arguments.quiet:
            print(report.report_text(upload.report))
        elif upload.report is None and dry_run:
            report.print_lines(report.plan_text(upload.plan))
    report.print_lines((f"podpipe: {failure}" for failure in outcome.failures), error=True)
    if not outcome.ok:
        untouched = not dry_run and not any(upload.report for upload in outcome.uploads)
        what = "nothing was published" if untouched else "not everything was published" if not dry_run else "a publish would be refused"
        print(f"podpipe: {what}: {report.count(outcome.findings) or 'a target failed'}", file=sys.stderr)
    elif not arguments.quiet and not dry_run:
        print(f"{_episodes(outcome.built)} published")
    return 0 if outcome.ok else 1


def _flows(name: str) -> Any:
    """A module of the flows folder, which lies beside podpipe in a clone and inside it when installed."""
    from podpipe.sources import shared_folder

    sys.path.insert(0, str(shared_folder("flows").parent))
    return importlib.import_module(f"flows.{name}")


def _tell(findings: Sequence[Finding], root: Path, *, quiet: bool) -> None:
    """Findings on the error stream: all errors, and the first of the others unless quiet."""
    lesser = [finding for finding in findings if finding.level != "error"]
    left_out = set(map(id, lesser if quiet else lesser[_TOLD:]))
    report.print_lines(report.findings_text((finding for finding in findings if id(finding) not in left_out), root), error=True)
    if left_out and not quiet:
        print(f"… and {report.count(lesser[_TOLD:])} more; podpipe check lists them all", file=sys.stderr)


def _episodes(built: Any) -> str:
    number = len(built.episodes)
    waiting = f" ({built.held_back} held back)" if built.held_back else ""
    return f"{number} episode{'' if number == 1 else 's'}{waiting}"


def _path(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).path
