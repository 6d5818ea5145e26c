"""podpipe as it is installed: the wheel in an environment of its own, used from an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, require
from tests.made_show import make_show, published_below


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, REPOSITORY, cwd=folder)
    return next(folder.glob("podpipe-*.whl"))


def installed(wheel: Path, folder: Path, *, fresh: bool) -> Path:
    """An environment with the wheel in it, and its program; its dependencies are installed anew, or are those that run this test."""
    venv.create(folder / "env", with_pip=True)
    program = folder / "env" / "bin"
    extra = [] if fresh else ["--no-deps"]
    run(program / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *extra, wheel, cwd=folder)
    if not fresh:
        own = run(program / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).stdout.strip()
        (Path(own) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return program / "podpipe"


@pytest.mark.parametrize("fresh", [False, True], ids=["with-dependencies-at-hand", "with-dependencies-installed-anew"])
def test_an_installed_podpipe_publishes_with_and_without_the_flow(wheel: Path, tmp_path: Path, *, fresh: bool) -> None:
    if fresh:
        require(
            os.environ.get("PODPIPE_REQUIRE_ALL") == "1",
            "installs every dependency once more, which takes a minute: set PODPIPE_REQUIRE_ALL=1",
        )
    podpipe = installed(wheel, tmp_path, fresh=fresh)
    empty = tmp_path / "empty"
    empty.mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "PREFECT"))}
    env |= {"PREFECT_HOME": str(tmp_path / "prefect"), "PODPIPE_CACHE": str(tmp_path / "cache")}
    assert run(podpipe, "--version", cwd=empty, env=env).stdout.startswith("podpipe ")
    run(podpipe, "init", "--title", "Wheel Talk", cwd=empty, env=env)
    show = make_show(tmp_path / "show")
    run(podpipe, "publish", "--target", f"file:{tmp_path / 'direct'}", cwd=show.root, env=env)
    run(podpipe, "publish", "--flow", "--target", f"file:{tmp_path / 'flow'}", cwd=show.root, env=env)
    assert (tmp_path / "direct/episode/1.html").is_file()
    assert published_below(tmp_path / "direct") == published_below(tmp_path / "flow")
