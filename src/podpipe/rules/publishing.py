"""The rules about what a publish brings together: audio, pictures, people and transcripts."""

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
