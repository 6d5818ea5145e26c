"""A proxy on loopback in front of an S3 server that does to requests what networks and stores do on a bad day, and keeps account of it.

Requests travel byte for byte, Host header included: a signature covers it, and servers check it against what the client sent.
"""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Self
from urllib.parse import unquote

from tests.http_wire import Message, read_answer, read_request

_NO_LINGER = struct.pack("ii", 1, 0)
_SERVER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a request: the proxy answers it itself with `status` and the error `code`, or does as the name says."""

    name: str
    status: int = 0
    code: str = ""

    @property
    def reaches_server(self) -> bool:
        return self in {PASS, RESET_AFTER, ERROR_AFTER}


PASS = Fate("pass")
RESET_BEFORE = Fate("reset before")
RESET_AFTER = Fate("reset after")
"""The server has carried the request out, and the client never hears of it: the nastiest that can happen to a request."""
ERROR_AFTER = Fate("error after", 500, "InternalError")
"""Carried out too, and called a failure."""
STALL = Fate("stall")
INTERNAL_ERROR = Fate("internal error", 500, "InternalError")
SLOW_DOWN = Fate("slow down", 503, "SlowDown")
ACCESS_DENIED = Fate("access denied", 403, "AccessDenied")
STORAGE_FULL = Fate("storage full", 507, "XMinioStorageFull")
CLOCK_SKEWED = Fate("clock skewed", 403, "RequestTimeTooSkewed")
_MESSAGES = {
    "InternalError": "We encountered an internal error, please try again.",
    "SlowDown": "Please reduce your request rate.",
    "AccessDenied": "Access Denied.",
    "XMinioStorageFull": "Storage backend has reached its minimum free drive threshold. Please delete a few objects to proceed.",
    "RequestTimeTooSkewed": "The difference between the request time and the server's time is too large.",
}

Choose = Callable[[str, str, int], Fate]
"""Decides by a request's method, its path with the query, and how many of the same have come before."""


def everything(fate: Fate) -> Choose:
    """One fate for all requests."""
    return lambda method, path, nth: fate  # noqa: ARG005 - whatever they are


def writes(fate: Fate, methods: frozenset[str] = frozenset({"PUT", "POST", "DELETE"})) -> Choose:
    """One fate for all requests that would change something; the others pass."""
    return lambda method, path, nth: fate if method in methods else PASS  # noqa: ARG005 - whatever it is about


def dice(seed: int, share: float = 0.1) -> Choose:
    """Each of the four faults for its share of requests; half of the resets before the request is forwarded, half after it was done.

    The n-th request for a key meets the same fate in every run with a seed, in whatever order threads send theirs. The bucket's name is no
    part of it, since tests make new ones.
    """

    def choose(method: str, path: str, nth: int) -> Fate:
        chance = random.Random(f"{seed} {method} {path[1:].partition('/')[2]} {nth}").random() / share  # noqa: S311 - a seeded one is wanted
        faults = (INTERNAL_ERROR, SLOW_DOWN, RESET_BEFORE if chance % 1 < 0.5 else RESET_AFTER, STALL)
        return faults[int(chance)] if chance < len(faults) else PASS

    return choose


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request and what became of it; `status` is the server's answer, None where the request did not reach it."""

    method: str
    path: str
    fate: Fate
    status: int | None
    copies: bool = False

    @property
    def stores(self) -> str:
        """The bucket and key of which this request made an object, whether in one piece or by ending an upload in parts; else empty."""
        path, _, query = self.path.partition("?")
        whole = self.method == "PUT" and "uploadId=" not in query and "/" in path[1:].rstrip("/")
        ended = self.method == "POST" and "uploadId=" in query
        return unquote(path[1:]) if (whole or ended) and self.status == 200 else ""


