"""The nouns of podcasting as values: what the author wrote, what can be published, and what listeners get.

Every stage is a function from these values to these values. They are frozen, refuse impossible content when they are made, and
know nothing of files, networks or formats.
"""

from __future__ import annotations

from podpipe.model.audio import AudioFacts, AudioRecord, BitrateMode, Doubt, PublishedAudio
from podpipe.model.episode import Credit, Enclosure, Episode, Owner, Person, Show
from podpipe.model.feeds import EVERY, FeedChoices, PingChoices
from podpipe.model.findings import Finding, Level, Where
from podpipe.model.manuscript import Chapter, Link, Manuscript, Notes, SourceFile
from podpipe.model.picture import PictureFacts
from podpipe.model.publication import Artifact, FileContent, Holding, MadeContent, PublishPlan, PublishReport, Reason, SocialPost, Step
from podpipe.model.tags import AudioTags, Cover
from podpipe.model.transcript import Transcript

__all__ = [
    "EVERY",
    "Artifact",
    "AudioFacts",
    "AudioRecord",
    "AudioTags",
    "BitrateMode",
    "Chapter",
    "Cover",
    "Credit",
    "Doubt",
    "Enclosure",
    "Episode",
    "FeedChoices",
    "FileContent",
    "Finding",
    "Holding",
    "Level",
    "Link",
    "MadeContent",
    "Manuscript",
    "Notes",
    "Owner",
    "Person",
    "PictureFacts",
    "PingChoices",
    "PublishPlan",
    "PublishReport",
    "PublishedAudio",
    "Reason",
    "Show",
    "SocialPost",
    "SourceFile",
    "Step",
    "Transcript",
    "Where",
]
