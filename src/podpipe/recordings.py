"""Each episode's recording: where it lies, what it is by measurement or by record, and what somebody should hear about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO, Protocol, cast
from urllib.parse import quote, unquote

from podpipe import sources
from podpipe.audio.formats import mime_type
from podpipe.crew import spread
from podpipe.enclosures import audio_finding, record_of
from podpipe.episode import figure_findings
from podpipe.errors import AudioError, WebError
from podpipe.ledger import Digests, Taken, take_digest
from podpipe.model import AudioFacts, AudioRecord, Finding, Level, Manuscript
from podpipe.ranges import RemoteFile
from podpipe.settings import Settings

_AT_ONCE = 16
"""How many hosts are asked at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What is known of a manuscript's audio: its media type (None where it cannot be published), its record, and its file here.

    `url` is its public address where it lies on another host. `digest` is the SHA-256 of the file here.
    """

    mime_type: str | None = None
    record: AudioRecord | None = None
    path: Path | None = None
    digest: str = ""
    url: str | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def facts(self) -> AudioFacts | None:
        """What was measured, None where nobody has."""
        return None if self.record is None else self.record.facts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Local:
    """A file in the show's folder, and the SHA-256 of its content where that is remembered."""

    manuscript: Manuscript
    path: Path
    written: str
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hosted:
    """A file on another host: the URL to read it from, and the address that listeners get."""

    manuscript: Manuscript
    written: str
    url: str


class _Afar(Protocol):
    """Who reads files on other hosts: `podpipe.remote.Remote`, which most runs never load."""

    def open(self, url: str) -> RemoteFile: ...

    def unchanged(self, url: str, *, etag: str | None, length: int, last_modified: str | None = None) -> bool: ...


def listen(
    manuscripts: Sequence[Manuscript], settings: Settings, *, known: Sequence[Mapping[str, AudioRecord]], digests: Digests, afar: bool
) -> dict[str, Heard]:
    """What is known of every manuscript's audio, by the manuscript's path.

    `known` are records by slug, the best first: a file is measured only where none of them was taken of its present content. With `afar`
    files on other hosts are asked for and measured; without it they are taken as they were recorded, or at their authors' word.
    """
    heard: dict[str, Heard] = {}
    local: list[_Local] = []
    hosted: list[_Hosted] = []
    for manuscript in manuscripts:
        placed = _placed(manuscript, settings, known, digests)
        if isinstance(placed, Heard):
            heard[manuscript.path] = placed
        elif isinstance(placed, _Local):
            local.append(placed)
        else:
            hosted.append(placed)
    lenient = settings.show.lenient
    for there, found in zip(local, _measured_here(local, known, digests), strict=True):
        heard[there.manuscript.path] = _concluded(there.manuscript, found, lenient=lenient)
    for away, found in zip(hosted, _measured_afar(hosted, known, afar=afar), strict=True):
        heard[away.manuscript.path] = _concluded(away.manuscript, found, lenient=lenient)
    return heard


def _placed(
    manuscript: Manuscript, settings: Settings, known: Sequence[Mapping[str, AudioRecord]], digests: Digests
) -> Heard | _Local | _Hosted:
    written = manuscript.audio
    if not written:
        return _unheard(manuscript, "warning", "audio-none", "the episode names no audio", "add audio_file_path: /audio/FILE")
    if "://" in written:
        return _hosted(manuscript, written, settings)
    kind = mime_type(written)
    if kind is None:
        message = f"{written} has no extension of a podcast's audio"
        return _unheard(manuscript, "error", "audio-type", message, "use .mp3 or .m4a")
    try:
        path = sources.find_audio(settings.root, settings.published_folders, written)
    except ValueError:
        return _unheard(manuscript, "error", "path-outside", f"{written} leaves the show's folder", "name a file inside it")
    if path is None:
        return _absent(manuscript, written, kind, known)
    return _Local(manuscript=manuscript, path=path, written=written, digest=digests.recall(path))


def _absent(manuscript: Manuscript, written: str, kind: str, known: Sequence[Mapping[str, AudioRecord]]) -> Heard:
    """A file that is not in the show's folder: what the lock file says of it will do, as that came with the show."""
    record = _recorded(known[:1], manuscript)
    if record is not None:
        return Heard(mime_type=record.facts.mime_type, record=record, findings=figure_findings(manuscript, record.facts))
    hint = "put the file there; a new episode is not published without it"
    message = f"{written} is not in the show's folder"
    return Heard(mime_type=kind, findings=(audio_finding(manuscript, "warning", "audio-missing", message, hint),))


def _hosted(manuscript: Manuscript, written: str, settings: Settings) -> Heard | _Hosted:
    if not written.lower().startswith("s3://"):
        return _Hosted(manuscript=manuscript, written=written, url=written)
    place = written.partition("?")[0]
    for prefix, address in settings.audio.addresses:
        if place.startswith(f"{prefix}/"):
            return _Hosted(manuscript=manuscript, written=written, url=f"{address}{quote(unquote(place[len(prefix) :]))}")
    message = f"podpipe does not know the address at which listeners find {place}"
    bucket = "/".join(place.split("/")[:3])
    hint = f'say it in the settings: [audio.addresses] "{bucket}" = "https://…"'
    return _unheard(manuscript, "error", "audio-address", message, hint)


