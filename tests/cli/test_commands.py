"""The command line as a person or a script meets it: run as a program, with its output and exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.made_show import MadeShow, files_below, make_show

PODPIPE = (sys.executable, "-m", "podpipe")


def podpipe(*arguments: str | Path, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    command = [*PODPIPE, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=os.environ | env, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def show(tmp_path: Path) -> MadeShow:
    return make_show(tmp_path / "show")


@pytest.mark.parametrize(
    "command", ["build", "publish", "plan", "check", "chapters", "posts", "preview", "serve", "init", "new", "fix", "diff"]
)
def test_every_command_has_help_with_examples_and_tells_the_version(command: str) -> None:
    helped = podpipe(command, "--help")
    assert helped.returncode == 0
    assert f"podpipe {command}" in helped.stdout.split("examples:")[1] or command == "serve"
    assert podpipe(command, "--version").stdout.startswith("podpipe ")


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("build", "--nonsense"), ("chapters",), ("check", "--format", "xml")])
def test_wrong_usage_ends_with_two(arguments: tuple[str, ...]) -> None:
    done = podpipe(*arguments)
    assert done.returncode == 2
    assert "usage: podpipe" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_and_version_load_neither_prefect_nor_boto3() -> None:
    for arguments in (["--help"], ["--version"], ["publish", "--help"]):
        code = (
            "import sys\nfrom podpipe.cli import main\n"
            f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
            "sys.exit(bool({'prefect', 'boto3', 'jinja2', 'yaml', 'feedgen', 'mutagen'} & set(sys.modules)))"
        )
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0, arguments


def test_a_build_loads_neither_prefect_nor_boto3(show: MadeShow) -> None:
    code = (
        "import sys\nfrom podpipe.cli import main\n"
        f"assert main(['build', '--show', {str(show.root)!r}]) == 0\nsys.exit(bool({{'prefect', 'boto3'}} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_a_build_says_what_it_wrote_and_a_second_one_that_nothing_changed(show: MadeShow, tmp_path: Path) -> None:
    first = podpipe("build", "--show", show.root, "--out", tmp_path / "site")
    assert first.returncode == 0, first.stderr
    assert "2 episodes built into" in first.stdout
    assert "reading episodes …" in first.stderr
    before = files_below(tmp_path / "site")
    second = podpipe("build", "--show", show.root, "--out", tmp_path / "site")
    assert "0 files written" in second.stdout or "nothing has changed" in second.stdout
    assert files_below(tmp_path / "site") == before


def test_a_build_goes_into_the_show_unless_told_otherwise(show: MadeShow) -> None:
    assert podpipe("build", cwd=show.root).returncode == 0
    assert (show.root / "_site/index.html").is_file()
    assert podpipe("build", "--out", "elsewhere", cwd=show.root).returncode == 0
    assert (show.root / "elsewhere/index.html").is_file()
    assert not list((show.root / "elsewhere").glob("_site"))


def test_audio_that_comes_later_is_noticed_wherever_it_lies(show: MadeShow) -> None:
    path = show.episode("3", date="2026-03-01 08:00:00 +0900", audio=False)
    path.write_text(path.read_text().replace("/audio/3.mp3", "/recordings/3.mp3"))
    for made in show.root.rglob("*.*"):
        os.utime(made, (1_700_000_000, 1_700_000_000))
    assert "recordings/3.mp3 is not in the show's folder" in podpipe("build", "--show", show.root).stderr
    assert "nothing has changed" in podpipe("build", "--show", show.root).stdout
    show.write("recordings/3.mp3", (show.root / "audio/1.mp3").read_bytes())
    again = podpipe("build", "--show", show.root)
    assert "nothing has changed" not in again.stdout
    assert (show.root / "_site/recordings/3.mp3").is_file()


def test_a_quiet_build_says_nothing(show: MadeShow) -> None:
    done = podpipe("build", "--quiet", "--show", show.root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_build_with_an_error_writes_nothing_and_shows_the_line(show: MadeShow, tmp_path: Path) -> None:
    show.write("episodes/2026-02-01-bad.md", "---\ntitle: one: two\ndate: 2026-02-01\n---\n")
    done = podpipe("build", "--show", show.root, "--out", tmp_path / "site")
    assert done.returncode == 1
    assert "episodes/2026-02-01-bad.md:2:" in done.stderr
    assert "title: one: two" in done.stderr
    assert "put the value in quotes" in done.stderr
    assert "nothing was built" in done.stderr
    assert not (tmp_path / "site").exists()


def test_publish_says_what_changed_and_then_that_nothing_did(show: MadeShow) -> None:
    first = podpipe("publish", "--show", show.root)
    assert first.returncode == 0, first.stderr
    assert "uploaded" in first.stdout
    assert (show.root / "public/feed.xml").is_file()
    again = podpipe("publish", "--show", show.root)
    assert "nothing changed" in again.stdout


def test_all_errors_are_told_and_only_the_first_of_many_warnings(show: MadeShow) -> None:
    for number in range(10, 40):
        show.episode(str(number), date="2026-03-01 08:00:00 +0900", notes="[x](/nowhere)\n", people="nobody")
    done = podpipe("publish", "--show", show.root)
    assert done.returncode == 1
    assert done.stderr.count("[person-unknown]") == 30
    assert done.stderr.count("[link-own-site]") == 20
    assert "and 10 warnings more; podpipe check lists them all" in done.stderr


def test_plan_lists_the_steps_and_changes_nothing(show: MadeShow) -> None:
    planned = podpipe("plan", "--show", show.root)
    assert planned.returncode == 3, "something would change"
    assert "+ audio/1.mp3: new" in planned.stdout
    assert not (show.root / "public").exists()
    podpipe("publish", "--show", show.root)
    assert podpipe("plan", "--show", show.root).returncode == 0
    assert "nothing would change" in podpipe("publish", "--dry-run", "--show", show.root).stdout


def test_publish_refuses_a_new_episode_without_audio_and_names_the_way_out(show: MadeShow) -> None:
    show.episode("3", date="2026-03-01 08:00:00 +0900", audio=False)
    refused = podpipe("publish", "--show", show.root)
    assert refused.returncode == 1
    assert "--allow-missing-audio" in refused.stderr
    assert "nothing was published" in refused.stderr
    assert not (show.root / "public").exists()
    assert podpipe("publish", "--show", show.root, "--allow-missing-audio").returncode == 0


def test_check_gives_every_finding_in_three_formats(show: MadeShow) -> None:
    show.episode("3", date="2026-03-01 08:00:00 +0900", people="nobody", notes="[x](/nowhere)\n")
    text = podpipe("check", "--show", show.root)
    assert text.returncode == 1
    assert "[person-unknown]" in text.stdout
    assert "[link-own-site]" in text.stdout
    found = [json.loads(line) for line in podpipe("check", "--show", show.root, "--format", "json").stdout.splitlines()]
    assert [(finding["rule"], finding["line"]) for finding in found] == [("person-unknown", 2), ("link-own-site", 12)]
    assert set(found[0]) == {"path", "line", "column", "level", "rule", "message", "hint"}
    github = podpipe("check", "--show", show.root, "--format", "github").stdout.splitlines()
    assert github[0].startswith(f"::error file={show.root}/episodes/2026-03-01-3.md,line=2,col=1,title=podpipe person-unknown::")
    assert podpipe("check", "--show", make_show(show.root.parent / "good").root).returncode == 0


def test_chapters_reads_any_markdown_file_without_a_show(tmp_path: Path) -> None:
    with_matter, without = tmp_path / "a.md", tmp_path / "b.md"
    with_matter.write_text("---\ntitle: x\n---\n\n## 0:27~：はじめに\n\n## 1:02:03 End\n")
    without.write_text("no chapters here\n")
    done = podpipe("chapters", with_matter, without, "--json")
    assert done.returncode == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"path": str(with_matter), "chapters": [{"start": 27, "title": "はじめに", "line": 5}, {"start": 3723, "title": "End", "line": 7}]},
        {"path": str(without), "chapters": []},
    ]
    missing = podpipe("chapters", tmp_path / "c.md", with_matter)
    assert missing.returncode == 1
    assert "c.md cannot be read" in missing.stderr
    assert "00:00:27 はじめに" in missing.stdout


def test_posts_come_one_object_a_line(show: MadeShow) -> None:
    done = podpipe("posts", "--show", show.root, "--episode", "1", "--json")
    assert done.returncode == 0, done.stderr
    posts = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(posts) == 6
    assert all(set(post) == {"episode", "chapter", "network", "text", "length", "limit", "url"} for post in posts)
    assert posts[0]["episode"] == "1"
    assert posts[0]["url"] == "https://talk.example/episode/1#t=0"
    unknown = podpipe("posts", "--show", show.root, "--episode", "99")
    assert unknown.returncode == 1
    assert "there is no public episode '99'" in unknown.stderr


def test_a_folder_without_a_show_is_told_what_to_do(tmp_path: Path) -> None:
    for command in ("build", "publish", "plan", "check", "posts", "preview", "new", "fix"):
        done = podpipe(command, *(["A title"] if command == "new" else []), cwd=tmp_path)
        assert done.returncode == 1, command
        assert "holds no show" in done.stderr
        assert "Traceback" not in done.stderr


def test_from_an_empty_folder_to_a_published_show(tmp_path: Path) -> None:
    began = podpipe("init", "talk", "--title", "Tea & Talk", "--language", "ja", "--time-zone", "Asia/Tokyo", cwd=tmp_path)
    assert began.returncode == 0, began.stderr
    show = MadeShow(root=tmp_path / "talk")
    assert podpipe("check", cwd=show.root).returncode == 0
    written = podpipe("new", "はじめまして", "--date", "2026-05-01 20:00", cwd=show.root)
    assert written.returncode == 0, written.stderr
    path = Path(written.stdout.removeprefix("wrote ").strip())
    assert path.name.startswith("2026-05-01-")
    refused = podpipe("publish", cwd=show.root)
    assert refused.returncode == 1
    assert "audio" in refused.stderr
    again = podpipe("init", "talk", cwd=tmp_path)
    assert again.returncode == 1
    assert "podpipe.toml" in again.stderr


def test_output_cut_short_by_its_reader_is_no_error_message(show: MadeShow) -> None:
    command = f"{' '.join(PODPIPE)} posts --json --show {show.root} | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
