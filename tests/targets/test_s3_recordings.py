"""An episode's audio in a bucket, from front matter to feed."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

from podpipe import pipeline
from podpipe.lockfile import read_lock
from podpipe.settings import load_settings
from tests.made_show import SETTINGS, make_show, mp3
from tests.servers import S3Server


def test_audio_in_a_bucket_is_measured_there_and_named_by_its_web_address(s3_server: S3Server, tmp_path: Path) -> None:
    bucket = s3_server.bucket()
    s3_server.client().put_object(Bucket=bucket, Key="2026/第 1 回.mp3", Body=mp3(3.0), ContentType="audio/mpeg")
    addresses = f'[audio.addresses]\n"s3://{bucket}" = "https://media.example"\n'
    show = make_show(tmp_path / "show", episodes=1, settings=f"{SETTINGS}\n{addresses}")
    episode = show.root / "episodes/2026-01-01-1.md"
    address = s3_server.url(bucket, "2026/第 1 回.mp3")
    episode.write_text(episode.read_text().replace("audio_file_path: /audio/1.mp3", f'audio_file_url: "{address}"'))
    job = pipeline.Job(settings=load_settings(show.root), as_of=datetime(2026, 6, 1, tzinfo=UTC), targets=(f"file:{tmp_path / 'out'}",))
    outcome = pipeline.publish(dataclasses.replace(job, measure_hosted=True))
    assert outcome.ok, (outcome.findings, outcome.failures)
    enclosure = outcome.built.episodes[0].enclosure
    assert enclosure is not None
    assert (enclosure.url, enclosure.length, enclosure.key) == (
        "https://media.example/2026/%E7%AC%AC%201%20%E5%9B%9E.mp3",
        len(mp3(3.0)),
        None,
    )
    assert read_lock(show.root)["1"].version.startswith("etag:")
    again = pipeline.publish(job)
    assert again.built.episodes == outcome.built.episodes, "and without asking, by the lock file"
    report = again.uploads[0].report
    assert report is not None
    assert report.put == ()
