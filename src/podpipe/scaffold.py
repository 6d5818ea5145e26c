"""The files that a new show and a new episode begin with: what stands in them, and that they never replace anything."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from podpipe.errors import PodpipeError
from podpipe.model import Manuscript
from podpipe.settings import CONFIG
from podpipe.settings.toml import read_toml

_EPISODES = "episodes"
_DATE = "%Y-%m-%d %H:%M:%S %z"
_NUMBERED_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-([0-9]+)\.(?:md|markdown)")
_NUMBERED_AUDIO = re.compile(r"(.*?)([0-9]+)(\.\w+(?:[?#].*)?)")
_PLAIN = re.compile(r"[\w/](?:(?!: | #).)*(?<!:)")
_NOT_TEXT = re.compile(r"[-+.,:_0-9eExXoObB]+|~|null|true|false|yes|no|on|off|y|n", re.IGNORECASE)
_EPISODE = Template("""\
---
actor_ids:$people
audio_file_path: $audio
audio_file_size:
date: $date
description:
duration:
layout: article
title: $title
---
<!--
A chapter is a heading or a list item that begins with a time, such as:

    ## MM:SS What this part is about

-->
""")


def init_show(folder: Path, *, title: str | None, language: str, time_zone: str, templates: Path) -> tuple[Path, ...]:
    """Begin a show in a folder, and give back the files that were written.

    They are podpipe.toml, .gitignore, a first episode that is a draft, and a picture to be replaced, made from the files in `templates`.
    `title` is the folder's name where it is None. Raises ConfigError for a language or time zone that podpipe.toml could not hold, and
    PodpipeError where a file is there already; nothing is written then.
    """
    name = _one_line(folder.resolve().name or "podcast" if title is None else title, what="title")
    try:
        config = _filled(templates / "podpipe.toml", {"title": _toml(name), "language": _toml(language), "time_zone": _toml(time_zone)})
        read_toml(config, root=folder, name=CONFIG)
        now = datetime.now(ZoneInfo(time_zone)).replace(microsecond=0)
        files = {
            folder / CONFIG: config.encode(),
            folder / ".gitignore": (templates / "gitignore").read_bytes(),
            folder / _EPISODES / f"{now:%Y-%m-%d}-1.md": _filled(templates / "first-episode.md", {"date": f"{now:{_DATE}}"}).encode(),
            folder / _EPISODES / "images" / "artwork.jpg": (templates / "artwork.jpg").read_bytes(),
        }
        _refuse_existing(files)
        (folder / _EPISODES / "audio").mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            _write_new(path, content)
    except OSError as error:
        raise _not_written(folder, error) from error
    return tuple(files)


def new_episode(root: Path, episodes: str, title: str, *, when: datetime, earlier: Sequence[Manuscript], audio: str | None) -> Path:
    """Write the next episode's file, `YYYY-MM-DD-N.md` in the folder `episodes` of the show at `root`, and give back its path.

    `when` is aware, and its zone is written with it. `earlier` are the show's manuscripts, newest first: N follows the highest number among
    their slugs, padded alike, and the newest one's people and audio name, with its number raised, are carried over. `audio` names the audio
    file instead; a show whose audio lies elsewhere under names without the episode's number gets none. Raises PodpipeError for a title that
    is no line of text, and for a file that is there already.
    """
    if when.tzinfo is None:
        raise ValueError(f"an episode's date needs a time zone: {when}")
    folder = root / episodes
    try:
        # A file that could not be read has taken its number all the same.
        names = [match[1] for path in folder.glob("*") if (match := _NUMBERED_NAME.fullmatch(path.name))]
        slug = _next_number([*(manuscript.slug for manuscript in earlier), *names])
        text = _EPISODE.substitute(
            people="".join(f"\n  - {_yaml(person)}" for person in (earlier[0].actor_ids if earlier else ())),
            audio=_yaml(_next_audio(slug, earlier) if audio is None else _one_line(audio, what="audio file's name")),
            date=f"{when:{_DATE}}",
            title=_yaml(f"{int(slug)}. {_one_line(title, what='title')}"),
        )
        path = folder / f"{when:%Y-%m-%d}-{slug}.md"
        _refuse_existing((path,))
        _write_new(path, text.encode())
    except OSError as error:
        raise _not_written(folder, error) from error
    return path


def _next_number(slugs: Iterable[str]) -> str:
    """The number after the highest one, at least as long: 10 after 9, and 071 after 070."""
    numbers = [slug for slug in slugs if slug.isascii() and slug.isdigit()]
    highest = max(numbers, key=lambda slug: (int(slug), len(slug)), default="0")
    return str(int(highest) + 1).zfill(len(highest))


def _next_audio(slug: str, earlier: Sequence[Manuscript]) -> str:
    last = next((manuscript for manuscript in earlier if manuscript.audio), None)
    if last is None or last.audio is None:
        return f"/audio/{slug.zfill(3)}.mp3"
    match = _NUMBERED_AUDIO.fullmatch(last.audio)
    if match and last.slug.isascii() and last.slug.isdigit() and int(match[2]) == int(last.slug):
        return f"{match[1]}{str(int(slug)).zfill(len(match[2]))}{match[3]}"
    return "" if "://" in last.audio else f"/audio/{slug.zfill(3)}.mp3"


def _one_line(text: str, *, what: str) -> str:
    """Text with single spaces between its words. Raises PodpipeError where nothing is left, or what is left is no text."""
    line = " ".join(text.split())
    if not line:
        raise PodpipeError(f"the {what} is empty", hint=f"give a {what} of at least one character")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in line):
        raise PodpipeError(f"the {what} {line!r} holds a control character", hint="leave it out")
    return line


def _toml(text: str) -> str:
    """A basic string of TOML 1.0, which takes JSON's escapes."""
    return json.dumps(text, ensure_ascii=False)


def _yaml(text: str) -> str:
    """A scalar of YAML 1.1 and 1.2: plain where every reader takes it for this text, else in double quotes, which take JSON's escapes."""
    plain = not text or (_PLAIN.fullmatch(text) and not _NOT_TEXT.fullmatch(text))
    return text if plain else json.dumps(text, ensure_ascii=False)


def _filled(template: Path, values: Mapping[str, str]) -> str:
    return Template(template.read_text(encoding="utf-8")).substitute(values)


def _refuse_existing(paths: Iterable[Path]) -> None:
    existing = [str(path) for path in paths if os.path.lexists(path)]
    if existing:
        there = "is there already" if len(existing) == 1 else "are there already"
        raise PodpipeError(f"{', '.join(existing)} {there}", hint="podpipe replaces no file: move it away, or choose another folder")


def _write_new(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)


def _not_written(folder: Path, error: OSError) -> PodpipeError:
    place = error.filename or folder
    return PodpipeError(
        f"{place} cannot be written or read: {error.strerror}", hint="check the folder's permissions, or choose another one"
    )
