"""A small show of real parts for tests: settings, artwork, episodes and audio, made in a folder of the test's own."""

from __future__ import annotations

import functools
import io
import math
import struct
from dataclasses import dataclass
from pathlib import Path

import lameenc
from PIL import Image

SETTINGS = """\
title = "Test Talk"
site_url = "https://talk.example"
language = "en"
time_zone = "Asia/Tokyo"
author = "Testers"
description = "A show that exists to be tested."
artwork = "images/artwork.jpg"
categories = ["Technology"]
hashtag = "testtalk"
targets = ["file:public"]

[owner]
name = "Testers"
email = "talk@example.com"

[people.ann]
name = "Ann"
url = "https://ann.example"

[people.bob]
name = "Bob"
"""

NOTES = """\
## 0:00 Hello
- a [link](https://example.com/a)

## 0:01 Goodbye
See [the first](/episode/1).
"""


@functools.cache
def mp3(seconds: float = 2.0, *, pitch: int = 440) -> bytes:
    """A tone as an MP3 of constant bit rate, 32 kbit/s mono."""
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(32)
    encoder.set_in_sample_rate(16000)
    encoder.set_channels(1)
    encoder.set_quality(7)
    encoder.silence()
    wave = (int(9000 * math.sin(2 * math.pi * pitch * index / 16000)) for index in range(int(16000 * seconds)))
    samples = b"".join(struct.pack("<h", value) for value in wave)
    return bytes(encoder.encode(samples)) + bytes(encoder.flush())


@functools.cache
def artwork() -> bytes:
    """A square JPEG of 1400 pixels."""
    picture = io.BytesIO()
    Image.new("RGB", (1400, 1400), (30, 90, 120)).save(picture, "JPEG")
    return picture.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeShow:
    """A show's folder, with ways to change it."""

    root: Path

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file below the show's folder."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        return place

    def episode(
        self,
        slug: str,
        *,
        date: str = "2026-01-02 08:00:00 +0900",
        extra: str = "",
        notes: str = NOTES,
        audio: bool = True,
        people: str = "ann",
    ) -> Path:
        """Write an episode whose size and duration are blank, and its audio."""
        if audio:
            self.write(f"audio/{slug}.mp3", mp3(pitch=300 + 10 * len(slug) + sum(slug.encode()) % 200))
        day = date[:10]
        return self.write(
            f"episodes/{day}-{slug}.md",
            f"---\nactor_ids:\n  - {people}\naudio_file_path: /audio/{slug}.mp3\naudio_file_size:\ndate: {date}\n"
            f"description: About {slug}\nduration:\nlayout: article\ntitle: {slug}. A title\n{extra}---\n{notes}",
        )


def make_show(root: Path, *, episodes: int = 2, settings: str = SETTINGS) -> MadeShow:
    """Make a show with its artwork and some episodes, the first on 1 January 2026, one each day."""
    show = MadeShow(root=root)
    show.write("podpipe.toml", settings)
    show.write("images/artwork.jpg", artwork())
    for number in range(1, episodes + 1):
        show.episode(str(number), date=f"2026-01-{number:02} 08:00:00 +0900")
    return show


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def published_below(folder: Path) -> dict[str, bytes]:
    """What listeners get of a published folder: not what podpipe keeps beside it, which tells the time of the publish."""
    return {name: content for name, content in files_below(folder).items() if not name.startswith(".podpipe/")}
