"""podpipe's own frames of an ID3v2 tag, valid in versions 2.3 and 2.4: one for each fact, and chapters by the Chapter Frame Addendum."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from podpipe.audio.tag_text import Mark, ascii_url, one_line, plain_text
from podpipe.model import AudioTags, Cover

FRONT_COVER = 3
_MOST_CHILDREN = 255
_LATIN_1, _UTF_16, _UTF_8 = 0, 1, 3
_TOP_LEVEL, _ORDERED = 2, 1


def frame_bytes(frame: Any, major: int) -> bytes:
    """One frame as mutagen writes it into a tag of version 2.`major`, header included; nothing for a text frame that says nothing.

    A whole tag written by mutagen has its frames sorted by size; frame by frame, the order is the caller's.
    """
    from mutagen.id3 import ID3

    tag, out = ID3(), io.BytesIO()
    tag.add(frame)
    tag.save(out, v1=0, v2_version=major, padding=lambda _: 0)
    return out.getvalue()[10:]


def fact_frames(tags: AudioTags, major: int) -> Iterator[Any]:
    """What the tags say in words and numbers, in the order in which it is written.

    The link stands twice: WOAF is the standard's own frame for the audio file's page (ID3v2.3, section 4.3.1), WXXX is where tag editors
    and ffmpeg look.
    """
    from mutagen import id3

    texts: dict[Any, str] = {
        id3.TIT2: one_line(tags.title),
        id3.TPE1: one_line(tags.artist),
        id3.TALB: one_line(tags.album),
        id3.TRCK: "" if tags.track is None else str(tags.track),
        id3.TPOS: "" if tags.season is None else str(tags.season),
        id3.TCON: one_line(tags.genre),
    }
    if major == 3:
        texts |= {id3.TYER: f"{tags.published:%Y}", id3.TDAT: f"{tags.published:%d%m}"}
    else:
        texts[id3.TDRC] = f"{tags.published:%Y-%m-%d}"
    for kind, text in texts.items():
        if text.strip():
            yield kind(encoding=_encoding(text, major), text=[text])
    if comment := plain_text(tags.comment).strip():
        yield id3.COMM(encoding=_encoding(comment, major), lang=tags.language, desc="", text=[comment])
    if tags.link:
        url = ascii_url(tags.link)
        yield id3.WOAF(url=url)
        yield id3.WXXX(encoding=_LATIN_1, desc="", url=url)


def cover_frame(cover: Cover) -> Any:
    """The show's or the episode's picture as the front cover."""
    from mutagen import id3

    return id3.APIC(encoding=_LATIN_1, mime=cover.mime_type, type=FRONT_COVER, desc="", data=cover.data)


def chapter_frames(chapters: Sequence[Mark], major: int) -> Iterator[Any]:
    """A table of contents and a frame for each chapter, in the order of time.

    One table holds 255 chapters at most (ID3v2 Chapter Frame Addendum, section 3.2): more are shared out among tables inside the first.
    """
    from mutagen import id3

    ids = [f"chp{number:05}" for number in range(1, len(chapters) + 1)]
    groups = [ids[first : first + _MOST_CHILDREN] for first in range(0, len(ids), _MOST_CHILDREN)]
    if len(groups) > 1:
        tables = [f"toc{number}" for number in range(1, len(groups) + 1)]
        yield id3.CTOC(element_id="toc", flags=_TOP_LEVEL | _ORDERED, child_element_ids=tables, sub_frames=[])
        for table, group in zip(tables, groups, strict=True):
            yield id3.CTOC(element_id=table, flags=_ORDERED, child_element_ids=group, sub_frames=[])
    elif groups:
        yield id3.CTOC(element_id="toc", flags=_TOP_LEVEL | _ORDERED, child_element_ids=ids, sub_frames=[])
    for name, chapter in zip(ids, chapters, strict=True):
        inside: list[Any] = [id3.TIT2(encoding=_encoding(chapter.title, major), text=[chapter.title])] if chapter.title else []
        if chapter.url:
            inside.append(id3.WXXX(encoding=_LATIN_1, desc="", url=chapter.url))
        yield id3.CHAP(element_id=name, start_time=chapter.start, end_time=chapter.end, sub_frames=inside)


def _encoding(text: str, major: int) -> int:
    """Latin-1 where it is enough, for the sake of old readers; else Unicode, which is UTF-16 before ID3v2.4 (ID3v2.3, section 3.3)."""
    if text.isascii():
        return _LATIN_1
    return _UTF_16 if major == 3 else _UTF_8
