"""Publishing to S3, against real servers: what arrives, what is left alone, and what a person is told when it cannot work."""

from __future__ import annotations

import hashlib
import pickle
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from podpipe.errors import TargetError
from podpipe.manifest import MANIFEST
from podpipe.model import Artifact, FileContent, PublishReport
from podpipe.plan import make_plan
from podpipe.targets import Credentials, open_target, opened
from podpipe.targets.s3 import S3Address, parse_address
from podpipe.targets.upload import carry_out, state_of
from tests.fault_proxy import ERROR_AFTER, PASS, RESET_AFTER, Fate, FaultProxy
from tests.servers import SECRET_KEY, S3Server, free_port

HTML, RSS, JSON = "text/html; charset=utf-8", "application/rss+xml; charset=utf-8", "application/json+chapters"


def artifact(key: str, content: bytes | FileContent, content_type: str = HTML, cache_control: str = "max-age=60") -> Artifact:
    return Artifact(key=key, content=content, content_type=content_type, cache_control=cache_control)


def file_content(path: Path, data: bytes) -> FileContent:
    path.write_bytes(data)
    return FileContent(path=str(path), digest=hashlib.sha256(data).hexdigest(), length=len(data))


def a_show(tmp_path: Path) -> list[Artifact]:
    return [
        artifact("feed.xml", b"<rss>1</rss>", RSS),
        artifact("episode/70", b"<p>70</p>"),
        artifact("episode/71", b"<p>71</p>"),
        artifact("chapters/70.json", b"{}", JSON),
        artifact("audio/70.mp3", file_content(tmp_path / "70.mp3", b"sound" * 1000), "audio/mpeg", "max-age=31536000"),
    ]


def publish(url: str, artifacts: list[Artifact], root: Path) -> PublishReport:
    with opened(url, root=root) as target:
        held = state_of(target, recheck=True).held
        return carry_out(make_plan(target.url, artifacts, held), artifacts, target, held=held)


def body(server: S3Server, bucket: str, key: str) -> bytes:
    return bytes(server.client().get_object(Bucket=bucket, Key=key)["Body"].read())


def test_a_first_publish_sends_everything_and_a_second_nothing(s3_server: S3Server, tmp_path: Path) -> None:
    bucket, show = s3_server.bucket(), a_show(tmp_path)
    first = publish(s3_server.url(bucket), show, tmp_path)
    second = publish(s3_server.url(bucket), show, tmp_path)
    assert first == PublishReport(
        target=f"s3://{bucket}", put=("audio/70.mp3", "chapters/70.json", "episode/70", "episode/71", "feed.xml"), bytes_sent=5032
    )
    assert second == PublishReport(target=f"s3://{bucket}", unchanged=5)
    assert s3_server.keys(bucket) == [MANIFEST, "audio/70.mp3", "chapters/70.json", "episode/70", "episode/71", "feed.xml"]
    assert body(s3_server, bucket, "episode/70") == b"<p>70</p>"
    assert body(s3_server, bucket, "audio/70.mp3") == b"sound" * 1000


def test_a_changed_page_is_sent_alone(s3_server: S3Server, tmp_path: Path) -> None:
    bucket, show = s3_server.bucket(), a_show(tmp_path)
    publish(s3_server.url(bucket), show, tmp_path)
    show[1] = artifact("episode/70", b"<p>better</p>")
    report = publish(s3_server.url(bucket), show, tmp_path)
    assert report == PublishReport(target=f"s3://{bucket}", put=("episode/70",), unchanged=4, bytes_sent=13)
    assert body(s3_server, bucket, "episode/70") == b"<p>better</p>"


def test_what_is_no_longer_produced_goes_and_what_others_put_there_stays(s3_server: S3Server, tmp_path: Path) -> None:
    bucket, show = s3_server.bucket(), a_show(tmp_path)
    s3_server.client().put_object(Bucket=bucket, Key="episode/notes-of-somebody.txt", Body=b"mine")
    publish(s3_server.url(bucket), show, tmp_path)
    report = publish(s3_server.url(bucket), show[:2], tmp_path)
    assert report == PublishReport(target=f"s3://{bucket}", deleted=("chapters/70.json", "episode/71"), unchanged=2)
    assert s3_server.keys(bucket) == [MANIFEST, "audio/70.mp3", "episode/70", "episode/notes-of-somebody.txt", "feed.xml"]


