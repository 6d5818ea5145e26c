"""What listeners get: artifacts and the posts that announce them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """Content that stays on disk until it is sent: an absolute path, the SHA-256 of the published bytes in hex, and their number.

    Without `parts`, the file is published as it is. With them, what is published is the parts one after another: bytes, or a stretch
    of the file from `start` to before `stop` (a `range` of step 1); `source_length` is then the file's own number of bytes.
    """

    path: str
    digest: str
    length: int
    parts: tuple[bytes | range, ...] = field(default=(), repr=False)
    source_length: int = -1

    def __post_init__(self) -> None:
        if self.source_length < 0:
            if self.parts:
                raise ValueError(f"{self.path} is published in parts: its own length is needed")
            object.__setattr__(self, "source_length", self.length)  # frozen for everybody else
        if self.parts and sum(map(len, self.parts)) != self.length:
            raise ValueError(f"the parts of {self.path} do not add up to {self.length} bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeContent:
    """Content that is put together only when it is sent, and the SHA-256 in hex and the number of the bytes that it will have.

    `make` may be called from any thread; it raises PodpipeError where the content cannot be made any more.
    """

    make: Callable[[], FileContent] = field(repr=False, compare=False)
    digest: str
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredContent:
    """Content that the target holds already, under whatever key: the SHA-256 of its bytes in hex, and their number."""

    digest: str
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One thing that listeners get. `key` is its path below the site's root, as its URL has it, without a leading slash.

    `digest` is the SHA-256 of its bytes in hex, taken when it is made: in whichever process does that.
    """

    key: str
    content: bytes | FileContent | MadeContent | StoredContent
    content_type: str
    cache_control: str
    digest: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        content = self.content
        digest = hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else content.digest
        object.__setattr__(self, "digest", digest)  # frozen for everybody else
        if not self.key or self.key.startswith("/") or ".." in self.key.split("/"):
            raise ValueError(f"not a key below the site's root: {self.key!r}")

    @property
    def length(self) -> int:
        """The number of its bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.length


@dataclass(frozen=True, slots=True, kw_only=True)
class SocialPost:
    """The text that announces a chapter, or the episode where `chapter` is None, on one network.

    `chapter` counts from 1. `length` is the text's length as the network counts it, never above `limit`.
    """

    episode: str
    chapter: int | None
    network: str
    text: str
    length: int
    limit: int
    url: str

    def __post_init__(self) -> None:
        if self.length > self.limit:
            raise ValueError(f"a post of {self.length} is too long for {self.network} ({self.limit})")
