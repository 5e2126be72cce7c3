"""Whether something is done by one thread at a time, and work that one does for another."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from iotmi._deadline import Deadline
from iotmi._flow import Work

T = TypeVar("T")


def work(function: Callable[[], T], cancel: Callable[[], None] = lambda: None) -> Work[T]:
    """Some that has all the time in the world."""
    return Work(function, Deadline(None), cancel)


def unfinished(*works: Callable[[], object]) -> int:
    """How many of these do not come to their end in other threads, for all that can be seen.

    Called where a lock should be held that they need. What need not wait for it takes much less
    time than they are given.
    """
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 0.05
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return sum(thread.is_alive() for thread in threads)
