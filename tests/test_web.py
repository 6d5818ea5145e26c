"""Files on real web servers of every habit: what is known of them, what is read of them, and what a person is told where it fails."""

from __future__ import annotations

import io
import logging
import os
import pickle
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from podpipe import __version__
from podpipe.errors import WebError
from podpipe.ranges import BLOCK, RemoteFile
from podpipe.web import Web, shown_url
from tests.servers import free_port
from tests.web_server import SONG, CountingProxy, RawServer, WebServer, web_server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    folder = tmp_path_factory.mktemp("files")
    (folder / "song.mp3").write_bytes(SONG)
    with web_server(folder) as server:
        yield server


@pytest.fixture
def server(running: WebServer, monkeypatch: pytest.MonkeyPatch) -> WebServer:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    running.forget()
    return running


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def web(waits: list[float]) -> Iterator[Web]:
    with Web(wait=waits.append) as session:
        yield session


@pytest.fixture
def impatient(waits: list[float]) -> Iterator[Web]:
    with Web(wait=waits.append, read_seconds=0.5) as session:
        yield session


def whole(file: RemoteFile) -> bytes:
    with file:
        return file.file.read()


def refusal(act: Callable[[], object]) -> WebError:
    with pytest.raises(WebError) as caught:
        act()
    assert pickle.loads(pickle.dumps(caught.value)).__dict__ == caught.value.__dict__  # noqa: S301 - our own error
    return caught.value


def test_one_request_for_16_kb_tells_all_about_a_file(server: WebServer, web: Web) -> None:
    with web.open(server.url("/files/song.mp3")) as found:
        assert (found.length, found.content_type, found.ranged) == (len(SONG), "audio/mpeg", True)
        assert found.url == found.shown == server.url("/files/song.mp3")
        assert found.etag
        assert found.last_modified
        assert server.asked == [("/files/song.mp3", "bytes=0-16383")]
        assert found.file.read(16384) == SONG[:16384]
        assert (server.sent, found.file.bytes_fetched, found.file.requests) == (16384, 16384, 1)


def test_what_is_read_is_what_is_sent(server: WebServer, web: Web) -> None:
    with web.open(server.url("/files/song.mp3")) as found:
        found.file.seek(-128, io.SEEK_END)
        assert found.file.read() == SONG[-128:]
        found.file.seek(100_000)
        assert found.file.read(10) == SONG[100_000:100_010]
    assert server.asked[1:] == [("/files/song.mp3", "bytes=294912-307199"), ("/files/song.mp3", "bytes=98304-114687")]
    assert server.sent == found.file.bytes_fetched == 2 * BLOCK + len(SONG) % BLOCK


@pytest.mark.parametrize("path", ["/ranged", "/status-200", "/in-bits", "/no-total", "/refuses-ranges", "/plain", "/chunked", "/gzip"])
def test_every_servers_file_is_read_whole(server: WebServer, web: Web, path: str) -> None:
    with web.open(server.url(path)) as found:
        assert found.file.seek(0, io.SEEK_END) == len(SONG)
        found.file.seek(0)
        assert found.file.read(len(SONG) + 1) == SONG


@pytest.mark.parametrize(
    ("path", "length", "ranged"),
    [
        ("/ranged", len(SONG), True),
        ("/status-200", len(SONG), True),
        ("/in-bits", len(SONG), True),
        ("/plain", len(SONG), False),
        ("/small", 100, False),
        ("/no-total", len(SONG), False),
        ("/refuses-ranges", len(SONG), False),
        ("/chunked", None, False),
        ("/gzip", None, False),
        ("/gzip-ranged", None, False),
        ("/empty", 0, False),
        ("/empty-ranged", 0, True),
    ],
)
def test_the_length_is_the_files_own_or_unknown(server: WebServer, web: Web, path: str, length: int | None, ranged: bool) -> None:
    with web.open(server.url(path)) as found:
        assert (found.length, found.ranged) == (length, ranged)
        assert found.file.seek(0, io.SEEK_END) == (len(SONG) if length is None else length)


def test_a_service_is_asked_for_no_more_than_64_kb_of_words(server: WebServer, web: Web) -> None:
    assert web.get(server.url("/small")) == SONG[:100]
    assert web.get(server.url("/empty")) == b""
    assert web.get(server.url("/huge")) == SONG[: 64 * 1024]
    assert web.get(server.url("/chunked")) == SONG[: 64 * 1024]
    assert refusal(lambda: web.get(server.url("/status?code=404&key=secret"))).message == f"{server.url('/status')} answers 404 Not Found"


