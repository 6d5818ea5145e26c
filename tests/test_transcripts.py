"""Transcripts: found beside an episode or named by it, read in each of their kinds, and told with the line where something is wrong."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from podpipe.model import Manuscript, Notes, Show, Transcript
from podpipe.settings import Settings, StaticFolder
from podpipe.transcript_files import Shelf, Shelved
from podpipe.transcripts import mime_type, name_and_language, review

VTT = """\
WEBVTT - An episode

NOTE made by hand --> not a cue

STYLE
::cue { color: white }

intro
00:00.000 --> 00:02.500 align:start
<v Ann>Hello

00:00:02.500 --> 00:00:04.000
and welcome
"""
SRT = "1\n00:00:00,000 --> 00:00:02,500\nHello --> there\n\n2\n00:00:02,500 --> 00:00:04,000\nand welcome\n"
JSON = {
    "version": "1.0.0",
    "segments": [
        {"speaker": "Ann", "startTime": 0, "endTime": 2.5, "body": 'Say "startTime": now'},
        {"startTime": 2.5, "body": "and welcome"},
    ],
}
KINDS = {
    "text/vtt": VTT,
    "application/x-subrip": SRT,
    "application/json": json.dumps(JSON, indent=1),
    "text/plain": "Ann: Hello\n",
    "text/html": "<cite>Ann</cite><p>Hello</p>",
}


def told(text: str | bytes, media_type: str = "text/vtt", duration: float | None = None) -> tuple[bool, list[tuple[int | None, str, str]]]:
    content = text if isinstance(text, bytes) else text.encode()
    length = None if duration is None else timedelta(seconds=duration)
    reviewed = review(content, media_type, path="transcripts/a.vtt", duration=length)
    assert all(finding.where.path == "transcripts/a.vtt" for finding in reviewed.findings)
    return reviewed.usable, [(finding.where.line, finding.rule, finding.message) for finding in reviewed.findings]


@pytest.mark.parametrize("media_type", KINDS)
def test_a_good_transcript_of_each_kind_has_no_finding(media_type: str) -> None:
    assert told(KINDS[media_type], media_type, duration=4) == (True, [])


@pytest.mark.parametrize("media_type", KINDS)
def test_windows_line_breaks_and_a_byte_order_mark_change_nothing(media_type: str) -> None:
    assert told(b"\xef\xbb\xbf" + KINDS[media_type].replace("\n", "\r\n").encode(), media_type, duration=4) == (True, [])


@pytest.mark.parametrize("media_type", KINDS)
def test_an_empty_transcript_is_told_and_not_used(media_type: str) -> None:
    for empty in ("", " \n\n", "\ufeff"):
        assert told(empty, media_type) == (False, [(1, "transcript-unreadable", "the transcript is empty")])


@pytest.mark.parametrize("media_type", KINDS)
def test_a_transcript_in_another_encoding_is_told_with_the_line_and_the_encoding(media_type: str) -> None:
    text = "1\n00:00:00,000 --> 00:00:01,000\nこんにちは、ようこそ\n"
    for encoding, name in (("shift_jis", "Shift_JIS"), ("euc_jp", "EUC-JP")):
        message = f"the transcript is not UTF-8 text but seems to be {name}"
        assert told(text.encode(encoding), media_type) == (False, [(3, "transcript-encoding", message)])


@pytest.mark.parametrize(
    ("text", "usable", "found"),
    [
        (
            "00:00.000 --> 00:01.000\nHello\n",
            False,
            [(1, "transcript-unreadable", "the transcript does not begin with WEBVTT, so players do not read it as such")],
        ),
        ("WEBVTTX\n\n00:00.000 --> 00:01.000\nHello\n", False, None),
        (
            "WEBVTT\n\nHello\n",
            False,
            [(1, "transcript-unreadable", "no cue with its times can be found in the transcript")],
        ),
        (
            "WEBVTT\n\n00:00,000 --> 00:01,000\na\n\n0:01 --> 0:02\nb\n\n00:02.000 --> 00:03.000\nc\n",
            True,
            [(3, "transcript-time", "the times of this cue are not written as WebVTT has them, and 1 other too")],
        ),
        (
            "WEBVTT\n\n00:02.000 --> 00:01.000\na\n\n00:03.000 --> 00:03.000\nb\n",
            True,
            [(3, "transcript-time", "this cue ends before it begins, and 1 other too")],
        ),
        (
            "WEBVTT\n\n00:05.000 --> 00:06.000\na\n\n00:01.000 --> 00:02.000\nb\n",
            True,
            [(6, "transcript-order", "this cue begins before the one above it")],
        ),
        (
            "WEBVTT\n\n00:00.000 --> 00:02.000\na\n\n00:01.000 --> 00:03.000\nb\n",
            True,
            [(6, "transcript-overlap", "this cue begins before the one above it has ended")],
        ),
    ],
)
def test_what_is_wrong_with_webvtt_is_told_with_its_line(text: str, usable: bool, found: list[Any] | None) -> None:
    assert told(text) == (usable, found if found is not None else told(text)[1])


@pytest.mark.parametrize(
    ("text", "usable", "found"),
    [
        (VTT, False, [(1, "transcript-unreadable", "the transcript is WebVTT, which its name does not say")]),
        (
            "1\n00:00:00 --> 00:00:02\nHello\n\n2\n00:00:02,500 --> 00:00:04,000\nb\n",
            True,
            [(2, "transcript-time", "the times of this cue are not written as SubRip has them")],
        ),
        (
            "1\n00:00:00.000 --> 00:00:02.000\nHello\n",
            True,
            [(2, "transcript-time", "the times of this cue have a point where SubRip has a comma")],
        ),
        ("Hello\n", False, [(1, "transcript-unreadable", "no cue with its times can be found in the transcript")]),
    ],
)
def test_what_is_wrong_with_subrip_is_told_with_its_line(text: str, usable: bool, found: list[Any]) -> None:
    assert told(text, "application/x-subrip") == (usable, found)


@pytest.mark.parametrize(
    ("value", "usable", "found"),
    [
        ([], False, [(1, "transcript-unreadable", "the transcript has no list of segments")]),
        ({"segments": {}}, False, [(1, "transcript-unreadable", "the transcript has no list of segments")]),
        (
            {"text": "Hello", "segments": [{"id": 0, "start": 0.0, "end": 1.0, "text": "Hello"}]},
            False,
            [(1, "transcript-unreadable", "the transcript is in Whisper's form of JSON, which podcast apps do not read")],
        ),
        (
            {"segments": [{"startTime": 0, "endTime": 1, "body": "a"}]},
            True,
            [(1, "transcript-unreadable", "the transcript names no version")],
        ),
        (
            {"version": "1.0.0", "segments": [{"startTime": 0, "endTime": 1, "body": "a"}, {"startTime": "0:01", "body": "b"}]},
            True,
            [(10, "transcript-time", "a segment's startTime or endTime is no number of seconds")],
        ),
        (
            {"version": "1.0.0", "segments": [{"startTime": 0, "endTime": 1}]},
            True,
            [(5, "transcript-unreadable", "a segment has no body")],
        ),
        (
            {"version": "1.0.0", "segments": [{"startTime": 0, "endTime": 9, "body": "a"}, {"startTime": 3, "endTime": 4, "body": "b"}]},
            True,
            [(10, "transcript-overlap", "this cue begins before the one above it has ended")],
        ),
    ],
)
def test_what_is_wrong_with_json_is_told_with_its_line(value: Any, usable: bool, found: list[Any]) -> None:
    assert told(json.dumps(value, indent=1), "application/json") == (usable, found)


def test_broken_json_is_told_with_the_line_where_it_breaks() -> None:
    usable, found = told('{"version": "1.0.0",\n "segments": [\n  oops\n]}', "application/json")
    assert (usable, found) == (False, [(3, "transcript-unreadable", "the transcript is not valid JSON: Expecting value")])
    assert told("[" * 100_000, "application/json")[0] is False


def test_a_transcript_that_is_longer_than_its_audio_is_told() -> None:
    message = "the transcript goes on to 00:00:04, and the audio ends at 00:00:01"
    assert told(VTT, duration=1) == (True, [(12, "transcript-past-end", message)])
    assert told(VTT, duration=3.9) == (True, [])
    assert told(VTT, duration=2.4)[1] == [(12, "transcript-past-end", message.replace("at 00:00:01", "at 00:00:02"))]


@pytest.mark.parametrize("media_type", KINDS)
@pytest.mark.parametrize("fragment", ["<", "<a", "-->", "00:00:00.000 --> ", "{", '"startTime":', "\n", "1\n", "WEBVTT", " ", "\x00", "&"])
def test_a_megabyte_of_anything_is_read_in_time(media_type: str, fragment: str) -> None:
    text = ("WEBVTT\n\n" if media_type == "text/vtt" else "") + fragment * (1_000_000 // len(fragment))
    began = time.process_time()
    review(text.encode(), media_type, path="a.vtt")
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("70.vtt", ("70", None)),
        ("70.ja.srt", ("70", "ja")),
        ("70.en-GB.vtt", ("70", "en-GB")),
        ("2026-05-29-Tea.vtt", ("2026-05-29-tea", None)),
        ("vol.1.vtt", ("vol.1", None)),
        ("70.mp3.srt", ("70.mp3", None)),
        ("70.wav.srt", ("70.wav", None)),
        (".ja.vtt", (".ja", None)),
    ],
)
def test_the_language_of_a_transcript_stands_in_its_name(name: str, expected: tuple[str, str | None]) -> None:
    assert name_and_language(name) == expected


def test_the_kind_of_a_transcript_is_told_by_its_extension() -> None:
    assert mime_type("a.VTT") == "text/vtt"
    assert mime_type("https://cdn.example/a.srt?v=1.2#x") == "application/x-subrip"
    assert mime_type("a.mp3") is None
    assert mime_type("a") is None
    assert [Transcript(url="", mime_type=kind, language="en").captions for kind in KINDS] == [True, True, True, False, False]


def settings(root: Path, **changes: Any) -> Settings:
    show = Show(title="Test Talk", site_url="https://talk.example", language="en", timezone="UTC", author="Testers", description="A show.")
    made = Settings(
        root=root,
        config="podpipe.toml",
        show=show,
        episodes="episodes",
        static=(StaticFolder(folder="images", prefix="images"), StaticFolder(folder="media/audio", prefix="audio")),
        targets=(),
        cron="",
        check_links=True,
    )
    return replace(made, **changes)


def manuscript(**changes: Any) -> Manuscript:
    made = Manuscript(
        path="episodes/2026-05-29-70.md",
        digest="0",
        slug="70",
        title="Tea",
        published=datetime(2026, 5, 29, tzinfo=UTC),
        description="",
        actor_ids=(),
        audio="/audio/070.mp3",
        notes=Notes(html=""),
        places=(("title", 2, 8), ("transcript", 3, 13)),
    )
    return replace(made, **changes)


def write(root: Path, *names: str, content: str = VTT) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)


def keys(shelved: Shelved) -> list[tuple[str | None, str]]:
    assert [file.key for file in shelved.files] == [transcript.key for transcript in shelved.transcripts if transcript.key]
    assert all(file.length == file.path.stat().st_size for file in shelved.files)
    return [(transcript.key, transcript.language) for transcript in shelved.transcripts]


@pytest.mark.parametrize(
    ("name", "key", "language"),
    [
        ("media/audio/070.vtt", "audio/070.vtt", "en"),
        ("media/audio/070.mp3.vtt", "audio/070.mp3.vtt", "en"),
        ("media/audio/70.ja.vtt", "audio/70.ja.vtt", "ja"),
        ("episodes/2026-05-29-70.ja.vtt", "transcripts/2026-05-29-70.ja.vtt", "ja"),
        ("episodes/70.vtt", "transcripts/70.vtt", "en"),
        ("transcripts/70.vtt", "transcripts/70.vtt", "en"),
        ("transcripts/070.VTT", "transcripts/070.VTT", "en"),
        ("episodes/transcripts/70.vtt", "transcripts/70.vtt", "en"),
    ],
)
def test_a_transcript_is_found_by_the_name_of_the_episode_or_its_audio(tmp_path: Path, name: str, key: str, language: str) -> None:
    write(tmp_path, name)
    found = Shelf(settings(tmp_path)).of(manuscript(), duration=timedelta(seconds=4))
    assert found.transcripts == (
        Transcript(url=f"https://talk.example/{key}", mime_type="text/vtt", language=language, key=key, path=name),
    )
    assert keys(found) == [(key, language)]
    assert found.findings == ()


def test_other_files_are_none_of_an_episode_s_transcripts(tmp_path: Path) -> None:
    write(tmp_path, "transcripts/7.vtt", "transcripts/700.vtt", "media/audio/_70.vtt", "images/70.vtt", "transcripts/70.md", "70.vtt")
    assert Shelf(settings(tmp_path)).of(manuscript(), duration=None) == Shelved()
    assert Shelf(settings(tmp_path / "nowhere")).of(manuscript(audio=None), duration=None) == Shelved()


def test_json_beside_the_audio_is_taken_where_it_is_a_transcript(tmp_path: Path) -> None:
    write(tmp_path, "media/audio/070.json", content=json.dumps({"version": "1.2.0", "chapters": []}))
    assert Shelf(settings(tmp_path)).of(manuscript(), duration=None) == Shelved()
    write(tmp_path, "media/audio/070.json", content=json.dumps(JSON))
    assert keys(Shelf(settings(tmp_path)).of(manuscript(), duration=None)) == [("audio/070.json", "en")]


def test_text_that_is_not_public_yet_is_published_only_when_it_is_named(tmp_path: Path) -> None:
    write(tmp_path, "episodes/2026-05-29-70.txt", content="Do not forget the milk\n")
    beside = Shelf(settings(tmp_path)).of(manuscript(), duration=None)
    assert (beside.transcripts, beside.files) == ((), ())
    assert [(finding.level, finding.rule, finding.where.path) for finding in beside.findings] == [
        ("info", "transcript-unnamed", "episodes/2026-05-29-70.txt")
    ]
    named = Shelf(settings(tmp_path)).of(manuscript(transcripts=("episodes/2026-05-29-70.txt",)), duration=None)
    assert keys(named) == [("transcripts/2026-05-29-70.txt", "en")]


def test_those_that_front_matter_names_are_all_of_them(tmp_path: Path) -> None:
    write(tmp_path, "transcripts/70.vtt", "captions/tea.de.vtt", "media/audio/tea.vtt")
    written = ("/captions/tea.de.vtt", "/audio/tea.vtt", "https://cdn.example/tea.ja.srt")
    found = Shelf(settings(tmp_path)).of(manuscript(transcripts=written), duration=None)
    assert keys(found) == [("transcripts/tea.de.vtt", "de"), ("audio/tea.vtt", "en"), (None, "ja")]
    assert found.transcripts[2] == Transcript(url=written[2], mime_type="application/x-subrip", language="ja")


def test_a_transcript_that_cannot_be_published_is_told_at_the_line_that_names_it(tmp_path: Path) -> None:
    written = ("/transcripts/70.vtt", "notes.docx", "../70.vtt")
    found = Shelf(settings(tmp_path)).of(manuscript(transcripts=written), duration=None)
    assert (found.transcripts, found.files) == ((), ())
    assert [(finding.level, str(finding.where), finding.rule) for finding in found.findings] == [
        ("warning", "episodes/2026-05-29-70.md:3:13", "transcript-missing"),
        ("warning", "episodes/2026-05-29-70.md:3:13", "transcript-type"),
        ("error", "episodes/2026-05-29-70.md:3:13", "path-outside"),
    ]


def test_one_that_cannot_be_read_is_told_at_its_own_line_and_left_out(tmp_path: Path) -> None:
    write(tmp_path, "transcripts/70.vtt", content="Hello\n")
    write(tmp_path, "transcripts/70.srt", content=SRT)
    found = Shelf(settings(tmp_path)).of(manuscript(), duration=timedelta(seconds=1))
    assert keys(found) == [("transcripts/70.srt", "en")]
    assert [(str(finding.where), finding.rule) for finding in found.findings] == [
        ("transcripts/70.srt:6", "transcript-past-end"),
        ("transcripts/70.vtt:1", "transcript-unreadable"),
    ]


def test_a_yattecast_show_publishes_what_lies_in_its_folder_where_it_lies(tmp_path: Path) -> None:
    write(tmp_path, "audio/070.vtt", "_posts/2026-05-29-70.ja.vtt")
    jekyll = settings(tmp_path, episodes="_posts", static=(StaticFolder(folder="", prefix=""),), whole_site=True)
    found = Shelf(jekyll).of(manuscript(path="_posts/2026-05-29-70.md"), duration=None)
    assert keys(found) == [("audio/070.vtt", "en"), ("transcripts/2026-05-29-70.ja.vtt", "ja")]


def test_a_link_out_of_the_show_s_folder_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "outside/70.vtt")
    (tmp_path / "show").mkdir()
    (tmp_path / "show/transcripts").symlink_to(tmp_path / "outside")
    (tmp_path / "show/episodes").mkdir()
    (tmp_path / "show/episodes/70.vtt").symlink_to(tmp_path / "outside/70.vtt")
    assert Shelf(settings(tmp_path / "show")).of(manuscript(), duration=None) == Shelved()
