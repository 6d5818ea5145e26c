"""`podpipe audit`: each kind of damage is told for itself, a healthy target of nothing, and nothing is ever written."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from podpipe import pipeline
from podpipe.audit import Audit, audit
from podpipe.cli import main
from podpipe.errors import TargetError
from podpipe.manifest import MANIFEST, manifest_bytes, read_manifest
from podpipe.model import Finding, Kept, Manifest
from podpipe.plan import KEPT
from podpipe.settings import Settings, load_settings
from podpipe.targets import Target, open_target
from podpipe.targets.lock import LOCK
from tests.made_show import SETTINGS, MadeShow, files_below, make_show
from tests.servers import S3Server, running_s3_server, s3_credentials, s3_server

__all__ = ["running_s3_server", "s3_credentials", "s3_server"]

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A show that is published to one target, which others change behind podpipe's back."""

    show: MadeShow
    url: str

    @property
    def settings(self) -> Settings:
        return load_settings(self.show.root)

    @property
    def folder(self) -> Path:
        return self.show.root / "public"

    def publish(self, **options: Any) -> pipeline.Outcome:
        return pipeline.publish(pipeline.Job(settings=self.settings, as_of=NOW, targets=(self.url,), **options))

    def audit(self, **options: Any) -> Audit:
        return audit(self.settings, self.url, **options)

    def findings(self) -> tuple[Finding, ...]:
        return self.audit().findings

    def told(self) -> list[tuple[str, str, str]]:
        return [(finding.level, finding.rule, finding.where.path) for finding in self.findings()]

    def manifest(self) -> Manifest:
        return read_manifest(self.folder.joinpath(MANIFEST).read_bytes())

    def write_manifest(self, manifest: Manifest) -> None:
        self.folder.joinpath(MANIFEST).write_bytes(manifest_bytes(manifest))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(show=make_show(tmp_path / "show"), url="file:public")
    assert made.publish().ok
    return made


@contextlib.contextmanager
def opened(place: Place) -> Iterator[Target]:
    target = open_target(place.url, root=place.show.root)
    with contextlib.closing(target):
        yield target


def test_a_healthy_folder_has_no_finding_and_is_not_touched(place: Place) -> None:
    place.show.write("episodes/2026-01-01-1.md", (place.show.root / "episodes/2026-01-01-1.md").read_text() + "\nMore.\n")
    assert place.publish().ok, "a second release, and what it replaced is kept"
    times = {path: path.stat().st_mtime_ns for path in sorted(place.folder.rglob("*"))}
    before = files_below(place.folder)
    found = place.audit()
    assert (found.target, found.objects, found.findings) == ("file:public", len(place.manifest().objects), ())
    assert files_below(place.folder) == before
    assert {path: path.stat().st_mtime_ns for path in sorted(place.folder.rglob("*"))} == times


def test_what_is_gone_is_told_once_although_the_feed_names_it(place: Place) -> None:
    (place.folder / "audio/1.mp3").unlink()
    (place.folder / "episode/2.html").unlink()
    assert place.told() == [("error", "object-missing", "audio/1.mp3"), ("error", "object-missing", "episode/2")]
    assert place.findings()[0].hint == "podpipe publish --recheck sends it again where its file is in the show's folder"
    assert place.publish(recheck=True).ok
    assert place.told() == []


def test_what_is_cut_is_told_once_and_mended_by_what_the_hint_says(place: Place) -> None:
    audio = place.folder / "audio/1.mp3"
    length = audio.stat().st_size
    audio.write_bytes(audio.read_bytes()[:1000])
    (found,) = place.findings()
    assert (found.rule, found.message) == ("object-length", f"audio/1.mp3 has 1,000 bytes instead of {length:,}")
    assert place.publish(recheck=True).ok
    assert place.told() == []


