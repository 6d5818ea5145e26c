"""What podpipe writes into the published copy of an MP3, what it keeps there, and that the sound stays what it was."""

from __future__ import annotations

import hashlib
import io
import shutil
import struct
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutagen import id3 as frames
from mutagen.apev2 import APEv2
from mutagen.mp3 import MP3

from podpipe.audio.tag_text import one_line
from podpipe.content import open_content
from podpipe.errors import AudioError
from podpipe.model import Chapter, Cover
from tests.audio_files import write_mp3, write_wav
from tests.conftest import require
from tests.tagged_audio import (
    JPEG,
    SECONDS,
    after_tags,
    chapters_of,
    cover,
    expected_chapters,
    id3,
    id3_bytes,
    packets,
    probe,
    probed_chapters,
    published,
    tag,
    tags_of,
    with_tag,
)

VERSIONS = pytest.mark.parametrize("version", ["2.3", "2.4"])
TITLES = ("はじめに", "A=B;C#D\\E", "🎧 お便り 👨‍👩‍👧", "Ünïcödé", "終わりに「また来週」")


@pytest.fixture
def mp3(tmp_path: Path) -> Path:
    return write_mp3(tmp_path / "070.mp3", seconds=SECONDS)


def text_frame(kind: str, text: str) -> Any:
    return getattr(frames, kind)(encoding=1, text=[text])


@VERSIONS
def test_every_fact_has_its_frame(mp3: Path, version: str) -> None:
    link = "https://例え.jp/回/70?x=夏 1"
    tags = tags_of(track=70, season=3, comment="一行目\r\n二行目", language="jpn", link=link, cover=cover())
    found = id3(published(mp3, tags, version=version))
    assert found.version == (2, int(version[-1]), 0)
    dates = {"TYER": "2026", "TDAT": "0111"} if version == "2.3" else {"TDRC": "2026-11-01"}
    texts = {"TIT2": tags.title, "TPE1": tags.artist, "TALB": tags.album, "TRCK": "70", "TPOS": "3", "TCON": "Podcast", **dates}
    assert {key: str(found[key]) for key in texts} == texts
    assert found.keys() == texts.keys() | {"COMM::jpn", "WOAF", "WXXX:", "APIC:"}
    assert found["COMM::jpn"].text == ["一行目\n二行目"]
    assert found["WOAF"].url == found["WXXX:"].url == "https://xn--r8jz45g.jp/%E5%9B%9E/70?x=%E5%A4%8F%201"
    assert (found["APIC:"].mime, found["APIC:"].type, found["APIC:"].data) == ("image/jpeg", 3, JPEG)


def test_what_is_not_known_is_not_written(mp3: Path) -> None:
    assert id3(published(mp3, tags_of(artist=""))).keys() == {"TIT2", "TALB", "TCON", "TYER", "TDAT"}


def test_the_date_is_the_one_at_the_place_of_publication(mp3: Path) -> None:
    early = datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=9)))
    assert str(id3(published(mp3, tags_of(published=early), version="2.4"))["TDRC"]) == "2026-01-01"


@VERSIONS
def test_ffprobe_reads_the_facts(mp3: Path, version: str) -> None:
    read = probe(published(mp3, tags_of(track=70, season=3, comment="夏の話をしました", cover=cover()), version=version))["format"]["tags"]
    assert read == {
        "title": "第70回 夏の話",
        "artist": "山田 & Zoë",
        "album": "やっていき",
        "track": "70",
        "disc": "3",
        "genre": "Podcast",
        "date": "2026-11-01",
        "comment": "夏の話をしました",
    }


