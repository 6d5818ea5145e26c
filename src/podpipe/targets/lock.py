"""One writer: the lock that a publish holds on a target while it changes it, and what stands in for it on a store without conditions.

The lock is an object that is written only where there is none (`If-None-Match: *`), renewed while its holder lives, and taken over once it
has not been renewed for long. A store that ignores the condition is found out at once: a second write of the same lock then succeeds. There
each publish writes a claim of its own and looks at all of them: it may go on only when it sees no other. Of two that come at the same time
the later one to write sees the earlier one's claim, on any store that lists what was written before.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from podpipe.errors import TargetError
from podpipe.model import Artifact
from podpipe.plan import OWN
from podpipe.targets import Target
from podpipe.targets.holder import Holder, read_holder, this_process

LOCK = f"{OWN}lock.json"
CLAIMS = f"{OWN}claims/"

LAST_SECONDS = 60.0
"""How long a lock holds that nobody renews, by the target's own clock."""

_RENEW_SECONDS = 15.0
_PROBE = -1
_LOOK_SECONDS = 0.25
_AGE_SECONDS = 5.0
_FRESH_SECONDS = 3.0
"""A claim that is younger may still be withdrawn by who has just seen ours."""

_UNCONDITIONAL = "the store knows no conditional writes: instead of a lock, each publish writes a claim and goes on where it sees no other"


class Lease:
    """A lock that is held; `note` tells people where something else stood in for it. One that is not `needed` is never lost."""

    def __init__(self, note: str = "", *, needed: bool = True) -> None:
        self.note = note
        self._needed = needed
        self._lost = False
        self._renewed = _clock()

    def check(self, target: Target) -> None:
        """Raise TargetError where the lock is not held any more: this machine slept, say, and another publish has begun."""
        if self._lost or self.overdue:
            hint = "publish again; nothing was changed after that"
            raise TargetError("the lock on the target was lost in the middle of the publish", target=target.url, hint=hint)

    @property
    def overdue(self) -> bool:
        """Whether the lock was not renewed for so long that others may take it."""
        return self._needed and _clock() - self._renewed > LAST_SECONDS

    def renewed(self) -> None:
        """Note that the lock was renewed at this moment."""
        self._renewed = _clock()

    def lost(self) -> None:
        """Note that somebody else has taken the lock."""
        self._lost = True


@contextmanager
def locked(target: Target, *, wait: float, on_wait: Callable[[str], None] = lambda _: None) -> Iterator[Lease]:
    """Hold the lock on a target while the block runs; `on_wait` hears once who holds it, where that is somebody else.

    Raises TargetError, which names the holder, where it is not to be had within `wait` seconds.
    """
    if target.whole:
        yield Lease(needed=False)
        return
    holder = this_process()
    waiting = _Waiting(target, wait=wait, on_wait=on_wait)
    version = _take(target, holder, waiting)
    claimed = version is None
    if claimed:
        _claim(target, holder, waiting)
    lease = Lease(_UNCONDITIONAL if claimed else "")
    with _renewing(target, holder, lease, version):
        yield lease


class _Waiting:
    """How long to wait for others, and who heard of it."""

    def __init__(self, target: Target, *, wait: float, on_wait: Callable[[str], None]) -> None:
        self._target = target
        self._end = time.monotonic() + wait
        self._tell = on_wait
        self._told = False

    def pause(self, other: Holder | None, *, grace: float = 0.0) -> None:
        """Wait a little, `grace` seconds even where one is not to wait at all. Raises TargetError when the time is up."""
        left = self._end - time.monotonic()
        if left <= 0 and grace <= 0:
            who = f"{other} is" if other else "another publish is"
            hint = "wait until it has ended, or give it more time with --wait SECONDS"
            raise TargetError(f"{who} publishing to this target", target=self._target.url, hint=hint)
        if other and not self._told and left > 0:
            self._told = True
            self._tell(f"waiting for {other}, who is publishing to {self._target.url}")
        time.sleep(min(max(left, grace), random.uniform(1, 2) * _LOOK_SECONDS))  # noqa: S311 - so that two do not keep step


