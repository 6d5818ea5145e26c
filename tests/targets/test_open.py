"""Which target a URL opens."""

from __future__ import annotations

from pathlib import Path

import pytest

from podpipe.errors import TargetError
from podpipe.targets import open_target
from podpipe.targets.local import LocalTarget
from podpipe.targets.s3 import S3Target


@pytest.mark.parametrize(("url", "kind"), [("file:public", LocalTarget), ("public", LocalTarget), ("s3://radio/show", S3Target)])
def test_the_scheme_chooses_the_target(tmp_path: Path, url: str, kind: type) -> None:
    assert type(open_target(url, root=tmp_path)) is kind


@pytest.mark.parametrize("url", ["ftp://somebody:hidden-word@example.com/show", "https://example.com", "s3://[hidden-word"])
def test_what_no_target_understands_is_refused_without_showing_credentials(tmp_path: Path, url: str) -> None:
    with pytest.raises(TargetError) as caught:
        open_target(url, root=tmp_path)
    assert caught.value.hint == "use file:FOLDER, s3://BUCKET/PREFIX or git+URL"
    assert "hidden-word" not in f"{caught.value} {caught.value.target}"
