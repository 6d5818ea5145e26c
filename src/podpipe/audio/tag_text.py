"""What may stand in a tag: text without characters that end or break it, web addresses in ASCII, and chapters by the millisecond."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlsplit, urlunsplit

from podpipe.model import Chapter

_MILLISECOND = timedelta(milliseconds=1)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_END = re.compile(r"\r\n?|[\x85\u2028\u2029]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_URL_CHARACTERS = "%:/?#[]@!$&'()*+,;=-._~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A chapter as a file has it: start and end in milliseconds, the title in one line, and its link in ASCII."""

    start: int
    end: int
    title: str
    url: str | None


def one_line(text: str) -> str:
    """Text for a title: line ends and control characters become a space, a NUL above all, which would end the text in an ID3 frame."""
    return _CONTROL.sub(" ", _LONE_SURROGATE.sub("\ufffd", text))


def plain_text(text: str) -> str:
    """Text of several lines, each ended by a line feed (ID3v2.3, section 3.3), without any other control character but tabs."""
    return _CONTROL_IN_TEXT.sub("", _LINE_END.sub("\n", _LONE_SURROGATE.sub("\ufffd", text)))


def ascii_url(url: str) -> str:
    """A web address as URL frames hold it, in ASCII: the host in Punycode, everything else percent-encoded in UTF-8 (RFC 3986)."""
    url = _LONE_SURROGATE.sub("\ufffd", url).strip()
    if url.isascii() and url.isprintable() and " " not in url:
        return url
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        if parts.hostname and not parts.hostname.isascii():
            user, at, _ = parts.netloc.rpartition("@")
            port = f":{parts.port}" if parts.port else ""
            url = urlunsplit(parts._replace(netloc=f"{user}{at}{host}{port}"))
    except ValueError:  # no host name that the DNS could hold
        pass
    return quote(url, safe=_URL_CHARACTERS)


def marks(chapters: tuple[Chapter, ...], duration: timedelta) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """Chapters as they are written, each until the next one starts and the last until the audio ends, and what is left out, as notes."""
    end = _milliseconds(duration)
    starts = [_milliseconds(chapter.start) for chapter in chapters]
    inside = sum(start < end for start in starts)
    made = tuple(
        Mark(start=start, end=stop, title=one_line(chapter.title), url=ascii_url(chapter.url) if chapter.url else None)
        for chapter, start, stop in zip(chapters, starts, [*starts[1:inside], end], strict=False)
    )
    late = len(chapters) - inside
    note = (
        f"{late} {'chapter begins' if late == 1 else 'chapters begin'} after the audio's end and {'is' if late == 1 else 'are'} not written"
    )
    return made[:inside], (note,) if late else ()


def _milliseconds(time: timedelta) -> int:
    return time // _MILLISECOND
