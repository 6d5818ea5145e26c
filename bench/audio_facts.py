"""How long the facts of many audio files take, as a ratio to reading the first 64 kB of each, and how much memory a large file takes.

    python bench/audio_facts.py [-n FILES] [--pairs N]

The files are MP3s of about 1 MB at a constant bit rate, in three sets: with an index (an Info header) and a plain ID3 tag, as most programs
write them; with that and chapters and a cover in the tag; and without an index, as LAME's library leaves them. Reading and measuring take
turns in one run, and the ratios are of each pair. For a cold file cache the kernel is asked to drop every file's pages before each turn
(posix_fadvise, which needs no root); what the disk or its host remembers stays.
"""

from __future__ import annotations

import argparse
import array
import gc
import io
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from podpipe import crew
from podpipe.audio.measuring import measure

_HEAD = 1 << 16
_RATE = 44_100
_LARGE = 1 << 30


def encoded(number: int, seconds: float, *, vbr: bool = False) -> bytes:
    """MP3 frames of noise whose loudness varies: every number gives others."""
    import lameenc

    draw = random.Random(number)  # noqa: S311 - the same files each time
    noise = draw.randbytes(_RATE)
    samples = array.array("h")
    for _ in range(round(seconds * 10)):
        loudest = draw.choice((0, 1, 16, 64))
        start = draw.randrange(len(noise) - _RATE // 10)
        samples.extend((byte - 128) * loudest for byte in noise[start : start + _RATE // 10])
    encoder = lameenc.Encoder()
    encoder.set_in_sample_rate(_RATE)
    encoder.set_channels(1)
    encoder.set_quality(7)
    if vbr:
        encoder.set_vbr(4)
    else:
        encoder.set_bit_rate(128)
    encoder.silence()
    return bytes(encoder.encode(samples.tobytes()) + encoder.flush())


def frame_beginnings(frames: bytes) -> list[int]:
    """Where each frame of 128 kbit/s and 44.1 kHz begins: some are padded by a byte."""
    found = [0]
    while (at := found[-1] + 417 + (frames[found[-1] + 2] >> 1 & 1)) < len(frames):
        found.append(at)
    return found


def with_index(frames: bytes) -> bytes:
    """Frames of 128 kbit/s and 44.1 kHz behind an Info header, which stands in a frame of silence."""
    size = 417
    head = bytes((*frames[:2], 0x90, frames[3]))
    count = round(len(frames) / (144 * 128_000 / _RATE))
    info = b"Info" + (3).to_bytes(4, "big") + count.to_bytes(4, "big") + (len(frames) + size).to_bytes(4, "big")
    return (head + bytes(17) + info).ljust(size, b"\0") + frames


def tag(number: int, *, full: bool) -> bytes:
    """An ID3v2.4 tag with a title, an artist and an album, padded as programs do; a full one has ten chapters and a cover, too."""
    from mutagen import id3

    tags = id3.ID3()
    for frame in (id3.TIT2, id3.TPE1, id3.TALB):
        tags.add(frame(encoding=3, text=f"Episode {number}"))
    if full:
        names = [f"ch{chapter}" for chapter in range(10)]
        for chapter, name in enumerate(names):
            title = id3.TIT2(encoding=3, text=f"Chapter {chapter}")
            tags.add(id3.CHAP(element_id=name, start_time=chapter * 6000, end_time=chapter * 6000 + 6000, sub_frames=[title]))
        tags.add(id3.CTOC(element_id="toc", flags=3, child_element_ids=names, sub_frames=[]))
        picture = b"\xff\xd8\xff" + random.Random(number).randbytes(20_000)  # noqa: S311 - the same files each time
        tags.add(id3.APIC(encoding=3, mime="image/jpeg", type=3, desc="", data=picture))
    file = io.BytesIO()
    tags.save(file)
    return file.getvalue()


def write_files(folder: Path, count: int) -> dict[str, list[Path]]:
    """Three sets of files: twenty recordings, each file's frames turned so that no two are the same."""
    recordings = [encoded(number, 65) for number in range(20)]
    beginnings = [frame_beginnings(frames) for frames in recordings]
    sets: dict[str, list[Path]] = {"with an index": [], "with index, chapters, cover": [], "without an index": []}
    for name, paths in sets.items():
        (folder / name).mkdir()
        for number in range(count):
            frames = recordings[number % len(recordings)]
            turn = beginnings[number % len(recordings)][7 * (number // len(recordings))]
            content = frames[turn:] + frames[:turn]
            path = folder / name / f"{number:04}.mp3"
            path.write_bytes(tag(number, full="chapters" in name) + (content if "without" in name else with_index(content)))
            paths.append(path)
    os.sync()
    return sets


def cool(paths: Sequence[Path]) -> None:
    """Have the kernel forget what it holds of each file."""
    for path in paths:
        number = os.open(path, os.O_RDONLY)
        os.posix_fadvise(number, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(number)


def read_heads(paths: Sequence[Path]) -> None:
    """What the facts are compared with."""
    for path in paths:
        with path.open("rb", buffering=0) as file:
            file.read(_HEAD)


def facts(path: Path) -> tuple[int, float]:
    """What travels between processes: as little as a caller would need."""
    found = measure(path, path.name)
    if found.doubts:
        sys.exit(f"{path}: {found.doubts[0].message}")
    return found.facts.length, found.facts.duration.total_seconds()


def timed(work: Callable[[], object]) -> float:
    """How many seconds it takes."""
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def compare(paths: list[Path], pairs: int, *, cold: bool) -> None:
    """Print how long reading and measuring take, one after the other, and the ratios."""
    works: dict[str, Callable[[], object]] = {
        "first 64 kB": lambda: read_heads(paths),
        "one process": lambda: [facts(path) for path in paths],
        "shared out": lambda: crew.spread(facts, paths),
    }
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(pairs + 1):
        for name, work in works.items():
            if cold:
                cool(paths)
            seconds = timed(work)
            if turn:  # the first turn loads modules and, warm, the cache
                times[name].append(seconds)
    heads = times.pop("first 64 kB")
    print(f"  {'cold' if cold else 'warm'}: first 64 kB {spread([1000 * value for value in heads])} ms")
    for name, values in times.items():
        ratios = [value / head for value, head in zip(values, heads, strict=True)]
        print(f"    {name}: {spread([1000 * value for value in values])} ms, ratio {spread(ratios)}")


def large_files(folder: Path) -> dict[str, Path]:
    """Files of 1 GB: one sparse behind a real beginning and an index that says so, one of real frames of a variable bit rate throughout."""
    head = encoded(0, 65)
    frames = _LARGE // 417
    info = with_index(head)
    at = info.index(b"Info") + 8
    sparse = folder / "sparse.mp3"
    with sparse.open("wb") as file:
        file.write(info[:at] + frames.to_bytes(4, "big") + int(frames * 144 * 128_000 / _RATE + 417).to_bytes(4, "big") + info[at + 8 :])
        file.truncate(int(frames * 144 * 128_000 / _RATE + 417))
    walked = folder / "walked.mp3"
    recording = encoded(1, 120, vbr=True)
    with walked.open("wb") as file:
        while file.tell() < _LARGE:
            file.write(recording)
    return {"constant bit rate, with an index": sparse, "variable bit rate, every frame counted": walked}


def memory(path: Path) -> tuple[float, float]:
    """The peak resident memory in MB of a fresh process that measures a file, and its seconds."""
    code = "import sys, pathlib, podpipe.audio.measuring as m; print(m.measure(pathlib.Path(sys.argv[1]), 'a.mp3').facts.duration)"
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"measuring {path} failed")
    return usage.ru_maxrss / 1000, time.perf_counter() - began


def spread(values: Sequence[float]) -> str:
    """The median of some figures with their range."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def main() -> None:
    """Make the files, measure, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=1000, help="how many files (default: 1000)")
    parser.add_argument("--pairs", type=int, default=5, help="how many pairs (default: 5)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="podpipe-bench-") as name:
        folder = Path(name)
        for title, paths in write_files(folder, arguments.n).items():
            print(f"{arguments.n} MP3s of {statistics.mean(path.stat().st_size for path in paths) / 1e6:.2f} MB {title}")
            compare(paths, arguments.pairs, cold=True)
            compare(paths, arguments.pairs, cold=False)
            for path in paths:
                path.unlink()
        print("a file of 1 GB, in a process of its own")
        for title, path in large_files(folder).items():
            resident, seconds = memory(path)
            print(f"  {title}: {resident:.0f} MB resident at most, {seconds:.2f} s")


if __name__ == "__main__":
    main()