def test_a_feed_that_somebody_changed_is_told_although_its_length_is_the_same(place: Place) -> None:
    feed = place.folder / "feed.xml"
    feed.write_bytes(feed.read_bytes().replace(b"About 1", b"About 9"))
    assert place.told() == [("error", "object-changed", "feed.xml")]
    feed.unlink()
    assert place.publish(recheck=True).ok, "as the hint says"
    assert place.told() == []


def test_files_of_others_are_one_line_for_all_of_them(place: Place) -> None:
    for name in ("notes.txt", "old/a.html", "old/b.html", "old/c.html", "old/d.html"):
        place.show.write(f"public/{name}", b"mine")
    (found,) = place.findings()
    assert (found.level, found.rule) == ("info", "object-unknown")
    assert found.message == "5 files are there that podpipe did not publish: notes.txt, old/a.html, old/b.html and 2 more"


def test_what_no_release_needs_is_told(place: Place) -> None:
    place.show.write(f"public/{KEPT}{'0' * 64}", b"of a release that went")
    place.show.write("public/.podpipe/releases/20200101-000000-abcd.json", b"{}")
    place.show.write(f"public/{LOCK}", b"{}")
    assert place.told() == [
        ("info", "object-left-behind", f"{KEPT}{'0' * 64}"),
        ("info", "object-left-behind", ".podpipe/releases/20200101-000000-abcd.json"),
    ]


def test_a_release_that_cannot_be_put_back_is_told(place: Place) -> None:
    place.show.write("episodes/2026-01-01-1.md", (place.show.root / "episodes/2026-01-01-1.md").read_text() + "\nMore.\n")
    assert place.publish().ok
    kept, first = min(place.manifest().kept), place.manifest().releases[0].id
    (place.folder / KEPT / kept).unlink()
    (place.folder / f".podpipe/releases/{first}.json").unlink()
    assert place.told() == [
        ("warning", "release-incomplete", f"{KEPT}{kept}"),
        ("warning", "release-incomplete", f".podpipe/releases/{first}.json"),
    ]


def test_kept_content_of_another_length_is_told(place: Place) -> None:
    data = b"kept"
    digest = hashlib.sha256(data).hexdigest()
    manifest = place.manifest()
    place.show.write(f"public/{KEPT}{digest}", data[:2])
    place.write_manifest(dataclasses.replace(manifest, kept={digest: Kept(length=4, release=manifest.release)}))
    (found,) = place.findings()
    assert (
        found.message == f"content of release {manifest.release} and earlier ones has 2 bytes instead of 4: they cannot be put back whole"
    )


def test_what_a_publish_that_was_cut_off_may_have_written_is_unsure(place: Place) -> None:
    place.write_manifest(dataclasses.replace(place.manifest(), touched=frozenset({"audio/1.mp3", "feed.xml", "episode/3"})))
    (place.folder / "audio/1.mp3").write_bytes(b"half")
    assert place.told() == [("warning", "object-unsure", key) for key in ("audio/1.mp3", "episode/3", "feed.xml")]
    assert place.findings()[0].message.endswith("a publish was cut off while it was to write it")
    place.show.write(f"public/{LOCK}", b"{}")
    assert {finding.level for finding in place.findings()} == {"info"}
    assert place.findings()[0].message.endswith("a publish is writing it just now")


def test_what_is_no_longer_produced_may_go_but_for_audio(place: Place) -> None:
    manifest = place.manifest()
    retired = {key: dataclasses.replace(manifest.objects[key], retired=NOW) for key in ("people/ann", "images/artwork.jpg")}
    audio = {"audio/0.mp3": dataclasses.replace(manifest.objects["audio/1.mp3"], retired=NOW)}
    place.write_manifest(dataclasses.replace(manifest, objects={**manifest.objects, **retired, **audio}))
    (place.folder / "people/ann.html").unlink()
    assert place.told() == [("warning", "object-missing", "audio/0.mp3")]


def test_an_empty_place_and_a_strange_one_are_no_target_of_this_show(place: Place) -> None:
    (found,) = audit(place.settings, "file:nowhere").findings
    assert (found.level, found.rule) == ("error", "target-empty")
    assert not (place.show.root / "nowhere").exists()
    (place.folder / MANIFEST).unlink()
    (found,) = place.findings()
    assert "files of others" in found.message


