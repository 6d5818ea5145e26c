"""podpipe's reading of show notes beside kramdown's, which renders these shows today: text, links, lists and headings."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import require
from tests.kramdown.compare import FOLDER, REASONS, differences, found_in_shows, rendered_by_kramdown


@pytest.fixture(scope="module")
def kramdown() -> None:
    """kramdown 2.4 with its GFM parser, as Debian's ruby-kramdown and ruby-kramdown-parser-gfm install them."""
    ruby = shutil.which("ruby")
    probe = ["ruby", "-e", 'require "kramdown"; require "kramdown-parser-gfm"']
    present = ruby is not None and subprocess.run(probe, check=False, capture_output=True).returncode == 0
    require(present, "needs ruby with kramdown and kramdown-parser-gfm")


@pytest.mark.usefixtures("kramdown")
def test_the_notes_of_the_real_shows_read_as_kramdown_reads_them_but_for_the_listed_differences(shared: Path) -> None:
    assert shared.is_dir()
    explained, unexplained = found_in_shows()
    assert unexplained == []
    listed = tomllib.loads((FOLDER / "differences.toml").read_text())
    assert {reason: listed[reason].pop("reason") for reason in listed} == REASONS
    counts: dict[str, Counter[str]] = {reason: Counter() for reason in listed}
    for reason, shows in listed.items():
        for show, lines in shows.items():
            for line in lines:
                name, _, times = line.rpartition(" ")
                counts[reason][f"{show}/{name}"] = int(times)
    assert explained == counts


SAME = (
    "# One\n\ntext **bold** *em* `code`\n\n## Two & three: what's_new?\n\n## Two & three: what's_new?\n",
    "### Title with [link](https://a.example/b) and `code` --- dash\n",
    "## Own {#chosen}\n\n## Next\n{: .wide}\n",
    "- a\n- b\n    - c\n        - d\n- e\n",
    "* a\n  * b\n    * c\n* d\n",
    "1. a\n  - b\n  - c\n2. d\n",
    "1. a\n   1. b\n2. c\n",
    "- a\n\n  more of a\n- b\n",
    "text\n- a\n- b\n",
    "- a\n{: .tight}\n\nafter\n",
    '[a](https://a.example){:target="_blank"} and [b](/b "title")\n',
    "[a](https://a.example/x(1)) [b](https://a.example/b c) ![c](/images/c 1.png)\n",
    "[broken\nover lines](https://a.example)\n",
    "[a][ref]\n\n[ref]: https://a.example\n",
    "Term\n: Its meaning\n\nafter\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n",
    "*[RSS]: Really Simple Syndication\n\nAn RSS feed\n",
    "~~gone~~ stays\n",
    "one  \ntwo \\\\\nthree\n",
    "Title\n=====\n\ntext\n",
    "> quoted\nlazily\n\nafter\n",
    "```ruby\n[no](link)\n```\n\n~~~\n- no list\n~~~\n",
    "<div>\n**raw**\n</div>\n- a\n",
    '<div markdown="1">\n**bold**\n</div>\n\nafter\n',
    '<blockquote class="x"><p>q</p></blockquote>\n- a\n- b\n',
    "<br>\n**bold**\n",
    "**「強調」**です。*a*b\n",
    "{::comment}\nhidden\n{:/comment}\n\nseen\n",
    "{: .lead}\nfirst\n\nsecond\n",
    "snake_case_word and 2 * 3 * 4 and a_b_\n",
    "\\*no emphasis\\* \\# &copy; &amp; &lt;\n",
    "“quoted” 'single' \"double\" -- dash --- long ... dots\n",
    "- a\n\n\n\n- b\n",
    "# 第1回：はじめに①\n## がぎ (2)\n",
)
"""Notes of every kind that both read alike."""


@pytest.mark.usefixtures("kramdown")
def test_what_authors_write_reads_as_kramdown_reads_it() -> None:
    made = rendered_by_kramdown({body: body for body in SAME})
    assert {body: found for body in SAME if (found := list(differences(body, made[body])))} == {}
