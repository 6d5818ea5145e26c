"""podpipe.lock: what is written comes back, reads well as a diff, and is refused with a reason where it was damaged."""

from __future__ import annotations

import json
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podpipe.errors import ConfigError
from podpipe.lockfile import LOCK, lock_text, read_lock, write_lock
from podpipe.model import AudioFacts, AudioRecord, Chapter, Doubt, PublishedAudio

RECORD = AudioRecord(
    audio="/audio/第70回.mp3",
    version="sha256:abc",
    facts=AudioFacts(
        length=12_345,
        duration=timedelta(seconds=60, milliseconds=120),
        mime_type="audio/mpeg",
        bitrate=128_000,
        bitrate_mode="VBR",
        channels=2,
        sample_rate=44_100,
        chapters=(
            Chapter(start=timedelta(0), title="はじめに"),
            Chapter(start=timedelta(seconds=1.5), title="Two", url="https://a.example"),
        ),
        cover="image/jpeg",
    ),
    doubts=(Doubt(rule="audio-index", level="warning", message="it states 1:00", hint="export it again"),),
    published=PublishedAudio(key="audio/70.mp3", length=20_000, digest="def", tags="123", notes=("chapters are not written",)),
)
BARE = AudioRecord(audio="a.mp3", version="", facts=AudioFacts(length=1, duration=timedelta(seconds=1), mime_type="audio/mpeg"))

OUTSIDE = json.dumps(
    {
        "version": 1,
        "episodes": {
            "70": {
                "audio": "a",
                "bytes": 1,
                "seconds": 1,
                "type": "t",
                "published": {"key": "../../etc/x.mp3", "bytes": 1, "sha256": "d"},
            }
        },
    }
)

texts = st.text(st.characters(codec="utf-8"), max_size=20)
facts = st.builds(
    AudioFacts,
    length=st.integers(1, 2**40),
    duration=st.integers(1, 10**9).map(lambda ms: timedelta(milliseconds=ms)),
    mime_type=texts.filter(bool),
    bitrate=st.none() | st.integers(0, 10**7),
    bitrate_mode=st.sampled_from([None, "CBR", "VBR", "ABR"]),
    channels=st.none() | st.integers(1, 8),
    sample_rate=st.none() | st.integers(1, 192_000),
    chapters=st.lists(
        st.builds(
            Chapter,
            start=st.integers(0, 10**8).map(lambda ms: timedelta(milliseconds=ms)),
            title=texts.filter(bool),
            url=st.none() | texts.filter(bool),
            line=st.none(),
            anchor=st.none(),
        ),
        max_size=3,
    ).map(tuple),
    cover=st.none() | texts.filter(bool),
)
records = st.builds(
    AudioRecord,
    audio=texts.filter(bool),
    version=texts,
    facts=facts,
    doubts=st.lists(
        st.builds(
            Doubt, rule=texts.filter(bool), level=st.sampled_from(["error", "warning", "info"]), message=texts.filter(bool), hint=texts
        ),
        max_size=2,
    ).map(tuple),
    published=st.none()
    | st.builds(
        PublishedAudio,
        key=st.from_regex(r"[a-z]{1,5}(/[a-z0-9]{1,9}){0,2}\.mp3", fullmatch=True),
        length=st.integers(0, 2**40),
        digest=texts.filter(bool),
        tags=texts,
        notes=st.lists(texts, max_size=2).map(tuple),
    ),
)


@settings(max_examples=40)
@given(st.dictionaries(texts, records, max_size=3))
def test_any_records_come_back_as_they_were(written: dict[str, AudioRecord]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert write_lock(Path(folder), written)
        assert read_lock(Path(folder)) == written
        assert not write_lock(Path(folder), written), "nothing has changed"


def test_episodes_stand_in_the_order_of_their_numbers_a_key_on_each_line() -> None:
    text = lock_text({"10": BARE, "9": RECORD, "trailer": BARE})
    assert list(json.loads(text)["episodes"]) == ["9", "10", "trailer"]
    assert '      "audio": "/audio/第70回.mp3",\n      "version": "sha256:abc",\n      "bytes": 12345,\n      "seconds": 60.12,\n' in text
    assert text.endswith("}\n")
    assert text == lock_text({"trailer": BARE, "9": RECORD, "10": BARE})


def test_a_folder_without_one_knows_nothing(tmp_path: Path) -> None:
    assert read_lock(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "it is not JSON"),
        ("[]", "it has no version"),
        ('{"version": 1}', "it has no version, or no episodes"),
        ('<<<<<<< HEAD\n{"version": 1}', "it holds a merge conflict"),
        ("[" * 100_000, "nested too deeply"),
        ('{"version": 1, "episodes": {"70": {}}}', "the entry of episode 70"),
        ('{"version": 1, "episodes": {"70": 1}}', "the entry of episode 70"),
        ('{"version": 1, "episodes": {"70": {"audio": "a", "bytes": 1, "seconds": 1e400, "type": "t"}}}', "the entry of episode 70"),
        ('{"version": 1, "episodes": {"70": {"audio": "a", "bytes": 0, "seconds": 1, "type": "t"}}}', "the entry of episode 70"),
        (OUTSIDE, "the entry of episode 70"),
    ],
)
def test_a_damaged_one_is_refused_with_what_to_do(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / LOCK).write_text(text)
    with pytest.raises(ConfigError, match=expected) as caught:
        read_lock(tmp_path)
    assert "bring back an earlier one from Git, or delete it" in str(caught.value)


def test_one_of_a_newer_podpipe_asks_for_an_update(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text('{"version": 2, "episodes": {}}')
    with pytest.raises(ConfigError, match="update podpipe"):
        read_lock(tmp_path)


def test_one_that_cannot_be_written_says_so_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / LOCK).mkdir()
    (tmp_path / LOCK / "in the way").touch()
    with pytest.raises(ConfigError, match=f"{LOCK} cannot be written"):
        write_lock(tmp_path, {"1": BARE})
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]
