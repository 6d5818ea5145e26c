"""What the show's folder adds to its manuscripts: recordings and their facts, pictures, transcripts, files published as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from podpipe import __version__, sources
from podpipe.copies import Copies, Copy, Covers
from podpipe.enclosures import audio_tags, change_finding, enclosure_keys, record_of
from podpipe.enriched import Enriched
from podpipe.episode import make_enclosure, make_episode, page_path, page_url, people_findings
from podpipe.given_chapters import chapter_findings
from podpipe.ledger import BuildRecord, Digests, cache_folder
from podpipe.lockfile import DAMAGED, read_lock, record_entry, record_from
from podpipe.model import AudioFacts, AudioRecord, AudioTags, Chapter, Enclosure, Episode, Finding, Manuscript, Person, Where
from podpipe.recordings import Heard, listen
from podpipe.settings import Settings
from podpipe.transcript_files import Shelf, Shelved


def enriched(
    settings: Settings,
    manuscripts: Sequence[Manuscript],
    *,
    public: frozenset[str],
    held_back: Sequence[Manuscript],
    afar: bool,
) -> Enriched:
    """Join each public manuscript with its people, its transcripts and what its audio is.

    `public` are the paths of the manuscripts that listeners may meet. With `afar` audio on other hosts is asked for and measured. Raises
    ConfigError where podpipe.lock, or a folder of the show, cannot be read.
    """
    audio = _Audio(settings, manuscripts, afar=afar)
    people = {person.id: person for person in settings.show.people}
    shelf = Shelf(settings)
    episodes: list[Episode] = []
    findings: list[Finding] = []
    withheld: list[tuple[Manuscript, Heard, Shelved]] = []
    transcript_files: list[sources.StaticFile] = []
    for manuscript in manuscripts:
        heard = audio.heard[manuscript.path]
        shelved = shelf.of(manuscript, duration=heard.facts.duration if heard.facts else manuscript.duration)
        found = (*people_findings(manuscript, show=settings.show, people=people), *heard.findings, *shelved.findings)
        if manuscript.path not in public:
            # What is wrong with an episode that is still to come must not keep the others from being published.
            # That a draft's recording is still to come goes without saying.
            told = [finding for finding in found if not (manuscript.draft and finding.rule == "audio-missing")]
            findings += [replace(finding, level="warning") if finding.level == "error" else finding for finding in told]
            audio.keep(manuscript)
            withheld.append((manuscript, heard, shelved))
            continue
        findings += found
        chapters = manuscript.chapters or (heard.facts.chapters if heard.facts else ())
        enclosure = audio.published(manuscript, chapters, people, findings)
        if manuscript.chapters and enclosure and enclosure.duration:
            findings += chapter_findings(manuscript.chapters, duration=enclosure.duration, path=manuscript.path)
        episodes.append(
            make_episode(
                manuscript, show=settings.show, people=people, enclosure=enclosure, transcripts=shelved.transcripts, chapters=chapters
            )
        )
        transcript_files += shelved.files
    audio.close()
    files = _published_files(audio, transcript_files, withheld, lenient=settings.show.lenient)
    findings += picture_findings(settings, {file.key for file in files}, episodes)
    return Enriched(
        episodes=tuple(episodes),
        held_back=tuple(held_back),
        files=files,
        missing_audio=frozenset(audio.missing),
        findings=(*findings, *audio.findings),
        records=audio.records,
        watched=tuple(
            (manuscript.audio or "").lstrip("/") for manuscript in manuscripts if manuscript.audio and "://" not in manuscript.audio
        ),
    )


class _Audio:
    """The audio of a show while its episodes are put together: what was heard, what is published of it, and what is known of it now."""

    def __init__(self, settings: Settings, manuscripts: Sequence[Manuscript], *, afar: bool) -> None:
        self._settings = settings
        self._locked = read_lock(settings.root)
        self._remembered = _recall(settings)
        self._digests = Digests(cache_folder())
        self.static = _static_files(settings)
        self.heard = listen(manuscripts, settings, known=(self._locked, self._remembered), digests=self._digests, afar=afar)
        names = settings.audio.ascii_names
        self._keys = enclosure_keys(manuscripts, self._locked, ascii_names=names, taken=[file.key for file in self.static] if names else ())
        self._copies = Copies(settings.audio)
        self._covers = Covers({file.key: file.path for file in self.static})
        self.files: list[sources.StaticFile] = []
        self.missing: set[str] = set()
        self.records: dict[str, AudioRecord] = {}
        self.findings: list[Finding] = []
        self._made: dict[str, Copy] = {}
        self._written = False

    def keep(self, manuscript: Manuscript) -> None:
        """Keep what is known of an episode that is not published in this run."""
        self._record(manuscript, self.heard[manuscript.path].record)

    def published(
        self, manuscript: Manuscript, chapters: tuple[Chapter, ...], people: Mapping[str, Person], findings: list[Finding]
    ) -> Enclosure | None:
        """The audio of a public episode as the feed names it, None where it has none; the file itself is added to `files`."""
        heard, show = self.heard[manuscript.path], self._settings.show
        if not manuscript.audio or heard.mime_type is None:
            self._record(manuscript, None)
            return None
        record, published = heard.record, None
        if heard.path is not None and record is not None:
            key = self._keys[manuscript.path]
            if key not in self._made:  # two episodes may name one file
                tags = self._tags(manuscript, chapters, record.facts, people) if self._settings.audio.tags else None
                self._made[key] = self._copies.copy(manuscript, heard, key=key, tags=tags, records=self._records_of(manuscript))
            copy = self._made[key]
            findings += copy.findings
            published = copy.published
            self.files.append(sources.StaticFile(path=heard.path, key=key, length=published.length, content=copy.content))
        elif record is not None:
            published = record.published
        enclosure = make_enclosure(
            manuscript,
            show=show,
            mime_type=heard.mime_type,
            facts=heard.facts,
            url=heard.url,
            published=published,
            key=self._keys.get(manuscript.path),
        )
        if enclosure.key and heard.path is None:
            self.missing.add(enclosure.key)
        if record is not None:
            changed = change_finding(manuscript, self._locked.get(manuscript.slug), record.facts, published)
            findings += [changed] if changed else []
            self._record(manuscript, replace(record, published=published))
        else:
            self._record(manuscript, None)
        return enclosure

    def _tags(self, manuscript: Manuscript, chapters: tuple[Chapter, ...], facts: AudioFacts, people: Mapping[str, Person]) -> AudioTags:
        show = self._settings.show
        self._written = True
        link = page_url(show, page_path(show.permalink, manuscript))
        cover = self._covers.cover(manuscript.image, show.artwork)
        return audio_tags(manuscript, show=show, link=link, chapters=chapters, facts=facts, people=people, cover=cover)

    def close(self) -> None:
        """Remember what was learnt for the next run on this machine, and say what concerns all episodes."""
        artwork = self._settings.show.artwork
        if self._written and self._covers.too_large(artwork):
            message = f"the show's artwork, {artwork}, is too large to be written into every episode's audio"
            hint = "a JPEG of less than a megabyte is enough for a podcast app"
            self.findings.append(
                Finding(level="info", rule="audio-tags", where=self._settings.place("artwork"), message=message, hint=hint)
            )
        self._digests.save()
        if self.records not in (self._remembered, self._locked):
            _remember(self._settings, self.records)
        if self._written:
            self._copies.tidy()

    def _records_of(self, manuscript: Manuscript) -> list[AudioRecord]:
        return [record for records in (self._locked, self._remembered) if (record := records.get(manuscript.slug)) is not None]

    def _record(self, manuscript: Manuscript, record: AudioRecord | None) -> None:
        """Take what is known now into the records; where nothing is, what was known of the same audio stays."""
        before = record_of(manuscript, self._locked)
        if record is not None:
            published = record.published or (before.published if before is not None else None)
            self.records[manuscript.slug] = replace(record, published=published)
        elif before is not None:
            self.records[manuscript.slug] = before


def _recall(settings: Settings) -> dict[str, AudioRecord]:
    """What this machine knows of a show's audio beside its lock file, which only a publish writes."""
    document = BuildRecord(cache_folder()).recall(_name(settings))
    try:
        return {slug: record_from(entry) for slug, entry in document["records"].items()} if document else {}
    except DAMAGED:
        return {}


