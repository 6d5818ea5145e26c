"""What stores and their clients say when something does not work, in words for people; nothing that could hold a key id is repeated."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from podpipe.errors import TargetError
from podpipe.targets.s3.address import HOW_TO_SIGN_IN, S3Address

OTHER_REGION = frozenset({"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301"})
_BAD_CREDENTIALS = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidClientTokenId", "InvalidToken", "ExpiredToken", "AuthFailure"}
_FULL = {"XMinioStorageFull", "InsufficientStorage", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "507"}
_NEVER = {*_FULL, "NotImplemented", "501"}
"""Answers that another try will not change, although their status says that the server is at fault."""

_REDIRECTED = "redirect without LOCATION"
"""What obstore says of an answer that S3 gives where a bucket lies in another region."""

_STATUS = re.compile(r"status code: ([0-9]{3})")
_CODE = re.compile(r"<Code>([A-Za-z0-9.]+)</Code>")
_KIND = re.compile(r"HttpError \{\s*kind: (\w+)")
_CAUSE = re.compile(r'(?:message|error): "([^"]{1,200})"')


class Told(NamedTuple):
    """An error for people, the store's own code for it (empty where it gave none), and whether another try may end better."""

    error: TargetError
    code: str = ""
    passing: bool = False


def explain(error: BaseException, address: S3Address) -> Told | None:
    """What an error of obstore's, boto3's or the system's means; None for any other."""
    from boto3.exceptions import S3UploadFailedError
    from botocore.exceptions import BotoCoreError, ClientError

    if isinstance(error, S3UploadFailedError) and isinstance(error.__context__, ClientError):
        error = error.__context__  # boto3 wraps what the store answered to an upload without naming it as the cause
    if isinstance(error, ClientError):
        code, status = answer_of(error)
        return _answered(code, status, address, message=str(error.response.get("Error", {}).get("Message", "")))
    if isinstance(error, BotoCoreError):
        return _unasked(error, address)
    return explain_plain(error, address)


def explain_plain(error: BaseException, address: S3Address) -> Told | None:
    """As `explain`, of what comes without boto3."""
    if isinstance(error, TargetError):
        return Told(error)
    if type(error).__module__.startswith("obstore") or (isinstance(error, FileNotFoundError) and "status code" in str(error)):
        return _of_store(str(error), address)
    if isinstance(error, ValueError) and "path" in str(error).lower():
        message = f"the store can hold no object of this name: {str(error).splitlines()[0]}"
        return Told(TargetError(message, target=address.url, hint="change the permalink or the file's name"))
    if isinstance(error, OSError):
        message, hint = f"a file could not be sent: {error}", "see that it is still there, then publish again"
        return Told(TargetError(message, target=address.url, hint=hint))
    return None


def answer_of(error: Any) -> tuple[str, int | None]:
    """The code and the HTTP status of the answer in boto3's ClientError; the status is None where it was not told."""
    return str(error.response.get("Error", {}).get("Code", "")), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")


def code_of(error: BaseException) -> str:
    """The code of a store's answer in an error of obstore's, or its status; empty where there was no answer."""
    text = str(error)
    code, status = _CODE.search(text), _STATUS.search(text)
    return code[1] if code else status[1] if status else ""


def _of_store(text: str, address: S3Address) -> Told:
    """What obstore says: its text has the store's answer, or the kind of failure."""
    status = _STATUS.search(text)
    if status:
        code = _CODE.search(text)
        return _answered(code[1] if code else "", int(status[1]), address)
    if _REDIRECTED in text:
        return _answered("PermanentRedirect", 301, address)
    kind, cause = _KIND.search(text), _CAUSE.search(text)
    detail = cause[1] if cause else ""
    if kind and kind[1] == "Timeout":
        return _silent(address)
    if "certificate" in text.lower() or "InvalidContentType" in text or "corrupt message" in text:
        return _insecure(detail, address)
    return _unreachable(detail or text.splitlines()[0].partition(" - ")[2] or "no connection", address)


def _answered(code: str, status: int | None, address: S3Address, *, message: str = "") -> Told:
    bucket = f"bucket {address.bucket}"
    passing = bool(status and (status >= 500 or status in {408, 429})) and code not in _NEVER and str(status) not in _NEVER
    if code == "NoSuchBucket":
        said, hint = f"there is no {bucket}", "create it first, or correct the target's URL"
    elif code in _BAD_CREDENTIALS:
        said, hint = f"{bucket}: the credentials are not valid there ({code})", f"check them; {HOW_TO_SIGN_IN}"
    elif code in OTHER_REGION or status == 301:
        said, hint = f"{bucket} lies in another region ({code or status})", "name its region with ?region=NAME"
    elif code == "RequestTimeTooSkewed":
        said, hint = f"{bucket}: the store refuses this machine's time", "set the clock right"
    elif code in _FULL or str(status) in _FULL:
        said, hint = f"{bucket}: the store has no space left ({code or status})", "make room there, then publish again"
    elif status in {401, 403}:
        said = f"{bucket}: access denied ({code or status})"
        hint = "the credentials need s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on its objects"
    else:
        said = f"{bucket}: the store answers {code or status} {message}".rstrip()
        hint = "publish again later; what has arrived is not sent twice"
    return Told(TargetError(said, target=address.url, hint=hint), code or str(status or ""), passing)


def _unasked(error: Exception, address: S3Address) -> Told:
    """What kept botocore from asking the store at all."""
    from botocore import exceptions as boto

    text = " ".join(str(error).split())
    if isinstance(error, boto.SSLError):
        return _insecure(text, address)
    if isinstance(error, boto.ReadTimeoutError):
        return _silent(address)
    if isinstance(error, boto.ConnectionError | boto.HTTPClientError):
        return _unreachable(text, address)
    if isinstance(error, boto.ProfileNotFound):
        message = f"there is no AWS profile called {address.profile or 'as AWS_PROFILE says'}"
        hint = "`aws configure list-profiles` names them"
    elif isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        message, hint = f"no complete credentials for bucket {address.bucket}", HOW_TO_SIGN_IN
    elif isinstance(error, boto.SSOError | boto.TokenRetrievalError | boto.CredentialRetrievalError | boto.LoginError):
        message, hint = f"the AWS sign-in gives no credentials: {text}", "sign in again, for example with `aws sso login`"
    else:
        message, hint = f"S3 cannot be asked: {text}", "check the target's URL and the AWS settings"
    return Told(TargetError(message, target=address.url, hint=hint))


def _silent(address: S3Address) -> Told:
    message = f"{_store(address)} was reached and gave no answer in time"
    return Told(
        TargetError(message, target=address.url, hint="check that the endpoint is an S3 server, then publish again"), "", passing=True
    )


def _insecure(detail: str, address: S3Address) -> Told:
    message = f"no secure connection to {_store(address)}{f': {detail}' if detail else ''}"
    hint = "check that the endpoint speaks https, and AWS_CA_BUNDLE for a certificate of your own"
    return Told(TargetError(message, target=address.url, hint=hint))


def _unreachable(detail: str, address: S3Address) -> Told:
    hint = "check the endpoint's address, that the server runs, and the network"
    return Told(TargetError(f"cannot reach {_store(address)}: {detail}", target=address.url, hint=hint), "", passing=True)


def _store(address: S3Address) -> Any:
    return address.endpoint or "the store"
