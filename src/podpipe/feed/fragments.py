"""The large parts of a feed as XML that is ready, written past lxml, which would check, copy and escape each of them several times over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Final

from lxml import etree

from podpipe.chapter_forms import SimpleChapter
from podpipe.xml_text import checked_xml

_NAME: Final = "podpipe"
_MARK: Final = etree.tostring(etree.PI(_NAME))


class Fragments:
    """Fragments and their places in a tree, which a processing instruction keeps: no text can be mistaken for one."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def place(self, parent: Any, fragment: bytes) -> None:
        """Put a fragment at the end of an element."""
        self._waiting.append(fragment)
        parent.append(etree.PI(_NAME))

    def filled(self, xml: bytes) -> Iterator[bytes]:
        """The pieces of the tree's XML with the fragments in their places, which are in the order in which they were placed."""
        first, *pieces = xml.split(_MARK)
        yield first
        for fragment, piece in zip(self._waiting, pieces, strict=True):
            yield fragment
            yield piece


def element_of_text(name: str, text: bytes) -> bytes:
    """An element that holds UTF-8 text as it is. Raises ValueError for characters that XML cannot hold."""
    checked_xml(text)
    if b"]]>" in text or b"\r" in text:  # the end of the section, and what a parser would make a line feed
        text = text.replace(b"]]>", b"]]]]><![CDATA[>").replace(b"\r", b"]]>&#13;<![CDATA[")
    return b"<%b><![CDATA[%b]]></%b>" % (name.encode(), text, name.encode())


def simple_chapters_element(chapters: Sequence[SimpleChapter]) -> bytes:
    """Podlove Simple Chapters. Raises ValueError for characters that XML cannot hold."""
    marks = [
        f'<psc:chapter start="{start}" title="{_attribute(title)}"' + (f' href="{_attribute(href)}"/>' if href else "/>")
        for start, title, href in chapters
    ]
    made = f'<psc:chapters version="1.2">{"".join(marks)}</psc:chapters>'.encode()
    checked_xml(made)
    return made


def _attribute(text: str) -> str:
    escaped = escape(text)
    if "\n" in text or "\t" in text or "\r" in text:  # a parser would make blanks of them
        escaped = escaped.replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")
    return escaped
