"""Large objects on real S3 servers: sent in parts, resumed where they were cut off, copied there when they are renamed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from podpipe.model import Artifact, FileContent, PublishReport
from podpipe.plan import make_plan
from podpipe.targets import opened
from podpipe.targets.s3 import S3Target
from podpipe.targets.s3.large import PART
from podpipe.targets.upload import carry_out, state_of
from tests.servers import S3Server

LONG = hashlib.shake_256(b"a long recording").digest(2 * PART + 1_000_000)
KEY = "audio/long.mp3"


@pytest.fixture
def content(tmp_path: Path) -> FileContent:
    path = tmp_path / "long.mp3"
    path.write_bytes(LONG)
    return FileContent(path=str(path), digest=hashlib.sha256(LONG).hexdigest(), length=len(LONG))


@pytest.fixture
def bucket(s3_server: S3Server) -> str:
    return s3_server.bucket()


@pytest.fixture
def target(s3_server: S3Server, bucket: str) -> Iterator[S3Target]:
    made = S3Target(s3_server.url(bucket))
    yield made
    made.close()


def recording(content: FileContent, key: str = KEY) -> Artifact:
    return Artifact(key=key, content=content, content_type="audio/mpeg", cache_control="public, max-age=604800")


def calls(target: S3Target, operation: str) -> list[dict[str, Any]]:
    """What is asked of the store from now on by one of its operations, as it is asked."""
    seen: list[dict[str, Any]] = []
    target.client().meta.events.register(f"before-call.s3.{operation}", lambda params, **_: seen.append(params))
    return seen


def begun(server: S3Server, bucket: str, *parts: bytes) -> str:
    """An upload that was cut off after these parts."""
    client = server.client()
    upload: str = client.create_multipart_upload(Bucket=bucket, Key=KEY, ContentType="audio/mpeg")["UploadId"]
    for number, part in enumerate(parts, 1):
        client.upload_part(Bucket=bucket, Key=KEY, UploadId=upload, PartNumber=number, Body=part)
    return upload


def unfinished(server: S3Server, bucket: str) -> list[str]:
    return [found["UploadId"] for found in server.client().list_multipart_uploads(Bucket=bucket, Prefix=KEY).get("Uploads", ())]


def body(server: S3Server, bucket: str, key: str = KEY) -> bytes:
    return bytes(server.client().get_object(Bucket=bucket, Key=key)["Body"].read())


def test_an_upload_that_was_cut_off_goes_on_with_the_parts_that_are_missing(
    s3_server: S3Server, bucket: str, target: S3Target, content: FileContent
) -> None:
    begun(s3_server, bucket, LONG[:PART], LONG[PART : 2 * PART])
    sent, new = calls(target, "UploadPart"), calls(target, "CreateMultipartUpload")
    target.put(recording(content))
    assert ([params["query_string"]["partNumber"] for params in sent], new) == ([3], [])
    assert body(s3_server, bucket) == LONG
    assert unfinished(s3_server, bucket) == []


def test_an_upload_of_something_else_is_given_up(s3_server: S3Server, bucket: str, target: S3Target, content: FileContent) -> None:
    begun(s3_server, bucket, LONG[:PART], b"x" * PART)
    sent = calls(target, "UploadPart")
    target.put(recording(content))
    assert sorted(params["query_string"]["partNumber"] for params in sent) == [1, 2, 3]
    assert body(s3_server, bucket) == LONG


def test_uploads_that_nobody_will_end_are_given_up(s3_server: S3Server, bucket: str, target: S3Target, content: FileContent) -> None:
    begun(s3_server, bucket, LONG[:PART])
    begun(s3_server, bucket, *(LONG[:PART] for _ in range(4)))  # of a longer file
    target.put(recording(content))
    assert body(s3_server, bucket) == LONG
    assert unfinished(s3_server, bucket) == []


def test_a_file_of_exactly_two_parts_arrives_whole(s3_server: S3Server, bucket: str, target: S3Target, tmp_path: Path) -> None:
    data = LONG[: 2 * PART]
    (tmp_path / "even.mp3").write_bytes(data)
    even = FileContent(path=str(tmp_path / "even.mp3"), digest=hashlib.sha256(data).hexdigest(), length=len(data))
    target.put(recording(even))
    assert body(s3_server, bucket) == data


def publish(url: str, artifacts: list[Artifact], root: Path) -> PublishReport:
    with opened(url, root=root) as target:
        held = state_of(target).held
        return carry_out(make_plan(target.url, artifacts, held), artifacts, target, held=held)


def test_a_renamed_recording_is_not_sent_again(s3_server: S3Server, bucket: str, tmp_path: Path, content: FileContent) -> None:
    url = s3_server.url(bucket, "talk")
    publish(url, [recording(content)], tmp_path)
    report = publish(url, [recording(content, "audio/夏の話 1.mp3")], tmp_path)
    assert report == PublishReport(target=f"s3://{bucket}/talk", copied=("audio/夏の話 1.mp3",))
    assert body(s3_server, bucket, "talk/audio/夏の話 1.mp3") == LONG
    head = s3_server.client().head_object(Bucket=bucket, Key="talk/audio/夏の話 1.mp3")
    assert (head["ContentType"], head["CacheControl"]) == ("audio/mpeg", "public, max-age=604800")
    assert body(s3_server, bucket, f"talk/{KEY}") == LONG, "apps keep an enclosure's address for years"


def test_no_access_control_list_is_sent_unless_one_is_asked_for(s3_server: S3Server, bucket: str, content: FileContent) -> None:
    page = Artifact(key="index.html", content=b"page", content_type="text/html", cache_control="")
    image = Artifact(key="big.png", content=b"x" * 2_000_000, content_type="image/png", cache_control="")
    for acl in ("", "public-read"):
        target = S3Target(s3_server.url(bucket) + (f"&acl={acl}" if acl else ""))
        sent = [*calls(target, "PutObject"), *calls(target, "CreateMultipartUpload")]
        puts, uploads = calls(target, "PutObject"), calls(target, "CreateMultipartUpload")
        for artifact in (page, image, recording(content)):
            target.put(artifact)
        lists = [params["headers"].get("x-amz-acl", "") for params in (*puts, *uploads, *sent)]
        assert lists == ([acl] * 3 if acl else ["", ""]), "what is small goes by another way without one"
        assert all("Content-Disposition" not in params["headers"] for params in (*puts, *uploads))
        target.close()
    assert body(s3_server, bucket, "index.html") == b"page"


def test_what_stands_in_a_configuration_file_is_honoured(
    s3_server: S3Server, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    profile = f"[profile radio]\nregion = us-east-1\nendpoint_url = {s3_server.endpoint}\ns3 =\n  addressing_style = path\n"
    (tmp_path / "config").write_text(profile)
    (tmp_path / "credentials").write_text(
        f"[radio]\naws_access_key_id = {s3_server.access_key}\naws_secret_access_key = {s3_server.secret_key}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    page = Artifact(key="index.html", content=b"page", content_type="text/html", cache_control="")
    assert publish(f"s3://{bucket}?profile=radio", [page], tmp_path).put == ("index.html",)
    monkeypatch.setenv("AWS_PROFILE", "radio")
    assert publish(f"s3://{bucket}", [page], tmp_path).unchanged == 1
