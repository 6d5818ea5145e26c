"""What each command does: load the settings, call one function, say what came of it. Each gives the exit code."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from podpipe.cli import report
from podpipe.errors import ConfigError, SourceError


def check(arguments: argparse.Namespace) -> int:
    """List every finding, or every rule."""
    if arguments.list_rules:
        report.print_lines(report.rules_json() if arguments.format == "json" else report.rules_text())
        return 0
    from podpipe import pipeline
    from podpipe.rules import Switch
    from podpipe.settings import load_settings

    settings = load_settings(arguments.show)
    off: Switch = "off"
    profiles = tuple(dict.fromkeys((*settings.profiles, *(arguments.profile or ()))))
    settings = replace(settings, profiles=profiles, rules={**settings.rules, **dict.fromkeys(arguments.off or (), off)})
    job = pipeline.Job(
        settings=settings,
        as_of=datetime.now(UTC),
        check_links=arguments.check_links and settings.check_links,
        measure_hosted=arguments.measure_hosted,
    )
    progress = report.Progress(quiet=arguments.quiet or arguments.format != "text")
    with progress.shown():
        found = pipeline.check(job, run=report.announced(progress))
    if arguments.format == "json":
        report.print_lines(report.as_json(finding) for finding in found)
    elif arguments.format == "github":
        prefix = _below_repository(arguments.show)
        report.print_lines(report.as_github(finding, prefix) for finding in found)
    else:
        report.print_findings(found, settings.root)
        if not arguments.quiet:
            print(report.count(found) or "nothing to look at", file=sys.stderr)
    return int(any(finding.level == "error" for finding in found))


def lock(arguments: argparse.Namespace) -> int:
    """Measure all audio, and write podpipe.lock or say whether it is out of date."""
    from podpipe import pipeline
    from podpipe.lockfile import LOCK
    from podpipe.settings import load_settings

    settings = load_settings(arguments.show)
    job = pipeline.Job(
        settings=settings,
        as_of=datetime.now(UTC),
        check_links=False,
        demands=False,
        measure_hosted=arguments.measure_hosted and settings.audio.measure_hosted,
    )
    progress = report.Progress(quiet=arguments.quiet)
    with progress.shown():
        locked = pipeline.lock(job, run=report.announced(progress), check=arguments.check)
    audio = [finding for finding in locked.findings if finding.rule.startswith(("audio", "duration")) or finding.level == "error"]
    report.tell(audio, arguments.show, quiet=arguments.quiet)
    known = f"the audio of {report.episodes(locked.records, held_back=0)}"
    if arguments.check and locked.changed:
        print(f"podpipe: {LOCK} is out of date: run podpipe lock, and commit it", file=sys.stderr)
    elif not arguments.quiet:
        print(f"{LOCK} {'written' if locked.changed else 'is up to date'}: {known}")
    return int((arguments.check and locked.changed) or any(finding.level == "error" for finding in locked.findings))


def chapters(arguments: argparse.Namespace) -> int:
    """Find the chapters of any Markdown files."""
    from podpipe import charset, manuscript, timecode

    code = 0
    for path in arguments.files:
        content = b""
        try:
            content = path.read_bytes()
            text = content.decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            kind = charset.seems_to_be(content)
            text_kind = f"it is not UTF-8 text{f', it seems to be {kind}' if kind else ''}"
            print(f"podpipe: {path} cannot be read: {error.strerror if isinstance(error, OSError) else text_kind}", file=sys.stderr)
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
    written = pipeline.write_posts(pipeline.Job(settings=settings, as_of=datetime.now(UTC), demands=False))
    if arguments.episode is not None and arguments.episode not in written.slugs:
        raise SourceError(f"there is no public episode {arguments.episode!r}")
    chosen = [post for post in written.posts if arguments.episode in (None, post.episode)]
    errors = [finding for finding in written.findings if finding.level == "error"]
    report.tell(errors, arguments.show, quiet=True)
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
    with tempfile.TemporaryDirectory(prefix="podpipe-preview-") as folder:
        site = Path(folder)

        def rebuild() -> str | None:
            now = load_settings(root)
            job = pipeline.Job(settings=now, as_of=datetime.now(UTC), drafts=arguments.drafts, demands=False)
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
    from podpipe.cli.publishing import flows

    flows("serve").serve(arguments.show.resolve(), name=arguments.name)
    return 0


def init(arguments: argparse.Namespace) -> int:
    """Begin a new show."""
    from podpipe import scaffold, sources
    from podpipe.settings.table import is_time_zone

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


def _below_repository(show: Path) -> str:
    """What leads from the repository's root to a show, as GitHub wants paths; where the show is elsewhere, its path as it was given."""
    top = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    place = show.resolve()
    prefix = place.relative_to(top).as_posix() if place.is_relative_to(top) else show.as_posix()
    return "" if prefix == "." else f"{prefix}/"


def _path(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).path
