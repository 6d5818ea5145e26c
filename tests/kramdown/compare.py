"""Show notes as podpipe and as kramdown render them, side by side: every difference, and the reason that explains it.

`python -m tests.kramdown.compare` writes the table of the real shows' differences anew, for a reviewer to read.
"""

from __future__ import annotations

import difflib
import itertools
import json
import re
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from podpipe.frontmatter import split_front_matter
from podpipe.liquid import resolve_liquid
from podpipe.notes import read_notes
from podpipe.settings import load_settings
from tests.conftest import SHARED, SHOWS
from tests.kramdown.outline import Outline, outline

FOLDER = Path(__file__).resolve().parent
REASONS = {
    "bare-address": "an address that stands alone is a link: its author wants it followed, and kramdown leaves it as text",
    "heading-ends-list": "a heading directly below a list ends it: kramdown takes the heading, and the next list, into the last item",
    "link-read": "a link with a bar in its text, or within another link, is a link: kramdown makes a table of it, or shows its marks",
    "pasted-link": "a link that was pasted as a link's address leads where it leads: kramdown leads to its brackets",
    "rule-below-text": "a line of dashes directly below text is a rule: kramdown makes a dash or a heading of it",
}
"""Why podpipe differs from kramdown, by the name of the rule that decides whether it explains a difference."""

_TYPOGRAPHY = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "–": "--", "—": "---", "«": "<<", "»": ">>", "\u00a0": " "}
)
_MARKUP = re.compile(r"\[*([^\[\]]*)\]\([^()]*\)|[\[\]]")
_PASTED = re.compile(r"^\[\S+\]\((\S+)\)(?= )")
RULE = "* * *"


def bodies() -> dict[str, str]:
    """The notes of all real episodes as `show/file`, with their Liquid resolved."""
    found = {}
    for show in SHOWS:
        settings = load_settings(SHARED / "shows" / show)
        for path in sorted((SHARED / "shows" / show / "_posts").iterdir()):
            text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
            matter = split_front_matter(text, path=path.name)
            found[f"{show}/{path.name}"] = resolve_liquid(matter.body, site=settings.liquid or {}, page=matter.values).text
    return found


def rendered_by_kramdown(texts: Mapping[str, str]) -> dict[str, str]:
    """kramdown's HTML of each text, all made by one Ruby process."""
    outcome = subprocess.run(["ruby", str(FOLDER / "render.rb")], input=json.dumps(texts), capture_output=True, text=True, check=True)
    made: dict[str, str] = json.loads(outcome.stdout)
    return made


def differences(body: str, theirs: str) -> Iterator[tuple[str, str, list[str], list[str]]]:
    """Each difference between podpipe's and kramdown's reading of a text: its kind, the reason's name ("" if none), theirs and ours."""
    left, right = as_compared(outline(theirs)), as_compared(outline(read_notes(body).html))
    for kind, ours in right.items():
        if left[kind] == ours:
            continue
        for tag, start, end, our_start, our_end in difflib.SequenceMatcher(None, left[kind], ours, autojunk=False).get_opcodes():
            if tag != "equal":
                yield from _explained(kind, left[kind][start:end], ours[our_start:our_end])


def as_compared(page: Outline) -> dict[str, list[str]]:
    """What is compared: with kramdown's typographic signs as their author typed them, and addresses as a browser reads them."""
    return {
        "text": [_typed(line) for line in page.text],
        "links": [f"{_address(url)} {_typed(text)}" for url, text in page.links],
        "lists": page.lists,
        "headings": [" ".join(heading) for heading in page.headings],
    }


def _typed(text: str) -> str:
    return " ".join(text.translate(_TYPOGRAPHY).split())


def _address(url: str) -> str:
    return unicodedata.normalize("NFC", unquote(re.sub(r"[\r\n\t]", "", url)).strip())


def _explained(kind: str, theirs: list[str], ours: list[str]) -> Iterator[tuple[str, str, list[str], list[str]]]:
    if kind == "links":
        bare = [link for link in ours if _is_bare(link) and link not in theirs]
        yield from (("links", "bare-address", [], [link]) for link in bare)
        ours = [link for link in ours if link not in bare]
    if not theirs and not ours:
        return
    reason = ""
    if kind == "text" and _without_rules(theirs) == _without_rules(ours) and RULE in ours:
        reason = "rule-below-text"
    elif kind == "links" and theirs != ours and [_PASTED.sub(r"\1", link) for link in theirs] == ours:
        reason = "pasted-link"
    elif kind in {"text", "links"} and _unmarked(theirs) in {_unmarked(ours), ""} and ours:
        reason = "link-read"
    elif kind == "lists" and _items(theirs) == _items(ours) and len(ours) > len(theirs):
        reason = "heading-ends-list"
    yield kind, reason, theirs, ours


def _is_bare(link: str) -> bool:
    url, _, text = link.partition(" ")
    return url.removeprefix("mailto:") in {unquote(text), f"http://{text}"}


def _without_rules(lines: list[str]) -> str:
    return " ".join(word for word in " ".join(lines).replace(RULE, "").split() if word.strip("-"))


def _unmarked(lines: list[str]) -> str:
    return "".join(_MARKUP.sub(r"\1", "".join(lines).replace("|", "")).split())


def _items(lists: list[str]) -> int:
    return sum(len(re.findall(r"\bli\b", one)) for one in lists)


def found_in_shows() -> tuple[dict[str, Counter[str]], list[str]]:
    """How often each reason explains a difference, by episode, and the differences that none explains."""
    texts = bodies()
    made = rendered_by_kramdown(texts)
    explained: dict[str, Counter[str]] = {name: Counter() for name in REASONS}
    unexplained = []
    for name, body in texts.items():
        for kind, reason, theirs, ours in differences(body, made[name]):
            if reason:
                explained[reason][name] += 1
            else:
                unexplained.append(f"{name} {kind}: kramdown {theirs} podpipe {ours}")
    return explained, unexplained


def as_table(explained: Mapping[str, Mapping[str, int]]) -> str:
    """The table of explained differences as TOML: reason, show, and how many in which file."""
    lines = ["# How podpipe's notes of the real shows differ from kramdown's; `python -m tests.kramdown.compare` writes it anew."]
    for reason, episodes in explained.items():
        lines += ["", f"[{reason}]", f'reason = "{REASONS[reason]}"']
        for show, names in itertools.groupby(sorted(episodes), key=lambda name: name.partition("/")[0]):
            lines += [f"{show} = [", *(f'  "{name.partition("/")[2]} {episodes[name]}",' for name in names), "]"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    table, left = found_in_shows()
    (FOLDER / "differences.toml").write_text(as_table(table))
    print("\n".join(left))
