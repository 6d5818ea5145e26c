"""Real audio of 60 MB, as an hour and more of a show has, made in a second by repeating a short piece of it."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.audio_files import write_mp3
from tests.conftest import require

LONG = 60_000_000
"""Bytes that each file has at least."""


NAMES = ("long.mp3", "last.m4a", "first.m4a")
"""What `long_audio` can make: an MP3, and two M4A whose index lies after or before the sound."""


def long_audio(folder: Path, name: str) -> Path:
    """One of the long files, made when it is first asked for."""
    path = folder / name
    if not path.exists():
        if name.endswith(".mp3"):
            write_long_mp3(path)
        else:
            write_long_m4a(path, index_first=name.startswith("first"))
    return path


def write_long_mp3(path: Path) -> Path:
    """An ID3 tag, then the frames of a real MP3 of a constant bit rate over and over."""
    import mutagen

    frames = write_mp3(path, seconds=60).read_bytes()
    path.write_bytes(frames * (LONG // len(frames) + 1))
    file: Any = mutagen.File(path)
    file.add_tags()
    file.tags.add(mutagen.id3.TIT2(encoding=3, text="長い話"))
    file.save()
    return path


def write_long_m4a(path: Path, *, index_first: bool) -> Path:
    """AAC by ffmpeg; its index (`moov`) comes before the sound, as for streaming, or after it. Skips the test where there is no ffmpeg."""
    require(shutil.which("ffmpeg") is not None, "needs ffmpeg to make audio")
    short = path.with_name(f"short-{path.name}")
    noise = ["-f", "lavfi", "-i", "anoisesrc=d=20:r=44100:a=0.1", "-b:a", "256k"]
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *noise, "-c:a", "aac", str(short)], check=True, timeout=60)
    times = LONG // short.stat().st_size + 1
    end = ["-c", "copy", "-metadata", "title=長い話", *(["-movflags", "+faststart"] if index_first else []), str(path)]
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-stream_loop", str(times), "-i", str(short), *end], check=True, timeout=60)
    short.unlink()
    return path


def facts(file: io.BufferedIOBase | Path) -> tuple[float, int, str]:
    """What mutagen reads: seconds, samples per second, and the title."""
    import mutagen

    if isinstance(file, Path):
        with file.open("rb") as opened:
            return facts(opened)
    file.seek(0)
    found: Any = mutagen.File(file)
    title = found.tags["TIT2"].text if "TIT2" in found.tags else found.tags["©nam"]
    return found.info.length, found.info.sample_rate, title[0]
