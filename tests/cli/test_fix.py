"""`podpipe fix` as a person or a script meets it: a diff, files written only when told to, and exit codes."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from podpipe import pipeline
from podpipe.cli import main
from podpipe.settings import load_settings
from tests.made_show import MadeShow, files_below, make_show

NAME = "episodes/2026-01-02-2.md"
UNMENDED = (
    "\ufeff---\r\ntitle: Tea: the second cup\r\ndate: 2026-1-2 8:00:00 +0900\r\naudio_file_path: “/audio/2.mp3” \r\n---\r\n\r\nNotes \r\n"
)
MENDED = (
    '\ufeff---\r\ntitle: "Tea: the second cup"\r\ndate: 2026-01-02 08:00:00 +0900\r\naudio_file_path: /audio/2.mp3\r\n---\r\n\r\nNotes \r\n'
)
DIFF = f"""\
--- {NAME}
+++ {NAME}
@@ -1,7 +1,7 @@
 \ufeff---
-title: Tea: the second cup
-date: 2026-1-2 8:00:00 +0900
-audio_file_path: “/audio/2.mp3”\x20
+title: "Tea: the second cup"
+date: 2026-01-02 08:00:00 +0900
+audio_file_path: /audio/2.mp3
 ---
\x20
 Notes\x20
"""


@pytest.fixture
def show(tmp_path: Path) -> MadeShow:
    return make_show(tmp_path / "show")


def fix(show: MadeShow, *arguments: str | Path) -> int:
    return main(["fix", "--show", str(show.root), *map(str, arguments)])


def test_a_show_in_order_has_nothing_to_mend(show: MadeShow, capsys: pytest.CaptureFixture[str]) -> None:
    assert fix(show) == 0
    assert capsys.readouterr() == ("", "nothing to mend\n")


def test_what_would_be_mended_is_shown_and_not_written(show: MadeShow, capsys: pytest.CaptureFixture[str]) -> None:
    show.write(NAME, UNMENDED)
    before = files_below(show.root)
    assert fix(show) == 1
    assert capsys.readouterr() == (DIFF, "1 file to mend; podpipe fix --write does it\n")
    assert files_below(show.root) == before
    assert fix(show, "--quiet") == 1
    assert capsys.readouterr() == ("", "")


def test_it_is_written_on_request_byte_for_byte_and_once(show: MadeShow, capsys: pytest.CaptureFixture[str]) -> None:
    path = show.write(NAME, UNMENDED)
    path.chmod(0o640)
    before = files_below(show.root)
    assert fix(show, "--write") == 0
    assert capsys.readouterr() == (DIFF, "1 file mended\n")
    assert files_below(show.root) == before | {NAME: MENDED.encode()}
    assert path.stat().st_mode & 0o777 == 0o640
    assert fix(show, "--write") == 0
    assert capsys.readouterr() == ("", "nothing to mend\n")


def test_only_the_episodes_that_are_named_are_mended(show: MadeShow, capsys: pytest.CaptureFixture[str]) -> None:
    show.write(NAME, UNMENDED)
    assert fix(show, show.root / "episodes/2026-01-01-1.md", "--write") == 0
    assert (show.root / NAME).read_bytes() == UNMENDED.encode()
    assert fix(show, show.root / NAME, "--write") == 0
    assert (show.root / NAME).read_bytes() == MENDED.encode()
    assert fix(show, show.root / "podpipe.toml") == 1
    assert "podpipe.toml is no episode of this show" in capsys.readouterr().err


def test_a_linked_file_is_mended_where_it_lies(show: MadeShow, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.md"
    real.write_bytes(UNMENDED.encode())
    (show.root / NAME).unlink()
    (show.root / NAME).symlink_to(real)
    assert fix(show, "--write") == 0
    assert (show.root / NAME).is_symlink()
    assert real.read_bytes() == MENDED.encode()


def test_a_file_that_is_no_text_is_told_and_left(show: MadeShow, capsys: pytest.CaptureFixture[str]) -> None:
    content = "---\ntitle: はじめての収録\ndate: 2026-1-2\n---\n".encode("cp932")
    show.write(NAME, content)
    assert fix(show, "--write") == 1
    assert f"{NAME}:2: error: the file is not UTF-8 text" in capsys.readouterr().err
    assert (show.root / NAME).read_bytes() == content


@pytest.mark.parametrize(
    ("figures", "after"),
    [
        ("audio_file_size: 12 MB\nduration: an hour", "audio_file_size:\nduration:"),
        ("audio_file_size: 1,234\nduration: 1:02:03", "audio_file_size:\nduration:"),
        ("audio_file_size:\nduration: “0:02”", 'audio_file_size:\nduration: "0:02"'),
    ],
)
def test_figures_that_are_not_the_audio_files_are_blanked_where_that_is_here(show: MadeShow, figures: str, after: str) -> None:
    head = "---\ntitle: Two\naudio_file_path: /audio/2.mp3\n{}\n---\n"
    show.write(NAME, head.format(figures))
    assert fix(show, "--write") == 0
    assert (show.root / NAME).read_text() == head.format(after)


@pytest.mark.parametrize("audio", ["/audio/none.mp3", "https://cdn.example/2.mp3", "../../2.mp3"])
def test_figures_that_nobody_can_measure_stay(show: MadeShow, audio: str) -> None:
    text = f"---\ntitle: Two\naudio_file_path: {audio}\naudio_file_size: 12 MB\nduration: an hour\n---\n"
    show.write(NAME, text)
    assert fix(show, "--write") == 0
    assert (show.root / NAME).read_text() == text


def test_a_real_shows_feed_is_the_same_after_mending(shared: Path, tmp_path: Path) -> None:
    shutil.copytree(shared / "shows/shirokane", tmp_path / "show")

    def feed() -> object:
        job = pipeline.Job(settings=load_settings(tmp_path / "show"), as_of=datetime(2026, 11, 1, tzinfo=UTC))
        return next(artifact.content for artifact in pipeline.build(job).artifacts if artifact.key == "feed.xml")

    before = feed()
    assert main(["fix", "--show", str(tmp_path / "show"), "--write", "--quiet"]) == 0
    assert files_below(tmp_path / "show") != files_below(shared / "shows/shirokane")
    assert feed() == before
