"""The build command, which answers at once where the last build is still good: it loads nothing else before it knows that it must."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from podpipe import freshness


def build(arguments: argparse.Namespace) -> int:
    """Build into a folder; where nothing has changed, say again what the last build had to say."""
    began, now = time.time(), datetime.now(UTC)
    out: Path = arguments.out or arguments.show / "_site"
    options = (f"check_links={arguments.check_links}",)
    # What other hosts hold may have changed without anything here.
    said = None if arguments.measure_hosted else freshness.recall_build(arguments.show, out, as_of=now, options=options)
    if said is None:
        return _build(arguments, out, began=began, now=now, options=options)
    if not arguments.quiet:
        for line in said["told"]:
            print(line, file=sys.stderr)
        print(f"{said['summary']}; nothing has changed since the last build")
    return 0


def _build(arguments: argparse.Namespace, out: Path, *, began: float, now: datetime, options: tuple[str, ...]) -> int:
    from podpipe import pipeline
    from podpipe.cli import report
    from podpipe.settings import load_settings

    show = arguments.show
    settings = load_settings(show)
    job = pipeline.Job(
        settings=settings,
        as_of=now,
        check_links=arguments.check_links and settings.check_links,
        demands=False,
        measure_hosted=arguments.measure_hosted,
    )
    progress = report.Progress(quiet=arguments.quiet)
    with progress.shown():
        built = pipeline.build(job, run=report.announced(progress))
        written = None if built.blocked else pipeline.write(built, out)
    report.tell(built.findings, show, quiet=arguments.quiet)
    if written is None:
        print(f"podpipe: nothing was built: {report.count(built.findings)}", file=sys.stderr)
        return 1
    summary = f"{report.episodes(len(built.episodes), held_back=built.held_back)} built into {out}"
    said = {"summary": summary, "told": report.told(built.findings, show, quiet=False)}
    freshness.remember_build(
        show,
        out,
        as_of=now,
        until=built.next_public,
        read=pipeline.inputs(job, built),
        digests={f"{settings.root / path}": digest for path, digest in built.sources},
        said=said,
        began=began,
        options=options,
    )
    if not arguments.quiet:
        print(f"{summary}: {len(written.put)} files written, {len(written.deleted)} removed, {written.unchanged} unchanged")
    return 0