class FaultProxy:
    """A port of loopback that leads to another, with a fate for each request; `choose` may be changed while it runs."""

    def __init__(self, port: int, choose: Choose | None = None) -> None:
        self.choose = choose or everything(PASS)
        self.seen: list[Seen] = []
        self._leads_to = port
        self._turns: Counter[tuple[str, str]] = Counter()
        self._guard = threading.Lock()
        self._open: set[socket.socket] = set()
        self._stopping = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._guard:
            self._stopping = True
            for end in (self._listener, *self._open):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        for thread in self._threads[1:]:
            thread.join()
        self._listener.close()

    def forget(self) -> None:
        """Count from nothing again, and treat every request as the first of its kind."""
        with self._guard:
            self.seen.clear()
            self._turns.clear()

    def stored(self, bucket: str, *, hidden: bool = False) -> Counter[str]:
        """How often each key was stored, counting what the client was told of or, with `hidden`, what it was not; copies do not count."""
        with self._guard:
            seen = [one for one in self.seen if not one.copies and (one.fate is RESET_AFTER) is hidden]
        keys = (one.stores.partition("/") for one in seen if one.stores)
        return Counter(key for of, _, key in keys if of == bucket)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.ExitStack() as ends, contextlib.suppress(OSError, EOFError):
            ends.callback(self._close, client)
            self._keep(client)
            requests = ends.enter_context(client.makefile("rb"))
            server = _Upstream(self, self._leads_to)
            ends.callback(server.close)
            while (request := read_request(requests, client)) and self._met(request, client, server):
                pass

    def _met(self, request: Message, client: socket.socket, server: _Upstream) -> bool:
        """Let a request meet its fate; False where its connection is over with that."""
        method, path = request.words[:2]
        with self._guard:
            nth = self._turns[method, path]
            self._turns[method, path] += 1
        fate = self.choose(method, path, nth)
        answer = server.ask(request) if fate.reaches_server else None
        copies = "x-amz-copy-source" in request.fields
        seen = Seen(method=method, path=path, fate=fate, status=answer.status if answer else None, copies=copies)
        with self._guard:
            self.seen.append(seen)  # before the answer goes, so that who has received it finds it counted
        if fate.status:
            client.sendall(_refusal(method, fate))
            return True
        if fate is STALL:
            while client.recv(65536):
                pass
            return False
        if answer is None or fate is RESET_AFTER:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            return False
        client.sendall(answer.raw)
        return not (answer.ends_connection or request.ends_connection)

    def _keep(self, end: socket.socket) -> None:
        """Know a connection, so that it ends when the proxy does."""
        with self._guard:
            if self._stopping:
                raise OSError("the proxy is being stopped")
            self._open.add(end)

    def _close(self, end: socket.socket) -> None:
        with self._guard:
            self._open.discard(end)
        end.close()


class _Upstream:
    """One kept connection to the server, made anew where the server has ended it."""

    def __init__(self, proxy: FaultProxy, port: int) -> None:
        self._proxy = proxy
        self._port = port
        self._socket: socket.socket | None = None
        self._answers: BinaryIO | None = None

    def ask(self, request: Message) -> Message | None:
        """Send a request and read the answer to it; None where the server gives none."""
        try:
            server, answers = self._connected()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # a refusal may come before the request has arrived
                server.sendall(request.raw)
            answer = read_answer(answers, request.words[0])
        except (OSError, EOFError):
            self.close()
            return None
        if answer.ends_connection:
            self.close()
        return answer

    def close(self) -> None:
        if self._answers:
            self._answers.close()
        if self._socket:
            self._proxy._close(self._socket)
        self._socket = self._answers = None

    def _connected(self) -> tuple[socket.socket, BinaryIO]:
        if self._socket and _is_over(self._socket):
            self.close()
        if not (self._socket and self._answers):
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=_SERVER_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._answers = self._socket.makefile("rb")
            self._proxy._keep(self._socket)
        return self._socket, self._answers


def _is_over(kept: socket.socket) -> bool:
    """Whether an idle connection was ended by its other side: then it can be read from."""
    kept.setblocking(False)
    try:
        kept.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        kept.settimeout(_SERVER_SECONDS)
    return True


def _refusal(method: str, fate: Fate) -> bytes:
    """An error as S3 words it; to HEAD without its body."""
    error = f"<Error><Code>{fate.code}</Code><Message>{_MESSAGES[fate.code]}</Message><RequestId>PROXY</RequestId></Error>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'.encode()
    head = f"HTTP/1.1 {fate.status} {fate.code}\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return head if method == "HEAD" else head + body
