"""Work on many episodes spread over the machine's processors, where that is safe and pays."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_FEWEST = 60
"""Below this many items a second process costs more than it gains."""

_CHUNKS_EACH = 4

_work: Callable[[Any], Any] | None = None
_items: Sequence[Any] = ()


def spread(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """What `work` gives for each item, in the items' order.

    Many items are shared out among processes forked from this one: they see all that it knows, and only results travel back, which must
    pickle. Where this process has other threads, whose locks a fork would freeze, or the system does not fork well, it does all by itself.
    """
    global _work, _items  # a forked process finds its task here: neither functions nor episodes travel to it
    helpers = min(os.cpu_count() or 1, 8)
    if len(items) < _FEWEST or helpers < 2 or sys.platform != "linux" or threading.active_count() > 1:
        return [work(item) for item in items]
    _work, _items = work, items
    try:
        size = -(-len(items) // (helpers * _CHUNKS_EACH))
        starts = range(0, len(items), size)
        with ProcessPoolExecutor(helpers, mp_context=multiprocessing.get_context("fork")) as pool:
            return [result for part in pool.map(_part, starts, [size] * len(starts)) for result in part]
    finally:
        _work, _items = None, ()


def _part(start: int, size: int) -> list[Any]:
    work = _work
    if work is None:  # pragma: no cover - a pool is only made after the work is set
        raise RuntimeError("no work to share out")
    return [work(item) for item in _items[start : start + size]]
