"""Reading objects from real S3 servers by ranges: what is known, what crosses the wire, and what a person is told where it fails."""

from __future__ import annotations

import io
import pickle
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from podpipe.audio.measuring import measure, measure_open
from podpipe.errors import WebError
from podpipe.ranges import BLOCK
from podpipe.remote import Remote
from podpipe.targets.s3.reading import S3Objects
from tests.long_audio import LONG, NAMES, facts, long_audio
from tests.servers import SECRET_KEY, S3Server, free_port
from tests.web_server import SONG, CountingProxy

MOST = 512 * 1024


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recordings")


def kept(server: S3Server, data: bytes = SONG, key: str = "audio/70 番組.mp3") -> str:
    """The URL of an object that was put into a bucket of its own."""
    bucket = server.bucket()
    server.client().put_object(Bucket=bucket, Key=key, Body=data, ContentType="audio/mpeg")
    return server.url(bucket, key)


def refusal(act: Callable[[], object]) -> WebError:
    with pytest.raises(WebError) as caught:
        act()
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - pickled in the same line
    assert SECRET_KEY not in str(caught.value)
    return caught.value


def test_one_request_for_16_kb_tells_all_about_an_object(s3_server: S3Server) -> None:
    url = kept(s3_server)
    found = S3Objects().open(url)
    assert (found.length, found.content_type, found.ranged) == (len(SONG), "audio/mpeg", True)
    assert found.shown == f"s3://{url.split('/')[2]}/audio/70 番組.mp3"
    assert found.etag
    assert found.last_modified
    assert found.file.read(BLOCK) == SONG[:BLOCK]
    assert (found.file.bytes_fetched, found.file.requests) == (BLOCK, 1)


def test_any_part_is_read_and_no_more(s3_server: S3Server) -> None:
    found = S3Objects().open(kept(s3_server))
    found.file.seek(-128, io.SEEK_END)
    assert found.file.read() == SONG[-128:]
    found.file.seek(100_000)
    assert found.file.read(10) == SONG[100_000:100_010]
    assert found.file.bytes_fetched == 2 * BLOCK + len(SONG) % BLOCK
    found.file.seek(0)
    assert found.file.read() == SONG


def test_short_and_empty_objects_are_read(s3_server: S3Server) -> None:
    short, empty = S3Objects().open(kept(s3_server, b"short")), S3Objects().open(kept(s3_server, b""))
    assert (short.length, short.file.read()) == (5, b"short")
    assert (empty.length, empty.file.read(), bool(empty.etag)) == (0, b"", True)


def test_a_remembered_object_is_compared_by_one_small_request(s3_server: S3Server) -> None:
    url, empty = kept(s3_server), kept(s3_server, b"")
    objects = S3Objects()
    etag = objects.open(url).etag
    with CountingProxy(s3_server.port) as wire:
        assert objects.unchanged(url.replace(f":{s3_server.port}", f":{wire.port}"), etag=etag, length=len(SONG))
        assert 0 < wire.to_client < 2048
        objects.close()
    assert not objects.unchanged(url, etag='"other"', length=len(SONG))
    assert not objects.unchanged(url, etag=etag, length=1)
    assert not objects.unchanged(url, etag=None, length=len(SONG))
    assert objects.unchanged(empty, etag=objects.open(empty).etag, length=0)


def test_an_object_that_changes_while_it_is_read_is_an_error(s3_server: S3Server) -> None:
    url = kept(s3_server, key="song.mp3")
    found = S3Objects().open(url)
    s3_server.client().put_object(Bucket=url.split("/")[2], Key="song.mp3", Body=SONG[::-1])
    error = refusal(found.file.read)
    assert error.message == f"{found.shown} changed while it was read"


def test_an_object_has_a_budget(s3_server: S3Server) -> None:
    found = S3Objects(budget=100_000).open(kept(s3_server, key="song.mp3"))
    assert refusal(found.file.read).message == f"reading {found.shown} would take more than 97.6562 kB"


def test_sixteen_threads_share_the_clients(s3_server: S3Server) -> None:
    url, objects = kept(s3_server), S3Objects()
    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(lambda _: objects.open(url).file.read(), range(64))) == {SONG}


