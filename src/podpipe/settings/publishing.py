"""The table [publishing] of podpipe.toml: how targets are kept, what can be put back, and where listeners find it."""

from __future__ import annotations

from datetime import timedelta

from podpipe.settings.model import PublishSettings
from podpipe.settings.table import Table

_PLAIN = PublishSettings()
_LONGEST_DAYS = 3650


def read_publishing(top: Table, *, site: str) -> PublishSettings:
    """Read [publishing]; `site` is the show's address, which `public_url = true` stands for."""
    table = top.table("publishing")
    grace = table.count("grace_days")
    if grace is not None and grace > _LONGEST_DAYS:
        table.problem("grace_days", f"must be {_LONGEST_DAYS} at most, not {grace}")
        grace = None
    address = table.switched_url("public_url", site)
    settings = PublishSettings(
        grace=_PLAIN.grace if grace is None else timedelta(days=grace),
        releases=table.number("releases") or _PLAIN.releases,
        keep_audio=table.flag("keep_audio", default=_PLAIN.keep_audio),
        public_url=address.rstrip("/") if address else None,
        set_cors=table.flag("set_cors", default=_PLAIN.set_cors),
    )
    table.refuse_unknown()
    return settings
