"""Publishing to a branch of a remote: what travels, what the cache is for, and what is said when the other side refuses."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from podpipe.errors import TargetError
from podpipe.manifest import MANIFEST, manifest_bytes
from podpipe.model import Holding, Manifest
from podpipe.targets import Head
from podpipe.targets.git import GitTarget
from podpipe.targets.git.commands import Answer, Git
from tests.conftest import require
from tests.git_repositories import HTML, Opener, add, artifact, commits, files, git, git_settings, opened, repository, started
from tests.git_server import git_server

__all__ = ["git_settings", "opened", "repository", "started"]

Started = list[tuple[str, subprocess.Popen[bytes]]]


@pytest.fixture
def url(repository: Path) -> str:
    return f"git+file://{repository}"


def cached() -> list[Path]:
    return sorted(path for path in (Path(os.environ["PODPIPE_CACHE"]) / "git").glob("*") if path.is_dir())


def publish(target: GitTarget, key: str = "feed.xml", data: bytes = b"content", message: str = "publish") -> None:
    target.put(artifact(key, data))
    target.commit(message)


def test_the_first_publish_to_an_empty_repository_makes_the_branch(repository: Path, opened: Opener, url: str) -> None:
    target = opened(url)
    assert (dict(target.sizes()), target.read("feed.xml"), target.head("feed.xml")) == ({}, None, None)
    target.put(artifact("episode/70", b"page", HTML))
    target.put(artifact("feed.xml", b"feed"))
    assert files(repository) == {}
    target.commit("Publish 第七十回")
    assert files(repository) == {".nojekyll": b"", "episode/70.html": b"page", "feed.xml": b"feed"}
    target.delete("feed.xml")
    target.commit("second")
    assert files(repository) == {".nojekyll": b"", "episode/70.html": b"page"}
    assert commits(repository) == ["second", "Publish 第七十回"]
    assert target.url == url


def test_a_branch_goes_on_beside_others_with_its_history_and_files(repository: Path, opened: Opener, url: str) -> None:
    add(repository, {"README.md": b"read"}, branch="main")
    for message in ("one", "two", "three"):
        add(repository, {"CNAME": message.encode()}, message=message)
    publish(opened(f"{url}?folder=docs"))
    assert commits(repository) == ["publish", "three", "two", "one"]
    assert files(repository) == {"CNAME": b"three", "docs/.nojekyll": b"", "docs/feed.xml": b"content"}
    assert (files(repository, "main"), commits(repository, "main")) == ({"README.md": b"read"}, ["by hand"])
    assert git(repository, "for-each-ref", "--format=%(refname)").decode().split() == ["refs/heads/gh-pages", "refs/heads/main"]


@pytest.mark.parametrize("name", ["my site.git", "番組 100%.git", "a'b\"c.git"])
def test_a_remote_may_have_any_name(tmp_path: Path, opened: Opener, name: str) -> None:
    git(tmp_path, "init", "--quiet", "--bare", name)
    publish(opened(f"git+file://{tmp_path}/{name.replace('%', '%25')}?branch=公開"))
    assert files(tmp_path / name, "公開") == {".nojekyll": b"", "feed.xml": b"content"}


def test_what_was_fetched_is_not_fetched_again(opened: Opener, url: str, started: Started, repository: Path) -> None:
    add(repository, {"index.html": b"old"})
    for number in range(3):
        target = opened(url)
        publish(target, data=b"%d" % number)
        target.close()
    assert [name for name, _ in started].count("fetch") == 1
    add(repository, {"index.html": b"new"})
    assert opened(url).read("index.html") == b"new"
    assert [name for name, _ in started].count("fetch") == 2
    assert len(cached()) == 1


@pytest.mark.parametrize("damage", ["objects", "packs", "HEAD", "config", "everything", "closed"])
def test_a_damaged_cache_costs_time_and_no_publish(repository: Path, opened: Opener, url: str, damage: str) -> None:
    add(repository, {"index.html": b"old"})
    target = opened(url)
    publish(target)
    target.close()
    folder = cached()[0]
    if damage == "objects":
        for path in folder.glob("objects/*/*"):
            path.chmod(stat.S_IRUSR | stat.S_IWUSR)
            path.write_bytes(b"damaged")
    elif damage == "packs":
        for path in folder.glob("objects/pack/*.pack"):
            path.chmod(stat.S_IRUSR | stat.S_IWUSR)
            path.write_bytes(bytes(path.stat().st_size))
    elif damage == "config":
        (folder / "config").write_text("damaged")
    elif damage == "HEAD":
        (folder / "HEAD").unlink()
    elif damage == "closed":
        shutil.rmtree(folder.parent)
        folder.parent.write_text("in the way")
    else:
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.write_bytes(b"damaged")
    publish(opened(url), "more.txt")
    assert files(repository) == {".nojekyll": b"", "feed.xml": b"content", "index.html": b"old", "more.txt": b"content"}


def test_what_a_crash_left_locked_does_not_stop_the_next_publish(repository: Path, opened: Opener, url: str) -> None:
    add(repository, {"index.html": b"old"})
    opened(url).sizes()
    folder = cached()[0]
    opened(url).close()
    for name in ("shallow.lock", "config.lock", "HEAD.lock", "packed-refs.lock", "refs/podpipe/fetched.lock"):
        (folder / name).touch()
    add(repository, {"index.html": b"new"})
    for target in (opened(url), opened(url)):  # the second finds the cache in use
        assert target.read("index.html") == b"new"


def test_a_cache_does_not_grow_without_end(
    repository: Path, opened: Opener, url: str, monkeypatch: pytest.MonkeyPatch, started: Started
) -> None:
    monkeypatch.setattr("podpipe.targets.git.branch._MOST_PACKS", 3)
    for number in range(8):
        target = opened(url)
        publish(target, data=b"%d" % number)
        target.close()
    assert len(commits(repository)) == 8
    assert len(list(cached()[0].glob("objects/pack/*.pack"))) <= 4
    assert [name for name, _ in started].count("fetch") in {1, 2}


def test_without_a_cache_nothing_is_left_on_the_machine(
    repository: Path, opened: Opener, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PODPIPE_CACHE", "")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    for number in range(2):
        target = opened(url)
        publish(target, f"{number}.txt")
        assert list((tmp_path / "temporary").iterdir())
        target.close()
        assert list((tmp_path / "temporary").iterdir()) == []
    assert files(repository) == {".nojekyll": b"", "0.txt": b"content", "1.txt": b"content"}


def test_of_two_publishes_at_once_the_later_one_is_refused_and_nothing_is_lost(repository: Path, opened: Opener, url: str) -> None:
    add(repository, {"index.html": b"old"}, message="first")
    one, two = opened(url), opened(url)
    for target in (one, two):
        assert target.read("index.html") == b"old"
    one.put(artifact("one.txt"))
    two.put(artifact("two.txt"))
    two.commit("two")
    with pytest.raises(TargetError, match="has been published to by somebody else meanwhile") as caught:
        one.commit("one")
    assert (caught.value.hint, caught.value.target) == ("publish again", url)
    assert files(repository) == {".nojekyll": b"", "index.html": b"old", "two.txt": b"content"}
    one.close()
    publish(opened(url), "one.txt", message="one")
    assert commits(repository) == ["one", "two", "first"]
    assert files(repository) == {".nojekyll": b"", "index.html": b"old", "one.txt": b"content", "two.txt": b"content"}


def test_of_two_first_publishes_the_later_one_is_refused(repository: Path, opened: Opener, url: str) -> None:
    one, two = opened(url), opened(url)
    assert (one.read("a"), two.read("a")) == (None, None)
    publish(one, message="one")
    with pytest.raises(TargetError, match="by somebody else meanwhile"):
        publish(two, message="two")
    assert commits(repository) == ["one"]


def test_recordings_are_not_fetched_to_publish_a_page(repository: Path, opened: Opener, url: str) -> None:
    git(repository, "config", "uploadpack.allowFilter", "true")
    sound = {key: hashlib.shake_256(key.encode()).digest(3_000_000) for key in ("audio/1.mp3", "audio/2.mp3", "theirs.zip")}
    held = Holding(digest="", length=3_000_000, content_type="audio/mpeg", cache_control="")
    manifest = manifest_bytes(Manifest(objects={"audio/1.mp3": held, "audio/2.mp3": held}))
    add(repository, {**sound, "index.html": b"old", MANIFEST: manifest})
    target = opened(url)
    lengths = {"audio/1.mp3": 3_000_000, "audio/2.mp3": 3_000_000, "theirs.zip": -1, "index.html": 3, "index": 3, MANIFEST: len(manifest)}
    assert target.sizes() == lengths
    publish(target)
    target.copy("audio/1.mp3", "audio/one.mp3", content_type="audio/mpeg", cache_control="")
    target.delete("audio/1.mp3")
    target.commit("renamed")
    assert sum(path.stat().st_size for path in cached()[0].rglob("*")) < 500_000
    assert files(repository) == {
        ".nojekyll": b"",
        MANIFEST: manifest,
        "audio/2.mp3": sound["audio/2.mp3"],
        "audio/one.mp3": sound["audio/1.mp3"],
        "feed.xml": b"content",
        "index.html": b"old",
        "theirs.zip": sound["theirs.zip"],
    }
    assert target.read("audio/one.mp3") == sound["audio/1.mp3"]
    assert target.head("theirs.zip") == Head(length=3_000_000)
    target.close()
    assert opened(url).sizes()["theirs.zip"] == 3_000_000


def test_a_refusal_repeats_the_remotes_reason_and_the_next_publish_works(repository: Path, opened: Opener, url: str) -> None:
    hook = repository / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'error: GH006: Protected branch update failed for refs/heads/gh-pages.' >&2\nexit 1\n")
    hook.chmod(0o755)
    target = opened(url)
    with pytest.raises(
        TargetError, match=r"does not take what is published: GH006: Protected branch [a-z ]*refs/heads/gh-pages\."
    ) as caught:
        publish(target)
    assert "rules of the repository for gh-pages" in caught.value.hint
    assert files(repository) == {}
    hook.unlink()
    target.commit("again")
    assert (commits(repository), files(repository)) == (["again"], {".nojekyll": b"", "feed.xml": b"content"})
    publish(opened(url), "more.txt", message="more")
    assert commits(repository) == ["more", "again"]


def test_a_push_whose_answer_was_lost_counts_as_done(repository: Path, opened: Opener, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Git.ask

    def lose(self: Git, *arguments: str, **options: Any) -> Answer:
        answer = ask(self, *arguments, **options)
        return Answer(status=128, output=b"", said="fatal: the remote end hung up") if arguments[0] == "push" else answer

    monkeypatch.setattr(Git, "ask", lose)
    target = opened(url)
    publish(target, message="one")
    publish(target, "more.txt", message="two")
    assert commits(repository) == ["two", "one"]


@pytest.mark.parametrize("ending", ["none.git", "site.git/objects"])
def test_a_remote_that_is_not_there_is_explained(repository: Path, opened: Opener, ending: str) -> None:
    with pytest.raises(TargetError, match="there is no repository, or none that may be seen") as caught:
        publish(opened(f"git+file://{repository.parent}/{ending}"))
    assert "check the address" in caught.value.hint


def test_a_show_is_published_over_http(repository: Path, opened: Opener) -> None:
    git(repository, "config", "uploadpack.allowFilter", "true")
    add(repository, {"index.html": b"old"})
    sound = hashlib.shake_256(b"a recording").digest(3_000_000)
    with git_server(repository.parent) as address:
        url = f"git+{address}/site.git?folder=docs"
        target = opened(url)
        publish(target, "audio/1.mp3", sound)
        publish(target, "feed.xml")
        target.close()
        shutil.rmtree(cached()[0])
        target = opened(url)
        publish(target, "more.txt")
        assert target.read("audio/1.mp3") == sound
    assert files(repository) == {
        "docs/.nojekyll": b"",
        "docs/audio/1.mp3": sound,
        "docs/feed.xml": b"content",
        "docs/more.txt": b"content",
        "index.html": b"old",
    }


@pytest.mark.parametrize(
    ("status", "message", "hint"),
    [
        (401, "the remote does not let podpipe in", "credential helper"),
        (403, "the remote does not let podpipe in", "ssh key"),
        (404, "there is no repository, or none that may be seen", "check the address"),
        (503, "the remote cannot be reached", "the connection"),
    ],
)
def test_what_a_web_server_refuses_is_explained(tmp_path: Path, opened: Opener, status: int, message: str, hint: str) -> None:
    with git_server(tmp_path, status=status) as address, pytest.raises(TargetError, match=message) as caught:
        opened(f"git+{address}/site.git").sizes()
    assert hint in caught.value.hint


def test_a_remote_that_cannot_be_reached_is_explained(opened: Opener) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(TargetError, match="the remote cannot be reached") as caught:
        opened(f"git+http://127.0.0.1:{port}/site.git").sizes()
    assert "check the address and the connection" in caught.value.hint


def test_a_remote_that_says_nothing_is_given_up(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podpipe.targets.git.branch.CONTACT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        began = time.monotonic()
        with pytest.raises(TargetError, match=r"no answer for 0\.5 seconds") as caught:
            opened(f"git+http://127.0.0.1:{server.getsockname()[1]}/site.git").sizes()
    assert time.monotonic() - began < 5
    assert "check the address and the connection" in caught.value.hint


@pytest.fixture(params=["GIT_SSH_COMMAND", "core.sshCommand", "PATH"])
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, git_settings: Path, request: pytest.FixtureRequest) -> tuple[Path, bool]:
    """Where an ssh that goes nowhere notes what it was asked, and whether the user gave it a key to use."""
    require(os.name == "posix", "needs a shell")
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/asked\nfor last; do :; done\nexec sh -c "$last"\n')
    ssh.chmod(0o755)
    chosen = request.param
    if chosen == "PATH":
        monkeypatch.setenv("PATH", f"{ssh.parent}:{os.environ['PATH']}")
    elif chosen == "GIT_SSH_COMMAND":
        monkeypatch.setenv("GIT_SSH_COMMAND", f"{ssh} -i key")
    else:
        git_settings.write_text(f"[core]\n\tsshCommand = {ssh} -i key\n")
    return tmp_path / "asked", chosen != "PATH"


def test_a_show_is_published_over_ssh_which_never_asks(repository: Path, opened: Opener, asked: tuple[Path, bool]) -> None:
    publish(opened(f"git+ssh://git@example.com:2222{repository}"))
    assert files(repository) == {".nojekyll": b"", "feed.xml": b"content"}
    lines = asked[0].read_text().splitlines()
    assert len(lines) == 2
    for line in lines:
        assert ("-i key" in line) == asked[1]
        assert "-o BatchMode=yes" in line
        assert "-p 2222 git@example.com git-" in line


def test_a_transport_that_runs_commands_is_never_used(tmp_path: Path, opened: Opener, git_settings: Path) -> None:
    git_settings.write_text(
        f'[url "ext::sh -c touch% {tmp_path}/ran% "]\n\tinsteadOf = https://example.com/\n[protocol]\n\tallow = always\n'
    )
    with pytest.raises(TargetError, match="transport 'ext' not allowed"):
        opened("git+https://example.com/site.git").sizes()
    assert not (tmp_path / "ran").exists()


def test_a_token_in_the_users_settings_is_not_shown(opened: Opener, git_settings: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    git_settings.write_text(f'[url "http://aki:s3cret@127.0.0.1:{port}/"]\n\tinsteadOf = https://example.com/\n')
    with pytest.raises(TargetError, match="the remote cannot be reached") as caught:
        opened("git+https://example.com/site.git").sizes()
    assert "s3cret" not in f"{caught.value} {caught.value.target}"


def test_a_file_that_github_would_refuse_is_named_before_it_travels(
    repository: Path, opened: Opener, git_settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("podpipe.targets.git.GITHUB_LIMIT", 10)
    git_settings.write_text(f'[url "file://{repository.parent}/"]\n\tinsteadOf = https://github.com/example/\n')
    target = opened("git+https://github.com/example/site.git")
    with pytest.raises(TargetError, match=r"audio/1\.mp3 has 11 bytes, and GitHub takes no file of more than 10") as caught:
        target.put(artifact("audio/1.mp3", b"eleven byte"))
    assert "audio_file_url" in caught.value.hint
    publish(target, "audio/1.mp3", b"ten bytes.")
    assert files(repository) == {".nojekyll": b"", "audio/1.mp3": b"ten bytes."}
