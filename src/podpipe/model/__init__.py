"""The nouns of podcasting as values: what the author wrote, what can be published, and what listeners get.

Every stage is a function from these values to these values. They are frozen, refuse impossible content when they are made, and
know nothing of files, networks or formats.
"""

from __future__ import annotations

from podpipe.model.audio import AudioFacts, AudioRecord, BitrateMode, Doubt, PublishedAudio
from podpipe.model.episode import Credit, Enclosure, Episode, Owner, Person, Show
from podpipe.model.feed import (
    PLAIN_CHANNEL,
    PLAIN_ITEM,
    AlternateEnclosure,
    Block,
    Channel,
    Chat,
    ContentLink,
    EpisodeType,
    Funding,
    Image,
    Item,
    License,
    Location,
    MediaSource,
    Recipient,
    RemoteItem,
    ShowType,
    SocialInteract,
    Soundbite,
    Trailer,
    Txt,
    UpdateFrequency,
    Value,
)
from podpipe.model.feeds import EVERY, FeedChoices, PingChoices
from podpipe.model.findings import Finding, Level, Where
from podpipe.model.manuscript import Chapter, Link, Manuscript, Notes, SourceFile
from podpipe.model.picture import PictureFacts
from podpipe.model.publication import Artifact, FileContent, MadeContent, SocialPost, StoredContent
from podpipe.model.publishing import Action, Holding, Kept, Manifest, PublishPlan, PublishReport, Reason, Release, Step, Uploaded
from podpipe.model.tags import AudioTags, Cover
from podpipe.model.transcript import Transcript

__all__ = [
    "EVERY",
    "PLAIN_CHANNEL",
    "PLAIN_ITEM",
    "Action",
    "AlternateEnclosure",
    "Artifact",
    "AudioFacts",
    "AudioRecord",
    "AudioTags",
    "BitrateMode",
    "Block",
    "Channel",
    "Chapter",
    "Chat",
    "ContentLink",
    "Cover",
    "Credit",
    "Doubt",
    "Enclosure",
    "Episode",
    "EpisodeType",
    "FeedChoices",
    "FileContent",
    "Finding",
    "Funding",
    "Holding",
    "Image",
    "Item",
    "Kept",
    "Level",
    "License",
    "Link",
    "Location",
    "MadeContent",
    "Manifest",
    "Manuscript",
    "MediaSource",
    "Notes",
    "Owner",
    "Person",
    "PictureFacts",
    "PingChoices",
    "PublishPlan",
    "PublishReport",
    "PublishedAudio",
    "Reason",
    "Recipient",
    "Release",
    "RemoteItem",
    "Show",
    "ShowType",
    "SocialInteract",
    "SocialPost",
    "Soundbite",
    "SourceFile",
    "Step",
    "StoredContent",
    "Trailer",
    "Transcript",
    "Txt",
    "UpdateFrequency",
    "Uploaded",
    "Value",
    "Where",
]
