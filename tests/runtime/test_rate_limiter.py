"""One rate limiter: its curve, the turn of an attempt, threads.

`tests.runtime.test_pacing` tests clients with a rate limiter.
"""

import inspect
import threading
import time

import pytest

import iotmi
from iotmi import Pacing
from iotmi._runtime.rate_limiter import RateLimiter, RateLimiters, rate_limited
from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import Sleep, Steps
from tests.support.threads import unfinished

# -- the curve, moment by moment -------------------------------------------------------


class Steered:
    """A rate limiter with a clock that the test sets."""

    def __init__(self, pacing: Pacing) -> None:
        self.now = 0.0
        self.limiter = RateLimiter(pacing, clock=lambda: self.now)

    def rate_at(self, moment: float) -> float:
        """Return the rate of a request at a *moment*."""
        self.now = moment
        self.asks()
        return self.limiter.rate

    def asks(self) -> float:
        """Return the delay of a caller that asks now."""
        place = self.limiter.enqueue()
        seconds = self.limiter.delay(place)
        self.limiter.dequeue(place)
        return seconds

    def takes(self, calls: int) -> None:
        """Report successes at this moment."""
        for _ in range(calls):
            self.limiter.on_success()


def test_until_a_limit_is_known_the_rate_doubles_each_second() -> None:
    """The rate doubles each second, however often it is read."""
    steered = Steered(Pacing(initial_rate=1.0))
    seen = [steered.rate_at(moment) for moment in (0.0, 0.5, 1.0, 3.0)]
    assert seen == pytest.approx([1.0, 2**0.5, 2.0, 8.0])


def test_after_a_throttle_the_rate_follows_its_curve() -> None:
    """The rate drops to nine tenths, returns, and doubles four seconds later."""
    steered = Steered(Pacing(initial_rate=8.0))
    steered.takes(16)
    steered.now = 2.0
    steered.limiter.on_throttle()
    assert steered.limiter.rate == pytest.approx(0.9 * 8.0)
    back = 2.0 + (0.1 * 4**3) ** (1 / 3)
    seen = [steered.rate_at(moment) for moment in (2.0, back, back + 2.0, back + 4.0)]
    assert seen == pytest.approx([7.2, 8.0, 9.0, 16.0])


@pytest.mark.parametrize(
    ("rate", "calls", "moment", "limit"),
    [
        (8.0, 10, 2.0, 5.0),  # ten within two seconds
        (8.0, 11, 2.0, 5.5),
        (8.0, 10, 2.1, 4.0),  # too old, so the limit is half of the rate
        (8.0, 6, 2.0, 4.0),  # fewer than half of the rate
        (9.0, 6, 2.0, 4.5),
        (8.0, 40, 2.0, 8.0),  # a saved burst does not show a higher rate
    ],
)
def test_the_measured_rate_gives_the_limit(
    rate: float, calls: int, moment: float, limit: float
) -> None:
    """The limit is the measured rate, between the rate and half of it."""
    steered = Steered(Pacing(initial_rate=rate))
    assert steered.limiter.limit is None
    steered.takes(calls)
    steered.now = moment
    steered.limiter.on_throttle()
    assert steered.limiter.limit == pytest.approx(limit)
    assert steered.limiter.rate == pytest.approx(0.9 * limit)


def test_a_quiet_time_saves_exactly_the_burst() -> None:
    """So many calls start together, and the next one an interval later."""
    steered = Steered(Pacing(initial_rate=8.0, max_rate=8.0, burst=4))
    steered.now = 64.0
    assert [steered.asks() for _ in range(5)] == [0.0] * 4 + [0.125]


def test_throttles_within_half_a_second_count_once() -> None:
    """Throttles within half a second count as one."""
    steered = Steered(Pacing(initial_rate=100.0))
    rates = []
    for moment in (10.0, 10.25, 10.484375, 10.5):
        steered.now = moment
        steered.limiter.on_throttle()
        rates.append(steered.limiter.rate)
    assert rates[0] == rates[1] == rates[2] > rates[3]


def test_a_throttle_delays_the_next_call() -> None:
    """The next call starts one interval of the new rate later, or as planned."""
    steered = Steered(Pacing(initial_rate=10.0, burst=1))
    steered.takes(20)
    steered.limiter.on_throttle()
    assert steered.asks() == pytest.approx(1 / 9)
    slow = Steered(Pacing(initial_rate=0.1, min_rate=0.1, burst=1))
    assert slow.asks() == 0.0
    slow.now = 3.0
    assert slow.asks() == pytest.approx(7.0)
    slow.takes(40)
    slow.limiter.on_throttle()
    assert slow.asks() == pytest.approx(7.0)


def test_old_calls_are_forgotten() -> None:
    """A client that is never throttled does not store all its calls."""
    steered = Steered(Pacing())
    for second in range(100):
        steered.now = float(second)
        steered.takes(1)
    assert len(steered.limiter._successes) == 3


# -- one attempt at its turn -----------------------------------------------------------


