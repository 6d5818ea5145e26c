"""How a store is reached: obstore for what is small and many, boto3 for the rest, both with the credentials that boto3 finds."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from podpipe.errors import TargetError
from podpipe.targets import Credentials
from podpipe.targets.s3.address import S3Address, is_amazon

FIRST_SECONDS = 4
"""How long the first question waits for an answer: an endpoint that says nothing is to be reported within 20 seconds."""

_CONNECT_SECONDS = 4
_REGION = "us-east-1"
_BODY_SECONDS = 270
"""How much longer an answer may take to arrive than to begin."""

_CREDENTIALS_LAST = timedelta(minutes=5)
_FIRST = (6, 12)
_PATIENT = 4
"""Tries after the first one. With the pauses between them they are over within four seconds where a store refuses all of them at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a bucket is: the endpoint's URL, its region, and whether the bucket's name is part of the host's."""

    endpoint: str
    region: str
    virtual: bool


def connect(address: S3Address, *, connections: int, credentials: Credentials | None = None) -> tuple[Any, Any]:
    """Make two boto3 clients: one for the first question, which gives up soon, and one that bears with slow lines and long lists."""
    import boto3
    from botocore.config import Config

    session = boto3.session.Session(
        profile_name=address.profile,
        region_name=address.region,
        aws_access_key_id=credentials.access_key if credentials else None,
        aws_secret_access_key=credentials.secret_key if credentials else None,
        aws_session_token=credentials.token if credentials else None,
    )

    def client(*, read_timeout: int, attempts: int, own_store: bool) -> Any:
        config = Config(
            connect_timeout=_CONNECT_SECONDS,
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
        region = session.region_name or _REGION
        return session.client("s3", endpoint_url=address.endpoint, region_name=region, config=config)

    try:
        own_store = address.endpoint is not None
        first = client(read_timeout=FIRST_SECONDS, attempts=2, own_store=own_store)
        if not own_store and not is_amazon(first.meta.endpoint_url):
            own_store = True
            first = client(read_timeout=FIRST_SECONDS, attempts=2, own_store=True)
        return first, client(read_timeout=address.timeout, attempts=_PATIENT, own_store=own_store)
    except ValueError as error:
        hint = "look at AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL and the region"
        raise TargetError(f"the S3 settings cannot be used: {error}", target=address.url, hint=hint) from error


def place_by_environment(address: S3Address, credentials: Credentials | None) -> tuple[Place, Credentials] | None:
    """Where the bucket is and who may write to it, where the URL and environment variables say all that boto3 would find.

    None where they do not: boto3 takes a fifth of a second to load, in which a publish that changes nothing is over. Environment variables
    come first in boto3's chain, unless a profile is named; region and endpoint may stand in its configuration file too.
    """
    environment = os.environ
    key, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    found = credentials or (
        Credentials(access_key=key, secret_key=secret, token=environment.get("AWS_SESSION_TOKEN")) if key and secret else None
    )
    endpoint = address.endpoint or environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    profile = address.profile or environment.get("AWS_PROFILE") or environment.get("AWS_DEFAULT_PROFILE")
    if not found or not endpoint or profile or environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
        return None
    if urlsplit(endpoint).scheme not in {"http", "https"} or is_amazon(endpoint) or _has_configuration():
        return None
    region = address.region or environment.get("AWS_DEFAULT_REGION") or _REGION
    return Place(endpoint=endpoint, region=region, virtual=address.addressing == "virtual"), found


def _certificates(bundle: str) -> bytes:
    """The certificates in a file, or in the files of a folder, as boto3 takes either."""
    path = Path(bundle)
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return b"\n".join(file.read_bytes() for file in files if file.is_file())


def _has_configuration() -> bool:
    return Path(os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser().exists()


def place_of_client(client: Any, address: S3Address) -> Place:
    """Where the bucket is, as boto3 has it."""
    endpoint = client.meta.endpoint_url
    amazon = is_amazon(endpoint)
    virtual = address.addressing == "virtual" or (amazon and address.addressing is None and "." not in address.bucket)
    return Place(endpoint=endpoint, region=client.meta.region_name or _REGION, virtual=virtual)


def credentials_of_client(client: Any) -> Callable[[], Any]:
    """Asks boto3 for credentials whenever obstore needs them: those of a role are renewed by it.

    It is asked once at once: what boto3 raises where there are none is plainer than what obstore makes of it.
    """

    def ask() -> dict[str, Any]:
        from botocore.exceptions import NoCredentialsError

        found = client._request_signer._credentials  # noqa: SLF001 - boto3 has no public way from a client to its credentials
        if found is None:
            raise NoCredentialsError
        frozen = found.get_frozen_credentials()
        expires = datetime.now(UTC) + _CREDENTIALS_LAST
        return {"access_key_id": frozen.access_key, "secret_access_key": frozen.secret_key, "token": frozen.token, "expires_at": expires}

    ask()
    return ask


class Stores:
    """Two obstore stores of the objects below an address, made when they are needed: one that gives up soon, one that tries for long."""

    def __init__(self, address: S3Address, place: Place, credentials: Credentials | Callable[[], Any]) -> None:
        self._address = address
        self._place = place
        self._credentials = credentials

    @cached_property
    def first(self) -> Any:
        """For the first question."""
        retries, seconds = _FIRST
        return self._store(answer=min(FIRST_SECONDS, self._address.timeout), retries=retries, seconds=seconds)

    @cached_property
    def patient(self) -> Any:
        """For all that follows, once the store has answered."""
        return self._store(answer=self._address.timeout, retries=_PATIENT, seconds=2 * self._address.timeout + 15)

    def _store(self, *, answer: int, retries: int, seconds: int) -> Any:
        from obstore.store import S3Store

        address, place, credentials = self._address, self._place, self._credentials
        parts = urlsplit(place.endpoint)
        endpoint = f"{parts.scheme}://{address.bucket}.{parts.netloc}{parts.path}" if place.virtual else place.endpoint
        # By a function in any case: beside plain values obstore would take a session's token from the environment, whoever's it is.
        provider: Any = partial(_as_given, credentials) if isinstance(credentials, Credentials) else credentials
        options: Any = {
            "allow_http": parts.scheme == "http",
            "connect_timeout": timedelta(seconds=_CONNECT_SECONDS),
            "read_timeout": timedelta(seconds=answer),
            "timeout": timedelta(seconds=answer + _BODY_SECONDS),
        }
        bundle = os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE")
        if bundle and parts.scheme == "https":
            options["root_certificate"] = _certificates(bundle)
        return S3Store(
            address.bucket,
            prefix=address.prefix or None,
            endpoint=endpoint.rstrip("/"),
            region=place.region,
            virtual_hosted_style_request=place.virtual,
            client_options=options,
            retry_config={
                "max_retries": retries,
                "retry_timeout": timedelta(seconds=seconds),
                "backoff": {"init_backoff": timedelta(seconds=0.2), "max_backoff": timedelta(seconds=5), "base": 2},
            },
            credential_provider=provider,
            skip_signature=False,
            conditional_put="etag",
            disable_bulk_delete=True,  # objects go one by one, and not every store knows the other way
        )


def _as_given(credentials: Credentials) -> dict[str, Any]:
    names = {"access_key_id": credentials.access_key, "secret_access_key": credentials.secret_key}
    return {**names, "token": credentials.token, "expires_at": None}
