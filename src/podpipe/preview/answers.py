"""What the preview answers: the files of a built site as a web host would send them, and what makes open pages reload.

What it adds to a page is added on the way out; the site's folder stays as it was built. Addresses below `/.preview/` are its own:
no file with a leading dot is ever served, so the site can have none there.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from podpipe.sources import content_type

_NO_STORE = {"Cache-Control": "no-store"}

# What podcast apps and browsers expect; the machine's own table, asked for the rest, is not the same everywhere.

# A hidden page gives its connection back: browsers allow six to a host, and a producer has more tabs than that.
_SCRIPT = """(() => {
  const { src, dataset } = document.currentScript;
  let events, banner;
  const show = (trouble) => {
    banner?.remove();
    if (!trouble) return;
    banner = document.createElement("pre");
    banner.setAttribute("role", "alert");
    banner.style.cssText = "position:sticky;top:0;z-index:99999;margin:0;padding:1em;white-space:pre-wrap;color:#fff;background:#a00";
    banner.textContent = trouble;
    document.body.prepend(banner);
  };
  const follow = () => {
    events?.close();
    if (document.hidden) return;
    events = new EventSource(new URL("events", src));
    events.onmessage = ({ data }) => {
      const { build, trouble } = JSON.parse(data);
      if (build === dataset.build) return show(trouble);
      events.close();
      location.reload();
    };
  };
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => events?.close());
  follow();
})();
"""


class Pages:
    """What open pages need to know: which build is served, and what went wrong since. Used from one event loop only."""

    def __init__(self) -> None:
        self._server = secrets.token_hex(4)
        self._number = 0
        self._trouble: str | None = None
        self._news = asyncio.Event()
        self._ended = False

    @property
    def build(self) -> str:
        """The id of the build that is served, unlike any of an earlier server on the same port."""
        return f"{self._server}-{self._number}"

    def rebuilt(self, trouble: str | None) -> None:
        self._number += trouble is None
        self._trouble = trouble
        self._tell()

    def end(self) -> None:
        """Let every page's event stream come to its end: a server waits for open answers before it stops."""
        self._ended = True
        self._tell()

    async def events(self) -> AsyncIterator[str]:
        """The present state and every later one, as server-sent events (HTML Standard, section 9.2)."""
        while not self._ended:
            news = self._news
            yield f"data: {json.dumps({'build': self.build, 'trouble': self._trouble})}\n\n"
            await news.wait()

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


def application(site: Path, base: str, pages: Pages) -> Callable[..., Any]:
    """The ASGI application that serves `site` below the path `base`, which is empty or begins with a slash."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response, StreamingResponse
    from starlette.routing import Route

    async def events(_: Request) -> Response:
        return StreamingResponse(pages.events(), media_type="text/event-stream", headers=_NO_STORE)

    async def script(_: Request) -> Response:
        return Response(_SCRIPT, media_type="text/javascript", headers=_NO_STORE)

    async def page(request: Request) -> Response:
        path = request.scope["path"]
        if base and path in {"/", base}:
            return RedirectResponse(f"{quote(base)}/", headers=_NO_STORE)
        build = pages.build
        found = _find(site, path.removeprefix(base)) if path.startswith(f"{base}/") else None
        if found is not None and found.is_dir():
            return RedirectResponse(f"{quote(path)}/", headers=_NO_STORE)
        status = 200 if found else 404
        file = found or _find(site, "/404.html")
        if file is None:
            return Response("Not found", status_code=404, media_type="text/plain", headers=_NO_STORE)
        if file.suffix == ".html":
            return HTMLResponse(_with_script(file.read_bytes(), base, build), status_code=status, headers=_NO_STORE)
        return FileResponse(file, media_type=_media_type(file), headers=_NO_STORE)

    return Starlette(
        routes=[
            Route(f"{base}/.preview/events", events),
            Route(f"{base}/.preview/reload.js", script),
            Route("/{path:path}", page),
        ]
    )


def _find(site: Path, path: str) -> Path | None:
    """The file that a decoded URL path names, a folder where it names one without the trailing slash, None where nothing may be served."""
    *folders, name = path.removeprefix("/").split("/")
    if any(not part or part.startswith(".") or "\\" in part or "\0" in part for part in (*folders, name or "index.html")):
        return None
    place = site.joinpath(*folders)
    try:
        candidates = (place / name, place / f"{name}.html") if name else (place / "index.html",)
        found = next((candidate for candidate in candidates if candidate.is_file()), place / name)
        inside = found.resolve().is_relative_to(site)
        return found if inside and (found.is_file() or (name and (found / "index.html").is_file())) else None
    except OSError:  # a name too long for the file system
        return None


def _with_script(page: bytes, base: str, build: str) -> bytes:
    end = page.lower().rfind(b"</body")
    end = len(page) if end < 0 else end
    script = f'<script src="{quote(base)}/.preview/reload.js" data-build="{build}"></script>\n'
    return page[:end] + script.encode() + page[end:]


def _media_type(file: Path) -> str:
    if file.suffix == ".json" and file.parent.name == "chapters":
        return "application/json+chapters"
    if file.suffix == ".xml":
        with file.open("rb") as content:
            # A show names its feed as it likes, so what is in it decides.
            return "application/rss+xml" if b"<rss" in content.read(1024) else "application/xml"
    return content_type(file.name)
