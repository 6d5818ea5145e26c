"""What the feed says of an episode, tag by tag."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from podpipe.model import (
    AlternateEnclosure,
    Chapter,
    Chat,
    ContentLink,
    Credit,
    Episode,
    Funding,
    Image,
    License,
    MediaSource,
    Notes,
    Person,
    Show,
    Soundbite,
    Transcript,
    Txt,
)
from tests.test_feed import EPISODE, NAMES, PLAIN, SHOW, items, texts


def made(episode: Episode, show: Show = SHOW) -> Any:
    (item,) = items(show, [episode])
    return item


def said(episode: Episode, name: str, show: Show = SHOW) -> list[tuple[str | None, dict[str, str]]]:
    """The text and the attributes of each of the item's tags of that name."""
    return [(tag.text, dict(tag.attrib)) for tag in made(episode, show).findall(name, NAMES)]


def with_item(**changes: Any) -> Episode:
    return replace(EPISODE, item=replace(EPISODE.item, **changes))


def test_an_episodes_own_number_season_and_picture_stand_in_both_namespaces() -> None:
    show = replace(SHOW, channel=replace(SHOW.channel, seasons=((1, "Beginnings"),)))
    assert said(EPISODE, "podcast:episode", show) == [("2", {})]
    assert said(EPISODE, "podcast:season", show) == [("1", {"name": "Beginnings"})]
    assert said(EPISODE, "podcast:image") == [(None, {"href": "https://cdn.example/2.avif"})]
    own = with_item(display="Ch. 2", season_name="Own")
    assert (said(own, "podcast:episode"), said(own, "podcast:season", show)) == ([("2", {"display": "Ch. 2"})], [("1", {"name": "Own"})])


def test_a_trailer_or_bonus_is_told_from_a_full_episode() -> None:
    assert [texts(made(episode), "itunes:episodeType") for episode in (EPISODE, with_item(type="trailer"))] == [["full"], ["trailer"]]


def test_an_episode_can_be_blocked_by_itself() -> None:
    assert (said(EPISODE, "itunes:block"), said(with_item(block=True), "itunes:block")) == ([], [("Yes", {})])


def test_every_transcript_stands_with_its_kind_and_language() -> None:
    transcripts = (
        Transcript(url="https://talk.example/t/2.vtt", mime_type="text/vtt", language="en"),
        Transcript(url="https://talk.example/t/2.srt", mime_type="application/x-subrip", language="ja"),
        Transcript(url="https://talk.example/t/2.txt", mime_type="text/plain", language="en"),
    )
    assert [attributes for _, attributes in said(replace(EPISODE, transcripts=transcripts), "podcast:transcript")] == [
        {"url": "https://talk.example/t/2.vtt", "type": "text/vtt", "language": "en", "rel": "captions"},
        {"url": "https://talk.example/t/2.srt", "type": "application/x-subrip", "language": "ja", "rel": "captions"},
        {"url": "https://talk.example/t/2.txt", "type": "text/plain", "language": "en"},
    ]


def test_whatever_is_written_for_the_feed_stands_in_it() -> None:
    episode = with_item(
        images=(Image(href="images/wide.jpg", aspect_ratio="16/9"),),
        funding=(Funding(url="https://talk.example/give", text="Give"),),
        license=License(name="ARR"),
        txts=(Txt(text="x"),),
        chat=Chat(server="irc.example", protocol="irc"),
        soundbites=(Soundbite(start=timedelta(seconds=73), duration=timedelta(seconds=42.25), title="Best"),),
        content_links=(ContentLink(url="https://video.example/1", text="Watch"),),
    )
    expected = {
        "funding": [("Give", {"url": "https://talk.example/give"})],
        "license": [("ARR", {})],
        "txt": [("x", {})],
        "chat": [(None, {"server": "irc.example", "protocol": "irc"})],
        "soundbite": [("Best", {"startTime": "73", "duration": "42.25"})],
        "contentLink": [("Watch", {"href": "https://video.example/1"})],
    }
    assert {name: said(episode, f"podcast:{name}") for name in expected} == expected
    assert said(episode, "podcast:image")[1:] == [(None, {"href": "https://talk.example/show/images/wide.jpg", "aspect-ratio": "16/9"})]


