"""What can be mended in an episode's front matter without asking its author, and how, with every other byte left as it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Any

from podpipe.dates import parse_date
from podpipe.errors import SourceError
from podpipe.figures import parse_duration, parse_size, plain_figure
from podpipe.frontmatter import FrontMatter, split_front_matter
from podpipe.timecode import full_clock, parse_clock
from podpipe.yaml_text import without_tabs

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n)?")
_FENCE = re.compile(r"(?:-{3,}|\.{3})\s*")
_ENTRY = re.compile(r"([A-Za-z_][\w-]*)([ \t]*:[ \t]*)(.*)")
_ITEM = re.compile(r"([ ]*-[ ]+)(.*)")
_SQUEEZED = re.compile(
    r"(title|date|description|duration|layout|slug|guid|image|audio_file_path|audio_file_url|audio_file_size)[ \t]*[:：][ \t\u3000]*(.+)"
)
_VALUE = re.compile(r"\"[^\"\\]*\"|'[^']*'|[^\s#\"'&*!|>\[{%@`](?:[^\s]|[ ](?![ ]*#))*")
_EXPECTED = frozenset({"title", "date", "audio_file_path", "audio_file_url", "description"})
_LONGEST_ENTRY = 300
_LONGEST_HEAD = 500
_MOST_REPAIRS = 50
_CURLY = "“”‘’"


class _Draft:
    """A file's lines while they are mended; what ends each line stays with it."""

    def __init__(self, text: str) -> None:
        pairs = [(match[1], match[2] or "") for match in _LINE.finditer(text)]
        self.lines = [line for line, _ in pairs]
        self.ends = [end for _, end in pairs]
        self._read: tuple[str, FrontMatter] | None = None

    def read(self) -> FrontMatter:
        """The front matter as it stands, without the notes. Raises SourceError."""
        text = "\n".join(self.lines[: self.head().stop + 1])
        if self._read is None or self._read[0] != text:
            self._read = text, split_front_matter(text, path="")
        return self._read[1]

    def head(self) -> range:
        """The rows between the lines of dashes; to the file's end where the second is missing, none where the first is."""
        first = next((row for row, line in enumerate(self.lines) if line.strip("\ufeff \t")), 0)
        if not _FENCE.fullmatch(self.lines[first].lstrip("\ufeff")):
            return range(0)
        fences = (row for row in range(first + 1, len(self.lines)) if _FENCE.fullmatch(self.lines[row]))
        return range(first + 1, next(fences, len(self.lines)))

    def insert(self, row: int, line: str) -> None:
        self.lines.insert(row, line)
        self.ends.insert(row, self.ends[row - 1])
        self.ends[row - 1] = self.ends[0]  # the file's last line may end with nothing

    def text(self) -> str:
        return "".join(line + end for line, end in zip(self.lines, self.ends, strict=True))


def mended(text: str, *, zone: tzinfo, clear: Collection[str] = ()) -> str:
    """An episode's file with its front matter mended; the text as it is where there is nothing to mend, or nothing safe.

    `text` is the whole file with its own line endings. `zone` is the show's. `clear` names keys to blank, whose figures podpipe measures.
    Mended are YAML that cannot be read but can mean only one thing, tabs, dates, sizes and durations in other forms than podpipe writes,
    curly quotes around them, values cut off at a `#`, keys that stand there twice with one value, and blanks at the ends of lines. Each
    change is kept only if the file then says the same as before.
    """
    draft = _Draft(text)
    _close(draft)
    if not 0 < len(draft.head()) <= _LONGEST_HEAD:
        return text
    if not _make_readable(draft):
        return text
    for row in draft.head():
        _mend_entry(draft, row, zone=zone, clear=clear)
    _mend_cuts(draft)
    _drop_repeated(draft)
    return draft.text()


def _close(draft: _Draft) -> None:
    """End front matter that has no end before its first blank line, if all above is front matter and nothing below is."""
    rows = draft.head()
    if not rows or rows.stop < len(draft.lines):
        return
    blank = next((row for row in rows if not draft.lines[row].strip()), None)
    if blank is None or blank == rows.start:
        return
    below = next((draft.lines[row] for row in range(blank, len(draft.lines)) if draft.lines[row].strip()), "")
    entries = {match[1] for row in range(rows.start, blank) if (match := _ENTRY.fullmatch(draft.lines[row]))}
    if "title" in entries and entries & (_EXPECTED - {"title"}) and not _ENTRY.match(below):
        draft.insert(blank, "---")


