"""How a plan is carried out: its order, what a failure leaves behind, and what the next publish makes of it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from podpipe.errors import TargetError
from podpipe.manifest import MANIFEST, read_manifest
from podpipe.model import Artifact, FileContent, PublishPlan, PublishReport, Step
from podpipe.plan import holding, make_plan
from podpipe.targets import Head, Versioned, open_target
from podpipe.targets.local import LocalTarget
from podpipe.targets.upload import carry_out, holdings, state_of

HTML, RSS = "text/html", "application/rss+xml"


def artifact(key: str, content: bytes | FileContent = b"content", content_type: str = HTML) -> Artifact:
    return Artifact(key=key, content=content, content_type=content_type, cache_control="no-cache")


SHOW = [
    artifact("feed.xml", content_type=RSS),
    artifact("episode/1"),
    artifact("chapters/1.json", content_type="application/json+chapters"),
    artifact("audio/1.mp3", content_type="audio/mpeg"),
]


class Diary:
    """A folder that writes down what is asked of it, and refuses the keys that it is told to refuse."""

    def __init__(self, folder: Path, *, parallel: int = 1, refuse: tuple[str, ...] = ()) -> None:
        self.folder = LocalTarget(str(folder), root=folder)
        self.url = self.folder.url
        self.parallel = parallel
        self.refuse = refuse
        self.asked: list[str] = []

    lists_cheaply = True
    whole = False

    def sizes(self) -> Mapping[str, int]:
        self.asked.append("list")
        return self.folder.sizes()

    def head(self, key: str) -> Head | None:
        self.asked.append(f"head {key}")
        return self.folder.head(key)

    def read(self, key: str) -> bytes | None:
        self.asked.append(f"read {key}")
        return self.folder.read(key)

    def put(self, artifact: Artifact) -> None:
        self.asked.append(f"put {artifact.key}")
        if artifact.key in self.refuse:
            raise TargetError(f"refused {artifact.key}", target=self.url)
        self.folder.put(artifact)

    def delete(self, key: str) -> None:
        self.asked.append(f"delete {key}")
        if key in self.refuse:
            raise TargetError(f"refused {key}", target=self.url)
        self.folder.delete(key)

    def copy(self, source: str, key: str, *, content_type: str = "", cache_control: str = "") -> None:
        self.asked.append(f"copy {source} to {key}")
        self.folder.copy(source, key, content_type=content_type, cache_control=cache_control)

    def read_version(self, key: str) -> Versioned | None:
        self.asked.append(f"read {key}")
        return self.folder.read_version(key)

    def write_if(self, key: str, data: bytes, *, expected: str | None) -> str | None:
        self.asked.append(f"write {key}")
        return self.folder.write_if(key, data, expected=expected)

    def ages(self, prefix: str) -> Mapping[str, float]:
        return self.folder.ages(prefix)

    def commit(self, message: str) -> None:
        self.folder.commit(message)

    def close(self) -> None:
        self.folder.close()

    def changes(self) -> list[str]:
        return [entry for entry in self.asked if entry.startswith(("put", "delete"))]


def plan_for(target: Diary, artifacts: list[Artifact]) -> PublishPlan:
    return make_plan(target.url, artifacts, holdings(target))


def publish(target: Diary, artifacts: list[Artifact]) -> PublishReport:
    held = holdings(target)
    return carry_out(make_plan(target.url, artifacts, held), artifacts, target, held=held)


def test_changes_are_made_in_order_and_the_manifest_comes_last(tmp_path: Path) -> None:
    target = Diary(tmp_path)
    publish(target, [artifact("episode/0")])
    target.asked.clear()
    heard: list[Step] = []
    held = holdings(target)
    plan = make_plan(target.url, SHOW, held)
    report = carry_out(plan, SHOW, target, held=held, on_step=heard.append)
    keys = ("audio/1.mp3", "chapters/1.json", "episode/1", "feed.xml")
    assert target.changes() == [*(f"put {key}" for key in keys), "delete episode/0", f"put {MANIFEST}"]
    assert report == PublishReport(target=target.url, put=keys, deleted=("episode/0",), bytes_sent=28)
    assert tuple(heard) == plan.steps
    assert holdings(target) == {made.key: holding(made) for made in SHOW}


def test_a_plan_without_steps_touches_nothing(tmp_path: Path) -> None:
    target = Diary(tmp_path)
    publish(target, SHOW)
    held = holdings(target)
    target.asked.clear()
    assert carry_out(make_plan(target.url, SHOW, held), SHOW, target, held=held) == PublishReport(target=target.url, unchanged=4)
    assert target.asked == []


def test_asking_what_a_target_holds_costs_one_read_and_one_list(tmp_path: Path) -> None:
    target = Diary(tmp_path)
    publish(target, SHOW)
    target.asked.clear()
    assert holdings(target).keys() == {made.key for made in SHOW}
    assert target.asked == [f"read {MANIFEST}", "list"]


def test_what_is_gone_or_has_another_size_is_not_held(tmp_path: Path) -> None:
    target = Diary(tmp_path)
    publish(target, SHOW)
    (tmp_path / "episode/1.html").unlink()
    (tmp_path / "feed.xml").write_bytes(b"cut")
    assert holdings(target).keys() == {"audio/1.mp3", "chapters/1.json"}
    assert publish(target, SHOW).put == ("episode/1", "feed.xml")


@pytest.mark.parametrize("parallel", [1, 4])
@pytest.mark.parametrize("refused", ["audio/1.mp3", "chapters/1.json", "episode/1"])
def test_after_a_failure_nothing_later_is_begun_and_a_rerun_sends_only_the_rest(tmp_path: Path, refused: str, parallel: int) -> None:
    target = Diary(tmp_path, parallel=parallel, refuse=(refused,))
    with pytest.raises(TargetError, match=f"refused {refused}"):
        publish(target, SHOW)
    order = ["audio/1.mp3", "chapters/1.json", "episode/1", "feed.xml"]
    before = order[: order.index(refused)]
    assert [entry for entry in target.changes() if MANIFEST not in entry] == [f"put {key}" for key in (*before, refused)]
    target.refuse = ()
    assert publish(target, SHOW).put == tuple(key for key in order if key not in before)


def test_an_object_whose_replacement_failed_is_sent_again_even_if_it_goes_back(tmp_path: Path) -> None:
    target = Diary(tmp_path)
    publish(target, SHOW)
    target.refuse = ("episode/1",)
    changed = [artifact("audio/2.mp3", content_type="audio/mpeg"), artifact("episode/1", b"changed"), *SHOW[2:], SHOW[0]]
    with pytest.raises(TargetError):
        publish(target, changed)
    target.refuse = ()
    assert plan_for(target, SHOW).steps == (Step(action="put", key="episode/1", reason="content unknown", length=7),)


def test_a_failed_deletion_is_tried_again(tmp_path: Path) -> None:
    target = Diary(tmp_path)
    publish(target, [*SHOW, artifact("episode/0")])
    target.refuse = ("episode/0",)
    with pytest.raises(TargetError, match="refused episode/0"):
        publish(target, [*SHOW[:1], artifact("episode/1", b"new")])
    target.refuse = ()
    assert publish(target, SHOW).deleted == ("episode/0",)


def test_an_interrupted_publish_remembers_what_arrived(tmp_path: Path) -> None:
    def interrupt(step: Step) -> None:
        if step.key == "episode/1":
            raise KeyboardInterrupt

    target = Diary(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        carry_out(plan_for(target, SHOW), SHOW, target, held={}, on_step=interrupt)
    assert publish(target, SHOW).put == ("feed.xml",)


def test_recordings_that_are_no_longer_produced_stay_known(tmp_path: Path) -> None:
    target = Diary(tmp_path)
    publish(target, SHOW)
    publish(target, SHOW[:2])
    assert (tmp_path / "audio/1.mp3").is_file()
    assert plan_for(target, SHOW).steps == (Step(action="put", key="chapters/1.json", reason="new", length=7),)


@pytest.mark.parametrize(
    ("left", "message"), [(None, "cannot be read any more"), (b"longer than before", "changed while it was being published")]
)
def test_a_recording_that_changes_before_it_is_sent_stops_the_publish(tmp_path: Path, left: bytes | None, message: str) -> None:
    source = tmp_path / "1.mp3"
    source.write_bytes(b"sound")
    show = [
        artifact("audio/1.mp3", FileContent(path=str(source), digest=hashlib.sha256(b"sound").hexdigest(), length=5), "audio/mpeg"),
        SHOW[0],
    ]
    target = Diary(tmp_path / "public")
    plan = plan_for(target, show)
    if left is None:
        source.unlink()
    else:
        source.write_bytes(left)
    with pytest.raises(TargetError, match=message):
        carry_out(plan, show, target, held={})
    assert target.changes() == []


@pytest.mark.parametrize("left", [b"SOUND", b"sound and more"], ids=["same length", "longer"])
def test_a_tagged_recording_is_held_against_its_sources_length(tmp_path: Path, left: bytes) -> None:
    source = tmp_path / "1.mp3"
    source.write_bytes(left)
    content = FileContent(path=str(source), digest="", length=9, parts=(b"head", range(5)), source_length=5)
    show, target = [artifact("audio/1.mp3", content, "audio/mpeg")], Diary(tmp_path / "public")
    plan = plan_for(target, show)
    if len(left) == 5:
        assert carry_out(plan, show, target, held={}).bytes_sent == 9
        return
    with pytest.raises(TargetError, match="changed while it was being published"):
        carry_out(plan, show, target, held={})
    assert target.changes() == []


def test_objects_of_one_rank_travel_side_by_side_and_the_feed_alone(tmp_path: Path) -> None:
    class Meeting(Diary):
        """Its pages meet: each waits until all three have come, which one after the other they never would."""

        gate = threading.Barrier(3, timeout=20)

        def put(self, artifact: Artifact) -> None:
            if artifact.key.startswith("episode/"):
                self.gate.wait()
            super().put(artifact)

    target = Meeting(tmp_path, parallel=3)
    show = [SHOW[0], *(artifact(f"episode/{number}") for number in range(3))]
    publish(target, show)
    assert sorted(target.changes()[:3]) == ["put episode/0", "put episode/1", "put episode/2"]
    assert target.changes()[3:] == ["put feed.xml", f"put {MANIFEST}"]


def test_a_damaged_manifest_names_its_target(tmp_path: Path) -> None:
    (tmp_path / ".podpipe").mkdir()
    (tmp_path / MANIFEST).write_bytes(b"{")
    with pytest.raises(TargetError, match="is damaged") as caught:
        holdings(Diary(tmp_path))
    assert caught.value.target == str(tmp_path)


def test_a_folder_with_a_file_in_the_way_keeps_its_feed(tmp_path: Path) -> None:
    target = open_target("file:public", root=tmp_path)
    carry_out(make_plan(target.url, SHOW, {}), SHOW, target, held={})
    (tmp_path / "public/chapters/2").write_text("somebody's own")
    held = holdings(target)
    show = [artifact("feed.xml", b"changed", RSS), *SHOW[1:], artifact("chapters/2/1.json", content_type="application/json")]
    with pytest.raises(TargetError, match=r"cannot write chapters/2/1\.json"):
        carry_out(make_plan(target.url, show, held), show, target, held=held)
    assert target.read("feed.xml") == b"content"
    manifest = target.read(MANIFEST)
    assert manifest is not None
    assert read_manifest(manifest).objects.keys() == {made.key for made in SHOW}


def test_a_feed_that_somebody_has_changed_is_sent_again_once_it_is_looked_at(tmp_path: Path) -> None:
    target = Diary(tmp_path)
    publish(target, SHOW)
    (tmp_path / "feed.xml").write_bytes(b"CONTENT")
    assert plan_for(target, SHOW).steps == (), "nothing but reading it tells"
    looked_at = state_of(target, recheck=True)
    assert make_plan(target.url, SHOW, looked_at.held).steps == (Step(action="put", key="feed.xml", reason="content unknown", length=7),)


def test_a_manifest_that_is_replaced_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    class Halving(Diary):
        """Gives out half of the manifest the first time."""

        def read_version(self, key: str) -> Versioned | None:
            found = super().read_version(key)
            return replace(found, data=found.data[:20]) if found and self.asked.count(f"read {MANIFEST}") == 1 else found

    publish(Diary(tmp_path), SHOW)
    target = Halving(tmp_path)
    assert holdings(target).keys() == {made.key for made in SHOW}
