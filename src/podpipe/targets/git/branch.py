"""The branch that a show is published on, in a repository of this machine or in a remote one: where it stands, and how it is moved."""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Protocol

from podpipe.errors import TargetError
from podpipe.ledger import cache_folder
from podpipe.targets.git.address import GitAddress, on_github
from podpipe.targets.git.commands import CONTACT, LARGE, Git
from podpipe.targets.git.complaints import AGAIN, explain, refusal
from podpipe.targets.git.tree import Tree, list_tree

_REMOTE = "site"
_FETCHED = "refs/podpipe/fetched"
_MOST_PACKS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A repository to work in, with the commit that its branch stood at, empty for none, and the files of that."""

    git: Git
    objects: Path
    object_format: str
    head: str
    tree: Tree
    on_github: bool


class Branch(Protocol):
    """Where commits are added."""

    def open(self) -> Opened:
        """See where the branch stands, with all that is needed to go on from there."""

    def move(self, git: Git, *, old: str, new: str) -> None:
        """Have the branch stand at a new commit, unless it has left the old one meanwhile: that is a TargetError, and changes nothing."""

    def close(self) -> None:
        """Let go of folders and holds."""


def branch_of(address: GitAddress) -> Branch:
    """The branch that an address names; it is not looked for yet."""
    return _LocalBranch(address, address.local) if address.local is not None else _RemoteBranch(address)


class _LocalBranch:
    """A branch of a repository on this machine: commits are made right there, past work trees and their indexes."""

    def __init__(self, address: GitAddress, path: Path) -> None:
        self._address = address
        self._path = path

    def open(self) -> Opened:
        git = self._git()
        self._check_free(git)
        head = self._head(git)
        objects, object_format = _about(git)
        remotes = git.ask("config", "--get-regexp", r"^remote\..*\.url$").output.decode("utf-8", "replace")
        return Opened(
            git=git,
            objects=objects,
            object_format=object_format,
            head=head,
            tree=list_tree(git, head, self._address.folder, lengths=None),
            on_github=any(map(on_github, remotes.split())),
        )

    def move(self, git: Git, *, old: str, new: str) -> None:
        self._check_free(git)
        answer = git.ask("update-ref", "-m", "podpipe: publish", self._address.ref, new, old)
        if answer.status:
            raise _overtaken(self._address) if self._head(git) != old else git.error(answer.said)

    def close(self) -> None:
        """Nothing is held."""

    def _git(self) -> Git:
        if not self._path.is_dir():
            hint = f"make a repository there (git init --bare {self._path}), or name another one"
            raise TargetError(f"there is no folder {self._path}", target=self._address.url, hint=hint)
        git = Git(folder=self._path, target=self._address.url)
        # The folder itself is meant, and no repository that it happens to lie in.
        ceiling = {"GIT_CEILING_DIRECTORIES": str(self._path.resolve().parent)}
        found = git.ask("rev-parse", "--absolute-git-dir", more=ceiling, inside=False)
        if found.status:
            raise git.error(found.said)
        return replace(git, folder=Path(found.output.decode("utf-8", "surrogateescape").rstrip("\r\n")))

    def _head(self, git: Git) -> str:
        return git.ask("rev-parse", "--verify", "--quiet", f"{self._address.ref}^{{commit}}").output.decode().strip()

    def _check_free(self, git: Git) -> None:
        folder = ""
        for line in git.run("worktree", "list", "--porcelain").decode("utf-8", "replace").splitlines():
            folder = line.removeprefix("worktree ") if line.startswith("worktree ") else folder
            if line == f"branch {self._address.ref}":
                raise TargetError(
                    f"the branch {self._address.branch} is checked out in {folder}, which would fall behind what is published",
                    target=self._address.url,
                    hint="check another branch out there (git switch), or publish to another one with ?branch=NAME",
                )


class _RemoteBranch:
    """A branch of a remote repository, fetched into a repository of podpipe's own: one in the cache, or a temporary one."""

    def __init__(self, address: GitAddress) -> None:
        self._address = address
        self._held = ExitStack()

    def open(self) -> Opened:
        self.close()
        git, cached = self._place()
        head = self._advertised(git)
        try:
            head, tree = self._fetch(git, head)
        except TargetError:
            if not cached:
                raise
            # What a cache holds costs time and never a publish.
            shutil.rmtree(git.folder)
            _init(git, head)
            head, tree = self._fetch(git, head)
        objects, object_format = _about(git)
        return Opened(
            git=git, objects=objects, object_format=object_format, head=head, tree=tree, on_github=on_github(self._address.remote)
        )

    def move(self, git: Git, *, old: str, new: str) -> None:
        ref = self._address.ref
        quiet = ("--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no")
        answer = git.ask("push", "--porcelain", "--progress", *quiet, f"--force-with-lease={ref}:{old}", _REMOTE, f"{new}:{ref}")
        if answer.status:
            self._explain(git, answer.output.decode("utf-8", "replace"), answer.said, old=old, new=new)
        git.ask("update-ref", _FETCHED, new)  # where this fails, the next publish fetches what is here already

    def close(self) -> None:
        self._held.close()

    def _explain(self, git: Git, output: str, said: str, *, old: str, new: str) -> None:
        """Raise what kept a push from its end, unless only its answer was lost."""
        try:
            now = self._advertised(git)
        except TargetError:
            raise git.error(said) from None
        if now == new:
            return
        if now != old:
            raise _overtaken(self._address)
        reason = refusal(f"{output}\n{said}")
        if reason is None or explain(reason)[1] != AGAIN:
            raise git.error(reason or said)
        hint = f"allow it in the rules of the repository for {self._address.branch}, or publish to another branch with ?branch=NAME"
        raise TargetError(f"the remote does not take what is published: {reason}", target=self._address.url, hint=hint)

    def _advertised(self, git: Git) -> str:
        """Where the branch stands at the remote. This is the first contact with it."""
        answer = git.run("ls-remote", "--quiet", _REMOTE, self._address.ref, patience=CONTACT).decode("utf-8", "replace")
        found = (line.partition("\t") for line in answer.splitlines())
        return next((commit for commit, _, ref in found if ref == self._address.ref), "")

    def _fetch(self, git: Git, head: str) -> tuple[str, Tree]:
        if head and head != git.ask("rev-parse", "--verify", "--quiet", _FETCHED).output.decode().strip():
            quiet = ("--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance")
            few = ("--depth=1", f"--filter=blob:limit={LARGE}")
            git.run("fetch", "--progress", *quiet, *few, _REMOTE, f"+{self._address.ref}:{_FETCHED}")
            head = git.line("rev-parse", "--verify", _FETCHED)
        return head, list_tree(git, head, self._address.folder, lengths=_lengths(git))

    def _place(self) -> tuple[Git, bool]:
        """A repository to work in, and whether it was there before."""
        folder = self._cached()
        if folder is None:
            temporary = tempfile.TemporaryDirectory(prefix="podpipe-git-", ignore_cleanup_errors=True)
            folder = Path(self._held.enter_context(temporary)) / "repository"
        git = self._git(folder)
        if folder.is_dir() and len(list(folder.glob("objects/pack/*.pack"))) > _MOST_PACKS:
            shutil.rmtree(folder)  # each publish adds some; to fetch what is needed is easier than to tidy up
        if folder.is_dir():
            _clear(folder)
            if git.ask("rev-parse", "--git-dir").status == 0:
                return git, True
            shutil.rmtree(folder)
        _init(git, "")
        return git, False

    def _git(self, folder: Path) -> Git:
        git = Git(folder=folder.parent, target=self._address.url)
        ssh = ""
        if self._address.remote.startswith("ssh:"):
            ssh = git.ask("config", "--get", "core.sshCommand", inside=False).output.decode("utf-8", "surrogateescape").strip()
        return Git(folder=folder, target=self._address.url, settings={f"remote.{_REMOTE}.url": self._address.remote}, ssh=ssh or "ssh")

    def _cached(self) -> Path | None:
        """The repository's own place in the cache, for as long as nobody else works there."""
        cache = cache_folder()
        if cache is None:
            return None
        folder = cache / "git" / hashlib.sha256(self._address.url.encode()).hexdigest()
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            hold = _hold(folder.with_suffix(".lock"))
        except OSError:
            return None
        if hold is None:
            return None
        self._held.enter_context(hold)
        return folder


