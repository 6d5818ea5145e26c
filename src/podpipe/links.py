"""Links in show notes to the show's own site, checked against what the site will hold."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable
from urllib.parse import unquote, urljoin, urlsplit

from podpipe.model import Episode, Finding, Notes, Show, Where

_ADDRESS = re.compile(r' (?:href|src|poster)="([^"]*)"')
_RELATIVE = re.compile(r' (?:href|src|poster)="(?!https?:|#)')


def own_link_findings(
    episodes: Iterable[Episode], *, show: Show, keys: Collection[str], held_back: Collection[str] = ()
) -> tuple[Finding, ...]:
    """A warning for every link to a page or file of the site that the site will not hold.

    `keys` are those of all that is published; `held_back` those of pages whose time has not come.
    """
    site = urlsplit(show.site_url)

    def missing(url: str, page_url: str) -> set[str] | None:
        """The keys under which a link's target would be held and is not; None for a link that is none of ours, or is fine."""
        if ("://" in url and site.netloc not in url) or url.startswith(("#", "mailto:", "tel:")):
            return None
        path = _path_below_site(url, page_url, site.netloc, site.path)
        variants = None if path is None else _variants(path)
        return variants if variants is not None and variants.isdisjoint(keys) else None

    findings = []
    for episode in episodes:
        notes = episode.notes
        if not isinstance(notes.links, tuple) and not any(missing(url, episode.url) for url in _own_addresses(notes, site.netloc)):
            continue  # where the links stand need not be found out
        for link in notes.links:
            variants = missing(link.url, episode.url)
            if variants is None:
                continue
            waiting = not variants.isdisjoint(held_back)
            findings.append(
                Finding(
                    level="warning",
                    rule="link-own-site",
                    where=Where(path=episode.path, line=link.line, column=link.column),
                    message=f"{link.url} is {'not public yet' if waiting else 'no page or file of this site'}",
                    hint="publish it first" if waiting else "correct the link, or add the file to a folder that is published",
                )
            )
    return tuple(findings)


def _own_addresses(notes: Notes, netloc: str) -> Iterable[str]:
    """The addresses in show notes that may lead to the show's own site."""
    if netloc not in notes.html and (notes.web or _RELATIVE.search(notes.html) is None):
        return ()
    return map(html.unescape, _ADDRESS.findall(notes.html))


def _path_below_site(url: str, page_url: str, netloc: str, site_path: str) -> str | None:
    """The path of a link below the site's root without the leading slash; None for a link that leads elsewhere or is no address."""
    try:
        parts = urlsplit(urljoin(page_url, url))
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or parts.netloc != netloc or not f"{parts.path}/".startswith(f"{site_path}/"):
        return None
    return unquote(parts.path[len(site_path) :]).lstrip("/")


def _variants(path: str) -> set[str]:
    """The keys under which a web server finds a path: `a`, `a.html`, `a/index.html`."""
    bare = path.rstrip("/")
    return {path, f"{bare}.html", bare.removesuffix(".html"), f"{bare}/index.html".lstrip("/")}
