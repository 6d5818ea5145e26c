"""The places where a show is published: what podpipe asks of one, and which URL opens which.

A target is a small Protocol; another kind of target is another file beside this one, chosen by its URL's scheme.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from podpipe.errors import TargetError
from podpipe.model import Artifact


class Target(Protocol):
    """Somewhere that keeps objects by key, as a site's paths name them.

    Every method raises `TargetError` when the target refuses or cannot be reached, within about 20 seconds.
    """

    @property
    def url(self) -> str:
        """The target's address as people may see it: never with credentials."""

    @property
    def parallel(self) -> int:
        """How many `put` calls at once this target gains from."""

    def sizes(self) -> Mapping[str, int]:
        """The bytes of every object held, by key."""

    def read(self, key: str) -> bytes | None:
        """A small object's content, None where there is none."""

    def put(self, artifact: Artifact) -> None:
        """Store an object whole, or leave what was there: a reader never meets half of one."""

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is no error."""


def open_target(url: str, *, root: Path) -> Target:
    """Open the target that a URL names: `file:PATH` (relative to `root`), a plain path, or `s3://BUCKET/PREFIX`.

    An S3 URL may carry `?endpoint=URL&region=NAME&profile=NAME&addressing=path|virtual`; what it leaves out comes from boto3's own chain
    of environment and configuration files, as credentials always do.
    """
    try:
        scheme = urlsplit(url).scheme
    except ValueError as error:
        raise TargetError("the target's URL cannot be read", hint="use file:FOLDER or s3://BUCKET/PREFIX") from error
    if scheme == "s3":
        from podpipe.targets.s3 import S3Target

        return S3Target(url)
    if scheme == "file" or not scheme or ("://" not in url and len(scheme) == 1):
        from podpipe.targets.local import LocalTarget

        return LocalTarget(url, root=root)
    raise TargetError(f"no target can be reached by {scheme}:", target=f"{scheme}:", hint="use file:FOLDER or s3://BUCKET/PREFIX")
