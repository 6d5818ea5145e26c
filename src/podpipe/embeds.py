"""Raw HTML in show notes: which tags may stay, and the embeds of players, slides and tweets that podcasters use.

Sanitising is nh3's work; what is kept is decided here. Scripts never stay. The two that real notes load are replaced by what they would
have made: SpeakerDeck's by its frame, and X's by the page, which loads it itself where a quoted tweet stands.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from podpipe.code_blocks import code_spans, stands_in

FRAME_HOSTS = frozenset(
    {
        "anchor.fm",
        "bandcamp.com",
        "clips.twitch.tv",
        "codepen.io",
        "creators.spotify.com",
        "docs.google.com",
        "embed.bsky.app",
        "embed.music.apple.com",
        "embed.nicovideo.jp",
        "embed.podcasts.apple.com",
        "embed.ted.com",
        "ext.nicovideo.jp",
        "listen.style",
        "open.spotify.com",
        "platform.twitter.com",
        "player.twitch.tv",
        "player.vimeo.com",
        "podcasters.spotify.com",
        "speakerdeck.com",
        "stand.fm",
        "w.soundcloud.com",
        "www.docswell.com",
        "www.nicovideo.jp",
        "www.slideshare.net",
        "www.youtube-nocookie.com",
        "www.youtube.com",
        "youtube.com",
    }
)
"""Hosts whose frames stay in show notes: the players, slides and quotations that podcasters embed."""

_MEDIA_TAGS = {"audio", "figcaption", "figure", "iframe", "picture", "section", "source", "track", "video"}
_PLAYING = {"controls", "height", "loop", "muted", "preload", "src", "width"}
_MEDIA_ATTRIBUTES = {
    "*": {"class", "data-sourcepos", "dir", "lang", "title"},
    "a": {
        "href",
        "hreflang",
        "id",
        "name",
        "rel",
        "target",
        "data-footnote-ref",
        "data-footnote-backref",
        "data-footnote-backref-idx",
        "aria-label",
    },
    "audio": _PLAYING,
    "blockquote": {"cite", "data-conversation", "data-lang", "data-theme", "data-bluesky-uri", "data-bluesky-cid"},
    "iframe": {"allow", "allowfullscreen", "frameborder", "height", "loading", "scrolling", "src", "width"},
    "li": {"id", "value"},
    "source": {"src", "type", "media", "srcset", "sizes"},
    "track": {"default", "kind", "label", "src", "srclang"},
    "video": _PLAYING | {"playsinline", "poster"},
}
_SCRIPT = re.compile(r"<script\b([^<>]*+)>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script\s*+>", re.IGNORECASE)
_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "source", "track", "wbr"})
_DEEPEST = 500
_MOST_ESCAPES = 50_000
_ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*["']([^"']*)["']""", re.IGNORECASE)
_EMPTY_FRAME = re.compile(r"<iframe(?![^>]*\ssrc=)[^>]*></iframe>")


def without_scripts(source: str) -> str:
    """Take scripts out of show notes before they are read as Markdown, and put a frame where SpeakerDeck's script would have put one.

    Lines stay where they are: what goes leaves its line breaks behind. A script that is shown as code stays.
    """
    if "<script" not in source.lower():
        return source
    code = code_spans(source)
    parts: list[str] = []
    done = 0
    for opening in _SCRIPT.finditer(source):
        if opening.start() < done or stands_in(code, opening.start()):
            continue
        closing = _SCRIPT_END.search(source, opening.end())
        if closing is None:
            break
        written = source[opening.start() : closing.end()]
        parts += (source[done : opening.start()], _instead_of_script(opening[1], written.count("\n")))
        done = closing.end()
    parts.append(source[done:])
    return "".join(parts)


def beyond_cleaning(markup: str) -> bool:
    """Whether putting HTML in order would take time without bound: elements nested, or signs escaped, as in no author's notes."""
    if markup.count("&") > _MOST_ESCAPES:
        return True
    if markup.count("<") < _DEEPEST:
        return False
    depths: Counter[str] = Counter()
    depth = 0
    for closing, written in _OPEN_OR_CLOSE.findall(markup):
        name = written.lower()
        if not closing and name not in _VOID:
            depths[name] += 1
            depth += 1
            if depth > _DEEPEST:
                return True
        elif closing and depths[name]:
            depths[name] -= 1
            depth -= 1
    return False


def sanitised(markup: str) -> str:
    """HTML with nothing left in it that could run code or imitate the page: tags, attributes and frame hosts by allow-list."""
    import nh3

    allowed = _allowed()
    cleaned = nh3.clean(
        markup,
        tags=allowed["tags"],
        attributes=allowed["attributes"],
        attribute_filter=_kept_attribute,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
    )
    return _EMPTY_FRAME.sub("", cleaned)


def frame_is_kept(url: str) -> bool:
    """Whether a frame of this address stays in show notes."""
    scheme, host = _scheme_and_host(url)
    return scheme in {"", "https", "http"} and host in FRAME_HOSTS


def _scheme_and_host(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # half an IPv6 address
        return "", ""
    return parts.scheme, parts.hostname or ""


@functools.cache
def _allowed() -> dict[str, Any]:
    import nh3

    attributes = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
    for tag, names in _MEDIA_ATTRIBUTES.items():
        attributes[tag] = attributes.get(tag, set()) | names
    return {"tags": set(nh3.ALLOWED_TAGS) | _MEDIA_TAGS, "attributes": attributes}


def _kept_attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "iframe" and name == "src":
        if not frame_is_kept(value):
            return None
        return f"https:{value}" if value.startswith("//") else value
    return value


def _instead_of_script(written: str, lines: int) -> str:
    attributes = {name.lower(): value for name, value in _ATTRIBUTE.findall(written)}
    line_breaks = "\n" * lines
    deck = attributes.get("data-id", "")
    if _scheme_and_host(attributes.get("src", ""))[1] == "speakerdeck.com" and deck.isalnum():
        slide = attributes.get("data-slide", "")
        player = f"https://speakerdeck.com/player/{deck}{f'?slide={slide}' if slide.isdigit() else ''}"
        return f'<iframe class="speakerdeck-embed" src="{player}" width="710" height="400" allowfullscreen></iframe>{line_breaks}'
    return line_breaks