def test_a_feed_that_the_manifest_does_not_know_and_that_is_not_there(place: Place) -> None:
    manifest = place.manifest()
    place.write_manifest(dataclasses.replace(manifest, objects={key: held for key, held in manifest.objects.items() if key != "feed.xml"}))
    (place.folder / "feed.xml").unlink()
    assert place.told() == [("error", "feed-absent", "feed.xml")]
    (place.folder / "feed.xml").write_bytes(b"<html>welcome</html>")
    assert [finding.rule for finding in place.findings()] == ["object-unknown", "feed-absent"]


def rewrite_feed(place: Place, old: str, new: str) -> None:
    """Publish another feed as if podpipe had made it so."""
    feed = place.folder / "feed.xml"
    text = feed.read_text()
    assert old in text
    data = text.replace(old, new).encode()
    feed.write_bytes(data)
    manifest = place.manifest()
    held = dataclasses.replace(manifest.objects["feed.xml"], digest=hashlib.sha256(data).hexdigest(), length=len(data))
    place.write_manifest(dataclasses.replace(manifest, objects={**manifest.objects, "feed.xml": held}))


@pytest.mark.parametrize(
    ("name", "other", "key"),
    [
        ("https://talk.example/audio/1.mp3", "https://talk.example/audio/%E7%95%AA.mp3", "audio/番.mp3"),
        ("https://talk.example/audio/1.mp3", "https://op3.dev/e,pg=1/talk.example/audio/9.mp3", "audio/9.mp3"),
        ("https://talk.example/audio/1.mp3", "https://count.example/?u=https%3A%2F%2Ftalk.example%2Faudio%2F9.mp3", "audio/9.mp3"),
        ("<link>https://talk.example/episode/1<", "<link>https://talk.example/gone/<", "gone/index.html"),
        ("https://talk.example/chapters/1.json", "http://talk.example/chapters/9.json?v=2", "chapters/9.json"),
    ],
)
def test_what_the_feed_names_must_be_there(place: Place, name: str, other: str, key: str) -> None:
    rewrite_feed(place, name, other)
    (found,) = [finding for finding in place.findings() if finding.rule == "feed-names-missing"]
    assert (found.level, found.where.path) == ("error", key)
    assert "“1. A title”" in found.message


def test_a_transcript_that_the_feed_names_must_be_there(place: Place) -> None:
    rewrite_feed(place, "<pubDate>", '<podcast:transcript url="https://talk.example/transcripts/1.vtt" type="text/vtt"/><pubDate>')
    assert place.told() == [("error", "feed-names-missing", "transcripts/1.vtt")]


def test_what_lies_elsewhere_is_no_matter_of_the_target(place: Place) -> None:
    rewrite_feed(place, "https://talk.example/audio/1.mp3", "https://cdn.example/audio/99.mp3")
    assert place.told() == []


def test_a_length_that_is_not_the_audios_is_told(place: Place) -> None:
    length = (place.folder / "audio/1.mp3").stat().st_size
    rewrite_feed(place, f'length="{length}"', 'length="7"')
    found = place.findings()
    assert {(each.level, each.rule) for each in found} == {("error", "feed-names-length")}
    assert f"has 7 bytes, and audio/1.mp3 has {length:,}" in " ".join(each.message for each in found)


def test_audio_that_somebody_else_put_there_counts(place: Place) -> None:
    rewrite_feed(place, "https://talk.example/audio/1.mp3", "https://talk.example/audio/theirs.mp3")
    place.show.write("public/audio/theirs.mp3", (place.folder / "audio/1.mp3").read_bytes())
    assert [finding.rule for finding in place.findings()] == ["object-unknown"]


