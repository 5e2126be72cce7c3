"""Rate limiters: find the rate that the service allows, and follow it.

The service reveals its limit only by throttling. A client has one `RateLimiter` per operation,
shared by all its threads and tasks, which grants the moments at which calls may start. The rate
follows CUBIC, the congestion control of TCP. It doubles from a careful start until the first
throttle, drops below the measured rate, returns quickly to the last known limit, and then probes
beyond it. This module does not know how a call is made.
"""

import threading
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Final, TypeVar

from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import Steps, sleep
from iotmi.errors import CallError, ServiceError, ThrottlingError
from iotmi.pacing import Pacing

T = TypeVar("T")

# A throttle multiplies the rate by BETA. Throttles within ONE_EVENT seconds count as one, because
# calls already in flight meet the same limit.
BETA: Final = 0.9
ONE_EVENT: Final = 0.5
# Growth beyond the last known limit: the rate doubles within four seconds of passing it.
CUBIC_C: Final = 1 / 4**3
# Seconds in which the rate doubles until the first throttle.
SLOW_START_DOUBLING: Final = 1.0
# A bound for the slow start of a client without max_rate.
_HIGHEST: Final = 1e9
# Seconds over which accepted calls are counted.
WINDOW: Final = 2.0


class RateLimiter:
    """The rate of one operation. Thread-safe.

    Args:
        pacing: the settings.
        clock: seconds that never go back.
        catch_up: seconds whose calls may start together after a quiet time, if they are more than
            the burst of the settings.
    """

    def __init__(
        self,
        pacing: Pacing,
        clock: Callable[[], float] = time.monotonic,
        *,
        catch_up: float = 0.0,
    ) -> None:
        self._pacing = pacing
        self._clock = clock
        self._catch_up = catch_up
        self._lock = threading.Lock()
        self._rate = self._bounded(pacing.initial_rate)
        self._next = self._grown = clock()
        # The rate at the last throttle, None before the first.
        self._limit: float | None = None
        self._throttled_at = clock()
        self._successes: deque[float] = deque()
        self._queue: list[int] = []
        self._tickets = count()

    @property
    def rate(self) -> float:
        """The current rate in calls a second."""
        with self._lock:
            return self._rate

    @property
    def limit(self) -> float | None:
        """The rate at the last throttle in calls a second, or None before the first."""
        with self._lock:
            return self._limit

    def enqueue(self) -> int:
        """Join the queue and return a ticket for `delay` and `dequeue`."""
        with self._lock:
            ticket = next(self._tickets)
            self._queue.append(ticket)
            return ticket

    def dequeue(self, ticket: int) -> None:
        """Leave the queue, whether or not the call may start."""
        with self._lock:
            self._queue.remove(ticket)

    def delay(self, ticket: int) -> float:
        """Return 0.0 if the call may start now, or the seconds after which to ask again.

        No start is reserved in advance, because the rate may fall meanwhile.
        """
        with self._lock:
            now = self._clock()
            self._grow(now)
            saved = max((self._pacing.burst - 1) / self._rate, self._catch_up)
            moment = max(self._next, now - saved)
            if moment <= now:
                self._next = moment + 1 / self._rate
                return 0.0
            return moment - now + bisect_left(self._queue, ticket) / self._rate

    def on_success(self) -> None:
        """Count a call that the service accepted, with or without success."""
        with self._lock:
            now = self._clock()
            self._successes.append(now)
            self._forget(now)

    def on_throttle(self) -> None:
        """Lower the rate after a throttle."""
        with self._lock:
            now = self._clock()
            if self._limit is not None and now - self._throttled_at < ONE_EVENT:
                return
            self._forget(now)
            # The measured rate approximates the limit, unless a saved burst raised it.
            measured = len(self._successes) / WINDOW
            self._limit = self._bounded(min(self._rate, max(measured, self._rate / 2)))
            self._rate = self._bounded(self._limit * BETA)
            self._throttled_at = self._grown = now
            # The throttled call must not start again at once.
            self._next = max(self._next, now + 1 / self._rate)

    def _grow(self, now: float) -> None:
        if self._limit is None:
            # Bounded, because 2.0**1024 overflows after 17 quiet minutes.
            doublings = min((now - self._grown) / SLOW_START_DOUBLING, 60.0)
            self._rate = self._bounded(min(self._rate * 2**doublings, _HIGHEST))
        else:
            # Seconds after the throttle at which the curve is back at the limit.
            inflection = ((1 - BETA) / CUBIC_C) ** (1 / 3)
            beyond = now - self._throttled_at - inflection
            self._rate = self._bounded(self._limit * (1 + CUBIC_C * beyond**3))
        self._grown = now

    def _forget(self, now: float) -> None:
        while self._successes and self._successes[0] < now - WINDOW:
            self._successes.popleft()

    def _bounded(self, rate: float) -> float:
        max_rate = self._pacing.max_rate
        bounded = max(self._pacing.min_rate, rate)
        return bounded if max_rate is None else min(max_rate, bounded)


class RateLimiters:
    """The rate limiters of one client, each created with the first call of its operation."""

    def __init__(self, pacing: Pacing, *, catch_up: float = 0.0) -> None:
        self.pacing = pacing
        self._catch_up = catch_up
        self._limiters: dict[str, RateLimiter] = {}
        self._lock = threading.Lock()

    def of(self, operation: str) -> RateLimiter:
        """Return the rate limiter of *operation*."""
        with self._lock:
            limiter = self._limiters.get(operation)
            if limiter is None:
                limiter = self._limiters[operation] = RateLimiter(
                    self.pacing, catch_up=self._catch_up
                )
            return limiter


def rate_limited(
    attempt: Steps[T],
    limiter: RateLimiter,
    *,
    deadline: Deadline,
    too_late: Callable[[float], CallError],
    really: bool,
) -> Steps[T]:
    """Wait until *limiter* admits *attempt*, make it, and adapt the rate to its outcome.

    If pauses are simulated (*really* is false), one pause is requested and the attempt is made.

    Raises:
        CallError: the error that *too_late* returns, if the attempt would start after *deadline*.
    """
    ticket = limiter.enqueue()
    try:
        while (seconds := limiter.delay(ticket)) > 0:
            if deadline.would_exceed(seconds):
                attempt.close()
                raise too_late(seconds)
            deadline.add_simulated(seconds)
            yield from sleep(seconds)
            if not really:
                break
    finally:
        limiter.dequeue(ticket)
    try:
        result = yield from attempt
    except ThrottlingError:
        limiter.on_throttle()
        raise
    except ServiceError:
        limiter.on_success()
        raise
    limiter.on_success()
    return result
