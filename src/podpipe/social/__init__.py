"""The posts that announce an episode's chapters, in the words that a producer would choose, each as long as its network allows.

A post is a headline, the episode with the time, the link to that moment and the show's hashtag, a line each:

    ChatGPTのプラグイン
    70. ２回目のLLM回！（6:07〜）
    https://example.com/episode/70#t=367
    #白金鉱業fm

Titles are published as the author wrote them. So `@name` in a title may notify whoever has that name on the network: to change it
quietly would break handles that are meant, and the posts lie in `posts/*.json` to be read before anybody sends them.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

from podpipe.errors import ConfigError
from podpipe.model import Artifact, Episode, Show, SocialPost
from podpipe.social.lengths import NETWORKS, Network, weighted_length
from podpipe.social.shorten import shorten
from podpipe.timecode import clock, whole_seconds

__all__ = ["NETWORKS", "POSTS", "Network", "as_json", "posts", "posts_artifact", "posts_lines", "weighted_length"]

POSTS = "posts.json"
"""The key under which a target keeps the posts of a show."""

_SPACES = re.compile("[ \t\n\r\x0b\x0c\x85\u2028\u2029]+")
# Controls, halves of surrogate pairs, the byte order mark and noncharacters: X refuses a post with one of them, JSON or UTF-8 some more.
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_LONGEST_TAG = 64  # Bluesky's, in graphemes: lexicon app.bsky.richtext.facet#tag
_LEAST_CONTEXT = 16
_quoted = json.encoder.encode_basestring
"""A text as JSON has it: what an encoder gives for one, without asking what it is 17,000 times."""
_URL_SAFE = "%/:?#[]@!$&'*+,;=~"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """What a post would say if there were room; `after` follows the context on its line and is never cut."""

    chapter: int | None
    headline: str
    context: str
    after: str
    url: str
    tag: str

    def text(self) -> str:
        return "\n".join(filter(None, (self.headline, (self.context + self.after).strip(), self.url, self.tag)))

    def kept(self) -> str:
        """The parts that are never cut, with every line break that the whole may have."""
        return f"\n{self.after}\n{self.url}\n{self.tag}"


def posts(show: Show, episode: Episode) -> tuple[SocialPost, ...]:
    """One post per chapter for each of the show's networks, or one per network where the episode has no chapters.

    They come chapter by chapter, networks in the show's order. The text is NFC, and its length never above the network's limit: the
    chapter's title, the episode's and its description are cut, links and hashtags stay whole. A link that alone is too long for a
    network is left out of the text, and stays in the post's `url`.

    Raises ConfigError for a network that podpipe does not know.
    """
    return tuple(
        SocialPost(
            episode=episode.slug, chapter=draft.chapter, network=network.name, text=text, length=length, limit=network.limit, url=draft.url
        )
        for draft, network, text, length in _fitted(show, episode)
    )


def as_json(post: SocialPost) -> dict[str, object]:
    """A post as the `posts/*.json` files hold it."""
    return {
        "episode": post.episode,
        "chapter": post.chapter,
        "network": post.network,
        "text": post.text,
        "length": post.length,
        "limit": post.limit,
        "url": post.url,
    }


def posts_lines(show: Show, episode: Episode) -> bytes:
    """What `posts` gives for an episode as items of a JSON array, each as `as_json` has it, on one line and without the array's brackets.

    A show has many posts: only their strings need an encoder, and those that several share need it once.
    """
    slug = _quoted(episode.slug)
    lines = []
    known, whole, quoted, url = None, "", "", ""
    for draft, network, text, length in _fitted(show, episode):
        if draft is not known:
            known, whole, quoted, url = draft, text, _quoted(text), _quoted(draft.url)
        lines.append(
            f'{{"episode": {slug}, "chapter": {"null" if draft.chapter is None else draft.chapter}, "network": "{network.name}", '
            f'"text": {quoted if text is whole else _quoted(text)}, "length": {length}, "limit": {network.limit}, "url": {url}}}'
        )
    return ", ".join(lines).encode()


def posts_artifact(lines: Iterable[bytes]) -> Artifact:
    """The posts of a show as a JSON array in `posts.json`, each of the lines that `posts_lines` gave on a line of its own."""
    return Artifact(
        key=POSTS,
        content=b",\n".join(_bracketed([line for line in lines if line])),
        content_type="application/json",
        cache_control="public, max-age=300",
    )


def _bracketed(lines: list[bytes]) -> list[bytes]:
    """The lines with the array's brackets at the first and the last, so that megabytes are put together once."""
    if not lines:
        return [b"[\n\n]\n"]
    lines[0] = b"[\n" + lines[0]
    lines[-1] += b"\n]\n"
    return lines


