"""The rules of the regression guard: what a publish would change in a feed that apps know already."""

from __future__ import annotations

from podpipe.rules.model import Rule

FEED_CHANGES = (
    Rule("feed-malformed", "error", "the feed would not be well formed", "report it: this is podpipe's own mistake", fixed=True),
    Rule("feed-empty", "error", "the feed would have no episode left", "look at what became of them", fixed=True),
    Rule("feed-shrank", "error", "more than a tenth of the episodes would go at once", "look at what became of them", fixed=True),
    Rule("feed-address-changed", "error", "the feed would give itself another address", "correct site_url", fixed=True),
    Rule("show-guid-changed", "error", "the show would have another podcast:guid", "keep the one that it has", fixed=True),
    Rule("order-flipped", "error", "the oldest episode would come first, or the newest again", "correct the dates", fixed=True),
    Rule("episode-gone", "error", "an episode would vanish from the feed", "bring its file back, or its old address and audio", fixed=True),
    Rule("guid-changed", "error", "an episode would have another GUID, or none", "write its old one as guid: into it", fixed=True),
    Rule("guid-shared", "error", "a new episode would have another one's GUID", "give it one of its own", fixed=True),
    Rule("date-changed", "error", "an episode would have another date", "write its old date into it", fixed=True),
    Rule("enclosure-changed", "error", "an episode's audio would have another address", "give the file its old name", fixed=True),
    Rule("enclosure-gone", "error", "an episode would lose its audio", "write audio_file_path: into it again", fixed=True),
    Rule("title-emptied", "error", "the show, or an episode, would have no title", "write its title", fixed=True),
    Rule("guid-added", "warning", "an episode that had no GUID would have one", "look whether apps keep it as one episode"),
    Rule("link-changed", "warning", "an episode's page would have another address", "make the old one lead to it"),
    Rule("order-changed", "warning", "episodes would stand in another order", "look at their dates"),
    Rule("show-title-changed", "warning", "the show would have another title", "make sure that it is meant"),
    Rule("medium-changed", "warning", "an episode's audio would become a video, or the reverse", "make sure that it is meant"),
    Rule("title-changed", "info", "an episode would have another title", "make sure that it is meant"),
    Rule("enclosure-prefixed", "info", "audio would be reached by way of another service, or no longer so", "make sure that it is meant"),
    Rule("type-changed", "info", "the feed would call an episode's audio another kind", "nothing: apps go by the audio itself"),
    Rule("length-changed", "info", "an episode's audio would have another size", "make sure that the file is right"),
    Rule("duration-changed", "info", "an episode's audio would play longer or shorter", "make sure that the file is right"),
    Rule("feed-before-unknown", "info", "nobody knows which feed apps have, so that nothing was compared", "look at what it says"),
)
