"""What a show has configured: its podpipe.toml, or the `_config.yml` of a Yattecast show that has not been converted."""

from __future__ import annotations

from pathlib import Path

from podpipe.errors import ConfigError
from podpipe.settings.model import Settings, StaticFolder
from podpipe.settings.toml import read_toml
from podpipe.settings.yattecast import read_yattecast

__all__ = ["CONFIG", "JEKYLL_CONFIG", "Settings", "StaticFolder", "load_settings"]

CONFIG = "podpipe.toml"
JEKYLL_CONFIG = "_config.yml"


def load_settings(root: Path) -> Settings:
    """Read a show's settings from its folder.

    Raises ConfigError with every problem at once, each with its file and key, and where the folder holds no show at all.
    """
    if (root / CONFIG).is_file():
        return read_toml(_text(root / CONFIG), root=root, name=CONFIG)
    if (root / JEKYLL_CONFIG).is_file() and (root / "_posts").is_dir():
        return read_yattecast(_text(root / JEKYLL_CONFIG), root=root, name=JEKYLL_CONFIG)
    what = "is no folder" if not root.is_dir() else f"holds no show: neither {CONFIG} nor {JEKYLL_CONFIG} with _posts/"
    raise ConfigError(f"{root} {what}", path=str(root), hint="go to the show's folder, name it with --show, or begin one with podpipe init")


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path.name} is not UTF-8 text (byte {error.start})", path=path.name, hint="save it as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {error.strerror}", path=path.name) from error
