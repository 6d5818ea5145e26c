"""What is known of each episode's audio: measured once, taken from records while nothing has changed, and asked for on other hosts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from podpipe.ledger import Digests, cache_folder
from podpipe.model import AudioFacts, AudioRecord, Doubt, Manuscript, Notes
from podpipe.recordings import Heard, listen
from podpipe.settings import Settings, load_settings
from tests.made_show import SETTINGS, MadeShow, make_show, mp3
from tests.web_server import WebServer, web_server

LOCAL = AudioFacts(length=1, duration=timedelta(seconds=1), mime_type="audio/mpeg")


def manuscript(audio: str | None, *, slug: str = "1", **written: object) -> Manuscript:
    made = Manuscript(
        path=f"episodes/{slug}.md",
        digest="d",
        slug=slug,
        title="t",
        published=datetime(2026, 1, 1, tzinfo=UTC),
        description="",
        actor_ids=(),
        audio=audio,
        notes=Notes(html=""),
        places=(("audio_file_path", 3, 18),),
    )
    return replace(made, **written)  # type: ignore[arg-type]


def hear(settings: Settings, *manuscripts: Manuscript, known: Mapping[str, AudioRecord] | None = None, afar: bool = False) -> list[Heard]:
    digests = Digests(cache_folder())
    found = listen(manuscripts, settings, known=(known or {}, {}), digests=digests, afar=afar)
    digests.save()
    return [found[one.path] for one in manuscripts]


def rules(heard: Heard) -> list[tuple[str, str]]:
    return [(finding.level, finding.rule) for finding in heard.findings]


def rest(path: Path) -> Path:
    """Let a file be older than the clock can be mistaken about."""
    old = path.stat().st_mtime - 60
    os.utime(path, (old, old))
    return path


@pytest.fixture
def show(tmp_path: Path) -> MadeShow:
    return make_show(tmp_path / "show", episodes=1)


@pytest.fixture
def settings(show: MadeShow) -> Settings:
    return load_settings(show.root)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    folder = tmp_path_factory.mktemp("hosted")
    (folder / "talk.mp3").write_bytes(mp3(3.0))
    (folder / "talk").write_bytes(mp3(3.0))
    (folder / "page.mp3").write_bytes(b"<!doctype html><title>Not found</title>")
    with web_server(folder) as server:
        yield server


@pytest.fixture
def host(running: WebServer, monkeypatch: pytest.MonkeyPatch) -> WebServer:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    running.forget()
    return running


def test_a_file_is_measured_and_known_by_its_content(show: MadeShow, settings: Settings) -> None:
    [heard] = hear(settings, manuscript("/audio/1.mp3"))
    assert heard.record is not None
    assert heard.path == show.root / "audio/1.mp3"
    assert heard.record.version == f"sha256:{heard.digest}"
    assert heard.record.facts.length == (show.root / "audio/1.mp3").stat().st_size
    assert abs(heard.record.facts.duration - timedelta(seconds=2)) < timedelta(milliseconds=150)
    assert heard.findings == ()


def test_a_record_of_the_same_content_is_believed(settings: Settings) -> None:
    [first] = hear(settings, manuscript("/audio/1.mp3"))
    assert first.record is not None
    marked = replace(first.record, doubts=(Doubt(rule="audio-index", level="warning", message="as recorded"),))
    [again] = hear(settings, manuscript("/audio/1.mp3"), known={"1": marked})
    assert again.record == marked
    assert rules(again) == [("warning", "audio-index")]


def test_a_file_that_has_not_changed_is_not_opened_again(show: MadeShow, settings: Settings) -> None:
    path = rest(show.root / "audio/1.mp3")
    [first] = hear(settings, manuscript("/audio/1.mp3"))
    assert first.record is not None
    before = path.stat()
    path.write_bytes(bytes(before.st_size))  # what is in it now would be refused, but neither size nor time tells of it
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    [again] = hear(settings, manuscript("/audio/1.mp3"), known={"1": first.record})
    assert again.record == first.record


def test_a_file_of_a_new_time_is_read_and_found_to_be_the_same(show: MadeShow, settings: Settings) -> None:
    [first] = hear(settings, manuscript("/audio/1.mp3"))
    assert first.record is not None
    marked = replace(first.record, facts=replace(first.record.facts, bitrate=1))
    rest(show.root / "audio/1.mp3")
    [again] = hear(settings, manuscript("/audio/1.mp3"), known={"1": marked})
    assert again.record == marked


def test_a_changed_file_is_measured_again(show: MadeShow, settings: Settings) -> None:
    [first] = hear(settings, manuscript("/audio/1.mp3"))
    assert first.record is not None
    show.write("audio/1.mp3", mp3(3.0))
    [again] = hear(settings, manuscript("/audio/1.mp3"), known={"1": first.record})
    assert again.facts is not None
    assert again.facts.duration - first.record.facts.duration > timedelta(milliseconds=900)


def test_many_files_are_measured_alike_by_several_processes(tmp_path: Path) -> None:
    show = make_show(tmp_path / "many", episodes=0)
    lengths = {f"{number}": 0.5 + number / 100 for number in range(1, 80)}
    for slug, seconds in lengths.items():
        show.write(f"audio/{slug}.mp3", mp3(seconds))
    show.write("audio/7.mp3", "no audio at all")
    found = hear(load_settings(show.root), *(manuscript(f"/audio/{slug}.mp3", slug=slug) for slug in lengths))
    assert [rules(heard) for heard in found] == [[("error", "audio")] if slug == "7" else [] for slug in lengths]
    for heard, (slug, seconds) in zip(found, lengths.items(), strict=True):
        assert slug == "7" or (heard.facts and abs(heard.facts.duration.total_seconds() - seconds) < 0.15)


def test_a_file_that_is_not_here_is_as_the_lock_file_says(settings: Settings) -> None:
    record = AudioRecord(audio="/audio/away.mp3", version="sha256:x", facts=LOCAL)
    away = manuscript("/audio/away.mp3")
    assert hear(settings, away, known={"1": record}) == [Heard(mime_type="audio/mpeg", record=record)]
    assert [rules(heard) for heard in hear(settings, away)] == [[("warning", "audio-missing")]]
    assert [rules(heard) for heard in hear(settings, manuscript("/audio/other.mp3"), known={"1": record})] == [
        [("warning", "audio-missing")]
    ]


@pytest.mark.parametrize(
    ("audio", "level", "rule"),
    [
        (None, "warning", "audio-none"),
        ("/audio/notes.txt", "error", "audio-type"),
        ("../outside.mp3", "error", "path-outside"),
        ("/audio/text.mp3", "error", "audio"),
        ("s3://nobody-knows/1.mp3", "error", "audio-address"),
    ],
)
def test_what_cannot_be_published_is_told_at_its_place(
    show: MadeShow, settings: Settings, audio: str | None, level: str, rule: str
) -> None:
    show.write("audio/text.mp3", "This is no audio.")
    [heard] = hear(settings, manuscript(audio))
    assert rules(heard) == [(level, rule)]
    assert heard.mime_type is None
    assert heard.findings[0].where.line == 3
    assert heard.findings[0].hint


def test_a_show_of_another_engine_is_warned_of_a_file_that_is_cut_short(settings: Settings) -> None:
    [first] = hear(settings, manuscript("/audio/1.mp3"))
    assert first.record is not None
    doubtful = {"1": replace(first.record, doubts=(Doubt(rule="audio-cut-short", level="error", message="cut"),))}
    lenient = replace(settings, show=replace(settings.show, lenient=True))
    assert rules(hear(settings, manuscript("/audio/1.mp3"), known=doubtful)[0]) == [("error", "audio-cut-short")]
    assert rules(hear(lenient, manuscript("/audio/1.mp3"), known=doubtful)[0]) == [("warning", "audio-cut-short")]


def test_audio_on_another_host_is_at_its_authors_word_until_it_is_asked_for(settings: Settings, host: WebServer) -> None:
    hosted = manuscript(host.url("/files/talk.mp3"), length=1, duration=timedelta(minutes=9))
    assert hear(settings, hosted) == [Heard(mime_type="audio/mpeg", url=host.url("/files/talk.mp3"))]
    assert host.asked == []
    [heard] = hear(settings, hosted, afar=True)
    assert heard.facts is not None
    assert heard.facts.length == len(mp3(3.0))
    assert abs(heard.facts.duration - timedelta(seconds=3)) < timedelta(milliseconds=150)
    assert rules(heard) == [("warning", "audio-size-wrong"), ("warning", "duration-wrong")]


def test_what_was_measured_on_another_host_is_asked_for_by_one_small_request(settings: Settings, host: WebServer) -> None:
    hosted = manuscript(host.url("/files/talk.mp3"))
    [first] = hear(settings, hosted, afar=True)
    assert first.record is not None
    assert first.record.version.startswith("etag:")
    host.forget()
    [again] = hear(settings, hosted, known={"1": first.record}, afar=True)
    assert again.record == first.record
    assert len(host.asked) == 1
    assert host.sent < 2_000
    assert hear(settings, hosted, known={"1": first.record}) == [again], "without the network it is as recorded"


def test_a_file_that_changed_on_its_host_is_measured_again(settings: Settings, host: WebServer) -> None:
    hosted = manuscript(host.url("/files/talk.mp3"))
    [first] = hear(settings, hosted, afar=True)
    assert first.record is not None
    old = replace(first.record, version='etag:"another"', facts=replace(first.record.facts, duration=timedelta(seconds=99)))
    assert hear(settings, hosted, known={"1": old}, afar=True) == [first]


def test_an_address_without_an_extension_is_told_by_its_content(settings: Settings, host: WebServer) -> None:
    hosted = manuscript(host.url("/files/talk"))
    [unknown] = hear(settings, hosted)
    assert (unknown.mime_type, rules(unknown)) == ("audio/mpeg", [("warning", "audio-type-unsaid")])
    [measured] = hear(settings, hosted, afar=True)
    assert measured.mime_type == "audio/mpeg"
    assert "audio-type-unsaid" not in dict(rules(measured)).values()


def test_a_host_that_cannot_be_reached_leaves_what_was_known(settings: Settings, host: WebServer) -> None:
    lost = manuscript(host.url("/nothing-here.mp3"))
    record = AudioRecord(audio=lost.audio or "", version='etag:"e"', facts=LOCAL)
    [heard] = hear(settings, lost, known={"1": record}, afar=True)
    assert heard.record == record
    assert rules(heard) == [("warning", "audio-unreachable")]


def test_a_web_page_in_the_place_of_audio_is_an_error(settings: Settings, host: WebServer) -> None:
    [heard] = hear(settings, manuscript(host.url("/files/page.mp3")), afar=True)
    assert rules(heard) == [("error", "audio")]
    assert "web page" in heard.findings[0].message


def test_audio_in_a_bucket_has_the_address_that_the_settings_give_it(tmp_path: Path) -> None:
    addresses = '[audio.addresses]\n"s3://bucket" = "https://media.example/show"\n'
    show = make_show(tmp_path / "bucket", episodes=0, settings=f"{SETTINGS}\n{addresses}")
    [heard] = hear(load_settings(show.root), manuscript("s3://bucket/2026/第1回.mp3?endpoint=http://127.0.0.1:9"))
    assert heard == Heard(mime_type="audio/mpeg", url="https://media.example/show/2026/%E7%AC%AC1%E5%9B%9E.mp3")
