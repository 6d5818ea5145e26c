"""`podpipe fix`: what can be mended in front matter without asking its author, shown as a diff, and written only when told to."""

from __future__ import annotations

import argparse
import difflib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from podpipe import sources
from podpipe.charset import with_plain_breaks
from podpipe.cli import report
from podpipe.errors import PodpipeError, SourceError
from podpipe.fixing import mended
from podpipe.frontmatter import split_front_matter
from podpipe.head import Head
from podpipe.model import Finding, SourceFile
from podpipe.settings import Settings, load_settings

_CONTEXT = 3
_FIGURES = {"audio_file_size": ("audio-size", "audio-size-wrong"), "duration": ("duration", "duration-wrong")}


def fix(arguments: argparse.Namespace) -> int:
    """Mend front matter. Exit code 0 where nothing is left to mend, 1 where something is or a file cannot be read."""
    settings = load_settings(arguments.show)
    files, unreadable = _chosen(arguments.files, settings)
    report.tell(unreadable, arguments.show, quiet=False)
    zone = ZoneInfo(settings.show.timezone)
    changed = 0
    for file in files:
        path = settings.root / file.path
        text = path.read_bytes().decode()
        new = mended(text, zone=zone, clear=_measured_otherwise(file, settings))
        if new == text:
            continue
        changed += 1
        if not arguments.quiet:
            report.print_lines(_diff(text, new, file.path))
        if arguments.write:
            _replace(path, new.encode())
    if not arguments.quiet:
        number = f"{changed} {'file' if changed == 1 else 'files'}"
        done = f"{number} mended" if arguments.write else f"{number} to mend; podpipe fix --write does it"
        print(done if changed else "nothing to mend", file=sys.stderr)
    return int(bool(unreadable) or (changed > 0 and not arguments.write))


def _chosen(paths: Sequence[Path], settings: Settings) -> tuple[list[SourceFile], list[Finding]]:
    """The episodes' files that were named, all where none was, and the findings about those that are no text."""
    folder = sources.read_episodes(settings.root, settings.episodes)
    if not paths:
        return list(folder.files), list(folder.findings)
    files = {(settings.root / file.path).resolve(): file for file in folder.files}
    findings = {(settings.root / finding.where.path).resolve(): finding for finding in folder.findings}
    for path in paths:
        if path.resolve() not in files and path.resolve() not in findings:
            hint = f"its episodes are in {settings.episodes}/; --show names another show"
            raise PodpipeError(f"{path} is no episode of this show", hint=hint)
    named = {path.resolve(): None for path in paths}
    return [files[path] for path in named if path in files], [findings[path] for path in named if path in findings]


def _measured_otherwise(file: SourceFile, settings: Settings) -> list[str]:
    """The keys whose figure `podpipe check` complains of although podpipe can measure the audio file: it is better left blank."""
    if not _audio_is_here(file, settings):
        return []
    from podpipe.ledger import Digests, cache_folder
    from podpipe.manuscript import read_manuscript
    from podpipe.recordings import listen

    reading = read_manuscript(file, zone=ZoneInfo(settings.show.timezone))
    if reading.manuscript is None:
        return []
    heard = listen([reading.manuscript], settings, known=(), digests=Digests(cache_folder()), afar=False)[file.path]
    if heard.facts is None:
        return []
    told = {finding.rule for finding in (*reading.findings, *heard.findings)}
    return [key for key, rules in _FIGURES.items() if told.intersection(rules)]


def _audio_is_here(file: SourceFile, settings: Settings) -> bool:
    try:
        audio = Head(path=file.path, matter=split_front_matter(file.text, path=file.path)).audio()
        return bool(audio and "://" not in audio and sources.find_audio(settings.root, settings.published_folders, audio))
    except (SourceError, ValueError):  # no front matter that can be read, or a path that leaves the show's folder
        return False


def _diff(old: str, new: str, path: str) -> Iterator[str]:
    """A unified diff. Both texts end alike, and only what differs goes into the comparison, however long the show notes are."""
    before, after = (with_plain_breaks(text).removesuffix("\n").split("\n") for text in (old, new))
    same = 0
    for left, right in zip(reversed(before), reversed(after), strict=False):
        if left != right:
            break
        same += 1
    rest = max(same - _CONTEXT, 0)
    yield from difflib.unified_diff(
        before[: len(before) - rest], after[: len(after) - rest], fromfile=path, tofile=path, n=_CONTEXT, lineterm=""
    )


def _replace(path: Path, content: bytes) -> None:
    """Put new content in a file's place at once; whoever reads it meanwhile meets the old or the new one whole. A link stays a link."""
    target = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        shutil.copymode(target, name)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
