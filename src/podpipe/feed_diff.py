"""The difference between the feed that a show has now and the one that apps have, wherever that lies."""

from __future__ import annotations

from podpipe import pipeline
from podpipe.earlier import Difference, Earlier, LiveFeed, difference, feed_of, feed_on
from podpipe.job import Job
from podpipe.pipeline import Runner, here
from podpipe.targets import opened

__all__ = ["Difference", "diff"]


def diff(job: Job, *, against: str | None = None, run: Runner = here) -> Difference:
    """What a publish would change in the feed for those who have the one of `against`, a file or a web address.

    Without that, compared is with what a publish compares with: the feed on the job's first target, or the one that is live. Raises
    PodpipeError where that feed, or the show, cannot be read.
    """
    artifacts, enriched = pipeline.rendered(job, run=run)
    show = job.settings.show
    if against is not None:
        return difference(show, feed_of(against, contact=show.site_url), artifacts, enriched)
    with opened(job.targets[0], root=job.settings.root, credentials=job.credentials) as target:
        earlier = feed_on(target, show)
        if earlier is not None:
            return difference(show, earlier, artifacts, enriched, on=target)
        return difference(show, LiveFeed(job.settings)() or Earlier(place=target.url), artifacts, enriched)
