"""Files that appear whole or not at all, copies, lists and locks: what a folder as a target needs of the file system."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from podpipe.content import open_content
from podpipe.model import FileContent

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_PIECE = 1024 * 1024
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES, errno.EMLINK}


def walk(folder: str, below: str = "") -> Iterator[tuple[str, int]]:
    """Every file in a folder and those within it, with its bytes; names are given with `below` before them."""
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
                yield from walk(entry.path, f"{below}{entry.name}/")
            elif entry.is_file():
                yield below + entry.name, entry.stat().st_size


def create(path: str, data: bytes, *, lasting: bool = False) -> bool:
    """Write a new file whole or not at all; False where something has that name already. With `lasting` it is on the disk afterwards."""
    try:
        handle = os.open(path, _NEW, 0o666)
    except FileExistsError:
        return False
    try:
        try:
            written = os.write(handle, data)
            while written < len(data):
                written += os.write(handle, memoryview(data)[written:])
            if lasting:
                os.fsync(handle)
        finally:
            os.close(handle)
    except BaseException:
        Path(path).unlink()
        raise
    return True


def write_copy(content: FileContent, path: str) -> None:
    """Write content that stays on disk into a new file."""
    if not content.parts:
        shutil.copyfile(content.path, path)  # the system's own copy, where it has one
        return
    with open_content(content) as parts, Path(path).open("xb") as written:
        shutil.copyfileobj(parts, written, _PIECE)


def beside(path: str, number: int) -> str:
    """A name for a draft in the folder of the file that it becomes."""
    return str(Path(path).with_name(f".podpipe-{os.getpid()}-{time.monotonic_ns():x}-{number}"))


def place_over(draft: str, path: str) -> None:
    """Give a draft its name, in the place of the file that has it."""
    try:
        Path(draft).replace(path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # Another disk is mounted within the folder: what is to appear at once must be there already.
        near = beside(path, 0)
        shutil.copyfile(draft, near)
        Path(near).replace(path)
        Path(draft).unlink()


def place_new(draft: str, path: str) -> None:
    """Give a draft its name, unless something has it: a link is made whole or not at all, and never over another file."""
    try:
        os.link(draft, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with Path(path).open("xb") as made, Path(draft).open("rb") as written:
            shutil.copyfileobj(written, made)
    Path(draft).unlink()


@contextmanager
def locked(handle: int) -> Iterator[None]:
    """Hold the system's lock on an open file, where its file system has locks."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        with suppress(OSError):  # some network drives have no locks; then the conditions are checked as well as they can be
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
