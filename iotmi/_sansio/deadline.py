"""How much time a call, a walk over pages or a wait has taken and has left."""

import time
from collections.abc import Sequence

from iotmi.errors import CallError, DeadlineExceededError, FailedAttempt


class Deadline:
    """A span of *seconds* that began when this was made; None never ends.

    Pauses are counted as well as measured, so that time passes too where a test does not wait.

    Attributes:
        seconds: how long the span is.
        page: of a walk over a listing, which page is being asked for, from 1; else None.
    """

    __slots__ = ("_began", "_paused", "_paused_at", "page", "seconds")

    def __init__(self, seconds: float | None) -> None:
        self.seconds: float | None = seconds
        self.page: int | None = None
        self._began = time.monotonic()
        self._paused = 0.0
        self._paused_at = 0.0

    def elapsed(self) -> float:
        """Seconds since the beginning, without those in which it rested."""
        return max(time.monotonic() - self._began, self._paused)

    def remaining(self) -> float | None:
        """Seconds until the end, never below zero; None where there is no end."""
        return None if self.seconds is None else max(0.0, self.seconds - self.elapsed())

    def would_exceed(self, pause: float) -> bool:
        """Whether a *pause* that begins now would end too late."""
        return self.seconds is not None and self.elapsed() + pause > self.seconds

    def add_simulated(self, pause: float) -> None:
        """Count a *pause* that the driver is about to make."""
        self._paused += pause

    def pause(self) -> None:
        """Stand still until `resume`: the time that comes is not the library's."""
        self._paused_at = time.monotonic()

    def resume(self) -> None:
        """Go on after `pause`."""
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
        """The error that says so, with what came before it; *why* it ends here ends its text."""
        seconds = self.seconds or 0.0
        page = "" if self.page is None else f", on page {self.page}"
        tries = "1 attempt" if attempts == 1 else f"{attempts} attempts"
        story = "; ".join([*map(str, failed_attempts), why])
        error = DeadlineExceededError(
            f"{operation}: no answer within {seconds:g} s{page}, after {tries} "
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
    """The time that the pages of one walk over a listing take together.

    What the application does between two pages is its own and is not counted.
    """

    __slots__ = ("_deadline",)

    def __init__(self) -> None:
        # Whose bound it is, is known when the first page is asked for.
        self._deadline: Deadline | None = None

    def start_page(self, seconds: float | None) -> Deadline:
        """The deadline for one page more, running; of *seconds* where this is the first."""
        deadline = self._deadline
        if deadline is None:
            deadline = self._deadline = Deadline(seconds)
        else:
            deadline.resume()
        deadline.page = (deadline.page or 0) + 1
        return deadline

    def end_page(self) -> None:
        """The page has come, or has not; the time until the next is the application's."""
        if self._deadline is not None:
            self._deadline.pause()