@VERSIONS
@pytest.mark.parametrize("titles", [TITLES[:1], TITLES, tuple(f"第{n}章" + "あ" * (n % 9) for n in range(255))], ids=["1", "5", "255"])
def test_chapters_are_read_back(mp3: Path, version: str, titles: tuple[str, ...]) -> None:
    tags = tags_of(chapters=chapters_of(*titles, links=True), cover=cover())
    copy = published(mp3, tags, version=version)
    assert probed_chapters(copy) == expected_chapters(tags)
    found = id3(copy)
    assert found["CTOC:toc"].child_element_ids == [f"chp{number:05}" for number in range(1, len(titles) + 1)]
    assert int(found["CTOC:toc"].flags) == 3
    read = [found[f"CHAP:{name}"] for name in found["CTOC:toc"].child_element_ids]
    assert [(one.start_time, one.end_time, str(one.sub_frames["TIT2"])) for one in read] == expected_chapters(tags)
    assert {(one.start_offset, one.end_offset) for one in read} == {(0xFFFFFFFF, 0xFFFFFFFF)}
    assert [one.sub_frames["WXXX:"].url if "WXXX:" in one.sub_frames else None for one in read] == [one.url for one in tags.chapters]


@VERSIONS
def test_more_chapters_than_a_table_of_contents_may_hold_have_tables_inside(mp3: Path, version: str) -> None:
    tags = tags_of(chapters=chapters_of(*(f"{number}" * (1 + number % 5) for number in range(300))))
    copy = published(mp3, tags, version=version)
    assert probed_chapters(copy) == expected_chapters(tags)
    found = id3(copy)
    assert [found[f"CTOC:{name}"].child_element_ids for name in found["CTOC:toc"].child_element_ids] == [
        [f"chp{number:05}" for number in range(1, 256)],
        [f"chp{number:05}" for number in range(256, 301)],
    ]
    assert [int(found[f"CTOC:{name}"].flags) for name in ("toc", "toc1", "toc2")] == [3, 1, 1]


def test_without_chapters_there_is_no_table_of_contents(mp3: Path) -> None:
    copy = published(mp3, tags_of())
    assert not any(key.startswith(("CTOC", "CHAP")) for key in id3(copy))
    assert probed_chapters(copy) == []


def test_a_chapter_after_the_end_is_told_and_not_written(mp3: Path) -> None:
    chapters = (
        *chapters_of("one", "two"),
        Chapter(start=timedelta(seconds=12), title="late"),
        Chapter(start=timedelta(hours=1), title="later"),
    )
    made = tag(mp3, tags_of(chapters=chapters))
    assert made.notes == ("2 chapters begin after the audio's end and are not written",)
    assert probed_chapters(published(mp3, tags_of(chapters=chapters))) == [(0, 6000, "one"), (6000, 12000, "two")]


@VERSIONS
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(titles=st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=8))
def test_any_title_survives(tmp_path_factory: pytest.TempPathFactory, version: str, titles: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "any-title.mp3"
    if not path.exists():
        write_mp3(path, seconds=0.5)
    chapters = tuple(Chapter(start=timedelta(seconds=number), title=title) for number, title in enumerate(titles))
    with open_content(tag(path, tags_of(title=titles[0], chapters=chapters), version=version).content) as content:
        found = frames.ID3(io.BytesIO(content.read()), translate=False)
    wanted = [one_line(title) for title in titles]
    assert found["TIT2"].text[0] == wanted[0] if wanted[0].strip() else "TIT2" not in found
    assert [found[f"CHAP:chp{number:05}"].sub_frames["TIT2"].text[0] for number in range(1, len(titles) + 1)] == wanted


@VERSIONS
def test_the_sound_is_the_authors_bit_for_bit(mp3: Path, version: str) -> None:
    copy = published(mp3, tags_of(chapters=chapters_of(*TITLES), cover=cover()), version=version)
    assert after_tags(copy.read_bytes()) == mp3.read_bytes()
    assert packets(copy) == packets(mp3)
    duration = [probe(path)["format"]["duration"] for path in (mp3, copy)]
    assert duration[0] == duration[1]


@VERSIONS
def test_a_variable_bit_rate_and_its_index_are_as_before(tmp_path: Path, version: str) -> None:
    require(shutil.which("ffmpeg") is not None, "needs ffmpeg to make audio")
    wav, vbr = write_wav(tmp_path / "a.wav", seconds=30), tmp_path / "vbr.mp3"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(wav), "-c:a", "libmp3lame", "-q:a", "5", str(vbr)]
    subprocess.run(command, check=True, timeout=60)
    copy = published(vbr, tags_of(chapters=chapters_of(*TITLES), cover=cover()), replace=True, version=version)
    before, after = MP3(vbr).info, MP3(copy).info
    assert (after.length, after.bitrate_mode, after.encoder_info) == (before.length, before.bitrate_mode, before.encoder_info)
    facts = [[probe(path)[part][fact] for part, fact in (("format", "duration"), ("format", "start_time"))] for path in (vbr, copy)]
    assert facts[0] == facts[1]
    assert packets(copy) == packets(vbr)


