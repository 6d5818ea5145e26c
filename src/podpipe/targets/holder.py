"""Who holds a lock: a process, with a name for people, and what tells others on the same machine whether it still runs."""

from __future__ import annotations

import getpass
import json
import os
import secrets
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock: an id of this one publish, a name for people, and the process by which others on the same machine know it."""

    id: str
    name: str
    machine: str
    process: int
    started: str
    since: datetime

    def as_bytes(self, renewed: int = 0) -> bytes:
        """The lock's content; no two renewals are alike, so that no two versions are."""
        fields = {name: getattr(self, name) for name in ("id", "name", "machine", "process", "started")}
        document = fields | {"since": self.since.isoformat(), "renewed": renewed}
        return json.dumps(document, ensure_ascii=False).encode()

    @property
    def gone(self) -> bool:
        """Whether this is a process of this machine that has ended; one of another machine is never known to have."""
        if sys.platform == "win32" or self.machine != _machine() or self.process == os.getpid():
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return _started(self.process) != self.started

    def __str__(self) -> str:
        return f"{self.name} (process {self.process}), since {self.since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def read_holder(data: bytes) -> Holder | None:
    """Who a lock says that its holder is, None where it cannot be read."""
    try:
        document = json.loads(data)
        return Holder(
            id=str(document["id"]),
            name=str(document["name"]),
            machine=str(document["machine"]),
            process=int(document["process"]),
            started=str(document["started"]),
            since=datetime.fromisoformat(document["since"]),
        )
    except (ValueError, TypeError, KeyError):
        return None


def this_process() -> Holder:
    """This process as the holder of a lock, with an id of its own each time."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        user = "podpipe"
    return Holder(
        id=secrets.token_hex(8),
        name=f"{user}@{socket.gethostname()}",
        machine=_machine(),
        process=os.getpid(),
        started=_started(os.getpid()),
        since=datetime.now(UTC),
    )


def _machine() -> str:
    """What tells this machine's processes from those of others: its name, this start of it, and the container that numbers them."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip())
    with suppress(OSError):
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return " ".join(parts)


def _started(process: int) -> str:
    """When a process was started, as the system counts it, so that another one with its number is not taken for it; empty if unknown."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
