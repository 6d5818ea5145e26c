"""One session with the web's servers: it follows redirects, tries again where that may help, and remembers who cannot be reached."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from podpipe.errors import WebError
from podpipe.web.answers import retry_after, shown_url

T = TypeVar("T")

WHOLE_SECONDS = 60.0
"""What one range may take to arrive, a silence of each of its parts aside."""

_SILENT_ATTEMPTS = 2
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 10.0
_REDIRECTS = 10
_LAST_PORT = 65535
_SMALL = 64 * 1024
_BUSY = {429, 500, 502, 503, 504}
_NOT_MODIFIED = 304
_KEPT_CONNECTIONS = 32
_CREDENTIALS = "see that the URL can be read without signing in, or give its user and password"
_HINTS = {
    401: _CREDENTIALS,
    403: _CREDENTIALS,
    404: "correct the URL, or put the file there",
    410: "correct the URL, or put the file there",
    429: "the server is asked too often: try again later",
}
_LATER = "try again later"


class Session:
    """Asks web servers, from many threads at once. `wait` sleeps for some seconds."""

    def __init__(
        self,
        *,
        user_agent: str,
        connect_seconds: float,
        read_seconds: float,
        attempts: int,
        certificates: Path | None,
        wait: Callable[[float], None],
    ) -> None:
        self._user_agent = user_agent
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._attempts = attempts
        self._certificates = certificates
        self._wait = wait
        self._made: Any = None
        self._making = Lock()
        self._lost: dict[str, WebError] = {}
        self._heard: set[str] = set()

    def close(self) -> None:
        """Close every connection."""
        with self._making:
            if self._made is not None:
                self._made.close()
                self._made = None

    def ask(
        self,
        url: str,
        headers: Mapping[str, str],
        receive: Callable[[Any], T],
        *,
        accept: frozenset[int],
        form: Mapping[str, str] | None = None,
        head: bool = False,
    ) -> T:
        """Ask for `url` and give what `receive` makes of the answer (httpx's, unread), which it must close, or hand on open.

        It is a GET, with `head` a HEAD, or with a `form` a POST of it (application/x-www-form-urlencoded). Redirects are followed: at most
        ten, to http and https alone, and for a POST only where it stays one. Statuses other than those to `accept` become a WebError, like
        every failure to reach the server. A dropped connection, in `receive` too, and a server that is busy are tried again, up to
        `attempts` times in all.
        """
        import httpx

        error: WebError
        for attempt in range(1, self._attempts + 1):
            pause = _FIRST_WAIT * 4 ** (attempt - 1)
            try:
                answer = self._follow("HEAD" if head else "GET" if form is None else "POST", url, headers, form)
                if answer.status_code in accept:
                    return receive(answer)
                answer.close()
                error = _refused(url, answer.status_code)
                if answer.status_code not in _BUSY:
                    raise error
                asked = retry_after(answer.headers, datetime.now(UTC))
                if asked is not None:
                    if asked > _LONGEST_WAIT:
                        raise _refused(url, answer.status_code, asked)
                    pause = max(pause, asked)
            except httpx.TransportError as cause:
                error = _explain(url, cause)
                error.__cause__ = cause
                if self._give_up(cause, attempt, error):
                    break
            except httpx.DecodingError as cause:
                raise WebError(f"{shown_url(url)}: its content cannot be unpacked", url=shown_url(url), hint=_LATER) from cause
            if attempt < self._attempts:
                self._wait(pause)
        raise error

    def _follow(self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None) -> Any:
        import httpx

        try:
            request = self._client().build_request(method, url, headers=dict(headers), data=form)
        except (httpx.InvalidURL, UnicodeError) as error:
            # The library's own message may repeat a piece of a password.
            raise _unreadable(url, redirected=False) from error
        for redirects in range(_REDIRECTS + 1):
            self._check(request.url, url)
            try:
                answer = self._client().send(request, stream=True, follow_redirects=False)
            except httpx.InvalidURL as error:
                raise _unreadable(url, redirected=True) from error
            except UnicodeError as error:
                # A host's name that only the system finds impossible.
                raise _unreadable(url, redirected=redirects > 0) from error
            self._heard.add(_host(request.url))
            if answer.next_request is None:
                return answer
            if form is not None and answer.next_request.method != "POST":
                # Where it leads to something to read (RFC 9110, sections 15.4.2 to 15.4.4) the form would be lost in silence.
                answer.close()
                message = (
                    f"{shown_url(url)} redirects to {shown_url(str(answer.next_request.url))}, and what is sent would not arrive there"
                )
                raise WebError(message, url=shown_url(url), status=answer.status_code, hint="name the address that it leads to")
            request = answer.next_request
            length = int(answer.headers.get("content-length", "0"))
            read_body(answer, length if length <= _SMALL else 0, url)
        message, hint = f"{shown_url(url)} redirects more than {_REDIRECTS} times", "name the address that it should lead to"
        raise WebError(message, url=shown_url(url), status=answer.status_code, hint=hint)

    def _check(self, asked: Any, url: str) -> None:
        """Refuse at once what is no web address, and a host that could not be reached before."""
        if asked.scheme not in {"http", "https"} or not asked.host or (asked.port or 0) > _LAST_PORT:
            shown, target = shown_url(url), shown_url(str(asked))
            problem = f"{shown} is no web address" if target in {shown, "…"} else f"{shown} redirects to {target}, which is no web address"
            raise WebError(problem, url=shown, hint="use http:// or https://")
        if (known := self._lost.get(_host(asked))) is not None:
            raise WebError(known.message, url=shown_url(url), hint=known.hint) from known

    def _give_up(self, cause: Any, attempt: int, error: WebError) -> bool:
        """Whether to ask no more, and the same of the whole host where it has never answered: else it may only be slow for one file."""
        import httpx

        host = _host(cause.request.url)
        unreached = isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout)
        if not unreached and not isinstance(cause, httpx.ReadTimeout):
            return False
        given_up = attempt >= _SILENT_ATTEMPTS or _certificate_error(cause) is not None
        if given_up and (unreached or host not in self._heard):
            self._lost[host] = error
        return given_up

    def _client(self) -> Any:
        import logging
        import ssl

        import httpx

        with self._making:
            if self._made is None:
                # httpx tells of each request with its whole URL, in which a signature may stand.
                logging.getLogger("httpx").setLevel(logging.WARNING)
                self._made = httpx.Client(
                    headers={"User-Agent": self._user_agent, "Accept": "*/*", "Accept-Encoding": "identity"},
                    timeout=httpx.Timeout(self._read_seconds, connect=self._connect_seconds, pool=None),
                    limits=httpx.Limits(max_connections=None, max_keepalive_connections=_KEPT_CONNECTIONS),
                    verify=True if self._certificates is None else ssl.create_default_context(cafile=self._certificates),
                )
            return self._made


def read_body(answer: Any, size: int, url: str) -> bytes:
    """Read up to `size` bytes of an answer's body as they were sent, and close it. Raises WebError where that takes a minute.

    Where the body is no longer than that it is read to its very end: only then can its connection serve the next request.
    """
    deadline = time.monotonic() + WHOLE_SECONDS
    all_of_it = answer.status_code == _NOT_MODIFIED or answer.headers.get("content-length") == str(size)
    data = bytearray()
    try:
        if size or all_of_it:
            for chunk in answer.iter_raw():
                data += chunk
                if len(data) >= size and not all_of_it:
                    break
                if time.monotonic() > deadline:
                    raise too_slow(url)
    finally:
        answer.close()
    return bytes(data[:size])


def too_slow(url: str) -> WebError:
    """What to say of a server that sends, but not in time."""
    return WebError(f"{shown_url(url)} is sent too slowly", url=shown_url(url), hint=_LATER)


def _host(url: Any) -> str:
    return f"{url.host}:{url.port or url.scheme}"


def _refused(url: str, status: int, asked: float | None = None) -> WebError:
    from http import HTTPStatus

    known = {each.value: each.phrase for each in HTTPStatus}
    message = f"{shown_url(url)} answers {status} {known.get(status, '')}".rstrip()
    hint = _HINTS.get(status, _LATER if status >= 500 else "see what the URL gives in a browser")
    if asked is not None:
        hint = f"its server asks to wait {asked:,.0f} s: {_LATER}"
    return WebError(message, url=shown_url(url), status=status, hint=hint)


def _unreadable(url: str, *, redirected: bool) -> WebError:
    shown = shown_url(url)
    if not redirected:
        return WebError(f"{shown} is no URL that can be read", url=shown, hint="correct it")
    return WebError(f"{shown} leads to something that is no URL", url=shown, hint="name the address that it should lead to")


def _explain(url: str, cause: Any) -> WebError:
    """Say what kept an answer from coming (httpx's TransportError)."""
    import httpx

    host, hint = cause.request.url.host, _LATER
    text = " ".join(str(cause).split())
    if (certificate := _certificate_error(cause)) is not None:
        message = f"the certificate of {host} cannot be trusted: {certificate.verify_message or certificate.reason}"
        hint = "its owner must renew or correct it"
    elif isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout):
        message = f"cannot reach {host}: {text if isinstance(cause, httpx.ConnectError) else 'no answer in time'}"
        hint = "check the address and the network"
    elif isinstance(cause, httpx.TimeoutException):
        message = f"{host} was reached and gave no answer in time"
    elif isinstance(cause, httpx.ProxyError):
        message, hint = f"the proxy does not lead to {host}: {text}", "look at HTTP_PROXY, HTTPS_PROXY and NO_PROXY"
    elif isinstance(cause.__cause__ or cause.__context__, httpx.InvalidURL):
        return _unreadable(url, redirected=True)
    else:
        message = f"{host} was reached, and then the answer broke off: {text or 'the connection was lost'}"
    return WebError(message, url=shown_url(url), hint=hint)


def _certificate_error(cause: BaseException) -> Any:
    """The ssl.SSLCertVerificationError that lies behind an error, None where there is none."""
    import ssl

    error: BaseException | None = cause
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error
