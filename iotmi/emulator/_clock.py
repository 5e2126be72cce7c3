"""The emulator's time.

Owns the order of moments: no two are the same and none comes before an earlier one. It
knows nothing of what is timed.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock


class Clock:
    """Strictly rising moments, in whole milliseconds since 1970."""

    def __init__(self, seconds: Callable[[], float] = time.time) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._last = 0

    def now(self) -> int:
        """The present moment, at least a millisecond after the one before."""
        with self._lock:
            self._last = max(int(self._seconds() * 1000), self._last + 1)
            return self._last


def iso(moment: int) -> str:
    """A moment as the service writes it inside free-form documents: ISO 8601, UTC."""
    instant = datetime.fromtimestamp(moment / 1000, UTC)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(value: str) -> int | None:
    """The moment that an ISO 8601 text means, UTC where it names no zone; None for any other."""
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return round(instant.timestamp() * 1000)
