"""The [publishing] table of podpipe.toml: how targets are kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from podpipe.errors import ConfigError
from podpipe.settings import PublishSettings, load_settings
from tests.conftest import REPOSITORY
from tests.made_show import SETTINGS


def read(tmp_path: Path, table: str) -> PublishSettings:
    (tmp_path / "podpipe.toml").write_text(f"{SETTINGS}\n[publishing]\n{table}\n")
    return load_settings(tmp_path).publishing


def test_every_key_has_its_default(tmp_path: Path) -> None:
    assert read(tmp_path, "") == PublishSettings()
    assert load_settings(REPOSITORY).publishing == PublishSettings(), "the sample show spells the defaults out"


def test_every_key_is_read(tmp_path: Path) -> None:
    table = 'grace_days = 0\nreleases = 3\nkeep_audio = false\npublic_url = "https://cdn.example/talk/"\nset_cors = true'
    assert read(tmp_path, table) == PublishSettings(
        grace=timedelta(0), releases=3, keep_audio=False, public_url="https://cdn.example/talk", set_cors=True
    )


def test_true_is_the_shows_own_address(tmp_path: Path) -> None:
    assert read(tmp_path, "public_url = true").public_url == "https://talk.example"
    assert read(tmp_path, "public_url = false").public_url is None


def test_every_problem_is_told_with_its_key(tmp_path: Path) -> None:
    table = 'grace_days = -1\nreleases = 0\nkeep_audio = "no"\npublic_url = "ftp://x"\nset_cors = 1\ngrace = 3'
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, table)
    assert [problem.split(": ", 2)[1:] for problem in caught.value.problems] == [
        ["publishing.grace_days", "must be a whole number, 0 or above, not -1"],
        ["publishing.public_url", "'ftp://x' is no http or https address"],
        ["publishing.releases", "must be a whole number above 0, not 0"],
        ["publishing.keep_audio", "must be true or false, not 'no'"],
        ["publishing.set_cors", "must be true or false, not 1"],
        ["publishing.grace", "is no setting; did you mean grace_days?"],
    ]
    with pytest.raises(ConfigError, match="grace_days: must be 3650 at most"):
        read(tmp_path, "grace_days = 4000")
