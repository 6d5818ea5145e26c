"""A show's folder on disk: which files are episodes, which are published as they are, and where the audio lies."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path

import pytest

from podpipe.errors import ConfigError
from podpipe.model import Finding, SourceFile, Where
from podpipe.sources import Folder, content_type, find_audio, read_episodes, shared_folder, static_files
from tests.conftest import require


def put(path: Path, content: bytes = b"content") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def source(path: str, content: bytes, text: str) -> SourceFile:
    return SourceFile(path=path, text=text, digest=hashlib.sha256(content).hexdigest())


def unreadable(path: str, message: str, hint: str, line: int | None = None) -> Finding:
    return Finding(level="error", rule="source-unreadable", where=Where(path=path, line=line), message=message, hint=hint)


def keys(root: Path, folder: str = "", prefix: str = "", **options: object) -> list[str]:
    return [file.key for file in static_files(root, folder, prefix, **options)]  # type: ignore[arg-type]  # passed on as they are


def test_episodes_are_read_in_the_order_of_their_names_with_plain_line_breaks(tmp_path: Path) -> None:
    bom, crlf, cr = "\ufefftitle\n".encode(), b"a\r\nb\r\n", "日本\rb".encode()
    for name, content in (("3.md", bom), ("1.markdown", crlf), ("2.MD", cr)):
        put(tmp_path / "episodes" / name, content)
    for name in (".hidden.md", "_draft.md", "notes.txt"):
        put(tmp_path / "episodes" / name)
    put(tmp_path / "episodes/deeper/4.md")
    assert read_episodes(tmp_path, "episodes") == Folder(
        files=(
            source("episodes/1.markdown", crlf, "a\nb\n"),
            source("episodes/2.MD", cr, "日本\nb"),
            source("episodes/3.md", bom, "title\n"),
        ),
        findings=(),
    )


def test_a_file_that_cannot_be_read_is_a_finding_and_the_others_are_read(tmp_path: Path) -> None:
    put(tmp_path / "episodes/1.md", b"title: a\n\ntitle: " + "日本".encode("shift_jis"))
    put(tmp_path / "episodes/2.md", b"good")
    (tmp_path / "episodes/3.md").mkdir()
    assert read_episodes(tmp_path, "episodes") == Folder(
        files=(source("episodes/2.md", b"good", "good"),),
        findings=(
            unreadable("episodes/1.md", "the file is not UTF-8 text (byte 17)", "save it as UTF-8", line=3),
            unreadable("episodes/3.md", "the file cannot be read: Is a directory", "look at its permissions"),
        ),
    )


def test_a_name_that_no_address_can_hold_is_a_finding(tmp_path: Path) -> None:
    require(sys.platform == "linux", "needs a file system that takes any bytes for a name")
    (tmp_path / "episodes").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/episodes/\xff.md")).touch()
    assert read_episodes(tmp_path, "episodes") == Folder(
        files=(), findings=(unreadable("episodes/?.md", "the file's name is not UTF-8 text", "rename the file"),)
    )
    with pytest.raises(ConfigError, match=r"episodes/\?\.md cannot be published: its name is not UTF-8 text"):
        static_files(tmp_path, "episodes", "episodes")


def test_a_folder_of_episodes_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the folder of episodes, episodes/, cannot be read: No such file or directory") as caught:
        read_episodes(tmp_path, "episodes")
    assert caught.value.hint == "make it, or name it in the settings"


@pytest.mark.parametrize("written", ["/audio/70.mp3", "audio/70.mp3", "./audio/70.mp3"])
def test_audio_is_found_below_the_shows_folder(tmp_path: Path, written: str) -> None:
    audio = put(tmp_path / "audio/70.mp3")
    assert find_audio(tmp_path, (), written) == audio


def test_audio_is_found_by_its_path_on_the_site(tmp_path: Path) -> None:
    audio = put(tmp_path / "media/recordings/70.mp3")
    static = (("images", "images"), ("media/recordings", "recordings"), ("", ""))
    assert find_audio(tmp_path, static, "/recordings/70.mp3") == audio


@pytest.mark.parametrize("written", ["/audio/71.mp3", "audio", "audio/70.mp3/x", "a" * 300, "a\0b"])
def test_audio_that_is_not_there_is_none(tmp_path: Path, written: str) -> None:
    put(tmp_path / "audio/70.mp3")
    assert find_audio(tmp_path, (("audio", "audio"),), written) is None


@pytest.mark.parametrize("written", ["../70.mp3", "/audio/../../70.mp3", "audio\\..\\..\\70.mp3", "/", "audio/link.mp3", "outside/70.mp3"])
def test_audio_outside_the_shows_folder_is_refused(tmp_path: Path, written: str) -> None:
    outside = put(tmp_path / "70.mp3")
    show = tmp_path / "show"
    (show / "audio").mkdir(parents=True)
    (show / "audio/link.mp3").symlink_to(outside)
    (show / "outside").symlink_to(tmp_path)
    with pytest.raises(ValueError, match=re.escape(written)):
        find_audio(show, (), written)


def test_a_link_inside_the_shows_folder_may_name_audio(tmp_path: Path) -> None:
    put(tmp_path / "masters/70.mp3")
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio/70.mp3").symlink_to(tmp_path / "masters/70.mp3")
    assert find_audio(tmp_path, (), "/audio/70.mp3") == tmp_path / "audio/70.mp3"


def test_a_static_folder_is_published_below_its_prefix_with_every_folder_in_it(tmp_path: Path) -> None:
    put(tmp_path / "media/audio/b/1.mp3", b"12345")
    put(tmp_path / "media/audio/a.md", b"---\nkept\n")
    files = static_files(tmp_path, "media/audio", "audio")
    assert [(file.path, file.key, file.length) for file in files] == [
        (tmp_path / "media/audio/a.md", "audio/a.md", 9),
        (tmp_path / "media/audio/b/1.mp3", "audio/b/1.mp3", 5),
    ]


def test_names_that_jekyll_leaves_out_stay_out(tmp_path: Path) -> None:
    for name in (".git/config", "_site/index.html", "#backup#", "a.png~", "a/.DS_Store", "a/_b.png", "a/b.png", "CNAME"):
        put(tmp_path / "images" / name)
    assert keys(tmp_path, "images", "images") == ["images/CNAME", "images/a/b.png"]


def test_a_whole_site_leaves_out_the_old_engines_sources_and_what_is_excluded(tmp_path: Path) -> None:
    kept = ("CNAME", "audio/1.mp3", "images/Gemfile", "static.html")
    for name in (*kept, "Gemfile", "vendor/x.rb", "README.md", "about.markdown"):
        put(tmp_path / name)
    put(tmp_path / "index.html", b"---\nlayout: default\n---\n")
    put(tmp_path / "feed.xml", b"---\r\n---\r\n")
    assert keys(tmp_path, whole_site=True, exclude={"Gemfile", "vendor"}) == list(kept)


def test_a_folder_that_podpipe_publishes_to_is_never_published(tmp_path: Path) -> None:
    put(tmp_path / "index.html")
    put(tmp_path / "public/index.html")
    put(tmp_path / "public/.podpipe/state.json")
    assert keys(tmp_path, whole_site=True) == ["index.html"]


def test_links_stay_inside_the_show_and_never_lead_round_in_a_circle(tmp_path: Path) -> None:
    put(tmp_path / "secret.txt")
    show = tmp_path / "show"
    put(show / "images/a.png")
    put(show / "masters/b.png")
    for name, target in (("secret.txt", tmp_path / "secret.txt"), ("up", tmp_path), ("gone.png", show / "gone.png")):
        (show / "images" / name).symlink_to(target)
    (show / "images/masters").symlink_to(show / "masters")
    (show / "images/again").symlink_to(show / "images")
    (show / "masters/back").symlink_to(show / "images")
    assert keys(show, "images", "images") == ["images/a.png", "images/masters/b.png"]


def test_a_static_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert static_files(tmp_path, "images", "images") == ()


def test_a_static_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    put(tmp_path / "images")
    with pytest.raises(ConfigError, match="images cannot be published: Not a directory"):
        static_files(tmp_path, "images", "images")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("audio/1.mp3", "audio/mpeg"),
        ("audio/1.M4A", "audio/x-m4a"),
        ("a.html", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.vtt", "text/vtt; charset=utf-8"),
        ("a.srt", "application/x-subrip"),
        ("a.json", "application/json"),
        ("feed.xml", "application/xml"),
        ("a.jpg", "image/jpeg"),
        ("a.png", "image/png"),
        ("a.webp", "image/webp"),
        ("a.svg", "image/svg+xml"),
        ("a.pdf", "application/pdf"),
        ("v1.2/CNAME", "text/plain; charset=utf-8"),
        ("a.unknown", "application/octet-stream"),
        ("a.tar.gz", "application/octet-stream"),
    ],
)
def test_a_files_media_type_follows_its_extension(key: str, expected: str) -> None:
    assert content_type(key) == expected


@pytest.mark.parametrize("name", ["templates", "flows"])
def test_the_folders_that_come_with_podpipe_are_found(name: str) -> None:
    assert shared_folder(name).is_dir()


def test_a_folder_that_does_not_come_with_podpipe_is_an_error() -> None:
    with pytest.raises(ConfigError, match="podpipe's own folder nothing is missing"):
        shared_folder("nothing")
