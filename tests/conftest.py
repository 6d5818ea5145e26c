"""What every test may ask for: parts of the machine that some machines lack, and places to keep things."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"
SHOWS = ("researchat", "shirokane", "soussune", "xrfm", "yarukinai", "yatteiki")


def require(present: bool, what: str) -> None:
    """Skip the test with a reason where the machine lacks something; under PODPIPE_REQUIRE_ALL=1 (in CI) that is a failure."""
    if present:
        return
    if os.environ.get("PODPIPE_REQUIRE_ALL") == "1":
        pytest.fail(what)
    pytest.skip(what)


def thoroughly(times: int) -> int:
    """How often to try what only chance can show: so many times in CI, and a tenth of that where somebody waits for the tests."""
    return times if os.environ.get("PODPIPE_REQUIRE_ALL") == "1" else max(1, times // 10)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real shows and labels that lies beside the repository."""
    require(SHARED.is_dir(), "needs the folder of real shows beside the repository")
    return SHARED


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test remembers in a folder of its own, never in the user's."""
    monkeypatch.setenv("PODPIPE_CACHE", str(tmp_path_factory.mktemp("cache")))
