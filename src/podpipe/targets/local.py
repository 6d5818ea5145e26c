"""A folder on this machine as a place to publish, laid out as static web servers and GitHub Pages serve it."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from urllib.parse import unquote

from podpipe.content import sendable
from podpipe.errors import TargetError
from podpipe.model import Artifact, FileContent
from podpipe.plan import OWN, Rank, rank
from podpipe.targets import Head, Versioned
from podpipe.targets.files import beside, create, locked, place_new, place_over, walk, write_copy
from podpipe.targets.pages import file_name, file_names, with_pages

_DRAFTS = f"{OWN}drafts"
_MUTEX = f"{OWN}mutex"
_STALE_SECONDS = 3600
_NO_NAMES = frozenset({"", ".", ".."})
_HINTS = {
    errno.EACCES: "give yourself the right to write there, or choose another folder",
    errno.EPERM: "give yourself the right to write there, or choose another folder",
    errno.EROFS: "this disk cannot be written to; choose another folder",
    errno.ENOSPC: "the disk is full: free some space, then publish again",
    errno.EDQUOT: "your share of the disk is used up: free some space, then publish again",
    errno.ENOTDIR: "a file lies where a folder must be; move it away, or choose another folder",
    errno.EEXIST: "a file lies where a folder must be; move it away, or choose another folder",
    errno.EISDIR: "a folder lies where a file must be; move it away, or choose another folder",
    errno.ENAMETOOLONG: "shorten the episode's file name",
}


class LocalTarget:
    """The folder that `file:PATH`, `file:///PATH` or a plain path names; a relative path counts from `root`.

    A page whose key has no `.html` (`episode/70`) is kept as `episode/70.html`, which web servers give for `/episode/70`. Nothing outside
    of the folder is written, links that lead out of it included.

    With `served`, the folder is read by others while it is written: every file appears under its name at once and whole, the feed on the
    disk before that. Without it new files are written in place, which takes half the time.
    """

    # Threads that write small files wait for the interpreter, and processes for each other's hold on the folder: both take longer than one.
    parallel = 1
    lists_cheaply = True
    whole = False

    def __init__(self, url: str, *, root: Path, served: bool = True) -> None:
        self.url = url
        self._folder = (root.absolute() / _path_of(url)).resolve()
        self._served = served
        self._ready: dict[str, str] = {}
        self._numbers = count()
        self._run = f"{os.getpid()}-{time.monotonic_ns():x}"
        with self._explained("cannot open the target"):
            if self._folder.exists() and not self._folder.is_dir():
                raise TargetError(f"{self._folder} is a file", target=url, hint="name a folder to publish into")

    def sizes(self) -> Mapping[str, int]:
        """The bytes of every file, by key; `x.html` stands under `x` too, unless another file has that name."""
        with self._explained("cannot list the target"):
            return with_pages(dict(walk(str(self._folder))))

    def read(self, key: str) -> bytes | None:
        with self._explained(f"cannot read {key}"):
            path = self._existing(key)
            return None if path is None else path.read_bytes()

    def head(self, key: str) -> Head | None:
        with self._explained(f"cannot look at {key}"):
            path = self._existing(key)
            return None if path is None else Head(length=path.stat().st_size)

    def put(self, artifact: Artifact) -> None:
        content = sendable(artifact.content)
        try:
            path = self._place(file_name(artifact.key, artifact.content_type))
            if isinstance(content, FileContent):
                # A copy and never a hard link: whoever writes to the published file must not reach the author's own.
                with self._replacing(path) as draft:
                    write_copy(content, draft)
            elif self._served or not create(path, content):
                with self._replacing(path) as draft:
                    create(draft, content, lasting=self._served and rank(artifact) >= Rank.FEED_PAGES)
        except OSError as error:
            raise self._error(f"cannot write {artifact.key}", error) from error

    def copy(self, source: str, key: str, *, content_type: str = "", cache_control: str = "") -> None:  # noqa: ARG002 - a folder keeps no headers
        with self._explained(f"cannot copy {source}"):
            path = self._existing(source)
            if path is None:
                raise TargetError(f"{source} is not there any more", target=self.url, hint="publish again")
            place = self._place(file_name(key, content_type))
            if str(path) != place:
                with self._replacing(place) as draft:
                    shutil.copyfile(path, draft)

    def delete(self, key: str) -> None:
        """Remove a file, and the folders that are empty without it."""
        with self._explained(f"cannot delete {key}"):
            path = self._existing(key)
            if path is None:
                return
            path.unlink(missing_ok=True)
            self._ready.clear()
            with suppress(OSError):
                for folder in path.relative_to(self._folder).parents[:-1]:
                    (self._folder / folder).rmdir()

    def read_version(self, key: str) -> Versioned | None:
        data = self.read(key)
        return None if data is None else Versioned(data=data, version=_version(data))

    def write_if(self, key: str, data: bytes, *, expected: str | None) -> str | None:
        with self._explained(f"cannot write {key}"):
            path = self._place(key)
            with self._alone():
                now = self.read_version(key)
                if (None if now is None else now.version) != expected:
                    return None
                try:
                    with self._replacing(path, created=expected is None) as draft:
                        create(draft, data, lasting=True)
                except FileExistsError:
                    return None
        return _version(data)

    def ages(self, prefix: str) -> Mapping[str, float]:
        with self._explained("cannot list the target"):
            above = prefix.rpartition("/")[0]
            found = [name for name, _ in walk(str(self._folder / above), f"{above}/" if above else "") if name.startswith(prefix)]
            now = time.time()
            ages = {}
            for name in found:
                with suppress(FileNotFoundError):
                    ages[name] = max(0.0, now - (self._folder / name).stat().st_mtime)
            return ages

    def unfinished(self) -> Mapping[str, datetime]:
        """None: what a draft has not become, a later publish removes."""
        return {}

    def open_to_players(self, *, change: bool) -> bool | None:  # noqa: ARG002 - a folder has no such rules
        """None: whoever serves the folder decides."""
        return None

    def commit(self, message: str) -> None:  # noqa: ARG002 - a folder has no history
        """Remove the drafts of publishes that were cut off."""
        with suppress(OSError), os.scandir(self._folder / _DRAFTS) as drafts:
            for draft in drafts:
                if draft.stat().st_mtime < time.time() - _STALE_SECONDS:
                    Path(draft.path).unlink()

    def close(self) -> None:
        pass

    @contextmanager
    def _replacing(self, path: str, *, created: bool = False) -> Iterator[str]:
        """A draft that takes the place of a file, or with `created` becomes one where there is none; drafts lie where nobody looks."""
        draft = self._place(f"{_DRAFTS}/{self._run}-{next(self._numbers)}") if self._served else beside(path, next(self._numbers))
        try:
            yield draft
            if created:
                place_new(draft, path)
            else:
                place_over(draft, path)
        except BaseException:
            with suppress(OSError):
                Path(draft).unlink()
            raise

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from a condition that is being looked at, where the file system has locks; a killed process holds none."""
        with Path(self._place(_MUTEX)).open("a+b") as mutex, locked(mutex.fileno()):
            yield

    def _existing(self, key: str) -> Path | None:
        for name in file_names(key):
            self._check_name(name)
            path = self._folder / name
            if path.is_file():
                self._check_inside(path.parent, key)
                return path
        return None

    def _place(self, name: str) -> str:
        """Where a file goes, its folder made when it is not there; as text, since a path object would double the cost of a small file."""
        self._check_name(name)
        above, _, last = name.rpartition("/")
        ready = self._ready.get(above)
        if ready is None:
            folder = self._folder / above
            self._check_inside(folder, name)
            folder.mkdir(parents=True, exist_ok=True)
            ready = self._ready[above] = str(folder)
        return f"{ready}{os.sep}{last}"

    def _check_name(self, name: str) -> None:
        if not _NO_NAMES.isdisjoint(name.split("/")) or "\0" in name or (os.sep != "/" and os.sep in name):
            hint = "change the permalink or the file's name"
            raise TargetError(f"not a path inside the target's folder: {name!r}", target=self.url, hint=hint)

    def _check_inside(self, folder: Path, name: str) -> None:
        real = folder.resolve()
        if not real.is_relative_to(self._folder):
            raise TargetError(f"{name} would be written outside of the target's folder, to {real}", target=self.url, hint="remove the link")

    @contextmanager
    def _explained(self, failed: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._error(failed, error) from error

    def _error(self, failed: str, error: OSError) -> TargetError:
        place = error.filename2 or error.filename or self._folder
        hint = _HINTS.get(error.errno or 0, "see to it, then publish again")
        return TargetError(f"{failed}: {error.strerror or error}: {place}", target=self.url, hint=hint)


def _path_of(url: str) -> Path:
    if not url.startswith("file:"):
        path = url
    else:
        path = unquote(url.removeprefix("file:"))
        if path.startswith("//"):
            host, slash, rest = path[2:].partition("/")
            if host not in {"", "localhost"}:
                raise TargetError(
                    f"file: names a folder of this machine, not of {host}", target=url, hint="use file:FOLDER or file:///FOLDER"
                )
            path = slash + rest
    if not path:
        raise TargetError("the target names no folder", target=url, hint="use file:FOLDER, for example file:public")
    return Path(path).expanduser()


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