def test_a_form_is_posted_and_its_answer_read(server: WebServer, web: Web) -> None:
    assert refusal(lambda: web.post(server.url("/small"), {"a": "b"})).status == 405, "nothing here takes a form"
    assert "POST" in server.methods


def test_nobody_is_asked_by_head(server: WebServer, web: Web) -> None:
    for path in ("/ranged", "/plain", "/hop/3/song.mp3"):
        whole(web.open(server.url(path)))
        web.unchanged(server.url(path), etag='"x"', length=1)
    assert server.methods == {"GET"}


def test_a_server_without_ranges_is_not_read_to_its_end(server: WebServer, web: Web) -> None:
    with CountingProxy(server.port) as wire, web.open(f"http://127.0.0.1:{wire.port}/huge") as found:
        assert found.length == len(SONG) * 2000
        assert found.file.read(1000) == SONG[:1000]
        assert found.file.bytes_fetched <= 128 * 1024
    # What lies in the buffers of both ends has been sent, too.
    assert wire.to_client < 16 * 1024 * 1024


def test_a_stream_has_a_limit(server: WebServer) -> None:
    with Web(limit=100_000) as web, web.open(server.url("/chunked")) as found:
        error = refusal(found.file.read)
    assert error.message == f"reading {server.url('/chunked')} takes more than 97.6562 kB: its server sends only whole files"


def test_redirects_are_followed_and_later_ranges_go_to_the_final_address(server: WebServer, web: Web) -> None:
    with web.open(server.url("/hop/9/song.mp3")) as found:
        assert (found.length, found.url) == (len(SONG), server.url("/files/song.mp3"))
        assert found.shown == server.url("/hop/9/song.mp3")
        assert len(server.asked) == 11
        server.forget()
        assert found.file.read() == SONG
        assert {path for path, _ in server.asked} == {"/files/song.mp3"}


def test_more_than_ten_redirects_and_loops_are_refused(server: WebServer, web: Web) -> None:
    assert (
        refusal(lambda: web.open(server.url("/hop/10/song.mp3"))).message
        == f"{server.url('/hop/10/song.mp3')} redirects more than 10 times"
    )
    assert refusal(lambda: web.open(server.url("/loop"))).message == f"{server.url('/loop')} redirects more than 10 times"


def test_only_the_web_is_asked(server: WebServer, web: Web) -> None:
    ftp = refusal(lambda: web.open(server.url("/to-ftp")))
    assert ftp.message == f"{server.url('/to-ftp')} redirects to ftp://example.com/song.mp3, which is no web address"
    assert refusal(lambda: web.open("file:///etc/passwd")).message == "file:… is no web address"


def test_an_expired_address_is_renewed_through_the_first_one(server: WebServer, web: Web) -> None:
    with web.open(server.url("/signed")) as found:
        assert "token" in found.url
        assert "token" not in repr(found)
        assert found.file.read() == SONG
        found.file.seek(0)
    assert server.turn["token"] > 1


def test_a_file_that_changes_while_it_is_read_is_an_error(server: WebServer, web: Web) -> None:
    for path in ("/changing", "/growing"):
        with web.open(server.url(path)) as found:
            error = refusal(found.file.read)
        assert error.message == f"{server.url(path)} changed while it was read"


def test_machines_with_etags_of_their_own_serve_the_same_file(server: WebServer, web: Web) -> None:
    assert whole(web.open(server.url("/several"))) == SONG


def test_ranges_that_end_are_an_error(server: WebServer, web: Web) -> None:
    with web.open(server.url("/once-ranged")) as found:
        assert refusal(found.file.read).message == f"{server.url('/once-ranged')} sends byte ranges at one time and not at another"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(server: WebServer, web: Web, waits: list[float], status: int) -> None:
    assert whole(web.open(server.url(f"/busy/{status}"))) == SONG
    assert waits == [0.5]


def test_a_server_may_say_how_long_to_wait(server: WebServer, web: Web, waits: list[float]) -> None:
    assert whole(web.open(server.url("/busy/429?Retry-After=7"))) == SONG
    assert waits == [7.0]
    error = refusal(lambda: web.open(server.url("/busy/503?Retry-After=86400")))
    assert error.hint == "its server asks to wait 86,400 s: try again later"
    assert waits == [7.0]


def test_a_dropped_connection_is_tried_again(server: WebServer, web: Web, waits: list[float]) -> None:
    assert whole(web.open(server.url("/dropping"))) == SONG
    assert waits == [0.5]


