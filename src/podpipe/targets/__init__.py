"""The places where a show is published: what podpipe asks of one, and which URL opens which.

A target is a small Protocol; another kind of target is another file beside this one, chosen by its URL's scheme.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from podpipe.errors import TargetError
from podpipe.model import Artifact

SOME_PLAYER = "https://player.example"
"""The origin of a page of somebody else's that plays podcasts, for questions whether such a one may read something."""

_HINT = "use file:FOLDER, s3://BUCKET/PREFIX or git+URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a target says of one object without sending it; None for what it keeps nothing of."""

    length: int
    content_type: str | None = None
    cache_control: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Versioned:
    """A small object's content, and what tells this version of it from every other."""

    data: bytes
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What signs a user in to a store, where it does not come from boto3's own chain."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


class Target(Protocol):
    """Somewhere that keeps objects by key, as a site's paths name them.

    Every method raises `TargetError` when the target refuses or cannot be reached, within about 20 seconds. All are safe to call from
    several threads.
    """

    @property
    def url(self) -> str:
        """The target's address as people may see it: never with credentials."""

    @property
    def parallel(self) -> int:
        """How many calls at once this target gains from."""

    @property
    def lists_cheaply(self) -> bool:
        """Whether `sizes` costs no more than to read an object."""

    @property
    def whole(self) -> bool:
        """Whether nothing that is changed shows before `commit`, which then shows all of it, or fails where somebody came before."""

    def sizes(self) -> Mapping[str, int]:
        """The bytes of every object held, by key."""

    def head(self, key: str) -> Head | None:
        """What the target says of an object, None where there is none."""

    def read(self, key: str) -> bytes | None:
        """A small object's content, None where there is none."""

    def put(self, artifact: Artifact) -> None:
        """Store an object whole, or leave what was there: a reader never meets half of one."""

    def copy(self, source: str, key: str, *, content_type: str = "", cache_control: str = "") -> None:
        """Store under `key` what lies under `source`, without its bytes travelling, with its headers or others.

        The two keys may be one, to change the headers.
        """

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is no error."""

    def read_version(self, key: str) -> Versioned | None:
        """A small object with its version, None where there is none."""

    def write_if(self, key: str, data: bytes, *, expected: str | None) -> str | None:
        """Store a small JSON object only where its version is still the expected one, None for no object; gives the new version.

        None says that it is another one, and that nothing was written. A target that knows no conditions writes all the same.
        """

    def ages(self, prefix: str) -> Mapping[str, float]:
        """The seconds since each object whose key begins so was written, by the target's own clock."""

    def unfinished(self) -> Mapping[str, datetime]:
        """The keys of objects whose upload was begun and has neither ended nor been given up, with when that was (aware).

        Empty where the target keeps nothing of such an upload, or does not tell.
        """

    def open_to_players(self, *, change: bool) -> bool | None:
        """Whether pages of any other site may read what is here (CORS, Fetch Standard, section 3.2), None where the target does not tell.

        With `change`, a rule that lets them is added where none does, and those that are there stay. It raises `TargetError` where the
        target refuses that.
        """

    def commit(self, message: str) -> None:
        """Show what was changed since the target was opened, where `whole` is true; elsewhere this does nothing."""

    def close(self) -> None:
        """Give back connections and temporary files; the target cannot be used any more."""


def open_target(url: str, *, root: Path, credentials: Credentials | None = None) -> Target:
    """Open the target that a URL names: `file:PATH` or a plain path, `s3://BUCKET/PREFIX`, or `git+URL`; relative paths count from `root`.

    An S3 URL may carry `?endpoint=URL&region=NAME&profile=NAME&addressing=path|virtual&acl=NAME&timeout=SECONDS`; what it leaves out comes
    from boto3's own chain of environment and configuration files, as credentials do that are not given here. A git URL may carry
    `?branch=NAME&folder=PATH`.
    """
    try:
        scheme = urlsplit(url).scheme
    except ValueError as error:
        raise TargetError("the target's URL cannot be read", hint=_HINT) from error
    if scheme == "s3":
        from podpipe.targets.s3 import S3Target

        return S3Target(url, credentials=credentials)
    if scheme == "file" or not scheme or ("://" not in url and len(scheme) == 1):
        from podpipe.targets.local import LocalTarget

        return LocalTarget(url, root=root)
    if scheme == "git" or scheme.startswith("git+"):
        from podpipe.targets.git import GitTarget

        return GitTarget(url, root=root)
    raise TargetError(f"no target can be reached by {scheme}:", target=f"{scheme}:", hint=_HINT)


@contextmanager
def opened(url: str, *, root: Path, credentials: Credentials | None = None) -> Iterator[Target]:
    """A target as `open_target` opens it, closed when the block ends."""
    target = open_target(url, root=root, credentials=credentials)
    try:
        yield target
    finally:
        target.close()
