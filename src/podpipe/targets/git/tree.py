"""The files on a branch, below the folder that a show is published in: as git lists them, as a publish changes them, and as a commit."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from podpipe.errors import TargetError
from podpipe.targets.git.commands import Git
from podpipe.targets.pages import file_names, with_pages

_FILE = b"100644"
_FILES = (_FILE, b"100755")
_LEFT_OUT = "Ignoring path"
"""What git says of a name that it does not take; it goes on without the file as if all were well."""
_FALLBACK = {"user.name": "podpipe", "user.email": "podpipe@localhost"}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file's content by its id, and its length: None of one that is large and was not fetched."""

    blob: str
    length: int | None


class Tree:
    """The files of a commit by their names, and what is changed of them. Links and submodules are none, and only stand in the way."""

    def __init__(self, files: Mapping[str, File], *, others: Iterable[str]) -> None:
        self.files = dict(files)
        self._others = set(others)
        self._folders = Counter(folder for name in (*self.files, *self._others) for folder in _above(name))
        self._before = {name: file.blob for name, file in files.items()}

    def find(self, key: str) -> str | None:
        """The name of the file that a web server gives for a key; a page lies under its key and `.html`."""
        return next((name for name in file_names(key) if name in self.files), None)

    def sizes(self) -> dict[str, int]:
        """The lengths of all files by key, -1 where it is not known; `x.html` stands under `x` too, unless another file has that name."""
        return with_pages({name: -1 if file.length is None else file.length for name, file in self.files.items()})

    def obstacle(self, name: str) -> str | None:
        """What stands where a file or its folder would have to be."""
        if name in self._folders:
            return name
        return next((folder for folder in _above(name) if folder in self.files or folder in self._others), None)

    def set(self, name: str, file: File) -> None:
        if not self.holds(name):
            self._folders.update(_above(name))
        self._others.discard(name)
        self.files[name] = file

    def remove(self, name: str) -> None:
        del self.files[name]
        self._folders -= Counter(_above(name))

    def holds(self, name: str) -> bool:
        """Whether a file, a link or a submodule has this name."""
        return name in self.files or name in self._others

    def changes(self) -> dict[str, str | None]:
        """The ids of what is new or different by name, None of what is gone."""
        changed: dict[str, str | None] = {name: file.blob for name, file in self.files.items() if self._before.get(name) != file.blob}
        return changed | dict.fromkeys(self._before.keys() - self.files.keys())

    def settle(self) -> None:
        """Take what is there now as unchanged."""
        self._before = {name: file.blob for name, file in self.files.items()}


def list_tree(git: Git, commit: str, folder: str, *, lengths: Mapping[str, int] | None) -> Tree:
    """The files of a commit below a folder. `lengths` are those of what was fetched, by id; None has git look at each file."""
    if not commit:
        return Tree({}, others=())
    _check_folder(git, commit, folder)
    long = ("-l",) if lengths is None else ()
    output = git.run("ls-tree", "-r", "-z", "--full-tree", *long, commit, *((folder,) if folder else ()))
    files: dict[str, File] = {}
    others = []
    for entry in output.split(b"\0")[:-1]:
        about, _, path = entry.partition(b"\t")
        mode, _, blob, *size = about.split()
        name = path.decode("utf-8", "surrogateescape").removeprefix(folder)
        if mode in _FILES:
            length = int(size[0]) if lengths is None else lengths.get(blob.decode())
            files[name] = File(blob=blob.decode(), length=length)
        else:
            others.append(name)
    return Tree(files, others=others)


def write_commit(git: Git, *, parent: str, folder: str, changes: Mapping[str, str | None], message: str) -> str:
    """Add a commit that makes these changes to its parent's files, the first of its branch where there is no parent; gives its id.

    Files that were not fetched stay as they are. No branch shows the commit yet.
    """
    with tempfile.TemporaryDirectory(prefix="podpipe-git-") as temporary:
        index = {"GIT_INDEX_FILE": str(Path(temporary) / "index")}
        git.run("read-tree", parent or "--empty", more=index)
        lines = b"".join(_index_lines(folder, changes, len(parent)))
        answer = git.ask("update-index", "-z", "--index-info", given=lines, more=index)
        if answer.status or _LEFT_OUT in answer.said:
            raise git.error(answer.said)
        tree = git.line("write-tree", "--missing-ok", more=index)
    parents = ("-p", parent) if parent else ()
    return _signed_by(git).line("commit-tree", tree, *parents, "-F", "-", given=message.encode("utf-8", "replace"))


def _check_folder(git: Git, commit: str, folder: str) -> None:
    """Refuse a folder in whose place the commit has a file: a publish would put the one where the other was."""
    for path in _above(folder):
        for entry in git.run("ls-tree", "-z", "--full-tree", commit, path).split(b"\0")[:-1]:
            if entry.split()[1] != b"tree":
                hint = "publish into another folder with ?folder=PATH"
                raise TargetError(f"{path} is a file on the branch, where a folder must be", target=git.target, hint=hint)


def _index_lines(folder: str, changes: Mapping[str, str | None], width: int) -> Iterator[bytes]:
    for name, blob in changes.items():
        path = f"{folder}{name}".encode("utf-8", "surrogateescape")
        yield b"0 %s\t%s\0" % (b"0" * width, path) if blob is None else b"%s %s\t%s\0" % (_FILE, blob.encode(), path)


def _signed_by(git: Git) -> Git:
    """Git with a name to write below a commit, where the user has given it none."""
    given = git.ask("config", "--name-only", "--get-regexp", r"^user\.(name|email)$").output.decode().split()
    return replace(git, settings={**git.settings, **{name: value for name, value in _FALLBACK.items() if name not in given}})


def _above(name: str) -> Iterator[str]:
    end = name.rfind("/")
    while end > 0:
        yield name[:end]
        end = name.rfind("/", 0, end)
