"""How X, Bluesky and Mastodon count the length of a post, and how much each of them takes.

A length given here may be above what the network counts, never below it: a post that fits here is accepted there.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

_LINK_LENGTH = 23

_SUBDOMAIN = "[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_DOMAIN = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ACCENTED_LABEL = "[a-z0-9\u00c0-\u024f](?:[a-z0-9\u00c0-\u024f_-]{0,61}[a-z0-9\u00c0-\u024f])?"
_UNLINKED = "test|example|invalid|localhost|local|internal"
_SHORTENED = r"t\.co/[a-z0-9]{1,40}(?![a-z0-9])"
_PATH = r"[a-z0-9!*';:=+,.$/%#\[\]_~@|&?-]*[a-z0-9=_#/-]"
# Three things that X may turn into a link. `known` is one without doubt. `foreign` is a host beyond ASCII, which only its registry could
# judge: the scheme stands for the link and the rest is counted as text. `bare` is the shortest run that reads as a host without a scheme.
_ADDRESS = (
    r"(?<![a-z0-9@＠$#＃])(?:"
    rf"(?P<known>https?://(?:{_SHORTENED}|(?!t\.co/)"
    rf"(?:{_SUBDOMAIN}\.)*{_DOMAIN}\.(?!(?:{_UNLINKED})\b)[a-z]{{2,63}}(?![a-z0-9@_+-])(?::[0-9]+)?(?:/(?:{_PATH})?|\?{_PATH})?))"
    r"|(?P<foreign>https?://(?=[^\s/?#]*[^\x00-\x7f]))"
    rf"|(?P<bare>(?<![_./-])(?:{_ACCENTED_LABEL}\.)+?(?:[a-z]{{2,63}}|(?=[^\x00-\x7f\W\d_])))"
    r")"
)
# A line that is one `known` link from end to end, as nearly every post has one: seen at a glance, where `_ADDRESS` would take long.
_PLAIN_LINK = re.compile(
    r"https?://(?!t\.co/)(?:(?:[a-z0-9]{1,20}-){0,2}[a-z0-9]{1,20}\.){1,6}"
    rf"(?!(?:{_UNLINKED})\b)[a-z]{{2,63}}/(?:[A-Za-z0-9/._%#=-]*[A-Za-z0-9/_#=-])?"
)
# No link is without this, and most titles are: looking for links is what takes the time.
_DOTTED = re.compile(r"\.[^\W\d_]")

_LIGHT = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]+")
_JOINING = re.compile("[\u200d\u20e3\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_ELEMENT = (
    r"(?:\p{Emoji_Modifier_Base}\p{Emoji_Modifier}"
    r"|(?![©®](?!\uFE0F))\p{Extended_Pictographic}\uFE0F?(?:[\U000E0020-\U000E007E]+\U000E007F)?)"
)
_EMOJI = rf"\p{{Regional_Indicator}}{{2}}|[#*0-9]\uFE0F?\u20E3|{_ELEMENT}(?:\u200D{_ELEMENT})*"

# Characters that never join with a neighbour into one grapheme, enough of them for most titles of most shows.
_SEPARATE = re.compile(
    "[\n -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u2010-\u2027\u2030-\u205e\u3000-\u3029\u3031-\u3098\u309b-\u3296\u329a-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\uff01-\uff9d]*"
)


def weighted_length(text: str) -> int:
    """The length of a post on X, by twitter-text's configuration version 3: 280 is the most that one may have.

    Counted after NFC. A link is 23 whatever its length, an emoji sequence 2, and a character 1 up to U+10FF and in the General
    Punctuation ranges that the configuration names, else 2. X also links a host written without a scheme (`example.com`) where its
    last part is a registered domain. As the registry changes, anything of that form counts 23, or its own length where that is more.
    """
    text = unicodedata.normalize("NFC", text)
    if "." not in text:
        return _weight(text)
    total = 0
    plain = []
    for line in text.split("\n"):
        if "." in line and _DOTTED.search(line):
            total += _line_weight(line)
            plain.append("")
        else:
            plain.append(line)
    # No emoji reaches over a line's end, and a line break counts 1: what is left can be counted in one go.
    return total + _weight("\n".join(plain))


def bluesky_length(text: str) -> int:
    """The length of a post on Bluesky, in graphemes (lexicon app.bsky.feed.post: at most 300, and at most 3,000 bytes of UTF-8).

    Text of more than ten bytes to a grapheme uses up the bytes first; its length is then a tenth of the bytes, rounded up.
    """
    graphemes = len(text) if _SEPARATE.fullmatch(text) else len(grapheme_ends(text))
    return graphemes if len(text) * 4 <= graphemes * 10 else max(graphemes, -(-len(text.encode()) // 10))


def mastodon_length(text: str) -> int:
    """The length of a post on Mastodon: characters, with 23 for a link that has a scheme (API, Instance: characters_reserved_per_url).

    Mastodon counts graphemes and other servers of the fediverse code points, which are never fewer: so code points it is.
    """
    total = len(text)
    for line in text.split("\n"):
        if "://" not in line:
            continue
        if _PLAIN_LINK.fullmatch(line):
            total += _LINK_LENGTH - len(line)
        else:
            total += sum(_LINK_LENGTH - len(match.group()) for match in _address().finditer(line) if not match["bare"])
    return total


def grapheme_ends(text: str) -> Sequence[int]:
    """The index after each extended grapheme cluster (Unicode Standard Annex 29): the places where text may be cut."""
    if _SEPARATE.fullmatch(text):
        return range(1, len(text) + 1)
    import regex

    return [match.end() for match in regex.finditer(r"\X", text)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A social network: the name that settings give it, the most that one post may hold, and how it counts that."""

    name: str
    limit: int
    length: Callable[[str], int]


NETWORKS: Mapping[str, Network] = MappingProxyType(
    {
        "x": Network(name="x", limit=280, length=weighted_length),
        "bluesky": Network(name="bluesky", limit=300, length=bluesky_length),
        "mastodon": Network(name="mastodon", limit=500, length=mastodon_length),
    }
)
"""Every network that posts are written for, by name. A Mastodon server may allow more than 500; none of them allows less by default."""


@functools.cache
def _address() -> re.Pattern[str]:
    # Compiled when a line first asks for it: that takes longer than all else at the start of this module, and most shows never do.
    return re.compile(_ADDRESS, re.IGNORECASE)


def _line_weight(line: str) -> int:
    if _PLAIN_LINK.fullmatch(line):
        return _LINK_LENGTH
    total = done = 0
    for match in _address().finditer(line):
        bare = match["bare"]
        link = max(_LINK_LENGTH, _weight(bare)) if bare else _LINK_LENGTH
        total += _weight(line[done : match.start()]) + link
        done = match.end()
    return total + _weight(line[done:])


def _weight(text: str) -> int:
    if text.isascii():
        return len(text)
    if _JOINING.search(text):
        import regex

        text = regex.sub(_EMOJI, "\U0001f600", text)
    return len(text) + len(_LIGHT.sub("", text))
