"""Work shared out over processes: the same results in the same order, whoever does it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from datetime import timedelta
from functools import partial

import pytest

from podpipe.crew import spread, together
from podpipe.errors import PodpipeError
from podpipe.model import Chapter, Link, Notes

forks = pytest.mark.skipif(sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="one process does all of it here")


def square(number: int) -> int:
    return number * number


def fail(message: str) -> int:
    raise PodpipeError(message)


@pytest.mark.parametrize("count", [0, 1, 59, 60, 61, 1000])
def test_results_come_in_the_order_of_the_items(count: int) -> None:
    assert spread(square, range(count)) == [number * number for number in range(count)]


def alone(code: str) -> str:
    """What a program prints that has no other threads: the process that runs this test may have some."""
    done = subprocess.run(
        [sys.executable, "-c", f"import os\nfrom podpipe import crew\n{code}"], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@forks
def test_many_items_are_shared_out_among_processes() -> None:
    assert int(alone("import time\nprint(len(set(crew.spread(lambda _: time.sleep(0.005) or os.getpid(), range(100)))))")) > 1


def test_one_process_does_all_where_there_are_other_threads() -> None:
    done = threading.Event()
    waiting = threading.Thread(target=done.wait)
    waiting.start()
    try:
        assert set(spread(lambda _: os.getpid(), range(100))) == {os.getpid()}
    finally:
        done.set()
        waiting.join()


@pytest.mark.parametrize("failing", [0, 1])
def test_what_a_task_raises_is_raised_here(failing: int) -> None:
    tasks = [partial(square, 2), partial(square, 3)]
    tasks[failing] = partial(fail, "no")
    with pytest.raises(PodpipeError, match="no"):
        together(tasks)


@forks
def test_a_process_that_dies_is_told_as_such() -> None:
    code = """
import time
own = os.getpid()
def task():
    time.sleep(0.3)  # long enough for another process to take the next one
    if os.getpid() != own:
        os._exit(1)
try:
    crew.together([task, task])
except crew.PodpipeError as error:
    print(error)
"""
    assert "ended early" in alone(code)


@forks
def test_a_long_task_leaves_the_others_to_whoever_is_free() -> None:
    code = """
import time
def long():
    time.sleep(0.5)
    return os.getpid()
first, *others = crew.together([long, *[os.getpid] * 20])
print(first in others)
"""
    assert alone(code) == "False"


@forks
def test_of_several_errors_the_first_in_order_is_raised() -> None:
    code = """
import time
def fail(message, after):
    time.sleep(after)
    raise crew.PodpipeError(message)
try:
    crew.together([lambda: fail("first", 0.3), lambda: fail("second", 0)])
except crew.PodpipeError as error:
    print(error)
"""
    assert alone(code) == "first"


def test_what_an_episode_is_made_of_travels_whole() -> None:
    notes = Notes(html="<p>あ</p>", links=(Link(url="https://a.example", line=3, column=None),), anchors=((1, "あ"),))
    chapter = Chapter(start=timedelta(seconds=7), title="い", url=None, line=3, anchor="い")
    assert pickle.loads(pickle.dumps((notes, chapter))) == (notes, chapter)  # noqa: S301 - our own bytes
