"""Publishes that are killed at random moments: whatever has happened by then, listeners have a feed of which everything is there."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest

from tests.conftest import thoroughly
from tests.made_show import NOTES, MadeShow, make_show
from tests.publishing.places import Bucket, Folder, Place, make_public, wrong_for_listeners
from tests.publishing.runs import end, kill, publish, publishing, wait_for_upload
from tests.servers import S3Server

KILLS = {kind: thoroughly(kills) for kind, kills in {"folder": 100, "rclone": 50, "minio": 50}.items()}
KILLS_BETWEEN_ENDS = 6
FROM_THE_START = 5
"""Of so many kills one falls anywhere in a publish, start-up included; the others fall while it is at work on the target."""
OLD, NEW = 25, 30
CHANGED = 12
SEED = 200
PAUSE = 0.1


@dataclass(slots=True, kw_only=True)
class Author:
    """A show whose notes change before every publish; 5 of its episodes are new to a place that has only the show's first version."""

    show: MadeShow
    dice: random.Random
    written: dict[int, str] = field(default_factory=dict)
    times: int = 0

    def write(self) -> None:
        self.times += 1
        for number in sorted(self.dice.sample(range(1, NEW + 1), CHANGED)):
            self.written[number] = f"Written for the {self.times}th time"
            # The chapters stay: with them the recordings would change, which keep their addresses.
            self.show.episode(str(number), date=f"2026-01-{number:02} 08:00:00 +0900", notes=f"{NOTES}\n{self.written[number]}.\n")


@dataclass(slots=True, kw_only=True)
class Lengths:
    """How long the last publish took that ran to its end, from its start and from the moment when it began with the target."""

    whole: float = 0.0
    upload: float = 0.0


class Watcher:
    """A listener who asks for everything again and again while publishes run, in a thread of its own."""

    def __init__(self, place: Place, *, episodes: frozenset[int]) -> None:
        self.looks = 0
        self.wrong: list[str] = []
        self._place = place
        self._episodes = episodes
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        try:
            with self._place.reader() as reader:
                while not self._over.wait(PAUSE):
                    self.wrong += wrong_for_listeners(reader, episodes=self._episodes)
                    self.looks += 1
        except Exception as error:  # noqa: BLE001 - told where the test can fail for it
            self.wrong.append(f"the watcher itself failed: {error!r}")


def moments(count: int, dice: random.Random) -> Iterator[tuple[bool, float]]:
    """Moments to kill at, without end: whether each counts from the start, and after which share of the time it comes.

    One from each of equal parts of the time, in random order, so that no part is left out.
    """
    while True:
        shares = [(part + dice.random()) / count for part in range(count)]
        dice.shuffle(shares)
        yield from ((number % FROM_THE_START == 0, share) for number, share in enumerate(shares))


def killed_at(moment: tuple[bool, float], show: MadeShow, place: Place, lengths: Lengths) -> bool:
    """Begin a publish and kill it at a moment; False where it had ended before, as it should."""
    from_start, share = moment
    began = time.monotonic()
    with publishing(show.root, place.url) as process:
        if not from_start and wait_for_upload(process):
            began = time.monotonic()
        time.sleep(max(0.0, began + share * (lengths.whole if from_start else lengths.upload) - time.monotonic()))
        if kill(process):
            return True
        code, said = end(process)
        assert code == 0, said
        return False


def to_its_end(show: MadeShow, place: Place, lengths: Lengths) -> None:
    """Run a publish that nobody kills, and take its time."""
    began = time.monotonic()
    with publishing(show.root, place.url) as process:
        wait_for_upload(process)
        uploading = time.monotonic()
        code, said = end(process)
        lengths.whole, lengths.upload = time.monotonic() - began, time.monotonic() - uploading
    assert code == 0, said


def all_is_there(author: Author, place: Place) -> list[str]:
    """What a listener misses after a publish has run to its end."""
    with place.reader() as reader:
        wrong = wrong_for_listeners(reader, episodes=frozenset({NEW}))
        feed = reader.get("feed.xml")[1].decode()
        pages = {number: reader.get(f"episode/{number}")[1].decode() for number in author.written}
    wrong += [f"the feed lacks {words!r} of {number}" for number, words in author.written.items() if feed.count(words) < 1]
    return wrong + [f"the page of {number} lacks {words!r}" for number, words in author.written.items() if words not in pages[number]]


def survives(kills: int, new_place: Callable[[int], Place], tmp_path: Path) -> None:
    """Kill so many publishes: in rounds, each with a place that has the show's first version, a few kills, and a publish to its end."""
    dice = random.Random(SEED)  # noqa: S311 - a seeded one is wanted
    first = make_show(tmp_path / "first", episodes=OLD)
    author = Author(show=make_show(tmp_path / "show", episodes=NEW), dice=dice)
    coming, lengths = moments(kills, dice), Lengths()
    killed = runs = looks = rounds = 0
    while killed < kills:
        assert runs < 2 * kills, "most publishes ended before their moment came"
        place = new_place(rounds)
        rounds += 1
        done = publish(first.root, place.url)
        assert done.returncode == 0, done.stderr
        author.write()
        with Watcher(place, episodes=frozenset({OLD, NEW})) as watcher:
            for _ in range(KILLS_BETWEEN_ENDS if lengths.whole else 0):
                runs += 1
                moment = next(coming)
                killed += killed_at(moment, author.show, place, lengths)
                with place.reader() as reader:
                    assert wrong_for_listeners(reader, episodes=frozenset({OLD, NEW})) == [], moment
                author.write()
            to_its_end(author.show, place, lengths)
        assert watcher.wrong == []
        assert all_is_there(author, place) == []
        looks += watcher.looks
    assert looks > kills


def test_a_folder_survives_kills(tmp_path: Path) -> None:
    survives(KILLS["folder"], lambda number: Folder(tmp_path / f"public-{number}"), tmp_path)


def test_a_bucket_survives_kills(s3_server: S3Server, tmp_path: Path) -> None:
    name, public = s3_server.bucket(), s3_server.name == "minio"
    if public:
        make_public(s3_server, name)
    survives(KILLS[s3_server.name], lambda number: Bucket(s3_server, name, prefix=f"show-{number}", public=public), tmp_path)


@pytest.mark.parametrize("missing", ["audio/3.mp3", "episode/3.html", "chapters/3.json", "feed.xml"])
def test_a_listener_notices_what_is_missing_or_cut_short(tmp_path: Path, missing: str) -> None:
    place = Folder(tmp_path / "public")
    assert publish(make_show(tmp_path / "show", episodes=3).root, place.url).returncode == 0
    with place.reader() as reader:
        assert wrong_for_listeners(reader, episodes=frozenset({3})) == []
        assert wrong_for_listeners(reader, episodes=frozenset({4})) != []
        whole = (place.root / missing).read_bytes()
        (place.root / missing).write_bytes(whole[:-9])
        assert len(wrong_for_listeners(reader, episodes=frozenset({3}))) == 1
        (place.root / missing).unlink()
        assert len(wrong_for_listeners(reader, episodes=frozenset({3}))) == 1