@VERSIONS
def test_the_same_tags_make_the_same_bytes(mp3: Path, version: str) -> None:
    tags = tags_of(chapters=chapters_of(*TITLES, links=True), cover=cover(), comment="夏", link="https://example.com/70")
    assert published(mp3, tags, version=version).read_bytes() == published(mp3, tags, version=version).read_bytes()


def test_a_small_edit_does_not_change_the_length(mp3: Path) -> None:
    lengths = {tag(mp3, tags_of(comment="夏" * count, cover=cover())).content.length for count in range(0, 400, 50)}
    assert len(lengths) == 1
    (length,) = lengths
    assert (length - len(mp3.read_bytes())) % (16 * 1024) == 0


def test_there_is_always_room_to_spare(mp3: Path) -> None:
    source = len(mp3.read_bytes())
    for size in range(14_000, 17_000, 500):
        tags = tags_of(comment="x" * size)
        spare = tag(mp3, tags).content.length - source - len(id3_bytes(*id3(published(mp3, tags)).values())) + 100
        assert 1024 <= spare < 1024 + 16 * 1024


AUTHORS = (
    text_frame("TIT2", "著者の題"),
    text_frame("TCOM", "作曲"),
    frames.TXXX(encoding=1, desc="replaygain_track_gain", text=["-3.1 dB"]),
    frames.USLT(encoding=1, lang="jpn", desc="", text="歌詞"),
    frames.COMM(encoding=0, lang="eng", desc="iTunNORM", text=[" 00000ABC"]),
    frames.PRIV(owner="somebody", data=b"\x00\xff\xe0"),
)


def test_the_date_of_an_older_tag_stays_in_a_newer(mp3: Path) -> None:
    with_tag(mp3, id3_bytes(text_frame("TYER", "1999"), text_frame("TDAT", "0302"), text_frame("TORY", "1990")))
    made = tag(mp3, tags_of(), version="2.4")
    found = id3(published(mp3, tags_of(), version="2.4"))
    assert (made.notes, str(found["TDRC"]), str(found["TDOR"])) == ((), "1999-02-03", "1990")


@VERSIONS
@pytest.mark.parametrize("written", [3, 4])
def test_what_the_author_set_stays(mp3: Path, version: str, written: int) -> None:
    before = mp3.read_bytes()
    with_tag(mp3, id3_bytes(*AUTHORS, version=written))
    copy = published(mp3, tags_of(comment="ours"), version=version)
    found = id3(copy)
    assert str(found["TIT2"]) == "著者の題"
    assert str(found["TALB"]) == "やっていき"
    assert str(found["COMM::XXX"]) == "ours"
    for frame in AUTHORS[1:]:
        assert found[frame.HashKey] == frame
    assert after_tags(copy.read_bytes()) == before
    assert packets(copy) == packets(mp3)


def test_replacing_takes_what_podpipe_writes_and_leaves_the_rest(mp3: Path) -> None:
    mine = frames.COMM(encoding=0, lang="eng", desc="", text=["theirs"])
    with_tag(mp3, id3_bytes(*AUTHORS, mine, text_frame("TYER", "1999"), text_frame("TRCK", "7")))
    found = id3(published(mp3, tags_of(comment="ours"), replace=True))
    assert (str(found["TIT2"]), str(found["TYER"]), str(found["COMM::XXX"])) == ("第70回 夏の話", "2026", "ours")
    assert "COMM::eng" not in found
    assert str(found["TRCK"]) == "7"  # podpipe knows no number here
    for frame in AUTHORS[1:]:
        assert found[frame.HashKey] == frame


