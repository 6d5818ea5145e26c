"""Telling the world: what arrives at a hub, an index and a gateway, when, and what becomes of a failure."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest

from podpipe import pipeline
from podpipe.errors import TargetError
from podpipe.model import Finding, PingChoices, Where
from podpipe.ping import TOKEN, news, public_targets, tell
from podpipe.settings import load_settings
from podpipe.web import Web
from tests.made_show import SETTINGS, MadeShow, make_show
from tests.ping_services import Services, services
from tests.servers import free_port

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FEED = "https://talk.example/feed.xml"
WHERE = Where(path="podpipe.toml", line=30)
SECRET = "never-to-be-seen-1f6a"


@pytest.fixture(scope="module")
def running() -> Iterator[Services]:
    with services() as made:
        yield made


@pytest.fixture
def world(running: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv(TOKEN, raising=False)
    running.told.clear()
    running.refusing.clear()
    return running


@pytest.fixture
def show(tmp_path: Path, world: Services) -> MadeShow:
    ping = (
        f'[ping]\ntargets = ["file:public"]\nwebsub = "{world.origin}/hub"\n'
        f'podcast_index = "{world.origin}/index"\npodping = "{world.origin}/gateway"\n'
    )
    return make_show(tmp_path / "show", settings=f"{SETTINGS}\n{ping}")


def publish(show: MadeShow, *, targets: tuple[str, ...] = ("file:public",), **options: Any) -> pipeline.Outcome:
    changes = {name: options.pop(name) for name in ("dry_run",) if name in options}
    return pipeline.publish(pipeline.Job(settings=load_settings(show.root), as_of=NOW, targets=targets, **changes), **options)


def told(choices: PingChoices, *, feeds: dict[str, str] | None = None) -> tuple[Finding, ...]:
    with Web(wait=lambda _: None, read_seconds=2) as web:
        return tell({"feed.xml": FEED} if feeds is None else feeds, feed="feed.xml", choices=choices, where=WHERE, web=web)


def test_a_publish_tells_each_service_once_and_in_its_own_form(show: MadeShow, world: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, SECRET)
    outcome = publish(show)
    assert outcome.ok
    assert outcome.announced == ()
    assert [(each.method, each.path, each.query, each.form) for each in world.told] == [
        ("POST", "/hub", {}, {"hub.mode": "publish", "hub.url": FEED}),
        ("GET", "/index", {"url": FEED}, {}),
        ("GET", "/gateway", {"url": FEED, "reason": "update", "medium": "podcast"}, {}),
    ]
    assert [each.headers.get("authorization") for each in world.told] == [None, None, SECRET]
    assert world.told[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert all(each.headers["user-agent"].startswith("podpipe/") for each in world.told)


def test_the_feed_names_the_hub_that_is_told(show: MadeShow, world: Services) -> None:
    publish(show)
    feed = feedparser.parse((show.root / "public/feed.xml").read_bytes())
    assert {link.rel: link.href for link in feed.feed.links}["hub"] == f"{world.origin}/hub"


def test_publishing_twice_tells_once_and_a_changed_episode_tells_again(show: MadeShow, world: Services) -> None:
    publish(show)
    publish(show)
    assert len(world.told) == 3
    show.episode("3", date="2026-01-03 08:00:00 +0900")
    publish(show)
    assert len(world.told) == 6


def test_what_changes_no_feed_tells_nobody(show: MadeShow, world: Services) -> None:
    publish(show)
    world.told.clear()
    show.write("images/new.jpg", b"a picture")
    assert publish(show).uploads[0].report.put == ("images/new.jpg",)  # type: ignore[union-attr]  # it was carried out
    assert world.told == []


def test_the_feeds_of_people_and_the_json_feed_have_subscribers_at_the_hub_too(show: MadeShow, world: Services) -> None:
    show.episode("3", date="2026-01-03 08:00:00 +0900", people="bob")
    settings = (show.root / "podpipe.toml").read_text()
    show.write("podpipe.toml", f'{settings}\n[feeds]\njson = true\npeople = ["*"]\npage_items = 2\n')
    publish(show)
    site = "https://talk.example/"
    everybody = [f"{site}{key}" for key in ("feed.xml", "feed.json", "people/ann.xml", "people/bob.xml")]
    assert [each.form["hub.url"] for each in world.told_at("/hub")] == everybody
    assert len(world.told) == len(everybody) + 2, "the others know shows, not feeds"
    world.told.clear()
    show.episode("4", date="2026-01-04 08:00:00 +0900", people="bob")
    publish(show)
    assert [each.form["hub.url"] for each in world.told_at("/hub")] == [url for url in everybody if "ann" not in url]


def test_a_dry_run_and_a_refused_publish_tell_nobody(show: MadeShow, world: Services) -> None:
    publish(show, dry_run=True)
    show.episode("bad", people="nobody")
    assert not publish(show).ok
    assert world.told == []


def test_a_folder_is_no_public_place_unless_the_settings_say_so(show: MadeShow, world: Services) -> None:
    settings = (show.root / "podpipe.toml").read_text()
    show.write("podpipe.toml", settings.replace('targets = ["file:public"]\nwebsub', "websub"))
    assert publish(show).ok
    show.write("podpipe.toml", settings)
    assert publish(show, targets=("file:rehearsal",)).ok
    assert world.told == []


def test_a_feed_on_two_public_places_is_told_of_once(show: MadeShow, world: Services) -> None:
    settings = (show.root / "podpipe.toml").read_text()
    show.write("podpipe.toml", settings.replace('["file:public"]\nwebsub', '["file:public", "file:mirror"]\nwebsub'))
    publish(show, targets=("file:public", "file:mirror"))
    assert len(world.told) == 3


def test_buckets_of_the_settings_are_public_and_those_of_the_command_line_are_not() -> None:
    targets = ("file:public", "s3://talk", "s3://talk/staging")
    assert public_targets(targets, PingChoices()) == {"s3://talk", "s3://talk/staging"}
    assert public_targets(targets, PingChoices(targets=("s3://talk",))) == {"s3://talk"}
    assert public_targets(targets, PingChoices(targets=())) == frozenset()


def test_a_runner_that_tries_again_after_the_feed_has_gone_tells_all_the_same(show: MadeShow, world: Services) -> None:
    def twice(stage: pipeline.Stage, work: Any) -> Any:
        return [work(), work()][1] if stage.name == "upload" else work()

    outcome = publish(show, run=twice)
    report = outcome.uploads[0].report
    assert report is not None
    assert report.put == (), "the last attempt had nothing to do"
    assert len(world.told) == 3


def test_a_target_that_fails_after_its_feed_has_gone_is_told_of(show: MadeShow, world: Services) -> None:
    def failing(stage: pipeline.Stage, work: Any) -> Any:
        done = work()
        if stage.name == "upload":
            raise TargetError("the last deletion was refused", target="file:public")
        return done

    outcome = publish(show, run=failing)
    assert outcome.failures == ("file:public: the last deletion was refused",)
    assert len(world.told) == 3


def test_a_target_that_fails_before_its_feed_tells_nobody(show: MadeShow, world: Services) -> None:
    show.write("public", "a file where the folder should be")
    assert not publish(show).ok
    assert world.told == []


def test_the_world_is_told_as_a_task_of_its_own_and_only_where_there_is_news(show: MadeShow) -> None:
    names: list[str] = []

    def named(stage: pipeline.Stage, work: Any) -> Any:
        names.append(stage.name)
        return work()

    publish(show, run=named)
    publish(show, run=named)
    six = [stage.name for stage in pipeline.STAGES]
    assert names == [*six, "announce", *six]


def test_a_failure_is_a_finding_and_the_publish_is_done(show: MadeShow, world: Services) -> None:
    world.refusing |= {"/hub": [404], "/index": [400], "/gateway": [410]}
    outcome = publish(show)
    assert outcome.ok
    assert [(finding.level, finding.rule) for finding in outcome.announced] == [("warning", "ping-failed")] * 3
    assert (
        outcome.announced[0].message
        == f"the WebSub hub could not be told that {FEED} has changed: {world.origin}/hub answers 404 Not Found"
    )
    line = (show.root / "podpipe.toml").read_text().split("\n").index("[ping]") + 1
    assert {(finding.where.path, finding.where.line) for finding in outcome.findings if finding.rule == "ping-failed"} == {
        ("podpipe.toml", line)
    }


def test_a_show_may_not_care(show: MadeShow, world: Services) -> None:
    world.refusing["/hub"] = [404]
    show.write("podpipe.toml", (show.root / "podpipe.toml").read_text() + '\n[check.rules]\nping-failed = "off"\n')
    assert publish(show).findings == ()


def test_a_busy_service_is_told_again(world: Services) -> None:
    world.refusing["/hub"] = [503, 429]
    assert told(PingChoices(websub=f"{world.origin}/hub")) == ()
    assert [each.form.get("hub.url") for each in world.told] == [FEED] * 3


def test_an_unreachable_hub_is_told_of_once_for_all_feeds() -> None:
    hub = f"http://127.0.0.1:{free_port()}/"
    findings = told(PingChoices(websub=hub), feeds={"feed.xml": FEED, "people/ann.xml": f"{FEED}2"})
    assert len(findings) == 1
    assert "cannot reach 127.0.0.1" in findings[0].message


def test_an_index_that_says_no_with_status_200_is_a_failure(world: Services) -> None:
    (found,) = told(PingChoices(podcast_index=f"{world.origin}/unknown"))
    assert found.message.endswith("has changed: it answers 'Feed not found'")
    assert "podcastindex.org/add" in found.hint


def test_a_form_is_not_lost_on_a_redirect(world: Services) -> None:
    assert told(PingChoices(websub=f"{world.origin}/kept")) == ()
    assert world.told_at("/hub")[0].form == {"hub.mode": "publish", "hub.url": FEED}
    (found,) = told(PingChoices(websub=f"{world.origin}/moved"))
    assert f"{world.origin}/moved redirects to {world.origin}/hub, and what is sent would not arrive there" in found.message
    assert len(world.told_at("/hub")) == 1


def test_a_service_with_a_query_of_its_own_keeps_it(world: Services) -> None:
    assert told(PingChoices(podping=f"{world.origin}/gateway?node=1", medium="music")) == ()
    assert world.told[0].query == {"node": "1", "url": FEED, "reason": "update", "medium": "music"}


@pytest.mark.parametrize("token", [SECRET, f" {SECRET}\n"])
def test_the_token_comes_from_the_environment_and_goes_to_its_gateway_alone(
    world: Services, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv(TOKEN, token)
    assert told(PingChoices(podping=f"{world.origin}/elsewhere")) == ()
    assert [each.headers.get("authorization") for each in world.told] == [SECRET, None], "a redirect leads to another host"


@pytest.mark.parametrize("token", [SECRET, f"{SECRET}\nX-Evil: 1", f"{SECRET}é"])
def test_the_token_is_in_no_finding_and_no_log(
    world: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], token: str
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(TOKEN, token)
    world.refusing["/gateway"] = [403]
    (found,) = told(PingChoices(podping=f"{world.origin}/gateway"))
    assert TOKEN in found.hint
    output = capfd.readouterr()
    assert SECRET not in f"{found}{caplog.text}{output.out}{output.err}"


def test_a_gateway_that_wants_a_token_says_where_it_is_looked_for(world: Services) -> None:
    world.refusing["/gateway"] = [401]
    (found,) = told(PingChoices(podping=f"{world.origin}/gateway"))
    assert found.hint == f"set {TOKEN} to the gateway's token"
    assert "authorization" not in world.told[0].headers


def test_nobody_is_told_where_no_service_is_switched_on() -> None:
    sent = {("s3://talk", "feed.xml")}
    addresses = {"feed.xml": FEED}
    assert news(sent, addresses, public={"s3://talk"}, choices=PingChoices()) == {}
    on = PingChoices(podcast_index="https://index.example/")
    assert news(sent, addresses, public={"s3://talk"}, choices=on) == addresses
    assert news({("s3://talk", "feed-1.xml")}, addresses, public={"s3://talk"}, choices=on) == {}
