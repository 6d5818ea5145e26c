"""What directories demand of a show as a whole: its words, its categories, its owner and its artwork."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final

from podpipe.directories.demand import unmet
from podpipe.directories.vocabulary import category_problem, language_problem
from podpipe.model import Finding, PictureFacts, Show, Where

LONGEST_DESCRIPTION: Final = 4000
"""Bytes of UTF-8, of a show's description and of an episode's (Apple's guide to RSS; PSP-1, description)."""

LONGEST_TITLE: Final = 255
"""Characters (PSP-1: values are limited to 255 characters unless another limit is named)."""

_SMALLEST, _LARGEST = 1400, 3000
_EXTENSIONS: Final = {"jpeg": (".jpg", ".jpeg"), "png": (".png",)}
_RGB: Final = frozenset({"RGB", "RGBA", "P"})
_COLORS: Final = {"CMYK": "CMYK", "L": "grey", "LA": "grey", "1": "black and white", "LAB": "Lab"}


def show_demands(show: Show, asked: Collection[str], config: Callable[[str], Where]) -> Iterator[Finding]:
    """What is not met, but for the artwork's own form."""
    if not show.artwork:
        yield unmet("artwork-none", config("artwork"), "the show has no artwork", "add artwork: a square JPEG or PNG of 3000 pixels")
    if not show.categories:
        hint = 'add categories = ["Technology"], or another of Apple\'s categories'
        yield unmet("category-none", config("categories"), "the show has no category", hint)
    for parts in show.categories:
        problem = category_problem(parts)
        if problem:
            yield unmet("category-unknown", config("categories"), problem, "directories list a show only under Apple's categories")
    problem = language_problem(show.language)
    if problem:
        yield unmet("language-unknown", config("language"), problem, "write two letters, and a country where it matters: ja, en-GB")
    length = len(show.description.encode())
    if length > LONGEST_DESCRIPTION:
        message = f"the show's description has {length:,} bytes; directories take {LONGEST_DESCRIPTION:,}"
        yield unmet("show-description-long", config("description"), message, "shorten it")
    if len(show.title) > LONGEST_TITLE:
        message = f"the show's title has {len(show.title)} characters; PSP-1 allows {LONGEST_TITLE}"
        yield unmet("show-title-long", config("title"), message, "shorten it")
    if "owner-none" in asked and not show.owner:
        message = "the feed names no owner's e-mail address; Spotify writes to it when the show is submitted or claimed"
        yield unmet("owner-none", config("owner"), message, "add the owner's name and email to the settings")
    if not show.site_url.startswith("https:"):
        message = f"{show.site_url} is not served by https, which Apple recommends"
        yield unmet("site-not-https", config("site_url"), message, "serve the site by https, before the first episode goes out")


def picture_demands(path: str, facts: PictureFacts | None, where: Where) -> Iterator[Finding]:
    """What is not met by a picture that stands for the show or an episode; all that is wrong with it."""
    if facts is None:
        yield unmet("artwork-format", where, f"{path} is no picture that can be read", "export it as JPEG or PNG")
        return
    allowed = _EXTENSIONS.get(facts.format)
    if allowed is None:
        yield unmet("artwork-format", where, f"{path} is {_named(facts.format)}; directories take JPEG and PNG", "export it as JPEG or PNG")
    elif not path.lower().endswith(allowed):
        message = f"{path} is {_named(facts.format)}, which its name does not say"
        yield unmet("artwork-extension", where, message, f"rename it to end in {allowed[0]}")
    width, height = facts.width, facts.height
    if width != height:
        message = f"{path} has {width} by {height} pixels; artwork is square"
        yield unmet("artwork-size", where, message, f"crop it, and make it {_SMALLEST} to {_LARGEST} pixels on each side")
    elif not _SMALLEST <= width <= _LARGEST:
        message = f"{path} has {width} by {height} pixels; directories take {_SMALLEST} to {_LARGEST}"
        yield unmet("artwork-size", where, message, f"export it with {_LARGEST} pixels on each side")
    if facts.colors not in _RGB:
        colors = _COLORS.get(facts.colors, facts.colors)
        yield unmet("artwork-color", where, f"{path} is in {colors}; directories take RGB", "export it in RGB")


def _named(picture_format: str) -> str:
    name = picture_format.upper() or "of an unknown format"
    return {"JPEG": "a JPEG", "PNG": "a PNG", "GIF": "a GIF", "WEBP": "a WebP"}.get(name, name)
