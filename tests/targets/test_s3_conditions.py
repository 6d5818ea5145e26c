"""A store that refuses conditional writes instead of ignoring them: claims take the lock's place there too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest

from podpipe.errors import TargetError
from podpipe.targets import open_target
from podpipe.targets.lock import CLAIMS, LOCK, locked

REFUSAL = b"<?xml version='1.0'?><Error><Code>NotImplemented</Code><Message>A header is not implemented</Message></Error>"
WRITTEN = "2026-06-01T00:00:00.000Z"


class _Store(BaseHTTPRequestHandler):
    """Objects in memory, by put, get, delete and list; the clock stands still."""

    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes]

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if "If-None-Match" in self.headers or "If-Match" in self.headers:
            self._answer(501, REFUSAL)
            return
        self.objects[self._key()] = data
        self._answer(200, b"", data)

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            self._list(query.get("prefix", [""])[0])
        elif self._key() in self.objects:
            self._answer(200, self.objects[self._key()], self.objects[self._key()])
        else:
            self._answer(404, b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>")

    def do_DELETE(self) -> None:
        self.objects.pop(self._key(), None)
        self._answer(204, b"")

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path.split("/", 2)[2])

    def _list(self, prefix: str) -> None:
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{WRITTEN}</LastModified><Size>{len(data)}</Size><ETag>x</ETag></Contents>"
            for key, data in sorted(self.objects.items())
            if key.startswith(prefix)
        )
        self._answer(200, f"<?xml version='1.0'?><ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>".encode())

    def _answer(self, status: int, body: bytes, data: bytes | None = None) -> None:
        self.send_response_only(status)
        self.send_header("Date", "Mon, 01 Jun 2026 00:00:01 GMT")
        self.send_header("Last-Modified", "Mon, 01 Jun 2026 00:00:00 GMT")
        if data is not None:
            self.send_header("ETag", f'"{md5(data, usedforsecurity=False).hexdigest()}"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture
def url(s3_credentials: None) -> Iterator[str]:  # noqa: ARG001 - it sets the environment
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Store", (_Store,), {"objects": {}})) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"s3://radio?endpoint=http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_one_publish_at_a_time_holds_where_conditions_are_refused(url: str, tmp_path: Path) -> None:
    target, other = open_target(url, root=tmp_path), open_target(url, root=tmp_path)
    assert target.read("index.html") is None
    assert other.read("index.html") is None
    with locked(target, wait=0) as lease:
        assert "no conditional writes" in lease.note
        with pytest.raises(TargetError, match="is publishing to this target"), locked(other, wait=0):
            pytest.fail("two held the lock at once")
    with locked(other, wait=0):
        pass
    assert not [key for key in target.sizes() if key.startswith((LOCK, CLAIMS))]
    target.close()
    other.close()
