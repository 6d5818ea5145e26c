"""The rules about what a publish brings together, audio, pictures, people and transcripts, and about where it brings them."""

from __future__ import annotations

from podpipe.rules.model import Rule

AUDIO = (
    Rule("audio-none", "warning", "the episode names no audio", "add audio_file_path: /audio/FILE"),
    Rule("audio-missing", "warning", "the audio file is not in the show's folder", "put it there"),
    Rule("audio-missing-new", "error", "a new episode has no audio", "put it in its place, or use --allow-missing-audio", fixed=True),
    Rule("audio-type", "error", "the name tells of no audio that podcasts play", "use a name that ends in .mp3 or .m4a", fixed=True),
    Rule("audio-type-unsaid", "warning", "an address does not tell what kind of audio it is", "use one that ends in .mp3 or .m4a"),
    Rule("audio", "error", "the audio file is damaged, or not what its name says", "export it again", fixed=True),
    Rule("audio-address", "error", "nobody knows where listeners find audio in a bucket", "add it to [audio.addresses]", fixed=True),
    Rule("audio-changed", "warning", "audio plays for another time than podpipe.lock says, or has another size", "make sure it is right"),
    Rule("audio-cut-short", "error", "a file ends before its sound does", "copy or export it again"),
    Rule("audio-damaged", "warning", "a part of a file is damaged", "export it again"),
    Rule("audio-estimated", "warning", "a duration is an estimate, since only a part of the file was read", "export it with an index"),
    Rule("audio-index", "warning", "a file states another duration than it has", "export it again"),
    Rule("audio-joined", "warning", "a file is joined from several recordings", "export it as one"),
    Rule("audio-tags", "warning", "something is not written into the published audio", "look at what it says"),
    Rule("audio-type-served", "warning", "a server calls a file something that it is not", "have it serve the right Content-Type"),
    Rule("audio-unreachable", "warning", "audio on another host cannot be measured", "look at its address, and at the host"),
    Rule("audio-video", "warning", "a file named as audio holds a video", "export the sound alone, or name it .mp4"),
    Rule("audio-video-none", "info", "a file named as video holds sound alone", "name it .m4a"),
    Rule("audio-size-wrong", "warning", "the size that is written is not the file's", "leave it blank: podpipe fills it in"),
    Rule("duration-wrong", "warning", "the duration that is written is not the audio's", "leave it blank: podpipe fills it in"),
    Rule("episode-left-out", "info", "an episode is new too, and --episode leaves it out", "publish without --episode"),
)

FEEDS = (
    Rule("feed-tag-unused", "warning", "a tag has a feed by the settings, and no episode", "correct it, or give an episode that tag"),
    Rule("ping-failed", "warning", "a service could not be told that the feed has changed", "look at what it says"),
)

TARGETS = (
    Rule("release-undone", "error", "a publish would bring back what a rollback has taken away", "correct the show first", fixed=True),
    Rule("release-audio", "warning", "a recording of an earlier release is not kept any more, and stays as it is", "look at its episode"),
    Rule("published-type", "warning", "a target gives an object another content type than it was sent with", "look at its rules for types"),
    Rule("target-empty", "error", "podpipe has published nothing on a target", "publish, or correct its URL"),
    Rule("object-missing", "error", "something that was published is not there any more", "run podpipe publish --recheck"),
    Rule("object-length", "error", "something that was published has another length there", "run podpipe publish --recheck"),
    Rule("object-changed", "error", "a feed holds something else than was published", "see what else writes to the target"),
    Rule("object-type", "warning", "something that was published has another content type there", "set it with the store's own tools"),
    Rule("object-caching", "info", "something that was published has another Cache-Control there", "set it with the store's own tools"),
    Rule("object-unsure", "warning", "nobody knows what a target holds somewhere, since a publish was cut off", "publish again"),
    Rule("object-unknown", "info", "a target holds files that podpipe did not publish", "nothing, if they are meant to be there"),
    Rule("object-left-behind", "info", "a target holds something of podpipe's own that no release needs", "delete it, or leave it"),
    Rule("upload-unfinished", "info", "an upload in parts was begun and never ended", "publish again, or have the store give it up"),
    Rule("release-incomplete", "warning", "a release cannot be put back, since a part of it is gone", "put back another one"),
    Rule("feed-absent", "error", "the show's feed is not on a target, or cannot be read there", "publish again"),
    Rule("feed-names-missing", "error", "the feed names something that is not on the target", "put it into the show's folder, and publish"),
    Rule("feed-names-length", "error", "audio has another length than the feed says", "put the right file there, and publish"),
    Rule("feed-names-type", "error", "audio has a content type that is none of audio or video", "set it with the store's own tools"),
    Rule("cors-not-set", "warning", "no rule of a bucket lets players on other sites read the feed", "write set_cors = true, or set one"),
    Rule(
        "public-unreachable",
        "warning",
        "the public address cannot be asked, so that nobody knows what listeners find",
        "see that it answers",
    ),
    Rule("public-not-asked", "info", "a publish has changed more than it had the time to look at", "run podpipe audit"),
    Rule("public-missing", "error", "listeners do not get something at its public address", "see what stands between it and the target"),
    Rule("public-length", "error", "audio has another length for listeners than the feed says", "purge it from the CDN's cache"),
    Rule("public-ranges", "error", "audio is not given out in ranges, as players ask for it", "have the host serve byte ranges"),
    Rule("public-redirect", "error", "a page leads away from the show's site", "have the host give the page itself"),
    Rule("public-feed", "error", "what listeners get as the feed is none", "see what stands between the host and the target"),
    Rule("public-stale", "warning", "listeners get an earlier version of the feed, from a CDN's cache, say", "wait, or purge it there"),
    Rule("public-type", "warning", "something has another content type for listeners", "have the host serve it with the right one"),
    Rule("public-cors", "warning", "players on other sites may not read the feed, chapters or transcripts", "allow all origins to GET"),
)

PEOPLE_AND_PICTURES = (
    Rule("person-unknown", "error", "nobody in the roster has this id", "add the person to the settings, or correct the id"),
    Rule("artwork-missing", "error", "the show's artwork is not in the show's folder", "put the file there"),
    Rule("picture-missing", "warning", "a picture is not in the show's folder", "put the file there, or leave the picture out"),
)

TRANSCRIPTS = (
    Rule(
        "transcript-missing", "warning", "a transcript that the front matter names is not there", "put the file there, or correct the path"
    ),
    Rule("transcript-type", "warning", "a file is no kind of transcript that podcast apps know", "use .vtt, .srt, .json, .txt or .html"),
    Rule("transcript-unreadable", "warning", "a transcript is empty, or not written as its kind must be", "export it again"),
    Rule("transcript-encoding", "warning", "a transcript is not UTF-8 text", "save it as UTF-8"),
    Rule("transcript-time", "warning", "a cue's times cannot be read, or it ends before it begins", "correct the times"),
    Rule("transcript-order", "warning", "a cue begins before the one above it", "put the cues in the order of their times"),
    Rule("transcript-overlap", "info", "a cue begins before the one above it has ended", "let each end where the next begins"),
    Rule("transcript-past-end", "warning", "a cue lies after the audio's end", "make sure that the transcript is this episode's"),
    Rule("transcript-unnamed", "info", "a text beside an episode may be its transcript", "name it in the front matter to publish it"),
)
