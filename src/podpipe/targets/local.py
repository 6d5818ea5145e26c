"""A folder on this machine as a place to publish, laid out as static web servers and GitHub Pages serve it."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from podpipe.content import open_content, sendable
from podpipe.errors import TargetError
from podpipe.model import Artifact, FileContent

_PAGE = ".html"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_PIECE = 1024 * 1024
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
    """

    # Threads that write small files wait for the interpreter, and processes for each other's hold on the folder: both take longer than one.
    parallel = 1

    def __init__(self, url: str, *, root: Path) -> None:
        self.url = url
        self._folder = (root.absolute() / _path_of(url)).resolve()
        self._ready: dict[str, str] = {}
        with self._explained("cannot open the target"):
            if self._folder.exists() and not self._folder.is_dir():
                raise TargetError(f"{self._folder} is a file", target=url, hint="name a folder to publish into")

    def sizes(self) -> Mapping[str, int]:
        """The bytes of every file, by key; `x.html` stands under `x` too, unless another file has that name."""
        with self._explained("cannot list the target"):
            found = dict(_walk(str(self._folder), ""))
        for name in [name for name in found if name.endswith(_PAGE)]:
            page = name.removesuffix(_PAGE)
            if page not in found or not PurePosixPath(page).suffix:
                found[page] = found[name]
        return found

    def read(self, key: str) -> bytes | None:
        with self._explained(f"cannot read {key}"):
            path = self._existing(key)
            return None if path is None else path.read_bytes()

    def put(self, artifact: Artifact) -> None:
        page = artifact.content_type.startswith("text/html") and not artifact.key.endswith((_PAGE, ".htm"))
        content = sendable(artifact.content)
        try:
            path = self._place(artifact.key + _PAGE if page else artifact.key)
            if isinstance(content, FileContent):
                # A copy and never a hard link: whoever writes to the published file must not reach the author's own.
                with _replacing(path) as draft:
                    _copy(content, draft)
            elif not _create(path, content):
                with _replacing(path) as draft:
                    _create(draft, content)
        except OSError as error:
            raise self._error(f"cannot write {artifact.key}", error) from error

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

    def _existing(self, key: str) -> Path | None:
        names = (key, key + _PAGE) if PurePosixPath(key).suffix else (key + _PAGE, key)
        for name in names:
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


def _walk(folder: str, below: str) -> Iterator[tuple[str, int]]:
    try:
        entries = os.scandir(folder)
    except FileNotFoundError:
        return
    except PermissionError:
        # A folder that is closed to podpipe holds nothing of podpipe's; the root of a disk often has one.
        if below:
            return
        raise
    with entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{below}{entry.name}/")
            elif entry.is_file():
                yield below + entry.name, entry.stat().st_size


def _create(path: str, data: bytes) -> bool:
    """Write a new file whole or not at all; False where something has that name already."""
    try:
        handle = os.open(path, _NEW, 0o666)
    except FileExistsError:
        return False
    try:
        try:
            written = os.write(handle, data)
            while written < len(data):
                written += os.write(handle, memoryview(data)[written:])
        finally:
            os.close(handle)
    except BaseException:
        Path(path).unlink()
        raise
    return True


def _copy(content: FileContent, path: str) -> None:
    if not content.parts:
        shutil.copyfile(content.path, path)  # the system's own copy, where it has one
        return
    with open_content(content) as parts, Path(path).open("xb") as copy:
        shutil.copyfileobj(parts, copy, _PIECE)


@contextmanager
def _replacing(path: str) -> Iterator[str]:
    import secrets  # only where something is replaced

    draft = Path(path).with_name(f".podpipe-{secrets.token_hex(8)}")
    try:
        yield str(draft)
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
