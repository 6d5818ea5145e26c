"""What an `s3://` URL says: a bucket, a place in it, and how its store is reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args
from urllib.parse import parse_qsl, unquote, urlsplit

from podpipe.errors import TargetError

Addressing = Literal["path", "virtual"]

HOW_TO_SIGN_IN = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with ?profile=NAME"
STORE_OPTIONS = ("endpoint", "region", "profile", "addressing")
"""What tells how a store is reached, for targets and for audio that is kept in a bucket."""

_OPTIONS = (*STORE_OPTIONS, "acl", "timeout")
_ACLS = (
    *("private", "public-read", "public-read-write", "authenticated-read"),
    *("aws-exec-read", "bucket-owner-read", "bucket-owner-full-control"),
)
_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Address:
    """What an `s3://` URL says; what is None comes from boto3's own chain of environment and configuration files.

    `acl` is a canned access control list for every object, None for the bucket's own rules. `timeout` are the seconds without an answer
    after which a request is tried again.
    """

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    profile: str | None = None
    addressing: Addressing | None = None
    acl: str | None = None
    timeout: int = _SECONDS

    @property
    def url(self) -> str:
        """The address as people may see it: the bucket and the prefix."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def parse_address(url: str, *, known: Sequence[str] = _OPTIONS) -> S3Address:
    """Read `s3://BUCKET/PREFIX?endpoint=URL&region=NAME&profile=NAME&addressing=path|virtual&acl=NAME&timeout=SECONDS`.

    Everything after the bucket is optional; `known` are the options that it may carry.

    Raises TargetError for anything else, credentials in the URL among it: they would end up in logs and shell histories.
    """
    parts = urlsplit(url)
    shown = f"s3://{parts.netloc.rpartition('@')[2]}{parts.path}"
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    endpoint, addressing = options.get("endpoint"), options.get("addressing")
    if "@" in parts.netloc or "@" in (host_of(endpoint) or ""):
        raise TargetError("credentials do not belong into a target's URL", target=shown, hint=HOW_TO_SIGN_IN)
    if not parts.netloc:
        raise TargetError("an S3 target needs a bucket", target=shown, hint="write s3://BUCKET or s3://BUCKET/PREFIX")
    if unknown := sorted(options.keys() - set(known)):
        hint = f"{', '.join(known[:-1])} and {known[-1]} are known"
        raise TargetError(f"an S3 target has no option {', '.join(unknown)}", target=shown, hint=hint)
    if endpoint is not None and not host_of(endpoint):
        raise TargetError(
            "the endpoint of an S3 target must be a URL", target=shown, hint="write ?endpoint=https://HOST or http://HOST:PORT"
        )
    if addressing is not None and addressing not in get_args(Addressing):
        raise TargetError(f"no S3 addressing is called {addressing}", target=shown, hint="write ?addressing=path or ?addressing=virtual")
    acl, timeout = options.get("acl"), options.get("timeout", str(_SECONDS))
    if acl is not None and acl not in _ACLS:
        raise TargetError(f"no canned ACL is called {acl}", target=shown, hint=f"one of: {', '.join(_ACLS)}")
    if not (timeout.isascii() and timeout.isdigit() and 0 < int(timeout) <= 3600):
        raise TargetError(f"{timeout!r} is no number of seconds", target=shown, hint="write ?timeout=30")
    return S3Address(
        bucket=parts.netloc,
        prefix="/".join(part for part in unquote(parts.path).split("/") if part),
        endpoint=endpoint,
        region=options.get("region") or None,
        profile=options.get("profile") or None,
        addressing=cast("Addressing | None", addressing),
        acl=acl,
        timeout=int(timeout),
    )


def host_of(endpoint: str | None) -> str | None:
    """The host and port of an endpoint, None where it is no web address."""
    try:
        parts = urlsplit(endpoint or "")
    except ValueError:  # an unclosed bracket, say
        return None
    return parts.netloc if parts.scheme in {"http", "https"} else None


def is_amazon(endpoint: str) -> bool:
    """Whether an endpoint is Amazon's own."""
    return (urlsplit(endpoint).hostname or "").endswith((".amazonaws.com", ".amazonaws.com.cn"))
