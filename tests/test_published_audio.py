"""The audio that a publish puts out: tagged copies, their names and figures, and podpipe.lock, by which other machines do the same."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import shutil
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import mutagen.id3
import pytest

from podpipe import pipeline
from podpipe.errors import ConfigError
from podpipe.lockfile import LOCK, read_lock
from podpipe.settings import load_settings
from tests.audio_files import write_by_ffmpeg
from tests.made_show import NOTES, SETTINGS, MadeShow, artwork, files_below, make_show, mp3

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"


def job(show: MadeShow, **changes: object) -> pipeline.Job:
    targets = (f"file:{show.root.parent / 'out'}",)
    return dataclasses.replace(pipeline.Job(settings=load_settings(show.root), as_of=NOW, targets=targets), **changes)


def published(show: MadeShow, **changes: object) -> pipeline.Outcome:
    outcome = pipeline.publish(job(show, **changes))
    assert outcome.ok, (outcome.findings, outcome.failures)
    return outcome


def found(outcome: pipeline.Outcome, rule: str) -> list[str]:
    return [finding.message for finding in outcome.findings if finding.rule == rule]


def enclosures(out: Path) -> dict[str, tuple[str, int, str]]:
    """Each item's enclosure by the item's link: URL, length, duration."""
    items = {}
    for item in ET.fromstring((out / "feed.xml").read_bytes()).iter("item"):  # noqa: S314 - our own feed
        enclosure = item.find("enclosure")
        assert enclosure is not None
        duration = item.findtext(f"{ITUNES}duration", "")
        items[item.findtext("link", "")] = (enclosure.attrib["url"], int(enclosure.attrib["length"]), duration)
    return items


@pytest.fixture
def show(tmp_path: Path) -> MadeShow:
    return make_show(tmp_path / "show")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_the_published_copy_says_what_it_is_and_sounds_as_the_authors_file(show: MadeShow, out: Path) -> None:
    source = (show.root / "audio/1.mp3").read_bytes()
    published(show)
    copy = (out / "audio/1.mp3").read_bytes()
    assert copy.endswith(source)
    tags = mutagen.id3.ID3(io.BytesIO(copy))
    assert (str(tags["TIT2"]), str(tags["TALB"]), str(tags["TPE1"])) == ("1. A title", "Test Talk", "Ann")
    assert [
        (frame.start_time, str(frame.sub_frames["TIT2"])) for frame in sorted(tags.getall("CHAP"), key=lambda frame: frame.start_time)
    ] == [
        (0, "Hello"),
        (1000, "Goodbye"),
    ]
    assert tags.getall("APIC")[0].data == artwork()
    assert (show.root / "audio/1.mp3").read_bytes() == source, "the author's file is never written to"


def test_the_feed_gives_the_length_of_the_copy_and_the_time_of_the_sound(show: MadeShow, out: Path) -> None:
    published(show)
    url, length, duration = enclosures(out)["https://talk.example/episode/1"]
    assert url == "https://talk.example/audio/1.mp3"
    assert length == len((out / "audio/1.mp3").read_bytes())
    assert duration == "00:00:02"


def test_a_show_may_have_its_audio_published_as_it_is(show: MadeShow, out: Path) -> None:
    show.write("podpipe.toml", SETTINGS + "\n[audio]\ntags = false\n")
    published(show)
    assert (out / "audio/1.mp3").read_bytes() == (show.root / "audio/1.mp3").read_bytes()


def test_a_yattecast_shows_audio_is_published_as_it_is_under_its_own_name(tmp_path: Path, out: Path) -> None:
    show = MadeShow(root=tmp_path / "old")
    show.write("_config.yml", "title: Old\nurl: https://old.example\npermalink: /episode/:title\n")
    show.write(
        "_posts/2026-01-01-1.md", "---\ntitle: 1\naudio_file_path: /audio/第 1 回.mp3\ndate: 2026-01-01 00:00:00 +0900\n---\nNotes\n"
    )
    show.write("audio/第 1 回.mp3", mp3())
    published(show)
    assert files_below(out)["audio/第 1 回.mp3"] == mp3()
    assert LOCK not in files_below(out)
    assert (show.root / LOCK).is_file()


def test_a_name_that_not_every_app_takes_is_another_on_the_target_and_stays_it(show: MadeShow, out: Path) -> None:
    show.write("audio/第３回 番組.mp3", mp3(1.0))
    episode = show.episode("3", date="2026-01-03 08:00:00 +0900", audio=False)
    episode.write_text(episode.read_text().replace("/audio/3.mp3", "/audio/第３回 番組.mp3"))
    published(show)
    assert enclosures(out)["https://talk.example/episode/3"][0] == "https://talk.example/audio/3.mp3"
    assert {path for path in files_below(out) if path.startswith("audio/")} == {"audio/1.mp3", "audio/2.mp3", "audio/3.mp3"}
    lock = (show.root / LOCK).read_text()
    show.write(LOCK, lock.replace('"audio/3.mp3"', '"audio/given-before.mp3"'))
    published(show, allowed=("enclosure-changed:3",))
    assert enclosures(out)["https://talk.example/episode/3"][0] == "https://talk.example/audio/given-before.mp3"


def test_the_lock_file_says_what_was_published(show: MadeShow, out: Path) -> None:
    published(show)
    records = read_lock(show.root)
    assert sorted(records) == ["1", "2"]
    record = records["1"]
    source, copy = (show.root / "audio/1.mp3").read_bytes(), (out / "audio/1.mp3").read_bytes()
    assert record.version == f"sha256:{hashlib.sha256(source).hexdigest()}"
    assert record.facts.length == len(source)
    assert record.published is not None
    assert (record.published.length, record.published.digest) == (len(copy), hashlib.sha256(copy).hexdigest())


def test_a_machine_without_the_audio_builds_the_same_feed_and_pages(
    show: MadeShow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(show)
    with_audio, without = tmp_path / "with", tmp_path / "without"
    pipeline.write(pipeline.build(job(show)), with_audio)
    elsewhere = MadeShow(root=tmp_path / "clone")
    shutil.copytree(show.root, elsewhere.root, ignore=shutil.ignore_patterns("*.mp3"))
    monkeypatch.setenv("PODPIPE_CACHE", str(tmp_path / "another-cache"))
    built = pipeline.build(job(elsewhere))
    assert not [finding for finding in built.findings if finding.rule == "audio-missing"]
    pipeline.write(built, without)
    ours = {path: content for path, content in files_below(with_audio).items() if not path.startswith(("audio/", ".podpipe/"))}
    theirs = {path: content for path, content in files_below(without).items() if not path.startswith(".podpipe/")}
    assert theirs == ours


def test_a_machine_without_the_audio_publishes_text_and_leaves_the_audio(show: MadeShow, out: Path) -> None:
    published(show)
    before = files_below(out)
    (show.root / "audio/1.mp3").unlink()
    lock = (show.root / LOCK).read_bytes()
    show.write("episodes/2026-01-01-1.md", (show.root / "episodes/2026-01-01-1.md").read_text().replace("Hello", "Good morning"))
    outcome = published(show)
    report = outcome.uploads[0].report
    assert report is not None
    assert "episode/1" in report.put
    assert files_below(out)["audio/1.mp3"] == before["audio/1.mp3"]
    assert (show.root / LOCK).read_bytes() == lock


def test_a_new_episode_without_its_audio_is_refused_even_where_the_lock_file_knows_it(show: MadeShow, out: Path) -> None:
    show.episode("3", date="2026-01-03 08:00:00 +0900")
    pipeline.lock(job(show))
    (show.root / "audio/3.mp3").unlink()
    outcome = pipeline.publish(job(show))
    assert not outcome.ok
    assert {finding.rule for finding in outcome.findings if finding.level == "error"} == {"audio-missing-new"}
    assert not out.exists()


def test_nothing_is_read_twice(show: MadeShow, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (show.root / "audio").iterdir():
        os.utime(path, (path.stat().st_mtime - 60, path.stat().st_mtime - 60))
    published(show)
    opened: list[str] = []
    real = io.open

    def watched(path: object, *arguments: object, **named: object) -> object:
        opened.append(str(path))
        return real(path, *arguments, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(io, "open", watched)
    monkeypatch.setattr("builtins.open", watched)
    published(show)
    assert not [path for path in opened if path.endswith(".mp3")]


def test_audio_of_a_published_episode_that_changed_is_told_in_the_plan_and_once(show: MadeShow) -> None:
    published(show)
    show.write("audio/1.mp3", mp3(4.0))
    planned = pipeline.publish(job(show, dry_run=True))
    [message] = found(planned, "audio-changed")
    assert message.startswith("the audio has changed since podpipe.lock was written: it plays for 0:04 and no longer for 0:02, and it has ")
    assert planned.ok
    assert found(published(show), "audio-changed") == [message]
    assert found(published(show), "audio-changed") == []


def test_an_edited_title_does_not_change_the_length_of_the_enclosure(show: MadeShow, out: Path) -> None:
    published(show)
    before = enclosures(out)
    path = show.root / "episodes/2026-01-01-1.md"
    path.write_text(path.read_text().replace("Goodbye", "Farewell, and thank you for listening"))
    outcome = published(show)
    assert enclosures(out) == before
    assert found(outcome, "audio-changed") == []
    assert b"thank you" in (out / "audio/1.mp3").read_bytes().replace(b"\0", b"")


def test_chapters_that_only_the_audio_has_are_the_episodes(show: MadeShow, out: Path) -> None:
    published(show)
    chaptered = (out / "audio/1.mp3").read_bytes()
    show.write("audio/3.mp3", chaptered)
    show.episode("3", date="2026-01-03 08:00:00 +0900", audio=False, notes="No chapters here.\n")
    published(show)
    chapters = json.loads((out / "chapters/3.json").read_text())["chapters"]
    assert [(chapter["startTime"], chapter["title"]) for chapter in chapters] == [(0, "Hello"), (1, "Goodbye")]


def test_a_tag_that_cannot_be_read_leaves_the_file_as_it_is_with_a_warning(show: MadeShow, out: Path) -> None:
    unknown = b"ID3\x09\x00\x00\x00\x00\x00\x0a" + bytes(10) + mp3()
    show.write("audio/1.mp3", unknown)
    [message] = found(published(show), "audio-tags")
    assert message.startswith("nothing is written into the published copy: /audio/1.mp3 begins with an ID3 tag of version 2.9")
    assert (out / "audio/1.mp3").read_bytes() == unknown


def test_an_m4a_gets_its_tags_and_is_put_together_once(show: MadeShow, out: Path) -> None:
    write_by_ffmpeg(show.root / "audio/3.m4a", seconds=3)
    episode = show.episode("3", date="2026-01-03 08:00:00 +0900", audio=False)
    episode.write_text(episode.read_text().replace("/audio/3.mp3", "/audio/3.m4a"))
    outcome = published(show)
    import mutagen.mp4

    copy = mutagen.mp4.MP4(out / "audio/3.m4a")
    assert (copy.tags["\xa9nam"], copy.tags["\xa9alb"]) == (["3. A title"], ["Test Talk"])
    assert [(round(chapter.start), chapter.title) for chapter in copy.chapters] == [(0, "Hello"), (1, "Goodbye")]
    assert found(outcome, "audio-tags") == []
    report = published(show).uploads[0].report
    assert report is not None
    assert report.put == ()


def test_a_recording_that_is_still_to_come_is_missed_of_a_dated_episode_and_not_of_a_draft(show: MadeShow) -> None:
    show.episode("8", date="2027-01-01 08:00:00 +0900", audio=False)
    show.episode("9", extra="draft: true\n", audio=False)
    outcome = published(show)
    assert [finding.where.path for finding in outcome.findings if finding.rule == "audio-missing"] == ["episodes/2027-01-01-8.md"]


def test_two_episodes_may_share_one_file(show: MadeShow, out: Path) -> None:
    path = show.episode("3", date="2026-01-03 08:00:00 +0900", audio=False)
    path.write_text(path.read_text().replace("/audio/3.mp3", "/audio/1.mp3"))
    published(show)
    named = enclosures(out)
    assert named["https://talk.example/episode/3"] == named["https://talk.example/episode/1"]
    assert named["https://talk.example/episode/1"][1] == len(files_below(out)["audio/1.mp3"])


def test_locking_measures_and_writes_nothing_else(show: MadeShow, out: Path) -> None:
    assert pipeline.lock(job(show), check=True).changed
    assert not (show.root / LOCK).exists()
    locked = pipeline.lock(job(show))
    assert (locked.changed, locked.records) == (True, 2)
    assert not out.exists()
    assert not pipeline.lock(job(show), check=True).changed


def test_a_dry_run_writes_no_lock_file(show: MadeShow) -> None:
    pipeline.publish(job(show, dry_run=True))
    assert not (show.root / LOCK).exists()


def test_a_damaged_lock_file_stops_the_run_before_anything_changes(show: MadeShow, out: Path) -> None:
    show.write(LOCK, "<<<<<<< HEAD\n")
    with pytest.raises(ConfigError, match="merge conflict"):
        pipeline.publish(job(show))
    assert not out.exists()


def test_a_lock_file_that_cannot_be_written_is_told_and_loses_nothing(show: MadeShow, out: Path) -> None:
    show.write(f".{LOCK}.new/in the way", "")
    outcome = pipeline.publish(job(show))
    assert (out / "feed.xml").is_file()
    assert [failure.partition(":")[0] for failure in outcome.failures] == [f"{LOCK} cannot be written"]


def test_an_episode_that_is_gone_is_gone_from_the_lock_file(show: MadeShow) -> None:
    published(show)
    (show.root / "episodes/2026-01-01-1.md").unlink()
    show.write("episodes/2026-01-02-2.md", (show.root / "episodes/2026-01-02-2.md").read_text().replace("/episode/1", "/episode/2"))
    published(show, allowed=("episode-gone:1",))
    assert sorted(read_lock(show.root)) == ["2"]


def test_the_future_episodes_audio_is_measured_and_kept_back(show: MadeShow, out: Path) -> None:
    show.episode("9", date="2027-01-01 08:00:00 +0900", notes=NOTES)
    published(show)
    record = read_lock(show.root)["9"]
    assert record.published is None
    assert "audio/9.mp3" not in files_below(out)
