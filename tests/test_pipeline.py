"""The publish as a whole, on a real folder and real audio."""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest

from podpipe import pipeline
from podpipe.errors import SourceError
from podpipe.settings import load_settings
from podpipe.uris import podcast_guid
from tests.made_show import NOTES, SETTINGS, MadeShow, files_below, make_show, mp3

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def job(show: MadeShow, **changes: object) -> pipeline.Job:
    targets = (f"file:{show.root.parent / 'out'}",)
    return dataclasses.replace(pipeline.Job(settings=load_settings(show.root), as_of=NOW, targets=targets), **changes)


def rules(outcome: pipeline.Outcome, level: str = "error") -> set[str]:
    return {finding.rule for finding in outcome.findings if finding.level == level}


@pytest.fixture
def show(tmp_path: Path) -> MadeShow:
    return make_show(tmp_path / "show")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_a_publish_puts_everything_a_listener_meets_on_the_target(show: MadeShow, out: Path) -> None:
    outcome = pipeline.publish(job(show))
    assert outcome.ok, outcome.findings
    made = set(files_below(out))
    assert {
        "index.html",
        "episode/1.html",
        "episode/2.html",
        "people/index.html",
        "people/ann.html",
        "404.html",
        "sitemap.xml",
        "robots.txt",
        "feed.xml",
        "chapters/1.json",
        "posts.json",
        "audio/1.mp3",
        "images/artwork.jpg",
    } <= made
    feed = feedparser.parse((out / "feed.xml").read_bytes())
    assert not feed.bozo
    assert [entry.id for entry in feed.entries] == ["https://talk.example/episode/2", "https://talk.example/episode/1"]
    enclosure = feed.entries[0].enclosures[0]
    assert (enclosure.href, enclosure.type, int(enclosure.length)) == (
        "https://talk.example/audio/2.mp3",
        "audio/mpeg",
        (out / "audio/2.mp3").stat().st_size,
    )
    assert feed.entries[0].itunes_duration == "00:00:02"
    chapters = json.loads((out / "chapters/1.json").read_text())["chapters"]
    assert [(chapter["startTime"], chapter["title"]) for chapter in chapters] == [(0, "Hello"), (1, "Goodbye")]
    posts = [post for post in json.loads((out / "posts.json").read_text()) if post["episode"] == "1"]
    assert {(post["chapter"], post["network"]) for post in posts} == {
        (chapter, network) for chapter in (1, 2) for network in ("x", "bluesky", "mastodon")
    }


def test_publishing_again_uploads_nothing(show: MadeShow, out: Path) -> None:
    pipeline.publish(job(show))
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    again = pipeline.publish(job(show))
    report = again.uploads[0].report
    assert report is not None
    assert (report.put, report.deleted, report.bytes_sent) == ((), (), 0)
    assert report.unchanged > 10
    assert before == {path: path.stat().st_mtime_ns for path in out.rglob("*")}


def test_a_changed_episode_sends_what_it_changed_and_nothing_else(show: MadeShow) -> None:
    pipeline.publish(job(show))
    show.episode("1", date="2026-01-01 08:00:00 +0900", notes=NOTES.replace("Goodbye", "Farewell"))
    report = pipeline.publish(job(show)).uploads[0].report
    assert report is not None
    assert set(report.put) == {"audio/1.mp3", "episode/1", "chapters/1.json", "posts.json", "feed.xml"}, "chapters stand in the audio, too"


def test_two_folders_give_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        show = make_show(tmp_path / name / "show", episodes=3)
        assert pipeline.publish(job(show)).ok
        made.append(files_below(tmp_path / name / "out"))
    assert made[0] == made[1]


def test_a_dry_run_leaves_no_trace_and_gives_each_step_its_reason(show: MadeShow, out: Path) -> None:
    outcome = pipeline.publish(job(show, dry_run=True))
    assert not out.exists()
    upload = outcome.uploads[0]
    assert upload.report is None
    assert {step.reason for step in upload.plan.steps} == {"new"}
    assert upload.plan.steps[-1].key == "feed.xml"


def test_drafts_and_the_future_stay_out_until_their_time_in_the_shows_zone(show: MadeShow, out: Path) -> None:
    show.episode("draft", extra="draft: true\n")
    show.episode("soon", date="2026-06-01 00:30:00")  # no zone: Tokyo's, which is 15:30 UTC on 31 May
    early = datetime(2026, 5, 31, 15, 29, 59, tzinfo=UTC)
    outcome = pipeline.publish(job(show, as_of=early))
    assert outcome.ok
    assert outcome.built.held_back == 2
    assert outcome.built.next_public == early + timedelta(seconds=1)
    made = files_below(out)
    assert not [path for path in made if "soon" in path or "draft" in path], "not even the audio may be there early"
    assert b"soon" not in made["feed.xml"] + made["index.html"] + made["sitemap.xml"]
    pipeline.publish(job(show, as_of=early + timedelta(seconds=1)))
    made = files_below(out)
    assert {"episode/soon.html", "audio/soon.mp3"} <= set(made)
    assert "episode/draft.html" not in made


