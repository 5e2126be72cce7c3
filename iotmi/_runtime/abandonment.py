"""Abandoned calls through botocore, and the limit on their number.

A thread cannot be stopped. When a deadline passes while botocore sends, the caller abandons the
thread, which ends at botocore's own timeouts. This module does not know who runs the threads.
"""

from threading import Condition
from typing import Generic, TypeVar

from iotmi._sansio.steps import DeadlineReachedError, RunBlocking

T = TypeVar("T")


class AbandonedCalls:
    """The abandoned calls of one client that are still running. Safe under threads.

    Each abandoned call holds a thread and a socket. At *limit* no more calls start. Otherwise a
    service that hangs would use up the threads of the process.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._count = 0
        self._changed = Condition()

    @property
    def at_limit(self) -> bool:
        """True if no call may start now."""
        return self._count >= self._limit

    def limit_error(self) -> DeadlineReachedError:
        """Return the error raised when no slot became free in time."""
        return DeadlineReachedError(f"{self._count} abandoned attempts are still running")

    def wait(self, seconds: float) -> None:
        """Block the calling thread until a slot is free.

        Raises:
            DeadlineReachedError: no slot became free within *seconds*.
        """
        if self.at_limit:
            with self._changed:
                if not self._changed.wait_for(lambda: not self.at_limit, seconds):
                    raise self.limit_error()

    def started(self, attempt: "AbandonableCall[T]") -> None:
        """Note that *attempt* starts in its thread.

        Raises:
            DeadlineReachedError: the attempt was abandoned before its thread started.
        """
        with self._changed:
            if attempt.abandoned:
                raise DeadlineReachedError(NO_FREE_THREAD)
            attempt.started = True

    def finished(self, attempt: "AbandonableCall[T]") -> None:
        """Note that *attempt* has ended in its thread, abandoned or not."""
        with self._changed:
            attempt.finished = True
            if attempt.abandoned:
                self._count -= 1
                self._changed.notify_all()

    def abandon(self, attempt: "AbandonableCall[T]") -> DeadlineReachedError:
        """Note that *attempt* is abandoned, and return the error for its caller."""
        with self._changed:
            attempt.abandoned = True
            if attempt.started and not attempt.finished:
                self._count += 1
        return DeadlineReachedError(None if attempt.started else NO_FREE_THREAD)


class AbandonableCall(Generic[T]):
    """Work that one thread does for another, which may abandon it."""

    __slots__ = ("_group", "_work", "abandoned", "finished", "started")

    def __init__(self, work: RunBlocking[T], group: AbandonedCalls) -> None:
        self._work = work
        self._group = group
        self.started = self.finished = self.abandoned = False

    def __call__(self) -> T:
        """Do the work, unless it was abandoned before it started."""
        self._group.started(self)
        try:
            return self._work.function()
        finally:
            self._group.finished(self)

    def abandon(self) -> DeadlineReachedError:
        """Abandon the work, and return the error for its caller."""
        return self._group.abandon(self)


NO_FREE_THREAD = "no worker thread became free"
