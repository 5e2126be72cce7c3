"""Clocks of the emulator.

Owns the order of moments. A moment is a count of whole milliseconds since 1970. A clock gives no
moment twice and none before an earlier one. It must not know what its moments are used for.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock


def wall_clock() -> float:
    """Return the present time in seconds since 1970."""
    # Looked up in each call, so that a test's frozen clock holds here too.
    return time.time()


class Clock:
    """A source of strictly rising moments.

    Attributes:
        is_running: true if transitions take time on this clock; false if each read of a resource
            takes its next transition instead.
        is_emulated: true if only `advance` moves the clock.
    """

    def __init__(
        self,
        seconds: Callable[[], float] = wall_clock,
        *,
        is_running: bool = False,
        is_emulated: bool = False,
    ) -> None:
        self.is_running: bool = is_running
        self.is_emulated: bool = is_emulated
        self._first = (seconds, is_running, is_emulated)
        self._seconds = seconds
        self._lock = Lock()
        self._last = 0
        self._skipped = 0.0
        self._advanced = 0

    @property
    def advanced(self) -> float:
        """Seconds by which `advance` has moved the clock."""
        with self._lock:
            return self._advanced / 1000

    @property
    def skipped(self) -> float:
        """Seconds of pauses that were counted but not waited for."""
        with self._lock:
            return self._skipped

    def skip(self, seconds: float) -> None:
        """Count a pause that a client would have made."""
        with self._lock:
            self._skipped += seconds

    def now(self) -> int:
        """Return the present moment, at least one millisecond after the previous result."""
        with self._lock:
            self._last = max(int(self._seconds() * 1000), self._last + 1)
            return self._last

    @property
    def present(self) -> int:
        """The present moment. Reading it does not use the moment up."""
        with self._lock:
            return max(int(self._seconds() * 1000), self._last)

    def advance(self, milliseconds: int) -> None:
        """Move the clock forward by some milliseconds."""
        with self._lock:
            self._last = max(int(self._seconds() * 1000), self._last) + milliseconds
            self._advanced += milliseconds

    def advance_to(self, moment: int) -> None:
        """Move the clock forward to a moment, unless it is past that already."""
        self.advance(max(0, moment - self.present))

    def stop(self) -> None:
        """Freeze the clock at its present time. Only `advance` moves it from then on."""
        with self._lock:
            stands_at = self._seconds()
            self._seconds = lambda: stands_at
            self.is_running = True
            self.is_emulated = True

    def stand_at(self, moment: int) -> None:
        """Freeze the clock at *moment*, which may be an earlier one, for a restored account."""
        with self._lock:
            self._seconds = lambda: moment / 1000
            self._last = moment
            self.is_running = True
            self.is_emulated = True

    def restart(self) -> None:
        """Run as at first, for an account without any earlier moment."""
        with self._lock:
            self._seconds, self.is_running, self.is_emulated = self._first
            self._last, self._skipped = 0, 0.0

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """Undo what happens to the clock in the block, if the block raises."""
        with self._lock:
            before = (self._seconds, self.is_running, self.is_emulated)
            moments = (self._last, self._skipped)
        try:
            yield
        except BaseException:
            with self._lock:
                self._seconds, self.is_running, self.is_emulated = before
                self._last, self._skipped = moments
            raise

    def frozen_at(self, moment: int) -> "Clock":
        """Return a clock that stands at *moment*, for transitions that were due then."""
        return _FrozenClock(moment)


class _FrozenClock(Clock):
    """A clock that gives the same moment each time."""

    def __init__(self, moment: int) -> None:
        super().__init__(lambda: 0, is_running=True)
        self._last = moment

    def now(self) -> int:
        return self._last


def emulated_clock(start: int) -> Clock:
    """Return a clock that starts at *start*, and that `now` and `advance` move."""
    return Clock(lambda: start / 1000, is_running=True, is_emulated=True)


def to_moment(instant: datetime) -> int:
    """Convert a datetime to a moment."""
    return round(instant.timestamp() * 1000)


def to_datetime(moment: int) -> datetime:
    """Convert a moment to a datetime in UTC."""
    return datetime.fromtimestamp(moment / 1000, UTC)


def format_iso(moment: int) -> str:
    """Format a moment as the service does inside free-form documents: ISO 8601 in UTC."""
    return to_datetime(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(value: str) -> int | None:
    """Parse an ISO 8601 text to a moment, or return None if *value* is no such text.

    A text without a time zone is read as UTC.
    """
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return to_moment(instant)
