"""What the website says in its own words, and how it writes dates, in the languages that it speaks: English and Japanese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace

_WORDS = {
    "en": {
        "audio": "Audio of this episode",
        "chapters": "Chapters",
        "count_many": "%d episodes",
        "count_one": "%d episode",
        "download": "Download audio",
        "duration": "Duration",
        "episodes": "Episodes",
        "feedback": "Send feedback",
        "listen": "Listen and subscribe",
        "neighbours": "Newer and older episodes",
        "newer": "Newer episode",
        "no_audio": "There is no audio for this episode at the moment.",
        "no_episodes": "The first episode is on its way.",
        "not_found": "Page not found",
        "not_found_text": "There is no page at this address. It may have moved, or the link may be mistyped.",
        "notes": "Show notes",
        "older": "Older episode",
        "people": "People",
        "rss": "RSS feed",
        "site": "Site",
        "skip": "Skip to the content",
        "transcript": "Transcript",
    },
    "ja": {
        "audio": "このエピソードの音声",
        "chapters": "チャプター",
        "count_many": "%d件のエピソード",
        "count_one": "%d件のエピソード",
        "download": "音声をダウンロード",
        "duration": "再生時間",
        "episodes": "エピソード",
        "feedback": "お便りを送る",
        "listen": "番組を聴く・購読する",
        "neighbours": "前後のエピソード",
        "newer": "次のエピソード",
        "no_audio": "このエピソードの音声は現在お聴きいただけません。",
        "no_episodes": "最初のエピソードは準備中です。",
        "not_found": "ページが見つかりません",
        "not_found_text": "お探しのページは移動したか、アドレスが間違っている可能性があります。",
        "notes": "ショーノート",
        "older": "前のエピソード",
        "people": "出演者",
        "rss": "RSSフィード",
        "site": "サイト",
        "skip": "本文へ移動",
        "transcript": "文字起こし",
    },
}
_ROLES = {"en": {"guest": "Guest"}, "ja": {"guest": "ゲスト"}}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_TERRITORY = re.compile(r"[-_]([A-Za-z]{2})$")
_LOCALES = {"en": "en_US", "ja": "ja_JP"}


def words_for(language: str) -> SimpleNamespace:
    """The site's words as attributes, which templates read faster than keys; a language that the site does not speak gets English."""
    return SimpleNamespace(**_WORDS.get(_primary(language), _WORDS["en"]))


def role_words(language: str) -> Mapping[str, str]:
    """The word beside a person's name by role. Hosts are not here: most people of most shows are hosts, and it goes without saying."""
    return _ROLES.get(_primary(language), _ROLES["en"])


def written_date(moment: datetime, language: str) -> str:
    """A date as readers of the language write it: `2023年5月29日`, `29 May 2023`; in any other language `2023-05-29`."""
    match _primary(language):
        case "ja":
            return f"{moment.year}年{moment.month}月{moment.day}日"
        case "en":
            return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
        case _:
            return moment.date().isoformat()


def locale(language: str) -> str | None:
    """The Open Graph locale (`ja_JP`) of a language tag; None where the tag names no territory and none goes without saying."""
    territory = _TERRITORY.search(language)
    return f"{_primary(language)}_{territory[1].upper()}" if territory else _LOCALES.get(_primary(language))


def _primary(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()
