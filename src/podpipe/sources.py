"""A show's folder on disk: its episodes' files, the files that are published as they are, and the audio that front matter names."""

from __future__ import annotations

import errno
import functools
import hashlib
import mimetypes
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from podpipe.charset import seems_to_be, with_plain_breaks
from podpipe.errors import ConfigError
from podpipe.model import FileContent, Finding, MadeContent, SourceFile, Where

MARKDOWN = (".md", ".markdown")
_MARKER = ".podpipe"
_CONTENT_TYPES = {
    ".aac": "audio/aac",
    ".flac": "audio/flac",
    ".ico": "image/vnd.microsoft.icon",
    ".json": "application/json",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".m4a": "audio/x-m4a",
    ".m4b": "audio/x-m4a",
    ".m4v": "video/x-m4v",
    ".mp3": "audio/mpeg",
    ".opus": "audio/ogg",
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".webp": "image/webp",
    ".xml": "application/xml",
    ".css": "text/css",
    ".js": "text/javascript",
}
_WITHOUT_EXTENSION = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """A file that is published: where it lies, its key on the site, and the bytes that it has there.

    `content` is what is published of it where that is known already; without it, the file is published as it is.
    """

    path: Path
    key: str
    length: int
    content: FileContent | MadeContent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What was found in the folder of episodes: the files that can be read, and a finding for each that cannot."""

    files: tuple[SourceFile, ...]
    findings: tuple[Finding, ...]


def list_episodes(root: Path, folder: str) -> tuple[str, ...]:
    """The paths below the show's folder of every Markdown file in the folder of episodes, in the order of their names.

    Raises ConfigError where there is no such folder.
    """
    try:
        names = sorted(
            entry.name
            for entry in os.scandir(root / folder)
            if entry.name.lower().endswith(MARKDOWN) and not entry.name.startswith((".", "_"))
        )
    except OSError as error:
        raise ConfigError(
            f"the folder of episodes, {folder}/, cannot be read: {error.strerror}", path=folder, hint="make it, or name it in the settings"
        ) from error
    return tuple(f"{folder}/{name}" for name in names)


def read_source(root: Path, path: str) -> SourceFile | Finding:
    """One episode's file, line breaks as `\\n` and without a byte order mark, or the finding that says why it cannot be read."""
    if not _is_text(path):
        return _unreadable(_shown(path), "the file's name is not UTF-8 text", "rename the file")
    content = b""
    try:
        content = _content(os.path.join(root, path))  # noqa: PTH118 - a path object would double the cost of a small file
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        kind = seems_to_be(content)
        message = f"the file is not UTF-8 text (byte {error.start}){f'; it seems to be {kind}' if kind else ''}"
        return _unreadable(path, message, "save it as UTF-8", line=line)
    except OSError as error:
        return _unreadable(path, f"the file cannot be read: {error.strerror}", "look at its permissions")
    return SourceFile(path=path, text=with_plain_breaks(text), digest=hashlib.sha256(content).hexdigest())


def read_episodes(root: Path, folder: str) -> Folder:
    """Read every Markdown file of the folder of episodes, in the order of their names. Raises ConfigError where there is no such folder."""
    read = [read_source(root, path) for path in list_episodes(root, folder)]
    return Folder(
        files=tuple(source for source in read if isinstance(source, SourceFile)),
        findings=tuple(finding for finding in read if isinstance(finding, Finding)),
    )


def find_audio(root: Path, static: Sequence[tuple[str, str]], written: str) -> Path | None:
    """The audio file that front matter names, None where there is none.

    `written` is looked up in the show's folder, and then as the site path of a published folder; `static` pairs each such folder with its
    prefix on the site. Raises ValueError for a path that leaves the show's folder, by `..` or through a link.
    """
    relative = written.lstrip("/")
    if ".." in relative.replace("\\", "/").split("/") or not relative:
        raise ValueError(written)
    places = [relative]
    places += [f"{folder}/{relative[len(prefix) + 1 :]}" for folder, prefix in static if prefix and relative.startswith(f"{prefix}/")]
    for place in places:
        if os.path.isfile(os.path.join(root, place)):  # noqa: PTH113, PTH118 - Path.is_file raises for a name that is too long
            if not (root / place).resolve().is_relative_to(root.resolve()):
                raise ValueError(written)
            return root / place
    return None


