"""The rules about what authors write: files, front matter, show notes and chapters."""

from __future__ import annotations

from podpipe.rules.model import Rule

FILES = (
    Rule("source-unreadable", "error", "an episode's file cannot be read, or is not UTF-8 text", "save it as UTF-8", fixed=True),
    Rule("slug", "error", "the slug cannot be part of a page's address", "leave out / \\ ? # and %", fixed=True),
    Rule("slug-duplicate", "error", "two files make the same episode", "give one of them another name after its date", fixed=True),
    Rule("path-outside", "error", "a file is named that lies outside of the show's folder", "name a file inside it", fixed=True),
)

FRONT_MATTER = (
    Rule("front-matter", "error", "the front matter cannot be read", "mend the line that is named; quotes often do", fixed=True),
    Rule(
        "front-matter-type", "error", "a key holds something of another kind than it must", "write one value, as the hint says", fixed=True
    ),
    Rule("front-matter-repeated", "warning", "a key stands twice, and only one of its values counts", "remove one of them"),
    Rule("front-matter-cut", "warning", "a blank and # cut a text short, as a comment", "put the whole value in quotes"),
    Rule("front-matter-tab", "warning", "a tab stands where YAML allows only spaces", "replace it by spaces, as podpipe fix does"),
    Rule("title-missing", "error", "the episode has no title", "add title:", fixed=True),
    Rule("date-missing", "error", "the episode has no date", "add date:, or begin the file's name with it", fixed=True),
    Rule("date", "error", "the date cannot be read", "write it as 2026-05-29 08:00:00 +0900", fixed=True),
    Rule("duration", "warning", "the duration cannot be read", "write it as 1:02:03, or leave it blank"),
    Rule("feed-key", "warning", "a key for the feed holds what its tag cannot", "write it as docs/feed.md says; the feed goes without it"),
    Rule("audio-size", "warning", "the size is no number of bytes, or only about right", "leave it blank, or write the exact number"),
)

SHOW_NOTES = (
    Rule("text-not-xml", "warning", "a control character, or another that no feed can hold, stands in the text", "delete it"),
    Rule("liquid", "warning", "Liquid in the show notes cannot be resolved", "write out what it should say"),
    Rule("embed-removed", "warning", "a frame of another site is left out of the page", "link to it instead"),
    Rule("link-own-site", "warning", "a link leads to a page or file that the site does not have", "correct it, or add the file"),
)

CHAPTERS = (
    Rule("chapter-given", "warning", "chapters in the front matter cannot be read", "write a list of times and titles"),
    Rule("chapter-order", "warning", "a chapter stands after one that begins later", "correct the time, or move the line"),
    Rule("chapter-repeated", "warning", "two chapters begin at the same time", "correct one of the times"),
    Rule("chapter-past-end", "warning", "a chapter begins after the audio has ended", "correct the time"),
    Rule("chapters-offset", "error", "chapters_offset is no time", "write seconds, or a time as -0:15"),
)
