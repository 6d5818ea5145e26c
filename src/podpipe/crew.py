"""Work on many episodes shared out over the machine's processors, where that is safe and pays."""

from __future__ import annotations

import math
import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from podpipe.errors import PodpipeError

T = TypeVar("T")
R = TypeVar("R")

_FEWEST = 60
"""Below this many items a second process costs more than it gains."""

_MOST_PROCESSES = 8

_OWN_SHARE = 1.06
"""How much more than the others this process takes on: its results need not travel, which costs the others some six per cent."""


def spread(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """What `work` gives for each item, in the items' order. Many items are shared out as `together` does with its tasks."""
    processes = _processes() if len(items) >= _FEWEST else 1
    if processes == 1:
        return [work(item) for item in items]
    own = math.ceil(len(items) / processes * _OWN_SHARE)
    size = math.ceil((len(items) - own) / (processes - 1))
    parts = [items[:own], *(items[start : start + size] for start in range(own, len(items), size))]
    return [result for part in together([_each(work, part) for part in parts]) for result in part]


def together(tasks: Sequence[Callable[[], R]]) -> list[R]:
    """What each task gives, in their order; what one raises is raised here.

    All but the first run in processes forked from this one. They see everything that it knows, so that only results travel, which must
    pickle. One process does all of it where the system does not fork well (any but Linux), where there is one processor, and where this
    process has other threads, as under Prefect or a live progress display: a fork would freeze the locks that they hold.
    """
    if len(tasks) < 2 or _processes() == 1:
        return [task() for task in tasks]
    import multiprocessing

    fork = multiprocessing.get_context("fork")
    hired = []
    for task in tasks[1:]:
        here, there = fork.Pipe(duplex=False)
        process = fork.Process(target=_report, args=(task, there), daemon=True)
        process.start()
        there.close()
        hired.append((process, here))
    try:
        results = [tasks[0]()]
        results += [_received(here) for _, here in hired]
    finally:
        for process, here in hired:
            here.close()
            if sys.exc_info()[0] is not None:
                process.terminate()
            process.join()
    return results


def _each(work: Callable[[T], R], part: Sequence[T]) -> Callable[[], list[R]]:
    return lambda: [work(item) for item in part]


def _processes() -> int:
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(len(os.sched_getaffinity(0)), _MOST_PROCESSES)


def _report(task: Callable[[], Any], connection: Any) -> None:
    try:
        answer: tuple[Any, Exception | None] = (task(), None)
    except Exception as error:  # noqa: BLE001 - it is raised again where the result is awaited
        answer = (None, error)
    connection.send(answer)
    connection.close()


def _received(connection: Any) -> Any:
    try:
        result, error = connection.recv()
    except EOFError:
        raise PodpipeError("a process that shared the work ended early", hint="it may have run out of memory; run again") from None
    if error is not None:
        raise error
    return result
