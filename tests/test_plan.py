"""What a publish decides to change, in which order and why; and the manifest that it leaves."""

from __future__ import annotations

import hashlib

import pytest

from podpipe.errors import TargetError
from podpipe.model import Artifact, FileContent, Holding, PublishPlan, Step
from podpipe.plan import MANIFEST, holding, make_plan, manifest_bytes, read_manifest

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


@pytest.mark.parametrize("key", ["episode/1", MANIFEST])
def test_one_key_belongs_to_one_artifact(key: str) -> None:
    with pytest.raises(ValueError, match=f"two artifacts for one key: {key}"):
        make_plan("t", [artifact("episode/1"), artifact(key)], {})


def test_a_manifest_reads_back_as_it_was_written() -> None:
    before = held(artifact("episode/1"), artifact('回 70/夏 "1".txt', content_type="text/plain"))
    assert read_manifest(manifest_bytes(before)) == before
    assert read_manifest(manifest_bytes({})) == {}


def test_the_same_holdings_give_the_same_manifest() -> None:
    before = held(artifact("b"), artifact("a"))
    digest = hashlib.sha256(b"content").hexdigest()
    entry = f'{{"digest":"{digest}","length":7,"content_type":"{HTML}","cache_control":"no-cache"}}'
    expected = f'{{"version":1,"objects":{{\n"a":{entry},\n"b":{entry}\n}}}}\n'.encode()
    assert manifest_bytes(before) == manifest_bytes(dict(reversed(before.items()))) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"version":1,"obj',
        b"\xff\xfe",
        b"[]",
        b'{"version":1}',
        b'{"version":1,"objects":[]}',
        b'{"version":1,"objects":{"a":{"digest":"d"}}}',
        b'{"version":1,"objects":{"a":{"digest":"d","length":"7","content_type":"","cache_control":""}}}',
        b'{"version":1,"objects":{"a":7}}',
        b'{"version":"one","objects":{}}',
        b'{"version":0,"objects":{}}',
    ],
)
def test_a_damaged_manifest_is_reported_with_the_way_out(data: bytes) -> None:
    with pytest.raises(TargetError, match="is damaged") as caught:
        read_manifest(data)
    assert "delete it on the target" in caught.value.hint


def test_a_manifest_of_a_newer_podpipe_is_left_alone() -> None:
    with pytest.raises(TargetError, match="a newer podpipe published here") as caught:
        read_manifest(b'{"version":2,"things":[]}')
    assert "update podpipe" in caught.value.hint
