"""The transcripts of a show: files that front matter names, or that lie beside an episode or its audio under the name of either."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from urllib.parse import quote

from podpipe import sources, transcripts
from podpipe.model import Finding, Level, Manuscript, Transcript, Where
from podpipe.settings import Settings

_FOLDERS = ("transcripts", "transcript")
"""Folders whose files are transcripts whatever their kind, in the show's folder or in the folder of episodes."""

_TIMED = frozenset({"text/vtt", "application/x-subrip"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """An episode's transcripts, the files among them that the show publishes itself, and what somebody should look at."""

    transcripts: tuple[Transcript, ...] = ()
    files: tuple[sources.StaticFile, ...] = ()
    findings: tuple[Finding, ...] = ()


_NOTHING = Shelved()


class Shelf:
    """The transcripts in a show's folder, found for one episode after the other. Each folder is listed once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._listed: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._shelves: dict[str, tuple[Mapping[str, tuple[str, ...]], ...]] = {}
        self._always = (*_FOLDERS, settings.episodes, *(f"{settings.episodes}/{name}" for name in _FOLDERS))

    def of(self, manuscript: Manuscript, *, duration: timedelta | None) -> Shelved:
        """An episode's transcripts. `duration` is its audio's, None where it is not known; what cannot be read is left out, and told.

        Those that its front matter names are all of them. Where it names none, those are taken that have the name of its file, its slug or
        its audio.
        """
        if manuscript.transcripts:
            return self._together([self._named(manuscript, written, duration) for written in manuscript.transcripts])
        shelves = self._near(manuscript.audio or "")
        if not shelves:  # as in most shows
            return _NOTHING
        return self._together([self._found(path, duration) for path in dict.fromkeys(self._belonging(manuscript, shelves))])

    def _named(self, manuscript: Manuscript, written: str, duration: timedelta | None) -> Shelved:
        place = next((where for key in ("transcript", "transcripts") if (where := manuscript.where(key)).line), manuscript.where())
        media_type = transcripts.mime_type(written)
        if media_type is None:
            return _told("transcript-type", place, f"{written} is no transcript by its name", "use a .vtt, .srt, .json, .txt or .html file")
        if "://" in written:
            return Shelved(transcripts=(Transcript(url=written, mime_type=media_type, language=self._language(written)),))
        try:
            path = sources.find_audio(self._settings.root, self._settings.published_folders, written)
        except ValueError:
            return _told("path-outside", place, f"{written} leaves the show's folder", "name a file inside it", level="error")
        if path is None:
            return _told("transcript-missing", place, f"{written} is not in the show's folder", "put the file there, or leave it out")
        return self._read(path.relative_to(self._settings.root).as_posix(), media_type, duration)

    def _found(self, path: str, duration: timedelta | None) -> Shelved:
        media_type = transcripts.mime_type(path) or ""
        folder = os.path.dirname(path)  # noqa: PTH120 - a key with `/`, not a path of this machine
        if media_type not in _TIMED and PurePosixPath(folder).name not in _FOLDERS:
            if media_type == "application/json":
                if not self._holds_segments(path):
                    return _NOTHING
            elif self._public_key(path) is None:
                message = f"{path} lies beside the episode and may be its transcript"
                hint = f"to publish it, name it in the episode's front matter, transcript: {path}, or put it into transcripts/"
                return _told("transcript-unnamed", Where(path=path), message, hint, level="info")
        return self._read(path, media_type, duration)

    def _holds_segments(self, path: str) -> bool:
        try:
            return transcripts.is_transcript((self._settings.root / path).read_bytes())
        except OSError:
            return False

    def _read(self, path: str, media_type: str, duration: timedelta | None) -> Shelved:
        try:
            content = (self._settings.root / path).read_bytes()
        except OSError as error:
            message = f"the transcript cannot be read: {error.strerror}"
            return _told("transcript-unreadable", Where(path=path), message, "look at its permissions")
        reviewed = transcripts.review(content, media_type, path=path, duration=duration)
        if not reviewed.usable:
            return Shelved(findings=reviewed.findings)
        key = self._public_key(path) or f"transcripts/{PurePosixPath(path).name}"
        url = self._settings.show.address(quote(key))
        transcript = Transcript(url=url, mime_type=media_type, language=self._language(path), key=key, path=path)
        file = sources.StaticFile(path=self._settings.root / path, key=key, length=len(content))
        return Shelved(transcripts=(transcript,), files=(file,), findings=reviewed.findings)

    def _near(self, audio: str) -> tuple[Mapping[str, tuple[str, ...]], ...]:
        """What lies in the folders where transcripts of an episode with this audio are looked for; folders without any are left out."""
        folder = "" if "://" in audio else audio.rpartition("/")[0]
        shelves = self._shelves.get(folder)
        if shelves is None:
            places = dict.fromkeys((*self._audio_folders(folder.strip("/")), *self._always))
            shelves = self._shelves[folder] = tuple(listed for place in places if (listed := self._listing(place)))
        return shelves

    def _belonging(self, manuscript: Manuscript, shelves: tuple[Mapping[str, tuple[str, ...]], ...]) -> Iterator[str]:
        audio = PurePosixPath((manuscript.audio or "").partition("?")[0])
        names = {PurePosixPath(manuscript.path).stem, manuscript.slug, audio.name, audio.stem} - {""}
        folded = {name.casefold() for name in names}
        for listed in shelves:
            for name in sorted(folded.intersection(listed)):
                yield from listed[name]

    def _audio_folders(self, folder: str) -> Iterator[str]:
        """Where a folder of audio may lie: in the show's folder, and as the site path of a published one."""
        if not folder or ".." in folder.split("/"):
            return
        yield folder
        for static, prefix in self._settings.published_folders:
            if prefix and f"{folder}/".startswith(f"{prefix}/"):
                yield f"{static}{folder[len(prefix) :]}"

    def _listing(self, folder: str) -> Mapping[str, tuple[str, ...]]:
        listed = self._listed.get(folder)
        if listed is None:
            listed = self._listed[folder] = self._list(folder)
        return listed

    def _list(self, folder: str) -> Mapping[str, tuple[str, ...]]:
        """The paths of the transcripts in a folder by the names that they may belong to, which are folded."""
        root, real = self._settings.root, self._settings.root.resolve()
        try:
            entries = sorted(entry.name for entry in os.scandir(root / folder) if transcripts.mime_type(entry.name))
        except OSError:
            return {}
        listed: dict[str, tuple[str, ...]] = {}
        for name in entries:
            path = root / folder / name
            if not name.startswith((".", "_", "#")) and name.isprintable() and path.is_file() and path.resolve().is_relative_to(real):
                belongs, _ = transcripts.name_and_language(name)
                listed[belongs] = (*listed.get(belongs, ()), f"{folder}/{name}")
        return listed

    def _public_key(self, path: str) -> str | None:
        """Where a file is on the site as part of a published folder; None where it lies in none."""
        for folder, prefix in self._settings.published_folders:
            below = path if not folder else path[len(folder) + 1 :] if path.startswith(f"{folder}/") else None
            if below and not any(part.startswith((".", "_", "#")) for part in below.split("/")):
                return f"{prefix}/{below}" if prefix else below
        return None

    def _language(self, name: str) -> str:
        return transcripts.name_and_language(name.rpartition("/")[2])[1] or self._settings.show.language

    def _together(self, parts: list[Shelved]) -> Shelved:
        """All of them, each place on the site once."""
        found = {transcript.key or transcript.url: transcript for part in parts for transcript in part.transcripts}
        return Shelved(
            transcripts=tuple(found.values()),
            files=tuple({file.key: file for part in parts for file in part.files}.values()),
            findings=tuple(finding for part in parts for finding in part.findings),
        )


def _told(rule: str, where: Where, message: str, hint: str, *, level: Level = "warning") -> Shelved:
    return Shelved(findings=(Finding(level=level, rule=rule, where=where, message=message, hint=hint),))
