"""How fast a client calls: it finds the rate that the service allows, and follows it.

The service tells its limit only by refusing. A `Pacer`, one for each operation of a client and
shared by all its threads and tasks, hands out the moments at which calls may begin. It grows from a
careful start until it is throttled, falls back below what the service took, returns quickly to
where it was, lingers there, and then looks further: the curve of CUBIC, known from TCP. This module
does not know what a call is.
"""

import threading
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Final, TypeVar

from attrs import field, frozen, validators

from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import Flow, pause
from iotmi.errors import CallError, ServiceError, ThrottlingError

T = TypeVar("T")

# A throttle leaves this share of the rate; several at once, from calls under way, count as one.
BACKED_OFF: Final = 0.9
ONE_EVENT: Final = 0.5
# Growth beyond the last known limit: twice the rate four seconds after passing it.
CURVATURE: Final = 1 / 4**3
# Before any limit is known, the rate doubles in this many seconds.
DOUBLING: Final = 1.0
# What the service took is measured over this many seconds.
WINDOW: Final = 2.0


@frozen(kw_only=True)
class Pacing:
    """Call no faster than the service allows, without being told how fast that is.

    Off unless given to a client; meant for bulk work, where many calls of one operation come at
    once. Rates are in calls a second, and each operation has its own.

    Attributes:
        start: the first rate of each operation. The service allows 10 a second of most.
        lowest: the rate never falls below.
        highest: the rate never grows above; None for no bound.
        burst: how many calls may begin together after a quiet time.
    """

    start: float = field(default=10.0, validator=validators.gt(0.0))
    lowest: float = field(default=0.5, validator=validators.gt(0.0))
    highest: float | None = field(default=None, validator=validators.optional(validators.gt(0.0)))
    burst: int = field(default=5, validator=validators.ge(1))


class Pacer:
    """The rate of one operation. Safe under threads."""

    def __init__(self, pacing: Pacing, clock: Callable[[], float] = time.monotonic) -> None:
        self._pacing = pacing
        self._clock = clock
        self._lock = threading.Lock()
        self._rate = self._bounded(pacing.start)
        self._next = self._grown = clock()
        # Where the service refused last, and when; unknown until it has.
        self._limit: float | None = None
        self._refused = clock()
        self._taken: deque[float] = deque()
        self._queue: list[int] = []
        self._numbers = count()

    @property
    def rate(self) -> float:
        """Calls a second, as things stand."""
        with self._lock:
            return self._rate

    def enter(self) -> int:
        """Stand in line; gives a number for `wait` and `leave`."""
        with self._lock:
            number = next(self._numbers)
            self._queue.append(number)
            return number

    def leave(self, number: int) -> None:
        """Give up the place in line, whether or not it was one's turn."""
        with self._lock:
            self._queue.remove(number)

    def wait(self, number: int) -> float:
        """Zero where the call may begin now; else the seconds after which to ask again.

        Nobody is promised a moment ahead, for the rate may have fallen when it comes.
        """
        with self._lock:
            now = self._clock()
            self._grow(now)
            moment = max(self._next, now - (self._pacing.burst - 1) / self._rate)
            if moment <= now:
                self._next = moment + 1 / self._rate
                return 0.0
            return moment - now + bisect_left(self._queue, number) / self._rate

    def took(self) -> None:
        """The service took a call, whatever it answered."""
        with self._lock:
            now = self._clock()
            self._taken.append(now)
            self._forget(now)

    def refused(self) -> None:
        """The service throttled a call."""
        with self._lock:
            now = self._clock()
            if self._limit is not None and now - self._refused < ONE_EVENT:
                return
            self._forget(now)
            # What was taken tells what is allowed, but for a burst that was saved up.
            measured = len(self._taken) / WINDOW
            self._limit = self._bounded(min(self._rate, max(measured, self._rate / 2)))
            self._rate = self._bounded(self._limit * BACKED_OFF)
            self._refused = self._grown = now
            # Nobody begins at once what was just refused.
            self._next = max(self._next, now + 1 / self._rate)

    def _grow(self, now: float) -> None:
        if self._limit is None:
            self._rate = self._bounded(self._rate * 2 ** ((now - self._grown) / DOUBLING))
        else:
            # The moment at which the curve is back at the limit.
            inflection = ((1 - BACKED_OFF) / CURVATURE) ** (1 / 3)
            beyond = now - self._refused - inflection
            self._rate = self._bounded(self._limit * (1 + CURVATURE * beyond**3))
        self._grown = now

    def _forget(self, now: float) -> None:
        while self._taken and self._taken[0] < now - WINDOW:
            self._taken.popleft()

    def _bounded(self, rate: float) -> float:
        highest = self._pacing.highest
        bounded = max(self._pacing.lowest, rate)
        return bounded if highest is None else min(highest, bounded)


class Pacers:
    """One client's pacers, each made when its operation is first called."""

    def __init__(self, pacing: Pacing) -> None:
        self.pacing = pacing
        self._pacers: dict[str, Pacer] = {}
        self._lock = threading.Lock()

    def of(self, operation: str) -> Pacer:
        """The pacer of *operation*."""
        with self._lock:
            pacer = self._pacers.get(operation)
            if pacer is None:
                pacer = self._pacers[operation] = Pacer(self.pacing)
            return pacer


def paced(
    attempt: Flow[T],
    pacer: Pacer,
    *,
    deadline: Deadline,
    too_late: Callable[[float], CallError],
    really: bool,
) -> Flow[T]:
    """Wait for the turn of *attempt*, make it, and learn from what comes of it.

    Where pauses are not *really* made, because a test has put something in their place, one is
    asked for and the turn taken.

    Raises:
        CallError: what *too_late* makes, where its turn would come past the *deadline*.
    """
    place = pacer.enter()
    try:
        while (seconds := pacer.wait(place)) > 0:
            if deadline.passed_by(seconds):
                attempt.close()
                raise too_late(seconds)
            deadline.count(seconds)
            yield from pause(seconds)
            if not really:
                break
    finally:
        pacer.leave(place)
    try:
        result = yield from attempt
    except ThrottlingError:
        pacer.refused()
        raise
    except ServiceError:
        pacer.took()
        raise
    pacer.took()
    return result