@pytest.mark.parametrize(("replace", "expected"), [(False, [(0, 5000, "theirs")]), (True, [(0, 12000, "ours")])])
def test_chapters_are_the_authors_or_podpipes_as_a_whole(mp3: Path, replace: bool, expected: list[tuple[int, int, str]]) -> None:
    chapter = frames.CHAP(element_id="x", start_time=0, end_time=5000, sub_frames=[text_frame("TIT2", "theirs")])
    contents = frames.CTOC(element_id="contents", flags=3, child_element_ids=["x"], sub_frames=[])
    with_tag(mp3, id3_bytes(chapter, contents))
    copy = published(mp3, tags_of(chapters=chapters_of("ours")), replace=replace)
    assert probed_chapters(copy) == expected
    assert [key for key in id3(copy) if key.startswith("CTOC")] == ["CTOC:toc" if replace else "CTOC:contents"]


def test_where_podpipe_has_no_chapters_the_authors_stay_in_any_case(mp3: Path) -> None:
    with_tag(mp3, id3_bytes(frames.CHAP(element_id="x", start_time=0, end_time=5000, sub_frames=[text_frame("TIT2", "theirs")])))
    assert probed_chapters(published(mp3, tags_of(), replace=True)) == [(0, 5000, "theirs")]


@pytest.mark.parametrize("kind", [0, 3], ids=["other", "front cover"])
def test_the_authors_cover_stays_unless_replaced_and_other_pictures_in_any_case(mp3: Path, kind: int) -> None:
    theirs = frames.APIC(encoding=0, mime="image/png", type=kind, desc="theirs", data=b"\x89PNG" + b"\xff\xe0" * 5000)
    studio = frames.APIC(encoding=1, mime="image/png", type=9, desc="録音室", data=b"\x89PNG" + bytes(range(256)) * 30)
    with_tag(mp3, id3_bytes(theirs, studio))
    kept = id3(published(mp3, tags_of(cover=cover()))).getall("APIC")
    assert [(one.type, one.data) for one in kept] == [(kind, theirs.data), (9, studio.data)]
    replaced = id3(published(mp3, tags_of(cover=cover()), replace=True)).getall("APIC")
    assert [(one.type, one.data) for one in replaced] == [(3, JPEG), (9, studio.data)]


def test_covers_are_not_copied_for_each_episode(mp3: Path) -> None:
    ours = cover()
    assert any(part is ours.data for part in tag(mp3, tags_of(cover=ours)).content.parts)
    theirs = frames.APIC(encoding=0, mime="image/png", type=3, desc="", data=b"\x89PNG" + bytes(range(256)) * 200)
    with_tag(mp3, id3_bytes(theirs))
    made = tag(mp3, tags_of(cover=ours)).content
    assert [len(part) for part in made.parts if isinstance(part, range)] == [len(theirs.data), len(after_tags(mp3.read_bytes()))]
    assert sum(len(part) for part in made.parts if isinstance(part, bytes)) < 17 * 1024


def test_sort_names_and_moods_of_a_newer_tag_stay_in_an_older(mp3: Path) -> None:
    with_tag(mp3, id3_bytes(text_frame("TSOP", "やまだ"), text_frame("TMOO", "calm"), text_frame("TDRC", "2020-02-03"), version=4))
    assert tag(mp3, tags_of()).notes == ()
    found = id3(published(mp3, tags_of(), version="2.3"))
    assert [str(found[key]) for key in ("TSOP", "TMOO", "TYER", "TDAT")] == ["やまだ", "calm", "2020", "0302"]


def raw_tag(version: int, flags: int, body: bytes) -> bytes:
    size = len(body)
    return b"ID3" + bytes((version, 0, flags, size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127)) + body


