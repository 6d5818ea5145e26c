"""Publishing into a folder: where things lie, what is never touched, and what a person is told when it cannot work."""

from __future__ import annotations

import hashlib
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from podpipe.errors import TargetError
from podpipe.model import Artifact, FileContent
from podpipe.targets.local import LocalTarget

HTML = "text/html; charset=utf-8"


def artifact(key: str, content: bytes | FileContent = b"content", content_type: str = "text/plain") -> Artifact:
    return Artifact(key=key, content=content, content_type=content_type, cache_control="no-cache")


def recording(path: Path, data: bytes = b"sound") -> FileContent:
    path.write_bytes(data)
    return FileContent(path=str(path), digest=hashlib.sha256(data).hexdigest(), length=len(data))


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def target(tmp_path: Path) -> LocalTarget:
    return LocalTarget("file:public", root=tmp_path)


@pytest.mark.parametrize(
    "form", ["file:public site", "file:public%20site", "public site", "file://{}", "file://localhost{}", "file:{}", "{}"]
)
def test_a_folder_may_be_named_in_every_usual_way(tmp_path: Path, form: str) -> None:
    url = form.format(tmp_path / "public site")
    target = LocalTarget(url, root=tmp_path)
    target.put(artifact("robots.txt"))
    assert files(tmp_path / "public site") == {"robots.txt": b"content"}
    assert target.url == url


@pytest.mark.parametrize(
    ("url", "message"), [("file:", "names no folder"), ("", "names no folder"), ("file://server/share", "not of server")]
)
def test_a_url_that_names_no_folder_here_is_refused(tmp_path: Path, url: str, message: str) -> None:
    with pytest.raises(TargetError, match=message):
        LocalTarget(url, root=tmp_path)


def test_a_file_is_no_target(tmp_path: Path) -> None:
    (tmp_path / "public").write_text("mine")
    with pytest.raises(TargetError, match="public is a file"):
        LocalTarget("file:public", root=tmp_path)


def test_pages_lie_where_static_web_servers_look_for_them(target: LocalTarget, tmp_path: Path) -> None:
    for key in ("episode/70", "episode/1.5-special", "index.html", "old.htm"):
        target.put(artifact(key, key.encode(), HTML))
    target.put(artifact("CNAME", b"example.com"))
    assert files(tmp_path / "public") == {
        "episode/70.html": b"episode/70",
        "episode/1.5-special.html": b"episode/1.5-special",
        "index.html": b"index.html",
        "old.htm": b"old.htm",
        "CNAME": b"example.com",
    }
    assert target.sizes() == {
        "episode/70.html": 10,
        "episode/70": 10,
        "episode/1.5-special.html": 19,
        "episode/1.5-special": 19,
        "index.html": 10,
        "index": 10,
        "old.htm": 7,
        "CNAME": 11,
    }
    assert target.read("episode/70") == b"episode/70"


def test_a_page_and_the_folder_of_its_name_live_side_by_side(target: LocalTarget, tmp_path: Path) -> None:
    target.put(artifact("episode", b"all", HTML))
    target.put(artifact("episode/1", b"one", HTML))
    assert files(tmp_path / "public") == {"episode.html": b"all", "episode/1.html": b"one"}


def test_a_folder_that_is_not_there_holds_nothing(target: LocalTarget) -> None:
    assert (dict(target.sizes()), target.read("feed.xml")) == ({}, None)
    target.delete("feed.xml")


def test_japanese_names_and_spaces_are_kept(target: LocalTarget, tmp_path: Path) -> None:
    target.put(artifact("回 70/夏の話.txt"))
    assert files(tmp_path / "public") == {"回 70/夏の話.txt": b"content"}


def test_what_is_there_is_replaced_whole(target: LocalTarget, tmp_path: Path) -> None:
    target.put(artifact("feed.xml", b"a long first version"))
    with (tmp_path / "public" / "feed.xml").open("rb") as reader:
        target.put(artifact("feed.xml", b"second"))
        assert reader.read() == b"a long first version"
    assert files(tmp_path / "public") == {"feed.xml": b"second"}


