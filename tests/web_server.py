"""A real web server on loopback whose every address has a habit of its own, and a proxy that counts what crosses the wire."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

SONG = bytes(range(256)) * 1200
"""What most addresses serve: 300 kB in which no two places of a block look alike to a careless reader."""


@dataclass(slots=True)
class WebServer:
    """A running server: its address, the requests that came (path, Range header), and the bytes of bodies that it sent."""

    origin: str
    folder: Path
    asked: list[tuple[str, str]] = field(default_factory=list)
    methods: set[str] = field(default_factory=set)
    headers: list[dict[str, str]] = field(default_factory=list)
    sent: int = 0
    turn: Counter[str] = field(default_factory=Counter)

    @property
    def port(self) -> int:
        return int(self.origin.rpartition(":")[2])

    def url(self, path: str) -> str:
        return f"{self.origin}{path}"

    def forget(self) -> None:
        """Count from nothing again."""
        self.asked.clear()
        self.headers.clear()
        self.methods.clear()
        self.turn.clear()
        self.sent = 0


@contextlib.contextmanager
def web_server(folder: Path, **tls: Any) -> Iterator[WebServer]:
    """Serve for the length of a block; below /files/ lie the files of `folder`, with ranges, ETags and times of change."""
    with listener() as port:
        scheme = "https" if tls else "http"
        server = WebServer(origin=f"{scheme}://127.0.0.1:{port.getsockname()[1]}", folder=folder)
        with serving(_counted(_application(server), server), port, **tls):
            yield server


@contextlib.contextmanager
def listener() -> Iterator[socket.socket]:
    """A free port of loopback for the length of a block."""
    with socket.create_server(("127.0.0.1", 0)) as port:
        # asyncio does so itself only for sockets that name their protocol: without it each answer on a kept connection takes 40 ms.
        port.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield port


@contextlib.contextmanager
def serving(application: Any, port: socket.socket, **tls: Any) -> Iterator[None]:
    """Serve an ASGI application on a port for the length of a block."""
    import uvicorn

    config = uvicorn.Config(
        application,
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        timeout_graceful_shutdown=1,
        **tls,
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [port]})
    thread.start()
    try:
        while not running.started:
            time.sleep(0.01)
        yield
    finally:
        running.should_exit = True
        thread.join()


def _counted(application: Any, server: WebServer) -> Any:
    async def counted(scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        server.asked.append((scope["path"], headers.get("range", "")))
        server.headers.append(headers)
        server.methods.add(scope["method"])

        async def count(message: Any) -> None:
            # Before they go, so that who has received them finds them counted.
            server.sent += len(message.get("body", b""))
            await send(message)

        await application(scope, receive, count)

    return counted


def _first_time(request: Request) -> bool:
    turn: Counter[str] = request.app.state.server.turn
    turn[request.url.path] += 1
    return turn[request.url.path] == 1


def _hop(request: Request) -> Response:
    left = int(request.path_params["left"])
    return RedirectResponse(f"/hop/{left - 1}/{request.path_params['name']}" if left else f"/files/{request.path_params['name']}")


def _busy(request: Request) -> Response:
    if _first_time(request):
        return Response(status_code=int(request.path_params["status"]), headers=dict(request.query_params))
    return part_of(SONG, request)


def _dropping(request: Request) -> Response:
    async def half() -> AsyncIterator[bytes]:
        yield SONG[:1000]
        raise ConnectionResetError

    if _first_time(request):
        return StreamingResponse(half(), 206, {"Content-Length": "16384", "Content-Range": f"bytes 0-16383/{len(SONG)}"})
    return part_of(SONG, request)


def _breaking_off(_request: Request) -> Response:
    async def half() -> AsyncIterator[bytes]:
        yield SONG[:100_000]
        raise ConnectionResetError

    return StreamingResponse(half(), 200, {"Content-Length": str(len(SONG))})


def _signed(request: Request) -> Response:
    turn = request.app.state.server.turn
    turn["token"] += 1
    return RedirectResponse(f"/expiring?token={turn['token']}")


def _expiring(request: Request) -> Response:
    """A token is good for one request."""
    turn, used = request.app.state.server.turn, f"used {request.query_params['token']}"
    turn[used] += 1
    return part_of(SONG, request) if turn[used] == 1 else Response(status_code=403)


def _changing(request: Request) -> Response:
    _first_time(request)
    return part_of(SONG, request, ETag=f'"{request.app.state.server.turn["/changing"]}"')


def _growing(request: Request) -> Response:
    _first_time(request)
    return part_of(SONG + b"x" * request.app.state.server.turn["/growing"], request)


def _several(request: Request) -> Response:
    """Machines of one host that make ETags of their own."""
    _first_time(request)
    etag = f'"{request.app.state.server.turn["/several"]}"'
    return part_of(SONG, request, ETag=etag, **{"Last-Modified": "Wed, 21 Oct 2026 07:28:00 GMT"})


def _secret(request: Request) -> Response:
    return part_of(SONG, request) if request.headers.get("authorization") == "Basic bWU6aHVzaA==" else Response(status_code=401)


def _whole(request: Request) -> Response:
    """A file of the folder as a server without ranges sends it."""
    path = request.app.state.server.folder / request.path_params["name"]

    async def parts() -> AsyncIterator[bytes]:
        with path.open("rb") as file:
            while part := file.read(65536):
                yield part

    return StreamingResponse(parts(), headers={"Content-Length": str(path.stat().st_size)})


def _silent(_request: Request) -> Response:
    async def nothing() -> AsyncIterator[bytes]:
        yield SONG[:1]
        await asyncio.sleep(30)

    return StreamingResponse(nothing(), 206, {"Content-Length": "16384", "Content-Range": f"bytes 0-16383/{len(SONG)}"})


_PACKED = gzip.compress(SONG)
_LENGTH = str(len(SONG))
_ANSWERS: dict[str, Callable[[Request], Response]] = {
    "/plain": lambda _: StreamingResponse(pieces(SONG), headers={"Content-Length": _LENGTH, "ETag": '"plain"'}),
    "/huge": lambda _: StreamingResponse(pieces(SONG, 2000), headers={"Content-Length": str(len(SONG) * 2000)}),
    "/for-all": lambda _: Response(SONG[:100], headers={"Access-Control-Allow-Origin": "*"}),
    "/small": lambda _: Response(SONG[:100]),
    "/empty": lambda _: Response(b""),
    "/empty-ranged": lambda _: Response(status_code=416, headers={"Content-Range": "bytes */0"}),
    "/refuses-ranges": lambda request: Response(status_code=416) if "range" in request.headers else Response(SONG),
    "/chunked": lambda _: StreamingResponse(pieces(SONG)),
    "/gzip": lambda _: Response(_PACKED, headers={"Content-Encoding": "gzip"}),
    "/gzip-ranged": lambda request: part_of(_PACKED, request, **{"Content-Encoding": "gzip"}),
    "/zipped": lambda _: Response(_PACKED, headers={"Content-Encoding": "compress"}),
    "/not-gzip": lambda _: Response(SONG, headers={"Content-Encoding": "gzip"}),
    "/wrong-type": lambda request: part_of(SONG, request, **{"Content-Type": "text/html"}),
    "/ranged": lambda request: part_of(SONG, request, ETag='W/"ranged"'),
    "/status-200": lambda request: part_of(SONG, request, status=200),
    "/no-total": lambda request: part_of(SONG, request, total="*") if "range" in request.headers else Response(SONG),
    "/in-bits": lambda request: part_of(SONG, request, most=5000),
    "/elsewhere": lambda _: Response(SONG[:16384], 206, {"Content-Range": f"bytes 16384-32767/{_LENGTH}"}),
    "/once-ranged": lambda request: part_of(SONG, request) if _first_time(request) else Response(SONG),
    "/loop": lambda _: RedirectResponse("/loop"),
    "/to-ftp": lambda _: RedirectResponse("ftp://example.com/song.mp3"),
    "/to-secret": lambda _: RedirectResponse("/secret"),
    "/to": lambda request: RedirectResponse(request.query_params["url"]),
    "/status": lambda request: Response(status_code=int(request.query_params["code"])),
    "/changing": _changing,
    "/growing": _growing,
    "/several": _several,
    "/signed": _signed,
    "/expiring": _expiring,
    "/dropping": _dropping,
    "/breaking-off": _breaking_off,
    "/silent": _silent,
    "/secret": _secret,
    "/busy/{status}": _busy,
    "/whole/{name}": _whole,
    "/hop/{left}/{name}": _hop,
}


async def _slow(_request: Request) -> Response:
    await asyncio.sleep(30)
    return Response(SONG)


def _application(server: WebServer) -> Starlette:
    def endpoint(answer: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            # Starlette answers HEAD wherever it answers GET; hosts that refuse it are common.
            return Response(status_code=405) if request.method == "HEAD" else answer(request)

        return answered

    routes: list[Any] = [Route(path, endpoint(answer)) for path, answer in _ANSWERS.items()]
    application = Starlette(routes=[*routes, Route("/slow", _slow), Mount("/files", StaticFiles(directory=server.folder))])
    application.state.server = server
    return application


async def pieces(data: bytes, times: int = 1) -> AsyncIterator[bytes]:
    """The data in pieces as a server sends them."""
    for _ in range(times):
        for start in range(0, len(data), 50_000):
            yield data[start : start + 50_000]


def part_of(data: bytes, request: Request, *, status: int = 206, total: str = "", most: int | None = None, **headers: str) -> Response:
    """The range of `data` that is asked for, at most `most` bytes of it; everything where none is."""
    asked = request.headers.get("range")
    if asked is None:
        return Response(data, headers=headers)
    start, stop = (int(number) for number in asked.removeprefix("bytes=").split("-"))
    part = data[start : stop + 1][:most]
    return Response(part, status, headers={"Content-Range": f"bytes {start}-{start + len(part) - 1}/{total or len(data)}"} | headers)


class RawServer:
    """A port of loopback where the same bytes answer every request, whatever they are, and end the connection."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/song.mp3"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _shut(self._listener)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client, contextlib.suppress(OSError):
                client.recv(65536)
                client.sendall(self._answer)
                client.shutdown(socket.SHUT_WR)
                while client.recv(65536):
                    pass


class CountingProxy:
    """A port of loopback that leads to another, byte for byte; `to_client` counts the bytes that came through it, headers included."""

    def __init__(self, port: int) -> None:
        self.to_client = 0
        self.connections = 0
        self._leads_to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        for end in self._ends:
            _shut(end)
        for thread in self._threads[1:]:
            thread.join()
        for end in (self._listener, *self._ends):
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._leads_to))
            self._ends += [client, server]
            self.connections += 1
            for pump in (self._to_server, self._to_client):
                self._threads.append(threading.Thread(target=pump, args=(client, server)))
                self._threads[-1].start()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
        _shut(server)

    def _to_client(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                self.to_client += len(data)
                client.sendall(data)
        _shut(client)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