def test_what_somebody_removed_from_the_bucket_is_sent_again(s3_server: S3Server, tmp_path: Path) -> None:
    bucket, show = s3_server.bucket(), a_show(tmp_path)
    publish(s3_server.url(bucket), show, tmp_path)
    s3_server.client().delete_object(Bucket=bucket, Key="episode/71")
    assert publish(s3_server.url(bucket), show, tmp_path).put == ("episode/71",)


def test_listeners_get_the_content_type_and_the_caching_of_each_object(s3_server: S3Server, tmp_path: Path) -> None:
    bucket, show = s3_server.bucket(), a_show(tmp_path)
    publish(s3_server.url(bucket), show, tmp_path)
    client = s3_server.client()
    heads = {made.key: client.head_object(Bucket=bucket, Key=made.key) for made in show}
    assert {key: (head["ContentType"], head["CacheControl"]) for key, head in heads.items()} == {
        made.key: (made.content_type, made.cache_control) for made in show
    }


def test_a_bucket_of_more_than_a_thousand_objects_is_listed_whole(s3_server: S3Server, tmp_path: Path) -> None:
    bucket = s3_server.bucket()
    show = [artifact(f"episode/{number:04}", b"%d" % number) for number in range(1050)]
    assert len(publish(s3_server.url(bucket), show, tmp_path).put) == 1050
    assert publish(s3_server.url(bucket), show, tmp_path) == PublishReport(target=f"s3://{bucket}", unchanged=1050)


def test_a_long_recording_travels_in_parts_and_arrives_whole(s3_server: S3Server, tmp_path: Path) -> None:
    data = hashlib.shake_256(b"a long recording").digest(9_500_000)
    bucket, show = s3_server.bucket(), [artifact("audio/long.mp3", file_content(tmp_path / "long.mp3", data), "audio/mpeg")]
    assert publish(s3_server.url(bucket), show, tmp_path).bytes_sent == 9_500_000
    assert body(s3_server, bucket, "audio/long.mp3") == data
    if s3_server.name == "minio":
        assert s3_server.client().head_object(Bucket=bucket, Key="audio/long.mp3")["ETag"].endswith('-2"')
    assert publish(s3_server.url(bucket), show, tmp_path) == PublishReport(target=f"s3://{bucket}", unchanged=1)