def test_published_files_may_be_read_by_a_web_server(target: LocalTarget, tmp_path: Path) -> None:
    (tmp_path / "own").write_text("as this machine makes files")
    for _ in range(2):
        target.put(artifact("feed.xml"))
        target.put(artifact("audio/1.mp3", recording(tmp_path / "1.mp3")))
    modes = {path.stat().st_mode for path in (tmp_path / "public").rglob("*") if path.is_file()}
    assert modes == {(tmp_path / "own").stat().st_mode}


def test_a_recording_is_copied_and_the_authors_file_out_of_reach(target: LocalTarget, tmp_path: Path) -> None:
    target.put(artifact("audio/1.mp3", recording(tmp_path / "1.mp3")))
    with (tmp_path / "public/audio/1.mp3").open("r+b") as published:
        published.write(b"noise")
    assert (tmp_path / "1.mp3").read_bytes() == b"sound"


def test_a_failed_copy_leaves_what_was_there_and_nothing_else(target: LocalTarget, tmp_path: Path) -> None:
    target.put(artifact("audio/1.mp3", b"first"))
    vanished = FileContent(path=str(tmp_path / "gone.mp3"), digest="", length=5)
    for key in ("audio/1.mp3", "audio/2.mp3"):
        with pytest.raises(TargetError, match=r"cannot write audio/.\.mp3: No such file or directory: .*gone\.mp3"):
            target.put(artifact(key, vanished))
    assert files(tmp_path / "public") == {"audio/1.mp3": b"first"}


def test_deleting_takes_empty_folders_along_and_nothing_more(target: LocalTarget, tmp_path: Path) -> None:
    for key in ("a/b/c", "a/d"):
        target.put(artifact(key, content_type=HTML))
    target.delete("a/b/c")
    assert [path.name for path in (tmp_path / "public/a").iterdir()] == ["d.html"]
    target.delete("a/d")
    assert not (tmp_path / "public/a").exists()
    assert files(tmp_path / "public") == {}
    target.put(artifact("a/b/c", content_type=HTML))
    assert files(tmp_path / "public") == {"a/b/c.html": b"content"}


def test_a_page_is_deleted_and_not_a_file_of_the_same_name(target: LocalTarget, tmp_path: Path) -> None:
    target.put(artifact("about", b"page", HTML))
    (tmp_path / "public/about").write_bytes(b"somebody's own")
    target.delete("about")
    assert files(tmp_path / "public") == {"about": b"somebody's own"}


@pytest.mark.parametrize("key", ["../feed.xml", "/etc/hosts", "a/../../b", "a//b", "./a", "a/", "", "a\0b"])
def test_keys_that_leave_the_folder_are_refused(target: LocalTarget, key: str) -> None:
    for ask in (target.read, target.delete):
        with pytest.raises(TargetError, match="not a path inside the target's folder"):
            ask(key)


@pytest.mark.parametrize("key", ["a//b", "./a", "a/", "a\0b"])
def test_artifacts_whose_keys_are_no_paths_are_refused(target: LocalTarget, tmp_path: Path, key: str) -> None:
    with pytest.raises(TargetError, match="not a path inside the target's folder"):
        target.put(artifact(key))
    assert not (tmp_path / "public").exists()


def test_links_that_lead_out_of_the_folder_are_not_followed(target: LocalTarget, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "notes.txt").write_text("private")
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "episode").symlink_to(tmp_path / "private")
    (tmp_path / "public" / "feed.xml").symlink_to(tmp_path / "private" / "notes.txt")
    with pytest.raises(TargetError, match="outside of the target's folder"):
        target.put(artifact("episode/deep/1.txt"))
    with pytest.raises(TargetError, match="outside of the target's folder"):
        target.delete("episode/notes.txt")
    target.put(artifact("feed.xml", b"feed"))
    assert files(tmp_path / "private") == {"notes.txt": b"private"}
    assert [path.name for path in (tmp_path / "private").iterdir()] == ["notes.txt"]
    assert (tmp_path / "public" / "feed.xml").read_bytes() == b"feed"


