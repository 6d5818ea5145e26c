"""The errors that podpipe raises when work cannot go on.

    PodpipeError
      ConfigError        podpipe.toml or _config.yml: file, key, what was expected
      SourceError        an episode: file, line, column
      AudioError         unreadable, truncated, unsupported
      TargetError        refused, unreachable, precondition failed
      WebError           a file on a web server or in a bucket: absent, unreachable, changed while it was read
      NetworkError       a social network's answer

The message comes first and the details are keyword-only with defaults, so that every error survives pickling across task runners.
What somebody should judge is no error but a `podpipe.model.Finding`.
"""

from __future__ import annotations

from collections.abc import Sequence


class PodpipeError(Exception):
    """The root of podpipe's errors: one message for a person, saying what happened, where, and what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class ConfigError(PodpipeError):
    """A show's settings cannot be used. `problems` holds every one found, a line each, with its file and key."""

    def __init__(self, message: str, *, path: str = "", problems: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join((super().__str__(), *(f"  {problem}" for problem in self.problems)))


class SourceError(PodpipeError):
    """An episode's file cannot be read at all. Lines and columns count from 1."""

    def __init__(self, message: str, *, path: str = "", line: int | None = None, column: int | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path
        self.line = line
        self.column = column


class AudioError(PodpipeError):
    """An audio file is unreadable, truncated, or of a kind that no podcast app plays."""

    def __init__(self, message: str, *, path: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path


class TargetError(PodpipeError):
    """A target refused, could not be reached, or does not hold what was expected. `target` is its URL without credentials."""

    def __init__(self, message: str, *, target: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.target = target

    @property
    def told(self) -> str:
        """The error as it is told where several targets are: with the one that it is about before it."""
        return f"{self.target}: {self}" if self.target else str(self)


class WebError(PodpipeError):
    """A file far away cannot be read. `url` is its address without credentials, `status` the HTTP status of an answer that says no."""

    def __init__(self, message: str, *, url: str = "", status: int | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.url = url
        self.status = status


class NetworkError(PodpipeError):
    """A social network answered with an error."""

    def __init__(self, message: str, *, network: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.network = network