def served(error: iotmi.ServiceError | None = None) -> Steps[str]:
    """Return an attempt that succeeds."""
    yield from ()
    if error is not None:
        raise error
    return "answer"


def drive(flow: Steps[str]) -> tuple[list[float], str]:
    """Return the pauses of the steps, and their result."""
    pauses: list[float] = []
    while True:
        try:
            step = next(flow)
        except StopIteration as end:
            return pauses, end.value
        assert isinstance(step, Sleep)
        pauses.append(step.seconds)


def too_late(seconds: float) -> iotmi.CallError:
    """Return the error of a turn past the deadline."""
    return iotmi.CallError(f"{seconds:.1f} s too long", operation="Op")


def turn(limiter: RateLimiter, attempt: Steps[str], seconds: float | None = None) -> Steps[str]:
    """Return *attempt* at its turn, with a deadline."""
    return rate_limited(
        attempt, limiter, deadline=Deadline(seconds), too_late=too_late, really=True
    )


def test_responses_count_as_accepted() -> None:
    """Responses and errors count as accepted; a throttle reduces the rate."""
    not_found = iotmi.ResourceNotFoundError("x", operation="Op", code="Code")
    throttle = iotmi.ThrottlingError("x", operation="Op", code="Code")
    steered = Steered(Pacing(initial_rate=8.0, max_rate=8.0, burst=100))
    steered.now, limiter = 100.0, steered.limiter
    for _ in range(8):
        assert drive(turn(limiter, served())) == ([], "answer")
        with pytest.raises(iotmi.ResourceNotFoundError):
            drive(turn(limiter, served(not_found)))
    with pytest.raises(iotmi.ThrottlingError):
        drive(turn(limiter, served(throttle)))
    assert limiter.rate == pytest.approx(0.9 * 8.0)


def test_a_later_turn_is_waited_for() -> None:
    """Each pause is counted, and the delay is read again after it."""
    steered = Steered(Pacing(initial_rate=10.0, max_rate=10.0, burst=1))
    assert steered.asks() == 0.0
    deadline = Deadline(60.0)
    flow = rate_limited(
        served(), steered.limiter, deadline=deadline, too_late=too_late, really=True
    )
    pauses: list[float] = []
    for moment in (0.05, 0.08, 0.1):
        step = next(flow, None)
        assert isinstance(step, Sleep)
        pauses.append(step.seconds)
        steered.now = moment
    assert pauses == pytest.approx([0.1, 0.05, 0.02])
    with pytest.raises(StopIteration):
        next(flow)
    assert deadline.remaining() == pytest.approx(60.0 - sum(pauses), abs=1e-9)


def test_an_attempt_with_a_late_turn_is_closed() -> None:
    """The attempt is closed, leaves the queue and changes no rate."""
    steered = Steered(Pacing(initial_rate=0.5, max_rate=0.5, burst=1))
    assert steered.asks() == 0.0
    attempt = served()
    with pytest.raises(iotmi.CallError, match=r"2\.0 s too long"):
        drive(turn(steered.limiter, attempt, 1.0))
    assert inspect.getgeneratorstate(attempt) == inspect.GEN_CLOSED
    assert steered.limiter._queue == []
    assert list(steered.limiter._successes) == []


# -- threads ---------------------------------------------------------------------------


@pytest.mark.parametrize("held_by", ["wait", "took", "refused"])
def test_a_rate_limiter_holds_its_lock(held_by: str) -> None:
    """Each method holds the lock."""
    first = threading.get_ident()
    counted: list[int] = []

    def clock() -> float:
        if place and not counted and threading.get_ident() == first:
            counted.append(
                unfinished(
                    *(
                        limiter.enqueue,
                        lambda: limiter.rate,
                        limiter.on_success,
                        limiter.on_throttle,
                    ),
                    *(lambda: limiter.delay(place[0]), lambda: limiter.dequeue(place[1])),
                )
            )
        return 0.0

    place: list[int] = []
    limiter = RateLimiter(Pacing(), clock=clock)
    place += [limiter.enqueue(), limiter.enqueue()]
    does = {
        "wait": lambda: limiter.delay(place[0]),
        "took": limiter.on_success,
        "refused": limiter.on_throttle,
    }
    does[held_by]()
    assert counted == [6]


def test_a_client_catches_up_nothing_by_default() -> None:
    """After a quiet second, a burst of one call is one call."""
    limiter = RateLimiters(Pacing(initial_rate=1.0, max_rate=1.0, burst=1)).of("GetManagedThing")
    time.sleep(1.05)
    assert limiter.delay(limiter.enqueue()) == 0.0
    assert limiter.delay(limiter.enqueue()) > 0.0


def test_one_operation_has_one_rate_limiter() -> None:
    """Lookup of a limiter holds the lock."""
    counted: list[int] = []

    class Looked(str):
        """A name that detects its lookup."""

        __slots__ = ()

        def __hash__(self) -> int:
            counted.append(unfinished(lambda: limiters.of("Other")))
            return str.__hash__(self)

    limiters = RateLimiters(Pacing())
    limiters.of(Looked("Operation"))
    assert counted[0] == 1