def test_the_pages_that_follow_a_feed_are_read_too(tmp_path: Path) -> None:
    place = Place(
        show=make_show(tmp_path / "show", episodes=5, settings=f"{SETTINGS}\n[feeds]\npage_items = 2\njson = true\n"), url="file:public"
    )
    assert place.publish().ok
    assert place.told() == []
    page = next(path for path in sorted(place.folder.glob("feed-*.xml")) if b"/audio/1.mp3" in path.read_bytes())
    page.write_bytes(page.read_bytes().replace(b"/audio/1.mp3", b"/audio/x.mp3"))
    assert place.told() == [("error", "object-changed", page.name), ("error", "feed-names-missing", "audio/x.mp3")]
    (place.folder / "feed.json").write_bytes((place.folder / "feed.json").read_bytes().replace(b"About 5", b"About 6"))
    assert ("error", "object-changed", "feed.json") in place.told()


def test_a_publish_that_changes_the_target_meanwhile_is_waited_for_and_then_told(place: Place) -> None:
    objects: list[str] = []

    def disturb(target: str, number: int) -> None:
        objects.append(f"{target} {number}")
        manifest = place.manifest()
        place.write_manifest(dataclasses.replace(manifest, undone=frozenset({f"{len(objects)}"})))

    with pytest.raises(TargetError) as refused:
        place.audit(on_total=disturb)
    assert refused.value.message == "a publish changes the target while it is looked at"
    assert len(objects) == 3
    assert place.audit(on_total=lambda *_: disturb(*_) if len(objects) < 4 else None).findings == ()


def test_a_show_decides_about_these_rules_too(place: Place) -> None:
    place.show.write("public/mine.txt", b"mine")
    place.show.write("podpipe.toml", f'{SETTINGS}\n[check.rules]\nobject-unknown = "off"\n')
    assert place.told() == []


def test_a_damaged_manifest_is_a_failure(place: Place) -> None:
    (place.folder / MANIFEST).write_bytes(b"{")
    with pytest.raises(TargetError):
        place.audit()


# --- The command.


def run(place: Place, *arguments: str) -> int:
    return main(["audit", "--show", str(place.show.root), *arguments])