@pytest.mark.parametrize("key", ["episode/1", "episode/deep/1"])
def test_a_file_where_a_folder_must_be_is_named(target: LocalTarget, tmp_path: Path, key: str) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "public/episode").write_text("mine")
    with pytest.raises(TargetError, match=f"cannot write {key}") as caught:
        target.put(artifact(key))
    assert "a file lies where a folder must be" in caught.value.hint
    assert files(tmp_path / "public") == {"episode": b"mine"}


def test_a_folder_where_a_file_must_be_is_named(target: LocalTarget, tmp_path: Path) -> None:
    (tmp_path / "public/feed.xml").mkdir(parents=True)
    with pytest.raises(TargetError, match=r"cannot write feed\.xml") as caught:
        target.put(artifact("feed.xml"))
    assert "a folder lies where a file must be" in caught.value.hint
    assert files(tmp_path / "public") == {}


@pytest.fixture
def closed_folder(tmp_path: Path) -> Iterator[None]:
    """A target folder that may not be written. The administrator may write everywhere, and takes on somebody else's rights meanwhile."""
    (tmp_path / "public").mkdir(mode=0o555)
    administrator = os.geteuid() == 0
    if administrator:
        for folder in (tmp_path, *tmp_path.parents[:3]):
            folder.chmod(folder.stat().st_mode | 0o055)
        os.seteuid(65534)
    yield
    if administrator:
        os.seteuid(0)


@pytest.mark.usefixtures("closed_folder")
def test_a_folder_that_may_not_be_written_is_named(target: LocalTarget) -> None:
    with pytest.raises(TargetError, match=r"cannot write feed\.xml: Permission denied") as caught:
        target.put(artifact("feed.xml"))
    assert "choose another folder" in caught.value.hint


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Files may grow to 1,000 bytes only, so that a write stops halfway as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_disk")
def test_a_write_that_stops_halfway_leaves_what_was_there_and_nothing_else(target: LocalTarget, tmp_path: Path) -> None:
    target.put(artifact("feed.xml", b"first"))
    for key in ("feed.xml", "new.txt"):
        with pytest.raises(TargetError, match=f"cannot write {key}: File too large"):
            target.put(artifact(key, b"x" * 5000))
    assert files(tmp_path / "public") == {"feed.xml": b"first"}


def test_a_recording_in_parts_arrives_as_one_and_its_source_is_left_alone(tmp_path: Path) -> None:
    source, data = tmp_path / "1.mp3", hashlib.shake_256(b"a recording").digest(3_000_000)
    source.write_bytes(data)
    whole = b"a new tag" + data[5000:]
    parts = (b"a new tag", range(5000, len(data)))
    content = FileContent(
        path=str(source), digest=hashlib.sha256(whole).hexdigest(), length=len(whole), parts=parts, source_length=len(data)
    )
    target = LocalTarget("file:public", root=tmp_path)
    target.put(artifact("audio/1.mp3", content, "audio/mpeg"))
    target.put(artifact("audio/1.mp3", content, "audio/mpeg"))
    assert (tmp_path / "public/audio/1.mp3").read_bytes() == whole
    assert source.read_bytes() == data
    assert [path.name for path in (tmp_path / "public/audio").iterdir()] == ["1.mp3"]


def test_a_recording_that_becomes_shorter_while_it_is_sent_leaves_what_was_there(tmp_path: Path) -> None:
    source = tmp_path / "1.mp3"
    source.write_bytes(b"short")
    target = LocalTarget("file:public", root=tmp_path)
    target.put(artifact("audio/1.mp3", b"before", "audio/mpeg"))
    content = FileContent(path=str(source), digest="", length=104, parts=(b"head", range(100)), source_length=100)
    with pytest.raises(TargetError, match=r"cannot write audio/1\.mp3: .*shorter"):
        target.put(artifact("audio/1.mp3", content, "audio/mpeg"))
    assert (tmp_path / "public/audio/1.mp3").read_bytes() == b"before"
    assert [path.name for path in (tmp_path / "public/audio").iterdir()] == ["1.mp3"]
