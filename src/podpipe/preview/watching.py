"""Which changes on disk are changes to a show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


async def watch_folders(watch: Sequence[Path], site: Path, changed: asyncio.Event, announce: Callable[[str], None]) -> None:
    """Set `changed` on every change below a watched folder, save in `site`, in hidden files and folders, and in editors' own files."""
    from watchfiles import Change, DefaultFilter

    folders = [path.resolve() for path in watch if path.is_dir()]
    usual = DefaultFilter()

    def wanted(change: Change, name: str) -> bool:
        path = Path(name)
        below = next((path.relative_to(folder).parts for folder in folders if path.is_relative_to(folder)), ())
        return usual(change, name) and not path.is_relative_to(site) and not any(part.startswith(".") for part in below)

    await _watch(folders, wanted, changed, announce, recursive=True)


async def watch_files(watch: Sequence[Path], changed: asyncio.Event, announce: Callable[[str], None]) -> None:
    """Watch single files by way of their folders: an editor that saves by renaming puts another file in the place of the one watched."""
    files = {path.resolve() for path in watch if not path.is_dir()}
    folders = sorted({path.parent for path in files if path.parent.is_dir()})
    await _watch(folders, lambda _, name: Path(name) in files, changed, announce, recursive=False)


async def _watch(
    folders: Sequence[Path],
    wanted: Callable[[Any, str], bool],
    changed: asyncio.Event,
    announce: Callable[[str], None],
    *,
    recursive: bool,
) -> None:
    from watchfiles import awatch

    if not folders:
        return
    try:
        async for _ in awatch(*folders, watch_filter=wanted, recursive=recursive):
            changed.set()
    except OSError as error:
        announce(f"Cannot watch for changes, so pages will not reload by themselves: {error}")
