"""What the arguments of several commands have in common."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

from podpipe import __version__

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name


def command(commands: Commands, name: str, summary: str, examples: str, *, show: bool = True) -> argparse.ArgumentParser:
    """A command, with examples in its help; with `show`, it works on a show in a folder."""
    parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"podpipe {__version__}")
    if show:
        parser.add_argument("--show", type=Path, default=Path(), metavar="DIR", help="the show's folder (default: this one)")
        parser.add_argument("--quiet", "-q", action="store_true", help="say only what is wrong")
    return parser


def no_links(parser: argparse.ArgumentParser) -> None:
    """--no-check-links."""
    parser.add_argument("--no-check-links", dest="check_links", action="store_false", help="leave out the check of links")


def measure_hosted(parser: argparse.ArgumentParser) -> None:
    """--measure-hosted."""
    parser.add_argument("--measure-hosted", action="store_true", help="ask other hosts for the audio that lies there, and measure it")


def no_measure_hosted(parser: argparse.ArgumentParser) -> None:
    """--no-measure-hosted."""
    parser.add_argument(
        "--no-measure-hosted", dest="measure_hosted", action="store_false", help="take audio on other hosts as podpipe.lock has it"
    )


def json_option(parser: argparse.ArgumentParser) -> None:
    """--json."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
