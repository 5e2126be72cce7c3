"""State that a forked child must not share with its parent: sockets, locks, random generators."""

import os
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class ForkLocal(Generic[T]):
    """A value of each process, recreated in a forked child when the child first asks for it.

    `fork` copies every lock as it is. A lock that another thread of the parent held is never
    released in the child. So the child locks, closes and frees nothing of the parent's.

    Args:
        value: the value of this process.
        recreate: returns the child's value, given the parent's.
    """

    def __init__(self, value: T, recreate: Callable[[T], T]) -> None:
        self._recreate = recreate
        self._values: dict[int, T] = {os.getpid(): value}
        self._locks: dict[int, Lock] = {}
        # Kept alive, because their finalizers would take the parent's locks.
        self._parents: list[T] = []

    def get(self) -> T:
        """Return the value of this process."""
        process = os.getpid()
        value = self._values.get(process)
        if value is None:
            # Created in the child, so no thread of the parent can hold it.
            with self._locks.setdefault(process, Lock()):
                value = self._values.get(process)
                if value is None:
                    parent = next(iter(self._values.values()))
                    value = self._recreate(parent)
                    self._parents.append(parent)
                    # Replaced in one step, so that no thread sees it empty. Only one entry, because
                    # a later generation may get the process id of an ancestor.
                    self._values = {process: value}
        return value

    def peek(self) -> T | None:
        """Return the value of this process if it exists already."""
        return self._values.get(os.getpid())