def _make_readable(draft: _Draft) -> bool:
    """Repair every line that YAML refuses; False where one cannot be."""
    for _ in range(_MOST_REPAIRS):
        try:
            matter = draft.read()
        except SourceError as error:
            if not _untab(draft) and not _repair(draft, error.line or 0):
                return False
        else:
            return not matter.tabs or _untab(draft)
    return False


def _untab(draft: _Draft) -> bool:
    """Put spaces for the tabs that YAML refuses; False where there are none."""
    rows = draft.head()
    written = "\n".join(draft.lines[rows.start : rows.stop])
    plain = without_tabs(written)
    draft.lines[rows.start : rows.stop] = plain.split("\n") if rows else []
    return plain != written


def _repair(draft: _Draft, line: int) -> bool:
    """Repair the line that YAML stumbles over, or the one before it, so that the reader comes further."""
    rows = draft.head()
    for row in (line - 1, line - 2):
        if row not in rows or len(draft.lines[row]) > 10 * _LONGEST_ENTRY:
            continue
        written = draft.lines[row]
        for repaired in _repairs(written):
            draft.lines[row] = repaired
            try:
                draft.read()
            except SourceError as error:
                if (error.line or 0) > line:
                    return True
            else:
                return True
        draft.lines[row] = written
    return False


def _repairs(line: str) -> Iterator[str]:
    """The line with its value in quotes, or with the blank that must follow a key."""
    if match := _ENTRY.fullmatch(line):
        start, value = match[1] + (match[2] if match[2].endswith((" ", "\t")) else ""), match[3].rstrip()
        if match[2].endswith((" ", "\t")) and value and not _is_open(value):
            yield start + _quoted(_unquoted(value))
    elif (match := _ITEM.fullmatch(line)) and match[2].strip() and not _is_open(match[2].rstrip()):
        yield match[1] + _quoted(_unquoted(match[2].rstrip()))
    if match := _SQUEEZED.fullmatch(line):
        yield f"{match[1]}: {match[2]}"
        yield f"{match[1]}: {_quoted(match[2].rstrip())}"


def _is_open(value: str) -> bool:
    """Whether a value begins with a quote that nothing closes: where it was to end nobody can say. So with a block's `|` and `>`."""
    return (value[0] in "\"'" and value.count(value[0]) == 1) or re.fullmatch(r"[|>][-+0-9]*", value) is not None


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _quoted(value: str) -> str:
    """A value as YAML reads it to the letter."""
    return "'" + value.replace("'", "''") + "'" if '"' in value or "\\" in value else f'"{value}"'


def _mend_entry(draft: _Draft, row: int, *, zone: tzinfo, clear: Collection[str]) -> None:
    """Write one line's figure as podpipe writes it, and take the blanks off its end."""
    line = draft.lines[row]
    match = _ENTRY.fullmatch(line) if len(line) <= _LONGEST_ENTRY else None
    value = _VALUE.match(match[3]) if match else None
    if match and value:
        figure = _figure(match[1], _unquoted(value[0]), zone, clear)
        if figure is not None and _unquoted(value[0]) != figure:
            tail = match[3][value.end() :]
            quote = value[0][0] if value[0][0] in "\"'" else '"' if parse_clock(figure) is not None else ""  # 10:06 is a number to YAML 1.1
            new = f"{match[1]}{match[2]}{quote}{figure}{quote}{tail}" if figure else f"{match[1]}{match[2].rstrip()}{tail}"
            _try(draft, row, new, match[1], zone)
    line = draft.lines[row]
    bare = line.rstrip()
    if bare != line and bare and not bare.endswith((":", "-")):
        _try(draft, row, bare, None, zone)


def _figure(key: str, written: str, zone: tzinfo, clear: Collection[str]) -> str | None:
    """How podpipe writes what stands there; empty to clear it, None for what is no figure or cannot be read."""
    if key in clear:
        return ""
    if key == "date":
        return _canonical_date(written, zone)
    if key == "audio_file_size":
        size = parse_size(written)
        return str(size.length) if size and size.exact else None
    if key == "duration":
        return _canonical_duration(written)
    if key in {"audio_file_path", "audio_file_url"}:
        return written.strip().strip(_CURLY).strip() or None
    return None


