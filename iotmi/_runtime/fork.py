"""What a forked child must not share with its parent: sockets, locks, a source of chance."""

import os
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class ForkLocal(Generic[T]):
    """A value that each process has of its own, made anew where this one was forked.

    Whoever shares this shares the value, in the child as in the parent. `fork` copies every lock as
    it stands, and one that another thread of the parent held is never released in the child: so
    nothing of the parent's is locked, closed or collected here.

    Args:
        value: what this process has.
        renewed: makes the child's from the parent's.
    """

    def __init__(self, value: T, recreate: Callable[[T], T]) -> None:
        self._recreate = recreate
        self._values: dict[int, T] = {os.getpid(): value}
        self._locks: dict[int, Lock] = {}
        # Collecting what was the parent's would close it, which takes its locks.
        self._parents: list[T] = []

    def get(self) -> T:
        """This process's value."""
        process = os.getpid()
        value = self._values.get(process)
        if value is None:
            # A lock that no thread of the parent can hold: threads do not cross a fork.
            with self._locks.setdefault(process, Lock()):
                value = self._values.get(process)
                if value is None:
                    parent = next(iter(self._values.values()))
                    value = self._recreate(parent)
                    self._parents.append(parent)
                    # In one step, so that no other thread finds it empty; and a number that comes
                    # round again, generations later, must not find an ancestor's value.
                    self._values = {process: value}
        return value

    def peek(self) -> T | None:
        """This process's value, if it has one by now."""
        return self._values.get(os.getpid())
