"""An S3 bucket, at Amazon or at any store that speaks S3, as a place to publish; with its modules the one home of boto3 and obstore."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar, cast

from podpipe.content import open_content, sendable
from podpipe.errors import TargetError
from podpipe.model import Artifact, FileContent
from podpipe.targets import Credentials, Head, Versioned
from podpipe.targets.s3.address import S3Address, parse_address
from podpipe.targets.s3.connection import Place, Stores, connect, credentials_of_client, place_by_environment, place_of_client
from podpipe.targets.s3.refusals import OTHER_REGION, Told, code_of, explain, explain_plain

__all__ = ["S3Address", "S3Target", "parse_address"]

T = TypeVar("T")

_SMALL = 1024 * 1024
"""What is smaller goes through obstore, which sends a thousand objects in the time in which boto3 sends two hundred."""

_ROUNDS = 4
_HEARD_SECONDS = 8.0
"""A request that failed after all its tries is made again while the store answers others: it is overloaded then, or the line is bad. One
that refuses everything, as a full one does, is to be reported within 20 seconds."""

_CONDITION_TRIES = 8
_LARGEST_COPY = 5 * 1024**3
_JSON = {"Content-Type": "application/json", "Cache-Control": "no-store"}


class S3Target:
    """A bucket, or what lies below a prefix of one; a page's key is the object's key as it stands (`episode/70`).

    Safe to use from several threads. An endpoint that cannot be reached, or says nothing at first contact, is reported within 20 seconds.
    """

    parallel = 12
    lists_cheaply = False
    whole = False

    def __init__(self, url: str, *, credentials: Credentials | None = None) -> None:
        self._address = parse_address(url)
        self._credentials = credentials
        self._below = f"{self._address.prefix}/" if self._address.prefix else ""
        self._clients: tuple[Any, Any] | None = None
        self._stores: Stores | None = None
        self._making = Lock()
        self._heard = 0.0
        self._unconditional = False

    @property
    def url(self) -> str:
        return self._address.url

    def sizes(self) -> Mapping[str, int]:
        import obstore

        def listed() -> dict[str, int]:
            return {found["path"]: found["size"] for page in obstore.list(self._store(), chunk_size=1000) for found in page}

        return self._tried(listed)

    def head(self, key: str) -> Head | None:
        import obstore

        def asked() -> Head | None:
            try:
                found = obstore.get(self._store(), key, options={"head": True})
            except FileNotFoundError:
                return None
            told = found.attributes
            return Head(length=found.meta["size"], content_type=told.get("Content-Type"), cache_control=told.get("Cache-Control", ""))

        return self._tried(asked)

    def read(self, key: str) -> bytes | None:
        found = self.read_version(key)
        return None if found is None else found.data

    def put(self, artifact: Artifact) -> None:
        content = sendable(artifact.content)
        if artifact.length > _SMALL or self._address.acl:
            self._tried(lambda: self._put_large(content, artifact))
            return
        import obstore

        headers = {"Content-Type": artifact.content_type}
        if artifact.cache_control:
            headers["Cache-Control"] = artifact.cache_control
        data = content if isinstance(content, bytes) else self._tried(lambda: _whole(content))
        self._tried(lambda: obstore.put(self._store(), artifact.key, data, attributes=headers, use_multipart=False))

    def copy(self, source: str, key: str, *, content_type: str = "", cache_control: str = "") -> None:
        if not content_type and not self._address.acl:
            import obstore

            self._tried(lambda: obstore.copy(self._store(), source, key))
            return
        arguments: dict[str, str] = self._headers(content_type, cache_control) | {"MetadataDirective": "REPLACE"} if content_type else {}
        arguments |= {"ACL": self._address.acl} if self._address.acl else {}
        where = {"Bucket": self._address.bucket, "Key": self._below + source}
        to = self._below + key

        def copied() -> None:
            from boto3.s3.transfer import TransferConfig

            # In one request up to what S3 copies in one: a copy in parts is more than some stores understand.
            whole = TransferConfig(multipart_threshold=_LARGEST_COPY)
            self.client().copy(where, self._address.bucket, to, ExtraArgs=arguments, Config=whole)

        self._tried(copied)

    def delete(self, key: str) -> None:
        import obstore

        self._tried(lambda: obstore.delete(self._store(), key))

    def read_version(self, key: str) -> Versioned | None:
        import obstore

        def asked() -> Versioned | None:
            try:
                found = obstore.get(self._store(), key)
                return Versioned(data=bytes(found.bytes()), version=found.meta["e_tag"] or "")
            except FileNotFoundError as error:
                if code_of(error) == "NoSuchBucket":
                    raise
                return None

        return self._tried(asked)

    def write_if(self, key: str, data: bytes, *, expected: str | None) -> str | None:
        """Store a small JSON object by `If-None-Match: *`, or `If-Match` with the version's ETag (RFC 9110, sections 13.1.1 and 13.1.2).

        An answer may be lost, or be an error although the object was written; what lies there now says so, where a further try, obstore's
        own among them, finds its condition unmet. Two writers must not write the same data.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        if expected == "" or self._unconditional:  # a store without ETags, or one that refuses conditions
            return self._write(key, data)
        mode: Any = "create" if expected is None else {"e_tag": expected}
        last: Told | None = None
        for _ in range(_CONDITION_TRIES):
            try:
                done = obstore.put(self._store(), key, data, attributes=_JSON, use_multipart=False, mode=mode)
            except (AlreadyExistsError, PreconditionError):
                now = self.read_version(key)
                return now.version if now and now.data == data else None
            except Exception as error:
                last = self._told(error)
                if last is None:
                    raise
                if last.code in {"NotImplemented", "501"}:
                    self._unconditional = True
                    return self._write(key, data)
                if not last.passing or (last.code and self._silent):
                    raise last.error from error
                time.sleep(0.2)
            else:
                self._heard = time.monotonic()
                return done["e_tag"] or ""
        raise last.error if last else AssertionError

    def _write(self, key: str, data: bytes) -> str:
        import obstore

        done = self._tried(lambda: obstore.put(self._store(), key, data, attributes=_JSON, use_multipart=False))
        return done["e_tag"] or ""

    def ages(self, prefix: str) -> Mapping[str, float]:
        from email.utils import parsedate_to_datetime

        def listed() -> dict[str, float]:
            found = self.client().list_objects_v2(Bucket=self._address.bucket, Prefix=self._below + prefix)
            date = found["ResponseMetadata"]["HTTPHeaders"].get("date")
            now = parsedate_to_datetime(date) if date else datetime.now().astimezone()
            entries = found.get("Contents", ())
            return {entry["Key"].removeprefix(self._below): max(0.0, (now - entry["LastModified"]).total_seconds()) for entry in entries}

        return self._tried(listed)

    def unfinished(self) -> Mapping[str, datetime]:
        from podpipe.targets.s3.large import unfinished_uploads

        return self._tried(lambda: unfinished_uploads(self.client(), self._address.bucket, self._below))

    def open_to_players(self, *, change: bool) -> bool | None:
        from podpipe.targets.s3.cors import open_to_players

        return self._tried(lambda: open_to_players(self.client(), self._address, change=change))

    def commit(self, message: str) -> None:
        pass

    def close(self) -> None:
        with self._making:
            for client in self._clients or ():
                client.close()
            self._clients = None

    def _put_large(self, content: bytes | FileContent, artifact: Artifact) -> None:
        from podpipe.targets.s3.large import PART, upload_in_parts

        where = {"Bucket": self._address.bucket, "Key": self._below + artifact.key}
        headers = self._headers(artifact.content_type, artifact.cache_control)
        if self._address.acl:
            headers["ACL"] = self._address.acl
        if artifact.length > PART and isinstance(content, FileContent):
            upload_in_parts(self.client(), where, headers, content)
            return
        # As a stream, because bytes go to the socket in one call that must end within the connect timeout: a large feed over a slow line
        # would fail.
        with io.BytesIO(content) if isinstance(content, bytes) else open_content(content) as body:
            self.client().put_object(**where, **headers, Body=body, ContentLength=artifact.length)

    @staticmethod
    def _headers(content_type: str, cache_control: str) -> dict[str, str]:
        return {"ContentType": content_type} | ({"CacheControl": cache_control} if cache_control else {})

    def _tried(self, ask: Callable[[], T]) -> T:
        for left in reversed(range(_ROUNDS)):
            try:
                found = ask()
            except Exception as error:
                told = self._told(error)
                if told is None:
                    raise
                if told.code in OTHER_REGION and not self._heard and self._found_region():
                    continue
                if not left or not told.passing or self._silent:
                    raise told.error from error
            else:
                self._heard = time.monotonic()
                return found
        raise AssertionError  # the last round returns or raises

    @property
    def _silent(self) -> bool:
        """Whether the store has refused, or left without an answer, all that it was asked lately."""
        return time.monotonic() - self._heard > _HEARD_SECONDS

    def _told(self, error: Exception) -> Told | None:
        # What obstore says is explained without boto3, which may not be loaded at all.
        if type(error).__module__.partition(".")[0] in {"botocore", "boto3"}:
            return explain(error, self._address)
        return explain_plain(error, self._address)

    def client(self) -> Any:
        """The boto3 client, for what is large or what only stores of this kind know."""
        with self._making:
            return self._connected()[1]

    def _connected(self) -> tuple[Any, Any]:
        if self._clients is None:
            from podpipe.targets.s3.large import PARTS_AT_ONCE

            self._clients = connect(self._address, connections=self.parallel * PARTS_AT_ONCE, credentials=self._credentials)
        return self._clients

    def _store(self) -> Any:
        """The store to ask: until it has answered once, the one that gives up soon."""
        with self._making:
            if self._stores is None:
                place, signed = place_by_environment(self._address, self._credentials) or self._place_by_boto3()
                self._stores = Stores(self._address, place, signed)
            return self._stores.patient if self._heard else self._stores.first

    def _place_by_boto3(self) -> tuple[Place, Any]:
        client = self._connected()[1]
        return place_of_client(client, self._address), self._credentials or credentials_of_client(client)

    def _found_region(self) -> bool:
        """Whether boto3 knows the region of a bucket that another one does not serve; from then on it is asked there."""
        if self._address.region is not None or self._address.endpoint is not None:
            return False
        from dataclasses import replace

        from botocore.exceptions import BotoCoreError, ClientError

        try:
            region = self.client().head_bucket(Bucket=self._address.bucket).get("BucketRegion")
        except (BotoCoreError, ClientError):
            return False
        if not region:
            return False
        self.close()
        self._stores = None
        self._address = replace(self._address, region=cast("str", region))
        return True


def _whole(content: FileContent) -> bytes:
    with open_content(content) as opened:
        data = opened.read()
    if len(data) != content.length:
        raise TargetError(f"{content.path} changed while it was being published", hint="publish again")
    return data
