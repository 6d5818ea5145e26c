"""Damaged files of every kind: no crash, and no wrong duration without a word where ffprobe complains."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest

from podpipe.errors import AudioError
from tests.audio.judge import far, near, seconds
from tests.audio_files import mp3_frames, played, probed, with_vbri, with_xing, write_by_ffmpeg, write_wav

FILES = 220
KINDS = ("cbr.mp3", "vbr.mp3", "xing.mp3", "vbri.mp3", "lavf.mp3", "a.m4a", "fast.m4a", "a.aac", "a.ogg", "a.opus", "a.flac", "a.wav")
CLOSE = 0.12  # seconds: a decoder may lose a frame or two on either side of what is damaged


@cache
def whole(folder: Path, name: str) -> bytes:
    if name.endswith(".mp3") and name != "lavf.mp3":
        frames = mp3_frames(12, vbr=not name.startswith("cbr"))
        return {"xing": with_xing, "vbri": with_vbri}.get(name.split(".", maxsplit=1)[0], bytes)(frames)
    path = folder / name
    if name == "a.wav":
        return write_wav(path, seconds=12).read_bytes()
    options = {"fast.m4a": ("-movflags", "+faststart"), "lavf.mp3": ("-q:a", "5")}.get(name, ())
    return write_by_ffmpeg(path, seconds=12, options=options).read_bytes()


def damaged(content: bytes, draw: random.Random) -> bytes:
    """A copy cut short, or with some bytes flipped: anywhere, near its beginning, or near its end."""
    how = draw.choice(("cut", "cut", "anywhere", "beginning", "end"))
    if how == "cut":
        return content[: draw.randrange(1, len(content))]
    made = bytearray(content)
    places = {"anywhere": range(len(made)), "beginning": range(min(600, len(made))), "end": range(max(0, len(made) - 2000), len(made))}[how]
    for _ in range(draw.randrange(1, 20)):
        made[draw.choice(places)] = draw.randrange(256)
    return bytes(made)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whole")


@pytest.mark.parametrize("number", range(FILES))
def test_no_damage_gives_a_wrong_duration_without_a_word(folder: Path, tmp_path: Path, number: int) -> None:
    name = KINDS[number % len(KINDS)]
    content = damaged(whole(folder, name), random.Random(number))  # noqa: S311 - the same damage each time
    path = tmp_path / name
    path.write_bytes(content)
    stated, complaint = probed(path)
    for measure in (lambda: near(path), lambda: far(content, name)[0]):
        try:
            measured = measure()
        except AudioError as error:
            assert error.hint  # noqa: PT017 - some are refused, some are not
            continue
        assert measured.facts.length == len(content)
        right = stated is not None and abs(seconds(measured) - stated) < CLOSE
        if complaint and not measured.doubts and not right:
            assert seconds(measured) == pytest.approx(played(path), abs=CLOSE), complaint
