"""Concurrency of threads, observed without a clock that a busy machine could outrun."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import RunBlocking

T = TypeVar("T")


def work(function: Callable[[], T]) -> RunBlocking[T]:
    """Return *function* as work without a deadline."""
    return RunBlocking(function, Deadline(None))


def unfinished(*works: Callable[[], object]) -> int:
    """Return the number of functions that do not finish in other threads.

    Call this while holding a lock that the functions need. Functions that need no lock take much
    less time than the turns given here, each of which passes while this thread waits. On a stalled
    machine the remaining turns are skipped.
    """
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for _ in range(50):
        threading.Event().wait(0.001)
    return sum(thread.is_alive() for thread in threads)


def until(condition: Callable[[], bool], *, most: int = 200) -> Iterator[int]:
    """Yield turns until *condition* is true.

    Raises:
        AssertionError: the condition is still false after *most* turns.
    """
    for turn in range(most):
        yield turn
        if condition():
            return
    raise AssertionError(f"the condition is still false after {most} turns")


def comes_true(condition: Callable[[], bool]) -> bool:
    """Return True if the condition becomes true within ten seconds."""
    end = time.monotonic() + 10
    while not condition() and time.monotonic() < end:
        threading.Event().wait(0.005)
    return condition()
