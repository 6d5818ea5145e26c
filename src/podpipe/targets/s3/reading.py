"""One object of an S3 bucket as a file that is read by ranges: audio that is kept there, wherever the show is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from typing import Any

from podpipe.errors import TargetError, WebError
from podpipe.ranges import BLOCK, BUDGET, RangedFile, RemoteFile, same_etag
from podpipe.targets.s3.address import STORE_OPTIONS, S3Address, parse_address
from podpipe.targets.s3.connection import connect
from podpipe.targets.s3.refusals import answer_of, explain

_CONNECTIONS = 32
_ATTEMPTS = 2
_CHANGED = {"PreconditionFailed", "412"}
_NO_KEY = {"NoSuchKey", "404"}
_NO_SUCH_RANGE = {"InvalidRange", "416"}


class S3Objects:
    """Objects of any number of buckets, for many threads at once; clients are made once for each store and profile.

    Every failure is a WebError, as it is for other files far away: a missing object or bucket, credentials that are not valid, a store that
    cannot be reached (within 20 seconds), an object that changes while it is read. One object takes at most `budget` bytes.
    """

    def __init__(self, *, budget: int = BUDGET) -> None:
        self._budget = budget
        self._clients: dict[S3Address, Any] = {}
        self._making = Lock()

    def open(self, url: str) -> RemoteFile:
        """Open the object of `s3://BUCKET/KEY?endpoint=URL&region=NAME&profile=NAME&addressing=path|virtual`, by one request for 16 kB.

        What the URL leaves out comes from boto3's own chain of environment and configuration files, as for a target.
        """
        source = self._object(url)
        answer, head = source.get(0, BLOCK)
        whole = _whole_length(answer) if answer else 0
        answer = answer or source.head()
        source.etag = answer.get("ETag")
        changed = answer.get("LastModified")
        return RemoteFile(
            url=url,
            shown=source.shown,
            length=whole,
            etag=source.etag,
            last_modified=None if changed is None else changed.isoformat(),
            content_type=answer.get("ContentType"),
            ranged=True,
            file=RangedFile(source, whole, name=source.shown, head=head, budget=self._budget),
        )

    def unchanged(self, url: str, *, etag: str | None, length: int) -> bool:
        """Whether an object still has this ETag and length, by one request for a single byte. Raises WebError as `open`."""
        source = self._object(url)
        answer, _ = source.get(0, 1)
        whole = _whole_length(answer) if answer else 0
        return whole == length and same_etag((answer or source.head()).get("ETag"), etag)

    def close(self) -> None:
        """Close every connection."""
        with self._making:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _object(self, url: str) -> _Object:
        try:
            url.encode()
            address = parse_address(url, known=STORE_OPTIONS)
        except ValueError as error:
            raise WebError("an S3 address cannot be read", url="s3:…", hint="write s3://BUCKET/PATH/FILE.mp3") from error
        except TargetError as error:
            message = error.message.replace("an S3 target", "an S3 address").replace("a target's URL", "a URL")
            raise WebError(message, url=error.target, hint=error.hint) from error
        if not address.prefix:
            raise WebError(f"{address.url} names a bucket, not an object in it", url=address.url, hint="write s3://BUCKET/PATH/FILE.mp3")
        with _explained(address):
            return _Object(self._client(address), address)

    def _client(self, address: S3Address) -> Any:
        store = replace(address, bucket="", prefix="")
        with self._making:
            if store not in self._clients:
                # The client for first questions: what is read here is small, and an answer must come soon or not at all.
                self._clients[store] = connect(address, connections=_CONNECTIONS)[0]
            return self._clients[store]


class _Object:
    """One object; `etag` is what it must keep while it is read, once that is known."""

    def __init__(self, client: Any, address: S3Address) -> None:
        self._client = client
        self._address = address
        self._where = {"Bucket": address.bucket, "Key": address.prefix}
        self.shown = address.url
        self.etag: str | None = None

    def __call__(self, start: int, stop: int) -> bytes:
        answer, data = self.get(start, stop)
        # Not every store honours IfMatch.
        if not answer or not (self.etag is None or same_etag(answer.get("ETag"), self.etag)):
            raise self._changed()
        if not str(answer.get("ContentRange", "")).startswith(f"bytes {start}-"):
            hint = "keep the audio where byte ranges are served"
            raise WebError(f"{self.shown} cannot be read in parts: its store sends only whole objects", url=self.shown, hint=hint)
        return data

    def get(self, start: int, stop: int) -> tuple[Mapping[str, Any], bytes]:
        """What the store says of the object, and its bytes from `start` up to `stop`; nothing where it has none there."""
        from botocore.exceptions import ClientError

        asked = {"Range": f"bytes={start}-{stop - 1}"} | ({} if self.etag is None else {"IfMatch": self.etag})

        with _explained(self._address):
            try:
                return self._ask(asked, stop - start)
            except ClientError as error:
                code = answer_of(error)[0]
                if code in _CHANGED:
                    raise self._changed() from error
                if code in _NO_SUCH_RANGE:
                    return {}, b""
                raise

    def _ask(self, asked: Mapping[str, str], size: int) -> tuple[Mapping[str, Any], bytes]:
        from botocore.exceptions import IncompleteReadError, ReadTimeoutError, ResponseStreamingError

        for attempt in range(1, _ATTEMPTS + 1):
            answer = self._client.get_object(**self._where, **asked)
            try:
                with answer["Body"] as body:
                    return answer, body.read(size)
            except (IncompleteReadError, ResponseStreamingError, ReadTimeoutError):
                # The connection broke off within the answer, which botocore's own retries do not see.
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError  # the last attempt returns or raises

    def head(self) -> Mapping[str, Any]:
        """What the store says of the object, an empty one too."""
        with _explained(self._address):
            answer: Mapping[str, Any] = self._client.head_object(**self._where)
            return answer

    def _changed(self) -> WebError:
        return WebError(f"{self.shown} changed while it was read", url=self.shown, hint="wait until it is there as a whole, then try again")


def _whole_length(answer: Mapping[str, Any]) -> int:
    # A store that knows no ranges sends the whole, and its length.
    return int(answer["ContentRange"].rpartition("/")[2] if "ContentRange" in answer else answer["ContentLength"])


@contextmanager
def _explained(address: S3Address) -> Iterator[None]:
    """Tell what a store refuses, and what keeps it from being asked, in words for somebody who reads from it."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise _refused(error, address) from error
    except TargetError as error:
        raise WebError(error.message, url=address.url, hint=_for_reading(error.hint)) from error


def _refused(error: Any, address: S3Address) -> WebError:
    explained = explain(error, address)
    if explained is None:
        raise AssertionError from error  # both of boto3's kinds have an explanation
    told, code = explained.error, explained.code
    message, hint = told.message, _for_reading(told.hint)
    if code in _NO_KEY:
        message, hint = f"there is no {address.prefix} in bucket {address.bucket}", "correct the URL, or put the file there"
    elif code == "NoSuchBucket":
        hint = "correct the URL"
    elif "access denied" in message:
        hint = "the credentials need s3:GetObject on the object, and s3:ListBucket on the bucket to tell that one is missing"
    elif "the store answers" in message:
        hint = "try again later"
    answer = getattr(error, "response", None) or {}
    return WebError(message, url=address.url, status=answer.get("ResponseMetadata", {}).get("HTTPStatusCode"), hint=hint)


def _for_reading(hint: str) -> str:
    return hint.replace("publish again", "try again").replace("the target's URL", "the URL")
