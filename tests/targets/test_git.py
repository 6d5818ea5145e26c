"""Publishing to a branch: what a commit holds, what is never touched, and what a person is told when it cannot work."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import textwrap
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from podpipe.errors import TargetError
from podpipe.model import FileContent
from podpipe.targets import Head, Versioned
from podpipe.targets.git import GITHUB_LIMIT, GitTarget
from tests.git_repositories import HTML, Opener, add, artifact, commits, files, git, git_settings, opened, repository, started

__all__ = ["git_settings", "opened", "repository", "started"]

Started = list[tuple[str, subprocess.Popen[bytes]]]

GITHUB = "git@github.com:example/show.git"


def recording(path: Path, data: bytes = b"sound") -> FileContent:
    path.write_bytes(data)
    return FileContent(path=str(path), digest=hashlib.sha256(data).hexdigest(), length=len(data))


@pytest.mark.parametrize("form", ["git:site.git", "git:./site.git", "git:{}/site.git", "git://{}/site.git", "git:site%2Egit"])
def test_a_repository_may_be_named_in_every_usual_way(repository: Path, tmp_path: Path, opened: Opener, form: str) -> None:
    url = form.format(tmp_path)
    target = opened(url)
    target.put(artifact("feed.xml"))
    target.commit("publish")
    assert files(repository) == {".nojekyll": b"", "feed.xml": b"content"}
    assert (target.url, target.parallel, target.lists_cheaply, target.whole) == (url, 1, True, True)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("git:", "names no repository"),
        ("git://example.com/show.git", "git's own protocol"),
        ("git:site.git#gh-pages", "no part after #"),
        ("git:site.git?bucket=x&acl=y", "no option acl, bucket"),
        ("git:site.git?branch=a&branch=b", "an option twice"),
        ("git:site.git?branch=", "no branch can be called ''"),
        ("git:site.git?branch=--upload-pack=x", "no branch can be called '--upload-pack=x'"),
        ("git:site.git?branch=a..b", "no branch can be called"),
        ("git:site.git?branch=a b", "no branch can be called"),
        ("git:site.git?branch=a.lock", "no branch can be called"),
        ("git:site.git?branch=@{{-1}", "no branch can be called"),
        ("git:site.git?folder=../docs", "not a folder inside of a repository"),
        ("git:site.git?folder=docs/.GIT", "not a folder inside of a repository"),
        ("git:site\n.git", "no URL may have"),
        ("git+file:site.git", "of this machine"),
        ("git+file://server/site.git", "of this machine"),
        ("git+https://example.com", "names no repository"),
        ("git+https:///show.git", "names no repository"),
        ("git+https://example.com/%0aoption", "no URL may have"),
        ("git+https://example.com:port/show.git", "cannot be read"),
        ("git+ssh://-oProxyCommand=x/show.git", "names no repository"),
        ("git+ssh://-l@example.com/show.git", "names no user"),
        ("git+ext://sh/-c", r"nothing is published by git\+ext:"),
        ("git+ext::sh -c true", r"nothing is published by git\+ext:"),
    ],
)
def test_a_url_that_names_no_branch_is_refused(tmp_path: Path, url: str, message: str) -> None:
    with pytest.raises(TargetError, match=message) as caught:
        GitTarget(url, root=tmp_path)
    assert caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "git+https://aki:s3cret@example.com/show.git",
        "git+https://s3cret@github.com/show.git?branch=main",
        "git+ssh://git:s3cret@example.com/show.git",
        "git+https://aki:s3c/s3cret@example.com/show.git",
        "git+https:aki:s3cret@example.com/show.git",
        "git+https://aki:s3cret@example.com/show.git?bucket=x",
        "git+https://example.com/show.git?token=s3cret",
    ],
)
def test_credentials_in_a_url_are_refused_and_not_shown(tmp_path: Path, url: str) -> None:
    with pytest.raises(TargetError) as caught:
        GitTarget(url, root=tmp_path)
    error = caught.value
    assert "s3c" not in f"{error} {error.target} {error.hint} {error.__cause__}"


def test_pages_lie_where_github_pages_looks_for_them(repository: Path, opened: Opener) -> None:
    target = opened()
    for key in ("episode/70", "episode/1.5-special", "index.html", "old.htm"):
        target.put(artifact(key, key.encode(), HTML))
    target.put(artifact("CNAME", b"example.com"))
    target.commit("publish")
    assert files(repository) == {
        ".nojekyll": b"",
        "CNAME": b"example.com",
        "episode/1.5-special.html": b"episode/1.5-special",
        "episode/70.html": b"episode/70",
        "index.html": b"index.html",
        "old.htm": b"old.htm",
    }
    assert target.sizes() == {
        ".nojekyll": 0,
        "CNAME": 11,
        "episode/1.5-special.html": 19,
        "episode/1.5-special": 19,
        "episode/70.html": 10,
        "episode/70": 10,
        "index.html": 10,
        "index": 10,
        "old.htm": 7,
    }


def test_a_page_and_the_folder_of_its_name_live_side_by_side(repository: Path, opened: Opener) -> None:
    target = opened()
    target.put(artifact("episode", b"all", HTML))
    target.put(artifact("episode/1", b"one", HTML))
    target.commit("publish")
    target.delete("episode")
    target.commit("publish")
    assert files(repository) == {".nojekyll": b"", "episode/1.html": b"one"}


def test_nothing_shows_before_the_commit_and_then_all_of_it(repository: Path, opened: Opener) -> None:
    add(repository, {"index.html": b"old", "gone.html": b"old"}, message="first")
    target = opened()
    target.put(artifact("index", b"new", HTML))
    target.put(artifact("feed.xml", b"feed"))
    target.delete("gone")
    assert (commits(repository), files(repository)) == (["first"], {"gone.html": b"old", "index.html": b"old"})
    target.commit("Publish 第七十回")
    assert commits(repository) == ["Publish 第七十回", "first"]
    assert files(repository) == {".nojekyll": b"", "feed.xml": b"feed", "index.html": b"new"}


def test_a_publish_that_changes_nothing_makes_no_commit(repository: Path, opened: Opener) -> None:
    for _ in range(2):
        target = opened()
        target.put(artifact("feed.xml", b"feed"))
        target.put(artifact("passing.txt"))
        target.delete("passing.txt")
        target.delete("never.txt")
        target.commit("publish")
        target.close()
    opened().commit("nothing was asked for")
    assert commits(repository) == ["publish"]


def test_a_target_goes_on_from_its_own_commit(repository: Path, opened: Opener) -> None:
    target = opened()
    for number in ("1", "2", "3"):
        target.put(artifact("feed.xml", number.encode()))
        target.commit(number)
    assert (commits(repository), files(repository)["feed.xml"]) == (["3", "2", "1"], b"3")


def test_what_was_written_is_read_back_before_the_commit(repository: Path, opened: Opener, tmp_path: Path) -> None:
    add(repository, {"feed.xml": b"old", "old.txt": b"old"})
    target = opened()
    assert (target.read("feed.xml"), target.read("none"), target.head("none"), target.read_version("none")) == (b"old", None, None, None)
    target.put(artifact("feed.xml", b"a new feed"))
    target.put(artifact("episode/70", b"page", HTML))
    target.put(artifact("audio/1.mp3", recording(tmp_path / "1.mp3")))
    target.copy("audio/1.mp3", "audio/one.mp3", content_type="audio/mpeg", cache_control="")
    target.copy("old.txt", "new", content_type=HTML, cache_control="")
    target.delete("old.txt")
    expected = {
        "audio/1.mp3": b"sound",
        "audio/one.mp3": b"sound",
        "episode/70": b"page",
        "episode/70.html": b"page",
        "feed.xml": b"a new feed",
        "new": b"old",
        "new.html": b"old",
    }
    for _ in ("before the commit", "after it"):
        found = target.sizes().keys() - {".nojekyll"}
        assert {key: target.read(key) for key in found} == expected
        assert {key: target.head(key) for key in found} == {key: Head(length=len(data)) for key, data in expected.items()}
        target.commit("publish")


def test_a_copy_of_nothing_is_refused(repository: Path, opened: Opener) -> None:
    with pytest.raises(TargetError, match=r"cannot copy a\.mp3 to b\.mp3: it is not there"):
        opened().copy("a.mp3", "b.mp3", content_type="audio/mpeg", cache_control="")
    assert files(repository) == {}


def test_a_small_object_is_written_only_over_the_version_that_was_read(repository: Path, opened: Opener) -> None:
    target = opened()
    first = target.write_if("state.json", b"1", expected=None)
    assert target.write_if("state.json", b"2", expected=None) is None
    assert target.write_if("state.json", b"2", expected="another") is None
    assert first is not None
    assert target.read_version("state.json") == Versioned(data=b"1", version=first)
    second = target.write_if("state.json", b"2", expected=first)
    assert second not in {None, first}
    target.commit("publish")
    again = opened()
    assert again.read_version("state.json") == Versioned(data=b"2", version=str(second))
    assert again.write_if("state.json", b"3", expected=first) is None
    assert (files(repository)["state.json"], target.ages("")) == (b"2", {})


def test_of_two_publishes_at_once_the_later_one_is_refused_and_nothing_is_lost(repository: Path, opened: Opener) -> None:
    add(repository, {"index.html": b"old"}, message="first")
    one, two = opened(), opened()
    for target in (one, two):
        assert target.read("index.html") == b"old"
    one.put(artifact("one.txt"))
    two.put(artifact("two.txt"))
    one.commit("one")
    with pytest.raises(TargetError, match="has been published to by somebody else meanwhile") as caught:
        two.commit("two")
    assert (caught.value.hint, caught.value.target) == ("publish again", "git:site.git")
    assert files(repository) == {".nojekyll": b"", "index.html": b"old", "one.txt": b"content"}
    again = opened()
    again.put(artifact("two.txt"))
    again.commit("two")
    assert commits(repository) == ["two", "one", "first"]
    assert files(repository) == {".nojekyll": b"", "index.html": b"old", "one.txt": b"content", "two.txt": b"content"}


def test_of_two_first_publishes_the_later_one_is_refused(repository: Path, opened: Opener) -> None:
    one, two = opened(), opened()
    for target in (one, two):
        target.put(artifact("feed.xml", b"feed"))
    one.commit("one")
    with pytest.raises(TargetError, match="by somebody else meanwhile"):
        two.commit("two")
    assert commits(repository) == ["one"]


def test_files_of_other_people_stay_as_they_are(repository: Path, opened: Opener) -> None:
    theirs = {".nojekyll": b"mine\n", "CNAME": b"example.com", "docs/index.html": b"docs", "run.sh": b"#!/bin/sh"}
    add(repository, theirs)
    blob = git(repository, "hash-object", "-w", "--stdin", given=b"docs").decode().strip()
    links = f"commit refs/heads/gh-pages\ncommitter A <a@b> now\ndata 5\nlinks\nfrom {git(repository, 'rev-parse', 'gh-pages').decode()}"
    links += f"M 120000 {blob} link\nM 160000 {'1' * 40} module\nM 100755 {blob} tool\n"
    git(repository, "fast-import", "--quiet", "--date-format=now", given=links.encode())
    before = git(repository, "ls-tree", "-r", "-z", "gh-pages")
    target = opened()
    target.put(artifact("feed.xml"))
    target.delete("link")
    target.delete("module")
    target.commit("publish")
    target.delete("feed.xml")
    target.commit("publish")
    assert git(repository, "ls-tree", "-r", "-z", "gh-pages") == before
    assert target.sizes().keys() == {*theirs, "tool", "docs/index"}


def test_a_show_may_lie_in_a_folder_of_a_branch_beside_other_files(repository: Path, opened: Opener) -> None:
    add(repository, {"README.md": b"read", "docs/old.txt": b"old", "docs-more/a": b"a"}, branch="main")
    target = opened("git:site.git?branch=main&folder=/docs/")
    assert target.sizes() == {"old.txt": 3}
    target.put(artifact("index.html", b"index", HTML))
    target.delete("old.txt")
    target.delete("README.md")
    target.commit("publish")
    assert files(repository, "main") == {
        "README.md": b"read",
        "docs-more/a": b"a",
        "docs/.nojekyll": b"",
        "docs/index.html": b"index",
    }


@pytest.mark.parametrize("name", ["回 70/夏の話.txt", 'it\'s "quoted".txt', "a\ttab\nand a line", "-dash", ":(top)x", "a*b?[c]", "é", "~x"])
def test_names_are_kept_as_they_are(repository: Path, opened: Opener, name: str) -> None:
    for data in (b"first", b"second"):
        target = opened("git:site.git?branch=回&folder=夏 1")
        target.put(artifact(name, data))
        target.commit("publish")
        assert files(repository, "回") == {"夏 1/.nojekyll": b"", f"夏 1/{name}": data}
        assert (target.read(name), dict(target.sizes())) == (data, {".nojekyll": 0, name: len(data)})
        target.close()
    target = opened("git:site.git?branch=回&folder=夏 1")
    target.delete(name)
    target.commit("publish")
    assert files(repository, "回") == {"夏 1/.nojekyll": b""}


@pytest.mark.parametrize(
    "key", ["../feed.xml", "/etc/hosts", "a/../../b", "a//b", "./a", "a/", "", "a\0b", ".git/config", "a/.GIT/b", "git~1"]
)
def test_keys_that_are_no_paths_are_refused(repository: Path, opened: Opener, key: str) -> None:
    target = opened()
    for ask in (target.read, target.head, target.delete, target.read_version):
        with pytest.raises(TargetError, match="not a path inside the target's folder"):
            ask(key)
    with pytest.raises(TargetError, match="not a path inside the target's folder"):
        target.write_if(key, b"{}", expected=None)
    assert files(repository) == {}


@pytest.mark.parametrize(
    ("key", "hint"),
    [("a/b/c", "a file lies where a folder must be"), ("a", "a folder lies where a file must be"), ("link/x", "a file lies")],
)
def test_what_stands_in_the_way_is_named_and_stays(repository: Path, opened: Opener, key: str, hint: str) -> None:
    add(repository, {"a/b": b"mine"})
    link = f"commit refs/heads/gh-pages\ncommitter A <a@b> now\ndata 0\nfrom {git(repository, 'rev-parse', 'gh-pages').decode()}"
    git(repository, "fast-import", "--quiet", "--date-format=now", given=f"{link}M 120000 inline link\ndata 1\na\n".encode())
    before = git(repository, "ls-tree", "-r", "gh-pages")
    target = opened()
    with pytest.raises(TargetError, match=f"cannot write {key}: ") as caught:
        target.put(artifact(key))
    assert hint in caught.value.hint
    target.commit("publish")
    assert git(repository, "ls-tree", "-r", "gh-pages") == before


@pytest.mark.parametrize("folder", ["docs", "docs/site", "site/docs", "link"])
def test_a_file_in_the_place_of_the_targets_folder_stays(repository: Path, opened: Opener, folder: str) -> None:
    add(repository, {"docs": b"mine", "site/docs": b"mine"})
    link = f"commit refs/heads/gh-pages\ncommitter A <a@b> now\ndata 0\nfrom {git(repository, 'rev-parse', 'gh-pages').decode()}"
    git(repository, "fast-import", "--quiet", "--date-format=now", given=f"{link}M 120000 inline link\ndata 4\nsite\n".encode())
    before = git(repository, "ls-tree", "-r", "gh-pages")
    target = opened(f"git:site.git?folder={folder}")
    with pytest.raises(TargetError, match="is a file on the branch, where a folder must be"):
        target.put(artifact("index.html"))
    assert git(repository, "ls-tree", "-r", "gh-pages") == before


def test_a_folder_makes_way_when_its_files_are_deleted(repository: Path, opened: Opener) -> None:
    add(repository, {"a/b/c": b"old"})
    target = opened()
    target.delete("a/b/c")
    target.put(artifact("a", b"new"))
    target.commit("publish")
    assert files(repository) == {".nojekyll": b"", "a": b"new"}


def test_a_name_that_git_takes_for_its_own_is_explained(repository: Path, opened: Opener) -> None:
    target = opened()
    target.put(artifact("a/.g\u200cit/b"))
    with pytest.raises(TargetError, match="git takes no file of such a name") as caught:
        target.commit("publish")
    assert (files(repository), caught.value.hint) == ({}, "change the permalink or the file's name")


def test_a_work_tree_and_its_index_are_not_touched(tmp_path: Path, opened: Opener) -> None:
    show = tmp_path / "show"
    git(tmp_path, "init", "--quiet", str(show))
    (show / "episode.md").write_text("draft")
    git(show, "add", "episode.md")
    (show / "notes.txt").write_text("mine")
    before = git(show, "status", "--porcelain=v2", "--branch")
    target = opened("git:show")
    target.put(artifact("feed.xml"))
    target.commit("publish")
    assert git(show, "status", "--porcelain=v2", "--branch") == before
    assert sorted(path.name for path in show.iterdir()) == [".git", "episode.md", "notes.txt"]
    assert files(show) == {".nojekyll": b"", "feed.xml": b"content"}


@pytest.mark.parametrize("linked", [False, True])
def test_a_branch_that_is_checked_out_is_refused(tmp_path: Path, opened: Opener, linked: bool) -> None:
    show = tmp_path / "show"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(show))
    for branch in ("main", "gh-pages"):
        add(show, {"index.html": b"mine"}, branch=branch)
    if linked:
        git(show, "worktree", "add", "--quiet", str(tmp_path / "pages"), "gh-pages")
    else:
        git(show, "switch", "--quiet", "--force", "gh-pages")
    folder = tmp_path / "pages" if linked else show
    target = opened("git:show")
    with pytest.raises(TargetError, match=f"gh-pages is checked out in {folder}") as caught:
        target.put(artifact("index.html"))
    assert "git switch" in caught.value.hint
    assert (files(show), commits(show)) == ({"index.html": b"mine"}, ["by hand"])


def test_a_branch_that_is_checked_out_meanwhile_is_not_moved(tmp_path: Path, opened: Opener) -> None:
    show = tmp_path / "show"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(show))
    add(show, {"index.html": b"mine"})
    target = opened("git:show")
    target.put(artifact("index.html"))
    git(show, "switch", "--quiet", "gh-pages")
    with pytest.raises(TargetError, match="is checked out in"):
        target.commit("publish")
    assert commits(show) == ["by hand"]


def test_hooks_and_settings_of_the_user_have_no_part_in_a_publish(
    repository: Path, opened: Opener, tmp_path: Path, git_settings: Path
) -> None:
    hook = repository / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    for name in ("reference-transaction", "post-index-change", "pre-push"):
        hook.with_name(name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        hook.with_name(name).chmod(0o755)
    with git_settings.open("a") as settings:
        settings.write(f"[core]\n\thooksPath = {hook.parent}\n\tsplitIndex = true\n\tautocrlf = true\n[commit]\n\tgpgSign = true\n")
    target = opened()
    target.put(artifact("a.txt", b"one\r\ntwo\n"))
    target.commit("publish")
    assert files(repository) == {".nojekyll": b"", "a.txt": b"one\r\ntwo\n"}
    assert not (tmp_path / "ran").exists()


def test_a_publish_from_within_a_hook_goes_where_it_should(
    repository: Path, opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "other.git")
    for name, value in {
        "GIT_DIR": str(tmp_path / "other.git"),
        "GIT_INDEX_FILE": str(tmp_path / "index"),
        "GIT_WORK_TREE": str(tmp_path),
        "GIT_OBJECT_DIRECTORY": str(tmp_path / "other.git/objects"),
        "GIT_QUARANTINE_PATH": str(tmp_path / "other.git/objects"),
        "GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z",
        "GIT_CONFIG_PARAMETERS": "'core.bare'='nonsense'",
        "GIT_NAMESPACE": "other",
        "GIT_TRACE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    target = opened()
    target.put(artifact("feed.xml"))
    target.commit("publish")
    monkeypatch.undo()
    assert files(repository) == {".nojekyll": b"", "feed.xml": b"content"}
    assert files(tmp_path / "other.git") == {}
    assert not git(repository, "log", "--format=%as", "gh-pages").startswith(b"2001")


def test_the_users_identity_stands_below_a_commit_or_podpipes(repository: Path, opened: Opener, git_settings: Path) -> None:
    for settings in ("[user]\n\tname = Aki\n\temail = aki@example.com\n", "[user]\n\tname = Aki\n\tuseConfigOnly = true\n", ""):
        git_settings.write_text(settings)
        target = opened()
        target.put(artifact("feed.xml", settings.encode()))
        target.commit("publish")
    assert git(repository, "log", "--format=%an <%ae> %cn <%ce>", "gh-pages").decode().splitlines() == [
        "podpipe <podpipe@localhost> podpipe <podpipe@localhost>",
        "Aki <podpipe@localhost> Aki <podpipe@localhost>",
        "Aki <aki@example.com> Aki <aki@example.com>",
    ]


def test_thousands_of_small_files_take_few_processes(repository: Path, opened: Opener, started: Started) -> None:
    pages = {f"episode/{number}": b"page %d" % number for number in range(2000)}
    target = opened()
    for key, data in pages.items():
        target.put(artifact(key, data, HTML))
    target.commit("publish")
    target.close()
    again = opened()
    assert again.sizes() == {".nojekyll": 0} | {f"{key}{end}": len(data) for key, data in pages.items() for end in ("", ".html")}
    assert {key: again.read(key) for key in pages} == pages
    assert len(started) < 30
    assert len(git(repository, "ls-tree", "-r", "--name-only", "gh-pages").splitlines()) == 2001


def test_a_recording_is_never_in_memory_whole(repository: Path, opened: Opener, tmp_path: Path) -> None:
    data = hashlib.shake_256(b"a recording").digest(12_000_000)
    content = recording(tmp_path / "1.mp3", data)
    parts = FileContent(
        path=content.path,
        digest=hashlib.sha256(b"tag" + data[5:]).hexdigest(),
        length=len(data) - 2,
        parts=(b"tag", range(5, len(data))),
        source_length=len(data),
    )
    target = opened()
    tracemalloc.start()
    target.put(artifact("audio/1.mp3", content, "audio/mpeg"))
    target.put(artifact("audio/2.mp3", parts, "audio/mpeg"))
    target.commit("publish")
    assert tracemalloc.get_traced_memory()[1] < 6_000_000
    tracemalloc.stop()
    assert files(repository) == {".nojekyll": b"", "audio/1.mp3": data, "audio/2.mp3": b"tag" + data[5:]}
    assert target.read("audio/1.mp3") == data


@pytest.mark.parametrize(("length", "reason"), [(3_000_000, "shorter"), (10, "longer"), (None, "No such file or directory")])
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_published(
    repository: Path, opened: Opener, tmp_path: Path, length: int | None, reason: str
) -> None:
    content = recording(tmp_path / "1.mp3", b"sound" * 100)
    target = opened()
    target.put(artifact("audio/0.mp3", content))
    changed = FileContent(path=content.path, digest="", length=500 if length is None else length)
    if length is None:
        (tmp_path / "1.mp3").unlink()
    with pytest.raises(TargetError, match=rf"cannot write audio/1\.mp3: .*{reason}"):
        target.put(artifact("audio/1.mp3", changed))
    target.put(artifact("audio/2.mp3", recording(tmp_path / "2.mp3", b"more")))
    target.commit("publish")
    assert files(repository) == {".nojekyll": b"", "audio/0.mp3": b"sound" * 100, "audio/2.mp3": b"more"}


def test_a_target_may_be_used_by_several_threads(repository: Path, opened: Opener) -> None:
    target = opened()
    pages = {f"page/{number}": b"%d" % number for number in range(100)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: target.put(artifact(key, pages[key])), pages))
        assert list(pool.map(target.read, pages)) == list(pages.values())
    target.commit("publish")
    assert files(repository) == {".nojekyll": b"", **pages}


def test_a_publish_that_is_given_up_leaves_nothing_in_the_repository(repository: Path, opened: Opener, tmp_path: Path) -> None:
    before = sorted(repository.rglob("*"))
    target = opened()
    target.put(artifact("feed.xml"))
    target.put(artifact("1.mp3", recording(tmp_path / "1.mp3")))
    target.close()
    assert sorted(repository.rglob("*")) == before


@pytest.mark.parametrize("url", ["git:site.git", "git+file://{}/site.git"])
def test_a_crash_before_the_commit_leaves_the_branch_as_it_was(repository: Path, opened: Opener, tmp_path: Path, url: str) -> None:
    add(repository, {"index.html": b"old"})
    crash = """
        import os, sys
        from pathlib import Path
        from podpipe.model import Artifact
        from podpipe.targets.git import GitTarget
        target = GitTarget(sys.argv[1], root=Path(sys.argv[2]))
        target.put(Artifact(key="audio/1.mp3", content=os.urandom(3_000_000), content_type="audio/mpeg", cache_control=""))
        os.kill(os.getpid(), 9)
    """
    url = url.format(tmp_path)
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(crash), url, str(tmp_path)], check=False, capture_output=True)
    assert (ended.returncode, ended.stderr) == (-9, b"")
    assert (files(repository), commits(repository)) == ({"index.html": b"old"}, ["by hand"])
    target = opened(url)
    target.put(artifact("feed.xml"))
    target.commit("publish")
    assert files(repository) == {".nojekyll": b"", "feed.xml": b"content", "index.html": b"old"}
    for _ in range(100):  # the writer that lost its podpipe may take a moment to notice
        left = list(Path(os.environ["PODPIPE_CACHE"]).rglob("tmp_*"))
        if not left:
            break
        target.close()
        time.sleep(0.05)
        assert target.sizes() == {".nojekyll": 0, "feed.xml": 7, "index.html": 3, "index": 3}
    assert not left


def test_when_git_dies_nothing_is_published_without_what_it_held(repository: Path, opened: Opener, started: Started) -> None:
    target = opened()
    target.put(artifact("feed.xml"))
    next(process for name, process in started if name == "fast-import").kill()
    for _ in range(2):
        with pytest.raises(TargetError, match="git failed"):
            target.commit("publish")
    with pytest.raises(TargetError, match="git failed"):
        target.put(artifact("index.html"))
    assert files(repository) == {}
    target.close()
    assert not list(repository.rglob("tmp_*"))
    assert not list(repository.rglob("fast_import_crash_*"))


def test_a_repository_with_sha256_names_is_published_to(tmp_path: Path, opened: Opener) -> None:
    folder = tmp_path / "site.git"
    git(tmp_path, "init", "--quiet", "--bare", "--object-format=sha256", str(folder))
    target = opened()
    target.put(artifact("a.txt"))
    target.commit("publish")
    target.put(artifact("b.txt"))
    target.delete("a.txt")
    target.commit("publish")
    assert files(folder) == {".nojekyll": b"", "b.txt": b"content"}


@pytest.mark.parametrize(("remote", "refused"), [(GITHUB, True), ("https://example.com/show.git", False)])
def test_a_file_that_github_would_refuse_is_named_in_time(
    repository: Path, opened: Opener, tmp_path: Path, remote: str, refused: bool
) -> None:
    git(repository, "remote", "add", "origin", remote)
    (tmp_path / "1.mp3").write_bytes(b"sound")
    large = FileContent(path=str(tmp_path / "1.mp3"), digest="", length=GITHUB_LIMIT + 1)
    reason = "GitHub takes no file of more than 104,857,600" if refused else "shorter"
    with pytest.raises(TargetError, match=rf"audio/1\.mp3.* {reason}") as caught:
        opened().put(artifact("audio/1.mp3", large, "audio/mpeg"))
    assert ("audio_file_url" in caught.value.hint) == refused


def test_a_folder_that_is_no_repository_is_refused_even_in_one_that_is(tmp_path: Path, opened: Opener) -> None:
    git(tmp_path, "init", "--quiet", ".")
    (tmp_path / "public").mkdir()
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(TargetError, match=r"there is no repository.*not a git repository") as caught:
        opened("git:public").sizes()
    assert "git init --bare" in caught.value.hint
    for url in ("git:nowhere", "git:notes.txt"):
        with pytest.raises(TargetError, match="there is no folder") as caught:
            opened(url).sizes()
        assert "git init --bare" in caught.value.hint


def test_a_machine_without_git_is_told_to_get_it(repository: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(TargetError, match="git is not installed") as caught:
        opened().sizes()
    assert "install git" in caught.value.hint
