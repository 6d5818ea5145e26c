"""The regression guard: what a publish would change in a feed that podcast apps know already, and what of that nobody must meet unawares.

It knows two feeds by their bytes and nothing else: not where the earlier one lies, nor how the later one was made.
"""

from __future__ import annotations

from podpipe.guard.comparing import Change, Comparison, compare
from podpipe.guard.judging import KINDS, Source, feed_findings, name_of, refusal, source_of
from podpipe.guard.published import PublishedFeed, PublishedItem
from podpipe.guard.reading import LIMIT, read_feed, read_whole_feed

__all__ = [
    "KINDS",
    "LIMIT",
    "Change",
    "Comparison",
    "PublishedFeed",
    "PublishedItem",
    "Source",
    "compare",
    "feed_findings",
    "name_of",
    "read_feed",
    "read_whole_feed",
    "refusal",
    "source_of",
]