def test_another_file_of_the_episode_stands_with_its_sources_and_its_digest() -> None:
    alternate = AlternateEnclosure(
        mime_type="audio/opus",
        sources=(MediaSource(uri="audio/2.opus"), MediaSource(uri="ipfs://Qm", mime_type="application/x-bittorrent")),
        length=10,
        bitrate=16000,
        language="en",
        title="Small",
        default=True,
        integrity="sha384-abc",
    )
    (element,) = made(with_item(alternates=(alternate,))).findall("podcast:alternateEnclosure", NAMES)
    assert dict(element.attrib) == {
        "type": "audio/opus",
        "length": "10",
        "bitrate": "16000",
        "lang": "en",
        "title": "Small",
        "default": "true",
    }
    assert [(part.tag.rpartition("}")[2], dict(part.attrib)) for part in element] == [
        ("source", {"uri": "https://talk.example/show/audio/2.opus"}),
        ("source", {"uri": "ipfs://Qm", "contentType": "application/x-bittorrent"}),
        ("integrity", {"type": "sri", "value": "sha384-abc"}),
    ]
    signed = replace(alternate, integrity="", signature="c2ln")
    (element,) = made(with_item(alternates=(signed,))).findall("podcast:alternateEnclosure", NAMES)
    assert dict(element[-1].attrib) == {"type": "pgp-signature", "value": "c2ln"}


def test_chapters_stand_in_the_item_once() -> None:
    chapters = (Chapter(start=timedelta(seconds=61.25), title='Two "<&>"\nx', url="/about"), Chapter(start=timedelta(0), title="One"))
    (element,) = made(replace(EPISODE, chapters=chapters)).findall("psc:chapters", NAMES)
    assert element.get("version") == "1.2"
    assert [dict(chapter.attrib) for chapter in element] == [
        {"start": "00:00:00", "title": "One"},
        {"start": "00:01:01.250", "title": 'Two "<&>"\nx', "href": "https://talk.example/about"},
    ]
    assert made(PLAIN).find("psc:chapters", NAMES) is None


def test_the_full_notes_stand_as_they_are_whatever_is_in_them() -> None:
    notes = '<p>&amp; ]]&gt; ]]> <?podpipe?> <!-- x --> "q" \u2028 👩‍👩‍👧 \tx</p>\n<pre>a\n  b</pre>'
    assert made(replace(EPISODE, notes=Notes(html=notes))).findtext("content:encoded", namespaces=NAMES) == notes


def test_an_episode_without_notes_has_no_content() -> None:
    assert made(PLAIN).find("content:encoded", NAMES) is None


def test_a_role_that_is_not_of_the_cast_has_its_group() -> None:
    episode = replace(EPISODE, credits=(Credit(person=Person(id="x", name="X"), role="fact checker"),))
    assert said(episode, "podcast:person") == [("X", {"role": "fact checker", "group": "writing"})]


def test_a_frame_of_another_site_is_a_link_in_apps() -> None:
    notes = '<p>a</p>\n<iframe width="560" src="https://video.example/1?a=1&amp;b=2" allowfullscreen></iframe>\n<p>b</p>'
    item = made(replace(EPISODE, notes=Notes(html=notes)))
    link = '<a href="https://video.example/1?a=1&amp;b=2">https://video.example/1?a=1&amp;b=2</a>'
    assert item.findtext("content:encoded", namespaces=NAMES) == f"<p>a</p>\n{link}\n<p>b</p>"
    assert link in item.findtext("description")


def test_a_long_description_is_cut_in_the_subtitle_alone() -> None:
    subtitle = made(replace(EPISODE, description="あ" * 300)).findtext("itunes:subtitle", namespaces=NAMES)
    assert (len(subtitle), subtitle[-2:]) == (255, "あ…")
