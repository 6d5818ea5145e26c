"""Files on web servers, read by ranges or as a stream, what a server says of one by a single request, and services to be told something."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from podpipe import __version__
from podpipe.errors import WebError
from podpipe.ranges import BLOCK, BUDGET, STREAM_LIMIT, STREAM_SECONDS, RangedFile, RemoteFile, StreamedFile, same_etag
from podpipe.web.answers import Answer, read_answer, shown_url
from podpipe.web.session import WHOLE_SECONDS, Session, read_body, too_slow

__all__ = ["Answer", "Web", "shown_url"]

_WHOLE = frozenset({200})
_DONE = frozenset({200, 201, 202, 203, 204})
_SMALL_ANSWER = 64 * 1024
_DATA = frozenset({200, 206})
_ANSWERED = frozenset(range(200, 500)) - {429} | {501}
"""What a server says of a file itself; other statuses tell of the server, which may answer better soon."""

_NO_SUCH_RANGE = 416
_UNCHANGED = 304
_EXPIRED = {401, 403, 404, 410}
_PACKED = {"gzip", "deflate"}


class Web:
    """A session with web servers, for many threads at once; a context manager that closes its connections.

    `contact` is a web address that servers' owners find podpipe's user by. One file takes at most `budget` bytes by ranges, and `limit`
    bytes or `seconds` as a stream. A server may take `connect_seconds` to be reached and be silent for `read_seconds`; hosts that cannot be
    reached are asked no more in this session. What may help is tried `attempts` times in all, and `wait` sleeps in between. `certificates`
    is a file of those to trust (PEM) in place of the usual ones.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        budget: int = BUDGET,
        limit: int = STREAM_LIMIT,
        seconds: float = STREAM_SECONDS,
        connect_seconds: float = 5.0,
        read_seconds: float = 10.0,
        attempts: int = 3,
        certificates: Path | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        agent = f"podpipe/{__version__}" + (f" (+{contact})" if contact.isascii() and contact.isprintable() and contact else "")
        self._session = Session(
            user_agent=agent,
            connect_seconds=connect_seconds,
            read_seconds=read_seconds,
            attempts=attempts,
            certificates=certificates,
            wait=wait,
        )
        self.budget = budget
        self._limit = limit
        self._seconds = seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection; files that are still open cannot be read further."""
        self._session.close()

    def open(self, url: str) -> RemoteFile:
        """Open the file that an `http` or `https` URL leads to, by one request for its first 16 kB.

        Raises WebError where it cannot be had, now or when its `file` is read: a status that says no, a host that cannot be reached, a file
        that changes meanwhile.
        """
        start = {"Range": f"bytes=0-{BLOCK - 1}"}
        found = self._session.ask(url, start, lambda answer: self._begin(url, answer), accept=_DATA | {_NO_SUCH_RANGE})
        # A range was refused, sent packed, or sent without the file's length: ask for the whole.
        return found or self._session.ask(url, {}, lambda answer: self._stream(url, answer), accept=_WHOLE)

    def unchanged(self, url: str, *, etag: str | None, length: int, last_modified: str | None = None) -> bool:
        """Whether a file is still the one that had this ETag and length, by one request for a single byte.

        Without an ETag, remembered or sent, the time of change decides; without either a file counts as changed. Raises WebError as `open`.
        """
        headers = {"Range": "bytes=0-0"}
        if etag is not None and etag.isascii() and etag.isprintable():
            headers["If-None-Match"] = etag

        def compare(response: Any) -> bool:
            answer = _read(response)
            read_body(response, answer.body if answer.body is not None and answer.body <= BLOCK else 0, url)
            if answer.status == _UNCHANGED:
                return "If-None-Match" in headers
            if answer.length not in {None, length} and not answer.encoding:
                return False
            if etag is not None and answer.etag is not None:
                return same_etag(answer.etag, etag)
            return last_modified is not None and answer.last_modified == last_modified

        return self._session.ask(url, headers, compare, accept=_DATA | {_UNCHANGED, _NO_SUCH_RANGE})

    def head(self, url: str, *, origin: str = "") -> Answer:
        """What a server says of a file by HEAD, whatever its status; `origin` is the site whose page wants to read the file.

        Raises WebError where the server gives no answer, or is too busy for one.
        """
        return self._session.ask(url, _from(origin), _ended, accept=_ANSWERED, head=True)

    def first_byte(self, url: str, *, origin: str = "") -> Answer:
        """What a server says of a file, as `head` does, when its first byte is asked for by GET: a `part` where it serves ranges."""
        return self._session.ask(url, _from(origin) | {"Range": "bytes=0-0"}, _ended, accept=_ANSWERED)

    def fetch(self, url: str, *, origin: str = "") -> tuple[Answer, bytes]:
        """The whole of a file by one request, unpacked, of at most `limit` bytes, and what its server says of it. Raises WebError."""

        def receive(response: Any) -> tuple[Answer, bytes]:
            return _read(response), self._stream(url, response).file.read()

        return self._session.ask(url, _from(origin), receive, accept=_WHOLE)

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> bytes:
        """Ask a service by GET, and give the first 64 kB of what it answers. Raises WebError where that is not a success (2xx)."""
        return self._session.ask(url, headers or {}, lambda answer: _body(url, answer), accept=_DONE)

    def post(self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> bytes:
        """Send a form to a service by POST, maybe more than once where its answer is lost, and give its answer as `get` does."""
        return self._session.ask(url, headers or {}, lambda answer: _body(url, answer), accept=_DONE, form=form)

    def _begin(self, url: str, response: Any) -> RemoteFile | None:
        answer = _read(response)
        if answer.status == 200 and answer.part is None:
            return self._stream(url, response)
        if answer.length == 0:
            response.close()
            return _remote(url, answer, RangedFile(lambda _start, _stop: b"", 0, name=shown_url(url)), ranged=True)
        whole = answer.length
        if whole is None or answer.encoding or answer.part is None or not (answer.part[0] == 0 < answer.part[1] <= whole):
            response.close()
            return None
        head = read_body(response, min(BLOCK, answer.part[1]), url)
        fetch = _Ranges(self._session, url, answer, response)
        return _remote(url, answer, RangedFile(fetch, whole, name=shown_url(url), head=head, budget=self.budget), ranged=True)

    def _stream(self, url: str, response: Any) -> RemoteFile:
        """Take an answer that holds the whole file, and is still being sent."""
        answer = _read(response)
        shown = shown_url(url)
        if answer.encoding and answer.encoding not in _PACKED:
            response.close()
            hint = "switch compression off for audio on that server"
            raise WebError(f"{shown} is sent packed as {answer.encoding}, which was not asked for", url=shown, hint=hint)
        length = None if answer.encoding else answer.length
        if length is not None and length <= BLOCK:
            chunks: Iterator[bytes] = iter([read_body(response, length, url)])
        else:
            chunks = _explained(response.iter_bytes() if answer.encoding else response.iter_raw(), shown)
        file = StreamedFile(chunks, name=shown, length=length, limit=self._limit, seconds=self._seconds, ended=response.close)
        return _remote(url, answer, file, ranged=False)


class _Ranges:
    """Fetches any part of one file from where its redirects led; once that address has expired, by way of the first one again."""

    def __init__(self, session: Session, url: str, first: Answer, response: Any) -> None:
        import httpx

        self._session = session
        self._url = url
        self._first = first
        self._redirected = first.url != str(httpx.URL(url))
        self._remember(response)

    def _remember(self, response: Any) -> None:
        """Ask there again, signed in as it was: the user of the first address holds for redirects within its host, and for no other."""
        self._final = str(response.url)
        signed_in = response.request.headers.get("authorization")
        self._headers = {"Authorization": signed_in} if signed_in else {}

    def __call__(self, start: int, stop: int) -> bytes:
        deadline = time.monotonic() + WHOLE_SECONDS
        data = self._part(start, stop)
        # A server may send less of a range than was asked for.
        while len(data) < stop - start:
            if time.monotonic() > deadline:
                raise too_slow(self._url)
            data += self._part(start + len(data), stop)
        return data

    def _part(self, start: int, stop: int) -> bytes:
        try:
            return self._ask(self._final, self._headers, start, stop)
        except WebError as error:
            if error.status not in _EXPIRED or not self._redirected:
                raise
        return self._ask(self._url, {}, start, stop)

    def _ask(self, url: str, headers: dict[str, str], start: int, stop: int) -> bytes:
        def receive(response: Any) -> bytes:
            answer = _read(response)
            try:
                size = self._check(answer, start, stop)
            except WebError:
                response.close()
                raise
            data = read_body(response, size, url)
            if not data:
                raise WebError(
                    f"{shown_url(self._url)} sends nothing where bytes should be", url=shown_url(self._url), hint="try again later"
                )
            self._remember(response)
            return data

        asked = headers | {"Range": f"bytes={start}-{stop - 1}"}
        return self._session.ask(url, asked, receive, accept=_DATA | {_NO_SUCH_RANGE})

    def _check(self, answer: Answer, start: int, stop: int) -> int:
        """How many bytes of the range an answer holds. Raises WebError where it holds something else."""
        shown = shown_url(self._url)
        # A range that comes with status 200 and no Content-Range says its own length, not the file's.
        bare = answer.status in _DATA and answer.part is None and answer.body == stop - start
        if not (replace(answer, length=None) if bare else answer).of_same_file(self._first):
            raise WebError(f"{shown} changed while it was read", url=shown, hint="wait until it is there as a whole, then try again")
        if bare:
            return stop - start
        if answer.status == _NO_SUCH_RANGE or answer.part is None or answer.encoding or not (answer.part[0] == start < answer.part[1]):
            hint = "try again later; if it stays so, keep the audio where byte ranges are served"
            raise WebError(f"{shown} sends byte ranges at one time and not at another", url=shown, hint=hint)
        return min(answer.part[1], stop) - start


def _explained(chunks: Iterator[bytes], shown: str) -> Iterator[bytes]:
    """The same chunks, with podpipe's own error where the connection breaks off."""
    import httpx

    try:
        yield from chunks
    except httpx.DecodingError as error:
        raise WebError(f"{shown}: its content cannot be unpacked", url=shown, hint="try again later") from error
    except (httpx.TransportError, httpx.StreamError) as error:
        raise WebError(f"{shown} broke off while it was read: {error}", url=shown, hint="try again later") from error


def _read(response: Any) -> Answer:
    return read_answer(str(response.url), response.status_code, response.headers)


def _from(origin: str) -> dict[str, str]:
    return {"Origin": origin} if origin else {}


def _ended(response: Any) -> Answer:
    """What an answer says; a short body is read to its end, so that the connection serves the next request."""
    answer = _read(response)
    size = 0 if response.request.method == "HEAD" else answer.body
    if size is not None and size <= BLOCK:
        for _ in response.iter_raw():
            pass
    response.close()
    return answer


def _body(url: str, response: Any) -> bytes:
    length = _read(response).body
    return read_body(response, _SMALL_ANSWER if length is None else min(length, _SMALL_ANSWER), url)


def _remote(url: str, answer: Answer, file: RangedFile | StreamedFile, *, ranged: bool) -> RemoteFile:
    length = None if answer.encoding else answer.length
    return RemoteFile(
        url=answer.url or url,
        shown=shown_url(url),
        length=length,
        etag=answer.etag,
        last_modified=answer.last_modified,
        content_type=answer.content_type,
        ranged=ranged,
        file=file,
    )