def _remember(settings: Settings, records: Mapping[str, AudioRecord]) -> None:
    BuildRecord(cache_folder()).remember(_name(settings), {"records": {slug: record_entry(record) for slug, record in records.items()}})


def _name(settings: Settings) -> str:
    # Another podpipe may measure better.
    return f"audio {__version__} {settings.root.resolve()}"


def _static_files(settings: Settings) -> list[sources.StaticFile]:
    return [
        file
        for folder in settings.static
        for file in sources.static_files(
            settings.root, folder.folder, folder.prefix, exclude=settings.exclude, whole_site=settings.whole_site
        )
    ]


def _published_files(
    audio: _Audio, transcripts: Iterable[sources.StaticFile], withheld: Sequence[tuple[Manuscript, Heard, Shelved]], *, lenient: bool
) -> tuple[sources.StaticFile, ...]:
    """All files that are published as they are, each key once; none of them belongs to an episode whose time has not come.

    A recording that is published under another name is not published under its own as well, save where that may be known already.
    """
    early = {heard.path for _, heard, _ in withheld if heard.path}
    early.update(file.path for *_, shelved in withheld for file in shelved.files)
    early_keys = {name.lstrip("/") for manuscript, *_ in withheld for name in (manuscript.audio, manuscript.image) if name}
    renamed = set() if lenient else {file.path for file in audio.files}
    found = {file.key: file for file in audio.static if file.key not in early_keys and file.path not in early and file.path not in renamed}
    found.update((file.key, file) for file in (*audio.files, *transcripts))
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
