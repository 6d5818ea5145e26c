"""A hub, an index and a gateway on loopback that write down who told them what, and refuse where they are asked to."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.web_server import listener, serving


class Told(NamedTuple):
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


@dataclass(slots=True)
class Services:
    """Running services, and what they were told; `refusing` maps paths to the statuses that they answer, each for one request."""

    origin: str
    told: list[Told] = field(default_factory=list)
    refusing: dict[str, list[int]] = field(default_factory=dict)

    def told_at(self, path: str) -> list[Told]:
        return [told for told in self.told if told.path == path]


@contextlib.contextmanager
def services() -> Iterator[Services]:
    """Serve for the length of a block."""
    with listener() as port:
        made = Services(origin=f"http://127.0.0.1:{port.getsockname()[1]}")
        with serving(_application(made), port):
            yield made


_ANSWERS: dict[str, Callable[[Services], Response]] = {
    "/hub": lambda _: Response(status_code=202),
    "/index": lambda _: JSONResponse({"status": "true", "description": "Feed marked for immediate update."}),
    "/unknown": lambda _: JSONResponse({"status": "false", "description": "Feed  not\nfound"}),
    "/gateway": lambda _: Response("Success!"),
    "/moved": lambda _: RedirectResponse("/hub", status_code=301),
    "/kept": lambda _: RedirectResponse("/hub", status_code=308),
    "/elsewhere": lambda made: RedirectResponse(f"http://localhost:{made.origin.rpartition(':')[2]}/gateway", status_code=302),
}


def _application(made: Services) -> Any:
    async def answer(request: Request) -> Response:
        path = request.url.path
        form = dict(parse_qsl((await request.body()).decode(), strict_parsing=True)) if request.method == "POST" else {}
        made.told.append(Told(request.method, path, dict(request.query_params), form, dict(request.headers)))
        if made.refusing.get(path):
            return Response(status_code=made.refusing[path].pop(0))
        return _ANSWERS[path](made)

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
