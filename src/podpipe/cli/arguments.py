"""The commands of podpipe and their arguments, with examples in each command's help."""

from __future__ import annotations

import argparse
from pathlib import Path

from podpipe import __version__
from podpipe.cli.publishing_arguments import add_publishing
from podpipe.cli.shared_arguments import Commands, command, json_option, measure_hosted, no_links, no_measure_hosted

_TOP = """\
examples:
  podpipe init my-show                      begin a show in a new folder
  podpipe new "What we learned"             write the next episode's file
  podpipe preview                           look at the show in a browser while you write
  podpipe check                             everything that somebody should look at
  podpipe fix                               what can be mended by itself, as a diff
  podpipe publish                           publish to the targets in podpipe.toml
  podpipe build --show ../old-show          build a Yattecast show as it is, unconverted

podpipe COMMAND --help tells more. Exit codes: 0 done, 1 findings or failure, 2 wrong usage.
"""


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; wrong usage ends with exit code 2."""
    parser = argparse.ArgumentParser(
        prog="podpipe",
        description="A folder of Markdown episodes and audio in, a published podcast out.",
        epilog=_TOP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"podpipe {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _build(commands)
    add_publishing(commands)
    _diff(commands)
    _check(commands)
    _fix(commands)
    _lock(commands)
    _chapters(commands)
    _posts(commands)
    _preview(commands)
    _serve(commands)
    _init(commands)
    _new(commands)
    return parser


def _build(commands: Commands) -> None:
    parser = command(
        commands,
        "build",
        "turn the show into a folder with its website, feed, chapters and posts",
        "  podpipe build\n  podpipe build --show ../old-show --out /tmp/site",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to (default: _site in the show's folder)")
    no_links(parser)
    measure_hosted(parser)


def _diff(commands: Commands) -> None:
    parser = command(
        commands,
        "diff",
        "show what a publish would change in the feed, episode by episode",
        "  podpipe diff\n  podpipe diff --target s3://my-bucket --json\n"
        "  podpipe diff --against https://old.example/feed.xml                 (before a show moves)\n\n"
        "Exit codes: 0 nothing that would stop a publish, 1 something that would, 2 wrong usage.",
    )
    against = parser.add_mutually_exclusive_group()
    against.add_argument("--target", metavar="URL", help="compare with the feed on this target (default: the first in the settings)")
    against.add_argument("--against", metavar="FILE|URL", help="compare with the feed in a file, or at a web address")
    json_option(parser)
    no_measure_hosted(parser)


def _lock(commands: Commands) -> None:
    parser = command(
        commands,
        "lock",
        "measure all audio and write what was found into podpipe.lock, as a publish does",
        "  podpipe lock\n  podpipe lock --check              (exit code 1 where podpipe.lock is out of date)",
    )
    parser.add_argument("--check", action="store_true", help="write nothing, and say whether anything would change")
    no_measure_hosted(parser)


def _check(commands: Commands) -> None:
    parser = command(
        commands,
        "check",
        "list everything that somebody should look at",
        "  podpipe check\n"
        "  podpipe check --profile apple --profile spotify    (what directories ask for, too)\n"
        "  podpipe check --off audio-missing\n"
        "  podpipe check --format github                      (annotations in a GitHub workflow)\n"
        "  podpipe check --list-rules",
    )
    measure_hosted(parser)
    parser.add_argument("--list-rules", action="store_true", help="list all rules with what each means, and do nothing else")
    parser.add_argument(
        "--profile",
        action="append",
        choices=("apple", "spotify", "psp1"),
        help="check what this directory or standard asks for; may be given more than once (added to those in the settings)",
    )
    parser.add_argument("--off", action="append", type=_rule, metavar="RULE", help="leave this rule out; may be given more than once")
    parser.add_argument(
        "--format",
        choices=("text", "json", "github"),
        default="text",
        help="text, one JSON object a line, or GitHub annotations (default: text)",
    )
    no_links(parser)


def _rule(name: str) -> str:
    from podpipe.rules import refusal

    problem = refusal(name, "off")
    if problem:
        raise argparse.ArgumentTypeError(f"{name} {problem}")
    return name


def _fix(commands: Commands) -> None:
    parser = command(
        commands,
        "fix",
        "show what can be mended in front matter, and write it when told to",
        "  podpipe fix                                   a diff; nothing is written\n"
        "  podpipe fix --write\n"
        "  podpipe fix episodes/2026-05-29-70.md --write\n"
        "\n"
        "Mended is what can mean but one thing: values that YAML cannot read for want of quotes, tabs, dates, sizes and\n"
        "durations in other forms than podpipe writes, keys that stand twice with one value, blanks at the ends of lines.\n"
        "A size or duration that is not the audio file's is blanked where that file is in the show's folder.\n"
        "Exit codes: 0 nothing is left to mend, 1 something is, or a file cannot be read, 2 wrong usage.",
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="only these episodes (default: all of the show)")
    parser.add_argument("--write", action="store_true", help="write what the diff shows")


def _chapters(commands: Commands) -> None:
    parser = command(
        commands,
        "chapters",
        "find the chapters in show notes",
        "  podpipe chapters episodes/*.md\n  podpipe chapters episodes/2026-05-29-70.md --json",
        show=False,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="any Markdown file, with or without front matter")
    json_option(parser)


def _posts(commands: Commands) -> None:
    parser = command(commands, "posts", "write the social posts", "  podpipe posts\n  podpipe posts --episode 70 --json")
    parser.add_argument("--episode", metavar="SLUG", help="only those of this episode")
    json_option(parser)


def _preview(commands: Commands) -> None:
    parser = command(
        commands,
        "preview",
        "serve the show on this machine, and build it anew whenever a file changes",
        "  podpipe preview\n  podpipe preview --port 8080 --drafts",
    )
    parser.add_argument("--port", type=int, default=4000, help="the port on 127.0.0.1; 0 takes a free one (default: 4000)")
    parser.add_argument("--drafts", action="store_true", help="show drafts and episodes whose time has not come, too")


def _serve(commands: Commands) -> None:
    parser = command(
        commands,
        "serve",
        "serve the nightly schedule and the manual deployment to a Prefect server",
        "  prefect server start &\n"
        "  export PREFECT_API_URL=http://127.0.0.1:4200/api\n"
        "  podpipe serve --show my-show\n"
        "  prefect deployment run podpipe-publish/manual --param episode=70",
    )
    parser.add_argument("--name", help="tell this show's deployments apart from another's on the same server: NAME-nightly and NAME-manual")


def _init(commands: Commands) -> None:
    parser = command(
        commands,
        "init",
        "begin a new show",
        '  podpipe init my-show --title "Our show" --language en --time-zone Europe/Berlin',
        show=False,
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="the show's new folder (default: this one)")
    parser.add_argument("--title", help="the show's title (default: the folder's name)")
    parser.add_argument("--language", default="en", metavar="CODE", help="the language it is in, as ja or en-GB (default: en)")
    parser.add_argument("--time-zone", default="UTC", metavar="ZONE", help="where its dates are, as Asia/Tokyo (default: UTC)")


def _new(commands: Commands) -> None:
    parser = command(
        commands,
        "new",
        "write the next episode's file",
        '  podpipe new "What we learned"\n  podpipe new "Live!" --date "2026-12-24 18:00" --audio /audio/live.mp3',
    )
    parser.add_argument("title", help="the episode's title")
    parser.add_argument("--date", metavar="WHEN", help="when it goes out, in the show's time zone (default: now)")
    parser.add_argument(
        "--audio", metavar="PATH", help="its audio file, as the site names it (default: the next number after the last one)"
    )
