"""The words that directories know: Apple's categories with their subcategories, and codes of languages."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Final

from podpipe.languages import LANGUAGES

CATEGORIES: Final[Mapping[str, frozenset[str]]] = {
    category: frozenset(filter(None, subcategories.split("|")))
    for category, subcategories in {
        "Arts": "Books|Design|Fashion & Beauty|Food|Performing Arts|Visual Arts",
        "Business": "Careers|Entrepreneurship|Investing|Management|Marketing|Non-Profit",
        "Comedy": "Comedy Interviews|Improv|Stand-Up",
        "Education": "Courses|How To|Language Learning|Self-Improvement",
        "Fiction": "Comedy Fiction|Drama|Science Fiction",
        "Government": "",
        "Health & Fitness": "Alternative Health|Fitness|Medicine|Mental Health|Nutrition|Sexuality",
        "History": "",
        "Kids & Family": "Education for Kids|Parenting|Pets & Animals|Stories for Kids",
        "Leisure": "Animation & Manga|Automotive|Aviation|Crafts|Games|Hobbies|Home & Garden|Video Games",
        "Music": "Music Commentary|Music History|Music Interviews",
        "News": "Business News|Daily News|Entertainment News|News Commentary|Politics|Sports News|Tech News",
        "Religion & Spirituality": "Buddhism|Christianity|Hinduism|Islam|Judaism|Religion|Spirituality",
        "Science": "Astronomy|Chemistry|Earth Sciences|Life Sciences|Mathematics|Natural Sciences|Nature|Physics|Social Sciences",
        "Society & Culture": "Documentary|Personal Journals|Philosophy|Places & Travel|Relationships",
        "Sports": (
            "Baseball|Basketball|Cricket|Fantasy Sports|Football|Golf|Hockey|Rugby|Running|Soccer|Swimming|Tennis|Volleyball|Wilderness"
            "|Wrestling"
        ),
        "Technology": "",
        "True Crime": "",
        "TV & Film": "After Shows|Film History|Film Interviews|Film Reviews|TV Reviews",
    }.items()
}
"""Apple Podcasts categories (https://podcasters.apple.com/support/1691-apple-podcasts-categories), which other directories use too."""

_MISTAKEN: Final[Mapping[str, str]] = {"jp": "ja", "jpn": "ja", "eng": "en", "cn": "zh", "kr": "ko", "dk": "da", "gr": "el", "cz": "cs"}


def category_problem(parts: tuple[str, ...]) -> str | None:
    """What is wrong with a category and its subcategory, None where Apple has both; with the name that may have been meant."""
    category, *rest = parts
    if category not in CATEGORIES:
        owner = next((name for name, subcategories in CATEGORIES.items() if category in subcategories), None)
        if owner:
            return f'{category} is a subcategory; write "{owner} > {category}"'
        return f"{category} is none of Apple's categories{_meant(category, CATEGORIES)}"
    if rest and rest[0] not in CATEGORIES[category]:
        other = next((name for name, subcategories in CATEGORIES.items() if rest[0] in subcategories), None)
        if other:
            return f'{rest[0]} belongs to another category; write "{other} > {rest[0]}"'
        if not CATEGORIES[category]:
            return f"{category} has no subcategories, so {rest[0]} is none of them"
        return f"{rest[0]} is no subcategory of {category}{_meant(rest[0], CATEGORIES[category])}"
    return None


def language_problem(code: str) -> str | None:
    """What is wrong with a language code, None where it begins as ISO 639-1 has it."""
    language, *rest = code.split("-")
    meant = _MISTAKEN.get(language.lower())
    if language.lower() in LANGUAGES or (len(language) > 2 and not meant):
        return None  # a language without a code of two letters has one of three
    return f"{code} is no two-letter code of ISO 639-1" + (f"; did you mean {'-'.join([meant, *rest])}?" if meant else "")


def _meant(name: str, known: Mapping[str, object] | frozenset[str]) -> str:
    folded = {one.casefold(): one for one in sorted(known)}
    close = difflib.get_close_matches(name.casefold().replace(" and ", " & "), folded, n=1)
    return f"; did you mean {folded[close[0]]}?" if close else ""
