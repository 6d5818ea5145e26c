"""How the git program is run: with what settings and environment, for how long at most, and what its complaints mean."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from podpipe.errors import TargetError
from podpipe.targets.git.complaints import explain

CONTACT: Final = 20.0
"""Seconds without a word from a remote, or from git about one, before it counts as unreachable."""

PATIENCE: Final = 300.0
"""Seconds without a word while much is sent, or worked on by the other side."""

LARGE: Final = 1024 * 1024
"""Bytes from which git is to stream a file and not hold it in memory, and from which a blob is not fetched before it is asked for."""

_SETTINGS = {
    "core.hooksPath": os.devnull,  # what a person has git do for his own commits is none of a publish's business
    "core.fsmonitor": "false",
    "core.splitIndex": "false",
    "core.untrackedCache": "false",
    "core.bigFileThreshold": str(LARGE),
    "core.packedRefsTimeout": "10000",
    "core.filesRefLockTimeout": "10000",
    "core.protectHFS": "true",  # as GitHub has it, and every Mac that the branch is cloned to
    "credential.interactive": "never",
    "fastimport.unpackLimit": "0",  # below it, git would write each recording a second time
    "fetch.unpackLimit": "1",
    "gc.autoDetach": "false",
    "http.lowSpeedLimit": "1",
    "http.lowSpeedTime": "60",
    "i18n.commitEncoding": "UTF-8",
    "index.sparse": "false",
    "pack.useSparse": "false",  # or a recording that was renamed is fetched, to be sent back
}
# What git takes from a person's environment; all the rest of GIT_* would lead it to another repository, index, time or transport, above
# all where podpipe runs in a hook.
_KEPT = re.compile(
    r"GIT_(?:SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|EXEC_PATH|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)"
    r"|(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL)|SSL_\w+|HTTP_\w+|PROXY_\w+)"
)
_ENVIRONMENT = {
    "LC_ALL": "C",  # what git says is read here
    "GIT_ALLOW_PROTOCOL": "file:http:https:ssh",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GCM_INTERACTIVE": "never",
    "SSH_ASKPASS_REQUIRE": "never",
}
_SSH_OPTIONS = "-o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a git command gave: its exit status, its output, and what it said to people."""

    status: int
    output: bytes
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """The git program, as it works on one repository.

    `target` is what errors name, `settings` come on top of podpipe's own, and `ssh` is the command that a person's settings name for it.
    """

    folder: Path
    target: str
    settings: Mapping[str, str] = field(default_factory=dict)
    ssh: str = "ssh"

    def ask(
        self, *arguments: str, given: bytes = b"", patience: float = PATIENCE, more: Mapping[str, str] | None = None, inside: bool = True
    ) -> Answer:
        """Run a command to its end, whatever that is. Raises TargetError where git is missing, or is silent for too long.

        `inside` says that the folder is the repository itself; without it git looks for one, or needs none.
        """
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as source:
            source.write(given)
            source.seek(0)
            process = self._start(arguments, source, output, said, more=more, inside=inside)
            try:
                status = _wait(process, (output, said), patience)
            except BaseException:
                kill(process)
                raise
            if status is None:
                raise TargetError(
                    f"no answer for {patience:g} seconds, when git was to {arguments[0]}",
                    target=self.target,
                    hint="check the address and the connection, then publish again",
                )
            return Answer(status=status, output=_all(output), said=_all(said).decode("utf-8", "replace"))

    def run(self, *arguments: str, given: bytes = b"", patience: float = PATIENCE, more: Mapping[str, str] | None = None) -> bytes:
        """The output of a command; raises TargetError where it fails, with what went wrong in plain words."""
        answer = self.ask(*arguments, given=given, patience=patience, more=more)
        if answer.status:
            raise self.error(answer.said)
        return answer.output

    def line(self, *arguments: str, given: bytes = b"", more: Mapping[str, str] | None = None) -> str:
        """The one line that a command gives."""
        return self.run(*arguments, given=given, more=more).decode("utf-8", "surrogateescape").strip()

    def start(
        self, *arguments: str, said: IO[bytes], settings: Mapping[str, str] | None = None, more: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a command that is talked to through its pipes."""
        return self._start(arguments, subprocess.PIPE, subprocess.PIPE, said, settings=settings, more=more)

    def error(self, said: str) -> TargetError:
        """The error for what git said when a command failed."""
        message, hint = explain(said)
        return TargetError(message, target=self.target, hint=hint)

    def _start(
        self,
        arguments: tuple[str, ...],
        source: IO[bytes] | int,
        output: IO[bytes] | int,
        said: IO[bytes],
        *,
        more: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
        inside: bool = True,
    ) -> subprocess.Popen[bytes]:
        program = shutil.which("git")
        if program is None:
            raise TargetError("git is not installed", target=self.target, hint="install git (https://git-scm.com), then publish again")
        chosen = _SETTINGS | dict(self.settings) | dict(settings or {})
        command = [program, *(part for name, value in chosen.items() for part in ("-c", f"{name}={value}")), *arguments]
        environment = _environment(self.ssh) | ({"GIT_DIR": str(self.folder)} if inside else {}) | dict(more or {})
        try:
            # A session of its own has no terminal to ask for a password, and can be ended with all that git started.
            return subprocess.Popen(
                command, stdin=source, stdout=output, stderr=said, cwd=self.folder, env=environment, start_new_session=True
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise TargetError(f"git cannot be run in {self.folder}: {reason}", target=self.target, hint="see to it") from error


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a command at once, with all that it started."""
    if process.poll() is None:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _wait(process: subprocess.Popen[bytes], outputs: tuple[IO[bytes], ...], patience: float) -> int | None:
    """The exit status, None where nothing more came for that long. What git says of its progress is what shows that there is any."""
    heard, seen = time.monotonic(), 0
    while True:
        try:
            return process.wait(timeout=min(1.0, patience))
        except subprocess.TimeoutExpired:
            now, length = time.monotonic(), sum(os.fstat(output.fileno()).st_size for output in outputs)
            if length > seen:
                heard, seen = now, length
            elif now - heard >= patience:
                kill(process)
                return None


def _all(output: IO[bytes]) -> bytes:
    output.seek(0)
    return output.read()


def _environment(ssh: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or _KEPT.fullmatch(name)}
    for name in ("SSH_ASKPASS", "LANGUAGE"):
        kept.pop(name, None)
    command = kept.get("GIT_SSH_COMMAND", ssh)
    if "plink" not in command.lower() and ("GIT_SSH" not in kept or command != "ssh"):
        kept["GIT_SSH_COMMAND"] = f"{command} {_SSH_OPTIONS}"
    return kept | _ENVIRONMENT
