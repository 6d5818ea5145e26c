"""What the headers of a web server's answer say of a file: which part was sent, how long the whole is, and whether it is still the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from podpipe.ranges import same_etag

_CONTENT_RANGE = re.compile(r"\s*bytes\s+(?:(\d+)-(\d+)|\*)/(\d+|\*)\s*", re.IGNORECASE)
_NOT_ENCODED = {"", "identity"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer's own words. `part` is the (start, stop) that the body holds of a file, in bytes, None where it is the whole file.

    `length` is the whole file's in bytes, and `body` the body's; None where they are not said. `readers` are the sites whose pages may read
    the answer (Access-Control-Allow-Origin), "*" for all of them.
    """

    url: str = field(repr=False)
    status: int
    part: tuple[int, int] | None
    length: int | None
    body: int | None
    etag: str | None
    last_modified: str | None
    content_type: str | None
    encoding: str | None
    readers: str | None = None

    def of_same_file(self, first: Answer) -> bool:
        """Whether nothing that both answers say of the file has changed since the `first` one.

        Another ETag with the same time of change and the same length is another machine of the same host: some make ETags of their own.
        """
        if None not in {self.length, first.length} and self.length != first.length:
            return False
        if same_etag(self.etag, first.etag):
            return True
        if None not in {self.last_modified, first.last_modified}:
            return self.last_modified == first.last_modified
        return None in {self.etag, first.etag}


def read_answer(url: str, status: int, headers: Mapping[str, str]) -> Answer:
    """Read an answer's headers; `headers` finds them in any case.

    A Content-Range counts whatever the status: rclone's S3 server sends one with status 200.
    """
    found = _CONTENT_RANGE.fullmatch(headers.get("content-range", ""))
    body = _number(headers.get("content-length"))
    part, length = None, body if status == 200 else None
    if found:
        part = (int(found[1]), int(found[2]) + 1) if found[1] else (0, 0)
        length = _number(found[3])
    encoding = headers.get("content-encoding", "").strip().lower()
    return Answer(
        url=url,
        status=status,
        part=part,
        length=length,
        body=body,
        etag=headers.get("etag") or None,
        last_modified=headers.get("last-modified") or None,
        content_type=headers.get("content-type") or None,
        encoding=None if encoding in _NOT_ENCODED else encoding,
        readers=headers.get("access-control-allow-origin") or None,
    )


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that a server asks to wait (RFC 9110, section 10.2.3), None where it does not."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return float(value)
    from email.utils import parsedate_to_datetime

    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds())


def shown_url(url: str) -> str:
    """A URL as people may see it: its scheme, host and path. User, password, query and fragment may be secrets.

    Of a URL that cannot be read no more than the scheme is shown, since nobody knows then where in it a password stands.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return f"{url.partition(':')[0]}:…"
    if not parts.scheme or not host:
        return f"{parts.scheme}:…" if parts.scheme else "…"
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{'' if port is None else f':{port}'}{parts.path}"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
