"""Places to publish to, as listeners see them: over the web where a server has it, else as a static web server reads a folder."""

from __future__ import annotations

import functools
import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from lxml import etree

from tests.made_show import files_below
from tests.servers import S3Server

SITE = "https://talk.example/"
_CHAPTERS = "{https://podcastindex.org/namespace/1.0}chapters"
_SIGNED_SECONDS = 3600
_OWN = ".podpipe"


class Reader(Protocol):
    """Reads one place, for one thread."""

    def get(self, key: str) -> tuple[int, bytes]:
        """The status and the content of an address below the site's."""

    def length(self, key: str) -> tuple[int, int]:
        """The status of an address and how long its content is, without reading that."""


class Place(Protocol):
    """A target with its URL."""

    @property
    def url(self) -> str:
        """What `--target` takes."""

    def reader(self) -> Any:
        """A context manager that gives a Reader."""

    def content(self) -> dict[str, bytes]:
        """All that a listener could ask for, by key: what podpipe keeps for itself is no part of it."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, of which a web server gives `episode/70.html` for `/episode/70`."""

    root: Path

    @property
    def url(self) -> str:
        return f"file:{self.root}"

    @contextmanager
    def reader(self) -> Iterator[Folder]:
        yield self

    def get(self, key: str) -> tuple[int, bytes]:
        for name in (key, f"{key}.html"):
            try:
                return 200, (self.root / name).read_bytes()
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                continue
        return 404, b""

    def length(self, key: str) -> tuple[int, int]:
        try:
            return 200, (self.root / key).stat().st_size
        except FileNotFoundError:
            return 404, 0

    def content(self) -> dict[str, bytes]:
        return {name: data for name, data in files_below(self.root).items() if _OWN not in name}


@dataclass(frozen=True, slots=True)
class Bucket:
    """What lies below a prefix of a bucket. Where `public`, anybody may read it; else addresses are signed."""

    server: S3Server
    name: str
    prefix: str = ""
    public: bool = False
    _signed: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url(self.name, self.prefix)

    @property
    def below(self) -> str:
        return f"{self.prefix}/" if self.prefix else ""

    @contextmanager
    def reader(self) -> Iterator[_Web]:
        web = _Web(self)
        try:
            yield web
        finally:
            web.connection.close()

    def content(self) -> dict[str, bytes]:
        client = self.server.client()
        keys = [key for key in self.server.keys(self.name) if key.startswith(self.below) and _OWN not in key]
        return {key.removeprefix(self.below): bytes(client.get_object(Bucket=self.name, Key=key)["Body"].read()) for key in keys}

    def address(self, method: str, key: str) -> str:
        """The path, and query where it is signed, under which a listener's app would ask for a key."""
        if self.public:
            return f"/{self.name}/{quote(self.below + key)}"
        if (method, key) not in self._signed:
            operation, where = f"{method.lower()}_object", {"Bucket": self.name, "Key": self.below + key}
            signed = urlsplit(_signer(self.server).generate_presigned_url(operation, Params=where, ExpiresIn=_SIGNED_SECONDS))
            self._signed[method, key] = f"{signed.path}?{signed.query}"
        return self._signed[method, key]


@functools.cache
def _signer(server: S3Server) -> Any:
    return server.client()


class _Web:
    """A kept connection to the server of a bucket."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self.connection = http.client.HTTPConnection("127.0.0.1", bucket.server.port, timeout=30)

    def get(self, key: str) -> tuple[int, bytes]:
        answer = self._ask("GET", key)
        return answer.status, answer.read()

    def length(self, key: str) -> tuple[int, int]:
        answer = self._ask("HEAD", key)
        answer.read()
        return answer.status, int(answer.headers.get("Content-Length") or 0)

    def _ask(self, method: str, key: str) -> http.client.HTTPResponse:
        self.connection.request(method, self._bucket.address(method, key))
        return self.connection.getresponse()


def make_public(server: S3Server, bucket: str) -> None:
    """Let anybody read a bucket of MinIO's."""
    allowed = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": [f"arn:aws:s3:::{bucket}/*"]}
    server.client().put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))


def wrong_for_listeners(reader: Reader, *, episodes: frozenset[int]) -> list[str]:
    """What a podcast app would stumble over: a feed that cannot be read or has another number of episodes, and addresses that lead nowhere.

    Pages and chapters are read to their ends, since half of one is answered with 200 too.
    """
    status, data = reader.get("feed.xml")
    if status != 200:
        return [f"feed.xml: {status}"]
    try:
        feed = etree.fromstring(data)
    except etree.XMLSyntaxError as error:
        return [f"feed.xml has {len(data)} bytes and cannot be parsed: {error}"]
    items = feed.findall("channel/item")
    wrong = [] if len(items) in episodes else [f"feed.xml has {len(items)} episodes"]
    for item in items:
        enclosure, chapters, link = item.find("enclosure"), item.find(_CHAPTERS), item.findtext("link")
        assert enclosure is not None
        assert chapters is not None
        audio, promised = enclosure.get("url", "").removeprefix(SITE), int(enclosure.get("length", "0"))
        status, length = reader.length(audio)
        if (status, length) != (200, promised):
            wrong.append(f"{audio}: {status}, {length} bytes of {promised}")
        for address, last in ((str(link), b"</html>"), (chapters.get("url", ""), b"}")):
            key = address.removeprefix(SITE)
            status, data = reader.get(key)
            if status != 200 or not data.rstrip().endswith(last):
                wrong.append(f"{key}: {status}, ends after {len(data)} bytes with {data[-20:]!r}")
    return wrong
