"""Which episodes a run publishes: those whose time has come, or of the new ones only the one that was asked for."""

from __future__ import annotations

from podpipe.episode import is_public, page_key, page_path
from podpipe.errors import SourceError
from podpipe.job import Job
from podpipe.model import Finding, Manuscript
from podpipe.targets import opened
from podpipe.targets.upload import holdings


def chosen(job: Job, manuscripts: tuple[Manuscript, ...]) -> tuple[set[str], list[Manuscript], list[Finding]]:
    """The paths of what is published in this run, the manuscripts that are held back, and what to say about the choice."""
    public = {manuscript.path for manuscript in manuscripts if job.drafts or is_public(manuscript, as_of=job.as_of)}
    findings: list[Finding] = []
    if job.episode is not None:
        others = _also_new(job, manuscripts, public)
        public -= {manuscript.path for manuscript in others}
        hint = "publish without --episode to include it"
        for manuscript in others:
            message = f"episode {manuscript.slug} is new too and is left out of this run"
            findings.append(Finding(level="info", rule="episode-left-out", where=manuscript.where("date"), message=message, hint=hint))
    return public, [manuscript for manuscript in manuscripts if manuscript.path not in public], findings


def _also_new(job: Job, manuscripts: tuple[Manuscript, ...], public: set[str]) -> list[Manuscript]:
    """The public manuscripts beside the one asked for that no target holds yet; SourceError where that one cannot be published."""
    asked = next((manuscript for manuscript in manuscripts if manuscript.slug == job.episode), None)
    if asked is None:
        known = ", ".join(manuscript.slug for manuscript in manuscripts[:5])
        raise SourceError(f"there is no episode {job.episode!r}", hint=f"the newest are {known}" if known else "there are none at all")
    if asked.path not in public:
        why = "is a draft" if asked.draft else f"is dated {asked.published:%Y-%m-%d %H:%M %z}, which is still to come"
        raise SourceError(f"episode {job.episode} {why}", path=asked.path, hint="change that in its front matter to publish it now")
    held: set[str] = set()
    for url in job.targets:
        with opened(url, root=job.settings.root, credentials=job.credentials) as target:
            held |= holdings(target).keys()
    permalink = job.settings.show.permalink
    return [
        manuscript
        for manuscript in manuscripts
        if manuscript.path in public and manuscript is not asked and page_key(page_path(permalink, manuscript)) not in held
    ]
