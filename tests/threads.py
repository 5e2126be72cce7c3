"""What threads do beside each other: seen without a clock that a busy machine could outrun."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from iotmi._deadline import Deadline
from iotmi._flow import Work

T = TypeVar("T")


def work(function: Callable[[], T], cancel: Callable[[], None] = lambda: None) -> Work[T]:
    """Some that has all the time in the world."""
    return Work(function, Deadline(None), cancel)


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


def until(told: Callable[[], bool]) -> Iterator[int]:
    """Turns, until something is so; more than anybody should need are a failure."""
    for turn in range(200):
        if told():
            return
        yield turn
    pytest.fail("it did not become so")


def comes_true(told: Callable[[], bool]) -> bool:
    """Whether something becomes so within ten seconds, which is long for whatever is told here."""
    end = time.monotonic() + 10
    while not told() and time.monotonic() < end:
        threading.Event().wait(0.005)
    return told()