def _canonical_duration(written: str) -> str | None:
    """`1:02:03` or seconds as they stand, and other forms as `01:02:03`."""
    plain = plain_figure(written)
    time = parse_duration(plain)
    if time is None:
        return None
    if parse_clock(plain) is not None or plain.replace(".", "", 1).isdigit():
        return plain
    return None if time.microseconds else full_clock(time)


def _canonical_date(written: str, zone: tzinfo) -> str | None:
    """`2026-05-29 08:00:00 +0900`, without the zone or the time that the author left out; ISO 8601 in full is as good."""
    date, elsewhere = parse_date(written, zone=UTC), parse_date(written, zone=timezone(timedelta(hours=1)))
    if date is None or elsewhere is None or date.microsecond:
        return None
    plain = plain_figure(written)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?: ?[+-][0-9]{2}:?[0-9]{2}|Z| UTC)?)?", plain):
        return plain
    if plain.replace(".", "").isdigit():
        return f"{date.astimezone(zone):%Y-%m-%d %H:%M:%S %z}"
    if date == elsewhere:
        return f"{date:%Y-%m-%d %H:%M:%S %z}"
    timed = ":" in plain or re.search(r"[時시점]", plain)
    return f"{date:%Y-%m-%d %H:%M:%S}" if timed else f"{date:%Y-%m-%d}"


def _mend_cuts(draft: _Draft) -> None:
    for key, line, _ in draft.read().cut:
        written = draft.lines[line - 1]
        match = _ENTRY.fullmatch(written)
        if match and key == match[1] and key in {"title", "description"}:
            draft.lines[line - 1] = f"{key}{match[2]}{_quoted(match[3].rstrip())}"
            try:
                draft.read()
            except SourceError:
                draft.lines[line - 1] = written


def _drop_repeated(draft: _Draft) -> None:
    """Drop an entry that is to the letter what the one before it with the same key is."""
    for key, line in reversed(draft.read().repeated):
        rows = draft.head()
        second = _block(draft, line - 1, rows)
        earlier = [row for row in range(rows.start, second.start) if (match := _ENTRY.fullmatch(draft.lines[row])) and match[1] == key]
        first = _block(draft, earlier[-1], rows) if earlier else range(0)
        if first and [draft.lines[row].rstrip() for row in first] == [draft.lines[row].rstrip() for row in second]:
            _remove(draft, second)


def _remove(draft: _Draft, rows: range) -> None:
    """Remove lines, and put them back if the front matter then says something else."""
    values, lines, ends = draft.read().values, list(draft.lines), list(draft.ends)
    del draft.lines[rows.start : rows.stop]
    del draft.ends[rows.start : rows.stop]
    try:
        same = draft.read().values == values
    except SourceError:
        same = False
    if not same:
        draft.lines, draft.ends = lines, ends


def _block(draft: _Draft, row: int, rows: range) -> range:
    """The rows of one entry: its key's, and those below that are indented or items of its list."""
    end = row + 1
    while end < rows.stop and draft.lines[end].startswith((" ", "\t", "-")):
        end += 1
    return range(row, end)


def _try(draft: _Draft, row: int, new: str, key: str | None, zone: tzinfo) -> None:
    """Change a line, and change it back if the front matter then says something else."""
    before, old = draft.read(), draft.lines[row]
    draft.lines[row] = new
    try:
        after = draft.read()
    except SourceError:
        draft.lines[row] = old
        return
    cleared = key if key and not after.values.get(key) else None
    if _meanings(before, zone, cleared) != _meanings(after, zone, cleared):
        draft.lines[row] = old


def _meanings(matter: FrontMatter, zone: tzinfo, without: str | None) -> dict[str, Any]:
    return {key: _meaning(key, value, zone) for key, value in matter.values.items() if key != without}


def _meaning(key: str, value: Any, zone: tzinfo) -> Any:
    if not isinstance(value, str):
        return [_meaning("", item, zone) for item in value] if isinstance(value, list) else value
    if key == "date" and (date := parse_date(value, zone=zone)):
        return date, date.utcoffset()
    if key == "audio_file_size" and (size := parse_size(value)):
        return size
    if key == "duration" and (time := parse_duration(value)) is not None:
        return time
    return value.strip().strip(_CURLY).strip() if key.startswith("audio_file_") else value.strip()
