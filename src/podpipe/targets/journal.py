"""What a target holds at each moment of a publish, so that its manifest can be written then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock

from podpipe.manifest import MANIFEST, manifest_bytes
from podpipe.model import Artifact, Holding, Manifest, Step
from podpipe.plan import holding

_NOW = datetime.min.replace(tzinfo=UTC)


class Journal:
    """The objects of a target, as steps are begun and finished; safe to use from several threads.

    `now` is when an object that is retired ceases to be produced.
    """

    def __init__(self, held: Mapping[str, Holding], made: Mapping[str, Artifact], *, now: datetime = _NOW) -> None:
        self._objects = {key: entry for key, entry in held.items() if entry.digest}
        self._unknown = {key for key, entry in held.items() if not entry.digest}
        self._made = made
        self._now = now
        self._lock = Lock()
        self.finished: set[str] = set()

    def begin(self, step: Step) -> None:
        """Note that a step may have reached the target: until it is finished, nobody knows what its key holds."""
        if step.action in {"put", "copy", "delete"}:
            with self._lock:
                self._unknown.add(step.key)

    def finish(self, step: Step) -> None:
        """Note that a step has been carried out."""
        with self._lock:
            self.finished.add(step.key)
            self._unknown.discard(step.key)
            if step.action in {"put", "copy"}:
                self._objects[step.key] = holding(self._made[step.key])
            elif step.action == "delete":
                self._objects.pop(step.key, None)
            elif step.key in self._objects:
                retired = self._now if step.action == "retire" else None
                self._objects[step.key] = replace(self._objects[step.key], retired=retired)

    def doubt(self, key: str) -> None:
        """Note that a step was carried out, and that its key does not hold what it should: what it holds, nobody knows."""
        with self._lock:
            self.finished.discard(key)
            self._unknown.add(key)

    def objects(self) -> dict[str, Holding]:
        """What is known to be there, by key."""
        with self._lock:
            return dict(self._objects)

    def released(self) -> dict[str, Holding]:
        """What listeners get: everything but what is retired."""
        return {key: entry for key, entry in self.objects().items() if entry.retired is None}

    def manifest(self, manifest: Manifest, *, touching: frozenset[str] = frozenset()) -> Manifest:
        """A manifest with the objects of this moment; `touching` are keys of which steps may follow."""
        with self._lock:
            return replace(manifest, objects=dict(self._objects), touched=frozenset(self._unknown | (touching - self.finished)))

    def artifact(self) -> Artifact:
        """The manifest of this moment, for a target without releases."""
        data = manifest_bytes(self.manifest(Manifest()))
        return Artifact(key=MANIFEST, content=data, content_type="application/json", cache_control="no-cache")
