"""What threads do beside each other: seen without a clock that a busy machine could outrun."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import RunBlocking

T = TypeVar("T")


def work(function: Callable[[], T], cancel: Callable[[], None] = lambda: None) -> RunBlocking[T]:
    """Some that has all the time in the world."""
    return RunBlocking(function, Deadline(None), cancel)


def unfinished(*works: Callable[[], object]) -> int:
    """How many of these do not come to their end in other threads, for all that can be seen.

    Called where a lock should be held that they need. What need not wait for it takes much less
    than the turns that it is given, each of which passes while this thread waits: where a machine
    stands still in one of them, the others are left.
    """
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for _ in range(50):
        threading.Event().wait(0.001)
    return sum(thread.is_alive() for thread in threads)


def until(told: Callable[[], bool], *, most: int = 200) -> Iterator[int]:
    """Turns, until something is so.

    Raises:
        AssertionError: it was not so after the *most* that anybody should need.
    """
    for turn in range(most):
        yield turn
        if told():
            return
    raise AssertionError(f"not so after {most} tries")


def comes_true(told: Callable[[], bool]) -> bool:
    """Whether something becomes so within ten seconds, which is long for whatever is told here."""
    end = time.monotonic() + 10
    while not told() and time.monotonic() < end:
        threading.Event().wait(0.005)
    return told()
