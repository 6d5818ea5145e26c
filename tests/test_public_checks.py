"""What listeners find: a published folder behind a web server with all the habits that hosts have, and a bucket that everybody may read."""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from podpipe import pipeline, public_checks
from podpipe.audit import audit
from podpipe.cli import main
from podpipe.delivery import Listeners
from podpipe.earlier import FeedGuard
from podpipe.job import Job
from podpipe.model import Finding, Holding, PingChoices
from podpipe.public_checks import behind_public_url, public_findings
from podpipe.rollback import list_releases, roll_back
from podpipe.settings import Settings, load_settings
from podpipe.sources import content_type
from tests.made_show import SETTINGS, MadeShow, make_show
from tests.servers import S3Server, free_port, minio_server, s3_credentials
from tests.web_server import listener, part_of, serving

__all__ = ["s3_credentials"]

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TYPES = {".xml": "application/rss+xml; charset=utf-8", "chapters": "application/json+chapters", ".html": "text/html; charset=utf-8"}
Answer = Callable[[Request, Path], Response | None]


@dataclass(slots=True)
class Host:
    """A web server of a published folder, below /talk: a host that does everything right, but for what `habit` answers first."""

    folder: Path
    origin: str = ""
    habit: Answer = lambda _request, _path: None
    cors: str = "*"
    asked: list[tuple[str, str]] = field(default_factory=list)
    now: int = 0
    most: int = 0
    counting: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"{self.origin}/talk"

    def answer(self, request: Request) -> Response:
        key = request.path_params["path"]
        with self.counting:
            self.asked.append((request.method, key))
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            path = self.folder / key
            path = path if path.is_file() else path.with_name(f"{path.name}.html")
            answer = self.habit(request, path)
            return self.file(request, path) if answer is None else answer
        finally:
            with self.counting:
                self.now -= 1

    def file(self, request: Request, path: Path, **headers: str) -> Response:
        if not path.is_file():
            return Response(status_code=404)
        headers = {"Access-Control-Allow-Origin": self.cors} | headers if self.cors else headers
        kind = TYPES.get(path.suffix) or TYPES.get(path.parent.name) or content_type(path.name)
        return part_of(path.read_bytes(), request, **{"Content-Type": kind} | headers)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    kept = Host(folder=tmp_path / "show/public")
    with listener() as port:
        kept.origin = f"http://127.0.0.1:{port.getsockname()[1]}"
        with serving(Starlette(routes=[Route("/talk/{path:path}", kept.answer)]), port):
            yield kept


@pytest.fixture
def show(host: Host, tmp_path: Path) -> MadeShow:
    return make_show(tmp_path / "show", settings=f'{SETTINGS}\n[publishing]\npublic_url = "{host.url}"\n')


def publish(show: MadeShow, **options: Any) -> pipeline.Outcome:
    settings = load_settings(show.root)
    return pipeline.publish(pipeline.Job(settings=settings, as_of=NOW, targets=settings.targets, **options))


def found_by_audit(show: MadeShow, **options: Any) -> tuple[Finding, ...]:
    return audit(load_settings(show.root), "file:public", **options).findings


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(finding.level, finding.rule, finding.where.path) for finding in findings]


def only(pattern: str, answer: Callable[[Request, Path], Response]) -> Answer:
    return lambda request, path: answer(request, path) if pattern in request.path_params["path"] else None


def test_a_host_that_does_everything_right_gets_no_finding(show: MadeShow, host: Host) -> None:
    outcome = publish(show)
    assert outcome.ok
    assert outcome.findings == ()
    assert ("HEAD", "episode/1") in host.asked
    assert ("GET", "audio/1.mp3") in host.asked
    assert ("GET", "feed.xml") in host.asked
    assert not any(key.startswith(".podpipe") or key == "404.html" for _, key in host.asked)
    assert found_by_audit(show) == ()
    assert host.most <= 8


