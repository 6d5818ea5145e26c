"""The commands of podpipe and their arguments, with examples in each command's help."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

from podpipe import __version__

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name

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
    _publish(commands)
    _plan(commands)
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


def _command(commands: Commands, name: str, summary: str, examples: str, *, show: bool = True) -> argparse.ArgumentParser:
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


def _build(commands: Commands) -> None:
    parser = _command(
        commands,
        "build",
        "turn the show into a folder with its website, feed, chapters and posts",
        "  podpipe build\n  podpipe build --show ../old-show --out /tmp/site",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to (default: _site in the show's folder)")
    _no_links(parser)
    _measure_hosted(parser)


def _publish(commands: Commands) -> None:
    parser = _command(
        commands,
        "publish",
        "build the show and bring its targets up to date",
        "  podpipe publish\n"
        "  podpipe publish --dry-run\n"
        "  podpipe publish --episode 70\n"
        "  podpipe publish --target file:public --target s3://my-bucket/show\n"
        "  podpipe publish --allow date-changed:70                             (a change of the feed that is meant; docs/guard.md)\n"
        "  podpipe publish --target 's3://show?endpoint=http://127.0.0.1:9000'   (MinIO on this machine)\n"
        "  podpipe publish --flow                                              (the same stages as a Prefect flow)",
    )
    _targets(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    parser.add_argument(
        "--flow", action="store_true", help="run as a Prefect flow, on the server that PREFECT_API_URL names or a temporary one"
    )


def _plan(commands: Commands) -> None:
    parser = _command(
        commands,
        "plan",
        "show what a publish would change on each target, and why",
        "  podpipe plan\n  podpipe plan --target s3://my-bucket",
    )
    _targets(parser)


def _diff(commands: Commands) -> None:
    parser = _command(
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
    _json(parser)
    _no_measure_hosted(parser)


def _change(option: str) -> str:
    from podpipe.guard import refusal

    problem = refusal(option)
    if problem:
        raise argparse.ArgumentTypeError(problem)
    return option


def _targets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--target",
        action="append",
        metavar="URL",
        help="file:FOLDER or s3://BUCKET/PREFIX; may be given more than once (default: those in the settings)",
    )
    parser.add_argument("--episode", metavar="SLUG", help="of the episodes that are not published yet, only this one")
    parser.add_argument("--allow-missing-audio", action="store_true", help="publish a new episode although its audio is not there")
    change = "publish in spite of this change of the feed, everywhere or in one episode (its slug or GUID); may be given more than once"
    parser.add_argument("--allow", action="append", type=_change, metavar="KIND[:EPISODE]", help=change)
    _no_links(parser)
    _no_measure_hosted(parser)


def _no_links(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-check-links", dest="check_links", action="store_false", help="leave out the check of links")


def _measure_hosted(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--measure-hosted", action="store_true", help="ask other hosts for the audio that lies there, and measure it")


def _no_measure_hosted(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-measure-hosted", dest="measure_hosted", action="store_false", help="take audio on other hosts as podpipe.lock has it"
    )


def _lock(commands: Commands) -> None:
    parser = _command(
        commands,
        "lock",
        "measure all audio and write what was found into podpipe.lock, as a publish does",
        "  podpipe lock\n  podpipe lock --check              (exit code 1 where podpipe.lock is out of date)",
    )
    parser.add_argument("--check", action="store_true", help="write nothing, and say whether anything would change")
    _no_measure_hosted(parser)


def _check(commands: Commands) -> None:
    parser = _command(
        commands,
        "check",
        "list everything that somebody should look at",
        "  podpipe check\n"
        "  podpipe check --profile apple --profile spotify    (what directories ask for, too)\n"
        "  podpipe check --off audio-missing\n"
        "  podpipe check --format github                      (annotations in a GitHub workflow)\n"
        "  podpipe check --list-rules",
    )
    _measure_hosted(parser)
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
    _no_links(parser)


def _rule(name: str) -> str:
    from podpipe.rules import refusal

    problem = refusal(name, "off")
    if problem:
        raise argparse.ArgumentTypeError(f"{name} {problem}")
    return name


def _fix(commands: Commands) -> None:
    parser = _command(
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
    parser = _command(
        commands,
        "chapters",
        "find the chapters in show notes",
        "  podpipe chapters episodes/*.md\n  podpipe chapters episodes/2026-05-29-70.md --json",
        show=False,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="any Markdown file, with or without front matter")
    _json(parser)


def _posts(commands: Commands) -> None:
    parser = _command(commands, "posts", "write the social posts", "  podpipe posts\n  podpipe posts --episode 70 --json")
    parser.add_argument("--episode", metavar="SLUG", help="only those of this episode")
    _json(parser)


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def _preview(commands: Commands) -> None:
    parser = _command(
        commands,
        "preview",
        "serve the show on this machine, and build it anew whenever a file changes",
        "  podpipe preview\n  podpipe preview --port 8080 --drafts",
    )
    parser.add_argument("--port", type=int, default=4000, help="the port on 127.0.0.1; 0 takes a free one (default: 4000)")
    parser.add_argument("--drafts", action="store_true", help="show drafts and episodes whose time has not come, too")


def _serve(commands: Commands) -> None:
    parser = _command(
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
    parser = _command(
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
    parser = _command(
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
