"""Who may read a bucket from a page of another site: its CORS rules, and what the store really answers to such a page.

A player in a browser reads feeds, chapters and transcripts only where the store names its site, or all of them, in
`Access-Control-Allow-Origin` (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from podpipe.errors import TargetError
from podpipe.targets import SOME_PLAYER
from podpipe.targets.s3.address import S3Address
from podpipe.targets.s3.refusals import answer_of

_ID = "podpipe-players"
_RULE: Mapping[str, Any] = {
    "ID": _ID,
    "AllowedOrigins": ["*"],
    "AllowedMethods": ["GET", "HEAD"],
    "AllowedHeaders": ["Range"],
    "ExposeHeaders": ["Content-Length", "Content-Range", "ETag", "Accept-Ranges"],
    "MaxAgeSeconds": 3600,
}
_NO_RULES = "NoSuchCORSConfiguration"
_HINT = "let any origin GET and HEAD in the store's own settings, or leave out set_cors"


def open_to_players(client: Any, address: S3Address, *, change: bool) -> bool | None:
    """Whether pages of any site may read what the bucket holds, None where nobody can tell; with `change`, a rule that lets them is added.

    Raises TargetError where the rules are to be changed and the store refuses, and what boto3 raises where it does not answer.
    """
    rules = _rules(client, address)
    # A store may answer every site without being told to, as MinIO and rclone do, whatever they say of rules.
    if not rules and _answers_players(client, address):
        return True
    if rules is None:
        if change:
            # To write rules without knowing those that are there would take them away.
            raise _refused(f"the store does not tell the CORS rules of bucket {address.bucket}", address)
        return None
    if _lets(rules, ("GET", "HEAD"), ranges=True) if change else _lets(rules, ("GET",)):
        return True
    return _allow(client, address, rules) if change else False


def _rules(client: Any, address: S3Address) -> Sequence[Mapping[str, Any]] | None:
    """The bucket's rules, None where the store does not tell."""
    from botocore.exceptions import ClientError

    try:
        answer = client.get_bucket_cors(Bucket=address.bucket)
    except ClientError as error:
        if _passing(error):
            raise
        return () if answer_of(error)[0] == _NO_RULES else None
    # A store that knows no such question may take it for another, whose answer has no rules in it.
    found: Sequence[Mapping[str, Any]] | None = answer.get("CORSRules")
    return found


def _lets(rules: Iterable[Mapping[str, Any]], methods: Iterable[str], *, ranges: bool = False) -> bool:
    """Whether the rules let pages of every site ask by each of the methods; with `ranges`, for a part of a file too."""
    fitting = [
        rule
        for rule in rules
        if "*" in rule.get("AllowedOrigins", ())
        and (not ranges or {"*", "range"} & {header.lower() for header in rule.get("AllowedHeaders", ())})
    ]
    return all(any(method in rule.get("AllowedMethods", ()) for rule in fitting) for method in methods)


def _allow(client: Any, address: S3Address, rules: Sequence[Mapping[str, Any]]) -> bool:
    from botocore.exceptions import ClientError

    kept = [rule for rule in rules if rule.get("ID") != _ID]
    try:
        client.put_bucket_cors(Bucket=address.bucket, CORSConfiguration={"CORSRules": [*kept, _RULE]})
    except ClientError as error:
        if _passing(error):
            raise
        raise _refused(f"bucket {address.bucket} takes no CORS rules ({answer_of(error)[0]})", address) from error
    return True


def _answers_players(client: Any, address: S3Address) -> bool:
    """Whether the store lets a page of another site read its answer to a question of ours."""
    from botocore.exceptions import ClientError

    def add_origin(request: Any, **_: Any) -> None:
        request.headers["Origin"] = SOME_PLAYER

    name = "before-sign.s3.ListObjectsV2"
    client.meta.events.register(name, add_origin, unique_id=_ID)
    try:
        answer = client.list_objects_v2(Bucket=address.bucket, Prefix=address.prefix, MaxKeys=1)
    except ClientError:
        return False
    finally:
        client.meta.events.unregister(name, add_origin, unique_id=_ID)
    return answer["ResponseMetadata"]["HTTPHeaders"].get("access-control-allow-origin") in {"*", SOME_PLAYER}


def _refused(message: str, address: S3Address) -> TargetError:
    return TargetError(message, target=address.url, hint=_HINT)


def _passing(error: Any) -> bool:
    """Whether another try may end better."""
    status = answer_of(error)[1] or 500
    return status >= 500 and status != 501