def _measured_here(local: Sequence[_Local], known: Sequence[Mapping[str, AudioRecord]], digests: Digests) -> list[Heard | AudioError]:
    """Each file, by its record or measured anew: many are shared out among processes."""
    found: dict[int, Heard | AudioError] = {}
    for index, file in enumerate(local):
        record = _recorded(known, file.manuscript, _version(file.digest)) if file.digest else None
        if record is not None and file.digest:
            found[index] = _here(file, record, file.digest)
    unknown = [index for index in range(len(local)) if index not in found]
    for index, outcome in zip(unknown, spread(partial(_measure, known=known), [local[index] for index in unknown]), strict=True):
        if isinstance(outcome, AudioError):
            found[index] = outcome
        else:
            taken, record = outcome
            digests.note(local[index].path, taken)
            found[index] = _here(local[index], record, taken.digest)
    return [found[index] for index in range(len(local))]


def _measure(file: _Local, *, known: Sequence[Mapping[str, AudioRecord]]) -> tuple[Taken, AudioRecord] | AudioError:
    """A file's digest and record. A file with a new time of change, as in a fresh clone, may still be the one that was measured."""
    try:
        taken = take_digest(file.path)
        version = _version(taken.digest)
        record = _recorded(known, file.manuscript, version)
        if record is None:
            from podpipe.audio.measuring import measure  # most runs measure nothing

            measured = measure(file.path, file.written)
            record = AudioRecord(audio=file.written, version=version, facts=measured.facts, doubts=measured.doubts)
    except OSError as error:
        message = f"{file.written} cannot be read: {error.strerror or error}"
        return AudioError(message, path=file.written, hint="check the file's permissions and the disk it lies on")
    except AudioError as error:
        return error
    return taken, record


def _here(file: _Local, record: AudioRecord, digest: str) -> Heard:
    return Heard(mime_type=record.facts.mime_type, record=record, path=file.path, digest=digest)


def _measured_afar(hosted: Sequence[_Hosted], known: Sequence[Mapping[str, AudioRecord]], *, afar: bool) -> list[Heard | AudioError]:
    if not afar or not hosted:
        return [_as_said(file, _recorded(known, file.manuscript)) for file in hosted]
    from concurrent.futures import ThreadPoolExecutor

    from podpipe.remote import Remote

    with Remote() as remote, ThreadPoolExecutor(min(_AT_ONCE, len(hosted))) as pool:
        return list(pool.map(lambda file: _asked(file, _recorded(known, file.manuscript), remote), hosted))


def _asked(file: _Hosted, record: AudioRecord | None, remote: _Afar) -> Heard | AudioError:
    """A file on another host, as it is now; where it cannot be reached, as it was recorded."""
    from podpipe.audio.measuring import measure_open

    try:
        if record is not None and _unchanged(file, record, remote):
            return _as_said(file, record)
        with remote.open(file.written) as opened:
            length = opened.length if opened.length is not None else opened.file.seek(0, SEEK_END)
            measured = measure_open(
                cast("BinaryIO", opened.file), file.written, length=length, served_as=opened.content_type, forward=not opened.ranged
            )
            etag, modified = opened.etag, opened.last_modified
        version = f"etag:{etag}" if etag else f"modified:{modified}" if modified else ""
        return _as_said(file, AudioRecord(audio=file.written, version=version, facts=measured.facts, doubts=measured.doubts))
    except WebError as error:
        message = f"the audio cannot be measured: {error.message}"
        return replace(
            _as_said(file, record), findings=(audio_finding(file.manuscript, "warning", "audio-unreachable", message, error.hint),)
        )
    except AudioError as error:
        return error


def _unchanged(file: _Hosted, record: AudioRecord, remote: _Afar) -> bool:
    kind, _, value = record.version.partition(":")
    etag, modified = (value if kind == name and value else None for name in ("etag", "modified"))
    if etag is None and modified is None:
        return False
    return remote.unchanged(file.written, etag=etag, length=record.facts.length, last_modified=modified)


def _as_said(file: _Hosted, record: AudioRecord | None) -> Heard:
    """A file on another host by its record, else by what its address and its author say."""
    if record is not None:
        return Heard(mime_type=record.facts.mime_type, record=record, url=file.url)
    kind = mime_type(file.url)
    if kind:
        return Heard(mime_type=kind, url=file.url)
    message = f"{file.url} does not tell by its extension what it is; the feed says it is an MP3"
    hint = "use an address that ends in .mp3 or .m4a, or have it measured: podpipe lock"
    return Heard(
        mime_type="audio/mpeg", url=file.url, findings=(audio_finding(file.manuscript, "warning", "audio-type-unsaid", message, hint),)
    )


def _concluded(manuscript: Manuscript, found: Heard | AudioError, *, lenient: bool) -> Heard:
    """What was found, with all that is to be said about it. A show of another engine is warned of what that puts up with."""
    if isinstance(found, AudioError):
        return _unheard(manuscript, "error", "audio", found.message, found.hint)
    if found.record is None:
        return found
    doubts = tuple(
        audio_finding(manuscript, "warning" if lenient and doubt.level == "error" else doubt.level, doubt.rule, doubt.message, doubt.hint)
        for doubt in found.record.doubts
    )
    return replace(found, findings=(*found.findings, *doubts, *figure_findings(manuscript, found.record.facts)))


def _recorded(known: Sequence[Mapping[str, AudioRecord]], manuscript: Manuscript, version: str | None = None) -> AudioRecord | None:
    """The best record of the audio that a manuscript names, of this content where `version` says which."""
    found = (record_of(manuscript, records) for records in known)
    return next((record for record in found if record is not None and version in {None, record.version}), None)


def _version(digest: str) -> str:
    return f"sha256:{digest}"


def _unheard(manuscript: Manuscript, level: Level, rule: str, message: str, hint: str) -> Heard:
    return Heard(findings=(audio_finding(manuscript, level, rule, message, hint),))