def _overtaken(address: GitAddress) -> TargetError:
    message = f"{address.branch} in {address.place} has been published to by somebody else meanwhile"
    return TargetError(message, target=address.url, hint="publish again")


def _about(git: Git) -> tuple[Path, str]:
    objects, object_format = git.line("rev-parse", "--git-path", "objects", "--show-object-format").splitlines()
    return git.folder / objects, object_format


def _lengths(git: Git) -> Mapping[str, int]:
    """The lengths of all contents that are here, by id; to ask for one that is not would fetch it."""
    form = "--batch-check=%(objectname) %(objectsize)"
    pairs = [line.split() for line in git.run("cat-file", "--batch-all-objects", "--unordered", form).splitlines()]
    if not all(length.isdigit() for _, length in pairs):
        raise TargetError("podpipe's copy of the remote is damaged", target=git.target, hint=f"delete {git.folder}, then publish again")
    return {blob.decode(): int(length) for blob, length in pairs}


def _init(git: Git, head: str) -> None:
    git.folder.mkdir(parents=True, exist_ok=True)
    object_format = "sha256" if len(head) == 64 else "sha1"
    git.run("init", "--quiet", "--bare", "--template=", f"--object-format={object_format}", "--initial-branch=podpipe", str(git.folder))


def _clear(folder: Path) -> None:
    """Take away what a crash has left: nobody else works here now."""
    for pattern in ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*", "fast_import_crash_*"):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)
    for path in folder.glob("objects/tmp_objdir-*"):
        shutil.rmtree(path, ignore_errors=True)


def _hold(path: Path) -> IO[bytes] | None:
    """A file that is held until it is closed, by the end of the process at the latest; None where somebody else holds it."""
    file = path.open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
