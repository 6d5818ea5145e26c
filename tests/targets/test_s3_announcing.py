"""A show in a bucket: the world is told without a word about targets in [ping], once the feed is there."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from podpipe import pipeline
from podpipe.delivery import Listeners
from podpipe.earlier import FeedGuard
from podpipe.rollback import roll_back
from podpipe.settings import load_settings
from tests.made_show import SETTINGS, make_show
from tests.ping_services import services
from tests.servers import S3Server


def test_the_settings_own_bucket_is_public_and_one_of_the_command_line_is_not(
    s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    bucket = s3_server.bucket()
    own, other = (s3_server.url(bucket, prefix) for prefix in ("talk", "rehearsal"))
    with services() as world:
        ping = f'[ping]\nwebsub = "{world.origin}/hub"\n'
        show = make_show(tmp_path / "show", settings=SETTINGS.replace("file:public", own) + ping)
        settings = load_settings(show.root)
        for target in (other, own, own):
            outcome = pipeline.publish(pipeline.Job(settings=settings, as_of=datetime(2026, 6, 1, tzinfo=UTC), targets=(target,)))
            assert outcome.ok
            assert outcome.announced == ()
            assert len(world.told) == (target == own)
    assert world.told[0].form["hub.url"] == "https://talk.example/feed.xml"


def test_a_rollback_tells_the_world_too(s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    url = s3_server.url(s3_server.bucket(), "talk")
    with services() as world:
        ping = f'[ping]\nwebsub = "{world.origin}/hub"\n'
        show = make_show(tmp_path / "show", settings=SETTINGS.replace("file:public", url) + ping)
        job = pipeline.Job(settings=load_settings(show.root), as_of=datetime(2026, 6, 1, tzinfo=UTC), targets=(url,))
        first = pipeline.publish(job).uploads[0].report
        assert first is not None
        episode = show.root / "episodes/2026-01-01-1.md"
        episode.write_text(episode.read_text().replace("Goodbye", "So long"))
        assert pipeline.publish(job).ok
        assert len(world.told) == 2
        roll_back(job, url, first.release, guard=FeedGuard(job), listeners=Listeners())
        assert [told.form["hub.url"] for told in world.told[2:]] == ["https://talk.example/feed.xml"]
