"""How long an MP3 plays, with an index, without one, and with one that does not tell the truth; and a raw AAC stream."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3, TIT2
from mutagen.mp3 import MP3, BitrateMode

from tests.audio.judge import far, near, rules, seconds
from tests.audio_files import ffmpeg, frame_sizes, mp3_frames, played, probed, with_vbri, with_xing, write_by_ffmpeg, write_wav

FRAME = 1152 / 48_000
CBR = mp3_frames(12, vbr=False)
VBR = mp3_frames(12)


def tagged(frames: bytes) -> bytes:
    file = io.BytesIO(frames)
    tags = ID3()
    tags.add(TIT2(encoding=3, text="題名"))
    tags.save(file, v1=2)
    return file.getvalue()


def with_ape(frames: bytes) -> bytes:
    file = io.BytesIO(frames)
    tags = APEv2()
    tags["Title"] = "題名"
    tags.save(file)
    return file.getvalue()


@pytest.mark.parametrize("options", [("-b:a", "96k"), ("-q:a", "5"), ("-abr", "1", "-b:a", "96k"), ("-q:a", "5", "-write_id3v1", "1")])
@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 48_000])
def test_an_mp3_with_an_index_plays_as_long_as_ffprobe_says(tmp_path: Path, options: tuple[str, ...], rate: int) -> None:
    path = write_by_ffmpeg(tmp_path / "a.mp3", seconds=7.3, options=("-ar", str(rate), *options, "-metadata", "title=題名"))
    measured = near(path)
    duration, _ = probed(path)
    assert seconds(measured) == pytest.approx(duration, abs=1152 / rate)
    assert (measured.facts.length, measured.facts.sample_rate, measured.doubts) == (path.stat().st_size, rate, ())
    assert measured.facts.bitrate_mode == ("CBR" if options[0] == "-b:a" else "VBR")
    assert far(path.read_bytes(), "a.mp3")[0] == measured


def test_a_variable_bit_rate_without_an_index_is_measured_where_mutagen_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    measured = near(path, VBR)
    info = MP3(path).info
    assert info.bitrate_mode == BitrateMode.UNKNOWN
    assert abs(info.length - 12) > 1  # what makes walking necessary
    assert seconds(measured) == pytest.approx(len(frame_sizes(VBR)) * FRAME, abs=0.001)
    assert seconds(measured) == pytest.approx(played(path), abs=0.05)
    assert (measured.facts.bitrate_mode, measured.doubts) == ("VBR", ())
    assert measured.facts.bitrate == pytest.approx(len(VBR) * 8 / seconds(measured), rel=0.001)


@pytest.mark.parametrize("make", [tagged, with_ape, lambda frames: with_ape(tagged(frames)), lambda frames: frames + bytes(5000)])
def test_tags_and_zeros_around_the_frames_are_no_sound(tmp_path: Path, make: object) -> None:
    assert callable(make)
    measured = near(tmp_path / "a.mp3", make(VBR))
    assert seconds(measured) == pytest.approx(len(frame_sizes(VBR)) * FRAME, abs=0.001)
    assert measured.doubts == ()


def test_a_far_file_of_a_variable_bit_rate_without_an_index_is_estimated_and_says_so() -> None:
    content = mp3_frames(240, rate=16_000)
    measured, file = far(content, "https://example.com/a.mp3")
    assert rules(measured) == ["audio-estimated"]
    assert measured.doubts[0].level == "warning"
    assert seconds(measured) == pytest.approx(240, rel=0.3)
    assert file.sent < 200_000


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
def test_a_constant_bit_rate_without_an_index_is_exact_near_and_far(tmp_path: Path, rate: int) -> None:
    content = tagged(mp3_frames(100, rate=rate, vbr=False, kbps=64))
    path = tmp_path / "a.mp3"
    measured = near(path, content)
    assert len(content) > 700_000
    assert seconds(measured) == pytest.approx(probed(path)[0], abs=0.05)
    assert (measured.facts.bitrate_mode, measured.facts.bitrate, measured.doubts) == ("CBR", 64_000, ())
    there, file = far(content, "a.mp3")
    assert there == measured
    assert file.sent < 150_000


@pytest.mark.parametrize("other", [mp3_frames(30, vbr=False, kbps=32), mp3_frames(30, vbr=False, kbps=48), mp3_frames(30)])
def test_another_bit_rate_in_the_midst_of_a_large_file_is_not_overlooked(tmp_path: Path, other: bytes) -> None:
    half = mp3_frames(60, vbr=False, kbps=64)
    content = half + other + half
    assert len(content) > 1 << 19
    whole = len(frame_sizes(content)) * FRAME
    measured = near(tmp_path / "a.mp3", content)
    assert (seconds(measured), measured.facts.bitrate_mode) == (pytest.approx(whole, abs=0.001), "VBR")


@pytest.mark.parametrize("make", [with_xing, with_vbri])
def test_an_index_of_frames_is_believed_where_the_file_bears_it_out(tmp_path: Path, make: object) -> None:
    assert callable(make)
    path = tmp_path / "a.mp3"
    content = make(VBR)
    measured = near(path, content)
    assert seconds(measured) == pytest.approx(len(frame_sizes(VBR)) * FRAME, abs=0.001)
    assert seconds(measured) == pytest.approx(probed(path)[0], abs=FRAME)
    assert (measured.facts.bitrate_mode, measured.doubts) == ("VBR", ())
    there, file = far(content, "a.mp3")
    assert (there, file.reads) == (measured, 1)


@pytest.mark.parametrize("make", [with_xing, with_vbri, lambda _: with_xing(CBR, word=b"Info")])
@pytest.mark.parametrize("part", [0.95, 0.5, 0.1])
def test_a_file_that_ends_before_its_index_says_plays_for_what_is_there(tmp_path: Path, make: object, part: float) -> None:
    assert callable(make)
    whole = make(VBR)
    content = whole[: int(len(whole) * part)]
    path = tmp_path / "a.mp3"
    measured = near(path, content)
    assert rules(measured) == ["audio-cut-short"]
    assert measured.doubts[0].level == "error"
    assert "of the 0:12." in measured.doubts[0].message
    assert seconds(measured) == pytest.approx(played(path), abs=0.1)
    there, _ = far(content, "a.mp3")
    assert rules(there) == ["audio-cut-short"]
    assert seconds(there) == pytest.approx(12 * part, rel=0.25)


def test_a_single_frame_that_is_missing_is_found(tmp_path: Path) -> None:
    sizes = frame_sizes(VBR)
    content = with_xing(VBR)[: -sizes[-1]]
    measured = near(tmp_path / "a.mp3", content)
    assert rules(measured) == ["audio-cut-short"]
    assert seconds(measured) == pytest.approx((len(sizes) - 1) * FRAME, abs=0.001)
    assert rules(far(content, "a.mp3")[0]) == ["audio-cut-short"]


@pytest.mark.parametrize("vbr", [True, False])
def test_a_file_without_an_index_that_ends_in_the_midst_of_a_frame_is_cut_short(tmp_path: Path, vbr: bool) -> None:
    content = mp3_frames(12, vbr=vbr)[:-40]
    measured = near(tmp_path / "a.mp3", content)
    assert rules(measured) == ["audio-cut-short"]
    assert seconds(measured) == pytest.approx((len(frame_sizes(content)) - 1) * FRAME, abs=0.001)


def test_a_size_that_counts_the_tags_at_the_end_is_no_loss(tmp_path: Path) -> None:
    content = with_xing(VBR, size=len(VBR) + 384 + 128) + b"TAG" + bytes(125)
    measured = near(tmp_path / "a.mp3", content)
    assert (seconds(measured), measured.doubts) == (pytest.approx(len(frame_sizes(VBR)) * FRAME, abs=0.001), ())


def test_recordings_joined_behind_the_index_of_the_first_all_count(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    content = with_xing(VBR) + tagged(CBR)
    measured = near(path, content)
    assert rules(measured) == ["audio-index"]
    assert seconds(measured) == pytest.approx((len(frame_sizes(VBR)) + len(frame_sizes(CBR))) * FRAME, abs=0.001)
    assert measured.doubts[0].message == "a.mp3 plays for 0:24.0, but its index says 0:12.0: players will show that, and seek wrong"
    assert rules(far(content, "a.mp3")[0]) == ["audio-estimated"]


@pytest.mark.parametrize("word", [b"Info", b"Xing"])
def test_an_index_whose_frames_cannot_have_its_size_is_not_believed(tmp_path: Path, word: bytes) -> None:
    frames = len(frame_sizes(CBR))
    measured = near(tmp_path / "a.mp3", with_xing(CBR, word=word, count=frames * (3 if word == b"Info" else 40)))
    assert rules(measured) == ["audio-cut-short"]
    assert seconds(measured) == pytest.approx(frames * FRAME, abs=0.001)


def test_a_damaged_number_of_frames_is_found_by_the_checksum_beside_it(tmp_path: Path) -> None:
    path = write_by_ffmpeg(tmp_path / "a.mp3", seconds=20, options=("-q:a", "6", "-ac", "2"))
    content = bytearray(path.read_bytes())
    at = content.index(b"Xing") + 10
    assert content[at] == 3  # some 830 frames: 0x0341
    content[at] = 2
    measured = near(path, bytes(content))
    assert rules(measured) == ["audio-index"]
    assert seconds(measured) == pytest.approx(20, abs=0.1)
    assert rules(far(bytes(content), "a.mp3")[0]) == ["audio-estimated"]


def test_an_index_without_a_size_is_compared_with_the_frames(tmp_path: Path) -> None:
    content = bytearray(with_xing(mp3_frames(60) * 4))
    at = content.index(b"Xing")
    content[at + 7] = 1  # only the number of frames is said
    del content[len(content) * 3 // 4 :]
    assert len(content) > 1 << 19  # a smaller one is walked anyway
    path = tmp_path / "a.mp3"
    measured = near(path, bytes(content))
    assert rules(measured) == ["audio-cut-short"]
    assert seconds(measured) == pytest.approx(played(path), abs=0.1)


def test_rubbish_between_frames_is_stepped_over_and_told_of(tmp_path: Path) -> None:
    cut = sum(frame_sizes(VBR)[:200])
    rubbish = bytes(index * 7 % 251 for index in range(3000))
    measured = near(tmp_path / "a.mp3", VBR[:cut] + rubbish + VBR[cut:])
    assert seconds(measured) == pytest.approx(len(frame_sizes(VBR)) * FRAME, abs=0.001)
    assert [(doubt.rule, doubt.message) for doubt in measured.doubts] == [
        ("audio-damaged", "a.mp3 is damaged: 3,000 bytes in one place are no sound")
    ]


def test_rubbish_before_the_first_frame_is_told_of(tmp_path: Path) -> None:
    measured = near(tmp_path / "a.mp3", b"\x01" * 700 + CBR)
    assert [doubt.message for doubt in measured.doubts] == ["a.mp3 is damaged: 700 bytes before the first frame are no sound"]


def test_a_raw_aac_stream_is_walked_where_it_is_near_and_estimated_where_it_is_far(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "a.wav", seconds=30)
    path = tmp_path / "a.aac"
    ffmpeg("-i", source, "-f", "lavfi", "-i", "anoisesrc=d=30:r=48000", "-filter_complex", "[0][1]concat=v=0:a=1", "-c:a", "aac", path)
    measured = near(path)
    assert seconds(measured) == pytest.approx(played(path), abs=0.05)
    assert (measured.doubts, measured.facts.sample_rate, measured.facts.channels) == ((), 48_000, 1)
    there, file = far(path.read_bytes(), "a.aac")
    assert rules(there) == ["audio-estimated"]
    assert file.sent < 150_000
    assert rules(near(path, path.read_bytes()[:-100])) == ["audio-cut-short"]


@pytest.mark.parametrize("rest", [b"\xff", b"\xff\x00", b"\x00" * 300, b"TAG" + b" " * 125])
def test_what_no_frame_can_begin_with_does_not_make_a_file_one_that_is_cut(tmp_path: Path, rest: bytes) -> None:
    assert near(tmp_path / "a.mp3", CBR + rest).doubts == ()


def test_a_last_frame_that_is_not_whole_asks_for_a_look_and_stops_nothing(tmp_path: Path) -> None:
    [doubt] = near(tmp_path / "a.mp3", CBR[:-20]).doubts
    assert (doubt.rule, doubt.level) == ("audio-cut-short", "warning")
