"""What a publish decides to change, in which order and why."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from podpipe.manifest import MANIFEST
from podpipe.model import Artifact, FileContent, Holding, PublishPlan, Step, StoredContent
from podpipe.plan import KEPT, holding, make_plan

HTML, RSS = "text/html; charset=utf-8", "application/rss+xml; charset=utf-8"


def artifact(key: str, content: bytes | FileContent = b"content", content_type: str = HTML, cache_control: str = "no-cache") -> Artifact:
    return Artifact(key=key, content=content, content_type=content_type, cache_control=cache_control)


def held(*artifacts: Artifact) -> dict[str, Holding]:
    return {made.key: holding(made) for made in artifacts}


def put(key: str, reason: str = "new", length: int = 7) -> Step:
    return Step(action="put", key=key, reason=reason, length=length)  # type: ignore[arg-type]  # the tests name the reasons


def test_whatever_something_links_to_goes_before_it_and_the_feed_last() -> None:
    artifacts = [
        artifact("feed.xml", content_type=RSS),
        artifact("sitemap.xml", content_type="application/xml"),
        artifact("index.html"),
        artifact("style.css", content_type="text/css"),
        artifact("chapters/1.json", content_type="application/json+chapters"),
        artifact("images/cover.png", content_type="image/png"),
        artifact("audio/1.mp3", content_type="audio/mpeg"),
        artifact("audio/1.mp4", content_type="video/mp4"),
    ]
    gone = held(artifact("episode/0"))
    order = ["audio/1.mp3", "audio/1.mp4", "images/cover.png", "chapters/1.json", "style.css", "index.html", "sitemap.xml", "feed.xml"]
    deletion = Step(action="delete", key="episode/0", reason="no longer produced")
    expected = PublishPlan(target="file:public", steps=(*(put(key) for key in order), deletion))
    assert make_plan("file:public", artifacts, gone) == expected
    assert make_plan("file:public", artifacts[::-1], gone) == expected


def test_a_feeds_pages_go_before_it_and_a_json_feed_is_a_feed() -> None:
    json_feed = "application/feed+json"
    artifacts = [
        artifact("feed.xml", content_type=RSS),
        artifact("feed-2.xml", content_type=RSS),
        artifact("feed.json", content_type=json_feed),
        artifact("feed-1.json", content_type=json_feed),
        artifact("people/ann.1.xml", content_type=RSS),
        artifact("people/ann.xml", content_type=RSS),
        artifact("index.html"),
    ]
    order = ["index.html", "feed-1.json", "feed-2.xml", "people/ann.1.xml", "feed.json", "feed.xml", "people/ann.xml"]
    assert [step.key for step in make_plan("t", artifacts, {}).steps] == order
    assert make_plan("t", [], held(*artifacts[:6])).steps == (), "who subscribed to one would be lost"


def test_every_step_has_its_reason_and_what_is_the_same_has_none() -> None:
    before = held(artifact("same"), artifact("content"), artifact("type", content_type="text/plain"), artifact("cache", cache_control=""))
    after = [artifact("same"), artifact("content", b"other content"), artifact("type"), artifact("cache"), artifact("added")]
    assert make_plan("t", after, before) == PublishPlan(
        target="t",
        steps=(
            put("added"),
            put("cache", "headers changed"),
            put("content", "content changed", length=13),
            put("type", "headers changed"),
        ),
        unchanged=1,
    )


def test_a_file_is_compared_by_its_digest_and_counted_by_its_length() -> None:
    recording = FileContent(path="/show/audio/1.mp3", digest="d" * 64, length=5_000_000)
    made = artifact("audio/1.mp3", recording, "audio/mpeg")
    expected = Holding(digest="d" * 64, length=5_000_000, content_type="audio/mpeg", cache_control="no-cache")
    assert holding(made) == expected
    assert make_plan("t", [made], {}).steps == (put("audio/1.mp3", length=5_000_000),)
    assert make_plan("t", [made], {"audio/1.mp3": expected}) == PublishPlan(target="t", steps=(), unchanged=1)


def test_bytes_are_known_by_their_sha256() -> None:
    expected = Holding(digest=hashlib.sha256(b"content").hexdigest(), length=7, content_type=HTML, cache_control="no-cache")
    assert holding(artifact("index.html")) == expected


def test_recordings_and_what_is_to_be_kept_are_never_deleted() -> None:
    before = held(
        artifact("audio/0.mp3", content_type="audio/mpeg"),
        artifact("video/0.mp4", content_type="video/mp4"),
        artifact("episode/0"),
        artifact("episode/1"),
    )
    plan = make_plan("t", [], before, keep=["episode/1"])
    assert plan.steps == (Step(action="delete", key="episode/0", reason="no longer produced"),)


@pytest.mark.parametrize("key", ["episode/1", MANIFEST, ".podpipe/kept/1"])
def test_one_key_belongs_to_one_artifact(key: str) -> None:
    with pytest.raises(ValueError, match=f"two artifacts for one key: {key}"):
        make_plan("t", [artifact("episode/1"), artifact(key)], {})


DAY = timedelta(days=1)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_what_is_no_longer_produced_stays_for_its_time_of_grace() -> None:
    before = held(artifact("episode/0"))
    retire = Step(action="retire", key="episode/0", reason="no longer produced", until=NOW + 7 * DAY)
    assert make_plan("t", [], before, grace=7 * DAY, now=NOW).steps == (retire,)
    retired = {"episode/0": replace(before["episode/0"], retired=NOW)}
    assert make_plan("t", [], retired, grace=7 * DAY, now=NOW + 7 * DAY - timedelta(seconds=1)).steps == ()
    delete = Step(action="delete", key="episode/0", reason="no longer produced")
    assert make_plan("t", [], retired, grace=7 * DAY, now=NOW + 7 * DAY).steps == (delete,)
    assert make_plan("t", [], retired, now=NOW).steps == (delete,), "without a grace it goes at once"


def test_what_is_produced_again_is_counted_in_without_being_sent() -> None:
    retired = {"episode/0": replace(held(artifact("episode/0"))["episode/0"], retired=NOW)}
    again = make_plan("t", [artifact("episode/0")], retired, grace=DAY, now=NOW)
    assert again.steps == (Step(action="restore", key="episode/0", reason="produced again"),)
    assert make_plan("t", [artifact("episode/0", b"other")], retired, grace=DAY, now=NOW).steps == (put("episode/0", "content changed", 5),)


def test_what_a_publish_that_was_cut_off_may_have_written_is_sent_again() -> None:
    unknown = {"episode/0": replace(held(artifact("episode/0"))["episode/0"], digest="")}
    assert make_plan("t", [artifact("episode/0")], unknown).steps == (put("episode/0", "content unknown"),)


def test_what_is_unknown_and_no_longer_produced_goes_at_once() -> None:
    unknown = {"episode/0": replace(held(artifact("episode/0"))["episode/0"], digest="")}
    assert make_plan("t", [], unknown, grace=DAY, now=NOW).steps == (Step(action="delete", key="episode/0", reason="no longer produced"),)


def song(key: str, digest: str = "d") -> Artifact:
    return artifact(key, FileContent(path=f"/show/{key}", digest=digest * 64, length=5_000_000), "audio/mpeg")


def test_a_renamed_recording_is_copied_on_the_target() -> None:
    before = held(song("audio/1.mp3"))
    copy = Step(action="copy", key="audio/one.mp3", reason="renamed", length=5_000_000, source="audio/1.mp3")
    assert make_plan("t", [song("audio/one.mp3")], before).steps == (copy,)
    small = held(artifact("images/a.png", content_type="image/png"))
    assert make_plan("t", [artifact("images/b.png", content_type="image/png")], small, grace=DAY, now=NOW).steps[0] == put("images/b.png")


def test_nothing_is_copied_from_where_something_else_is_being_written() -> None:
    before = held(song("audio/1.mp3", "a"), song("audio/2.mp3", "b"))
    swapped = make_plan("t", [song("audio/1.mp3", "b"), song("audio/2.mp3", "a")], before)
    assert [(step.action, step.source) for step in swapped.steps] == [("put", ""), ("put", "")]


def test_what_is_kept_of_an_earlier_release_is_copied_back() -> None:
    stored = StoredContent(digest="e" * 64, length=7)
    back = Artifact(key="episode/1", content=stored, content_type=HTML, cache_control="no-cache")
    plan = make_plan("t", [back], held(artifact("episode/1")), stored={"e" * 64: 7})
    source = f"{KEPT}{'e' * 64}"
    assert plan.steps == (Step(action="copy", key="episode/1", reason="content changed", length=7, source=source),)
    lost = make_plan("t", [back], {})
    assert lost.steps == (Step(action="copy", key="episode/1", reason="new", length=7),), "carrying it out says that it is not there"


def test_a_stored_object_gets_other_headers_in_its_own_place() -> None:
    before = held(artifact("episode/1", cache_control="max-age=60"))
    digest = before["episode/1"].digest
    back = Artifact(key="episode/1", content=StoredContent(digest=digest, length=7), content_type=HTML, cache_control="no-cache")
    step = Step(action="copy", key="episode/1", reason="headers changed", length=7, source="episode/1")
    assert make_plan("t", [back], before).steps == (step,)
