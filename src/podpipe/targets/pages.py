"""Pages as static web servers and GitHub Pages serve them: `/episode/70` is the file `episode/70.html`."""

from __future__ import annotations

from pathlib import PurePosixPath

PAGE = ".html"
_PAGES = (PAGE, ".htm")


def file_name(key: str, content_type: str) -> str:
    """The name of the file that an object with this key is kept in."""
    return key + PAGE if content_type.startswith("text/html") and not key.endswith(_PAGES) else key


def file_names(key: str) -> tuple[str, str]:
    """The names of the files that a server looks for when it is asked for a key, in its order."""
    return (key, key + PAGE) if PurePosixPath(key).suffix else (key + PAGE, key)


def with_pages(sizes: dict[str, int]) -> dict[str, int]:
    """Sizes of files by name, where each `x.html` stands under `x` too, unless another file has that name."""
    found = dict(sizes)
    for name, size in sizes.items():
        if name.endswith(PAGE):
            page = name.removesuffix(PAGE)
            if page not in found or not PurePosixPath(page).suffix:
                found[page] = size
    return found
