"""Which pages may read a bucket: what a store is asked, what it is told, and what stands there afterwards."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from podpipe import pipeline
from podpipe.audit import audit
from podpipe.errors import TargetError
from podpipe.model import Finding
from podpipe.settings import load_settings
from podpipe.targets import open_target
from tests.made_show import SETTINGS, make_show
from tests.servers import S3Server, minio_server
from tests.web_server import listener, serving

SPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
THEIRS = "<CORSRule><AllowedOrigin>https://mine.example</AllowedOrigin><AllowedMethod>PUT</AllowedMethod></CORSRule>"
OPEN = (
    "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod>"
    "<AllowedHeader>*</AllowedHeader></CORSRule>"
)
READABLE = "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"


@dataclass(slots=True)
class Bucket:
    """A bucket that knows nothing but its CORS rules, as Amazon's answers about them; `refused` methods get that status and code."""

    origin: str = ""
    rules: str = ""
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"s3://show?endpoint={self.origin}"

    def answer(self, method: str, query: str, body: bytes) -> Response:
        if "cors" not in query:
            return xml("<ListBucketResult/>")
        if method in self.refused:
            status, code = self.refused[method]
            return xml(f"<Error><Code>{code}</Code></Error>", status)
        if method == "PUT":
            self.written.append(body.decode())
            self.rules = "".join(re.findall("<CORSRule>.*?</CORSRule>", body.decode(), re.DOTALL))
            return Response()
        return xml(f"<CORSConfiguration>{self.rules}</CORSConfiguration>") if self.rules else xml(NO_RULES, 404)


NO_RULES = "<Error><Code>NoSuchCORSConfiguration</Code></Error>"


def xml(text: str, status: int = 200) -> Response:
    return Response(text, status, media_type="application/xml")


@pytest.fixture
def bucket(s3_credentials: None) -> Iterator[Bucket]:  # noqa: ARG001 - it sets the environment
    kept = Bucket()

    async def answered(request: Request) -> Response:
        return kept.answer(request.method, request.url.query, await request.body())

    with listener() as port:
        kept.origin = f"http://127.0.0.1:{port.getsockname()[1]}"
        with serving(Starlette(routes=[Route("/{path:path}", answered, methods=["GET", "PUT", "HEAD"])]), port):
            yield kept


def opened(url: str, *, change: bool) -> bool | None:
    target = open_target(url, root=Path())
    with contextlib.closing(target):
        return target.open_to_players(change=change)


def rules_of(written: str) -> list[dict[str, set[str]]]:
    found = []
    for rule in ET.fromstring(written):  # noqa: S314 - what podpipe wrote
        names = {child.tag.removeprefix(SPACE) for child in rule}
        found.append({name: {str(child.text) for child in rule if child.tag == f"{SPACE}{name}"} for name in names})
    return found


def test_a_bucket_without_rules_lets_nobody_read_and_gets_one_that_lets_everybody(bucket: Bucket) -> None:
    assert opened(bucket.url, change=False) is False
    assert bucket.written == []
    assert opened(bucket.url, change=True) is True
    (rule,) = rules_of(bucket.written[0])
    assert rule["AllowedOrigin"] == {"*"}
    assert rule["AllowedMethod"] == {"GET", "HEAD"}
    assert rule["AllowedHeader"] == {"Range"}
    assert rule["ExposeHeader"] == {"Content-Length", "Content-Range", "ETag", "Accept-Ranges"}


def test_rules_that_are_there_stay_and_come_first(bucket: Bucket) -> None:
    bucket.rules = THEIRS
    assert opened(bucket.url, change=False) is False
    assert opened(bucket.url, change=True) is True
    first, second = rules_of(bucket.written[0])
    assert (first["AllowedOrigin"], first["AllowedMethod"]) == ({"https://mine.example"}, {"PUT"})
    assert second["AllowedOrigin"] == {"*"}


