"""What front matter says for the feed alone: every key, and what is told of one that cannot be read."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from podpipe.manuscript import Reading, read_manuscript
from podpipe.model import (
    AlternateEnclosure,
    Chat,
    ContentLink,
    Funding,
    Image,
    Item,
    License,
    Location,
    MediaSource,
    Recipient,
    SocialInteract,
    Soundbite,
    SourceFile,
    Txt,
    Value,
)

FULL = """\
episode_type: bonus
feed:
  block: true
  display: Ch.3
  season_name: The beginning
  images:
    - href: /images/wide.jpg
      aspect_ratio: 16/9
  funding:
    - url: https://talk.example/give
      text: Give
  locations:
    - name: Austin
      rel: subject
      country: us
  license: CC-BY-4.0
  social:
    - protocol: disabled
  txt: a proof
  chat:
    server: irc.example.org
    protocol: irc
  value:
    - type: lightning
      method: keysend
      recipients:
        - type: node
          address: 02d5c1
          split: 99
          fee: true
  soundbites:
    - start: 1:13
      duration: 42.25
      title: The best part
  alternate_enclosures:
    - type: audio/opus
      url: audio/small.opus
      length: 1234
      bitrate: 16000
      title: Small
      default: no
      sources:
        - uri: ipfs://Qm
      integrity: sha384-ExVqijgYHm15PqQqdXfW95x+Rs6C+d6E/ICxyQOeFevnxNLR/wtJNrNYTjIysUBo
  content_links:
    - url: https://video.example/1
      text: Watch it
"""


def read(head: str, body: str = "notes\n") -> Reading:
    text = f"---\ntitle: 1. A title\ndate: 2026-05-29\n{head}---\n{body}"
    return read_manuscript(SourceFile(path="episodes/1.md", text=text, digest=""), zone=UTC)


def item(head: str) -> Item:
    manuscript = read(head).manuscript
    assert manuscript
    return manuscript.item


def test_every_key_is_read() -> None:
    assert item(FULL) == Item(
        type="bonus",
        block=True,
        display="Ch.3",
        season_name="The beginning",
        images=(Image(href="images/wide.jpg", aspect_ratio="16/9"),),
        funding=(Funding(url="https://talk.example/give", text="Give"),),
        locations=(Location(name="Austin", rel="subject", country="US"),),
        license=License(name="CC-BY-4.0"),
        social=(SocialInteract(protocol="disabled"),),
        txts=(Txt(text="a proof"),),
        chat=Chat(server="irc.example.org", protocol="irc"),
        values=(Value(type="lightning", method="keysend", recipients=(Recipient(type="node", address="02d5c1", split=99, fee=True),)),),
        soundbites=(Soundbite(start=timedelta(seconds=73), duration=timedelta(seconds=42.25), title="The best part"),),
        alternates=(
            AlternateEnclosure(
                mime_type="audio/opus",
                sources=(MediaSource(uri="audio/small.opus"), MediaSource(uri="ipfs://Qm")),
                length=1234,
                bitrate=16000,
                title="Small",
                integrity="sha384-ExVqijgYHm15PqQqdXfW95x+Rs6C+d6E/ICxyQOeFevnxNLR/wtJNrNYTjIysUBo",
            ),
        ),
        content_links=(ContentLink(url="https://video.example/1", text="Watch it"),),
    )
    assert read(FULL).findings == ()


def test_an_episode_that_says_nothing_is_a_full_one() -> None:
    assert item("") == Item(type="full")


@pytest.mark.parametrize(
    ("head", "line", "message"),
    [
        ("episode_type: extra\n", 4, "episode_type is 'extra', not one of full, trailer, bonus"),
        ("feed: yes\n", 4, "feed must hold keys and values, each on a line of its own"),
        ("explicit: no\nfeed:\n  soundbite: 1:13\n", 5, "feed.soundbite: is not known; known are alternate_enclosures, block, chat"),
        (
            "feed:\n  soundbites:\n    - start: early\n      duration: 60\n",
            4,
            "feed.soundbites.1.start: 'early' is no time, as 1:13 or 73.5",
        ),
        ("feed:\n  alternate_enclosures:\n    - type: audio/opus\n", 4, "feed.alternate_enclosures.1.url: is missing"),
        ("feed:\n  block: perhaps\n", 4, "feed.block: 'perhaps' is neither true nor false"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line_and_left_out(head: str, line: int, message: str) -> None:
    reading = read(head)
    assert reading.manuscript
    assert reading.manuscript.item == Item()
    (finding,) = reading.findings
    assert (finding.rule, finding.level, finding.where.line) == ("feed-key", "warning", line)
    assert finding.message.startswith(message)


@pytest.mark.parametrize(
    ("head", "body", "line", "name"),
    [
        ("", "one\ntwo \x07 three\n", 6, "U+0007"),
        ("", "one \ufffe\n", 5, "U+FFFE"),
        ("", "one\n\ntwo &#x0b; three\n", 7, "U+000B"),
        ('description: "a \\u0007 b"\n', "one\n", 4, "U+0007"),
        ("", "emoji 👩‍👩‍👧 and \u2028 are fine\n", None, None),
    ],
)
def test_a_character_that_no_feed_can_hold_is_told_with_its_line(head: str, body: str, line: int | None, name: str | None) -> None:
    told = [(finding.where.line, finding.message) for finding in read(head, body).findings if finding.rule == "text-not-xml"]
    assert told == ([(line, f"the character {name}, which no feed can hold, stands in the text")] if name else [])


def test_half_of_a_surrogate_pair_is_an_error_with_its_line() -> None:
    (finding,) = read('description: "a \\ud800 b"\n').findings
    assert (finding.rule, finding.level, finding.where.line, finding.where.column) == ("front-matter", "error", 4, 19)
