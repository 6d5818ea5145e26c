"""Targets of every kind for tests of what holds on all of them: a folder, a bucket on each server, a branch of a git repository."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.servers import S3Server, minio_server, rclone_server

KINDS = ("folder", "rclone", "minio", "git")
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A kind of target, with the server that it is on, or the folder that new ones are made in."""

    kind: str
    folder: Path
    server: S3Server | None = None

    def url(self) -> str:
        """A target that nobody else uses."""
        if self.server is not None:
            return self.server.url(self.server.bucket(), "talk")
        if self.kind == "folder":
            return f"file:{self.folder / f'public-{next(_NUMBERS)}'}"
        repository = self.folder / f"site-{next(_NUMBERS)}.git"
        subprocess.run(["git", "init", "-q", "--bare", str(repository)], check=True)
        return f"git+file://{repository}?branch=gh-pages"


@pytest.fixture(scope="module", params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Each kind of target in turn."""
    folder = tmp_path_factory.mktemp(request.param)
    start = {"rclone": rclone_server, "minio": minio_server}.get(request.param)
    if start is None:
        yield Place(kind=request.param, folder=folder)
        return
    with start(folder) as server:
        yield Place(kind=request.param, folder=folder, server=server)


@pytest.fixture
def url(place: Place, s3_credentials: None) -> str:  # noqa: ARG001 - it sets the environment
    """A target of each kind that nobody else uses."""
    return place.url()
