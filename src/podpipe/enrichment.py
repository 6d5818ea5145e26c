"""What the show's folder adds to a manuscript: its audio file and what that is, the pictures, and the files published as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from podpipe import audio, sources
from podpipe.episode import figure_findings
from podpipe.errors import AudioError
from podpipe.model import AudioFacts, Episode, Finding, Level, Manuscript, Where
from podpipe.settings import Settings
from podpipe.transcript_files import Shelved


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What is known of a manuscript's audio: its media type (None where it cannot be published), its facts, and its file here."""

    mime_type: str | None = None
    facts: AudioFacts | None = None
    file: sources.StaticFile | None = None
    findings: tuple[Finding, ...] = ()


def listen(manuscript: Manuscript, settings: Settings) -> Heard:
    """Find and measure the audio that a manuscript names. A file on another host is taken at its author's word."""
    written = manuscript.audio
    if not written:
        return _unheard(manuscript, "warning", "audio-none", "the episode names no audio", "add audio_file_path: /audio/FILE")
    if "://" in written:
        return _hosted(manuscript, written)
    mime_type = audio.mime_type(written)
    if mime_type is None:
        message = f"{written} has no extension of a podcast's audio"
        return _unheard(manuscript, "error", "audio-type", message, "use .mp3 or .m4a")
    try:
        return _measured(manuscript, settings, written, mime_type)
    except AudioError as error:
        return _unheard(manuscript, "error", "audio", error.message, error.hint)
    except ValueError:
        return _unheard(manuscript, "error", "path-outside", f"{written} leaves the show's folder", "name a file inside it")


def _hosted(manuscript: Manuscript, url: str) -> Heard:
    mime_type = audio.mime_type(url)
    if mime_type:
        return Heard(mime_type=mime_type)
    message = f"{url} does not tell by its extension what it is; the feed says it is an MP3"
    unknown = _unheard(manuscript, "warning", "audio-type-unsaid", message, "use an address that ends in .mp3 or .m4a")
    return replace(unknown, mime_type="audio/mpeg")


def _measured(manuscript: Manuscript, settings: Settings, written: str, mime_type: str) -> Heard:
    path = sources.find_audio(settings.root, tuple((folder.folder, folder.prefix) for folder in settings.static), written)
    if path is None:
        hint = "put the file there; a new episode is not published without it"
        missing = _unheard(manuscript, "warning", "audio-missing", f"{written} is not in the show's folder", hint)
        return replace(missing, mime_type=mime_type)
    facts = audio.measure(path, written).facts
    file = sources.StaticFile(path=path, key=written.lstrip("/"), length=facts.length)
    return Heard(mime_type=mime_type, facts=facts, file=file, findings=figure_findings(manuscript, facts))


def _unheard(manuscript: Manuscript, level: Level, rule: str, message: str, hint: str) -> Heard:
    key = next((name for name in ("audio_file_url", "audio_file_path") if manuscript.where(name).line), None)
    return Heard(findings=(Finding(level=level, rule=rule, where=manuscript.where(key), message=message, hint=hint),))


def published_files(
    settings: Settings, own_files: Sequence[sources.StaticFile], *, held_back: Sequence[tuple[Manuscript, Heard, Shelved]]
) -> tuple[sources.StaticFile, ...]:
    """All files that are published as they are, each key once; none of them belongs to an episode whose time has not come."""
    early = {heard.file.path for _, heard, _ in held_back if heard.file}
    early.update(file.path for *_, shelved in held_back for file in shelved.files)
    early_keys = {name.lstrip("/") for manuscript, *_ in held_back for name in (manuscript.audio, manuscript.image) if name}
    found = {
        file.key: file
        for folder in settings.static
        for file in sources.static_files(
            settings.root, folder.folder, folder.prefix, exclude=settings.exclude, whole_site=settings.whole_site
        )
        if file.key not in early_keys and file.path not in early
    }
    found.update((file.key, file) for file in own_files)
    return tuple(found[key] for key in sorted(found))


def picture_findings(settings: Settings, keys: set[str], episodes: list[Episode]) -> list[Finding]:
    """A finding for every picture that the settings or an episode name and the site will not hold."""
    show = settings.show
    findings = []
    if show.artwork and "://" not in show.artwork and show.artwork not in keys:
        findings.append(
            Finding(
                level="warning" if show.lenient else "error",
                rule="artwork-missing",
                where=settings.place("artwork"),
                message=f"the show's artwork, {show.artwork}, is not in the show's folder",
                hint="directories refuse a show without artwork: a square JPEG or PNG of 1400 to 3000 pixels",
            )
        )
    credited = {credit.person.id: credit.person for episode in episodes for credit in episode.credits}
    for person in credited.values():
        if person.image and "://" not in person.image and person.image not in keys:
            message = f"the picture of {person.name}, {person.image}, is not in the show's folder"
            hint = "put the file there, or leave the picture out"
            findings.append(
                Finding(level="warning", rule="picture-missing", where=settings.place(f"people.{person.id}"), message=message, hint=hint)
            )
    for episode in episodes:
        if episode.image and "://" not in episode.image and episode.image not in keys:
            message = f"the episode's picture, {episode.image}, is not in the show's folder"
            hint = "put the file there, or leave image out"
            findings.append(Finding(level="warning", rule="picture-missing", where=Where(path=episode.path), message=message, hint=hint))
    return findings