def _take(target: Target, holder: Holder, waiting: _Waiting) -> str | None:
    """Take the lock object; its version, or None on a store where that means nothing."""
    looked, seen, age = 0.0, "", 0.0
    begun = time.monotonic()
    while True:
        version = target.write_if(LOCK, holder.as_bytes(), expected=None)
        if version is not None:
            try:
                if target.write_if(LOCK, holder.as_bytes(_PROBE), expected=None) is None:
                    return version
            except BaseException:
                with suppress(TargetError):
                    target.delete(LOCK)
                raise
            target.delete(LOCK)
            return None
        found = target.read_version(LOCK)
        if found is None:  # it was given back just now
            waiting.pause(None, grace=_FRESH_SECONDS - (time.monotonic() - begun))
            continue
        other = read_holder(found.data)
        if found.version != seen or time.monotonic() - looked > _AGE_SECONDS:
            age = target.ages(LOCK).get(LOCK, 0.0)
            looked, seen = time.monotonic(), found.version
        if (other and other.gone) or age + (time.monotonic() - looked) > LAST_SECONDS:
            version = target.write_if(LOCK, holder.as_bytes(), expected=found.version)
            if version is not None:
                return version
            continue
        waiting.pause(other)


def _claim(target: Target, holder: Holder, waiting: _Waiting) -> None:
    """Claim the target where no condition can keep others off: of those who want it at once, the one with the lowest id stays."""
    try:
        _stand(target, holder, waiting)
    except BaseException:
        with suppress(TargetError):
            target.delete(_claim_key(holder))
        raise


def _stand(target: Target, holder: Holder, waiting: _Waiting) -> None:
    mine = _claim_key(holder)
    standing, begun = False, time.monotonic()
    while True:
        if not standing:
            _put(target, mine, holder.as_bytes())
            standing = True
        others = {key: age for key, age in target.ages(CLAIMS).items() if key != mine and age < LAST_SECONDS}
        alive = _alive(target, others)
        if not alive:
            return
        first = min(alive)
        # For as long as this, another newcomer may still withdraw its claim; who holds the target renews an old one, and does not.
        fresh = _FRESH_SECONDS - max(min(others[key] for key in alive), time.monotonic() - begun)
        if first < mine:
            target.delete(mine)
            standing = False
        waiting.pause(alive[first], grace=fresh)


@contextmanager
def _renewing(target: Target, holder: Holder, lease: Lease, version: str | None) -> Iterator[None]:
    """Renew the lock until the block ends, then remove it."""
    ended = threading.Event()

    def renew() -> None:
        known, number = version, 0
        while not ended.wait(_RENEW_SECONDS):
            number += 1
            # A renewal that fails is tried again with the next; when none arrives for long, the lease says so itself.
            with suppress(TargetError):
                if known is None:
                    if lease.overdue:  # this machine slept: others have looked past this claim, and one of them may hold the target
                        lease.lost()
                        return
                    _put(target, _claim_key(holder), holder.as_bytes(number))
                else:
                    known = target.write_if(LOCK, holder.as_bytes(number), expected=known)
                    if known is None:
                        lease.lost()
                        return
                lease.renewed()

    thread = threading.Thread(target=renew, name="podpipe lock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        with suppress(TargetError):
            lease.check(target)  # a lock that was lost is somebody else's now
            target.delete(LOCK if version is not None else _claim_key(holder))


def _claim_key(holder: Holder) -> str:
    return f"{CLAIMS}{holder.id}.json"


def _put(target: Target, key: str, data: bytes) -> None:
    target.put(Artifact(key=key, content=data, content_type="application/json", cache_control="no-store"))


def _alive(target: Target, claims: Iterable[str]) -> dict[str, Holder | None]:
    """Those of the claims whose holders may still run; None stands for one that cannot be read at this moment, as while it is renewed."""
    alive: dict[str, Holder | None] = {}
    for key in claims:
        data = target.read(key)
        if data is None:
            continue
        holder = read_holder(data)
        if holder is not None and holder.gone:
            target.delete(key)
        else:
            alive[key] = holder
    return alive


def _clock() -> float:
    """Seconds that go on while this machine sleeps, where the system counts them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.time()