def _network(name: str) -> Network:
    if name not in NETWORKS:
        raise ConfigError(f"podpipe writes no posts for a network called {name!r}", hint=f"it knows {', '.join(NETWORKS)}")
    return NETWORKS[name]


def _drafts(show: Show, episode: Episode) -> Iterator[_Draft]:
    title = _clean(episode.title)
    url = episode.url if episode.url.isascii() else _ascii(episode.url)
    tag = _hashtag(show.hashtag or "")
    if not episode.chapters:
        description = _clean(episode.description)
        context = description if description != title else ""
        yield _Draft(chapter=None, headline=title, context=context, after="", url=url, tag=tag)
    japanese = show.language.lower().split("-")[0] == "ja"
    for number, chapter in enumerate(episode.chapters, 1):
        time = clock(chapter.start)
        yield _Draft(
            chapter=number,
            headline=_clean(chapter.title),
            context=title,
            after=f"（{time}〜）" if japanese else f" ({time})",
            # Whole seconds, as the text names them: players differ in what they make of a fraction.
            url=f"{url}#t={whole_seconds(chapter.start)}",
            tag=tag,
        )


def _fitted(show: Show, episode: Episode) -> Iterator[tuple[_Draft, Network, str, int]]:
    """Each draft for each network, with its text and that text's length as the network takes it."""
    networks = tuple(_network(name) for name in show.networks)
    for draft in _drafts(show, episode):
        whole = draft.text()
        for network in networks:
            text, length = whole, network.length(whole)
            if length > network.limit:
                text = _cut(draft, network).text()
                length = network.length(text)
            yield draft, network, text, length


def _cut(draft: _Draft, network: Network) -> _Draft:
    room = network.limit - network.length(draft.kept())
    if room < 0:
        draft = replace(draft, url="")
        room = network.limit - network.length(draft.kept())
    # Where both are long the headline may take two thirds: it is what a reader decides by.
    context_room = min(network.length(draft.context), room // 3)
    headline = shorten(draft.headline, room - context_room, network.length)
    rest = room - network.length(headline)
    fits = network.length(draft.context) <= rest
    # A few characters of a title or description tell nobody anything.
    context = draft.context if fits else shorten(draft.context, rest, network.length) if rest >= _LEAST_CONTEXT else ""
    return replace(draft, headline=headline, context=context)


def _clean(text: str) -> str:
    if not text.isprintable() or "  " in text:
        text = _REFUSED.sub("", _SPACES.sub(" ", text))
    return unicodedata.normalize("NFC", text).strip()


def _hashtag(written: str) -> str:
    """A hashtag that all networks link: letters, marks, digits, `_` and `・`, and not digits alone. Empty where none can be made of it."""
    kept = "".join(
        character
        for character in _clean(written)
        if character in "_・" or unicodedata.category(character)[0] in "LM" or character.isdecimal()
    )
    return f"#{kept}" if kept.strip("_・") and not kept.isdecimal() and len(kept) <= _LONGEST_TAG else ""


def _ascii(url: str) -> str:
    """The URL with its path in percent-encoding: X ends a link at the first Japanese character. A host beyond ASCII stays as it is."""
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host}{slash}{quote(path, safe=_URL_SAFE)}"
