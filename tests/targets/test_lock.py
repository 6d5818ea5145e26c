"""The lock on a target: one writer at a time, on stores with conditional writes and on those without, and none that outlives its holder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from podpipe.errors import TargetError
from podpipe.targets import Target, lock, open_target
from podpipe.targets.lock import CLAIMS, LOCK, locked
from tests.servers import S3Server, minio_server, rclone_server

Opener = Callable[[], Target]


@pytest.fixture(scope="module", params=["folder", "rclone", "minio"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server | None]:
    """Where targets are: on one of the two servers, or None for folders."""
    start = {"rclone": rclone_server, "minio": minio_server}.get(request.param)
    if start is None:
        yield None
        return
    with start(tmp_path_factory.mktemp(request.param)) as server:
        yield server


@pytest.fixture
def url(place: S3Server | None, tmp_path: Path, s3_credentials: None) -> str:  # noqa: ARG001 - it sets the environment
    """A target that nobody else uses."""
    return f"file:{tmp_path / 'public'}" if place is None else place.url(place.bucket(), "talk")


@pytest.fixture
def open_one(url: str, tmp_path: Path) -> Opener:
    """Opens the same target anew each time."""
    return lambda: open_target(url, root=tmp_path)


def test_a_second_writer_is_refused_with_the_holders_name_until_the_first_has_ended(open_one: Opener) -> None:
    target, other = open_one(), open_one()
    with locked(target, wait=0):
        with (
            pytest.raises(TargetError, match=rf"@.* \(process {os.getpid()}\), since .* UTC is publishing to this target") as caught,
            locked(other, wait=0),
        ):
            pytest.fail("two held the lock at once")
        assert (caught.value.target, "--wait" in caught.value.hint) == (target.url, True)
    with locked(other, wait=0):
        pass
    assert {key for key in target.sizes() if key.startswith((LOCK, CLAIMS))} == set(), "nothing of a lock is left"


def test_a_second_writer_that_waits_comes_next(open_one: Opener) -> None:
    target, told, order = open_one(), [], []

    def second() -> None:
        with locked(open_one(), wait=30, on_wait=told.append):
            order.append("second")

    with locked(target, wait=0):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(1.5)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]
    assert len(told) == 1
    assert told[0].startswith("waiting for ")


def test_many_writers_never_meet(open_one: Opener) -> None:
    inside, met, entered = [], [], []

    def write() -> None:
        target = open_one()
        for _ in range(3):
            with locked(target, wait=60):
                inside.append(1)
                met.append(len(inside))
                time.sleep(0.01)
                inside.pop()
                entered.append(1)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert (len(entered), max(met)) == (12, 1)


def test_the_lock_of_a_process_that_was_killed_is_taken_over_at_once(open_one: Opener, url: str) -> None:
    target = open_one()
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom podpipe.targets import open_target\nfrom podpipe.targets.lock import locked\n"
        f"with locked(open_target({url!r}, root=Path('.')), wait=0):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(TargetError, match=f"process {holder.pid}"), locked(target, wait=0):
            pass
        holder.kill()
    with locked(target, wait=0):
        pass


def as_of_another_machine(data: bytes) -> bytes:
    return json.dumps(json.loads(data) | {"machine": "another", "name": "ann@studio", "process": 4242}).encode()


def test_a_lock_of_another_machine_holds_until_nobody_has_renewed_it_for_long(open_one: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    target = open_one()
    with locked(target, wait=0):
        mine = next(iter(target.ages(LOCK) or target.ages(CLAIMS)))
        data = as_of_another_machine(target.read(mine) or b"")
    if mine == LOCK:
        assert target.write_if(LOCK, data, expected=None)
    else:
        lock._put(target, f"{CLAIMS}0.json", data)
    with pytest.raises(TargetError, match=r"ann@studio \(process 4242\)"), locked(target, wait=0):
        pass
    monkeypatch.setattr(lock, "LAST_SECONDS", 2.0)
    with locked(target, wait=20):
        pass


def test_a_lock_that_is_renewed_stays(open_one: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "LAST_SECONDS", 2.0)
    monkeypatch.setattr(lock, "_RENEW_SECONDS", 0.5)
    target = open_one()
    with locked(target, wait=0) as lease:
        time.sleep(4)
        lease.check(target)
        with pytest.raises(TargetError, match="is publishing to this target"), locked(open_one(), wait=0):
            pass


def test_who_has_lost_the_lock_goes_no_further(open_one: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    target = open_one()
    with locked(target, wait=0) as lease:
        monkeypatch.setattr(lock, "LAST_SECONDS", 0.0)
        with pytest.raises(TargetError, match="the lock on the target was lost"):
            lease.check(target)


def test_a_store_without_conditional_writes_is_found_out_and_people_are_told(open_one: Opener, place: S3Server | None) -> None:
    target = open_one()
    without = place is not None and place.name == "rclone"
    with locked(target, wait=0) as lease:
        assert ("no conditional writes" in lease.note) == without
        assert set(target.ages(LOCK)) == (set() if without else {LOCK})


def test_a_target_whose_changes_show_all_at_once_needs_no_lock_however_long_they_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "site.git")], check=True)
    target = open_target(f"git:{tmp_path / 'site.git'}", root=tmp_path)
    monkeypatch.setattr(lock, "LAST_SECONDS", 0.0)
    with locked(target, wait=0) as lease:
        lease.check(target)
        assert target.sizes() == {}
    target.close()


def test_a_lock_that_fails_half_way_is_given_back(open_one: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    target = open_one()
    given = target.write_if
    tries = []

    def fails_later(key: str, data: bytes, *, expected: str | None) -> str | None:
        tries.append(key)
        if len(tries) == 2:
            raise TargetError("the network is away")
        return given(key, data, expected=expected)

    monkeypatch.setattr(target, "write_if", fails_later)
    with pytest.raises(TargetError, match="the network is away"), locked(target, wait=0):
        pytest.fail("the lock was not had")
    with locked(open_one(), wait=0):
        pass


@pytest.mark.usefixtures("s3_credentials")
def test_a_claim_that_cannot_be_read_is_somebodys(tmp_path: Path) -> None:
    with rclone_server(tmp_path) as server:
        target = open_target(server.url(server.bucket()), root=tmp_path)
        lock._put(target, f"{CLAIMS}0.json", b'{"id": "0", "na')
        with pytest.raises(TargetError, match="another publish is publishing to this target"), locked(target, wait=0):
            pass
        assert list(target.ages(CLAIMS)) == [f"{CLAIMS}0.json"], "it stays, and ours is given back"


@pytest.mark.usefixtures("s3_credentials")
def test_a_claim_that_its_holder_slept_through_is_not_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with rclone_server(tmp_path) as server:
        target = open_target(server.url(server.bucket()), root=tmp_path)
        _sleep_through(target, monkeypatch)


def _sleep_through(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_RENEW_SECONDS", 0.5)
    with locked(target, wait=0) as lease:
        now = lock._clock()
        monkeypatch.setattr(lock, "_clock", lambda: now + 61)
        time.sleep(2.5)  # servers tell times in whole seconds
        monkeypatch.setattr(lock, "_clock", lambda: now + 62)
        with pytest.raises(TargetError, match="the lock on the target was lost"):
            lease.check(target)
        assert max(target.ages(CLAIMS).values()) > 1, "nobody has made the claim look fresh"