def test_a_rule_that_suffices_is_left_alone(bucket: Bucket) -> None:
    bucket.rules = OPEN
    assert opened(bucket.url, change=False) is True
    assert opened(bucket.url, change=True) is True
    assert bucket.written == []


def test_a_rule_that_lets_read_is_enough_to_say_nothing_and_not_enough_for_parts_of_files(bucket: Bucket) -> None:
    bucket.rules = READABLE
    assert opened(bucket.url, change=False) is True
    assert bucket.written == []
    assert opened(bucket.url, change=True) is True
    assert len(rules_of(bucket.written[0])) == 2


def test_a_second_time_nothing_is_written(bucket: Bucket) -> None:
    opened(bucket.url, change=True)
    opened(bucket.url, change=True)
    assert len(bucket.written) == 1


@pytest.mark.parametrize("code", [(403, "AccessDenied"), (501, "NotImplemented"), (405, "MethodNotAllowed")])
def test_where_the_rules_cannot_be_read_none_are_written(bucket: Bucket, code: tuple[int, str]) -> None:
    bucket.refused["GET"] = code
    assert opened(bucket.url, change=False) is None
    with pytest.raises(TargetError) as refused:
        opened(bucket.url, change=True)
    assert refused.value.message == "the store does not tell the CORS rules of bucket show"
    assert refused.value.hint.startswith("let any origin GET and HEAD in the store's own settings")
    assert bucket.written == []


def test_a_refusal_to_take_rules_is_told(bucket: Bucket) -> None:
    bucket.refused["PUT"] = (403, "AccessDenied")
    with pytest.raises(TargetError) as refused:
        opened(bucket.url, change=True)
    assert refused.value.message == "bucket show takes no CORS rules (AccessDenied)"


def test_real_stores_that_answer_every_page_need_no_rule(s3_server: S3Server) -> None:
    bucket = s3_server.bucket()
    assert opened(s3_server.url(bucket, "talk"), change=False) is True
    assert opened(s3_server.url(bucket, "talk"), change=True) is True


def test_a_folder_says_nothing(tmp_path: Path) -> None:
    assert opened(f"file:{tmp_path}", change=True) is None


def published(server: S3Server, root: Path, *, set_cors: bool) -> tuple[Any, str, pipeline.Outcome]:
    url = server.url(server.bucket(), "talk")
    settings = SETTINGS.replace("file:public", url) + ("\n[publishing]\nset_cors = true\n" if set_cors else "")
    read = load_settings(make_show(root, settings=settings).root)
    return read, url, pipeline.publish(pipeline.Job(settings=read, as_of=datetime(2026, 6, 1, tzinfo=UTC), targets=(url,)))


def of_cors(findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.rule == "cors-not-set"]


@pytest.mark.usefixtures("s3_credentials")
def test_a_publish_says_that_a_store_refuses_and_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MinIO knows no rules of buckets; here it answers the pages of one site alone."""
    monkeypatch.setenv("MINIO_API_CORS_ALLOW_ORIGIN", "https://mine.example")
    (tmp_path / "minio").mkdir()
    with minio_server(tmp_path / "minio") as server:
        settings, url, outcome = published(server, tmp_path / "asked", set_cors=True)
        assert outcome.ok
        assert outcome.uploads[0].report is not None
        (found,) = of_cors(outcome.findings)
        assert (found.level, found.where.path, found.where.line) == ("warning", "podpipe.toml", settings.lines["publishing"])
        assert "takes no CORS rules (NotImplemented)" in found.message
        assert [finding.level for finding in of_cors(audit(settings, url).findings)] == ["warning"]
        settings, url, outcome = published(server, tmp_path / "not-asked", set_cors=False)
        assert of_cors(outcome.findings) == []
        assert [finding.level for finding in of_cors(audit(settings, url).findings)] == ["info"]


def test_a_publish_says_nothing_where_players_can_read(s3_server: S3Server, tmp_path: Path) -> None:
    _, _, outcome = published(s3_server, tmp_path / "show", set_cors=True)
    assert outcome.findings == ()
