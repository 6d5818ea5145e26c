"""What this machine remembers between runs: the digests of files that have not changed, and what was built from what.

All of it is a cache. A folder that is missing, damaged or closed to writing costs time and never a run.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_VERSION = 1
_SETTLED_NS = 2_000_000_000
"""Some file systems keep modification times to two seconds (FAT): a younger file may change again without showing it."""


def cache_folder() -> Path | None:
    """The folder to remember in: `PODPIPE_CACHE`, else the user's cache folder for podpipe.

    None, when `PODPIPE_CACHE` is set and empty, means that nothing is to be remembered.
    """
    named = os.environ.get("PODPIPE_CACHE")
    if named is not None:
        return Path(named).absolute() if named else None
    from platformdirs import user_cache_path

    return user_cache_path("podpipe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The SHA-256 of a file, in hex, with the size in bytes and the modification time in nanoseconds that it had.

    `lasting` says whether a later change would show in these two.
    """

    digest: str
    size: int
    modified: int
    lasting: bool


def take_digest(path: Path) -> Taken:
    """Read a file for its SHA-256. Raises OSError when it cannot be read."""
    with path.open("rb") as file:
        size, modified = _state(os.fstat(file.fileno()))
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        unchanged = _state(os.fstat(file.fileno())) == (size, modified)
    return Taken(digest=digest, size=size, modified=modified, lasting=unchanged and time.time_ns() - modified > _SETTLED_NS)


class Digests:
    """The SHA-256 of files, taken once for each absolute path, size and modification time.

    `folder` is where they are kept from run to run; with None they last as long as this object. Call `save` when done.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / "digests.json" if folder else None
        self._known: dict[str, tuple[int, int, str]] | None = None
        self._added: dict[str, tuple[int, int, str]] = {}

    def digest(self, path: Path) -> str:
        """The SHA-256 of a file's bytes, in hex; raises OSError when the file cannot be read."""
        known = self.recall(path)
        if known is None:
            taken = take_digest(path)
            self.note(path, taken)
            known = taken.digest
        return known

    def recall(self, path: Path) -> str | None:
        """The digest, where it is remembered of the file as it is now: nothing is read. Raises OSError as `digest` does."""
        name = _name(path)
        found = self._remembered().get(name)
        return found[2] if found is not None and found[:2] == _state(os.stat(name)) else None  # noqa: PTH116 - thousands of times a run

    def note(self, path: Path, taken: Taken) -> None:
        """Remember a digest that was taken, in this process or in another; one of a file that was still changing is not kept."""
        if taken.lasting:
            name = _name(path)
            self._remembered()[name] = self._added[name] = (taken.size, taken.modified, taken.digest)

    def save(self) -> None:
        """Keep what was added for the next run, beside what other runs have kept since; files that are gone are forgotten."""
        if self._path is None or not self._added:
            return
        kept = {name: entry for name, entry in _load_digests(self._path).items() if Path(name).exists()}
        _write(self._path, {"version": _VERSION, "files": kept | self._added})
        self._added = {}

    def _remembered(self) -> dict[str, tuple[int, int, str]]:
        if self._known is None:
            self._known = _load_digests(self._path) if self._path else {}
        return self._known


class BuildRecord:
    """JSON documents by name, by which a run can tell that nothing changed since the last one. With no folder it remembers nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / "builds" if folder else None

    def recall(self, name: str) -> dict[str, Any] | None:
        """The document last remembered under a name, None where there is none that can be read."""
        if self._folder is None:
            return None
        kept = _read(self._place(self._folder, name))
        document = kept.get("document")
        return document if kept.get("name") == name and isinstance(document, dict) else None

    def remember(self, name: str, document: dict[str, Any]) -> None:
        """Put a document in the place of the one of that name; what JSON cannot hold raises TypeError."""
        if self._folder is not None:
            _write(self._place(self._folder, name), {"version": _VERSION, "name": name, "document": document})

    @staticmethod
    def _place(folder: Path, name: str) -> Path:
        # A name may be a path or a URL, longer than a file's name may be.
        return folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"


def _name(path: Path) -> str:
    """A path as it is remembered: absolute."""
    name = str(path)
    return name if os.path.isabs(name) else str(path.absolute())  # noqa: PTH117 - a path object asks itself for long


def _state(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_size, stat.st_mtime_ns


def _load_digests(path: Path) -> dict[str, tuple[int, int, str]]:
    files = _read(path).get("files")
    try:
        return {name: (int(size), int(mtime), str(digest)) for name, (size, mtime, digest) in files.items()} if files else {}
    except (AttributeError, TypeError, ValueError):
        return {}


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) and document.get("version") == _VERSION else {}


def _write(path: Path, document: dict[str, Any]) -> None:
    data = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")
    draft = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns():x}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
