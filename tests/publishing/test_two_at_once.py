"""Two publishes of two versions to one place at once: one after the other or one refused, and never a mixture of both."""

from __future__ import annotations

import contextlib
import random
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import thoroughly
from tests.fault_proxy import PASS, Fate, FaultProxy
from tests.made_show import SETTINGS, make_show
from tests.publishing.places import Bucket, Folder, Place, through
from tests.publishing.runs import end, publish, publishing, signal_all, wait_for_upload
from tests.servers import S3Server

PAIRS = {kind: thoroughly(pairs) for kind, pairs in {"folder": 40, "rclone": 30, "minio": 30}.items()}
EPISODES, EPISODES_IN_A_FOLDER = 2, 20
"""Files are written so fast that two publishes of a small show seldom meet there."""
REFUSING_ONE_IN = 3
"""Of so many pairs one does not wait for the lock."""
LOOK_AGAIN_ONE_IN = 10
"""After one pair of so many the place is published to once more: nothing that the two left behind stands in the way."""
LATEST = 0.25
"""Up to so many seconds after the first, the second publish begins: while that one reads, uploads or is about to end."""
UPLOAD = {"folder": 0.03, "rclone": 0.15, "minio": 0.15}
PAUSE = 0.8
"""Every second pair the first publish stands still after up to so many seconds of its upload, until the second has ended or has had so
many seconds for it: two that keep pace send everything in one order, so that the later one wins everywhere without any lock."""
SEED = 300
HELD_AT_MOST = 30
VERSIONS = ("The one", "The other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Two folders with the same show, of which everything that is made differs, and what is in a place that has one of them alone."""

    folders: tuple[Path, Path]
    whole: tuple[dict[str, bytes], dict[str, bytes]]

    def of(self, content: dict[str, bytes]) -> list[int]:
        """Which version is there, as a whole."""
        return [number for number, whole in enumerate(self.whole) if content == whole]

    def mixture(self, content: dict[str, bytes]) -> dict[str, str]:
        """Which object is of which version, for a message."""
        of = {
            key: [version for version, whole in zip(VERSIONS, self.whole, strict=True) if whole.get(key) == data]
            for key, data in content.items()
        }
        missing = {key: "missing" for whole in self.whole for key in whole if key not in content}
        return missing | {key: "/".join(versions) or "neither" for key, versions in of.items() if len(versions) != len(VERSIONS)}


def two_versions(new_place: Callable[[str], Place], tmp_path: Path, *, episodes: int = EPISODES) -> Versions:
    folders = tuple(tmp_path / version.replace(" ", "-").lower() for version in VERSIONS)
    whole = []
    for folder, version in zip(folders, VERSIONS, strict=True):
        # The name of the show is on every page, and a chapter's title in its file, in the recording's tags, and so in the feed's lengths.
        show = make_show(folder, settings=SETTINGS.replace('title = "Test Talk"', f'title = "{version} talk"'))
        for number in range(1, episodes + 1):
            notes = f"## 0:00 {version} hello\n\n## 0:01 Goodbye\n{version} text.\n"
            show.episode(str(number), date=f"2026-01-{number:02} 08:00:00 +0900", notes=notes)
        alone = new_place(folder.name)
        done = publish(folder, alone.url)
        assert done.returncode == 0, done.stderr
        whole.append(alone.content())
    versions = Versions(folders=(folders[0], folders[1]), whole=(whole[0], whole[1]))
    told_apart = {key for key, data in whole[0].items() if whole[1].get(key) != data}
    assert whole[0].keys() == whole[1].keys()
    assert told_apart >= {"feed.xml", "chapters/1.json", "chapters/2.json", "audio/1.mp3", "audio/2.mp3", "posts.json"}
    assert told_apart >= {key for key, data in whole[0].items() if b"<html" in data}
    return versions


def of_two_one_is_whole(kind: str, new_place: Callable[[str], Place], tmp_path: Path, *, episodes: int = EPISODES) -> None:
    versions = two_versions(new_place, tmp_path, episodes=episodes)
    dice = random.Random(SEED)  # noqa: S311 - a seeded one is wanted
    for number in range(PAIRS[kind]):
        place = new_place(f"pair-{number}")
        waits = number % REFUSING_ONE_IN != 0
        if number % 2:
            meet(versions, place, waits=waits, stops=dice.random() * UPLOAD[kind])
        else:
            meet(versions, place, waits=waits, later=dice.choice([0.0, dice.random() * LATEST]))
        if number % LOOK_AGAIN_ONE_IN == 0:
            version = number // LOOK_AGAIN_ONE_IN % 2
            done = publish(versions.folders[version], place.url)
            assert done.returncode == 0, done.stderr
            assert versions.of(place.content()) == [version], versions.mixture(place.content())


def meet(versions: Versions, place: Place, *, waits: bool, later: float = 0.0, stops: float | None = None) -> None:
    """Publish both versions to one new place at once: of one of them, of which the publish said that it was done, all is there."""
    options = () if waits else ("--wait", "0")
    with publishing(versions.folders[0], place.url, *options) as one:
        if stops is not None and wait_for_upload(one):
            time.sleep(stops)
            signal_all(one, signal.SIGSTOP)
        time.sleep(later)
        with publishing(versions.folders[1], place.url, *options) as other:
            if stops is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    other.wait(PAUSE)
                signal_all(one, signal.SIGCONT)
            ended = [end(one), end(other)]
    for mine, another, (code, said) in zip((one, other), (other, one), ended, strict=True):
        assert code in {0, 1}, said
        assert code == 0 or names(another, said), f"{mine.pid} met {another.pid}: {said}"
        assert "Traceback" not in said
    done = [number for number, (code, _) in enumerate(ended) if code == 0]
    assert done, ended
    assert len(done) == 2 or not waits, ended
    content = place.content()
    found = versions.of(content)
    assert len(found) == 1, versions.mixture(content)
    assert found[0] in done, ended


def names(holder: subprocess.Popen[bytes], said: str) -> bool:
    """Whether a message says who holds the lock, by the process's number or its machine's name."""
    return bool(re.search(rf"\b({holder.pid}|{re.escape(socket.gethostname())})\b", said))


def test_two_publishes_to_a_folder(tmp_path: Path) -> None:
    of_two_one_is_whole("folder", lambda name: Folder(tmp_path / f"public-{name}"), tmp_path, episodes=EPISODES_IN_A_FOLDER)


def test_two_publishes_to_a_bucket(s3_server: S3Server, tmp_path: Path) -> None:
    bucket = s3_server.bucket()
    of_two_one_is_whole(s3_server.name, lambda name: Bucket(s3_server, bucket, prefix=name), tmp_path)


@dataclass(slots=True)
class Gate:
    """Holds the first recording that a publish sends through a proxy, so that the publish is at work for as long as a test wants."""

    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def __call__(self, method: str, path: str, nth: int) -> Fate:  # noqa: ARG002 - so a proxy asks
        if method == "PUT" and "audio" in path:
            self.reached.set()
            self.opened.wait(HELD_AT_MOST)
        return PASS


@pytest.mark.parametrize("waits", ["0", "1"])
def test_who_does_not_wait_long_enough_is_refused_and_changes_nothing(s3_server: S3Server, tmp_path: Path, waits: str) -> None:
    place = Bucket(s3_server, s3_server.bucket(), prefix="talk")
    versions, gate = two_versions(lambda name: Bucket(s3_server, place.name, prefix=name), tmp_path), Gate()
    with FaultProxy(s3_server.port, gate) as proxy, publishing(versions.folders[0], through(proxy, place)) as holder:
        try:
            assert gate.reached.wait(HELD_AT_MOST)
            before = place.content()
            refused = publish(versions.folders[1], place.url, "--wait", waits)
            assert refused.returncode == 1, refused.stderr
            assert names(holder, refused.stderr), f"{holder.pid}: {refused.stderr}"
            assert "Traceback" not in refused.stderr
            # The holder may go on meanwhile, with its own version alone.
            assert before.items() <= place.content().items() <= versions.whole[0].items()
        finally:
            gate.opened.set()
        code, said = end(holder)
        assert code == 0, said
    assert versions.of(place.content()) == [0]


def test_who_waits_comes_after_the_other_one(s3_server: S3Server, tmp_path: Path) -> None:
    place = Bucket(s3_server, s3_server.bucket(), prefix="talk")
    versions, gate = two_versions(lambda name: Bucket(s3_server, place.name, prefix=name), tmp_path), Gate()
    with FaultProxy(s3_server.port, gate) as proxy, publishing(versions.folders[0], through(proxy, place)) as holder:
        try:
            assert gate.reached.wait(HELD_AT_MOST)
            with publishing(versions.folders[1], place.url) as waiting:
                assert wait_for_upload(waiting)
                time.sleep(1)
                assert place.content().items() <= versions.whole[0].items()
                gate.opened.set()
                ended = [end(holder), end(waiting)]
        finally:
            gate.opened.set()
    assert [code for code, _ in ended] == [0, 0], ended
    assert versions.of(place.content()) == [1]


def test_of_two_versions_a_mixture_is_noticed(tmp_path: Path) -> None:
    versions = two_versions(lambda name: Folder(tmp_path / f"public-{name}"), tmp_path)
    one, other = versions.whole
    assert (versions.of(one), versions.of(other)) == ([0], [1])
    for key in ("feed.xml", "episode/2.html", "chapters/1.json", "audio/1.mp3"):
        assert versions.of(one | {key: other[key]}) == []
        assert versions.mixture(one | {key: other[key]})[key] == "The other"
    assert versions.of({key: data for key, data in one.items() if key != "index.html"}) == []
