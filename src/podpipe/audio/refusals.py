"""Why a file is refused: what it is instead of the audio that its name promises, and what to do about it."""

from __future__ import annotations

from podpipe.audio.formats import MP4, Kind, extension, kinds
from podpipe.audio.mp4 import has_video
from podpipe.audio.sound import COPY_AGAIN, EXPORT_AGAIN
from podpipe.audio.window import Window
from podpipe.errors import AudioError

_HEAD = 4096
_LFS_POINTER = "version https://git-lfs.github.com/spec/"
_WEB_PAGE = ("<!doctype", "<html", "<head", "<body", "<?xml", "<!--")
_PLAYED = "export it as MP3 or M4A: podcast apps play those"


def refusal(name: str, problem: str, hint: str) -> AudioError:
    """An error about a file: `name` as its author wrote it, then what is wrong with it."""
    return AudioError(f"{name} {problem}", path=name, hint=hint)


def unreadable(file: Window, name: str, found: Kind | str | None) -> AudioError:
    """Why a file could not be read as what its name says, whose content is what was found."""
    text = _text(file.part(0, _HEAD))
    expected = kinds(name)
    if text is not None:
        return _text_refusal(name, text)
    if found is None:
        word = f"as {expected[0].word}" if expected else "as any kind that podcast apps play"
        return refusal(name, f"holds no audio that can be recognised {word}", EXPORT_AGAIN)
    if isinstance(found, str):
        return refusal(name, f"is {found} under another name", _PLAYED)
    if not expected or found in expected:
        return refusal(name, "is damaged or cut short, or has no sound track", COPY_AGAIN)
    word, right = (found.word, found.extension) if found is not MP4 or not has_video(file) else ("MP4 video", ".mp4")
    hint = f"rename it to end in {right}, in the episode's front matter too"
    return refusal(name, f"is named {extension(name)}, but its content is {word}", hint)


def _text_refusal(name: str, text: str) -> AudioError:
    if text.startswith(_LFS_POINTER):
        return refusal(name, "is a Git LFS pointer: the audio itself has not been fetched", "run git lfs pull")
    if text.lstrip().lower().startswith(_WEB_PAGE):
        return refusal(name, "is a web page, not audio", "a download that failed often leaves one: fetch the audio file again")
    return refusal(name, "is a text file, not audio", "put the audio file in its place")


def _text(head: bytes) -> str | None:
    """The beginning of a file as text, None where it is binary."""
    for cut in range(4):  # the last character may have been cut in two, or four
        try:
            text = head[: len(head) - cut].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        return text if all(character.isprintable() or character.isspace() for character in text) else None
    return None