def test_the_command_says_what_was_looked_at_and_what_is_wrong(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(place) == 0
    number = len(place.manifest().objects)
    told, progress = capsys.readouterr()
    assert told == f"file:public: {number} objects looked at, nothing is wrong\n"
    assert progress == "looking at the target …\n"
    (place.folder / "audio/1.mp3").unlink()
    assert run(place) == 1
    told = capsys.readouterr().out
    assert told.startswith(f"file:public: {number} objects looked at, 1 error\naudio/1.mp3: error: audio/1.mp3 is not there any more")
    assert "[object-missing]" in told


def test_quiet_says_nothing_of_what_is_well_and_an_info_is_no_failure(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(place, "--quiet") == 0
    assert capsys.readouterr() == ("", "")
    place.show.write("public/mine.txt", b"mine")
    assert run(place, "--quiet") == 0
    assert "[object-unknown]" in capsys.readouterr().out


def test_each_target_has_its_own_result_and_one_that_fails_leaves_the_others(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(place.folder, place.show.root / "mirror")
    (place.show.root / "mirror/audio/1.mp3").unlink()
    place.show.write("file", b"a file where a folder should be")
    capsys.readouterr()
    assert run(place, "--format", "json", "--target", "file:file", "--target", "file:public", "--target", "file:mirror") == 1
    told, wrong = capsys.readouterr()
    (line,) = [json.loads(line) for line in told.splitlines()]
    assert (line["target"], line["path"], line["rule"], line["level"]) == ("file:mirror", "audio/1.mp3", "object-missing", "error")
    assert wrong.startswith("podpipe: file:file: ")
    assert run(place, "--target", "file:file", "--target", "file:public") == 1


def test_an_audit_needs_the_settings_and_no_episode(place: Place) -> None:
    shutil.rmtree(place.show.root / "episodes")
    shutil.rmtree(place.show.root / "audio")
    assert run(place, "--quiet") == 0


# --- Buckets.


def in_bucket(server: S3Server, root: Path) -> tuple[Place, str]:
    bucket = server.bucket()
    url = server.url(bucket, "talk")
    place = Place(show=make_show(root / "show", settings=SETTINGS.replace("file:public", url)), url=url)
    assert place.publish().ok
    return place, bucket


def everything(server: S3Server, bucket: str) -> list[tuple[str, Any, str]]:
    pages = server.client().get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return sorted((found["Key"], found["LastModified"], found["ETag"]) for page in pages for found in page["Contents"])


def test_a_healthy_bucket_has_no_finding_and_is_not_touched(s3_server: S3Server, tmp_path: Path) -> None:
    place, bucket = in_bucket(s3_server, tmp_path)
    before = everything(s3_server, bucket)
    assert place.told() == []
    assert everything(s3_server, bucket) == before


def test_damage_in_a_bucket_is_told_by_its_kind(s3_server: S3Server, tmp_path: Path) -> None:
    place, bucket = in_bucket(s3_server, tmp_path)
    client = s3_server.client()
    client.delete_object(Bucket=bucket, Key="talk/episode/1")
    client.put_object(Bucket=bucket, Key="talk/audio/1.mp3", Body=b"half", ContentType="audio/mpeg")
    client.put_object(Bucket=bucket, Key="talk/theirs.txt", Body=b"theirs")
    assert place.told() == [
        ("error", "object-length", "audio/1.mp3"),
        ("error", "object-missing", "episode/1"),
        ("info", "object-unknown", "theirs.txt"),
    ]
    assert place.publish(recheck=True).ok
    assert place.told() == [("info", "object-unknown", "theirs.txt")]


def retype(server: S3Server, bucket: str, key: str, content_type: str, cache_control: str) -> None:
    data = server.client().get_object(Bucket=bucket, Key=key)["Body"].read()
    server.client().put_object(Bucket=bucket, Key=key, Body=data, ContentType=content_type, CacheControl=cache_control)


def test_other_headers_are_told_and_by_what_the_hint_says_they_come_back(s3_server: S3Server, tmp_path: Path) -> None:
    place, bucket = in_bucket(s3_server, tmp_path)
    retype(s3_server, bucket, "talk/episode/1", "application/octet-stream", "public, max-age=300")
    retype(s3_server, bucket, "talk/episode/2", HTML, "no-store")
    retype(s3_server, bucket, "talk/audio/2.mp3", "application/octet-stream", "public, max-age=604800")
    assert place.told() == [
        ("warning", "object-type", "audio/2.mp3"),
        ("warning", "object-type", "episode/1"),
        ("info", "object-caching", "episode/2"),
        ("error", "feed-names-type", "audio/2.mp3"),
    ]
    assert place.findings()[1].message == f"episode/1 has the content type application/octet-stream instead of {HTML}"
    retype(s3_server, bucket, "talk/episode/1", HTML, "public, max-age=300")
    retype(s3_server, bucket, "talk/episode/2", HTML, "public, max-age=300")
    retype(s3_server, bucket, "talk/audio/2.mp3", "audio/mpeg", "public, max-age=604800")
    assert place.told() == []


def test_an_upload_that_never_ended_is_told_and_one_beside_the_prefix_is_not(s3_server: S3Server, tmp_path: Path) -> None:
    place, bucket = in_bucket(s3_server, tmp_path)
    for key in ("talk/audio/9.mp3", "elsewhere/8.mp3"):
        s3_server.client().create_multipart_upload(Bucket=bucket, Key=key)
    (found,) = place.findings()
    assert (found.level, found.rule, found.where.path) == ("info", "upload-unfinished", "audio/9.mp3")
    assert found.message.startswith("an upload in parts never ended, the first of them since 20")


def test_a_bucket_that_is_not_there_is_a_failure(s3_server: S3Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show = make_show(tmp_path / "show")
    url = s3_server.url("never-made")
    assert main(["audit", "--show", str(show.root), "--target", url]) == 1
    assert "podpipe: s3://never-made: there is no bucket never-made" in capsys.readouterr().err
