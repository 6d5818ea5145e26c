"""podpipe check as a person or a workflow meets it: findings with their lines, and the list of rules."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from podpipe.rules import PROFILES, RULES
from tests.made_show import MadeShow, make_show

PODPIPE = (sys.executable, "-m", "podpipe")


def check(*arguments: str | Path, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    command = [*PODPIPE, "check", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=os.environ | env, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def show(tmp_path: Path) -> MadeShow:
    return make_show(tmp_path / "show")


def test_a_finding_is_shown_with_its_line_and_a_caret_below_the_column(show: MadeShow) -> None:
    show.episode("3", date="2026-03-01 08:00:00 +0900", notes="お茶は[ここ](/nowhere)です。\n")
    done = check("--show", show.root)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    place, _, rest = lines[0].partition(": warning: ")
    assert rest == "/nowhere is no page or file of this site [link-own-site]"
    column = int(place.rpartition(":")[2])
    assert lines[1] == "    お茶は[ここ](/nowhere)です。"
    before = "お茶は[ここ](/nowhere)です。"[: column - 1]
    assert lines[2] == f"    {' ' * (len(before) + sum(not character.isascii() for character in before))}^"
    assert done.stderr.splitlines()[-1] == "1 warning"


def test_lines_are_counted_by_line_breaks_and_by_nothing_else(show: MadeShow) -> None:
    show.episode("3", date="2026-03-01 08:00:00 +0900", notes="one\x0b\u2028two\x85three\n[x](/nowhere)\n")
    assert "    [x](/nowhere)\n" in check("--show", show.root).stdout


def test_a_workflow_gets_paths_from_the_repository_s_root(show: MadeShow) -> None:
    show.episode("3", date="2026-03-01 08:00:00 +0900", notes="[x](/nowhere)\n")
    for arguments, cwd, env in (
        (("--show", show.root), show.root.parent, {}),
        (("--show", "show"), show.root.parent, {}),
        ((), show.root, {"GITHUB_WORKSPACE": str(show.root.parent)}),
    ):
        done = check(*arguments, "--format", "github", cwd=cwd, **env)
        assert done.stdout.startswith("::warning file=show/episodes/2026-03-01-3.md,line="), arguments
    assert check("--format", "github", cwd=show.root).stdout.startswith("::warning file=episodes/2026-03-01-3.md,line=")


def test_a_terminal_gets_colours_and_a_pipe_gets_none(show: MadeShow) -> None:
    show.episode("3", date="2026-03-01 08:00:00 +0900", notes="[x](/nowhere)\n")
    assert "\x1b" not in check("--show", show.root).stdout
    ours, theirs = pty.openpty()
    command = [*PODPIPE, "check", "--quiet", "--show", str(show.root)]
    env = os.environ | {"TERM": "xterm-256color", "COLUMNS": "40"}
    env.pop("NO_COLOR", None)
    subprocess.run(command, stdout=theirs, stderr=subprocess.DEVNULL, env=env, check=True, timeout=120)
    os.close(theirs)
    output = b""
    while chunk := _read(ours):
        output += chunk
    text = output.decode()
    assert "\x1b[" in text
    assert "/nowhere is no page or file of this site" in text  # in one piece: no line is broken at the terminal's width


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that nobody writes to it any more
        return b""


def test_the_rules_are_listed_without_a_show(tmp_path: Path) -> None:
    text = check("--list-rules", cwd=tmp_path)
    assert text.returncode == 0
    listed = [line.split()[0] for line in text.stdout.splitlines() if line.startswith("  ")]
    assert listed == list(RULES)
    rules = [json.loads(line) for line in check("--list-rules", "--format", "json", cwd=tmp_path).stdout.splitlines()]
    assert [rule["rule"] for rule in rules] == list(RULES)
    assert rules[0] == {
        "rule": "source-unreadable",
        "level": "error",
        "group": "Files",
        "meaning": RULES["source-unreadable"].meaning,
        "remedy": RULES["source-unreadable"].remedy,
        "fixed": True,
        "profiles": [],
        "refused": False,
    }


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--off", "link-own-sit"), "link-own-sit is no rule; did you mean link-own-site?"),
        (("--off", "date"), "date must stay an error: the date cannot be read"),
        (("--profile", "myspace"), "invalid choice: 'myspace'"),
    ],
)
def test_a_rule_or_profile_that_cannot_be_chosen_is_wrong_usage(show: MadeShow, arguments: tuple[str, ...], problem: str) -> None:
    done = check("--show", show.root, *arguments)
    assert done.returncode == 2
    assert problem in done.stderr


def test_every_profile_can_be_chosen() -> None:
    assert f"{{{','.join(PROFILES)}}}" in check("--help").stdout
