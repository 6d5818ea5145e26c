"""Publishing over a bad network and to stores that refuse: what gets through is whole, and what cannot is told and changes nothing."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import require
from tests.fault_proxy import (
    ACCESS_DENIED,
    CLOCK_SKEWED,
    INTERNAL_ERROR,
    PASS,
    RESET_AFTER,
    STALL,
    STORAGE_FULL,
    Choose,
    FaultProxy,
    dice,
    everything,
    writes,
)
from tests.made_show import MadeShow, make_show
from tests.publishing.places import Bucket, through, wrong_for_listeners
from tests.publishing.runs import publish
from tests.servers import SECRET_KEY, S3Server, free_port, rclone_server

EPISODES = 12
SEED = 1
FAULTS = {"internal error", "slow down", "reset before", "reset after", "stall"}
SECONDS_TO_TELL = 20


@pytest.fixture
def proxy(s3_server: S3Server) -> Iterator[FaultProxy]:
    with FaultProxy(s3_server.port) as running:
        yield running


def patient(proxy: FaultProxy, bucket: Bucket) -> str:
    """The URL of a bucket by way of the proxy, where a request that is not answered is soon tried again."""
    return f"{through(proxy, bucket)}&timeout=3"


def test_a_proxy_without_faults_changes_nothing(s3_server: S3Server, proxy: FaultProxy, tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=2)
    straight, around = Bucket(s3_server, s3_server.bucket()), Bucket(s3_server, s3_server.bucket())
    assert publish(show.root, straight.url).returncode == 0
    assert publish(show.root, through(proxy, around)).returncode == 0
    assert around.content() == straight.content()
    assert {key for key in proxy.stored(around.name) if not key.startswith(".podpipe/")} == around.content().keys()


def test_a_publish_gets_through_and_sends_nothing_twice(s3_server: S3Server, proxy: FaultProxy, tmp_path: Path) -> None:
    show, bucket = make_show(tmp_path / "show", episodes=EPISODES), Bucket(s3_server, s3_server.bucket())
    url = patient(proxy, bucket)
    proxy.choose = dice(SEED)
    done = publish(show.root, url)
    met = {seen.fate.name for seen in proxy.seen if seen.fate is not PASS}
    assert done.returncode == 0, done.stderr
    assert met == FAULTS
    with bucket.reader() as reader:
        assert wrong_for_listeners(reader, episodes=frozenset({EPISODES})) == []
    assert sent_again(proxy, bucket) == {}

    before = bucket.content()
    proxy.choose = everything(PASS)
    proxy.forget()
    again = publish(show.root, url)
    assert again.returncode == 0, again.stderr
    assert "nothing changed" in again.stdout
    assert {key for key in proxy.stored(bucket.name) if not key.startswith(".podpipe/")} == set()
    assert bucket.content() == before


def sent_again(proxy: FaultProxy, bucket: Bucket) -> dict[str, int]:
    """The objects that were sent once more after podpipe had been told that they had arrived, and how often that was."""
    told = proxy.stored(bucket.name)
    return {key: times for key, times in told.items() if times > 1 and not key.startswith(".podpipe/")}


def test_a_publish_whose_every_write_is_denied_once_it_is_done_gets_through(s3_server: S3Server, proxy: FaultProxy, tmp_path: Path) -> None:
    show, bucket = make_show(tmp_path / "show", episodes=2), Bucket(s3_server, s3_server.bucket())
    proxy.choose = lambda method, path, nth: PASS if method == "GET" or nth else RESET_AFTER  # noqa: ARG005 - whatever it is about
    done = publish(show.root, patient(proxy, bucket))
    assert done.returncode == 0, done.stderr
    with bucket.reader() as reader:
        assert wrong_for_listeners(reader, episodes=frozenset({2})) == []
    assert sent_again(proxy, bucket) == {}


@dataclasses.dataclass(frozen=True, slots=True)
class Published:
    """A show that is in a bucket, and has changed since."""

    show: MadeShow
    bucket: Bucket
    before: dict[str, bytes]

    def stays(self, target: str, told: str, **env: str) -> None:
        """Publish to a target where that cannot work: it says why, soon, gives nothing away, and leaves what listeners have."""
        began = time.monotonic()
        done = publish(self.show.root, target, seconds=2 * SECONDS_TO_TELL, **env)
        took = time.monotonic() - began
        assert done.returncode == 1, done.stdout
        assert re.search(told, done.stderr), done.stderr
        assert "Traceback" not in done.stderr
        assert not [secret for secret in (SECRET_KEY, *env.values()) if secret in done.stdout + done.stderr]
        assert self.bucket.content() == self.before
        assert took < SECONDS_TO_TELL, done.stderr


@pytest.fixture
def published(s3_server: S3Server, tmp_path: Path) -> Published:
    show, bucket = make_show(tmp_path / "show", episodes=2), Bucket(s3_server, s3_server.bucket(), prefix="talk")
    done = publish(show.root, bucket.url)
    assert done.returncode == 0, done.stderr
    before = bucket.content()
    show.episode("3", date="2026-01-03 08:00:00 +0900")
    show.episode("1", date="2026-01-01 08:00:00 +0900", notes="Other notes.\n")
    return Published(show, bucket, before)


@pytest.mark.parametrize(
    ("name", "value"),
    [("AWS_SECRET_ACCESS_KEY", "a-wrong-secret-key"), ("AWS_ACCESS_KEY_ID", "an-unknown-key-id")],
    ids=["secret", "key-id"],
)
def test_wrong_credentials_are_told(published: Published, name: str, value: str) -> None:
    published.stays(published.bucket.url, "credentials are not valid", **{name: value})


def test_a_missing_bucket_is_told_and_not_made(published: Published) -> None:
    server = published.bucket.server
    published.stays(server.url("not-there", "talk"), "there is no bucket not-there")
    assert "not-there" not in [bucket["Name"] for bucket in server.client().list_buckets()["Buckets"]]


@pytest.mark.parametrize(
    ("choose", "told"),
    [
        pytest.param(writes(ACCESS_DENIED), "access denied", id="read-only"),
        pytest.param(writes(STORAGE_FULL, frozenset({"PUT", "POST"})), "XMinioStorageFull|no space|full", id="full"),
        pytest.param(writes(INTERNAL_ERROR, frozenset({"PUT"})), "InternalError", id="full-as-rclone-says-it"),
        pytest.param(everything(CLOCK_SKEWED), "time|clock", id="clock"),
    ],
)
def test_a_store_that_refuses_is_told(published: Published, proxy: FaultProxy, choose: Choose, told: str) -> None:
    proxy.choose = choose
    published.stays(through(proxy, published.bucket), told)
    assert [seen for seen in proxy.seen if seen.fate is not PASS]


@pytest.mark.parametrize("url", [through, patient], ids=["as-it-is", "timeout-3"])
def test_an_endpoint_that_hangs_is_given_up(published: Published, proxy: FaultProxy, url: Callable[[FaultProxy, Bucket], str]) -> None:
    proxy.choose = everything(STALL)
    published.stays(url(proxy, published.bucket), f"{re.escape(proxy.endpoint)}.* no answer")


def test_an_endpoint_where_nothing_listens_is_told(published: Published) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    published.stays(dataclasses.replace(published.bucket.server, endpoint=endpoint).url("show"), f"cannot reach {endpoint}")


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of that size, for the length of a block; skips where this user may not mount one."""
    folder.mkdir()
    mount = shutil.which("mount") or "mount"
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={size}", "podpipe-tests", folder], capture_output=True, text=True, check=False
    )
    if done.returncode:
        require(present=False, what=f"needs the right to mount a small disk: {done.stderr}")
    try:
        yield folder
    finally:
        subprocess.run([shutil.which("umount") or "umount", "--lazy", folder], check=True)


@pytest.mark.usefixtures("s3_credentials")
def test_a_disk_that_is_really_full_is_told(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk, rclone_server(disk) as server:
        show, bucket = make_show(tmp_path / "show", episodes=2), Bucket(server, server.bucket())
        assert publish(show.root, bucket.url).returncode == 0
        before = bucket.content()
        for number in range(3, 29):
            show.episode(str(number), date=f"2026-01-{number:02} 08:00:00 +0900")
        begun = time.monotonic()
        done = publish(show.root, bucket.url, seconds=2 * SECONDS_TO_TELL)
        assert time.monotonic() - begun < SECONDS_TO_TELL, done.stderr
        assert done.returncode == 1, done.stdout
        assert re.search("InternalError|no space|full", done.stderr), done.stderr
        assert "Traceback" not in done.stderr
        # Recordings that found room stay for the next publish; no feed or page names them.
        assert {key: data for key, data in bucket.content().items() if key in before} == before