@pytest.mark.parametrize(
    ("status", "words", "asked"),
    [(404, "404 Not Found", 1), (403, "403 Forbidden", 1), (500, "500 Internal Server Error", 3), (204, "204 No Content", 1)],
)
def test_a_status_that_says_no_is_told(server: WebServer, web: Web, status: int, words: str, asked: int) -> None:
    error = refusal(lambda: web.open(server.url(f"/status?code={status}&signature=hush")))
    assert (error.message, error.status) == (f"{server.url('/status')} answers {words}", status)
    assert error.hint
    assert len(server.asked) == asked


def test_a_silent_host_is_given_up_and_remembered(waits: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, Web(wait=waits.append, read_seconds=0.2) as web:
        port = mute.getsockname()[1]
        first = refusal(lambda: web.open(f"http://127.0.0.1:{port}/a.mp3"))
        second = refusal(lambda: web.open(f"http://127.0.0.1:{port}/b.mp3"))
        assert first.message == second.message == "127.0.0.1 was reached and gave no answer in time"
        assert second.url.endswith("/b.mp3")
        assert waits == [0.5]


def test_one_slow_file_does_not_condemn_its_host(server: WebServer, impatient: Web) -> None:
    whole(impatient.open(server.url("/ranged")))
    assert refusal(lambda: impatient.open(server.url("/slow"))).message == "127.0.0.1 was reached and gave no answer in time"
    assert whole(impatient.open(server.url("/ranged"))) == SONG


@pytest.mark.parametrize("host", ["no-such-host.invalid", "127.0.0.1"])
def test_a_host_that_cannot_be_reached_is_asked_no_more(web: Web, waits: list[float], host: str) -> None:
    port = free_port()
    for name in ("a", "b", "c"):
        error = refusal(partial(web.open, f"http://{host}:{port}/{name}.mp3"))
        assert error.message.startswith(f"cannot reach {host}: ")
        assert error.hint == "check the address and the network"
    assert waits == [0.5]


def test_many_at_once_wait_for_a_dead_host_once(web: Web, waits: list[float]) -> None:
    port = free_port()
    with ThreadPoolExecutor(16) as threads:
        told = set(threads.map(lambda name: refusal(partial(web.open, f"http://127.0.0.1:{port}/{name}.mp3")).message, range(64)))
    assert told == {"cannot reach 127.0.0.1: [Errno 111] Connection refused"}
    assert len(waits) <= 16


def test_a_redirect_to_a_dead_host_names_that(server: WebServer, web: Web) -> None:
    port = free_port()
    for _ in range(2):
        error = refusal(lambda: web.open(server.url(f"/to?url=http://localhost:{port}/song.mp3")))
        assert error.message.startswith("cannot reach localhost: ")
    assert whole(web.open(server.url("/ranged"))) == SONG


def test_a_wrong_content_type_is_told_as_it_is(server: WebServer, web: Web) -> None:
    with web.open(server.url("/wrong-type")) as found:
        assert found.content_type == "text/html"


def test_packing_that_cannot_be_undone_is_an_error(server: WebServer, web: Web) -> None:
    assert "sent packed as compress" in refusal(lambda: web.open(server.url("/zipped"))).message
    with web.open(server.url("/not-gzip")) as found:
        assert refusal(found.file.read).message == f"{server.url('/not-gzip')}: its content cannot be unpacked"


def test_a_user_and_password_are_sent_and_never_shown(server: WebServer, web: Web) -> None:
    address = server.url("/to-secret").replace("http://", "http://me:hush@")
    with web.open(address) as found:
        assert found.file.read() == SONG
        assert "hush" not in repr(found)
    error = refusal(lambda: web.open(server.url("/to-secret").replace("http://", "http://me:wrong@")))
    assert (error.status, error.url) == (401, server.url("/to-secret"))
    for address in ("http://me:hu/sh@host/", "http://me:hu#sh@host/", "http://me:hush@[host/", "http://me:hush@ho st/"):
        error = refusal(partial(web.open, address))
        assert "hu" not in str(error)


def test_a_signature_in_an_address_reaches_no_log(server: WebServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), Web() as web, web.open(server.url("/ranged?X-Amz-Signature=hush")) as found:
        found.file.read()
    assert "hush" not in caplog.text


def test_a_password_is_sent_to_its_own_host_alone(server: WebServer, web: Web) -> None:
    elsewhere = f"http://localhost:{server.port}/ranged"
    with web.open(server.url(f"/to?url={elsewhere}").replace("http://", "http://me:hush@", 1)) as found:
        assert found.file.read() == SONG
    signed_in = {headers["host"].partition(":")[0]: "authorization" in headers for headers in server.headers}
    assert signed_in == {"127.0.0.1": True, "localhost": False}


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:99999/", "http:… is no web address"),
        ("http://a..b/", "http://a..b/ is no URL that can be read"),
        (f"http://{'a' * 300}.example/", f"http://{'a' * 300}.example/ is no URL that can be read"),
        ("http://example.com/\0", "http://example.com/\0 is no URL that can be read"),
        ("http:///song.mp3", "http:… is no web address"),
        ("song.mp3", "… is no web address"),
    ],
)
def test_an_address_that_cannot_be_is_told(web: Web, url: str, told: str) -> None:
    assert refusal(lambda: web.open(url)).message == told


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:password@example.com:8443/a/b.mp3?X-Amz-Signature=1#t=3", "https://example.com:8443/a/b.mp3"),
        ("https://[::1]:80/a", "https://[::1]:80/a"),
        ("http://example.com:port/a", "http:…"),
        ("http://[broken/a", "http:…"),
        ("mailto:me@example.com", "mailto:…"),
    ],
)
def test_what_people_see_of_a_url_holds_no_secret(url: str, shown: str) -> None:
    assert shown_url(url) == shown


