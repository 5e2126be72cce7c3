"""One thread for work whose result many callers wait for at once.

This module does not know what the work is, nor how its callers wait.
"""

from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial
from threading import Lock, Thread
from typing import Any, TypeVar

T = TypeVar("T")


class SingleFlight:
    """At most one running function, shared by all that start it meanwhile. Safe under threads."""

    __slots__ = ("_lock", "_name", "_running")

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = Lock()
        self._running: Future[Any] | None = None

    def start(self, function: Callable[[], T]) -> "Future[T]":
        """Run *function* in a daemon thread, unless a run is under way, and return its future.

        If no thread can be started, the function runs in the calling thread.
        """
        with self._lock:
            running: Future[T] | None = self._running
            if running is not None:
                return running
            future: Future[T] = Future()
            self._running = future
        run = partial(complete, future, partial(self._run, function))
        try:
            Thread(target=copy_context().run, args=(run,), name=self._name, daemon=True).start()
        except RuntimeError:
            # The process has reached its limit of threads, or the interpreter is ending.
            run()
        return future

    def _run(self, function: Callable[[], T]) -> T:
        try:
            return function()
        finally:
            with self._lock:
                self._running = None


def complete(future: "Future[T]", function: Callable[[], T]) -> None:
    """Run *function*, and set its result or its exception on *future*."""
    try:
        future.set_result(function())
    except BaseException as error:  # noqa: BLE001 - raised where the future is waited for
        future.set_exception(error)
