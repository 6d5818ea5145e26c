"""Releases and rollback, on every kind of target: what is put back is what was there, to the byte, and it stays until the show changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from podpipe import pipeline
from podpipe.audit import audit
from podpipe.delivery import Listeners
from podpipe.earlier import FeedGuard
from podpipe.errors import PodpipeError
from podpipe.manifest import MANIFEST, manifest_bytes, read_manifest
from podpipe.model import Uploaded
from podpipe.plan import OWN
from podpipe.rollback import list_releases, roll_back
from podpipe.settings import load_settings
from podpipe.targets import opened
from tests.made_show import SETTINGS, MadeShow, artwork, make_show, mp3

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def show(tmp_path: Path) -> MadeShow:
    return make_show(tmp_path / "show", episodes=3)


def job(show: MadeShow, url: str, number: int = 0, **changes: Any) -> pipeline.Job:
    """A job on the target, `number` hours after the first."""
    as_of = NOW + timedelta(hours=number)
    return replace(pipeline.Job(settings=load_settings(show.root), as_of=as_of, targets=(url,), wait=0), **changes)


def publish(show: MadeShow, url: str, number: int = 0, **changes: Any) -> Uploaded:
    outcome = pipeline.publish(job(show, url, number, **changes))
    assert outcome.ok, (outcome.failures, outcome.findings)
    return outcome.uploads[0]


def back(show: MadeShow, url: str, release: str, number: int, **changes: Any) -> Uploaded:
    asked = job(show, url, number, **changes)
    return roll_back(asked, url, release, guard=FeedGuard(asked), listeners=Listeners())


def shown(url: str, root: Path) -> dict[str, bytes]:
    """Everything that listeners can reach."""
    with opened(url, root=root) as target:
        keys = [key for key in target.sizes() if not key.startswith(OWN) and key != ".nojekyll"]
        return {key: target.read(key) or b"" for key in keys}


def release_of(done: Uploaded) -> str:
    assert done.report is not None
    assert done.report.release
    return done.report.release


def edit(show: MadeShow, slug: str, before: str, after: str) -> None:
    [path] = show.root.glob(f"episodes/*-{slug}.md")
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def test_rolling_back_and_forward_gives_the_same_bytes(show: MadeShow, url: str) -> None:
    first = release_of(publish(show, url))
    before = shown(url, show.root)
    edit(show, "2", "Goodbye", "So long")
    show.write("audio/2.mp3", mp3(3.0, pitch=700))
    show.write("images/artwork.jpg", artwork() + b"\0")
    allowed = ("length-changed", "duration-changed")
    second = release_of(publish(show, url, 1, allowed=allowed))
    after = shown(url, show.root)
    changed = {key.removesuffix(".html") for key in before if before[key] != after[key]}  # a folder has pages under both names
    assert {"feed.xml", "episode/2", "chapters/2.json", "audio/2.mp3", "images/artwork.jpg"} <= changed

    put_back = back(show, url, first, 2, allowed=allowed)
    assert shown(url, show.root) == before
    assert put_back.report is not None
    assert {key.removesuffix(".html") for key in (*put_back.report.put, *put_back.report.copied)} == changed
    back(show, url, second, 3, allowed=allowed)
    assert shown(url, show.root) == after
    back(show, url, first, 4, allowed=allowed)
    assert shown(url, show.root) == before


def test_an_episode_that_should_not_have_gone_out_is_taken_back_when_that_is_allowed(show: MadeShow, url: str) -> None:
    first = release_of(publish(show, url))
    before = shown(url, show.root)
    show.episode("4", date="2026-01-04 08:00:00 +0900")
    publish(show, url, 1)
    refused = back(show, url, first, 2)
    assert [finding.rule for finding in refused.findings if finding.level == "error"] == ["episode-gone"]
    assert refused.report is None
    assert b"4. A title" in shown(url, show.root)["feed.xml"]

    done = back(show, url, first, 2, allowed=("episode-gone:4",))
    assert done.report is not None
    now = shown(url, show.root)
    assert {key: now[key] for key in before} == before
    assert {"episode/4", "chapters/4.json"} <= set(done.report.retired), "caches and apps still ask for them"
    assert "audio/4.mp3" in now, "a recording never goes"


def test_what_was_taken_back_does_not_come_back_by_itself(show: MadeShow, url: str) -> None:
    first = release_of(publish(show, url))
    edit(show, "2", "Goodbye", "Goodbie")
    second = release_of(publish(show, url, 1))
    edit(show, "3", "Goodbye", "Good bye")
    publish(show, url, 2)
    back(show, url, second, 3)
    back(show, url, first, 4)
    before = shown(url, show.root)
    nightly = pipeline.publish(job(show, url, 5))
    assert [finding.rule for finding in nightly.findings if finding.level == "error"] == ["release-undone"]
    edit(show, "3", "Good bye", "Goodbye")
    again = pipeline.publish(job(show, url, 6))
    assert not again.ok, "neither does the release between the two"
    assert shown(url, show.root) == before
    edit(show, "2", "Goodbie", "Farewell")
    publish(show, url, 7)
    assert b"Farewell" in shown(url, show.root)["episode/2"]


def test_putting_a_newer_release_back_lets_the_show_be_published_again(show: MadeShow, url: str) -> None:
    first = release_of(publish(show, url))
    edit(show, "2", "Goodbye", "So long")
    second = release_of(publish(show, url, 1))
    back(show, url, first, 2)
    back(show, url, second, 3)
    assert publish(show, url, 4).plan.steps == ()


def test_releases_are_listed_and_only_so_many_are_kept(show: MadeShow, url: str) -> None:
    show.write("podpipe.toml", f"{SETTINGS}\n[publishing]\nreleases = 2\n")
    made = []
    for number in range(4):
        edit(show, "1", "Goodbye" if number == 0 else f"Bye {number - 1}", f"Bye {number}")
        made.append(release_of(publish(show, url, number)))
    found = list_releases(job(show, url), url)
    assert ([release.id for release in found.releases], found.current) == (made[2:], made[3])
    with opened(url, root=show.root) as target:
        kept = sorted(key for key in target.sizes() if key.startswith((f"{OWN}kept/", f"{OWN}releases/")))
        manifest = read_manifest(target.read(MANIFEST) or b"")
    records = [f"{OWN}releases/{release}.json" for release in made[2:]]
    assert kept == sorted([*records, *(f"{OWN}kept/{digest}" for digest in manifest.kept)])
    assert {entry.release for entry in manifest.kept.values()} == {made[2]}
    with pytest.raises(PodpipeError, match="there is no release"):
        back(show, url, made[0], 5)
    back(show, url, made[2], 5)
    assert b"Bye 2" in shown(url, show.root)["episode/1"]


def test_a_release_is_named_by_the_beginning_of_its_id(show: MadeShow, url: str) -> None:
    first = release_of(publish(show, url))
    edit(show, "2", "Goodbye", "So long")
    publish(show, url, 1)
    with pytest.raises(PodpipeError, match="2 releases begin with '2026'"):
        back(show, url, "2026", 2)
    planned = back(show, url, first[:-3], 2, dry_run=True)
    assert (planned.report, planned.plan.steps != ()) == (None, True)
    assert b"So long" in shown(url, show.root)["episode/2"], "a dry run changes nothing"


def test_without_kept_recordings_the_rest_is_put_back_and_people_are_told(show: MadeShow, url: str) -> None:
    show.write("podpipe.toml", f"{SETTINGS}\n[publishing]\nkeep_audio = false\n")
    first = release_of(publish(show, url))
    before = shown(url, show.root)
    show.write("audio/2.mp3", mp3(3.0, pitch=700))
    allowed = ("length-changed", "duration-changed")
    publish(show, url, 1, allowed=allowed)
    new = shown(url, show.root)["audio/2.mp3"]
    done = back(show, url, first, 2, allowed=allowed)
    assert [(finding.rule, finding.where.path) for finding in done.findings if finding.level == "warning"] == [
        ("release-audio", "audio/2.mp3")
    ]
    assert shown(url, show.root) == before | {"audio/2.mp3": new}


def test_the_first_publish_by_this_podpipe_can_be_undone(show: MadeShow, url: str) -> None:
    publish(show, url)
    with opened(url, root=show.root) as target:
        found = target.read_version(MANIFEST)
        assert found is not None
        objects = read_manifest(found.data).objects
        data = manifest_bytes(replace(read_manifest(b'{"version":1,"objects":{}}'), objects=objects))
        assert target.write_if(MANIFEST, data, expected=found.version)
        target.commit("as podpipe left it before it kept releases")
    before = shown(url, show.root)
    edit(show, "2", "Goodbye", "So long")
    publish(show, url, 1)
    releases = list_releases(job(show, url), url).releases
    assert len(releases) == 2
    back(show, url, releases[0].id, 2)
    assert shown(url, show.root) == before


def test_two_targets_have_releases_of_their_own(show: MadeShow, url: str, tmp_path: Path) -> None:
    other = f"file:{tmp_path / 'other'}"
    publish(show, url)
    edit(show, "2", "Goodbye", "So long")
    assert pipeline.publish(job(show, url, 1, targets=(url, other))).ok
    assert (len(list_releases(job(show, url), url).releases), len(list_releases(job(show, other), other).releases)) == (2, 1)


def test_a_healthy_target_of_any_kind_passes_its_audit(show: MadeShow, url: str) -> None:
    first = release_of(publish(show, url))
    edit(show, "2", "Goodbye", "So long")
    publish(show, url, 1)
    back(show, url, first, 2)
    assert audit(load_settings(show.root), url).findings == ()


def test_after_a_cut_an_earlier_release_can_be_put_back(show: MadeShow, url: str) -> None:
    first = release_of(publish(show, url))
    before = shown(url, show.root)
    edit(show, "2", "Goodbye", "So long")
    publish(show, url, 1)
    with opened(url, root=show.root) as target:
        found = target.read_version(MANIFEST)
        assert found is not None
        manifest = read_manifest(found.data)
        cut = replace(manifest, touched=frozenset({"feed.xml", "episode/2", "episode/3", "audio/3.mp3"}))
        assert target.write_if(MANIFEST, manifest_bytes(cut), expected=found.version)
        target.commit("as a publish leaves it that is cut off")
    done = back(show, url, first, 2)
    assert shown(url, show.root) == before
    assert [(finding.rule, finding.where.path) for finding in done.findings if finding.level == "warning"] == [
        ("release-audio", "audio/3.mp3")
    ]
    edit(show, "2", "So long", "Farewell")
    again = publish(show, url, 3)
    assert "audio/3.mp3" in (again.report.put if again.report else ()), "nobody knew what it held"