@VERSIONS
def test_frames_that_nobody_knows_stay(mp3: Path, version: str) -> None:
    unknown = b"XSND" + struct.pack(">IH", 300, 0) + b"\x01" * 300
    with_tag(mp3, raw_tag(3, 0, unknown + id3_bytes(text_frame("TCOM", "x"))[10:]))
    found = id3(published(mp3, tags_of(), version=version))
    assert [frame[10:] for frame in found.unknown_frames] == [b"\x01" * 300]
    assert str(found["TCOM"]) == "x"


def test_an_encrypted_frame_stays_in_its_own_version_and_is_told_in_another(mp3: Path) -> None:
    encrypted = b"TIT3" + struct.pack(">IH", 4, 0x0040) + b"\x05abc"
    with_tag(mp3, raw_tag(3, 0, encrypted))
    assert id3(published(mp3, tags_of())).unknown_frames == [encrypted]
    assert tag(mp3, tags_of()).notes == ()
    assert tag(mp3, tags_of(), version="2.4").notes == ("frames of the file's own tag cannot be carried over: TIT3",)


def test_an_unsynchronised_tag_is_read(mp3: Path) -> None:
    before = mp3.read_bytes()
    body = b"PRIV" + struct.pack(">IH", 7, 0) + b"me\0\xff\xe0\xff\x01"
    with_tag(mp3, raw_tag(3, 0x80, body.replace(b"\xff\xe0", b"\xff\x00\xe0")))
    copy = published(mp3, tags_of())
    assert id3(copy).getall("PRIV") == [frames.PRIV(owner="me", data=b"\xff\xe0\xff\x01")]
    assert after_tags(copy.read_bytes()) == before


def test_a_tag_of_version_2_2_is_read(mp3: Path) -> None:
    before = mp3.read_bytes()
    body = b"".join(name + len(text).to_bytes(3, "big") + text for name, text in ((b"TT2", b"\x00Old title"), (b"TCM", b"\x00Composer")))
    with_tag(mp3, raw_tag(2, 0, body + bytes(50)))
    copy = published(mp3, tags_of())
    assert [str(id3(copy)[key]) for key in ("TIT2", "TCOM", "TPE1")] == ["Old title", "Composer", "山田 & Zoë"]
    assert after_tags(copy.read_bytes()) == before


def test_a_footer_is_part_of_the_tag(mp3: Path) -> None:
    before = mp3.read_bytes()
    made = raw_tag(4, 0x10, id3_bytes(text_frame("TCOM", "夏"), version=4)[10:])
    with_tag(mp3, made + b"3DI" + made[3:10])
    copy = published(mp3, tags_of())
    assert str(id3(copy)["TCOM"]) == "夏"
    assert after_tags(copy.read_bytes()) == before


def test_of_several_tags_in_a_row_the_first_counts_and_the_others_add(mp3: Path) -> None:
    before = mp3.read_bytes()
    first, second = id3_bytes(text_frame("TIT2", "first")), id3_bytes(text_frame("TIT2", "second"), text_frame("TCOM", "夏"), version=4)
    with_tag(mp3, first + second)
    copy = published(mp3, tags_of())
    assert [id3(copy)[key].text for key in ("TIT2", "TCOM")] == [["first"], ["夏"]]
    assert after_tags(copy.read_bytes()) == before
    assert copy.read_bytes().count(b"ID3\x03") + copy.read_bytes().count(b"ID3\x04") == 1


def test_rubbish_before_the_sound_and_tags_after_it_stay_as_they_are(mp3: Path) -> None:
    id3v1 = b"TAG" + b"Another title".ljust(30, b"\0") + bytes(94) + b"\xff"
    mp3.write_bytes(bytes(700) + b"rubbish" + mp3.read_bytes())
    ape = APEv2()
    ape["replaygain_track_gain"] = "-3 dB"
    ape.save(mp3)
    mp3.write_bytes(mp3.read_bytes() + id3v1)
    before = mp3.read_bytes()
    with_tag(mp3, id3_bytes(text_frame("TCOM", "夏")))
    copy = published(mp3, tags_of())
    assert after_tags(copy.read_bytes()) == before
    assert packets(copy) == packets(mp3)
    assert probe(copy)["format"]["tags"]["title"] == "第70回 夏の話"


