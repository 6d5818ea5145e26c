"""A line of Markdown as a reader sees it, and the web address that it leads to."""

from __future__ import annotations

import html
import re

LINKED = re.compile(r"(?:!\[|\[)((?:[^\[\]]|\[[^\[\]]*\])*)\]\(<?([^()\s<>]*(?:\([^()\s]*\)[^()\s]*)*)>?(?:\s+\"[^\"]*\")?\s?\)")
REFERRED = re.compile(r"\[([^\[\]]+)\]\[([^\[\]]*)\]")
_BARE = re.compile(r"<(https?://[^<>\s]+)>|https?://[^\s<>\"'「」（）、。]+")
_CJK = "\u2e80"
"""Scripts from here on are written without blanks, so that emphasis ends right before a letter."""
_MARKS = re.compile(r"\*+|_+")
_CODE = re.compile(r"(?<!`)`+([^`]+)`+")
_LITERAL = {ord(mark): f"&#{ord(mark)};" for mark in "[]()*_<\\&{`"}
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ATTRIBUTES = re.compile(r"\{:[^{}]*\}|\{#[\w-]{1,80}\}$")
_MARKUP = re.compile(r"[\[`*_<\\&{]")


def plain_text(markdown: str) -> str:
    """A line of Markdown as a reader sees it: links by their text, no marks of emphasis, code or HTML."""
    text = markdown
    if _MARKUP.search(text) is not None:  # and each substitution only where the text holds what it cannot do without
        text = _CODE.sub(_code, text) if "`" in text else text
        text = _ESCAPE.sub(_code, text) if "\\" in text else text
        text = _ATTRIBUTES.sub("", text) if "{" in text else text
        text = LINKED.sub(r"\1", text) if "](" in text else text
        text = REFERRED.sub(r"\1", text) if "][" in text else text
        text = _unmarked(text) if "*" in text or "_" in text else text
        text = _TAG.sub("", _uncommented(text)) if "<" in text else text
        text = html.unescape(text)
    return " ".join(text.split())


def web_address(markdown: str) -> str | None:
    """The first web address in a line of Markdown: a link's, or a bare one."""
    if "://" not in markdown:
        return None
    for link in LINKED.finditer(markdown) if "](" in markdown else ():
        if "://" in link[2]:
            return link[2]
    bare = _BARE.search(markdown)
    return None if bare is None else bare[1] or bare[0]


def _code(span: re.Match[str]) -> str:
    """What stands in a code span or behind a backslash, so that nothing in it is taken for a mark."""
    return span[1].translate(_LITERAL)


def _unmarked(text: str) -> str:
    """The text without the marks of emphasis that come in pairs, each beside what it emphasises (CommonMark 6.2, without nesting rules)."""
    opened: dict[str, list[int]] = {}
    marks: list[tuple[int, int]] = []
    for match in _MARKS.finditer(text):
        start, end = match.span()
        mark = match[0]
        before, after = text[start - 1 : start], text[end : end + 1]
        places = opened.setdefault(mark, [])
        inside = mark[0] == "_" and _is_word(before) and _is_word(after)
        if places and before and not before.isspace() and (not _is_word(after) or (mark[0] == "*" and after >= _CJK)):
            place = places.pop()
            marks += ((place, place + len(mark)), (start, end))
        elif after and not after.isspace() and not inside and not (mark[0] == "_" and _is_word(before)):
            places.append(start)
    if not marks:
        return text
    marks.sort()
    kept = []
    reached = 0
    for start, end in marks:
        kept.append(text[reached:start])
        reached = end
    return "".join((*kept, text[reached:]))


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _uncommented(text: str) -> str:
    """The text without HTML comments; one that is never closed stays."""
    kept = []
    reached = 0
    while (start := text.find("<!--", reached)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[reached:start])
        reached = end + 3
    return "".join((*kept, text[reached:])) if kept else text