def test_a_publish_asks_for_what_it_changed_and_one_without_a_change_for_nothing(show: MadeShow, host: Host) -> None:
    publish(show)
    host.asked.clear()
    assert publish(show).ok
    assert host.asked == []
    show.write("images/new.png", b"a picture")
    assert publish(show).ok
    assert {key for _, key in host.asked} == {"images/new.png"}


def test_an_audit_tells_how_far_it_is(show: MadeShow, host: Host) -> None:
    publish(show)
    totals: list[tuple[str, int]] = []
    looked_at: list[str] = []
    found_by_audit(show, on_total=lambda where, number: totals.append((where, number)), on_object=looked_at.append)
    assert [where for where, _ in totals] == ["file:public", host.url]
    assert len(looked_at) == sum(number for _, number in totals) - 1, "the first public object is asked for alone"


def test_an_audit_may_leave_the_public_address_out(show: MadeShow, host: Host) -> None:
    publish(show)
    host.asked.clear()
    assert found_by_audit(show, public=False) == ()
    assert main(["audit", "--show", str(show.root), "--no-public", "--quiet"]) == 0
    assert host.asked == []
    assert found_by_audit(show) == ()
    assert host.asked != []


def test_pretty_addresses_may_redirect_within_the_site_and_not_away_from_it(show: MadeShow, host: Host) -> None:
    publish(show)
    host.habit = only("episode/1", lambda r, p: host.file(r, p) if r.url.path.endswith("/") else RedirectResponse(f"{r.url.path}/", 301))
    assert found_by_audit(show) == ()
    host.habit = only("people/ann", lambda _, __: RedirectResponse("/talk/episode/1", 301))
    assert [rule for _, rule, _ in told(found_by_audit(show))] == ["public-stale"], "it is another page, and that one answers"
    with listener() as port, serving(Starlette(routes=[Route("/{path:path}", lambda _: Response(b"", media_type="text/html"))]), port):
        away = f"http://localhost:{port.getsockname()[1]}/"
        host.habit = only("episode/1", lambda _, __: RedirectResponse(away, 302))
        (found,) = found_by_audit(show)
    assert (found.level, found.rule, found.where.path) == ("error", "public-redirect", "episode/1")
    assert found.message == f"{host.url}/episode/1 leads away from the show's site, to localhost"


def test_a_host_without_pretty_addresses_is_an_error_for_all_pages_in_one(show: MadeShow, host: Host) -> None:
    host.habit = lambda r, p: Response(status_code=404) if p.suffix == ".html" and "." not in r.path_params["path"] else None
    outcome = publish(show)
    assert not outcome.ok
    assert outcome.uploads[0].report is not None
    assert not outcome.uploads[0].refused
    (found,) = outcome.findings
    assert (found.level, found.rule, found.where.path) == ("error", "public-missing", "episode/2")
    assert found.message == f"{host.url}/episode/2 answers 404 Not Found; likewise episode/1, people/ann"
    assert "the file with .html behind the name" in found.hint


@pytest.mark.parametrize("status", [403, 405, 501])
def test_hosts_that_refuse_head_are_asked_for_one_byte(show: MadeShow, host: Host, status: int) -> None:
    host.habit = lambda request, _: Response(status_code=status) if request.method == "HEAD" else None
    assert publish(show).findings == ()


def test_what_nobody_may_read_is_an_error(show: MadeShow, host: Host) -> None:
    host.habit = only("audio/", lambda _, __: Response(status_code=403))
    (found,) = publish(show).findings
    assert (found.level, found.rule, found.where.path) == ("error", "public-missing", "audio/2.mp3")
    assert found.hint.startswith("let everybody read it")


def test_audio_without_ranges_is_an_error(show: MadeShow, host: Host) -> None:
    host.habit = only("audio/1.mp3", lambda _, path: Response(path.read_bytes(), media_type="audio/mpeg"))
    (found,) = publish(show).findings
    assert (found.level, found.rule, found.where.path) == ("error", "public-ranges", "audio/1.mp3")
    assert "is answered 200 OK" in found.message


