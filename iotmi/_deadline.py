"""How much time a call or a wait has taken and has left."""

import time

from iotmi.errors import CallError, DeadlineExceededError


class Deadline:
    """A span of *seconds* that began when this was made; None never ends.

    Pauses are counted as well as measured, so that time passes too where a test does not wait.
    """

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._began = time.monotonic()
        self._paused = 0.0

    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return max(time.monotonic() - self._began, self._paused)

    def remaining(self) -> float | None:
        """Seconds until the end, never below zero; None where there is no end."""
        return None if self.seconds is None else max(0.0, self.seconds - self.elapsed())

    def passed_by(self, pause: float) -> bool:
        """Whether a *pause* that begins now would end too late."""
        return self.seconds is not None and self.elapsed() + pause > self.seconds

    def count(self, pause: float) -> None:
        """Count a *pause* that the driver is about to make."""
        self._paused += pause

    def exceeded(self, operation: str, attempts: int, last: CallError | None) -> CallError:
        """The error that says so."""
        seconds = self.seconds or 0.0
        after = f"; the last attempt ended so: {last}" if last else ""
        return DeadlineExceededError(
            f"{operation}: no answer within {seconds:g} s, after {attempts} attempts{after}",
            operation=operation,
            timeout=seconds,
            last=last,
            attempts=attempts,
        )
