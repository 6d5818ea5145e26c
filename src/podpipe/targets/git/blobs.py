"""The contents that a git repository keeps: written through one long-running git, read through another, named by their ids."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

from podpipe.content import open_content
from podpipe.errors import TargetError
from podpipe.model import FileContent
from podpipe.targets.git.commands import Git, kill
from podpipe.targets.git.complaints import AGAIN

_PIECE = 1024 * 1024
_ZEROS = bytes(_PIECE)
_ENDING = 600.0


class Blobs:
    """What one repository holds, and what is added to it; nothing of that is in a branch before a commit names it.

    `absent` are the ids of what stays at a remote until it is asked for. When git fails while it writes, all that it has not settled is
    lost: every call then raises the same TargetError.
    """

    def __init__(self, git: Git, *, objects: Path, object_format: str, absent: Collection[str]) -> None:
        self._git = git
        self._format = object_format
        self._absent = set(absent)
        self._pages = _Writer(git, objects, compression=1)
        # Sound and pictures are as small as they get: to compress them would take most of the time.
        self._files = _Writer(git, objects, compression=0)
        self._reader: _Talk | None = None

    def id_of(self, data: bytes) -> str:
        """The id that git gives to some content."""
        return hashlib.new(self._format, b"blob %d\0" % len(data) + data).hexdigest()

    def write(self, data: bytes) -> str:
        """Add some content, and give its id."""
        blob = self.id_of(data)
        if blob not in self._pages.written:
            self._pages.write(len(data), (data,))
            self._pages.written.add(blob)
        return blob

    def write_file(self, content: FileContent) -> str:
        """Add a file's content as it will be published, which is never in memory whole; raises OSError where it cannot be read."""
        digest = hashlib.new(self._format, b"blob %d\0" % content.length)
        with open_content(content) as file:
            pieces = _Pieces(file, content, digest.update)
            self._files.write(content.length, pieces)
        if pieces.failed is not None:
            raise pieces.failed
        self._files.written.add(digest.hexdigest())
        return digest.hexdigest()

    def read(self, blob: str) -> bytes:
        """Some content that is in the repository, or was written here."""
        for writer in (self._pages, self._files):
            if blob in writer.written:
                return writer.read(blob)
        if blob in self._absent:
            data = self._git.run("cat-file", "blob", blob)  # a git of its own, which is ended when the remote is silent
            self._absent.discard(blob)
            return data
        if self._reader is None:
            self._reader = _Talk(self._git, "cat-file", "--batch")
        return self._reader.ask(f"{blob}\n")

    def length(self, blob: str) -> int:
        """The length of some content; that of an absent one is known when it has been fetched."""
        return int(self._git.line("cat-file", "-s", blob))

    def settle(self) -> None:
        """Put all that was written into the repository, where a commit can name it."""
        self._files.end()
        self._pages.end()

    def close(self) -> None:
        for writer in (self._files, self._pages):
            writer.close()
        if self._reader is not None:
            self._reader.close()
            self._reader = None