@pytest.mark.parametrize("size", [100_000, 9_500_000, 17_000_000], ids=["at once", "two parts", "three parts"])
def test_a_tagged_recording_arrives_whole(s3_server: S3Server, tmp_path: Path, size: int) -> None:
    source, data = tmp_path / "long.mp3", hashlib.shake_256(b"a tagged recording").digest(size)
    source.write_bytes(data)
    head = hashlib.shake_256(b"a tag").digest(size // 3)
    parts = (head, range(100, 200), b"padding", range(5000, size))
    whole = head + data[100:200] + b"padding" + data[5000:]
    content = FileContent(path=str(source), digest=hashlib.sha256(whole).hexdigest(), length=len(whole), parts=parts, source_length=size)
    bucket, show = s3_server.bucket(), [artifact("audio/long.mp3", content, "audio/mpeg")]
    assert publish(s3_server.url(bucket), show, tmp_path).bytes_sent == len(whole)
    assert body(s3_server, bucket, "audio/long.mp3") == whole
    assert s3_server.client().head_object(Bucket=bucket, Key="audio/long.mp3")["ContentType"] == "audio/mpeg"
    assert publish(s3_server.url(bucket), show, tmp_path) == PublishReport(target=f"s3://{bucket}", unchanged=1)


def test_shows_under_two_prefixes_know_nothing_of_each_other(s3_server: S3Server, tmp_path: Path) -> None:
    bucket = s3_server.bucket()
    publish(s3_server.url(bucket, "show"), [artifact("index.html", b"one"), artifact("about.html", b"one")], tmp_path)
    publish(s3_server.url(bucket, "/show-two/2026/"), [artifact("index.html", b"two"), artifact("about.html", b"two")], tmp_path)
    publish(s3_server.url(bucket, "show"), [artifact("index.html", b"one")], tmp_path)
    assert s3_server.keys(bucket) == [
        f"show-two/2026/{MANIFEST}",
        "show-two/2026/about.html",
        "show-two/2026/index.html",
        f"show/{MANIFEST}",
        "show/index.html",
    ]
    assert open_target(s3_server.url(bucket, "show"), root=tmp_path).sizes().keys() == {MANIFEST, "index.html"}


def test_japanese_keys_with_spaces_are_kept_as_they_are(s3_server: S3Server, tmp_path: Path) -> None:
    bucket, keys = s3_server.bucket(), ["回 70/夏の話 + おまけ&100%.txt", "images/表紙 (1).png"]
    show = [artifact(key, key.encode(), "text/plain") for key in keys]
    publish(s3_server.url(bucket, "番組 一"), show, tmp_path)
    assert publish(s3_server.url(bucket, "番組 一"), show, tmp_path).unchanged == 2
    assert publish(s3_server.url(bucket, "番組 一"), show[:1], tmp_path).deleted == (keys[1],)
    assert s3_server.keys(bucket) == [f"番組 一/{MANIFEST}", f"番組 一/{keys[0]}"]


def test_when_a_recording_vanishes_midway_the_feed_stays_and_a_rerun_sends_the_rest(s3_server: S3Server, tmp_path: Path) -> None:
    bucket, show = s3_server.bucket(), a_show(tmp_path)
    publish(s3_server.url(bucket), show, tmp_path)
    show[0] = artifact("feed.xml", b"<rss>2</rss>", RSS)
    pictures = [artifact(f"images/{number}.png", b"picture", "image/png") for number in range(3)]
    show += [*pictures, artifact("audio/71.mp3", file_content(tmp_path / "71.mp3", b"new" * 1000), "audio/mpeg")]
    (tmp_path / "71.mp3").unlink()
    with pytest.raises(TargetError, match=r"71\.mp3 cannot be read any more"):
        publish(s3_server.url(bucket), show, tmp_path)
    assert body(s3_server, bucket, "feed.xml") == b"<rss>1</rss>"

    arrived = set(s3_server.keys(bucket))
    (tmp_path / "71.mp3").write_bytes(b"new" * 1000)
    rerun = publish(s3_server.url(bucket), show, tmp_path)
    assert rerun.put[-1] == "feed.xml"
    assert set(rerun.put) == {"feed.xml", "audio/71.mp3"} | {made.key for made in pictures if made.key not in arrived}
    assert body(s3_server, bucket, "feed.xml") == b"<rss>2</rss>"


def test_nothing_to_read_is_none_and_nothing_to_delete_is_no_error(s3_server: S3Server, tmp_path: Path) -> None:
    target = open_target(s3_server.url(s3_server.bucket(), "show"), root=tmp_path)
    target.delete("episode/1")
    assert (target.read("episode/1"), dict(target.sizes())) == (None, {})


def test_the_environment_may_name_the_endpoint(s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3_server.endpoint)
    bucket = s3_server.bucket()
    publish(f"s3://{bucket}/show", [artifact("index.html", b"here")], tmp_path)
    assert body(s3_server, bucket, "show/index.html") == b"here"


@pytest.mark.parametrize(
    ("name", "value"),
    [("AWS_SECRET_ACCESS_KEY", "a-wrong-secret-key"), ("AWS_ACCESS_KEY_ID", "an-unknown-key-id")],
    ids=["secret", "key-id"],
)
def test_wrong_credentials_are_named_without_showing_them(
    s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    bucket = s3_server.bucket()
    monkeypatch.setenv(name, value)
    with pytest.raises(TargetError, match="the credentials are not valid there") as caught:
        publish(s3_server.url(bucket), a_show(tmp_path), tmp_path)
    assert caught.value.target == f"s3://{bucket}"
    assert not any(secret in f"{caught.value} {caught.value.target}" for secret in (value, SECRET_KEY))
    assert s3_server.keys(bucket) == []


def test_a_missing_bucket_is_named(s3_server: S3Server, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="there is no bucket not-there") as caught:
        publish(s3_server.url("not-there"), a_show(tmp_path), tmp_path)
    assert "create it first" in caught.value.hint
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - pickled one line above


def test_an_upload_that_the_store_refuses_says_why(s3_server: S3Server, tmp_path: Path) -> None:
    recording = artifact("audio/1.mp3", file_content(tmp_path / "1.mp3", b"sound"), "audio/mpeg")
    with pytest.raises(TargetError, match="there is no bucket not-there"):
        open_target(s3_server.url("not-there"), root=tmp_path).put(recording)


@pytest.mark.usefixtures("s3_credentials")
def test_an_endpoint_where_nothing_listens_is_named(tmp_path: Path) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(TargetError, match=f"cannot reach {endpoint}") as caught:
        publish(f"s3://show?endpoint={endpoint}", a_show(tmp_path), tmp_path)
    assert "check the endpoint's address" in caught.value.hint


@pytest.fixture
def silent_endpoint() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.usefixtures("s3_credentials")
def test_an_endpoint_that_never_answers_is_given_up(silent_endpoint: str, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="was reached and gave no answer in time"):
        publish(f"s3://show?endpoint={silent_endpoint}", a_show(tmp_path), tmp_path)


@pytest.mark.usefixtures("s3_credentials")
def test_missing_credentials_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(TargetError, match="no complete credentials for bucket show") as caught:
        publish("s3://show?endpoint=http://127.0.0.1:9", a_show(tmp_path), tmp_path)
    assert "AWS_ACCESS_KEY_ID" in caught.value.hint


@pytest.mark.usefixtures("s3_credentials")
def test_an_unknown_profile_is_named(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="there is no AWS profile called radio"):
        publish("s3://show?profile=radio", a_show(tmp_path), tmp_path)


@pytest.mark.usefixtures("s3_credentials")
def test_an_endpoint_in_the_environment_that_is_no_url_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "localhost")
    with pytest.raises(TargetError, match="the S3 settings cannot be used") as caught:
        publish("s3://show", a_show(tmp_path), tmp_path)
    assert "AWS_ENDPOINT_URL_S3" in caught.value.hint


def test_an_address_is_read_in_full() -> None:
    url = "s3://radio/shows//%E7%95%AA%E7%B5%84/?endpoint=http://localhost:9000&region=eu-west-1&profile=work&addressing=virtual&acl=public-read&timeout=5"
    address = parse_address(url)
    assert address == S3Address(
        bucket="radio",
        prefix="shows/番組",
        endpoint="http://localhost:9000",
        region="eu-west-1",
        profile="work",
        addressing="virtual",
        acl="public-read",
        timeout=5,
    )
    assert address.url == "s3://radio/shows/番組"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("s3:///prefix", "needs a bucket"),
        ("s3://radio?endpont=http://localhost&public=true", "has no option endpont, public"),
        ("s3://radio?endpoint=localhost:9000", "must be a URL"),
        ("s3://radio?endpoint=http://[::1", "must be a URL"),
        ("s3://radio?addressing=dns", "no S3 addressing is called dns"),
        ("s3://radio?acl=public", "no canned ACL is called public"),
        ("s3://radio?timeout=soon", "'soon' is no number of seconds"),
        ("s3://radio?timeout=0", "'0' is no number of seconds"),
        ("s3://key:hidden-word@radio/show", "credentials do not belong"),
        ("s3://radio?endpoint=http://key:hidden-word@localhost", "credentials do not belong"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(url: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=message) as caught:
        open_target(url, root=tmp_path)
    assert "hidden-word" not in f"{caught.value} {caught.value.target}"


def test_a_target_is_opened_without_asking_the_store(tmp_path: Path) -> None:
    target: Any = open_target("s3://radio/show/?profile=nobody", root=tmp_path)
    assert (target.url, target.parallel) == ("s3://radio/show", 12)


@pytest.mark.parametrize("fate", [ERROR_AFTER, RESET_AFTER], ids=lambda fate: fate.name)
def test_a_conditional_write_whose_answer_is_lost_is_known_to_have_been_made(s3_server: S3Server, tmp_path: Path, fate: Fate) -> None:
    bucket = s3_server.bucket()

    def once(method: str, _path: str, nth: int) -> Fate:
        return fate if method == "PUT" and nth == 0 else PASS

    with FaultProxy(s3_server.port, once) as proxy:
        url = f"s3://{bucket}?endpoint=http://127.0.0.1:{proxy.port}"
        with opened(url, root=tmp_path) as target:
            assert target.read("lock.json") is None
            first = target.write_if("lock.json", b"mine", expected=None)
            assert first is not None
            found = target.read_version("lock.json")
            assert found is not None
            assert (found.data, found.version) == (b"mine", first)
            if s3_server.name == "minio":
                assert target.write_if("lock.json", b"another's", expected=None) is None
                assert target.write_if("lock.json", b"mine again", expected=first)
                assert target.write_if("lock.json", b"too late", expected=first) is None


def test_credentials_that_are_given_stand_alone(s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = s3_server.bucket()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "somebody-elses")
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    given = Credentials(access_key=s3_server.access_key, secret_key=s3_server.secret_key)
    with opened(s3_server.url(bucket), root=tmp_path, credentials=given) as target:
        target.put(artifact("index.html", b"here"))
        assert target.read("index.html") == b"here"
    assert SECRET_KEY not in repr(given)
