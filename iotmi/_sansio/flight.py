"""One thread for work whose result many threads wait for at once.

This module does not know what the work is.
"""

from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from threading import Lock, Thread
from typing import Any, TypeVar

T = TypeVar("T")


class SingleFlight:
    """Runs a function in a daemon thread, for all who ask while it runs. Safe under threads."""

    __slots__ = ("__weakref__", "_lock", "_name", "_running")

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = Lock()
        self._running: Future[Any] | None = None

    def run(self, function: Callable[[], T], seconds: float) -> T:
        """Return the function's result. Where no thread can be started, run it in this one.

        Raises:
            FlightTimeoutError: there was none within *seconds*.
        """
        with self._lock:
            running: Future[T] | None = self._running
            if running is None:
                running = self._running = Future()
                try:
                    Thread(
                        target=copy_context().run,
                        args=(self._complete, running, function),
                        name=self._name,
                        daemon=True,
                    ).start()
                except RuntimeError:
                    # The process has reached its limit of threads, or the interpreter is ending.
                    self._running = running = None
        if running is None:
            return function()
        try:
            return running.result(seconds)
        except TimeoutError as error:
            # A TimeoutError of the function's own is its result.
            if running.done():
                return running.result()
            raise FlightTimeoutError from error

    def _complete(self, running: "Future[T]", function: Callable[[], T]) -> None:
        try:
            result = function()
        except BaseException as error:  # noqa: BLE001 - it belongs to those who wait
            self._end()
            running.set_exception(error)
        else:
            self._end()
            running.set_result(result)

    def _end(self) -> None:
        with self._lock:
            self._running = None


class FlightTimeoutError(Exception):
    """The time was up before the function had ended."""
