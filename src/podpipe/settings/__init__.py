"""What a show has configured: its podpipe.toml, or the `_config.yml` of a Yattecast show that has not been converted."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from podpipe.errors import ConfigError
from podpipe.settings.model import AudioSettings, GuardSettings, PublishSettings, Settings, StaticFolder

__all__ = ["CONFIG", "JEKYLL_CONFIG", "AudioSettings", "GuardSettings", "PublishSettings", "Settings", "StaticFolder", "load_settings"]

CONFIG = "podpipe.toml"
JEKYLL_CONFIG = "_config.yml"

_KEY = re.compile(r"^(?:(\w+)[ \t]*[=:]|\[([\w.-]+)\]|[ \t]+([^\s:#]+):[ \t]*$)", re.MULTILINE)


def load_settings(root: Path) -> Settings:
    """Read a show's settings from its folder.

    Raises ConfigError with every problem at once, each with its file and key, and where the folder holds no show at all.
    """
    # Imported here: a show needs only one of the two.
    if (root / CONFIG).is_file():
        from podpipe.settings.toml import read_toml

        text = _text(root / CONFIG)
        return replace(read_toml(text, root=root, name=CONFIG), lines=_lines(text))
    if (root / JEKYLL_CONFIG).is_file() and (root / "_posts").is_dir():
        from podpipe.settings.yattecast import read_yattecast

        text = _text(root / JEKYLL_CONFIG)
        return replace(read_yattecast(text, root=root, name=JEKYLL_CONFIG), lines=_lines(text))
    what = "is no folder" if not root.is_dir() else f"holds no show: neither {CONFIG} nor {JEKYLL_CONFIG} with _posts/"
    raise ConfigError(f"{root} {what}", path=str(root), hint="go to the show's folder, name it with --show, or begin one with podpipe init")


def _lines(text: str) -> dict[str, int]:
    """The line of each key and table that begins a line, of one that stands twice the first; people's as `people.ID`, in Yattecast too."""
    lines: dict[str, int] = {}
    line, place, table = 1, 0, ""
    for match in _KEY.finditer(text):
        line += text.count("\n", place, match.start())
        place = match.start()
        table = match[1] or match[2] or table
        if not match[3]:
            lines.setdefault(table, line)
        elif table == "actors":
            lines.setdefault(f"people.{match[3]}", line)
    return lines


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path.name} is not UTF-8 text (byte {error.start})", path=path.name, hint="save it as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {error.strerror}", path=path.name) from error
