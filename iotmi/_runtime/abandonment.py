"""Attempts that their callers leave: how they are told from the others, and how many there may be.

A thread cannot be stopped. Who has no more time leaves the attempt to end in it: at once, where its
connection is ours to end, else by botocore's own timeouts. This module does not know who runs the
threads.
"""

from threading import Condition
from typing import Generic, TypeVar

from iotmi._sansio.steps import DeadlineReachedError, RunBlocking

T = TypeVar("T")


class AbandonedCalls:
    """The attempts over one connection that were left and have not ended. Safe under threads.

    Each holds a thread and a socket. There may be *most* before no more are begun: a service that
    hangs must not take a process's last ones.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._count = 0
        self._changed = Condition()

    @property
    def at_limit(self) -> bool:
        """Whether none may be begun now."""
        return self._count >= self._limit

    def limit_error(self) -> DeadlineReachedError:
        """What is raised to who has waited for room in vain."""
        return DeadlineReachedError(f"{self._count} attempts that were left are still under way")

    def wait(self, seconds: float) -> None:
        """Hold the calling thread until there is room.

        Raises:
            TimeIsUpError: there was none within *seconds*.
        """
        if self.at_limit:
            with self._changed:
                if not self._changed.wait_for(lambda: not self.at_limit, seconds):
                    raise self.limit_error()

    def started(self, attempt: "AbandonableCall[T]") -> None:
        """*attempt* begins in its thread.

        Raises:
            TimeIsUpError: it was left before.
        """
        with self._changed:
            if attempt.abandoned:
                raise DeadlineReachedError(NO_FREE_THREAD)
            attempt.started = True

    def finished(self, attempt: "AbandonableCall[T]") -> None:
        """*attempt* has ended in its thread, whether or not anybody waits for it."""
        with self._changed:
            attempt.finished = True
            if attempt.abandoned:
                self._count -= 1
                self._changed.notify_all()

    def abandon(self, attempt: "AbandonableCall[T]") -> DeadlineReachedError:
        """Nobody waits for *attempt* any more; what its caller is told."""
        with self._changed:
            attempt.abandoned = True
            if attempt.started and not attempt.finished:
                self._count += 1
        return DeadlineReachedError(None if attempt.started else NO_FREE_THREAD)


class AbandonableCall(Generic[T]):
    """Work that one thread does for another, which may leave it."""

    __slots__ = ("_group", "_work", "abandoned", "finished", "started")

    def __init__(self, work: RunBlocking[T], group: AbandonedCalls) -> None:
        self._work = work
        self._group = group
        self.started = self.finished = self.abandoned = False

    def __call__(self) -> T:
        """Do it, unless it was left before it began."""
        self._group.started(self)
        try:
            return self._work.function()
        finally:
            self._group.finished(self)

    def abandon(self) -> DeadlineReachedError:
        """Nobody waits for it any more; what its caller is told."""
        reason = self._group.abandon(self)
        # Counted before, for it may end of this at once.
        self._work.cancel()
        return reason


NO_FREE_THREAD = "no worker thread became free"