def test_a_damaged_frame_is_told(mp3: Path) -> None:
    body = b"USLT" + struct.pack(">IH", 2, 0) + b"\x01j" + id3_bytes(text_frame("TCOM", "x"))[10:]
    with_tag(mp3, raw_tag(3, 0, body))
    assert tag(mp3, tags_of()).notes == ("frames of the file's own tag are damaged and left out: USLT",)
    assert str(id3(published(mp3, tags_of()))["TCOM"]) == "x"


@pytest.mark.parametrize(
    ("damaged", "problem"),
    [
        (raw_tag(5, 0, bytes(100)), r"of version 2\.5, which podpipe does not know"),
        (b"ID3\x03\x00\x00\x80\x00\x00\x01" + bytes(100), "whose length makes no sense"),
        (b"ID3\x03\x00\x00\x7f\x7f\x7f\x7f", "that is longer than the file"),
        (raw_tag(3, 0, b"TIT2" + struct.pack(">IH", 5000, 0) + b"\x00title" + bytes(90)), "a frame in it is longer than the tag"),
        (raw_tag(4, 0, b"TIT2" + struct.pack(">IH", 5000, 0) + b"\x00title" + bytes(90)), "a frame in it is longer than the tag"),
        (raw_tag(3, 0x1F, bytes(90)), "that is damaged"),
    ],
    ids=["version", "length", "longer", "frame", "frame-2.4", "flags"],
)
@pytest.mark.parametrize("replace", [False, True])
def test_a_tag_that_cannot_be_read_is_refused_and_the_file_left_alone(mp3: Path, damaged: bytes, problem: str, replace: bool) -> None:
    with_tag(mp3, damaged)
    before = hashlib.sha256(mp3.read_bytes()).digest()
    with pytest.raises(AudioError, match=problem) as caught:
        tag(mp3, tags_of(), replace=replace)
    assert caught.value.message.startswith("070.mp3 begins with an ID3 tag ")
    assert caught.value.path == "070.mp3"
    assert caught.value.hint == "write its tag anew with a tag editor, or export the file again"
    assert hashlib.sha256(mp3.read_bytes()).digest() == before


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), min_size=1, max_size=8),
    written=st.sampled_from([3, 4]),
    version=st.sampled_from(["2.3", "2.4"]),
)
def test_a_damaged_tag_is_read_or_refused_and_the_sound_stays(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], written: int, version: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.mp3"
    sound = write_mp3(path, seconds=0.1).read_bytes()
    chapter = frames.CHAP(element_id="x", start_time=0, end_time=5000, sub_frames=[text_frame("TIT2", "theirs")])
    made = bytearray(id3_bytes(*AUTHORS, chapter, frames.RVA2(desc="a", channel=1, gain=1, peak=1), version=written))
    for place, value in changes:
        if not 6 <= place < 10:  # the tag's own length
            made[place % len(made)] = value
    path.write_bytes(made + sound)
    try:
        content = tag(path, tags_of(chapters=chapters_of("ours")), version=version).content
    except AudioError:
        return
    with open_content(content) as file:
        assert file.read().endswith(sound)


def test_old_tags_of_itunes_with_sizes_of_eight_bits_are_read(mp3: Path) -> None:
    text = b"\x00" + b"x" * 299
    with_tag(mp3, raw_tag(4, 0, b"TCOM" + struct.pack(">IH", 300, 0) + text + b"TIT3" + struct.pack(">IH", 2, 0) + b"\x00y" + bytes(60)))
    found = id3(published(mp3, tags_of()))
    assert [str(found[key]) for key in ("TCOM", "TIT3")] == ["x" * 299, "y"]


def test_a_cover_that_no_tag_can_hold_is_refused(mp3: Path) -> None:
    huge = Cover(data=bytes(2**28), mime_type="image/png")
    with pytest.raises(AudioError, match="its ID3 tag would be larger than 256 MB"):
        tag(mp3, tags_of(cover=huge))