def static_files(
    root: Path, folder: str, prefix: str, *, exclude: Collection[str] = (), whole_site: bool = False
) -> tuple[StaticFile, ...]:
    """The files below a folder that are published as they are, in the order of their keys.

    Names that begin with `.`, `_` or `#` or end in `~` stay out, as in Jekyll, and so do links that leave the show's folder and folders
    that podpipe publishes to. A folder that is not there holds nothing. With `whole_site` the show's own folder is meant: there, files
    with front matter and Markdown are the old engine's sources and stay out too.

    Raises ConfigError where the folder, or a file in it, cannot be read.
    """
    found = []
    start = root / folder if folder else root
    try:
        for path in _walk(start, root.resolve(), exclude if not folder else ()):
            relative = path.relative_to(start).as_posix()
            if whole_site and (path.suffix.lower() in MARKDOWN or _has_front_matter(path)):
                continue
            found.append(StaticFile(path=path, key=f"{prefix}/{relative}" if prefix else relative, length=path.stat().st_size))
    except OSError as error:
        place = _shown(str(error.filename or start))
        raise ConfigError(
            f"{place} cannot be published: {error.strerror}", path=folder, hint="look at its permissions, or at static in the settings"
        ) from error
    return tuple(found)


def content_type(key: str) -> str:
    """The media type of a published file by its name's extension, in the form that podcast apps and browsers expect."""
    extension = PurePosixPath(key).suffix.lower()
    known = _CONTENT_TYPES.get(extension) or _python_types().types_map[True].get(extension)
    if known is None:
        return _WITHOUT_EXTENSION if not extension else "application/octet-stream"
    return f"{known}; charset=utf-8" if known.startswith("text/") else known


@functools.cache
def _python_types() -> mimetypes.MimeTypes:
    """Python's own table of media types: that of the machine would make the same show come out differently elsewhere."""
    return mimetypes.MimeTypes()


def shared_folder(name: str) -> Path:
    """A folder that comes with podpipe, `templates` or `flows`: inside an installed package, or at the top of a clone."""
    here = Path(__file__).resolve().parent
    for place in (here / "_share" / name, here.parent.parent / name):
        if place.is_dir():
            return place
    raise ConfigError(f"podpipe's own folder {name} is missing", hint="install podpipe again")


def _walk(folder: Path, root: Path, exclude: Collection[str], above: frozenset[str] = frozenset()) -> Iterator[Path]:
    """The files of a folder and of those below it. `above` holds the real paths of the folders on the way: a link may lead back to one."""
    here = os.path.realpath(folder)
    if here in above:
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    if any(entry.name == _MARKER for entry in entries):
        return  # a folder that podpipe publishes to
    for entry in entries:
        if entry.name.startswith((".", "_", "#")) or entry.name.endswith("~") or entry.name in exclude:
            continue
        if entry.is_symlink() and not Path(os.path.realpath(entry.path)).is_relative_to(root):
            continue
        if not _is_text(entry.name):
            raise OSError(errno.EILSEQ, "its name is not UTF-8 text", entry.path)
        if entry.is_dir():
            yield from _walk(Path(entry.path), root, (), above | {here})
        elif entry.is_file():
            yield Path(entry.path)


def _content(path: str) -> bytes:
    """A file's bytes, by the system's own calls: for a small file, making a file object takes longer than reading."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        blocks = [os.read(handle, 1 << 16)]
        while blocks[-1]:
            blocks.append(os.read(handle, 1 << 20))
    finally:
        os.close(handle)
    return b"".join(blocks)


def _has_front_matter(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in {b"---\n", b"---\r"}


def _is_text(name: str) -> bool:
    """Whether a file's name is text: Python gives bytes that are not UTF-8 as lone surrogates, which no address can hold."""
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)


def _shown(path: str) -> str:
    return path.encode("utf-8", "replace").decode()


def _unreadable(path: str, message: str, hint: str, *, line: int | None = None) -> Finding:
    return Finding(level="error", rule="source-unreadable", where=Where(path=path, line=line), message=message, hint=hint)
