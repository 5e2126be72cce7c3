"""The emulator's time.

Owns the order of moments: no two are the same and none comes before an earlier one. It
knows nothing of what is timed, only whether anything is.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock


class Clock:
    """Strictly rising moments, in whole milliseconds since 1970.

    Attributes:
        runs: Whether what takes time takes it by this clock. Where it does not, a look takes
            the place of time.
    """

    def __init__(
        self, seconds: Callable[[], float] = time.time, *, is_running: bool = False
    ) -> None:
        self.is_running: bool = is_running
        self._seconds = seconds
        self._lock = Lock()
        self._last = 0
        self._skipped = 0.0

    @property
    def skipped(self) -> float:
        """Seconds that were not waited for."""
        with self._lock:
            return self._skipped

    def skip(self, seconds: float) -> None:
        """Count a pause that somebody would have made and did not."""
        with self._lock:
            self._skipped += seconds

    def now(self) -> int:
        """The present moment, at least a millisecond after the one before."""
        with self._lock:
            self._last = max(int(self._seconds() * 1000), self._last + 1)
            return self._last

    @property
    def present(self) -> int:
        """The present moment, without making it a past one."""
        with self._lock:
            return max(int(self._seconds() * 1000), self._last)

    def advance(self, milliseconds: int) -> None:
        """Let time pass at once."""
        with self._lock:
            self._last = max(int(self._seconds() * 1000), self._last) + milliseconds

    def stop(self) -> None:
        """Move only by being advanced from now on; what takes time takes it by this clock."""
        with self._lock:
            stands_at = self._seconds()
            self._seconds = lambda: stands_at
            self.is_running = True

    def frozen_at(self, moment: int) -> "Clock":
        """A clock that stands at a moment, for what happened then and is only now looked at."""
        return _FrozenClock(moment)


class _FrozenClock(Clock):
    """All that happens by itself at a moment happens at that moment."""

    def __init__(self, moment: int) -> None:
        super().__init__(lambda: 0, is_running=True)
        self._last = moment

    def now(self) -> int:
        return self._last


def emulated_clock(start: int) -> Clock:
    """A clock that moves by being advanced, beside the millisecond of each moment asked for."""
    return Clock(lambda: start / 1000, is_running=True)


def to_moment(instant: datetime) -> int:
    """A time as a moment."""
    return round(instant.timestamp() * 1000)


def to_datetime(moment: int) -> datetime:
    """A moment as a time in UTC."""
    return datetime.fromtimestamp(moment / 1000, UTC)


def format_iso(moment: int) -> str:
    """A moment as the service writes it inside free-form documents: ISO 8601, UTC."""
    return to_datetime(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(value: str) -> int | None:
    """The moment that an ISO 8601 text means, UTC where it names no zone; None for any other."""
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return to_moment(instant)
