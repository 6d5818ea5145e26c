"""The arguments of the commands that change targets or tell of them."""

from __future__ import annotations

import argparse

from podpipe.cli.shared_arguments import Commands, command, json_option, no_links, no_measure_hosted


def add_publishing(commands: Commands) -> None:
    """Add publish, plan, releases, rollback and audit."""
    _publish(commands)
    _plan(commands)
    _releases(commands)
    _rollback(commands)
    _audit(commands)


def _publish(commands: Commands) -> None:
    parser = command(
        commands,
        "publish",
        "build the show and bring its targets up to date",
        "  podpipe publish\n"
        "  podpipe publish --dry-run\n"
        "  podpipe publish --episode 70\n"
        "  podpipe publish --target file:public --target s3://my-bucket/show\n"
        "  podpipe publish --allow date-changed:70                             (a change of the feed that is meant; docs/guard.md)\n"
        "  podpipe publish --target 's3://show?endpoint=http://127.0.0.1:9000'   (MinIO on this machine)\n"
        "  podpipe publish --target 'git+ssh://git@github.com/me/show.git?branch=gh-pages'\n"
        "  podpipe publish --flow                                              (the same stages as a Prefect flow)",
    )
    _targets(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    parser.add_argument(
        "--flow", action="store_true", help="run as a Prefect flow, on the server that PREFECT_API_URL names or a temporary one"
    )
    parser.add_argument("--credentials-block", metavar="NAME", help="with --flow: a Prefect block with the credentials for S3 targets")


def _plan(commands: Commands) -> None:
    parser = command(
        commands,
        "plan",
        "show what a publish would change on each target, and why",
        "  podpipe plan\n  podpipe plan --target s3://my-bucket\n  podpipe plan --json\n\n"
        "Exit codes: 0 nothing would change, 3 something would, 1 a publish would be refused, 2 wrong usage.",
    )
    _targets(parser)
    json_option(parser)


def _releases(commands: Commands) -> None:
    parser = command(
        commands,
        "releases",
        "list the releases that can be put back on each target",
        "  podpipe releases\n  podpipe releases --target s3://my-bucket --json",
    )
    _target(parser)
    json_option(parser)


def _rollback(commands: Commands) -> None:
    parser = command(
        commands,
        "rollback",
        "put an earlier release back on a target, pages and feed",
        "  podpipe releases\n"
        "  podpipe rollback 20261125-0300            (the beginning of an id is enough)\n"
        "  podpipe rollback 20261125-0300 --dry-run\n"
        "  podpipe rollback 20261125-0300 --allow episode-gone:70\n\n"
        "The feed is compared with the one of today first, as by a publish (docs/guard.md). Put a newer release back to undo it.",
    )
    parser.add_argument("release", metavar="ID", help="the release's id, or the beginning of it")
    _target(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    _allow(parser)
    _wait(parser)


def _audit(commands: Commands) -> None:
    parser = command(
        commands,
        "audit",
        "look at everything on each target, and tell what is wrong",
        "  podpipe audit\n"
        "  podpipe audit --target s3://my-bucket --format json\n"
        "  podpipe audit --no-public                 (only what the target itself says)\n\n"
        "Nothing is changed. Where [publishing] has a public_url, everything is asked for there too, as listeners' apps do.\n"
        "Exit codes: 0 no error, 1 errors, or a target that cannot be asked, 2 wrong usage.",
    )
    _target(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="text, or one JSON object a line (default: text)")
    parser.add_argument("--no-public", dest="public", action="store_false", help="leave out what listeners find at the public address")


def _target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--target",
        action="append",
        metavar="URL",
        help="file:FOLDER, s3://BUCKET/PREFIX or git+URL; may be given more than once (default: those in the settings)",
    )


def _targets(parser: argparse.ArgumentParser) -> None:
    _target(parser)
    parser.add_argument("--episode", metavar="SLUG", help="of the episodes that are not published yet, only this one")
    parser.add_argument("--allow-missing-audio", action="store_true", help="publish a new episode although its audio is not there")
    _allow(parser)
    _wait(parser)
    parser.add_argument("--recheck", action="store_true", help="have the targets list what they hold, and mend what is missing there")
    grace = "for how long what is no longer produced stays; 0 removes it now (default: as the settings say, or 7)"
    parser.add_argument("--grace", type=_days, metavar="DAYS", help=grace)
    no_links(parser)
    no_measure_hosted(parser)


def _allow(parser: argparse.ArgumentParser) -> None:
    change = "publish in spite of this change of the feed, everywhere or in one episode (its slug or GUID); may be given more than once"
    parser.add_argument("--allow", action="append", type=_change, metavar="KIND[:EPISODE]", help=change)


def _wait(parser: argparse.ArgumentParser) -> None:
    waiting = "wait so long for another publish on the same target; 0 refuses at once (default: 120)"
    parser.add_argument("--wait", type=_seconds, metavar="SECONDS", help=waiting)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0 to 86400")
    return seconds


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > 3650:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of days from 0 to 3650")
    return int(text)


def _change(option: str) -> str:
    from podpipe.guard import refusal

    problem = refusal(option)
    if problem:
        raise argparse.ArgumentTypeError(problem)
    return option
