"""Feed the readers of episodes with inputs that a coverage-guided fuzzer makes up, until one crashes or hangs.

    python -m tests.fuzz.fuzz_readers [-runs=1000000] [-timeout=10] [CORPUS]

Needs PyPI's atheris, which is no development dependency, since it has wheels for Linux alone: `make fuzz` installs it. The options are
libFuzzer's own. An input is half random text, half pieces of real-looking episodes, chosen by its bytes.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["podpipe"]):
    from tests.fuzz.fragments import FENCES, FRONT, MARKERS, TEXT, TIMES
    from tests.fuzz.reading import read_anything

PIECES = (*MARKERS, *TIMES, *TEXT, *(f"{line}\n" for line in FRONT), *FENCES, "\n", "\n", "\n\n")


def read_one(data: bytes) -> None:
    """Make a text of the fuzzer's bytes, and read it."""
    source = atheris.FuzzedDataProvider(data)
    jekyll = source.ConsumeBool()
    parts = [source.PickValueInList(["", "---\ntitle: t\ndate: 2026-05-29\n---\n"])]
    while source.remaining_bytes():
        if source.ConsumeIntInRange(0, 9):
            parts.append(source.PickValueInList(list(PIECES)))
        else:
            parts.append(source.ConsumeUnicodeNoSurrogates(source.ConsumeIntInRange(1, 12)))
    read_anything("".join(parts), jekyll=jekyll)


def main() -> None:
    """Hand over to libFuzzer."""
    atheris.Setup([*sys.argv, *([] if any(word.startswith("-timeout") for word in sys.argv) else ["-timeout=10"])], read_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
