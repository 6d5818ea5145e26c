"""The rules about what directories demand: Apple Podcasts, Spotify, and PSP-1, the RSS standard of the Podcast Standards Project.

Sources: Apple's podcast requirements and its guide to RSS, Spotify's help on chapters and its delivery specification, and
https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification, all read in November 2026.
"""

from __future__ import annotations

from typing import Final

from podpipe.rules.model import Profile, Rule

_ALL: Final[tuple[Profile, ...]] = ("apple", "spotify", "psp1")
_APPLE_PSP: Final[tuple[Profile, ...]] = ("apple", "psp1")
_APPLE_SPOTIFY: Final[tuple[Profile, ...]] = ("apple", "spotify")

SHOW = (
    Rule("artwork-none", "warning", "the show has no artwork", "add a square JPEG or PNG of 3000 pixels", profiles=_ALL, refused=True),
    Rule("artwork-format", "warning", "artwork is no JPEG or PNG", "export it as JPEG or PNG", profiles=_ALL, refused=True),
    Rule("artwork-extension", "warning", "artwork has another format than its name says", "rename it", profiles=_APPLE_PSP, refused=True),
    Rule(
        "artwork-size",
        "warning",
        "artwork is not square, or not 1400 to 3000 pixels",
        "make it 3000 by 3000",
        profiles=_APPLE_PSP,
        refused=True,
    ),
    Rule("artwork-color", "warning", "artwork is not in RGB colours", "export it as RGB", profiles=_APPLE_PSP, refused=True),
    Rule("category-none", "warning", "the show has no category", "choose one of Apple's", profiles=_APPLE_PSP, refused=True),
    Rule("category-unknown", "warning", "a category is none of Apple's", "choose one of Apple's", profiles=_APPLE_PSP, refused=True),
    Rule(
        "language-unknown", "warning", "the show's language is no ISO 639 code", "write ja, en-GB or so", profiles=_APPLE_PSP, refused=True
    ),
    Rule("show-description-long", "warning", "the show's description has over 4000 bytes", "shorten it", profiles=_APPLE_PSP, refused=True),
    Rule("show-title-long", "info", "the show's title has over 255 characters", "shorten it", profiles=("psp1",)),
    Rule("owner-none", "info", "the feed names no owner's e-mail address, which Spotify writes to", "add owner", profiles=("spotify",)),
    Rule("site-not-https", "info", "the site is not served by https", "serve it by https", profiles=("apple",)),
)

EPISODES = (
    Rule(
        "audio-not-played", "warning", "audio of a kind that a directory does not play", "use MP3 or M4A", profiles=_APPLE_PSP, refused=True
    ),
    Rule("audio-name", "warning", "the audio's name has other characters than ASCII", "rename it", profiles=("apple",), refused=True),
    Rule("audio-size-unknown", "warning", "nobody says how large the audio file is", "write its size", profiles=_APPLE_PSP, refused=True),
    Rule("audio-repeated", "warning", "two episodes have the same audio", "correct one of them", profiles=("apple",), refused=True),
    Rule("guid-repeated", "warning", "two episodes have the same guid", "give one of them another", profiles=_ALL, refused=True),
    Rule("duration-unknown", "info", "nobody says how long the audio plays", "write its duration", profiles=("psp1",)),
    Rule("title-long", "info", "a title has over 255 characters", "shorten it", profiles=("psp1",)),
    Rule("title-number", "info", "a title begins with the episode's number", "write episode: 70 instead", profiles=_APPLE_PSP),
    Rule(
        "description-long",
        "info",
        "show notes have over 4000 bytes, and the feed's description ends there",
        "put first what counts",
        profiles=_APPLE_PSP,
    ),
    Rule("description-none", "info", "an episode has neither show notes nor a description", "write some", profiles=("psp1",)),
    Rule("chapter-title-long", "info", "a chapter's title has 40 characters or more", "shorten it", profiles=("spotify",)),
    Rule("chapters-few", "info", "an episode has one or two chapters", "write three or more", profiles=_APPLE_SPOTIFY),
    Rule("chapters-start", "info", "the first chapter does not begin at 0:00", "add a chapter at 0:00", profiles=_APPLE_SPOTIFY),
    Rule("chapters-close", "info", "a chapter is shorter than 30 seconds", "join it with the next", profiles=("spotify",)),
)
