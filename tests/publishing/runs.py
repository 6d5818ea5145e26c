"""`podpipe publish` as a process of its own, since what it promises must hold whatever becomes of that process."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PODPIPE = (sys.executable, "-m", "podpipe")
_SECONDS = 100


def publish(show: Path, target: str, *options: str, seconds: float = _SECONDS, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a publish to its end, which comes within `seconds` or is a failure."""
    command = [*PODPIPE, "publish", "--show", str(show), "--target", target, *options]
    return subprocess.run(command, env=os.environ | env, capture_output=True, text=True, check=False, timeout=seconds)


@contextlib.contextmanager
def publishing(show: Path, target: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A publish that runs while the block does, in a session of its own; nothing is left of it afterwards."""
    command = [*PODPIPE, "publish", "--show", str(show), "--target", target, *options]
    # Unbuffered, so that after some lines of its messages have been read the rest is still there for communicate().
    with subprocess.Popen(
        command, bufsize=0, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> bool:
    """Kill a publish with all of its children at once, as a power cut would; False where it had ended before."""
    return signal_all(process, signal.SIGKILL) and process.wait() == -signal.SIGKILL


def signal_all(process: subprocess.Popen[bytes], number: signal.Signals) -> bool:
    """Send a signal to a publish and all of its children; False where it had ended before."""
    if process.poll() is not None:
        return False
    os.killpg(process.pid, number)
    return True


def wait_for_upload(process: subprocess.Popen[bytes]) -> bool:
    """Read a publish's messages until it says that it begins with the target; False where it ends without having said so."""
    assert process.stderr
    return any(line.startswith(b"publishing") for line in iter(process.stderr.readline, b""))


def end(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Wait for the end of a publish: its exit code and what it said on stderr since the last look."""
    _, said = process.communicate(timeout=_SECONDS)
    return process.returncode, said.decode()
