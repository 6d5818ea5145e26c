"""Which of podpipe's ways to read a file far away a URL asks for: a web server's, or an S3 store's."""

from __future__ import annotations

from threading import Lock
from types import TracebackType
from typing import Any, Self

from podpipe.errors import WebError
from podpipe.ranges import RemoteFile
from podpipe.web import Web, shown_url


class Remote:
    """A session with everybody who keeps audio far away: `http`, `https` and `s3` URLs, for many threads at once.

    It is a context manager that closes its connections, those of `web` too. Every method raises WebError alone.
    """

    def __init__(self, web: Web | None = None) -> None:
        self._web = Web() if web is None else web
        self._made: Any = None
        self._making = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection; files that are still open cannot be read further."""
        self._web.close()
        with self._making:
            if self._made is not None:
                self._made.close()
                self._made = None

    def open(self, url: str) -> RemoteFile:
        """Open a file by one small request, which tells its length, ETag and content type."""
        return self._objects().open(url) if _scheme(url) == "s3" else self._web.open(url)

    def unchanged(self, url: str, *, etag: str | None, length: int, last_modified: str | None = None) -> bool:
        """Whether a file is still the one that had this ETag and length, by one small request; `Web.unchanged` says what counts."""
        if _scheme(url) == "s3":
            return bool(self._objects().unchanged(url, etag=etag, length=length))
        return self._web.unchanged(url, etag=etag, length=length, last_modified=last_modified)

    def _objects(self) -> Any:
        from podpipe.targets.s3.reading import S3Objects

        with self._making:
            if self._made is None:
                self._made = S3Objects(budget=self._web.budget)
            return self._made


def _scheme(url: str) -> str:
    """A URL's scheme in lower case. Raises WebError for what podpipe cannot read from."""
    scheme = url.partition(":")[0].lower()
    if scheme not in {"http", "https", "s3"}:
        shown = shown_url(url)
        raise WebError(f"{shown} is no address that audio can be read from", url=shown, hint="use https://, http:// or s3://")
    return scheme
