"""A branch of a git repository as a place to publish, laid out as GitHub Pages serves it: one publish is one commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Final

from podpipe.content import sendable
from podpipe.errors import TargetError
from podpipe.manifest import MANIFEST, read_manifest
from podpipe.model import Artifact, FileContent, StoredContent
from podpipe.plan import KEPT
from podpipe.targets import Head, Versioned
from podpipe.targets.git.address import parse_git_address, usable_part
from podpipe.targets.git.blobs import Blobs
from podpipe.targets.git.branch import Opened, branch_of
from podpipe.targets.git.complaints import AGAIN
from podpipe.targets.git.tree import File, Tree, write_commit
from podpipe.targets.pages import PAGE, file_name

GITHUB_LIMIT: Final = 100 * 1024 * 1024
"""GitHub takes no push that has a larger file in it."""

_PLAIN = ".nojekyll"
"""Without a file of this name GitHub Pages leaves out files that begin with a dot or an underscore."""
_RENAME = "change the permalink or the file's name"


class GitTarget:
    """The branch that `git:PATH?branch=NAME&folder=PATH` names in a repository of this machine, or `git+URL?…` in a remote one.

    A page whose key has no `.html` (`episode/70`) is kept as `episode/70.html`, which GitHub Pages gives for `/episode/70`. What is
    changed is seen by this target at once, and by everybody else after `commit`. Files of other people on the branch stay.
    """

    # All goes through one git; threads would wait for each other.
    parallel = 1
    lists_cheaply = True
    whole = True

    def __init__(self, url: str, *, root: Path) -> None:
        self._address = parse_git_address(url, root=root)
        self._branch = branch_of(self._address)
        self._lock = RLock()
        self._opened: Opened | None = None
        self._blobs: Blobs | None = None
        self._head = ""

    @property
    def url(self) -> str:
        return self._address.url

    def sizes(self) -> Mapping[str, int]:
        """The bytes of every file, by key; `x.html` stands under `x` too, unless another file has that name.

        -1 stands for a large file of somebody else's at a remote: its length cannot be known without all of its bytes.
        """
        with self._working("cannot list the target") as (tree, _):
            return tree.sizes()

    def head(self, key: str) -> Head | None:
        with self._working(f"cannot look at {key}") as (tree, blobs):
            file = self._find(tree, key)
            if file is None:
                return None
            return Head(length=blobs.length(file.blob) if file.length is None else file.length)

    def read(self, key: str) -> bytes | None:
        found = self.read_version(key)
        return None if found is None else found.data

    def read_version(self, key: str) -> Versioned | None:
        with self._working(f"cannot read {key}") as (tree, blobs):
            file = self._find(tree, key)
            return None if file is None else Versioned(data=blobs.read(file.blob), version=file.blob)

    def put(self, artifact: Artifact) -> None:
        with self._working(f"cannot write {artifact.key}") as (tree, blobs):
            if isinstance(artifact.content, StoredContent):
                raise TargetError(f"the content of {artifact.key} can only be copied", target=self.url, hint=AGAIN)
            name = self._place(tree, artifact.key, artifact.content_type)
            self._check_length(artifact)
            content = sendable(artifact.content)
            if isinstance(content, FileContent):
                tree.set(name, File(blob=blobs.write_file(content), length=content.length))
            else:
                tree.set(name, File(blob=blobs.write(content), length=len(content)))

    def write_if(self, key: str, data: bytes, *, expected: str | None) -> str | None:
        with self._working(f"cannot write {key}") as (tree, blobs):
            file = self._find(tree, key)
            if (None if file is None else file.blob) != expected:
                return None
            written = File(blob=blobs.write(data), length=len(data))
            tree.set(self._place(tree, key, ""), written)
            return written.blob

    def copy(self, source: str, key: str, *, content_type: str = "", cache_control: str = "") -> None:  # noqa: ARG002 - a branch keeps no headers
        with self._working(f"cannot copy {source} to {key}") as (tree, _):
            file = self._find(tree, source)
            if file is None:
                raise TargetError(f"cannot copy {source} to {key}: it is not there", target=self.url, hint="publish again")
            tree.set(self._place(tree, key, content_type), file)

    def delete(self, key: str) -> None:
        with self._working(f"cannot delete {key}") as (tree, _):
            self._check_name(key)
            name = tree.find(key)
            if name is not None:
                tree.remove(name)

    def ages(self, prefix: str) -> Mapping[str, float]:  # noqa: ARG002
        """Nothing: nobody needs to keep others out here, since only one of two commits that began at the same one is taken."""
        return {}

    def unfinished(self) -> Mapping[str, datetime]:
        return {}

    def open_to_players(self, *, change: bool) -> bool | None:  # noqa: ARG002 - the host decides
        return None

    def commit(self, message: str) -> None:
        if self._opened is None:
            return
        with self._working("cannot publish") as (tree, blobs):
            if not tree.changes():
                return
            if not tree.holds(_PLAIN):
                tree.set(_PLAIN, File(blob=blobs.write(b""), length=0))
            blobs.settle()
            git = self._opened.git
            new = write_commit(git, parent=self._head, folder=self._address.folder, changes=tree.changes(), message=message)
            self._branch.move(git, old=self._head, new=new)
            self._head = new
            tree.settle()

    def close(self) -> None:
        with self._lock:
            if self._blobs is not None:
                self._blobs.close()
            self._branch.close()
            self._blobs = self._opened = None

    @contextmanager
    def _working(self, failed: str) -> Iterator[tuple[Tree, Blobs]]:
        with self._lock:
            try:
                yield self._open()
            except OSError as error:
                place = error.filename2 or error.filename or self._address.place
                message = f"{failed}: {error.strerror}: {place}" if error.strerror else f"{failed}: {error}"
                raise TargetError(message, target=self.url, hint=AGAIN) from error

    def _open(self) -> tuple[Tree, Blobs]:
        if self._opened is None or self._blobs is None:
            opened = self._branch.open()
            absent = {file.blob for file in opened.tree.files.values() if file.length is None}
            self._blobs = Blobs(opened.git, objects=opened.objects, object_format=opened.object_format, absent=absent)
            self._opened, self._head = opened, opened.head
            _fill_lengths(opened.tree, self._blobs)
        return self._opened.tree, self._blobs

    def _find(self, tree: Tree, key: str) -> File | None:
        self._check_name(key)
        name = tree.find(key)
        return None if name is None else tree.files[name]

    def _place(self, tree: Tree, key: str, content_type: str) -> str:
        """The name of the file that a key's content goes to."""
        name = file_name(key, content_type)
        self._check_name(name)
        obstacle = tree.obstacle(name)
        if obstacle is not None:
            kinds = ("folder", "file") if obstacle == name else ("file", "folder")
            hint = f"a {kinds[0]} lies where a {kinds[1]} must be; remove it from the branch, or {_RENAME}"
            raise TargetError(f"cannot write {key}: {obstacle} is a {kinds[0]}", target=self.url, hint=hint)
        return name

    def _check_name(self, name: str) -> None:
        if not all(map(usable_part, name.split("/"))):
            raise TargetError(f"not a path inside the target's folder: {name!r}", target=self.url, hint=_RENAME)

    def _check_length(self, artifact: Artifact) -> None:
        if artifact.length > GITHUB_LIMIT and self._opened is not None and self._opened.on_github:
            raise TargetError(
                f"{artifact.key} has {artifact.length:,} bytes, and GitHub takes no file of more than {GITHUB_LIMIT:,}",
                target=self.url,
                hint="keep the audio elsewhere, and tell podpipe where with audio_file_url",
            )


def _fill_lengths(tree: Tree, blobs: Blobs) -> None:
    """Have the manifest say how long the large files are that were not fetched."""
    absent = [name for name, file in tree.files.items() if file.length is None]
    manifest = tree.files.get(MANIFEST)
    if not absent or manifest is None:
        return
    try:
        data = blobs.read(manifest.blob)
        known = read_manifest(data)
    except TargetError:
        return  # whoever reads it for what it says will tell
    lengths = {file_name(key, held.content_type): held.length for key, held in known.objects.items()}
    lengths |= {f"{KEPT}{digest}": kept.length for digest, kept in known.kept.items()} | {MANIFEST: len(data)}
    for name in absent:
        tree.files[name] = File(blob=tree.files[name].blob, length=lengths.get(name, lengths.get(name.removesuffix(PAGE))))