def test_ranges_of_a_wrong_total_and_audio_of_another_length_are_errors(show: MadeShow, host: Host) -> None:
    publish(show)
    host.habit = only(
        "audio/1.mp3", lambda request, path: part_of(path.read_bytes(), request, total="99", **{"Content-Type": "audio/mpeg"})
    )
    (found,) = found_by_audit(show)
    length = (host.folder / "audio/1.mp3").stat().st_size
    assert (found.level, found.rule) == ("error", "public-length")
    assert found.message == f"{host.url}/audio/1.mp3 has 99 bytes for listeners, and the feed says {length:,}"
    host.habit = only("audio/1.mp3", lambda request, path: part_of(path.read_bytes()[:500], request, **{"Content-Type": "audio/mpeg"}))
    assert told(found_by_audit(show)) == [("error", "public-length", "audio/1.mp3")]


def test_other_content_types_are_told_together_and_those_that_say_the_same_are_not(show: MadeShow, host: Host) -> None:
    def types(request: Request, path: Path) -> Response | None:
        other = {".xml": "text/xml", ".mp3": "audio/mp3", ".js": "application/javascript", ".json": "application/json"}.get(path.suffix)
        return host.file(request, path, **{"Content-Type": other}) if other else None

    host.habit = types
    (found,) = publish(show).findings
    assert (found.level, found.rule, found.where.path) == ("warning", "public-type", "chapters/2.json")
    assert found.message == (
        f"{host.url}/chapters/2.json is given out as application/json, not as application/json+chapters; likewise chapters/1.json"
    )


def test_what_players_elsewhere_may_not_read_is_told(show: MadeShow, host: Host) -> None:
    host.cors = ""
    (found,) = publish(show).findings
    assert (found.level, found.rule, found.where.path) == ("warning", "public-cors", "feed.xml")
    assert "likewise chapters/2.json, chapters/1.json" in found.message
    host.cors = "https://another.example"
    assert told(found_by_audit(show)) == [("warning", "public-cors", "feed.xml")]


def test_transcripts_are_for_players_too(show: MadeShow, host: Host) -> None:
    show.write("episodes/2026-01-01-1.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n")
    host.habit = only(".vtt", lambda _, path: Response(path.read_bytes(), media_type="text/vtt"))
    outcome = publish(show)
    assert [(level, rule) for level, rule, path in told(outcome.findings) if path.endswith(".vtt")] == [("warning", "public-cors")]


def test_an_earlier_feed_is_a_warning_that_says_how_long(show: MadeShow, host: Host, tmp_path: Path) -> None:
    assert publish(show).ok
    earlier = tmp_path / "earlier.xml"
    earlier.write_bytes((host.folder / "feed.xml").read_bytes())
    host.habit = only("feed.xml", lambda request, _: host.file(request, earlier))
    show.episode("3", date="2026-01-03 08:00:00 +0900")
    outcome = publish(show)
    assert outcome.ok
    (found,) = outcome.findings
    assert (found.level, found.rule, found.where.path) == ("warning", "public-stale", "feed.xml")
    assert found.message == f"{host.url}/feed.xml gives listeners another feed than the target holds"
    assert found.hint.startswith("a CDN may give out the earlier one for 300 seconds")


def test_what_is_no_feed_is_an_error(show: MadeShow, host: Host) -> None:
    publish(show)
    host.habit = only("feed.xml", lambda _, __: Response(b"<html>Welcome</html>", headers={"Access-Control-Allow-Origin": "*"}))
    found = {finding.rule: finding for finding in found_by_audit(show)}
    assert found["public-feed"].level == "error"
    assert "gives listeners no feed: it is no RSS feed" in found["public-feed"].message
    host.habit = only("feed.xml", lambda _, __: Response(status_code=404))
    assert told(found_by_audit(show)) == [("error", "public-missing", "feed.xml")]