class _Writer:
    """One `git fast-import`, started when there is something to write: it takes thousands of pages as fast as they come.

    It writes into a folder of its own, which lies among the repository's objects but is none of them until `end` moves what is in it.
    """

    def __init__(self, git: Git, objects: Path, *, compression: int) -> None:
        self._git = git
        self._objects = objects
        self._settings = {"pack.compression": str(compression)}
        self._folder: Path | None = None
        self._talk: _Talk | None = None
        self._failure: TargetError | None = None
        self.written: set[str] = set()

    def write(self, length: int, pieces: Iterable[bytes]) -> None:
        with self._all_or_none():
            talk = self._talking()
            talk.send(b"blob\ndata %d\n" % length)
            for piece in pieces:
                talk.send(piece)
            talk.send(b"\n")

    def read(self, blob: str) -> bytes:
        with self._all_or_none():
            return self._talking().ask(f"cat-blob {blob}\n")

    def end(self) -> None:
        with self._all_or_none():
            if self._talk is not None and self._folder is not None:
                self._talk.end()
                # A pack's index goes last: with it the pack begins to count.
                for path in sorted(self._folder.glob("pack/pack-*"), key=lambda path: path.suffix == ".idx"):
                    path.replace(self._objects / "pack" / path.name)
        self.close()

    def close(self) -> None:
        if self._talk is not None:
            self._talk.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._talk = self._folder = None
        self.written.clear()

    def _talking(self) -> _Talk:
        if self._folder is None:
            # By this prefix git itself knows what a crash has left, and clears it away in time.
            self._folder = Path(tempfile.mkdtemp(prefix="tmp_objdir-podpipe-", dir=self._objects))
            (self._folder / "pack").mkdir()
        if self._talk is None:
            places = {"GIT_OBJECT_DIRECTORY": str(self._folder), "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self._objects)}
            self._talk = _Talk(self._git, "fast-import", "--quiet", settings=self._settings, more=places)
        return self._talk

    @contextmanager
    def _all_or_none(self) -> Iterator[None]:
        """What fails halfway takes along all that git holds: better no publish than one without some of its files."""
        if self._failure is not None:
            raise self._failure
        try:
            yield
        except BaseException as error:
            stopped = TargetError("git was stopped while it wrote", target=self._git.target, hint=AGAIN)
            self._failure = error if isinstance(error, TargetError) else stopped
            self.written.clear()
            raise


class _Talk:
    """A git that answers one question after another."""

    def __init__(self, git: Git, *arguments: str, settings: Mapping[str, str] | None = None, more: Mapping[str, str] | None = None) -> None:
        self._git = git
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        try:
            self._process = git.start(*arguments, said=self._said, settings=settings, more=more)
        except BaseException:
            self._said.close()
            raise

    def send(self, data: bytes) -> None:
        try:
            cast("IO[bytes]", self._process.stdin).write(data)
        except OSError as error:
            raise self._failed() from error

    def ask(self, question: str) -> bytes:
        """The content that git answers a question with."""
        output = cast("IO[bytes]", self._process.stdout)
        self.send(question.encode())
        try:
            cast("IO[bytes]", self._process.stdin).flush()
        except OSError as error:
            raise self._failed() from error
        answer = output.readline().split()
        if len(answer) == 3 and answer[1] == b"blob":
            data = output.read(int(answer[2]))
            if len(data) == int(answer[2]) and output.read(1) == b"\n":
                return data
        if answer[1:] == [b"missing"]:
            raise TargetError("the repository is damaged: a file's content is missing", target=self._git.target, hint="see git fsck")
        raise self._failed()

    def end(self) -> None:
        """Let git finish what it was told."""
        try:
            cast("IO[bytes]", self._process.stdin).close()
            status = self._process.wait(_ENDING)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise self._failed() from error
        if status:
            raise self._failed()
        self.close()

    def close(self) -> None:
        """End git; what it was told and has not finished is let go."""
        kill(self._process)
        (self._git.folder / f"fast_import_crash_{self._process.pid}").unlink(missing_ok=True)
        for pipe in (self._process.stdin, self._process.stdout, self._said):
            with suppress(OSError):  # the pipe may still hold what a git that is gone did not take
                cast("IO[bytes]", pipe).close()

    def _failed(self) -> TargetError:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)  # what it has to say comes just before its end
        self._said.seek(0)
        return self._git.error(self._said.read().decode("utf-8", "replace"))


class _Pieces:
    """A file's content in pieces that add up to its length whatever happens: git must get what it was promised, or it loses the rest."""

    def __init__(self, file: io.BufferedReader, content: FileContent, on_piece: Callable[[bytes], None]) -> None:
        self._file = file
        self._content = content
        self._on_piece = on_piece
        self.failed: OSError | None = None

    def __iter__(self) -> Iterator[bytes]:
        left = self._content.length
        while left:
            piece = self._next(min(left, _PIECE))
            if not piece and self.failed is None:
                self.failed = OSError(f"{self._content.path} has become shorter while it was read")
            piece = piece or _ZEROS[:left]
            left -= len(piece)
            self._on_piece(piece)
            yield piece
        if self._next(1):
            self.failed = OSError(f"{self._content.path} has become longer while it was read")

    def _next(self, size: int) -> bytes:
        if self.failed is not None:
            return b""
        try:
            return self._file.read(size)
        except OSError as error:
            self.failed = error
            return b""
