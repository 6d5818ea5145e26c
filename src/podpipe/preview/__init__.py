"""A web server on loopback for a show that is being written: it rebuilds the site on a change, and open pages reload themselves."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

from podpipe.errors import PodpipeError
from podpipe.preview.answers import Pages, application
from podpipe.preview.watching import watch_files, watch_folders

_GRACE = 1  # seconds that a browser has to finish a download when the preview ends: a paused player would hold it open for ever


def serve(
    site: Path,
    *,
    host: str = "127.0.0.1",
    port: int,
    watch: Sequence[Path],
    rebuild: Callable[[], str | None],
    announce: Callable[[str], None],
    base: str = "",
) -> None:
    """Serve the built `site` below the path `base` until Ctrl-C, and rebuild it whenever something under `watch` changes.

    Port 0 takes any free port. `rebuild` runs in a thread; it returns None, or what went wrong, which is announced and shown on every
    open page until a rebuild succeeds. Changes inside `site` and in hidden files and folders rebuild nothing.

    `/episode/70` answers with `episode/70.html`, a folder with its `index.html`, anything else with `404.html` and status 404. Byte
    ranges (RFC 9110, section 14) are served, so that seeking works. Nothing outside of `site` is: neither by `..` nor by a symbolic link.

    Raises PodpipeError where there is no such folder or the port cannot be had.
    """
    site = site.resolve()
    if not site.is_dir():
        raise PodpipeError(f"there is no built site in {site}", hint="build it first: podpipe build")
    base = f"/{unquote(base).strip('/')}".rstrip("/")
    with _listen(host, port) as listener:
        address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}{quote(base)}/"
        announce(f"Preview at {address} (Ctrl-C ends it)")
        try:
            asyncio.run(_run(site, base, listener, watch=watch, rebuild=rebuild, announce=announce))
        except KeyboardInterrupt:
            return


def _listen(host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        # asyncio sees to this only for sockets that name their protocol: without it each answer on a kept connection takes 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except (OSError, OverflowError) as cause:
        used = isinstance(cause, OSError) and cause.errno == errno.EADDRINUSE
        reason = "something else uses it" if used else str(cause)
        raise PodpipeError(
            f"the preview cannot have port {port} of {host}: {reason}", hint="choose another; 0 takes any free one"
        ) from cause
    return listener


async def _run(
    site: Path,
    base: str,
    listener: socket.socket,
    *,
    watch: Sequence[Path],
    rebuild: Callable[[], str | None],
    announce: Callable[[str], None],
) -> None:
    pages = Pages()
    changed = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_rebuild_on(changed, pages, rebuild, announce)),
            group.create_task(watch_folders(watch, site, changed, announce)),
            group.create_task(watch_files(watch, changed, announce)),
        ]
        await _serve(site, base, pages, listener)
        for task in tasks:
            task.cancel()


async def _serve(site: Path, base: str, pages: Pages, listener: socket.socket) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            pages.end()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        application(site, base, pages),
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=_GRACE,
    )
    await Server(config).serve(sockets=[listener])


async def _rebuild_on(changed: asyncio.Event, pages: Pages, rebuild: Callable[[], str | None], announce: Callable[[str], None]) -> None:
    while True:
        await changed.wait()
        # Cleared before the rebuild: a change during it may have come too late for it, and starts another.
        changed.clear()
        try:
            trouble = await asyncio.to_thread(rebuild)
        except PodpipeError as error:
            trouble = str(error)
        announce(trouble or "Rebuilt after a change")
        pages.rebuilt(trouble)
