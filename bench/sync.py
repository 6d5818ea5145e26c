"""How long a publish to a bucket takes beside the tools that copy folders there: a first one, and one with nothing changed.

    python bench/sync.py [--files N] [--recordings N] [--recording-bytes N] [--runs N] [--server rclone|minio]

2,000 files of 2 to 20 kB and 5 of 60 MB go to an S3 server on loopback by podpipe (its whole upload stage: digests, lock, manifest ahead,
every object looked at, the feed last and read back, a release), by `s5cmd sync` and by `rclone sync`, in turn, each into its own bucket.
The ratios are of each turn's wall-clock times. Peak memory is that of each program, the server's not counted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

PEERS = ("podpipe", "s5cmd", "rclone")
RCLONE = "[bench]\ntype = s3\nprovider = Other\nenv_auth = true\nendpoint = {endpoint}\n"


def upload(folder: Path, url: str) -> None:
    """What podpipe does with a folder in its upload stage; run in a process of its own."""
    from podpipe.crew import spread
    from podpipe.ledger import Digests, cache_folder, take_digest
    from podpipe.model import Artifact, FileContent
    from podpipe.plan import make_plan
    from podpipe.targets import opened
    from podpipe.targets.upload import state_of

    digests = Digests(cache_folder())
    paths = [Path(place, name) for place, _, names in os.walk(folder) for name in names]
    # As a publish does it: what is not known from the last time is read by all processors.
    unknown = [path for path in paths if digests.recall(path) is None]
    for path, taken in zip(unknown, spread(take_digest, unknown) if unknown else (), strict=True):
        digests.note(path, taken)
    artifacts = []
    for path in paths:
        key = str(path)[len(str(folder)) + 1 :]
        content = FileContent(path=str(path), digest=digests.digest(path), length=path.stat().st_size)
        kind = "audio/mpeg" if key.endswith(".mp3") else "application/rss+xml" if key == "feed.xml" else "text/html"
        artifacts.append(Artifact(key=key, content=content, content_type=kind, cache_control="public, max-age=300"))
    digests.save()
    now = datetime.now(UTC)
    with opened(url, root=folder) as target:
        state = state_of(target)
        plan = make_plan(target.url, artifacts, state.held, grace=timedelta(days=7), now=now)
        if plan.steps:
            from podpipe.targets.lock import locked
            from podpipe.targets.releasing import Retention, make_release

            with locked(target, wait=0) as lease:
                state = state_of(target, recheck=True)
                plan = make_plan(target.url, artifacts, state.held, grace=timedelta(days=7), now=now)
                make_release(plan, artifacts, target, state=state, lease=lease, now=now, retention=Retention())


def make_files(folder: Path, *, files: int, recordings: int, length: int) -> None:
    """Pages, a feed and recordings, the same each time."""
    import random

    chance = random.Random(1)  # noqa: S311 - what they hold does not matter
    for number in range(files - 1):
        place = folder / f"episode/{number:05}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(chance.randbytes(chance.randrange(2_000, 20_000)))
    (folder / "feed.xml").write_bytes(chance.randbytes(20_000))
    for number in range(recordings):
        place = folder / f"audio/{number}.mp3"
        place.parent.mkdir(exist_ok=True)
        with place.open("wb") as file:  # in pieces: what this process takes, its children are counted with until they begin
            for start in range(0, length, 1_000_000):
                file.write(chance.randbytes(min(1_000_000, length - start)))


def program(name: str) -> str:
    """A program that is installed beside Python, or on the PATH."""
    import shutil

    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        sys.exit(f"needs {name}: make bench-sync installs it")
    return found


def commands(server: Any, source: Path, settings: Path) -> Iterator[tuple[str, list[str]]]:
    """Each peer's command, into a new bucket."""
    settings.write_text(RCLONE.format(endpoint=server.endpoint))
    yield "podpipe", [sys.executable, __file__, "--upload", str(source), server.url(server.bucket())]
    yield "s5cmd", [program("s5cmd"), "--endpoint-url", server.endpoint, "sync", f"{source}/", f"s3://{server.bucket()}/"]
    yield "rclone", [program("rclone"), "--config", str(settings), "sync", str(source), f"bench:{server.bucket()}"]


def told(name: str, ratios: Sequence[float]) -> str:
    import statistics

    return f"  podpipe / {name}: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--recordings", type=int, default=5)
    parser.add_argument("--recording-bytes", type=int, default=60_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--server", choices=("rclone", "minio"), default="rclone")
    parser.add_argument("--upload", nargs=2, metavar=("FOLDER", "URL"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.upload:
        upload(Path(chosen.upload[0]), chosen.upload[1])
        return
    import shutil
    import statistics
    import tempfile

    # Loaded here: podpipe's own process, which is timed, needs no test server.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from against_hugo import Run, measure

    from tests.servers import minio_server, rclone_server

    start = {"rclone": rclone_server, "minio": minio_server}[chosen.server]
    with tempfile.TemporaryDirectory(prefix="podpipe-bench-") as temporary:
        folder = Path(temporary)
        source = folder / "source"
        make_files(source, files=chosen.files, recordings=chosen.recordings, length=chosen.recording_bytes)
        runs: dict[str, dict[str, list[Run]]] = {when: {peer: [] for peer in PEERS} for when in ("first", "second")}
        for number in range(chosen.runs + 1):
            home = folder / f"run-{number}"
            home.mkdir()
            with start(home) as server:
                environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
                    "AWS_ACCESS_KEY_ID": server.access_key,
                    "AWS_SECRET_ACCESS_KEY": server.secret_key,
                    "AWS_REGION": "us-east-1",
                    "AWS_CONFIG_FILE": str(home / "none"),
                    "PODPIPE_CACHE": str(home / "cache"),
                }
                made = list(commands(server, source, home / "rclone.conf"))
                turn = number % len(made)  # none is always the first to ask a new server
                for peer, command in (*made[turn:], *made[:turn]):
                    for when in ("first", "second"):
                        run = measure(command, environment)
                        if number:  # the first turn warms up
                            runs[when][peer].append(run)
            shutil.rmtree(home)
        for when, peers in runs.items():
            print(f"{when} sync to {chosen.server}, {chosen.runs} turns:")
            for peer, measured in peers.items():
                wall, memory = statistics.median(run.wall for run in measured), max(run.memory for run in measured)
                print(f"  {peer}: {wall:.2f} s, {memory:.0f} MB")
            for peer in PEERS[1:]:
                pairs = zip(peers["podpipe"], peers[peer], strict=True)
                print(told(peer, [ours.wall / theirs.wall for ours, theirs in pairs]))


if __name__ == "__main__":
    main()
