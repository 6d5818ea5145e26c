"""What git and the other side say when they refuse, and what that means for a person who publishes."""

from __future__ import annotations

import re
from typing import Final

AGAIN: Final = "see to it, then publish again"

_SIGN_IN = (
    "git signs in with its own credential helper (for GitHub: gh auth setup-git) or with an ssh key;"
    " set one up that may write there, then publish again"
)
_MEANINGS = tuple(
    (re.compile(pattern, re.IGNORECASE), meaning, hint)
    for pattern, meaning, hint in (
        (
            r"host key verification failed|no matching host key",
            "the remote's ssh key is not known here",
            "connect by hand once (ssh HOST), and accept the key if it is the right one",
        ),
        (
            r"permission denied \(|authentication failed|could not read (?:username|password)|prompts disabled|error: 40[13]\b",
            "the remote does not let podpipe in",
            _SIGN_IN,
        ),
        (
            r"access denied|permission to .* denied|invalid username|write access to repository not granted|deploy key",
            "the remote does not let podpipe in",
            _SIGN_IN,
        ),
        (r"dubious ownership", "the repository is another user's", "if you trust it, run git config --global --add safe.directory FOLDER"),
        (
            r"repository\b.*\bnot found|not appear to be a git repo|not a git repo|error: 404\b",
            "there is no repository, or none that may be seen",
            "check the address; a repository must be there before it is published to (git init --bare makes one)",
        ),
        (r"no space left|disk quota exceeded", "the disk is full", "free some space, then publish again"),
        (
            r"permission denied|insufficient permission|read-only file system|operation not permitted",
            "the repository cannot be written to",
            "give yourself the right to write there",
        ),
        (
            r"could not resolve|failed to connect|connection|timed out|unreachable|unable to access|too slow|empty reply|early eof|hung up",
            "the remote cannot be reached",
            "check the address and the connection, then publish again",
        ),
        (r"invalid path|ignoring path", "git takes no file of such a name", "change the permalink or the file's name"),
    )
)
_PREFIX = re.compile(r"^(?:(?:remote|fatal|error|warning|ssh):\s*)+", re.IGNORECASE)
_FAILURE = re.compile(r"^(?:remote: *)?(?:fatal|error|ssh):", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?<=://)[^\s/'\"]*@")
_REJECTED = re.compile(r"\[[^\]]*rejected\][^(\n]*\((.*)\)")
_REASON = re.compile(r"remote: *(?:error|fatal): (?!trace:|see )", re.IGNORECASE)
_LONGEST = 300


def explain(said: str) -> tuple[str, str]:
    """What went wrong, and what a person can do about it, from what git said when it failed."""
    lines = _lines(said)
    for pattern, meaning, hint in _MEANINGS:
        for line in lines:
            if pattern.search(line):
                return f"{meaning}: {_plain(line)}", hint
    failures = [line for line in lines if _FAILURE.match(line)] or lines[-1:]
    return f"git failed: {_plain(failures[0]) if failures else 'it does not say why'}", AGAIN


def refusal(said: str) -> str | None:
    """The other side's reason, in one line, where it got what was pushed and did not take it."""
    rejected = _REJECTED.search(said)
    if rejected is None:
        return None
    lines = [line for line in _lines(said) if line.startswith("remote:") and "%" not in line and _plain(line)]
    reasons = [line for line in lines if _REASON.match(line)] or lines or [rejected[1]]
    return "; ".join(map(_plain, reasons))[:_LONGEST]


def _lines(said: str) -> list[str]:
    return [line for line in re.split(r"[\r\n]+", _CREDENTIALS.sub("", said)) if line.strip()]


def _plain(line: str) -> str:
    return _PREFIX.sub("", line.strip()).strip()