def test_what_is_not_there_is_named(s3_server: S3Server) -> None:
    bucket = s3_server.bucket()
    key = refusal(lambda: S3Objects().open(s3_server.url(bucket, "audio/70.mp3")))
    assert (key.message, key.status) == (f"there is no audio/70.mp3 in bucket {bucket}", 404)
    assert key.url == f"s3://{bucket}/audio/70.mp3"
    absent = refusal(lambda: S3Objects().open(s3_server.url("not-there", "audio/70.mp3")))
    assert (absent.message, absent.hint) == ("there is no bucket not-there", "correct the URL")
    assert refusal(lambda: S3Objects().unchanged(s3_server.url(bucket, "a.mp3"), etag=None, length=1)).status == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [("AWS_SECRET_ACCESS_KEY", "a-wrong-secret-key"), ("AWS_ACCESS_KEY_ID", "an-unknown-key-id")],
    ids=["secret", "key-id"],
)
def test_wrong_credentials_are_named(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    url = kept(s3_server)
    monkeypatch.setenv(name, value)
    error = refusal(lambda: S3Objects().open(url))
    assert "the credentials are not valid there" in error.message
    assert value not in str(error)


@pytest.mark.usefixtures("s3_credentials")
def test_an_endpoint_where_nothing_listens_is_named() -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    error = refusal(lambda: S3Objects().open(f"s3://show/a.mp3?endpoint={endpoint}"))
    assert error.message.startswith(f"cannot reach {endpoint}")
    assert "check the endpoint's address" in error.hint


@pytest.mark.usefixtures("s3_credentials")
def test_an_endpoint_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        endpoint = f"http://127.0.0.1:{mute.getsockname()[1]}"
        error = refusal(lambda: S3Objects().open(f"s3://show/a.mp3?endpoint={endpoint}"))
    assert "was reached and gave no answer in time" in error.message
    assert error.hint == "check that the endpoint is an S3 server, then try again"


@pytest.mark.usefixtures("s3_credentials")
@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("s3://radio", "s3://radio names a bucket, not an object in it"),
        ("s3://[radio/a.mp3", "an S3 address cannot be read"),
        ("s3://radio/a.mp3?endpoint=http://[host", "the endpoint of an S3 address must be a URL"),
        ("s3:///a.mp3", "an S3 address needs a bucket"),
        ("s3://key:hidden-word@radio/a.mp3", "credentials do not belong into a URL"),
        ("s3://radio/a.mp3?acl=public", "an S3 address has no option acl"),
        ("s3://radio/a.mp3?profile=nobody", "there is no AWS profile called nobody"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(url: str, message: str) -> None:
    error = refusal(lambda: S3Objects().open(url))
    assert error.message == message
    assert "hidden-word" not in f"{error} {error.url}"


@pytest.mark.usefixtures("s3_credentials")
def test_missing_credentials_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    error = refusal(lambda: S3Objects().open("s3://show/a.mp3?endpoint=http://127.0.0.1:9"))
    assert error.message == "no complete credentials for bucket show"


@pytest.mark.parametrize("name", NAMES)
def test_a_long_recording_in_a_bucket_is_read_by_ranges(s3_server: S3Server, recordings: Path, name: str) -> None:
    path, bucket = long_audio(recordings, name), s3_server.bucket()
    s3_server.client().upload_file(str(path), bucket, f"audio/{name}")
    with CountingProxy(s3_server.port) as wire:
        address = f"s3://{bucket}/audio/{name}?endpoint=http://127.0.0.1:{wire.port}"
        with Remote() as remote, remote.open(address) as found:
            assert found.length == path.stat().st_size >= LONG
            assert measure_open(found.file, name, length=found.length) == measure(path, name)
            assert facts(found.file) == facts(path)
            assert found.file.bytes_fetched < MOST
        assert found.file.bytes_fetched < wire.to_client < MOST
        assert wire.connections == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_long_recording_behind_a_signed_address_is_read_by_ranges(s3_server: S3Server, recordings: Path, name: str) -> None:
    path, bucket = long_audio(recordings, name), s3_server.bucket()
    s3_server.client().upload_file(str(path), bucket, name)
    signed = s3_server.client().generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": name})
    with Remote() as remote, remote.open(signed) as found:
        assert found.length == path.stat().st_size
        assert facts(found.file) == facts(path)
        assert found.file.bytes_fetched < MOST
        assert "Signature" not in repr(found)
        assert remote.unchanged(signed, etag=found.etag, length=path.stat().st_size)
