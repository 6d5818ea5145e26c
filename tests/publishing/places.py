"""Places to publish to, as listeners see them: over the web where a server has it, else as a static web server reads a folder."""

from __future__ import annotations

import functools
import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlsplit

from lxml import etree

from tests.fault_proxy import FaultProxy
from tests.made_show import files_below
from tests.servers import S3Server

T = TypeVar("T")

SITE = "https://talk.example/"
_CHAPTERS = "{https://podcastindex.org/namespace/1.0}chapters"
_SIGNED_SECONDS = 3600
_LOOK_AGAIN_SECONDS = 0.02
_OWN = (".podpipe", ".rclone_temp_put_")
"""What podpipe keeps for itself, and what rclone lists while it is being sent."""


class Reader(Protocol):
    """Reads one place, for one thread."""

    @property
    def looks(self) -> int:
        """How often one must look to be sure that something is wrong, and not just being replaced."""

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
    looks: int = 1

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
        return {name: data for name, data in files_below(self.root).items() if not _is_own(name)}


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
        keys = [key for key in self.server.keys(self.name) if key.startswith(self.below) and not _is_own(key)]
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


def _is_own(key: str) -> bool:
    return any(part in key for part in _OWN)


@functools.cache
def _signer(server: S3Server) -> Any:
    return server.client()


class _Web:
    """A kept connection to the server of a bucket."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        # While rclone replaces an object, who asks for it gets the new bytes cut to the old length, or an answer that breaks off.
        self.looks = 3 if bucket.server.name == "rclone" else 1
        self.connection = http.client.HTTPConnection("127.0.0.1", bucket.server.port, timeout=30)

    def get(self, key: str) -> tuple[int, bytes]:
        status, _, data = self._ask("GET", key)
        return status, data

    def length(self, key: str) -> tuple[int, int]:
        status, length, _ = self._ask("HEAD", key)
        return status, length

    def _ask(self, method: str, key: str) -> tuple[int, int, bytes]:
        """A status, the length that the server names, and the body; the status 0 where no answer arrives whole."""
        for _ in range(self.looks):
            try:
                self.connection.request(method, self._bucket.address(method, key))
                answer = self.connection.getresponse()
                return answer.status, int(answer.headers.get("Content-Length") or 0), answer.read()
            except (http.client.HTTPException, ConnectionError):
                self.connection.close()
                time.sleep(_LOOK_AGAIN_SECONDS)
        return 0, 0, b""


def through(proxy: FaultProxy, bucket: Bucket) -> str:
    """The URL of a bucket by way of a proxy."""
    return replace(bucket.server, endpoint=proxy.endpoint).url(bucket.name, bucket.prefix)


def make_public(server: S3Server, bucket: str) -> None:
    """Let anybody read a bucket of MinIO's."""
    allowed = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": [f"arn:aws:s3:::{bucket}/*"]}
    server.client().put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))


def wrong_for_listeners(reader: Reader, *, episodes: frozenset[int]) -> list[str]:
    """What a podcast app would stumble over: a feed that cannot be read or has another number of episodes, and addresses that lead nowhere.

    Pages and chapters are read to their ends, since half of one is answered with 200 too.
    """
    status, data = _look(reader.get, "feed.xml", reader.looks, right=lambda found: _parsed(found[1]) is not None)
    feed = _parsed(data)
    if status != 200 or feed is None:
        return [f"feed.xml: {status}, {len(data)} bytes that cannot be parsed"]
    items = feed.findall("channel/item")
    wrong = [] if len(items) in episodes else [f"feed.xml has {len(items)} episodes"]
    for item in items:
        enclosure, chapters, link = item.find("enclosure"), item.find(_CHAPTERS), item.findtext("link")
        promised = (200, int(enclosure.get("length")))
        audio = enclosure.get("url").removeprefix(SITE)
        found = _look(reader.length, audio, reader.looks, right=lambda found, promised=promised: found == promised)
        if found != promised:
            wrong.append(f"{audio}: {found[0]}, {found[1]} bytes of {promised[1]}")
        for address, last in ((link, b"</html>"), (chapters.get("url"), b"}")):
            key = address.removeprefix(SITE)
            status, data = _look(reader.get, key, reader.looks, right=lambda found, last=last: _whole(found, last))
            if not _whole((status, data), last):
                wrong.append(f"{key}: {status}, ends after {len(data)} bytes with {data[-20:]!r}")
    return wrong


def _look(ask: Callable[[str], tuple[int, T]], key: str, times: int, *, right: Callable[[tuple[int, T]], bool]) -> tuple[int, T]:
    """Ask for a key until the answer is right, so many times at most."""
    found = ask(key)
    for _ in range(times - 1):
        if right(found):
            break
        time.sleep(_LOOK_AGAIN_SECONDS)
        found = ask(key)
    return found


def _whole(found: tuple[int, bytes], last: bytes) -> bool:
    return found[0] == 200 and found[1].rstrip().endswith(last)


def _parsed(data: bytes) -> Any:
    try:
        return etree.fromstring(data)
    except etree.XMLSyntaxError:
        return None
