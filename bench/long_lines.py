"""How long podpipe takes to read a megabyte of one thing: on one line, and a line each. Twice as much must take about twice as long.

    python bench/long_lines.py [--limit SECONDS]

Prints the slowest of them, and fails where any takes longer than the limit (default: 1 second of processor time).
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from podpipe.manuscript import chapters_of, read_manuscript
from podpipe.model import SourceFile
from tests.fuzz.fragments import FENCES, FRONT, MARKERS, TEXT, TIMES

HEAD = "---\ntitle: t\ndate: 2026-05-29\n---\n"
SIZE = 1_000_000


def megabytes(size: int) -> dict[str, str]:
    """Texts of `size` characters by what they are made of."""
    pieces = {*MARKERS, *TIMES, *TEXT, *FRONT, *FENCES, *"[]()<>*_`!:{}|#-~&\\\"' \t", "あ", "00:01 x ", "- 00:01 x ", "a b ", "x"}
    pieces = {piece.strip("\n") for piece in pieces if "\n" not in piece.strip("\n")} - {""}
    made = {}
    for piece in sorted(pieces):
        made[f"{piece!r} on one line"] = piece * (size // len(piece))
        made[f"{piece!r} on lines"] = f"{piece}\n" * (size // (len(piece) + 1))
    for one, two in (
        ("[", "]"),
        ("(", ")"),
        ("<", ">"),
        ("**", "**"),
        ("[a](", ")"),
        ("<b>", "</b>"),
        ("「", "」"),
        ("{{", "}}"),
        ("【", "】"),
    ):
        half = size // (len(one) + len(two))
        made[f"{one!r} closed by {two!r}"] = one * half + two * half
        made[f"00:01 {one!r} closed by {two!r}"] = f"- 00:01 {one * half}{two * half}"
    made["spaces before a time"] = " " * size + "00:01 x"
    made["digits"] = "0123456789:" * (size // 11)
    made["deep quotation"] = ">" * (size // 2) + " x" * (size // 4)
    made["deep list"] = "".join(f"{' ' * (4 * depth)}- x\n" for depth in range(700))
    return made


def main() -> None:
    """Read them all, print the slowest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=float, default=1.0)
    parser.add_argument("--size", type=int, default=SIZE)
    arguments = parser.parse_args()
    taken: list[tuple[float, str]] = []
    for name, text in megabytes(arguments.size).items():
        for what, read in (
            ("chapters", lambda text=text: chapters_of(text)),
            ("episode", lambda text=text: read_manuscript(SourceFile(path="1.md", text=HEAD + text, digest=""), zone=UTC)),
            (
                "front matter",
                lambda text=text: read_manuscript(SourceFile(path="1.md", text=f"---\na: {text}\n---\n", digest=""), zone=UTC),
            ),
        ):
            began = time.process_time()
            read()
            taken.append((time.process_time() - began, f"{what}: {name}"))
            if taken[-1][0] > 4 * arguments.limit:
                print(f"  {taken[-1][0]:6.2f} s  {taken[-1][1]}", flush=True)
    taken.sort(reverse=True)
    print(f"{len(taken)} readings of {arguments.size:,} characters; the slowest:")
    for seconds, name in taken[:12]:
        print(f"  {seconds:6.2f} s  {name}")
    sys.exit(taken[0][0] > arguments.limit)


if __name__ == "__main__":
    main()