def test_an_address_that_cannot_be_reached_is_one_warning(show: MadeShow) -> None:
    show.write("podpipe.toml", f'{SETTINGS}\n[publishing]\npublic_url = "http://127.0.0.1:{free_port()}"\n')
    outcome = publish(show)
    assert outcome.ok
    (found,) = outcome.findings
    assert (found.level, found.rule) == ("warning", "public-unreachable")
    assert "cannot reach 127.0.0.1" in found.message
    assert told(found_by_audit(show)) == told(outcome.findings)


def test_a_host_that_says_nothing_costs_less_than_20_seconds(show: MadeShow) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        show.write("podpipe.toml", f'{SETTINGS}\n[publishing]\npublic_url = "http://127.0.0.1:{silent.getsockname()[1]}"\n')
        before = time.monotonic()
        outcome = publish(show)
        assert time.monotonic() - before < 20
    assert told(outcome.findings) == [("warning", "public-unreachable", "feed.xml")]


def test_a_host_that_falls_silent_is_not_asked_for_everything(show: MadeShow, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_checks, "_READ_SECONDS", 0.2)
    publish(show)
    host.asked.clear()

    def silent(request: Request, _: Path) -> Response | None:
        if request.path_params["path"] != "feed.xml":
            time.sleep(1)
        return None

    host.habit = silent
    (found,) = found_by_audit(show)
    assert (found.level, found.rule) == ("warning", "public-unreachable")
    assert "was reached and gave no answer in time" in found.message
    assert len({key for _, key in host.asked}) <= 17, "the feed, and two rounds of eight at most"


def test_when_the_time_is_over_the_rest_is_left_to_an_audit(show: MadeShow, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_checks, "AFTER_PUBLISH_SECONDS", -1.0)
    (found,) = publish(show).findings
    assert (found.level, found.rule, found.where.path) == ("info", "public-not-asked", "feed.xml")
    assert found.hint == "podpipe audit looks at all"
    assert host.asked == []


def test_a_show_decides_about_these_rules_and_then_the_publish_is_well(show: MadeShow, host: Host) -> None:
    show.write("podpipe.toml", (show.root / "podpipe.toml").read_text() + '\n[check.rules]\npublic-missing = "info"\npublic-cors = "off"\n')
    host.cors = ""
    host.habit = only("audio/", lambda _, __: Response(status_code=404))
    outcome = publish(show)
    assert outcome.ok
    assert told(outcome.findings) == [("info", "public-missing", "audio/2.mp3")]


# --- What the commands say.


