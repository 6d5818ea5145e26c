"""What a target holds of a show, what a publish changes there, and the releases that can be put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from podpipe.model.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What podpipe knows of one object that it put on a target: our own digest (SHA-256, hex), its bytes, and the headers it was given.

    An empty digest means that nobody knows which bytes are there: a publish was cut off while it wrote them, or somebody else did.
    `retired` is when the object ceased to be produced (aware), None while it is.
    """

    digest: str
    length: int
    content_type: str
    cache_control: str
    retired: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One publish that changed a target: its id, when it was made (aware), and how many objects it consists of.

    `digest` tells releases with other content apart (SHA-256, hex). `restores` is the id of the release that a rollback put back, empty for
    a publish.
    """

    id: str
    made: datetime
    objects: int
    digest: str = ""
    restores: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Content that no address leads to any more, kept so that a release can be put back: its bytes, and the last release that had it."""

    length: int
    release: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All that podpipe knows of a target.

    `objects` are those that it put there, by key, retired ones too. `touched` are the keys that a publish which has not ended may have
    written or removed. `release` is the id of the release that stands there, empty before the first; `releases` are those that can be put
    back, the oldest first, and `kept` is content for them, by digest. `undone` are the digests of the releases and feeds that rollbacks
    have taken away since the last publish.
    """

    objects: Mapping[str, Holding] = field(default_factory=dict)
    touched: frozenset[str] = frozenset()
    release: str = ""
    releases: tuple[Release, ...] = ()
    kept: Mapping[str, Kept] = field(default_factory=dict)
    undone: frozenset[str] = frozenset()


Action = Literal["put", "copy", "restore", "retire", "delete"]
"""What happens to an object: sent; copied on the target from another key; counted in again, since it is still there; left in its place
until its time of grace is over; removed."""

Reason = Literal["new", "content changed", "headers changed", "renamed", "produced again", "no longer produced", "content unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change to a target and why it is made; `length` is the number of bytes that are sent or copied.

    `source` is the key that a copy is made from, and `until` when a retired object will be removed (aware).
    """

    action: Action
    key: str
    reason: Reason
    length: int = 0
    source: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPlan:
    """What would change on one target, in the order in which it must happen, and how many objects stay as they are."""

    target: str
    steps: tuple[Step, ...]
    unchanged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishReport:
    """What did change on one target: keys by what happened to them, and the id of the release that was made, empty where none was.

    `altered` are keys that the target gives out with another content type than they were sent with, each with that type. `notes` are
    sentences for people about how it was done.
    """

    target: str
    put: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: int = 0
    bytes_sent: int = 0
    release: str = ""
    altered: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the target holds anything else than before."""
        return bool(self.put or self.copied or self.retired or self.deleted or self.release)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """What came of one target: the plan for it, the report where it was carried out, and what was found before and after that."""

    plan: PublishPlan
    report: PublishReport | None
    findings: tuple[Finding, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether an error among the findings left the target as it was; one that was found afterwards did not."""
        return self.report is None and any(finding.level == "error" for finding in self.findings)