def test_a_remembered_file_is_compared_by_one_small_request(server: WebServer, web: Web) -> None:
    url = server.url("/files/song.mp3")
    with web.open(url) as found:
        etag, changed = found.etag, found.last_modified
    server.forget()
    assert web.unchanged(url, etag=etag, length=len(SONG))
    assert server.sent == 0
    assert not web.unchanged(url, etag='"other"', length=len(SONG))
    assert web.unchanged(url, etag=None, length=len(SONG), last_modified=changed)
    assert not web.unchanged(url, etag=None, length=len(SONG) + 1, last_modified=changed)
    assert not web.unchanged(url, etag=None, length=len(SONG))
    assert server.sent == 4
    assert len(server.asked) == 5


def test_a_remembered_file_is_compared_where_ranges_are_unknown(server: WebServer, web: Web) -> None:
    assert web.unchanged(server.url("/plain"), etag='W/"plain"', length=len(SONG))
    assert not web.unchanged(server.url("/plain"), etag='"plain"', length=1)
    assert not web.unchanged(server.url("/plain"), etag='"\u3042"', length=len(SONG))
    assert web.unchanged(server.url("/ranged"), etag='W/"ranged"', length=len(SONG))
    assert not web.unchanged(server.url("/empty-ranged"), etag='"x"', length=1)
    assert refusal(lambda: web.unchanged(server.url("/status?code=404"), etag='"x"', length=1)).status == 404


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "the answer broke off"),
        (b"ICY 200 OK\r\n\r\n", "the answer broke off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", "the answer broke off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\nhello", "broke off while it was read"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "broke off while it was read"),
        (b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-16383/100000\r\n\r\nhello", "sends byte ranges at one time and not at another"),
        (b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-0/100000\r\n\r\n", "sends nothing where bytes should be"),
        (b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 0--1/100000\r\nContent-Length: 0\r\n\r\n", "answers 206 Partial Content"),
        (b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 5-4/1000\r\nContent-Length: 0\r\n\r\n", "answers 206 Partial Content"),
        (b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-16383/3\r\n\r\nhello", "answers 206 Partial Content"),
        (b"HTTP/1.1 301 Moved\r\nLocation: http://host:hush/\r\nContent-Length: 0\r\n\r\n", "leads to something that is no URL"),
        (b"HTTP/1.1 301 Moved\r\nLocation: mailto:me@example.com\r\nContent-Length: 0\r\n\r\n", "leads to something that is no URL"),
        (b"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n", "answers 301 Moved Permanently"),
        (b"HTTP/1.1 503 Busy\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", "answers 503 Service Unavailable"),
        (b"HTTP/1.1 503 Busy\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n", "answers 503"),
        (b"HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n", "answers 799"),
    ],
)
def test_an_answer_that_makes_no_sense_is_an_error(web: Web, answer: bytes, told: str) -> None:
    with RawServer(answer) as server:
        error = refusal(lambda: whole(web.open(server.url)))
    assert told in error.message
    assert "hush" not in str(error)


def test_a_file_that_stops_coming_is_given_up(server: WebServer, web: Web, impatient: Web, waits: list[float]) -> None:
    assert refusal(lambda: impatient.open(server.url("/silent"))).message == "127.0.0.1 was reached and gave no answer in time"
    assert waits == [0.5]
    with web.open(server.url("/breaking-off")) as found:
        assert "broke off while it was read" in refusal(found.file.read).message


def test_one_connection_serves_all_that_is_asked_of_a_host(server: WebServer, web: Web) -> None:
    with CountingProxy(server.port) as wire:
        url = f"http://127.0.0.1:{wire.port}"
        with web.open(f"{url}/hop/2/song.mp3") as found:
            for position in (-10, -100_000, -200_000):
                found.file.seek(position, io.SEEK_END)
                found.file.read(10)
        assert web.unchanged(f"{url}/files/song.mp3", etag=found.etag, length=len(SONG))
        assert not web.unchanged(f"{url}/files/song.mp3", etag=None, length=1)
        whole(web.open(f"{url}/small"))
        whole(web.open(f"{url}/plain"))
        assert wire.connections == 1
        web.close()


def test_sixteen_threads_share_a_session(server: WebServer, web: Web) -> None:
    paths = ["/ranged", "/plain", "/chunked", "/hop/3/song.mp3"] * 16
    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(lambda path: whole(web.open(server.url(path))), paths)) == {SONG}


def test_podpipe_says_who_asks(server: WebServer) -> None:
    with Web(contact="https://example.com/") as web:
        whole(web.open(server.url("/small")))
    assert server.headers[0]["user-agent"] == f"podpipe/{__version__} (+https://example.com/)"
    assert server.headers[0]["accept-encoding"] == "identity"


def test_a_certificate_that_nobody_vouches_for_is_told_plainly(server: WebServer, waits: list[float], tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    with web_server(server.folder, ssl_certfile=certificate, ssl_keyfile=key) as secure:
        with Web(wait=waits.append) as web:
            error = refusal(lambda: web.open(secure.url("/files/song.mp3")))
        with Web(certificates=certificate) as web:
            assert whole(web.open(secure.url("/files/song.mp3"))) == SONG
    assert error.message == "the certificate of 127.0.0.1 cannot be trusted: self-signed certificate"
    assert waits == []


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for loopback that is good for an hour, and its key."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return paths


def test_what_a_server_says_of_a_file_costs_no_byte_of_it(server: WebServer, web: Web) -> None:
    found = web.head(server.url("/files/song.mp3"))
    assert (found.status, found.length, found.content_type) == (200, len(SONG), "audio/mpeg")
    assert (found.url, found.part) == (server.url("/files/song.mp3"), None)
    assert server.methods == {"HEAD"}
    assert server.sent == 0
    byte = web.first_byte(server.url("/files/song.mp3"))
    assert (byte.status, byte.length, byte.part) == (206, len(SONG), (0, 1))
    assert server.sent == 1


@pytest.mark.parametrize(("path", "status"), [("/ranged", 405), ("/files/none.mp3", 404), ("/status?code=451", 405)])
def test_a_refusal_is_what_a_server_says_too(server: WebServer, web: Web, path: str, status: int) -> None:
    assert web.head(server.url(path)).status == status
    assert len(server.asked) == 1


@pytest.mark.parametrize(("path", "status", "part"), [("/ranged", 206, (0, 1)), ("/plain", 200, None), ("/empty-ranged", 416, (0, 0))])
def test_the_first_byte_tells_whether_ranges_are_served(
    server: WebServer, web: Web, path: str, status: int, part: tuple[int, int] | None
) -> None:
    found = web.first_byte(server.url(path))
    assert (found.status, found.part) == (status, part)


def test_a_busy_server_is_asked_again_what_it_says_of_a_file(server: WebServer, web: Web, waits: list[float]) -> None:
    assert web.first_byte(server.url("/busy/503")).status == 206
    assert len(waits) == 1
    assert refusal(lambda: web.first_byte(server.url("/status?code=503"))).status == 503


def test_a_page_of_another_site_is_named_and_the_answer_says_who_may_read(server: WebServer, web: Web) -> None:
    assert web.first_byte(server.url("/ranged"), origin="https://player.example").readers is None
    assert web.fetch(server.url("/for-all"), origin="https://player.example")[0].readers == "*"
    assert [headers.get("origin") for headers in server.headers] == ["https://player.example"] * 2


@pytest.mark.parametrize("path", ["/plain", "/chunked", "/gzip", "/files/song.mp3"])
def test_a_whole_file_is_fetched_by_one_request(server: WebServer, web: Web, path: str) -> None:
    answer, data = web.fetch(server.url(path))
    assert (answer.status, data) == (200, SONG)
    assert len(server.asked) == 1


def test_a_whole_file_has_a_limit_and_must_be_there(server: WebServer) -> None:
    with Web(limit=100_000) as web:
        assert "takes more than" in refusal(lambda: web.fetch(server.url("/chunked"))).message
        assert refusal(lambda: web.fetch(server.url("/files/none"))).status == 404
