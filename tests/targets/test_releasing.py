"""How a release is made: what the manifest says ahead, what is checked before the feed goes, and what a cut leaves for the next publish."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from podpipe.errors import TargetError
from podpipe.manifest import MANIFEST, read_manifest
from podpipe.model import Artifact, PublishReport
from podpipe.plan import make_plan
from podpipe.targets import Head, releasing
from podpipe.targets.local import LocalTarget
from podpipe.targets.lock import LOCK, locked
from podpipe.targets.releasing import Retention, make_release
from podpipe.targets.upload import state_of

HTML, RSS = "text/html", "application/rss+xml"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def artifact(key: str, content: bytes = b"content", content_type: str = HTML) -> Artifact:
    return Artifact(key=key, content=content, content_type=content_type, cache_control="no-cache")


SHOW = (
    artifact("feed.xml", content_type=RSS),
    artifact("episode/1"),
    artifact("chapters/1.json", content_type="application/json+chapters"),
    artifact("audio/1.mp3", content_type="audio/mpeg"),
)


class Watched(LocalTarget):
    """A folder that tells of each call, and may answer one of them otherwise."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"file:{folder}", root=folder)
        self.asked: list[str] = []
        self.before_put: Callable[[str], None] = lambda _: None
        self.heads: Callable[[str, Head | None], Head | None] = lambda _, head: head

    def put(self, artifact: Artifact) -> None:
        self.asked.append(f"put {artifact.key}")
        self.before_put(artifact.key)
        super().put(artifact)

    def head(self, key: str) -> Head | None:
        self.asked.append(f"head {key}")
        return self.heads(key, super().head(key))

    def delete(self, key: str) -> None:
        self.asked.append(f"delete {key}")
        super().delete(key)

    def write_if(self, key: str, data: bytes, *, expected: str | None) -> str | None:
        self.asked.append(f"write {key}")
        return super().write_if(key, data, expected=expected)

    def read(self, key: str) -> bytes | None:
        self.asked.append(f"read {key}")
        return super().read(key)


def release(target: LocalTarget, artifacts: tuple[Artifact, ...] = SHOW, **changes: Any) -> PublishReport:
    with locked(target, wait=0) as lease:
        state = state_of(target)
        plan = make_plan(target.url, artifacts, state.held)
        return make_release(plan, artifacts, target, state=state, lease=lease, now=NOW, retention=Retention(), **changes)


@pytest.fixture
def target(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "public")


def test_everything_is_looked_at_before_the_feed_goes_and_the_feed_after_it(target: Watched) -> None:
    release(target)
    done = [asked for asked in target.asked if LOCK not in asked and asked != f"read {MANIFEST}"]
    feed = done.index("put feed.xml")
    assert done.index("write .podpipe/manifest.json") < done.index("put audio/1.mp3"), "the manifest tells ahead what may be touched"
    assert {f"head {made.key}" for made in SHOW[1:]} <= set(done[:feed])
    assert done[feed + 1 :][:2] == ["head feed.xml", "read feed.xml"]
    assert done[-1] == "write .podpipe/manifest.json"


@pytest.mark.parametrize("found", [None, Head(length=3)], ids=["missing", "short"])
def test_an_object_that_has_not_arrived_whole_keeps_the_feed_from_going(target: Watched, found: Head | None) -> None:
    target.heads = lambda key, head: found if key == "episode/1" else head
    with pytest.raises(TargetError, match="episode/1 was brought to the target and"):
        release(target)
    assert "put feed.xml" not in target.asked
    target.heads = lambda _, head: head
    assert release(target).put == ("episode/1", "feed.xml"), "what nobody can vouch for is sent again"


def test_another_content_type_is_told_and_stops_nothing(target: Watched) -> None:
    target.heads = lambda key, head: Head(length=7, content_type="binary/octet-stream") if key == "audio/1.mp3" else head
    assert release(target).altered == (("audio/1.mp3", "binary/octet-stream"),)


def test_a_feed_that_does_not_come_back_as_it_was_sent_is_an_error(target: Watched, tmp_path: Path) -> None:
    def overwritten(key: str, head: Head | None) -> Head | None:
        if key == "feed.xml":
            (tmp_path / "public/feed.xml").write_bytes(b"CONTENT")
        return head

    target.heads = overwritten
    with pytest.raises(TargetError, match=r"the target gives another feed\.xml than was brought to it"):
        release(target)
    target.heads = lambda _, head: head
    assert release(target).put == ("feed.xml",)
    assert target.read("feed.xml") == b"content"


class CutOff(BaseException):
    """The end of a process, as its parts see it that come no further."""


@pytest.mark.parametrize("at", [made.key for made in SHOW])
def test_after_a_cut_the_manifest_knows_what_may_have_been_touched(
    target: Watched, tmp_path: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(target)
    changed = tuple(artifact(made.key, b"other content", made.content_type) for made in SHOW)

    def cut(key: str) -> None:
        if key == at:
            raise CutOff

    target.before_put = cut
    # Nothing is written any more when a process is killed: not even what a failure would still write.
    monkeypatch.setattr(releasing._Work, "write", first_only(releasing._Work.write))
    with pytest.raises(CutOff):
        release(target, changed)
    monkeypatch.undo()
    manifest = read_manifest((tmp_path / "public" / MANIFEST).read_bytes())
    assert manifest.touched == {made.key for made in SHOW}
    target.before_put = lambda _: None
    (tmp_path / "public" / LOCK).unlink(missing_ok=True)
    assert set(release(target).put) == {made.key for made in SHOW}, "back to what it was: all that may have been touched is sent again"
    assert target.read("feed.xml") == b"content"


def first_only(write: Callable[..., None]) -> Callable[..., None]:
    written: list[int] = []

    def once(self: Any, manifest: Any) -> None:
        if not written:
            write(self, manifest)
        written.append(1)

    return once


def test_what_has_arrived_before_a_checkpoint_is_not_sent_again(target: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releasing, "_CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(releasing, "_CHECKPOINT_SHARE", 0)

    def cut(key: str) -> None:
        if key == "episode/1":
            raise CutOff

    target.before_put = cut
    writes = [writing for writing in target.asked if "manifest" in writing]
    with pytest.raises(CutOff):
        release(target)
    assert len([writing for writing in target.asked if writing == "write .podpipe/manifest.json"]) > len(writes) + 2
    target.before_put = lambda _: None
    assert release(target).put == ("episode/1", "feed.xml")


def test_a_manifest_that_another_publish_has_written_stops_this_one(target: Watched, tmp_path: Path) -> None:
    release(target)
    changed = (artifact("feed.xml", b"mine", RSS), *SHOW[1:])
    with locked(target, wait=0) as lease:
        state = state_of(target)
        other = LocalTarget(target.url, root=tmp_path)
        theirs = other.read_version(MANIFEST)
        assert theirs is not None
        assert other.write_if(MANIFEST, theirs.data + b"\n", expected=theirs.version)
        plan = make_plan(target.url, changed, state.held)
        with pytest.raises(TargetError, match="another publish has changed the target meanwhile"):
            make_release(plan, changed, target, state=state, lease=lease, now=NOW, retention=Retention())
    assert target.read("feed.xml") == b"content"
    assert other.read(MANIFEST) == theirs.data + b"\n", "what the other wrote stays"


def test_a_release_that_only_removes_makes_no_new_one(target: Watched) -> None:
    release(target, (*SHOW, artifact("episode/0")))
    [only] = json.loads(target.read(MANIFEST) or b"")["releases"]
    assert release(target).deleted == ("episode/0",)
    assert json.loads(target.read(MANIFEST) or b"")["releases"] == [only]
