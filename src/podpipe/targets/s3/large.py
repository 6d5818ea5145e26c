"""Uploads in parts (S3 multipart): long recordings, of which only those parts are sent that an upload which was cut off has not brought."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from podpipe.content import open_content
from podpipe.errors import TargetError
from podpipe.model import FileContent
from podpipe.targets.s3.refusals import answer_of

PART = 8 * 1024 * 1024
"""The bytes of a part, save for files of more than 80 GB; a resumed upload finds its parts by it."""

PARTS_AT_ONCE = 3
_MOST_PARTS = 10_000
_PIECE = 1024 * 1024
_NOT_TOLD = {400, 403, 404, 405, 501}


def upload_in_parts(client: Any, where: Mapping[str, str], headers: Mapping[str, str], content: FileContent) -> None:
    """Send a file in parts to where no object, or an earlier one, is seen until all have arrived.

    Raises what boto3 raises, and TargetError where the file changes meanwhile; what was sent by then is kept for the next try.
    """
    size = max(PART, -(-content.length // _MOST_PARTS))
    stretches = {number + 1: range(start, min(start + size, content.length)) for number, start in enumerate(range(0, content.length, size))}
    upload, present = _resumed(client, where, content, stretches)
    if upload is None:
        upload, present = client.create_multipart_upload(**where, **headers)["UploadId"], {}
    missing = [number for number in stretches if number not in present]

    def sent(number: int) -> str:
        return _send(client, {**where, "UploadId": upload, "PartNumber": number}, content, stretches[number])

    with ThreadPoolExecutor(min(PARTS_AT_ONCE, len(missing) or 1)) as pool:
        running = {number: pool.submit(sent, number) for number in missing}
        try:
            etags = present | {number: future.result() for number, future in running.items()}
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    parts = [{"PartNumber": number, "ETag": etags[number]} for number in stretches]
    client.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts})


def unfinished_uploads(client: Any, bucket: str, below: str) -> dict[str, datetime]:
    """The keys, without what is `below` which they lie, of uploads in parts that were begun and never ended, with when the first was.

    Of a store that lists none, or not to us, there are none. Raises what boto3 raises for one that does not answer.
    """
    from botocore.exceptions import ClientError

    begun: dict[str, datetime] = {}
    try:
        # All of the bucket's, since MinIO takes a prefix for the key of one object.
        for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
            for upload in page.get("Uploads", ()):
                key = upload["Key"].removeprefix(below)
                if upload["Key"].startswith(below):
                    begun[key] = min(upload["Initiated"], begun.get(key, upload["Initiated"]))
    except ClientError as error:
        if (answer_of(error)[1] or 500) not in _NOT_TOLD:
            raise
    return begun


def _send(client: Any, part: Mapping[str, Any], content: FileContent, stretch: range) -> str:
    from s3transfer.utils import ReadFileChunk

    with open_content(content) as opened:
        opened.seek(stretch.start)
        # As s3transfer does it: the part is read in pieces as it is sent, and again where a try has failed.
        with ReadFileChunk(opened, len(stretch), content.length) as body:
            answer: Mapping[str, str] = client.upload_part(**part, Body=body, ContentLength=len(stretch))
    return answer["ETag"]


def _resumed(
    client: Any, where: Mapping[str, str], content: FileContent, stretches: Mapping[int, range]
) -> tuple[str | None, dict[int, str]]:
    """The upload of this object that was cut off last, and the parts that it has, ETags by number, where they hold what they would now.

    Uploads before it are given up: nobody will complete them, and stores charge for what they hold. A store that lists none, or not to
    us, has none.
    """
    from botocore.exceptions import ClientError

    try:
        listed = client.list_multipart_uploads(Bucket=where["Bucket"], Prefix=where["Key"]).get("Uploads", ())
        ours = sorted((upload for upload in listed if upload["Key"] == where["Key"]), key=lambda upload: upload["Initiated"])
        if not ours:
            return None, {}
        for older in ours[:-1]:
            client.abort_multipart_upload(**where, UploadId=older["UploadId"])
        upload = ours[-1]["UploadId"]
        pages = client.get_paginator("list_parts").paginate(**where, UploadId=upload)
        parts = {part["PartNumber"]: part for page in pages for part in page.get("Parts", ())}
    except ClientError as error:
        if (answer_of(error)[1] or 500) >= 500:
            raise
        return None, {}
    alike = parts.keys() <= stretches.keys() and all(
        part["Size"] == len(stretches[number]) and part["ETag"].strip('"') == _md5(content, stretches[number])
        for number, part in parts.items()
    )
    if not alike:
        # Of another file, or on a store whose ETags are no MD5: not every store lets a part be replaced.
        client.abort_multipart_upload(**where, UploadId=upload)
        return None, {}
    return upload, {number: part["ETag"] for number, part in parts.items()}


def _md5(content: FileContent, stretch: range) -> str:
    """The MD5 of a part, which most stores give as its ETag."""
    digest = hashlib.md5(usedforsecurity=False)
    with open_content(content) as opened:
        opened.seek(stretch.start)
        left = len(stretch)
        while left:
            piece = opened.read(min(_PIECE, left))
            if not piece:
                raise TargetError(f"{content.path} changed while it was being published", hint="publish again")
            digest.update(piece)
            left -= len(piece)
    return digest.hexdigest()
