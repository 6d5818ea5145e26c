"""Whether a build would change anything: what the last one read and wrote, and whether all of it is still as it was.

The record is a cache behind a key of everything that a build depends on: podpipe's version and code, the templates, the settings, every
episode's digest, the other files by size and time, and the moment when the next episode becomes public. When any of it differs, or any
file of the site was touched, the build runs in full.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from podpipe import __version__
from podpipe.ledger import BuildRecord, cache_folder

_TEXT = (".css", ".html", ".js", ".markdown", ".md", ".py", ".toml", ".xml", ".yaml", ".yml")
_SETTLED = 2.0
"""Seconds for which a file known by its time must have rested: a second change within a tick of the clock would not show."""


def recall_build(show: Path, out: Path, *, as_of: datetime, options: Iterable[str] = ()) -> dict[str, Any] | None:
    """What the last build of this show into this folder had to say, if building again would give the same; None otherwise.

    `options` are those of the command that change what is built or said.
    """
    record = BuildRecord(cache_folder()).recall(_name(show, out, options))
    if record is None or not record["since"] <= as_of.timestamp() < (record["until"] or float("inf")):
        return None
    if record["output"] != _state(_files([str(out)]), text=()):
        return None
    if record.get("code") != _state(_files(_own_folders()), text=()) or record["input"] != _state(_files(record["read"], skip=str(out))):
        return None
    said: dict[str, Any] = record["said"]
    return said


def remember_build(
    show: Path,
    out: Path,
    *,
    as_of: datetime,
    until: datetime | None,
    read: Sequence[Path],
    said: Mapping[str, Any],
    began: float,
    digests: Mapping[str, str] = MappingProxyType({}),
    options: Iterable[str] = (),
) -> None:
    """Remember a build that has just been written.

    `until` is when its content will next differ, `read` are the files and folders it was made from, and `began` is the time in seconds
    since the epoch before the first of them was read. What changed since then, or only just before, is not remembered. `digests` are the
    SHA-256 of files that were read, by their paths as `read` has them: these are not read again.
    """
    paths = [str(path) for path in read]
    files = list(_files(paths, skip=str(out)))
    if any(status.st_mtime > began - (0 if path.endswith(_TEXT) else _SETTLED) for path, status in files):
        return
    BuildRecord(cache_folder()).remember(
        _name(show, out, options),
        {
            "since": as_of.timestamp(),
            "until": until.timestamp() if until else None,
            "read": paths,
            "code": _state(_files(_own_folders()), text=()),
            "input": _state(files, known=digests),
            "output": _state(_files([str(out)]), text=()),
            "said": dict(said),
        },
    )


def _name(show: Path, out: Path, options: Iterable[str]) -> str:
    return "\0".join((__version__, str(show.resolve()), str(out.resolve()), *options))


def _own_folders() -> list[str]:
    """Where podpipe's code and templates lie: in a clone they change without a new version."""
    here = Path(__file__).resolve().parent
    return [str(here), *(str(folder) for folder in (here.parent.parent / "templates",) if folder.is_dir())]


def _state(
    files: Iterable[tuple[str, os.stat_result]], *, text: tuple[str, ...] = _TEXT, known: Mapping[str, str] = MappingProxyType({})
) -> str:
    """One digest for some files: by their content where it is `text`, else by size and modification time."""
    lines = []
    for path, status in files:
        if text and path.endswith(text):
            lines.append(f"{path}\0{known.get(path) or _content_digest(path)}")
        else:
            lines.append(f"{path}\0{status.st_size}\0{status.st_mtime_ns}")
    # A path cannot hold a zero byte, so no two states read the same.
    return hashlib.sha256("\0".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _content_digest(path: str) -> str:
    # The system's own calls: a file object would take longer to make than these thousands of small files take to read.
    digest = hashlib.sha256()
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        while block := os.read(handle, 1 << 18):
            digest.update(block)
    finally:
        os.close(handle)
    return digest.hexdigest()


def _files(paths: Iterable[str], *, skip: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """The files among some paths and below the folders among them; a path with nothing there is passed over."""
    for path in paths:
        try:
            status = os.stat(path)  # noqa: PTH116 - see above
        except OSError:
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _below(path, skip)
        else:
            yield path, status


def _below(folder: str, skip: str) -> Iterator[tuple[str, os.stat_result]]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name == "__pycache__" or entry.path == skip or (skip and entry.name.startswith(".")):
            continue
        if entry.is_dir():
            yield from _below(entry.path, skip)
        else:
            yield entry.path, entry.stat()
