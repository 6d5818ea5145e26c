"""What one file's content tells about it: how long it plays, how it is coded, and what about it somebody should judge."""

from __future__ import annotations

from dataclasses import dataclass

from podpipe.model import BitrateMode, Chapter, Doubt, Level

COPY_AGAIN = "copy or export the file again"
EXPORT_AGAIN = "export it again from your audio program, and listen to it before you publish"


LONGEST = 7 * 86_400
"""How many seconds a recording may say that it plays; more is not believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What was measured in a file's content. `seconds` is what it really holds; `video` that it holds moving pictures, too."""

    seconds: float
    bitrate: int | None = None
    bitrate_mode: BitrateMode | None = None
    channels: int | None = None
    sample_rate: int | None = None
    chapters: tuple[Chapter, ...] = ()
    cover: str | None = None
    video: bool = False
    doubts: tuple[Doubt, ...] = ()


class NotReadError(Exception):
    """The content is damaged so that nothing can be said of it, or is not of the kind that it seemed to be."""


def cut_short(name: str, seconds: float, stated: float | None = None) -> Doubt:
    """The doubt about a file that ends before its sound does. `stated` is how long it says that it plays, where it does.

    Where a tenth of a second or more is missing, that is an error. A last frame that is not whole may be the work of a program that cuts.
    """
    says = "" if stated is None else f" of the {clock(stated)} that it states"
    level: Level = "error" if stated is not None and stated - seconds >= 0.1 else "warning"
    return Doubt(rule="audio-cut-short", level=level, message=f"{name} is cut short: it holds {clock(seconds)}{says}", hint=COPY_AGAIN)


def damaged(name: str, what: str, *, level: Level = "warning") -> Doubt:
    """The doubt about a file in which something is broken that players may stumble over."""
    return Doubt(rule="audio-damaged", level=level, message=f"{name} is damaged: {what}", hint=EXPORT_AGAIN)


def estimated(name: str, why: str) -> Doubt:
    """The doubt about a duration that was not measured to its end."""
    hint = "export it with a constant bit rate, or with an index (a Xing header), or measure a copy in the show's folder"
    return Doubt(rule="audio-estimated", level="warning", message=f"the duration of {name} is an estimate: {why}", hint=hint)


def clock(seconds: float) -> str:
    """A time for people, to the tenth of a second: `1:02:03.4`."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest // 10:02}.{rest % 10}" if hours else f"{minutes}:{rest // 10:02}.{rest % 10}"
