"""The command line: each command reads its arguments, calls one function, and says what came of it.

Exit codes: 0 done, 1 findings or failure, 2 wrong usage. Everything but the arguments is imported by the command that needs it, so that
`--help` answers at once.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

from podpipe.cli.arguments import make_parser
from podpipe.errors import PodpipeError

__all__ = ["main", "program"]

_MODULES = {
    **{name: name for name in ("audit", "build", "diff", "fix")},
    **dict.fromkeys(("plan", "publish", "releases", "rollback"), "publishing"),
}
"""Where a command is, if not among the common ones: what only few need is loaded only then."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    chosen = make_parser().parse_args(arguments)
    # What a run makes lives to its end. To look for dead cycles in it after every 700 values, as Python does, is time thrown away.
    gc.set_threshold(100_000, 20, 100)
    try:
        module = import_module(f"podpipe.cli.{_MODULES.get(chosen.command, 'commands')}")
        code: int = getattr(module, chosen.command)(chosen)
        sys.stdout.flush()
    except PodpipeError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        print("podpipe: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read the output has had enough, `head` for one. Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
    except Exception as error:  # the last line of defence: a person gets a sentence, and a traceback only on request
        if os.environ.get("PODPIPE_DEBUG"):
            raise
        return _fail(f"an error of podpipe's own: {type(error).__name__}: {error} (please report it, with what PODPIPE_DEBUG=1 shows)")
    return code


def program() -> NoReturn:
    """The `podpipe` command: what `main` does, and then the end of the process.

    With no thread left that could have something to finish, the system takes the memory back at once. Python would give back each of a
    show's hundred thousand values first: a twentieth of a second for 1,000 episodes.
    """
    code = main()
    if threading.active_count() > 1 or "prefect" in sys.modules:
        sys.exit(code)
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _fail(message: str) -> int:
    print(f"podpipe: {message}", file=sys.stderr)
    return 1
