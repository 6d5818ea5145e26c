"""The rules of the house that no other check sees: homes of libraries, the size of modules, what the repository may say."""

from __future__ import annotations

import ast
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

HOMES = {
    "boto3": {"podpipe.targets.s3"},
    "botocore": {"podpipe.targets.s3"},
    "obstore": {"podpipe.targets.s3"},
    "comrak": {"podpipe.notes"},
    "feedgen": {"podpipe.feed"},
    "frontmatter": {"podpipe.frontmatter"},
    "httpx": {"flows.publish", "podpipe.web"},
    "jinja2": {"podpipe.theme"},
    "liquid": {"podpipe.liquid"},
    "lxml": {"podpipe.feed", "podpipe.guard.reading"},  # one writes the feed, the other reads those of any engine, damaged ones too
    "mutagen": {"podpipe.audio"},
    "nh3": {"podpipe.embeds"},
    "PIL": {"podpipe.pictures"},
    "platformdirs": {"podpipe.ledger"},
    "prefect": {"flows.credentials", "flows.publish", "flows.runner", "flows.serve", "flows"},
    "regex": {"podpipe.social.lengths"},
    "rich": {"podpipe.cli.report"},
    "s3transfer": {"podpipe.targets.s3"},
    "starlette": {"podpipe.preview"},
    "tomllib": {"podpipe.settings.toml"},
    "uvicorn": {"podpipe.preview"},
    "watchfiles": {"podpipe.preview"},
    "yaml": {"podpipe.yaml_text"},
}
"""The one place that may know each outside library; a package stands for all of its modules."""

PURE = (
    *("model", "errors", "timecode", "yaml_text", "frontmatter", "dates", "liquid", "embeds", "notes", "chapters", "links"),
    *("charset", "figures", "fixing", "given_chapters", "head", "manuscript", "episode", "site", "feed", "social", "plan", "manifest"),
    *("chapter_forms", "feed_values", "given_item", "uris", "xml_text"),
    *("attribute_lists", "code_blocks", "dialect", "directories", "html_blocks", "languages", "places", "rules", "transcripts"),
    *("guard", "subscriptions"),
)
"""Floors 0 to 2: what they know, they are given."""


def modules() -> list[tuple[str, Path]]:
    found = []
    for top in (REPOSITORY / "src/podpipe", REPOSITORY / "flows"):
        for path in sorted(top.rglob("*.py")):
            name = ".".join(path.relative_to(top.parent).with_suffix("").parts)
            found.append((name.removesuffix(".__init__"), path))
    return found


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


def test_each_outside_library_has_one_home() -> None:
    users = defaultdict(set)
    for name, path in modules():
        for library in {module.partition(".")[0] for module in imported(path)} & set(HOMES):
            users[library].add(name)
    strays = {
        (library, user)
        for library, names in users.items()
        for user in names
        if not any(user == home or user.startswith(f"{home}.") for home in HOMES[library])
    }
    assert not strays


@pytest.mark.parametrize(("name", "path"), modules(), ids=lambda value: value if isinstance(value, str) else "")
def test_modules_say_what_they_know_and_stay_small(name: str, path: Path) -> None:
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)), f"{name} does not say what it knows"
    assert text.count("\n") <= 320, f"{name} has {text.count(chr(10))} lines"
    assert "TYPE_CHECKING" not in text


def test_the_pure_floors_touch_no_file_clock_or_socket() -> None:
    outside = {"os", "pathlib", "socket", "subprocess", "time", "random", "secrets", "tempfile", "shutil", "urllib.request"}
    for name, path in modules():
        room = name.split(".")[1] if "." in name else ""
        if name.startswith("podpipe.") and room in PURE:
            assert not imported(path) & outside, name
            assert "datetime.now" not in path.read_text(), name


def test_nothing_in_the_repository_names_a_machine_or_a_registry() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True).stdout.decode().split("\0")
    parts = (
        (b"pypi", b".org"),
        (b"python", b"hosted"),
        (b"registry", b".npmjs"),
        (b"golang", b".org"),
        (b"/root", b"/"),
        (b"/work", b"/main"),
    )
    words = [b"".join(pair) for pair in parts]  # in parts, or this file would name them
    found = [
        (name, word)
        for name in tracked
        if name and (REPOSITORY / name).is_file() and (REPOSITORY / name).suffix not in {".mp3", ".m4a", ".jpg"}
        for word in words
        if word in (REPOSITORY / name).read_bytes()
    ]
    assert not found
