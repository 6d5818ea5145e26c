"""What a publish is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from podpipe.settings import Settings
from podpipe.targets import Credentials

WAIT_SECONDS = 120.0
"""How long a publish waits for another one on the same target: longer than a lock lasts that nobody renews."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a publish is asked to do.

    `as_of` is now, aware: what is dated later stays out. `targets` are URLs. `episode` is a slug: of the episodes that no target holds yet,
    only this one is published. `allow_missing_audio` lets a new episode out whose audio file is not there. `drafts` shows what is not
    public, for a preview. `demands` has what directories demand checked too. `measure_hosted` has audio on
    other hosts asked for and measured. `allowed` are changes of the feed that stop no publish, each as `KIND` or `KIND:EPISODE`.

    `wait` is how long (seconds) to wait for another publish on the same target. `recheck` has targets list what they hold, even where
    nothing is to be changed. `grace` is for how long what is no longer produced stays, None for what the settings say. `credentials` are
    for S3 targets, None for those that boto3 finds.
    """

    settings: Settings
    as_of: datetime
    targets: tuple[str, ...] = ()
    episode: str | None = None
    dry_run: bool = False
    allow_missing_audio: bool = False
    check_links: bool = True
    drafts: bool = False
    demands: bool = True
    measure_hosted: bool = False
    allowed: tuple[str, ...] = ()
    wait: float = WAIT_SECONDS
    recheck: bool = False
    grace: timedelta | None = None
    credentials: Credentials | None = None
