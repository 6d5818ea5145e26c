"""An S3 bucket, at Amazon or at any store that speaks S3, as a place to publish; the one home of boto3."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal, cast, get_args
from urllib.parse import parse_qsl, unquote, urlsplit

from podpipe.content import open_content, sendable
from podpipe.errors import TargetError
from podpipe.model import Artifact, FileContent

Addressing = Literal["path", "virtual"]

_PART = 8 * 1024 * 1024
_PARTS_AT_ONCE = 4
_ABSENT = {"NoSuchKey", "404"}
_BAD_CREDENTIALS = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidClientTokenId", "InvalidToken", "ExpiredToken", "AuthFailure"}
_OTHER_REGION = {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301"}
_HOW_TO_SIGN_IN = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with ?profile=NAME"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Address:
    """What an `s3://` URL says; what is None comes from boto3's own chain of environment and configuration files."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    profile: str | None = None
    addressing: Addressing | None = None

    @property
    def url(self) -> str:
        """The address as people may see it: the bucket and the prefix."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def parse_address(url: str) -> S3Address:
    """Read `s3://BUCKET/PREFIX?endpoint=URL&region=NAME&profile=NAME&addressing=path|virtual`; everything after the bucket is optional.

    Raises TargetError for anything else, credentials in the URL among it: they would end up in logs and shell histories.
    """
    parts = urlsplit(url)
    shown = f"s3://{parts.netloc.rpartition('@')[2]}{parts.path}"
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    endpoint, addressing = options.get("endpoint"), options.get("addressing")
    if "@" in parts.netloc or "@" in (_host(endpoint) or ""):
        raise TargetError("credentials do not belong into a target's URL", target=shown, hint=_HOW_TO_SIGN_IN)
    if not parts.netloc:
        raise TargetError("an S3 target needs a bucket", target=shown, hint="write s3://BUCKET or s3://BUCKET/PREFIX")
    if unknown := sorted(options.keys() - {"endpoint", "region", "profile", "addressing"}):
        known = "endpoint, region, profile and addressing are known"
        raise TargetError(f"an S3 target has no option {', '.join(unknown)}", target=shown, hint=known)
    if endpoint is not None and not _host(endpoint):
        raise TargetError(
            "the endpoint of an S3 target must be a URL", target=shown, hint="write ?endpoint=https://HOST or http://HOST:PORT"
        )
    if addressing is not None and addressing not in get_args(Addressing):
        raise TargetError(f"no S3 addressing is called {addressing}", target=shown, hint="write ?addressing=path or ?addressing=virtual")
    return S3Address(
        bucket=parts.netloc,
        prefix="/".join(part for part in unquote(parts.path).split("/") if part),
        endpoint=endpoint,
        region=options.get("region") or None,
        profile=options.get("profile") or None,
        addressing=cast("Addressing | None", addressing),
    )


class S3Target:
    """A bucket, or what lies below a prefix of one; a page's key is the object's key as it stands (`episode/70`).

    Safe to use from several threads. An endpoint that cannot be reached, or says nothing at first contact, is reported within 20 seconds.
    """

    parallel = 8

    def __init__(self, url: str) -> None:
        self._address = parse_address(url)
        self._below = f"{self._address.prefix}/" if self._address.prefix else ""
        self._made: tuple[Any, Any] | None = None
        self._making = Lock()

    @property
    def url(self) -> str:
        return self._address.url

    def sizes(self) -> Mapping[str, int]:
        with self._explained():
            pages = self._client().get_paginator("list_objects_v2").paginate(Bucket=self._address.bucket, Prefix=self._below)
            return {found["Key"].removeprefix(self._below): found["Size"] for page in pages for found in page.get("Contents", ())}

    def read(self, key: str) -> bytes | None:
        from botocore.exceptions import ClientError

        with self._explained():
            try:
                answer = self._client(first_contact=True).get_object(Bucket=self._address.bucket, Key=self._below + key)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in _ABSENT:
                    return None
                raise
            with answer["Body"] as body:
                return cast("bytes", body.read())

    def put(self, artifact: Artifact) -> None:
        where = {"Bucket": self._address.bucket, "Key": self._below + artifact.key}
        headers = {"ContentType": artifact.content_type}
        if artifact.cache_control:
            headers["CacheControl"] = artifact.cache_control
        content = sendable(artifact.content)
        with self._explained():
            if isinstance(content, FileContent):
                self._upload(content, where, headers)
            else:
                # As a stream, because bytes go to the socket in one call that must end within the connect timeout: a large feed over a
                # slow line would fail.
                self._client().put_object(**where, **headers, Body=io.BytesIO(content))

    def delete(self, key: str) -> None:
        with self._explained():
            self._client().delete_object(Bucket=self._address.bucket, Key=self._below + key)

    def _upload(self, content: FileContent, where: Mapping[str, str], headers: dict[str, str]) -> None:
        from boto3.s3.transfer import S3Transfer, TransferConfig, create_transfer_manager
        from s3transfer.utils import OSUtils

        class Content(OSUtils):
            """Stands between boto3 and the disk: what boto3 takes for one file is the content in its parts."""

            def get_file_size(self, filename: str) -> int:  # noqa: ARG002 - boto3 asks so
                return content.length

            def open(self, filename: str, mode: str) -> io.BufferedReader:  # noqa: ARG002 - boto3 asks so
                return open_content(content)

        config = TransferConfig(multipart_threshold=_PART, multipart_chunksize=_PART, max_concurrency=_PARTS_AT_ONCE)
        # A file object given to boto3 would be read into memory, ten parts ahead; a file's name is read in pieces, as it is sent.
        with S3Transfer(manager=create_transfer_manager(self._client(), config, Content())) as transfer:
            transfer.upload_file(content.path, where["Bucket"], where["Key"], extra_args=headers)

    def _client(self, *, first_contact: bool = False) -> Any:
        with self._making:
            if self._made is None:
                self._made = connect(self._address, connections=self.parallel * _PARTS_AT_ONCE)
        return self._made[0 if first_contact else 1]

    @contextmanager
    def _explained(self) -> Iterator[None]:
        from boto3.exceptions import S3UploadFailedError
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            raise explain_refusal(error, self._address) from error
        except BotoCoreError as error:
            raise explain_failure(error, self._address) from error
        except S3UploadFailedError as error:
            # boto3 wraps what the store answered to an upload without naming it as the cause.
            if isinstance(error.__context__, ClientError):
                raise explain_refusal(error.__context__, self._address) from error
            raise TargetError(f"an upload failed: {error}", target=self.url, hint="publish again") from error
        except OSError as error:
            raise TargetError(
                f"a file could not be sent: {error}", target=self.url, hint="see that it is still there, then publish again"
            ) from error


def connect(address: S3Address, *, connections: int) -> tuple[Any, Any]:
    """Make two clients: one for the first question, which gives up soon, and one that bears with slow lines and long lists."""
    import boto3
    from botocore.config import Config

    session = boto3.session.Session(profile_name=address.profile, region_name=address.region)

    def client(*, read_timeout: int, attempts: int, own_store: bool) -> Any:
        config = Config(
            connect_timeout=4,
            read_timeout=read_timeout,
            retries={"mode": "standard", "total_max_attempts": attempts},
            max_pool_connections=connections,
        )
        if own_store:
            # Checksums that boto3 adds since 1.36, and the bucket as a part of the host name, are more than most other stores understand.
            config = config.merge(
                Config(signature_version="s3v4", request_checksum_calculation="when_required", response_checksum_validation="when_required")
            )
        addressing = address.addressing or ("path" if own_store else None)
        if addressing:
            config = config.merge(Config(s3={"addressing_style": addressing}))
        region = session.region_name or "us-east-1"
        return session.client("s3", endpoint_url=address.endpoint, region_name=region, config=config)

    try:
        own_store = address.endpoint is not None
        first = client(read_timeout=5, attempts=2, own_store=own_store)
        if not own_store and not _is_amazon(first.meta.endpoint_url):
            own_store = True
            first = client(read_timeout=5, attempts=2, own_store=True)
        return first, client(read_timeout=60, attempts=3, own_store=own_store)
    except ValueError as error:
        hint = "look at AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL and the region"
        raise TargetError(f"the S3 settings cannot be used: {error}", target=address.url, hint=hint) from error


def _host(endpoint: str | None) -> str | None:
    try:
        parts = urlsplit(endpoint or "")
    except ValueError:  # an unclosed bracket, say
        return None
    return parts.netloc if parts.scheme in {"http", "https"} else None


def _is_amazon(endpoint: str) -> bool:
    return (urlsplit(endpoint).hostname or "").endswith((".amazonaws.com", ".amazonaws.com.cn"))


def explain_refusal(error: Any, address: S3Address) -> TargetError:
    """Say what a store's error answer (botocore's ClientError) means; its text is repeated only where it cannot hold a key id."""
    answer = error.response.get("Error", {})
    code, status = str(answer.get("Code", "")), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    bucket = f"bucket {address.bucket}"
    if code == "NoSuchBucket":
        message, hint = f"there is no {bucket}", "create it first, or correct the target's URL"
    elif code in _BAD_CREDENTIALS:
        message, hint = f"{bucket}: the credentials are not valid there ({code})", f"check them; {_HOW_TO_SIGN_IN}"
    elif code in _OTHER_REGION:
        message, hint = f"{bucket} lies in another region ({code})", "name its region with ?region=NAME"
    elif code == "RequestTimeTooSkewed":
        message, hint = f"{bucket}: the store refuses this machine's time", "set the clock right"
    elif status in {401, 403}:
        message = f"{bucket}: access denied ({code or status})"
        hint = "the credentials need s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on its objects"
    else:
        message = f"{bucket}: {error.operation_name} failed: {code or status} {answer.get('Message', '')}".rstrip()
        hint = "publish again later; what has arrived is not sent twice"
    return TargetError(message, target=address.url, hint=hint)


def explain_failure(error: Exception, address: S3Address) -> TargetError:
    """Say what kept botocore from asking the store at all (its BotoCoreError)."""
    from botocore import exceptions as boto

    text = " ".join(str(error).split())
    store = address.endpoint or "the store"
    if isinstance(error, boto.ProfileNotFound):
        message, hint = (
            f"there is no AWS profile called {address.profile or 'as AWS_PROFILE says'}",
            "`aws configure list-profiles` names them",
        )
    elif isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        message, hint = f"no complete credentials for bucket {address.bucket}", _HOW_TO_SIGN_IN
    elif isinstance(error, boto.SSOError | boto.TokenRetrievalError | boto.CredentialRetrievalError | boto.LoginError):
        message, hint = f"the AWS sign-in gives no credentials: {text}", "sign in again, for example with `aws sso login`"
    elif isinstance(error, boto.SSLError):
        message, hint = (
            f"no secure connection to {store}: {text}",
            "check that the endpoint speaks https, and AWS_CA_BUNDLE for a certificate of your own",
        )
    elif isinstance(error, boto.ReadTimeoutError):
        message, hint = f"{store} was reached and gave no answer in time", "check that the endpoint is an S3 server, then publish again"
    elif isinstance(error, boto.ConnectionError | boto.HTTPClientError):
        message, hint = f"cannot reach {store}: {text}", "check the endpoint's address, that the server runs, and the network"
    else:
        message, hint = f"S3 cannot be asked: {text}", "check the target's URL and the AWS settings"
    return TargetError(message, target=address.url, hint=hint)
