"""A bucket whose region nobody has named: the store that is asked says that another one has it, and is asked where."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from podpipe.errors import TargetError
from podpipe.targets import opened

REDIRECT = b"<?xml version='1.0'?><Error><Code>PermanentRedirect</Code><Message>It must be addressed elsewhere</Message></Error>"


class _Elsewhere(BaseHTTPRequestHandler):
    """A store in which the bucket lies in eu-west-1: what is signed for another region is sent away."""

    protocol_version = "HTTP/1.1"
    tells = True

    def do_HEAD(self) -> None:
        self._answer(200 if self.tells else 403, b"", **({"x-amz-bucket-region": "eu-west-1"} if self.tells else {}))

    def do_GET(self) -> None:
        if "/eu-west-1/s3/" in self.headers.get("Authorization", ""):
            self._answer(200, b"here", ETag='"1"', **{"Last-Modified": "Wed, 21 Oct 2026 07:28:00 GMT"})
        else:
            self._answer(301, REDIRECT)

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere(s3_credentials: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: ARG001 - it sets the environment
    with ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{server.server_port}")
        yield
        server.shutdown()
        thread.join()


@pytest.mark.usefixtures("elsewhere")
def test_a_bucket_in_a_region_that_nobody_named_is_found(tmp_path: Path) -> None:
    with opened("s3://radio/talk", root=tmp_path) as target:
        assert target.read("index.html") == b"here"


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("named", [True, False], ids=["a-wrong-one-is-named", "the-store-does-not-tell"])
def test_where_it_cannot_be_found_a_person_is_asked_to_name_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, named: bool) -> None:
    monkeypatch.setattr(_Elsewhere, "tells", named)
    url = f"s3://radio/talk{'?region=us-east-1' if named else ''}"
    with opened(url, root=tmp_path) as target, pytest.raises(TargetError, match="bucket radio lies in another region") as caught:
        target.read("index.html")
    assert "?region=NAME" in caught.value.hint
