"""Deadlines: the time that a call, a walk over pages or a wait has taken and has left."""

import time
from collections.abc import Sequence

from iotmi.errors import CallError, DeadlineExceededError, FailedAttempt


class Deadline:
    """A span of *seconds* that begins with its creation; None never ends.

    Pauses are added as well as measured, because tests simulate them.

    Attributes:
        seconds: the length of the span.
        page: the number of the page being requested, from 1, in a walk over a listing; or None.
    """

    __slots__ = ("_began", "_paused", "_paused_at", "page", "seconds")

    def __init__(self, seconds: float | None) -> None:
        self.seconds: float | None = seconds
        self.page: int | None = None
        self._began = time.monotonic()
        self._paused = 0.0
        self._paused_at = 0.0

    def elapsed(self) -> float:
        """Return the seconds since the beginning, without those between `pause` and `resume`."""
        return max(time.monotonic() - self._began, self._paused)

    def remaining(self) -> float | None:
        """Return the seconds until the end, at least 0.0; None if there is no end."""
        return None if self.seconds is None else max(0.0, self.seconds - self.elapsed())

    def would_exceed(self, pause: float) -> bool:
        """Return True if a pause of *pause* seconds would end after the deadline."""
        return self.seconds is not None and self.elapsed() + pause > self.seconds

    def add_simulated(self, pause: float) -> None:
        """Add a pause that the driver is about to make or to simulate."""
        self._paused += pause

    def pause(self) -> None:
        """Stop the clock until `resume`, because the application has control."""
        self._paused_at = time.monotonic()

    def resume(self) -> None:
        """Start the clock again."""
        self._began += time.monotonic() - self._paused_at

    def exceeded(
        self,
        operation: str,
        *,
        attempts: int,
        failed_attempts: Sequence[FailedAttempt],
        last: CallError | None,
        why: str,
    ) -> DeadlineExceededError:
        """Return the error of the deadline, with the failed attempts and the reason *why*."""
        seconds = self.seconds or 0.0
        page = "" if self.page is None else f", on page {self.page}"
        tries = "1 attempt" if attempts == 1 else f"{attempts} attempts"
        story = "; ".join([*map(str, failed_attempts), why])
        error = DeadlineExceededError(
            f"{operation}: no response within {seconds:g} s{page}, after {tries} "
            f"({self.elapsed():.2f} s in all, {self._paused:.2f} s of it pauses): {story}",
            operation=operation,
            timeout=seconds,
            last=last,
            page=self.page,
            attempts=attempts,
        )
        error.failed_attempts = tuple(failed_attempts)
        return error


class PagingDeadline:
    """The deadline of one walk over a listing, shared by its pages.

    The time between two pages belongs to the application and is not counted.
    """

    __slots__ = ("_deadline",)

    def __init__(self) -> None:
        # The timeout is known when the first page is requested.
        self._deadline: Deadline | None = None

    def start_page(self, seconds: float | None) -> Deadline:
        """Start the clock for one page and return the deadline; the first page sets *seconds*."""
        deadline = self._deadline
        if deadline is None:
            deadline = self._deadline = Deadline(seconds)
        else:
            deadline.resume()
        deadline.page = (deadline.page or 0) + 1
        return deadline

    def end_page(self) -> None:
        """Stop the clock until the next page."""
        if self._deadline is not None:
            self._deadline.pause()
