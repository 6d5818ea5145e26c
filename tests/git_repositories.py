"""Git repositories to publish into, what a branch of one holds, and the commands that were run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from podpipe.model import Artifact, FileContent
from podpipe.targets.git import GitTarget
from tests.conftest import require

HTML = "text/html; charset=utf-8"

Opener = Callable[..., GitTarget]


def artifact(key: str, content: bytes | FileContent = b"content", content_type: str = "text/plain") -> Artifact:
    return Artifact(key=key, content=content, content_type=content_type, cache_control="no-cache")


def git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(["git", "-C", folder, *arguments], input=given, capture_output=True, check=True).stdout


def files(repository: Path, branch: str = "gh-pages") -> dict[str, bytes]:
    """All that a branch holds, by path; nothing where there is no such branch."""
    if not commits(repository, branch):
        return {}
    names = git(repository, "ls-tree", "-r", "-z", "--name-only", branch).decode().split("\0")[:-1]
    return {name: git(repository, "cat-file", "blob", f"{branch}:{name}") for name in names}


def commits(repository: Path, branch: str = "gh-pages") -> list[str]:
    """The messages of a branch's commits, the newest first."""
    found = git(repository, "for-each-ref", f"refs/heads/{branch}")
    return git(repository, "log", "--format=%B%x00", branch).decode().replace("\n", "").split("\0")[:-1] if found else []


def add(repository: Path, more: dict[str, bytes], branch: str = "gh-pages", message: str = "by hand") -> None:
    """Have somebody else commit files to a branch."""
    before = git(repository, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}").decode().strip()
    start = f"from {before}\n" if before else ""
    parts = [f"commit refs/heads/{branch}\ncommitter Somebody <somebody@example.com> now\ndata {len(message)}\n{message}\n{start}".encode()]
    for name, data in more.items():
        parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(data), data))
    git(repository, "fast-import", "--quiet", "--date-format=now", given=b"".join(parts))


@pytest.fixture(autouse=True)
def git_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Git's settings of a person who publishes, and nothing of those of whoever runs the tests."""
    require(shutil.which("git") is not None, "needs git")
    for name in os.environ:
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    settings = tmp_path / "gitconfig"
    settings.write_text("[user]\n\tname = Aki\n\temail = aki@example.com\n[init]\n\tdefaultBranch = main\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return settings


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository without a work tree that holds nothing yet."""
    folder = tmp_path / "site.git"
    git(tmp_path, "init", "--quiet", "--bare", str(folder))
    return folder


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Opens targets, and closes them when the test is over."""
    targets = []

    def open_one(url: str = "git:site.git") -> GitTarget:
        targets.append(GitTarget(url, root=tmp_path))
        return targets[-1]

    yield open_one
    for target in targets:
        target.close()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, subprocess.Popen[bytes]]]:
    """The git commands that were run, by name."""
    gits: list[tuple[str, subprocess.Popen[bytes]]] = []
    start = subprocess.Popen

    def note(command: list[str], **options: Any) -> Any:
        rest = iter(command[1:])
        name = next(word for word in rest if word != "-c" or not next(rest))
        gits.append((name, start(command, **options)))
        return gits[-1][1]

    monkeypatch.setattr("podpipe.targets.git.commands.subprocess.Popen", note)
    return gits
