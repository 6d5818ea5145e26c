"""The [audio] table of podpipe.toml: what is written into published audio, what it is called, and what is measured elsewhere."""

from __future__ import annotations

from typing import Literal, cast, get_args

from podpipe.settings.model import AudioSettings
from podpipe.settings.table import Table

Id3Version = Literal["2.3", "2.4"]


def read_audio(top: Table) -> AudioSettings:
    """Read the table; what is wrong in it is told with the other problems of the file."""
    table = top.table("audio")
    id3 = table.text("id3", default="2.3")
    if id3 not in get_args(Id3Version):
        table.problem("id3", f"{id3!r} is not one of {', '.join(get_args(Id3Version))}")
        id3 = "2.3"
    addresses = table.table("addresses")
    pairs = []
    for prefix in addresses.keys:
        address = addresses.url(prefix, required=True)
        if not prefix.startswith("s3://") or not prefix.removeprefix("s3://").strip("/"):
            addresses.problem(prefix, "must be a place in a bucket, such as s3://my-bucket/audio")
        elif address:
            pairs.append((prefix.rstrip("/"), address.rstrip("/")))
    settings = AudioSettings(
        tags=table.flag("tags", default=True),
        replace_tags=table.flag("replace_tags", default=False),
        id3=cast("Id3Version", id3),
        ascii_names=table.flag("ascii_names", default=True),
        measure_hosted=table.flag("measure_hosted", default=True),
        addresses=tuple(sorted(pairs, key=lambda pair: -len(pair[0]))),
    )
    table.refuse_unknown()
    return settings
