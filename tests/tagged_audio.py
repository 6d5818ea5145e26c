"""Looks at tagged audio from outside: by ffprobe and ffmpeg, and by mutagen."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mutagen.id3 import ID3

from podpipe.audio.tagging import Tagged, tagged
from podpipe.content import open_content
from podpipe.model import AudioTags, Chapter, Cover
from tests.conftest import require

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000") + hashlib.shake_256(b"a picture").digest(20_000) + b"\xff\xd9"
SECONDS = 12.0


def tags_of(**given: Any) -> AudioTags:
    """Tags of an episode that plays for twelve seconds, with the given ones in place of the usual."""
    usual: dict[str, Any] = {
        "title": "第70回 夏の話",
        "artist": "山田 & Zoë",
        "album": "やっていき",
        "published": datetime(2026, 11, 1, 9, tzinfo=UTC),
        "duration": timedelta(seconds=SECONDS),
    }
    return AudioTags(**usual | given)


def chapters_of(*titles: str, links: bool = False) -> tuple[Chapter, ...]:
    """Chapters that share twelve seconds out evenly, the first one at 0."""
    length = timedelta(seconds=SECONDS) // len(titles) if titles else timedelta(0)
    return tuple(
        Chapter(start=timedelta(milliseconds=(length * number) // timedelta(milliseconds=1)), title=title, url=_link(number, links))
        for number, title in enumerate(titles)
    )


def _link(number: int, links: bool) -> str | None:
    return f"https://example.com/{number}" if links and number % 2 else None


def cover() -> Cover:
    return Cover(data=JPEG, mime_type="image/jpeg")


def tag(path: Path, tags: AudioTags, *, replace: bool = False, version: str = "2.3") -> Tagged:
    """Tag a file that has a kind for it, and see that it is left alone."""
    before = path.read_bytes()
    made = tagged(path, tags, replace=replace, version=version, folder=path.parent / "copies")
    assert made is not None
    assert path.read_bytes() == before
    return made


def published(path: Path, tags: AudioTags, *, replace: bool = False, version: str = "2.3") -> Path:
    """The published copy as a file, beside its source."""
    made = tag(path, tags, replace=replace, version=version)
    copy = path.with_name(f"published-{path.name}")
    with open_content(made.content) as content:
        data = content.read()
    assert (made.content.length, made.content.digest) == (len(data), hashlib.sha256(data).hexdigest())
    copy.write_bytes(data)
    return copy


def id3(path: Path) -> ID3:
    """The ID3v2 tag as it stands in the file, not brought to another version."""
    return ID3(path, translate=False, load_v1=False)


def after_tags(data: bytes) -> bytes:
    """What follows the ID3v2 tags at the start of an MP3."""
    while data.startswith(b"ID3"):
        size = (data[6] << 21) | (data[7] << 14) | (data[8] << 7) | data[9]
        data = data[10 + size + (10 if data[5] & 0x10 else 0) :]
    return data


def with_tag(path: Path, tag: bytes) -> Path:
    """Put bytes before an MP3."""
    path.write_bytes(tag + path.read_bytes())
    return path


def id3_bytes(*frames: Any, version: int = 3) -> bytes:
    """A tag of these frames, as mutagen writes it."""
    made, out = ID3(), io.BytesIO()
    for frame in frames:
        made.add(frame)
    made.save(out, v1=0, v2_version=version, padding=lambda _: 100)
    return out.getvalue()


def probe(path: Path) -> dict[str, Any]:
    """What ffprobe says of a file: format, streams and chapters."""
    require(shutil.which("ffprobe") is not None, "needs ffprobe to look at audio")
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-show_chapters", "-of", "json", str(path)]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    return found


def probed_chapters(path: Path) -> list[tuple[int, int, str]]:
    """Start and end in milliseconds, and title, of each chapter that ffprobe finds."""
    found = probe(path)["chapters"]
    return [
        (round(float(one["start_time"]) * 1000), round(float(one["end_time"]) * 1000), one.get("tags", {}).get("title", ""))
        for one in found
    ]


def packets(path: Path) -> bytes:
    """The MD5 of the coded sound, packet after packet, as ffmpeg reads it."""
    require(shutil.which("ffmpeg") is not None, "needs ffmpeg to look at audio")
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-map", "0:a", "-c", "copy", "-f", "md5", "-"]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def expected_chapters(tags: AudioTags) -> list[tuple[int, int, str]]:
    """The chapters as ffprobe should find them."""
    milliseconds = [chapter.start // timedelta(milliseconds=1) for chapter in tags.chapters]
    ends = [*milliseconds[1:], tags.duration // timedelta(milliseconds=1)]
    return [(start, end, chapter.title) for start, end, chapter in zip(milliseconds, ends, tags.chapters, strict=True)]
