"""What a listener gets of a page, whichever program made its HTML: the text of each block, the links, the lists and the headings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import html

BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "footer"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "summary", "table", "tbody", "td"),
        *("tfoot", "th", "thead", "tr", "ul"),
    }
)
UNSEEN = frozenset({"script", "style"})


@dataclass(slots=True)
class Outline:
    """A page as lines of text, links as (address, text), each list as a nested string, and headings as (level, id)."""

    text: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    headings: list[tuple[str, str]] = field(default_factory=list)
    line: list[str] = field(default_factory=list)

    def end_line(self) -> None:
        """What was read since the last block began or ended is one line, unless it is blank."""
        line = joined(self.line)
        self.text += [line] if line else []
        self.line.clear()

    def read(self, node: html.HtmlElement) -> None:
        """Take in one element with all that it holds."""
        name = node.tag if isinstance(node.tag, str) else "script"
        if name in BLOCKS:
            self.end_line()
        self.note(node, name)
        if name not in UNSEEN:
            self.line.append(node.text or "")
            for child in node:
                self.read(child)
                self.line.append(child.tail or "")
        if name in BLOCKS:
            self.end_line()

    def note(self, node: html.HtmlElement, name: str) -> None:
        """What an element is by itself, whatever it holds."""
        if name == "hr":
            self.text.append("* * *")
        elif name == "br":
            self.line.append("\n")
        elif name == "img":
            self.line.append(f"[{node.get('alt', '')}]")
            self.links.append((node.get("src", ""), f"[{node.get('alt', '')}]"))
        elif name == "a" and node.get("href") is not None:
            self.links.append((node.get("href"), joined([node.text_content()])))
        elif name in {"ul", "ol"} and not any(above.tag in {"ul", "ol"} for above in node.iterancestors()):
            self.lists.append(nesting(node))
        elif re.fullmatch("h[1-6]", name):
            self.headings.append((name, node.get("id", "")))


def outline(markup: str) -> Outline:
    """The outline of a piece of HTML, white space put together as a browser does."""
    found = Outline()
    if markup.strip():
        found.read(html.fragment_fromstring(markup, create_parent="div"))
    return found


def nesting(node: html.HtmlElement) -> str:
    """A list as `ul(li li(ul(li)))`."""
    items = []
    for item in node:
        if item.tag == "li":
            inner = [nesting(below) for below in item.iter("ul", "ol") if next(below.iterancestors("li")) is item]
            items.append(f"li({' '.join(inner)})" if inner else "li")
    return f"{node.tag}({' '.join(items)})"


def joined(parts: list[str]) -> str:
    """Text with white space as a browser shows it; a break stays a space."""
    return " ".join("".join(parts).split())
