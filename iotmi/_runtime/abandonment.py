"""Attempts that their callers leave: how they are told from the others, and how many there may be.

A thread cannot be stopped. Who has no more time leaves the attempt to end in it: at once, where its
connection is ours to end, else by botocore's own timeouts. This module does not know who runs the
threads.
"""

from threading import Condition
from typing import Generic, TypeVar

from iotmi._sansio.steps import TimeIsUpError, Work

T = TypeVar("T")


class LeftBehind:
    """The attempts over one connection that were left and have not ended. Safe under threads.

    Each holds a thread and a socket. There may be *most* before no more are begun: a service that
    hangs must not take a process's last ones.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._changed = Condition()

    @property
    def too_many(self) -> bool:
        """Whether none may be begun now."""
        return self._count >= self._most

    def refusal(self) -> TimeIsUpError:
        """What is raised to who has waited for room in vain."""
        return TimeIsUpError(f"{self._count} attempts that were left are still under way")

    def wait(self, seconds: float) -> None:
        """Hold the calling thread until there is room.

        Raises:
            TimeIsUpError: there was none within *seconds*.
        """
        if self.too_many:
            with self._changed:
                if not self._changed.wait_for(lambda: not self.too_many, seconds):
                    raise self.refusal()

    def began(self, attempt: "Leavable[T]") -> None:
        """*attempt* begins in its thread.

        Raises:
            TimeIsUpError: it was left before.
        """
        with self._changed:
            if attempt.left:
                raise TimeIsUpError(NO_THREAD)
            attempt.began = True

    def ended(self, attempt: "Leavable[T]") -> None:
        """*attempt* has ended in its thread, whether or not anybody waits for it."""
        with self._changed:
            attempt.ended = True
            if attempt.left:
                self._count -= 1
                self._changed.notify_all()

    def leave(self, attempt: "Leavable[T]") -> TimeIsUpError:
        """Nobody waits for *attempt* any more; what its caller is told."""
        with self._changed:
            attempt.left = True
            if attempt.began and not attempt.ended:
                self._count += 1
        return TimeIsUpError(None if attempt.began else NO_THREAD)


class Leavable(Generic[T]):
    """Work that one thread does for another, which may leave it."""

    __slots__ = ("_among", "_work", "began", "ended", "left")

    def __init__(self, work: Work[T], among: LeftBehind) -> None:
        self._work = work
        self._among = among
        self.began = self.ended = self.left = False

    def __call__(self) -> T:
        """Do it, unless it was left before it began."""
        self._among.began(self)
        try:
            return self._work.function()
        finally:
            self._among.ended(self)

    def leave(self) -> TimeIsUpError:
        """Nobody waits for it any more; what its caller is told."""
        told = self._among.leave(self)
        # Counted before, for it may end of this at once.
        self._work.cancel()
        return told


NO_THREAD = "no worker thread became free"