def test_the_command_says_that_the_target_was_published_and_fails(show: MadeShow, host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    host.habit = only("audio/1", lambda _, __: Response(status_code=404))
    assert main(["publish", "--show", str(show.root)]) == 1
    out, err = capsys.readouterr()
    assert "file:public: " in out
    assert "release " in out
    assert "[public-missing]" in err
    assert "podpipe: file:public was published, and listeners do not get all of it: 1 error\n" in err
    assert err.endswith("podpipe: everything was published, and errors were found after that: 1 error\n")
    assert (show.root / "public/feed.xml").is_file()
    assert main(["publish", "--show", str(show.root)]) == 0, "nothing was changed, so that nothing was looked at"
    assert main(["audit", "--show", str(show.root)]) == 1


def test_a_rollback_looks_too_and_says_that_it_was_done(show: MadeShow, host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    assert publish(show).ok
    show.episode("3", date="2026-01-03 08:00:00 +0900")
    assert publish(show).ok
    job = Job(settings=load_settings(show.root), as_of=NOW, allowed=("episode-gone",))
    first = list_releases(job, "file:public").releases[0].id
    host.habit = only("feed.xml", lambda _, __: Response(status_code=404))
    done = roll_back(job, "file:public", first, guard=FeedGuard(job), listeners=Listeners())
    assert done.report is not None
    assert not done.refused
    assert ("error", "public-missing", "feed.xml") in told(done.findings)
    latest = list_releases(job, "file:public").releases[1].id
    capsys.readouterr()
    assert main(["rollback", latest, "--show", str(show.root)]) == 1
    assert "file:public was published, and listeners do not get all of it: 1 error" in capsys.readouterr().err


# --- Which target is asked for, and what of it.


def with_targets(show: MadeShow, *targets: str, ping: tuple[str, ...] | None = None, public: str | None = "https://x.example") -> Settings:
    settings = load_settings(show.root)
    publishing = dataclasses.replace(settings.publishing, public_url=public)
    return dataclasses.replace(settings, targets=targets, ping=PingChoices(targets=ping), publishing=publishing)


def test_one_target_is_behind_the_public_address(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=0)
    assert behind_public_url(with_targets(show, "file:public")) == "file:public"
    assert behind_public_url(with_targets(show, "file:public", "s3://a", "s3://b")) == "s3://a"
    assert behind_public_url(with_targets(show, "file:public", "file:mirror")) is None
    assert behind_public_url(with_targets(show, "file:public", "s3://a", ping=("file:public",))) == "file:public"
    assert behind_public_url(with_targets(show, "file:public", "file:mirror", ping=("s3://c",))) == "s3://c"
    assert behind_public_url(with_targets(show, "s3://a", public=None)) is None


def test_a_rehearsal_is_not_looked_for_where_listeners_are(show: MadeShow, host: Host) -> None:
    settings = load_settings(show.root)
    outcome = pipeline.publish(pipeline.Job(settings=settings, as_of=NOW, targets=("file:rehearsal",)))
    assert outcome.findings == ()
    assert host.asked == []


def test_an_empty_object_has_no_first_byte(show: MadeShow, host: Host) -> None:
    def refusing(request: Request, _: Path) -> Response:
        return Response(status_code=405) if request.method == "HEAD" else Response(status_code=416, headers={"Content-Range": "bytes */0"})

    host.habit = refusing
    objects = {"empty.txt": Holding(digest="", length=0, content_type="", cache_control="")}
    assert public_findings(load_settings(show.root), objects, ()) == ()


@pytest.mark.usefixtures("s3_credentials")
def test_a_bucket_that_everybody_may_read_serves_a_whole_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without .html, ranges and CORS come from a plain bucket, without what stores call website hosting."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    (tmp_path / "minio").mkdir()
    with minio_server(tmp_path / "minio") as server:
        bucket = server.bucket()
        url = server.url(bucket, "talk")
        public = f'[publishing]\npublic_url = "{server.endpoint}/{bucket}/talk"\n'
        show = make_show(tmp_path / "show", settings=f"{SETTINGS.replace('file:public', url)}\n{public}")
        settings = load_settings(show.root)
        outcome = pipeline.publish(pipeline.Job(settings=settings, as_of=NOW, targets=(url,)))
        assert {(finding.level, finding.rule) for finding in outcome.findings if finding.level == "error"} == {("error", "public-missing")}
        let_everybody_read(server, bucket)
        assert audit(settings, url).findings == ()
        show.episode("3", date="2026-01-03 08:00:00 +0900")
        assert pipeline.publish(pipeline.Job(settings=settings, as_of=NOW, targets=(url,))).findings == ()
        server.client().delete_object(Bucket=bucket, Key="talk/audio/3.mp3")
        assert told(audit(settings, url).findings) == [("error", "object-missing", "audio/3.mp3")], "and not once more for listeners"


def let_everybody_read(server: S3Server, bucket: str) -> None:
    everybody = {"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["s3:GetObject"], "Resource": [f"arn:aws:s3:::{bucket}/*"]}
    server.client().put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [everybody]}))