def test_a_draft_that_is_not_finished_keeps_nothing_from_being_published(show: MadeShow) -> None:
    show.episode("draft", extra="draft: true\n", people="nobody")
    show.write("audio/draft.mp3", "no sound yet")
    outcome = pipeline.publish(job(show))
    assert outcome.ok
    assert rules(outcome, "warning") == {"person-unknown", "audio"}


def test_what_is_not_public_is_withheld_under_every_name_it_has(show: MadeShow, out: Path) -> None:
    show.write("podpipe.toml", SETTINGS.replace("targets =", 'static = ["images", "audio", "media/extra"]\ntargets ='))
    show.write("media/extra/soon.mp3", mp3())
    show.write("images/soon.jpg", b"picture")
    path = show.episode("soon", date="2030-01-01 08:00:00 +0900", audio=False, extra="image: /images/soon.jpg\n")
    path.write_text(path.read_text().replace("/audio/soon.mp3", "/media/extra/soon.mp3"))
    assert pipeline.publish(job(show)).ok
    assert not [name for name in files_below(out) if "soon" in name]


def test_every_problem_is_told_in_one_run_and_the_target_is_untouched(show: MadeShow, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing-real")
    pipeline.publish(job(show))
    before = files_below(out)
    show.write("episodes/2026-02-01-broken.md", '---\ntitle: "open\ndate: 2026-02-01\n---\nnotes\n')
    show.episode("ghost", people="nobody")
    show.episode("2x", extra="slug: '2'\n")
    show.episode("text")
    show.write("audio/text.mp3", "<html>404</html>")
    show.write("episodes/2026-02-03-out.md", "---\ntitle: out\ndate: 2026-02-03\naudio_file_path: ../../secret.mp3\n---\n")
    (show.root / "images/artwork.jpg").unlink()
    outcome = pipeline.publish(job(show, targets=(*job(show).targets, "s3://no-such-bucket?endpoint=http://127.0.0.1:9&region=us-east-1")))
    assert not outcome.ok
    assert {"front-matter", "person-unknown", "slug-duplicate", "audio", "path-outside", "artwork-missing"} <= rules(outcome)
    broken = next(finding for finding in outcome.findings if finding.rule == "front-matter")
    assert broken.where.path == "episodes/2026-02-01-broken.md"
    assert broken.where.line
    assert len(outcome.failures) == 1
    assert "127.0.0.1:9" in outcome.failures[0]
    assert files_below(out) == before


def test_a_target_that_fails_leaves_the_others_to_be_published(show: MadeShow, out: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    outcome = pipeline.publish(job(show, targets=(f"file:{blocked}", f"file:{out}")))
    assert not outcome.ok
    assert "blocked" in outcome.failures[0]
    assert (out / "feed.xml").is_file()


def test_a_new_episode_without_its_audio_is_refused_unless_allowed(show: MadeShow, out: Path) -> None:
    pipeline.publish(job(show))
    before = files_below(out)
    show.episode("3", date="2026-03-01 08:00:00 +0900", audio=False)
    refused = pipeline.publish(job(show))
    assert rules(refused) == {"audio-missing-new"}
    assert files_below(out) == before
    assert pipeline.publish(job(show, allow_missing_audio=True)).ok
    assert "episode/3.html" in files_below(out)


def test_an_episode_that_is_out_stays_out_when_this_machine_lacks_its_audio(show: MadeShow, out: Path) -> None:
    pipeline.publish(job(show))
    published = files_below(out)
    (show.root / "audio/1.mp3").unlink()
    assert pipeline.publish(job(show)).ok
    assert files_below(out) == published
    assert published["audio/1.mp3"].endswith(mp3(pitch=300 + 10 + sum(b"1") % 200)), "the sound is the author's"


def test_one_episode_can_be_published_while_other_new_ones_wait(show: MadeShow, out: Path) -> None:
    pipeline.publish(job(show))
    show.episode("3", date="2026-03-01 08:00:00 +0900")
    show.episode("4", date="2026-03-02 08:00:00 +0900")
    outcome = pipeline.publish(job(show, episode="3"))
    assert outcome.ok
    assert rules(outcome, "info") == {"episode-left-out"}
    made = files_below(out)
    assert {"episode/1.html", "episode/2.html", "episode/3.html"} <= set(made)
    assert not [path for path in made if path.split("/")[-1].startswith("4.") and "404" not in path]
    assert b"episode/4" not in made["feed.xml"]


def test_an_episode_that_is_not_there_or_not_due_is_refused_by_name(show: MadeShow) -> None:
    show.episode("later", date="2027-01-01 08:00:00 +0900")
    with pytest.raises(SourceError, match="there is no episode 'nine'"):
        pipeline.publish(job(show, episode="nine"))
    with pytest.raises(SourceError, match="later is dated 2027-01-01"):
        pipeline.publish(job(show, episode="later"))


def test_an_episode_that_is_taken_back_leaves_the_site_but_its_audio_stays(show: MadeShow, out: Path) -> None:
    pipeline.publish(job(show))
    next(show.root.glob("episodes/*-2.md")).unlink()
    (show.root / "audio/2.mp3").unlink()
    report = pipeline.publish(job(show, allowed=("episode-gone:2",))).uploads[0].report
    assert report is not None
    assert {"episode/2", "chapters/2.json"} <= set(report.retired)
    assert (report.deleted, (out / "episode/2.html").is_file()) == ((), True), "caches and apps still ask for it"
    assert "episode/2" not in files_below(out)["sitemap.xml"].decode()
    report = pipeline.publish(job(show, as_of=NOW + timedelta(days=7))).uploads[0].report
    assert report is not None
    assert {"episode/2", "chapters/2.json"} <= set(report.deleted)
    assert not (out / "episode/2.html").exists()
    assert (out / "audio/2.mp3").is_file(), "apps keep an enclosure's address for years"


def test_what_must_go_at_once_goes_without_its_time_of_grace(show: MadeShow, out: Path) -> None:
    pipeline.publish(job(show))
    next(show.root.glob("episodes/*-2.md")).unlink()
    report = pipeline.publish(job(show, allowed=("episode-gone:2",), grace=timedelta(0))).uploads[0].report
    assert report is not None
    assert {"episode/2", "chapters/2.json"} <= set(report.deleted)
    assert not (out / "episode/2.html").exists()


def test_the_authors_wrong_figures_are_findings_and_the_measured_ones_are_published(show: MadeShow, out: Path) -> None:
    path = next(show.root.glob("episodes/*-2.md"))
    path.write_text(path.read_text().replace("audio_file_size:", "audio_file_size: 12345").replace("duration:", 'duration: "22:24"'))
    outcome = pipeline.publish(job(show))
    assert outcome.ok
    assert rules(outcome, "warning") == {"audio-size-wrong", "duration-wrong"}
    assert b"<itunes:duration>00:00:02</itunes:duration>" in files_below(out)["feed.xml"]


def test_text_from_episodes_is_escaped_wherever_it_is_shown(show: MadeShow, out: Path) -> None:
    evil = "<script>alert('x')</script>"
    show.episode("evil", extra="")
    path = next(show.root.glob("episodes/*-evil.md"))
    text = path.read_text().replace("title: evil. A title", f'title: "{evil}"').replace("description: About evil", f'description: "{evil}"')
    path.write_text(text + f"\n{evil}\n<img src=x onerror=alert(1)>\n")
    show.write("podpipe.toml", SETTINGS.replace('name = "Ann"', f'name = "{evil}"'))
    assert pipeline.publish(job(show)).ok
    for name, content in files_below(out).items():
        if name.endswith(".html"):
            assert b"<script>alert" not in content, name
            assert b"onerror" not in content, name


def test_the_authors_own_robots_file_wins(show: MadeShow, out: Path) -> None:
    show.write("podpipe.toml", SETTINGS.replace("targets =", 'static = ["images", "audio", "web"]\ntargets ='))
    show.write("web/x.txt", "hello")
    assert pipeline.publish(job(show)).ok
    assert (out / "web/x.txt").read_text() == "hello"


def test_a_file_of_the_authors_in_the_way_of_a_made_one_is_left_out(show: MadeShow, out: Path) -> None:
    show.write("podpipe.toml", SETTINGS.replace("targets =", 'static = ["images", "audio", "episode", "posts.json"]\ntargets ='))
    show.write("episode/1", "the author's")
    assert pipeline.publish(job(show)).ok
    assert b"the author" not in (out / "episode/1.html").read_bytes()


def test_a_slug_is_the_same_however_the_file_system_keeps_its_letters(show: MadeShow, out: Path) -> None:
    show.episode(unicodedata.normalize("NFD", "が"), date="2026-03-01 08:00:00 +0900")
    assert pipeline.publish(job(show)).ok
    assert (out / "episode/が.html").is_file()


def test_links_to_the_shows_own_pages_are_checked_and_can_be_left_alone(show: MadeShow) -> None:
    show.episode("3", date="2026-03-01 08:00:00 +0900", notes="See [nowhere](/episode/99)\nand [one](https://talk.example/episode/1).\n")
    found = pipeline.check(job(show))
    assert [(finding.rule, finding.where.line, finding.where.column) for finding in found] == [("link-own-site", 12, 15)]
    assert pipeline.check(job(show, check_links=False)) == ()


def test_the_guid_of_a_show_is_recorded_by_its_first_publish_and_outlives_a_move(show: MadeShow, tmp_path: Path) -> None:
    def guid(target: str) -> str:
        outcome = pipeline.publish(job(show, targets=(str(tmp_path / target),)))
        assert outcome.ok, outcome.findings
        (found,) = re.findall("<podcast:guid>(.*?)</podcast:guid>", (tmp_path / target / "feed.xml").read_text())
        return str(found)

    first = guid("first")
    assert first == podcast_guid("https://talk.example/feed.xml")
    show.write("podpipe.toml", SETTINGS.replace("https://talk.example", "https://moved.example"))
    assert guid("second") == first
    show.write("podpipe.toml", f'{SETTINGS}\n[feed]\nguid = "917393e3-1b1e-5cef-ace4-edaa54e1f810"\n')
    assert guid("third") == "917393e3-1b1e-5cef-ace4-edaa54e1f810"
