"""What podpipe writes into the published copy of an M4A, what it keeps there, and that the sound stays what it was."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm

from podpipe.audio import m4a
from podpipe.errors import AudioError
from podpipe.model import Chapter, Cover
from tests.audio_files import write_by_ffmpeg
from tests.conftest import require
from tests.tagged_audio import (
    JPEG,
    SECONDS,
    chapters_of,
    cover,
    expected_chapters,
    packets,
    probe,
    probed_chapters,
    published,
    tag,
    tags_of,
)

TITLES = ("はじめに", "A=B;C#D\\E", "🎧 お便り", "Ünïcödé", "終わりに「また来週」")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_by_ffmpeg(tmp_path_factory.mktemp("recorded") / "070.m4a", seconds=SECONDS)


@pytest.fixture
def recording(recorded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(recorded, tmp_path))


@pytest.fixture
def without_ffmpeg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("PATH", str(tmp_path))
    m4a.chapter_writer.cache_clear()
    yield
    m4a.chapter_writer.cache_clear()


def nero_chapters(path: Path) -> list[tuple[int, str]]:
    return [(round(chapter.start * 1000), chapter.title) for chapter in MP4(path).chapters or ()]


def test_every_fact_has_its_atom(recording: Path) -> None:
    tags = tags_of(track=70, season=3, comment="一行目\n二行目", link="https://例え.jp/回/70", cover=cover())
    found = MP4(published(recording, tags)).tags
    assert found.pop("\xa9too")  # what ffmpeg said of itself when it made the recording
    assert dict(found) == {
        "\xa9nam": [tags.title],
        "\xa9ART": [tags.artist],
        "aART": [tags.artist],
        "\xa9alb": [tags.album],
        "\xa9day": ["2026-11-01"],
        "\xa9gen": ["Podcast"],
        "\xa9cmt": [tags.comment],
        "desc": ["一行目 二行目"],
        "ldes": [tags.comment],
        "purl": ["https://xn--r8jz45g.jp/%E5%9B%9E/70"],
        "trkn": [(70, 0)],
        "disk": [(3, 0)],
        "stik": [21],
        "pcst": True,
        "covr": [JPEG],
    }


@pytest.mark.parametrize("count", [1, 5, 255])
def test_chapters_are_read_back(recording: Path, count: int) -> None:
    titles = TITLES[:count] if count <= 5 else tuple(f"第{number}章" for number in range(count))
    tags = tags_of(chapters=chapters_of(*titles), cover=cover())
    copy = published(recording, tags)
    assert probed_chapters(copy) == expected_chapters(tags)
    assert nero_chapters(copy) == [(start, title) for start, _, title in expected_chapters(tags)]
    assert MP4(copy).tags["covr"] == [JPEG]


def test_readers_of_neros_list_find_the_first_255_of_many_chapters_and_others_all(recording: Path) -> None:
    tags = tags_of(chapters=chapters_of(*(f"第{number}章" for number in range(300))))
    copy = published(recording, tags)
    assert probed_chapters(copy) == expected_chapters(tags)
    assert nero_chapters(copy) == [(start, title) for start, _, title in expected_chapters(tags)[:255]]


def test_in_a_text_track_which_has_no_gaps_the_first_chapter_begins_with_the_audio(recording: Path) -> None:
    chapters = (Chapter(start=timedelta(seconds=2), title="first"), Chapter(start=timedelta(seconds=5), title="second"))
    copy = published(recording, tags_of(chapters=chapters))
    assert probed_chapters(copy) == [(0, 5000, "first"), (5000, 12000, "second")]
    assert nero_chapters(copy) == [(2000, "first"), (5000, "second")]


def test_without_chapters_the_streams_are_not_written_anew(recording: Path) -> None:
    copy = published(recording, tags_of())
    assert probed_chapters(copy) == []
    assert [stream["codec_type"] for stream in probe(copy)["streams"]] == ["audio"]


@pytest.mark.parametrize("titles", [(), TITLES])
def test_the_sound_is_the_authors_bit_for_bit(recording: Path, titles: tuple[str, ...]) -> None:
    copy = published(recording, tags_of(chapters=chapters_of(*titles), cover=cover()))
    assert packets(copy) == packets(recording)
    facts = ("codec_name", "profile", "sample_rate", "channels", "bit_rate", "start_time", "duration", "nb_frames")
    sound = [[probe(path)["streams"][0][fact] for fact in facts] for path in (recording, copy)]
    assert sound[0] == sound[1]


@pytest.mark.parametrize("titles", [(), TITLES])
def test_the_same_tags_make_the_same_bytes(recording: Path, titles: tuple[str, ...]) -> None:
    tags = tags_of(chapters=chapters_of(*titles), cover=cover())
    first = published(recording, tags).read_bytes()
    shutil.rmtree(recording.parent / "copies")
    assert published(recording, tags).read_bytes() == first


def test_a_copy_that_is_there_is_used_again(recording: Path) -> None:
    made = Path(tag(recording, tags_of(chapters=chapters_of("one"))).content.path)
    os.utime(made, (1, 1))
    assert tag(recording, tags_of(chapters=chapters_of("one"))).content.path == str(made)
    assert made.stat().st_mtime == 1
    assert tag(recording, tags_of(chapters=chapters_of("another"))).content.path != str(made)
    assert sorted(path.suffix for path in made.parent.iterdir()) == [".m4a", ".m4a"]


def with_tags(path: Path, **given: Any) -> Path:
    file = MP4(path)
    for key, value in given.items():
        file.tags[{"nam": "\xa9nam", "smpb": "----:com.apple.iTunes:iTunSMPB"}.get(key, key)] = value
    file.save()
    return path


@pytest.mark.parametrize("titles", [(), ("ours",)])
def test_what_the_author_set_stays(recording: Path, titles: tuple[str, ...]) -> None:
    gapless, picture = MP4FreeForm(b" 00000000 00000840"), MP4Cover(b"\x89PNG" + JPEG, imageformat=MP4Cover.FORMAT_PNG)
    with_tags(recording, nam="著者の題", smpb=[gapless], covr=[picture], stik=[1], cprt="someone", tmpo=[90])
    tags = tags_of(chapters=chapters_of(*titles), cover=cover())
    kept = MP4(published(recording, tags)).tags
    assert [kept[key] for key in ("\xa9nam", "covr", "stik", "cprt", "tmpo")] == [["著者の題"], [picture], [1], ["someone"], [90]]
    assert kept["----:com.apple.iTunes:iTunSMPB"] == [gapless]
    assert kept["\xa9alb"] == [tags.album]
    replaced = MP4(published(recording, tags, replace=True)).tags
    assert [replaced[key] for key in ("\xa9nam", "covr", "stik", "cprt", "tmpo")] == [[tags.title], [JPEG], [21], ["someone"], [90]]
    assert replaced["----:com.apple.iTunes:iTunSMPB"] == [gapless]


@pytest.fixture
def with_chapters(recording: Path) -> Path:
    copy = published(recording, tags_of(chapters=chapters_of("theirs", "また")))
    return copy.rename(recording.with_name("chapters.m4a"))


def test_the_authors_chapters_stay_unless_replaced(with_chapters: Path) -> None:
    ours = tags_of(chapters=chapters_of("ours"))
    assert [title for *_, title in probed_chapters(published(with_chapters, ours))] == ["theirs", "また"]
    assert probed_chapters(published(with_chapters, ours, replace=True)) == [(0, 12000, "ours")]
    assert [title for *_, title in probed_chapters(published(with_chapters, tags_of(), replace=True))] == ["theirs", "また"]


def test_chapters_in_a_text_track_alone_are_the_authors_too(recording: Path, with_chapters: Path) -> None:
    alone = recording.with_name("text-track.m4a")
    command = ["ffmpeg", "-v", "error", "-i", str(with_chapters), "-map", "0:a", "-c", "copy", "-movflags", "disable_chpl", str(alone)]
    subprocess.run(command, check=True, timeout=60)
    assert nero_chapters(alone) == []
    assert [title for *_, title in probed_chapters(published(alone, tags_of(chapters=chapters_of("ours"))))] == ["theirs", "また"]


def test_long_titles_are_cut_between_characters_and_that_is_told(recording: Path) -> None:
    tags = tags_of(chapters=chapters_of("あ" * 100, "short"))
    assert tag(recording, tags).notes == ("titles of more than 255 bytes are cut in 1 of 2 chapters",)
    assert nero_chapters(published(recording, tags)) == [(0, "あ" * 85), (6000, "short")]


@pytest.mark.usefixtures("without_ffmpeg")
def test_without_ffmpeg_there_are_tags_and_a_note(recording: Path) -> None:
    made = tag(recording, tags_of(chapters=chapters_of(*TITLES)))
    again = tag(recording, tags_of(chapters=chapters_of(*TITLES)))
    assert made.notes == again.notes == ("chapters are not written: ffmpeg is not installed",)
    assert MP4(made.content.path).tags["\xa9nam"] == ["第70回 夏の話"]
    assert nero_chapters(Path(made.content.path)) == []


def test_a_copy_made_without_ffmpeg_is_not_used_once_it_is_there(recording: Path) -> None:
    require(shutil.which("ffmpeg") is not None, "needs ffmpeg to write chapters")
    tags = tags_of(chapters=chapters_of(*TITLES))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(recording.parent))
        m4a.chapter_writer.cache_clear()
        tag(recording, tags)
    m4a.chapter_writer.cache_clear()
    assert probed_chapters(published(recording, tags)) == expected_chapters(tags)


def test_a_picture_that_the_format_has_no_place_for_is_told(recording: Path) -> None:
    made = tag(recording, tags_of(cover=Cover(data=b"RIFF", mime_type="image/webp")))
    assert made.notes == ("the cover is not written: M4A takes JPEG and PNG, and no image/webp",)


def test_a_file_that_is_no_m4a_is_refused(recording: Path) -> None:
    recording.write_bytes(b"no sound at all")
    with pytest.raises(AudioError, match=r"070\.m4a cannot be read as M4A") as caught:
        tag(recording, tags_of())
    assert caught.value.path == "070.m4a"
    assert not (recording.parent / "copies").exists()


def test_where_no_copy_can_be_written_nothing_is_left_behind(recording: Path) -> None:
    (recording.parent / "copies").write_bytes(b"a file in the way")
    with pytest.raises(AudioError, match=r"070\.m4a: no tagged copy can be written"):
        tag(recording, tags_of())
