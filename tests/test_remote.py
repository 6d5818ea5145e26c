"""Recordings of an hour on a real web server: mutagen reads their facts from far away, for less than 512 kB on the wire."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import mutagen
import pytest

from podpipe.audio.measuring import measure, measure_open
from podpipe.errors import WebError
from podpipe.remote import Remote
from tests.long_audio import LONG, NAMES, facts, long_audio
from tests.web_server import CountingProxy, WebServer, web_server

MOST = 512 * 1024


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with web_server(tmp_path_factory.mktemp("files")) as server:
        yield server


@pytest.fixture
def server(running: WebServer, monkeypatch: pytest.MonkeyPatch) -> WebServer:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    return running


@pytest.mark.parametrize("name", NAMES)
def test_a_long_recording_on_a_web_server_is_read_by_ranges(server: WebServer, name: str) -> None:
    path = long_audio(server.folder, name)
    with CountingProxy(server.port) as wire:
        with Remote() as remote, remote.open(f"http://127.0.0.1:{wire.port}/files/{name}") as found:
            assert found.length == path.stat().st_size >= LONG
            assert measure_open(found.file, name, length=found.length) == measure(path, name)
            assert facts(found.file) == facts(path)
            assert found.file.bytes_fetched < MOST
        assert found.file.bytes_fetched < wire.to_client < MOST


@pytest.mark.parametrize("name", NAMES)
def test_a_long_recording_at_a_server_without_ranges_is_read_as_a_stream(server: WebServer, name: str) -> None:
    path = long_audio(server.folder, name)
    with Remote() as remote, remote.open(server.url(f"/whole/{name}")) as found:
        assert not found.ranged
        assert found.length is not None
        assert measure_open(found.file, name, length=found.length, forward=True) == measure(path, name)
        assert facts(found.file) == facts(path)
        assert found.file.bytes_fetched <= path.stat().st_size


def test_a_large_cover_in_front_of_the_sound_may_arrive_in_a_stream(server: WebServer) -> None:
    path = server.folder / "cover.mp3"
    shutil.copy(long_audio(server.folder, "long.mp3"), path)
    tags: Any = mutagen.File(path)
    tags.tags.add(mutagen.id3.APIC(mime="image/jpeg", data=bytes(range(256)) * 12_000))
    tags.save()
    with Remote() as remote, remote.open(server.url("/whole/cover.mp3")) as found:
        assert facts(found.file) == facts(path)


def test_other_addresses_are_refused() -> None:
    with Remote() as remote:
        for url, shown in (("ftp://me:hush@example.com/a.mp3", "ftp://example.com/a.mp3"), ("a.mp3", "…"), ("file:///a.mp3", "file:…")):
            with pytest.raises(WebError) as caught:
                remote.open(url)
            assert caught.value.message == f"{shown} is no address that audio can be read from"


def test_knowing_how_to_read_far_away_loads_no_library() -> None:
    heavy = {"httpx", "boto3", "botocore", "ssl"}
    code = f"import sys, podpipe.remote, podpipe.targets.s3.reading; sys.exit(str({heavy} & set(sys.modules) or '') or None)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
