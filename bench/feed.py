"""How long the feed of a long-lived show takes, and how much memory: as many episodes as are asked for, each as rich as real ones.

    python bench/feed.py [-n EPISODES] [--runs N]

Each show is made in a process of its own, first a tenth as long as asked for, so that growth can be seen. Times are of the processor
and the best of some runs; memory is the peak of the process, with the episodes that the feed is made of in it.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

from podpipe.model import Chapter, Credit, Enclosure, Episode, Person, Show, Transcript
from podpipe.notes import read_notes

_TOPIC = "## {minute:02}:00 第{minute}章 A topic & more\n\n{items}\n\n感想を**お待ちして**います。とても喜びます！\n\n"
_ITEM = "- [記事 {number} about it](https://example.com/article/{number}?a=1&b=2) についての短い話\n"
SHOW = Show(
    title="Bench Talk",
    site_url="https://bench.example",
    language="ja",
    timezone="Asia/Tokyo",
    author="Bench",
    description="A show that exists to be measured.",
    artwork="images/artwork.jpg",
    categories=(("Technology",),),
)
PEOPLE = tuple(Person(id=f"p{n}", name=f"Person {n}", url=f"https://example.com/{n}", image=f"images/{n}.jpg") for n in range(4))


def episodes(count: int) -> list[Episode]:
    """Episodes with some 9 kB of show notes, 36 links, 9 chapters, 3 people and a transcript, the newest first."""
    made = []
    for number in range(count, 0, -1):
        items = ["".join(_ITEM.format(number=number * 100 + part * 4 + row) for row in range(4)) for part in range(9)]
        notes = read_notes("".join(_TOPIC.format(minute=part * 6, items=rows) for part, rows in enumerate(items)))
        url = f"https://bench.example/episode/{number}"
        made.append(
            Episode(
                slug=str(number),
                title=f"{number}. 長く続く番組の第{number}回",
                published=datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=number),
                description="この回の短い紹介です。",
                key=f"episode/{number}",
                url=url,
                guid=url,
                credits=tuple(Credit(person=person) for person in PEOPLE[number % 2 :][:3]),
                enclosure=Enclosure(
                    url=f"https://bench.example/audio/{number}.mp3", mime_type="audio/mpeg", length=60_000_000, duration=timedelta(hours=1)
                ),
                chapters=tuple(Chapter(start=timedelta(minutes=part * 6), title=f"第{part}章 A topic & more") for part in range(9)),
                notes=notes,
                path=f"episodes/{number}.md",
                number=number,
                transcripts=(Transcript(url=f"https://bench.example/transcripts/{number}.vtt", mime_type="text/vtt", language="ja"),),
            )
        )
    return made


def measure(count: int, runs: int) -> None:
    """Make a feed some times in this process, and print one line."""
    shows = episodes(count)
    from podpipe.feed import feed_bytes

    best, length = float("inf"), 0
    for _ in range(runs):
        began = time.process_time()
        length = len(feed_bytes(SHOW, shows))
        best = min(best, time.process_time() - began)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    each = best / count * 1e6
    print(f"{count:>6} episodes: {best:6.2f} s of CPU, {each:4.0f} µs an episode, {memory:4.0f} MB at most, {length / 1e6:6.1f} MB")


def main() -> None:
    """Measure two shows, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=10_000, help="how many episodes (default: 10000)")
    parser.add_argument("--runs", type=int, default=3, help="how many runs (default: 3)")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.alone:
        measure(arguments.n, arguments.runs)
        return
    for count in (arguments.n // 10, arguments.n):
        subprocess.run([sys.executable, __file__, "--alone", "-n", str(count), "--runs", str(arguments.runs)], check=True)


if __name__ == "__main__":
    main()
