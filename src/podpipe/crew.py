"""Work on many episodes shared out over the machine's processors, where that is safe and pays."""

from __future__ import annotations

import math
import os
import pickle
import signal
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

from podpipe.errors import PodpipeError

T = TypeVar("T")
R = TypeVar("R")

_FEWEST = 60
"""Below this many items a second process costs more than it gains."""

_MOST_PROCESSES = 8

_SHARES = 12
"""Into how many parts what falls to each process is cut: whoever is done early takes one more."""

_MOST_TASKS = 255
"""A task's number travels as one byte."""

_RECORD = struct.Struct("=BQ")
"""What tells of a finished task: its number, and how many bytes its pickled result has."""


def spread(work: Callable[[T], R], items: Sequence[T], *, meanwhile: Callable[[], object] | None = None) -> list[R]:
    """What `work` gives for each item, in the items' order. Many items are shared out as `together` does with its tasks."""
    size = part_size(len(items))
    shares = (items[start : start + size] for start in range(0, len(items), size))
    return [result for share in together([_each(work, share) for share in shares], meanwhile=meanwhile) for result in share]


def part_size(count: int) -> int:
    """How many of `count` items make a good task for `together`: all of them, where they are few."""
    processes = _processes() if count >= _FEWEST else 1
    return max(1, count if processes == 1 else math.ceil(count / (processes * _SHARES)))


def together(tasks: Sequence[Callable[[], R]], *, meanwhile: Callable[[], object] | None = None) -> list[R]:
    """What each task gives, in their order. What one raises is raised here: of several, what the first of them raised.

    Each process takes the next task as soon as it is free, so the long ones should stand first. All but one of the processes are forked
    from this one. They see everything that it knows, so that only results travel, which must pickle. One process does all of it where the
    system does not fork well (any but Linux), where there is one processor, and where this process has other threads, as under Prefect
    or a live progress display: a fork would freeze the locks that they hold.

    `meanwhile` is done by this process alone, while others begin; where there are no others it is left.
    """
    processes = min(_processes(), len(tasks))
    if processes < 2:
        return [task() for task in tasks]
    if len(tasks) > _MOST_TASKS:
        raise ValueError(f"more than {_MOST_TASKS} tasks: put several into one")
    waiting, filled = os.pipe()
    os.write(filled, bytes(range(len(tasks))))
    os.close(filled)
    hired: list[_Hired] = []
    done: dict[int, tuple[Any, Exception | None]] = {}
    try:
        hired += (_Hired(tasks, waiting) for _ in range(processes - 1))
        if meanwhile is not None:
            meanwhile()
        for number, outcome in _finished(tasks, waiting):
            done[number] = outcome
            # Taken out on the way, others' results cost no time at the end, when nobody else works.
            for process in hired:
                done.update(process.results())
        for process in hired:
            done.update(process.last_results())
    finally:
        os.close(waiting)
        for process in hired:
            process.dismiss()
    for number in sorted(done):
        error = done[number][1]
        if error is not None:
            raise error
    return [done[number][0] for number in range(len(tasks))]


class _Hired:
    """A process forked from this one. Its results lie in memory that both can see, and a pipe tells of each when it is there.

    Results in a pipe would wait until somebody has the time to take them out; the standard library's pools would, too, and need a thread.
    """

    def __init__(self, tasks: Sequence[Callable[[], Any]], waiting: int) -> None:
        self._memory = os.memfd_create("podpipe")
        self._told, telling = os.pipe()
        self._place = 0
        self._process: int | None = os.fork()
        if self._process == 0:
            _work(tasks, waiting, self._memory, telling)
        os.close(telling)

    def results(self) -> Iterator[tuple[int, tuple[Any, Exception | None]]]:
        """Each task that the process has finished by now and that was not given yet: its number, with its result or error."""
        os.set_blocking(self._told, False)
        with suppress(BlockingIOError):
            yield from self._told_results()

    def last_results(self) -> Iterator[tuple[int, tuple[Any, Exception | None]]]:
        """What `results` gives, for every task that the process takes until it ends."""
        os.set_blocking(self._told, True)
        yield from self._told_results()
        if self._wait():
            raise PodpipeError("a process that shared the work ended early", hint="it may have run out of memory; run again")

    def _told_results(self) -> Iterator[tuple[int, tuple[Any, Exception | None]]]:
        while record := os.read(self._told, _RECORD.size):
            number, length = _RECORD.unpack(record)
            yield number, pickle.loads(os.pread(self._memory, length, self._place))  # noqa: S301 - our own bytes
            self._place += length

    def dismiss(self) -> None:
        """End the process, if it still runs, and give back what it held."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
            self._wait()
        os.close(self._told)
        os.close(self._memory)

    def _wait(self) -> int:
        process, self._process = self._process, None
        return os.waitpid(process, 0)[1] if process is not None else 0


def _work(tasks: Sequence[Callable[[], Any]], waiting: int, memory: int, telling: int) -> NoReturn:
    """What a forked process does, from its first moment to its end: whatever happens, nothing of its parent's may go on in it."""
    code = 1
    try:
        for number, outcome in _finished(tasks, waiting):
            data = pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL)
            with open(memory, "wb", closefd=False) as file:
                file.write(data)
            os.write(telling, _RECORD.pack(number, len(data)))
        code = 0
    finally:
        os._exit(code)


def _finished(tasks: Sequence[Callable[[], Any]], waiting: int) -> Iterator[tuple[int, tuple[Any, Exception | None]]]:
    """Take one waiting task after the other, until none waits or one fails."""
    while number := os.read(waiting, 1):
        try:
            outcome: tuple[Any, Exception | None] = (tasks[number[0]](), None)
        except Exception as error:  # noqa: BLE001 - it is raised again where the result is awaited
            outcome = (None, error)
        yield number[0], outcome
        if outcome[1] is not None:
            return


def _each(work: Callable[[T], R], part: Sequence[T]) -> Callable[[], list[R]]:
    return lambda: [work(item) for item in part]


def _processes() -> int:
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(len(os.sched_getaffinity(0)), _MOST_PROCESSES)
