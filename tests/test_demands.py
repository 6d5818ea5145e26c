"""What a show has decided about rules, the demands of directories and the transcripts of episodes, from its folder to what is published."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.made_show import SETTINGS, MadeShow, make_show

PODPIPE = (sys.executable, "-m", "podpipe")
VTT = "WEBVTT\n\n00:00.000 --> 00:01.500\nHello\n"


def podpipe(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PODPIPE, *map(str, arguments)], cwd=cwd, env=os.environ, capture_output=True, text=True, check=False, timeout=120
    )


def told(show: MadeShow, *arguments: str) -> list[tuple[str, str, int | None, str]]:
    found = map(json.loads, podpipe("check", "--show", show.root, "--format", "json", *arguments).stdout.splitlines())
    return [(finding["path"], finding["rule"], finding["line"], finding["level"]) for finding in found]


@pytest.fixture
def show(tmp_path: Path) -> MadeShow:
    return make_show(tmp_path / "show")


def test_a_rule_that_is_off_is_not_told_by_check_build_or_publish(show: MadeShow) -> None:
    show.episode("3", date="2026-03-01 08:00:00 +0900", notes="[x](/nowhere)\n")
    assert [rule for _, rule, *_ in told(show)] == ["link-own-site"]
    assert told(show, "--off", "link-own-site") == []
    show.write("podpipe.toml", SETTINGS + '[check.rules]\nlink-own-site = "off"\n')
    assert told(show) == []
    assert "[link-own-site]" not in podpipe("build", "--show", show.root).stderr
    assert "[link-own-site]" not in podpipe("publish", "--show", show.root).stderr


def test_a_rule_that_is_an_error_stops_a_build_and_a_publish(show: MadeShow) -> None:
    show.episode("3", date="2026-03-01 08:00:00 +0900", notes="[x](/nowhere)\n")
    show.write("podpipe.toml", SETTINGS + '[check.rules]\nlink-own-site = "error"\n')
    assert podpipe("check", "--show", show.root).returncode == 1
    assert "nothing was built" in podpipe("build", "--show", show.root).stderr
    assert "nothing was published" in podpipe("publish", "--show", show.root).stderr
    assert not (show.root / "public").exists()


def test_an_episode_that_is_still_to_come_stops_nothing(show: MadeShow) -> None:
    show.episode("3", date="2126-03-01 08:00:00 +0900", audio=False)
    show.write("podpipe.toml", SETTINGS + '[check.rules]\naudio-missing = "error"\n')
    assert [(rule, level) for _, rule, _, level in told(show)] == [("audio-missing", "warning")]
    assert podpipe("publish", "--show", show.root).returncode == 0


def test_artwork_that_directories_refuse_is_told_at_its_setting(show: MadeShow) -> None:
    Image.new("RGB", (600, 400)).save(show.root / "images/artwork.jpg")
    assert told(show) == [("podpipe.toml", "artwork-size", 7, "warning")]


def test_a_profile_adds_what_a_directory_asks_for(show: MadeShow) -> None:
    assert told(show) == []
    assert {rule for _, rule, *_ in told(show, "--profile", "spotify")} == {"chapters-few", "chapters-close"}
    show.write("podpipe.toml", SETTINGS + '[check]\nprofiles = ["apple"]\n')
    assert {rule for _, rule, *_ in told(show)} == {"chapters-few", "title-number"}


def test_a_transcript_is_published_beside_its_episode_and_not_before_it(show: MadeShow) -> None:
    show.episode("3", date="2126-03-01 08:00:00 +0900")
    show.write("transcripts/1.ja.vtt", VTT)
    show.write("audio/2.srt", "1\n00:00:00,000 --> 00:00:01,500\nHello\n")
    show.write("audio/3.vtt", VTT)
    show.write("transcripts/3.srt", "1\n00:00:00,000 --> 00:00:01,500\nHello\n")
    assert told(show) == []
    assert podpipe("publish", "--show", show.root).returncode == 0
    assert (show.root / "public/transcripts/1.ja.vtt").read_text() == VTT
    assert (show.root / "public/audio/2.srt").is_file()
    assert not (show.root / "public/audio/3.vtt").exists()
    assert not (show.root / "public/transcripts/3.srt").exists()


def test_a_transcript_that_is_not_its_episode_s_is_told_with_its_line(show: MadeShow) -> None:
    show.write("transcripts/1.vtt", "WEBVTT\n\n00:00.000 --> 01:00.000\nHello\n")
    assert told(show) == [("transcripts/1.vtt", "transcript-past-end", 3, "warning")]


def test_a_build_notices_a_transcript_that_comes_later(show: MadeShow) -> None:
    for made in show.root.rglob("*.*"):
        os.utime(made, (1_700_000_000, 1_700_000_000))
    assert podpipe("build", "--show", show.root).returncode == 0
    assert "nothing has changed" in podpipe("build", "--show", show.root).stdout
    show.write("transcripts/1.vtt", VTT)
    assert "nothing has changed" not in podpipe("build", "--show", show.root).stdout
    assert (show.root / "_site/transcripts/1.vtt").is_file()
