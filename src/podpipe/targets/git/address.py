"""What a git target's URL says: which repository, which branch of it, and which folder in that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from podpipe.errors import TargetError

PAGES_BRANCH: Final = "gh-pages"

_FORMS = "use git:FOLDER, git+https://HOST/OWNER/REPO.git or git+ssh://git@HOST/OWNER/REPO.git, with ?branch=NAME&folder=PATH where needed"
_HOW_TO_SIGN_IN = "git signs in with its own credential helper (for GitHub: gh auth setup-git) or with an ssh key"
_REMOTE = frozenset({"git+file", "git+http", "git+https", "git+ssh"})
_OPTIONS = frozenset({"branch", "folder"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# What ssh and git take for a host and a user; above all none that begins with a dash, which a program would take for an option.
_HOST = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
# The rules of `git check-ref-format`.
_NO_BRANCH = re.compile(r"^[-/.]|[/.]$|//|/\.|\.\.|\.lock(?:/|$)|@\{|^@$|[\x00-\x20\x7f~^:?*\[\\]")
_GITHUB = re.compile(r"(?:^|[@/.])github\.com(?:[:/]|$)", re.IGNORECASE)
_OWN_FOLDER = ".git"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitAddress:
    """Where a show is published with git: `folder` ends in a slash unless it is the root of the repository.

    Exactly one is given of `local`, a repository on this machine that is written to right there, and `remote`, what git is told to fetch
    from and to push to.
    """

    url: str
    branch: str = PAGES_BRANCH
    folder: str = ""
    local: Path | None = None
    remote: str = ""

    @property
    def ref(self) -> str:
        """The branch by its full name."""
        return f"refs/heads/{self.branch}"

    @property
    def place(self) -> str:
        """The repository as a message names it."""
        return self.remote or str(self.local)


def parse_git_address(url: str, *, root: Path) -> GitAddress:
    """Read `git:PATH`, `git+file://`, `git+http(s)://` or `git+ssh://`, with `?branch=NAME&folder=PATH`; relative paths count from `root`.

    Raises TargetError for anything else, credentials in the URL among it: they would end up in logs and shell histories.
    """
    shown = _shown(url)
    if _CONTROL.search(url):
        raise TargetError("the target's URL holds a character that no URL may have", target=_CONTROL.sub("", shown), hint=_FORMS)
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        # Not chained: the error repeats what may be half of a password.
        raise TargetError("the target's URL cannot be read", target=shown, hint=_FORMS) from None
    if parts.fragment or url.endswith("#"):
        raise TargetError("a git target's URL has no part after #", target=shown, hint="write %23 where a name has a #")
    options = _options(parts.query, shown)
    branch = options.get("branch", PAGES_BRANCH)
    if not branch or _NO_BRANCH.search(branch):
        raise TargetError(f"no branch can be called {branch!r}", target=shown, hint=f"name one with ?branch=, for example {PAGES_BRANCH}")
    folder = _folder(options.get("folder", ""), shown)
    if parts.scheme in _REMOTE:
        return GitAddress(url=url, branch=branch, folder=folder, remote=_remote(parts, shown))
    return GitAddress(url=url, branch=branch, folder=folder, local=root.absolute() / _local(parts, shown))


def usable_part(part: str) -> bool:
    """Whether a folder or file in a repository may be called so; git refuses whatever some file system takes for its own folder."""
    return part not in {"", ".", ".."} and "\0" not in part and part.rstrip(". ").lower() not in {_OWN_FOLDER, "git~1"}


def on_github(repository: str) -> bool:
    """Whether a repository's address is one at GitHub, in whatever form git takes."""
    return _GITHUB.search(repository) is not None


def _shown(url: str) -> str:
    """A URL that is refused, without all that may be a password in it: one may hold any character."""
    before, at, rest = url.rpartition("@")
    return (f"{before.partition(':')[0]}://{rest}" if at else url).partition("?")[0]


def _options(query: str, shown: str) -> dict[str, str]:
    pairs = parse_qsl(query.replace("+", "%2B"), keep_blank_values=True)
    options = dict(pairs)
    if unknown := sorted(options.keys() - _OPTIONS):
        raise TargetError(f"a git target has no option {', '.join(unknown)}", target=shown, hint="branch and folder are known")
    if len(options) < len(pairs):
        raise TargetError("the target's URL gives an option twice", target=shown, hint="leave one of the two out")
    return options


def _folder(named: str, shown: str) -> str:
    folder = named.strip("/")
    if folder in {"", "."}:
        return ""
    if not all(map(usable_part, folder.split("/"))):
        raise TargetError(f"not a folder inside of a repository: {named!r}", target=shown, hint="for example ?folder=docs")
    return f"{folder}/"


def _local(parts: SplitResult, shown: str) -> Path:
    if parts.scheme != "git":
        raise TargetError(f"nothing is published by {parts.scheme}:", target=shown, hint=_FORMS)
    if parts.netloc:
        raise TargetError("nothing can be published by git's own protocol, git://", target=shown, hint=_FORMS)
    path = unquote(parts.path)
    if not path or "\0" in path:
        raise TargetError("the target names no repository", target=shown, hint=_FORMS)
    return Path(path).expanduser()


def _remote(parts: SplitResult, shown: str) -> str:
    scheme = parts.scheme.removeprefix("git+")
    sign_in, at, host = parts.netloc.rpartition("@")
    path = unquote(parts.path)
    if _CONTROL.search(path):
        raise TargetError("the target's URL holds a character that no URL may have", target=shown, hint=_FORMS)
    if scheme == "file":
        if parts.netloc not in {"", "localhost"} or not path.startswith("/") or path == "/":
            raise TargetError("git+file: names a repository of this machine", target=shown, hint="use git+file:///FOLDER")
        return f"file://{quote(path)}"
    if at and (scheme != "ssh" or ":" in sign_in):
        raise TargetError("credentials do not belong into a target's URL", target=shown, hint=_HOW_TO_SIGN_IN)
    if not _HOST.fullmatch(host) or len(path) < 2:
        raise TargetError("the target names no repository", target=shown, hint=_FORMS)
    if at and not _USER.fullmatch(sign_in):
        raise TargetError("the target's URL names no user", target=shown, hint="for GitHub it is git@github.com")
    return f"{scheme}://{sign_in}{at}{host}{quote(path, safe='/~')}"
