"""The regression guard on a bucket: what is there is compared with, and stays as it is."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

from podpipe import pipeline
from podpipe.settings import load_settings
from tests.made_show import make_show
from tests.servers import S3Server


def test_a_bucket_is_left_as_it_is_until_the_change_is_allowed(s3_server: S3Server, tmp_path: Path) -> None:
    bucket = s3_server.bucket()
    show = make_show(tmp_path / "show")
    job = pipeline.Job(settings=load_settings(show.root), as_of=datetime(2026, 6, 1, tzinfo=UTC), targets=(s3_server.url(bucket, "talk"),))
    assert pipeline.publish(job).ok
    before = s3_server.keys(bucket)
    feed = s3_server.client().get_object(Bucket=bucket, Key="talk/feed.xml")["Body"].read()
    show.write("episodes/2026-01-01-1.md", (show.root / "episodes/2026-01-01-1.md").read_text().replace("08:00:00", "09:00:00"))
    refused = pipeline.publish(job)
    assert [finding.rule for finding in refused.findings if finding.level == "error"] == ["date-changed"]
    assert s3_server.keys(bucket) == before
    assert s3_server.client().get_object(Bucket=bucket, Key="talk/feed.xml")["Body"].read() == feed
    assert pipeline.publish(dataclasses.replace(job, allowed=("date-changed:1",))).ok
    assert s3_server.client().get_object(Bucket=bucket, Key="talk/feed.xml")["Body"].read() != feed
    assert pipeline.publish(job).findings == ()
