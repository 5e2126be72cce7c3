"""Functions that are called after each change, without arguments.

Owns their list. It must know neither what changes nor what the functions do.
"""

from collections.abc import Callable
from threading import Lock


class Observers:
    """Functions to call after a change. All methods are thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._functions: tuple[Callable[[], None], ...] = ()

    def add(self, function: Callable[[], None]) -> Callable[[], None]:
        """Call *function* after each change, until the returned function is called."""
        with self._lock:
            self._functions = (*self._functions, function)

        def remove() -> None:
            with self._lock:
                self._functions = tuple(each for each in self._functions if each is not function)

        return remove

    @property
    def count(self) -> int:
        """The number of functions."""
        return len(self._functions)

    def notify(self) -> None:
        """Call the functions. The caller holds no lock that one of them needs."""
        for function in self._functions:
            function()
