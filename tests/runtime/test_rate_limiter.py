"""One pacer, moment by moment: the curve of its rate, an attempt at its turn, threads.

How a client fares with it is the business of `tests.runtime.test_pacing`.
"""

import inspect
import threading

import pytest

import iotmi
from iotmi import Pacing
from iotmi._runtime.rate_limiter import RateLimiter, RateLimiters, rate_limited
from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import Sleep, Steps
from tests.support.threads import unfinished

# -- the curve, moment by moment -------------------------------------------------------


class Steered:
    """A pacer whose clock the test turns."""

    def __init__(self, pacing: Pacing) -> None:
        self.now = 0.0
        self.pacer = RateLimiter(pacing, clock=lambda: self.now)

    def rate_at(self, moment: float) -> float:
        """The rate when somebody asks at a *moment*."""
        self.now = moment
        self.asks()
        return self.pacer.rate

    def asks(self) -> float:
        """What somebody is told who asks now."""
        place = self.pacer.enqueue()
        seconds = self.pacer.delay(place)
        self.pacer.dequeue(place)
        return seconds

    def takes(self, calls: int) -> None:
        """The service takes so many calls now."""
        for _ in range(calls):
            self.pacer.on_success()


def test_until_a_limit_is_known_the_rate_doubles_each_second() -> None:
    """However often it is asked."""
    steered = Steered(Pacing(initial_rate=1.0))
    seen = [steered.rate_at(moment) for moment in (0.0, 0.5, 1.0, 3.0)]
    assert seen == pytest.approx([1.0, 2**0.5, 2.0, 8.0])


def test_after_a_refusal_the_rate_follows_its_curve() -> None:
    """Nine tenths of the limit, back at it soon, and twice that four seconds later."""
    steered = Steered(Pacing(initial_rate=8.0))
    steered.takes(16)
    steered.now = 2.0
    steered.pacer.on_throttle()
    assert steered.pacer.rate == pytest.approx(0.9 * 8.0)
    back = 2.0 + (0.1 * 4**3) ** (1 / 3)
    seen = [steered.rate_at(moment) for moment in (2.0, back, back + 2.0, back + 4.0)]
    assert seen == pytest.approx([7.2, 8.0, 9.0, 16.0])


@pytest.mark.parametrize(
    ("calls", "moment", "limit"),
    [
        (10, 2.0, 5.0),  # ten within two seconds
        (10, 2.1, 4.0),  # too long ago: half of the rate is all that is known
        (6, 2.0, 4.0),  # so few that half of the rate is more
        (40, 2.0, 8.0),  # a burst that was saved up does not show a higher rate
    ],
)
def test_what_was_taken_in_two_seconds_tells_the_limit(
    calls: int, moment: float, limit: float
) -> None:
    """It lies between the rate and half of it."""
    steered = Steered(Pacing(initial_rate=8.0))
    steered.takes(calls)
    steered.now = moment
    steered.pacer.on_throttle()
    assert steered.pacer.rate == pytest.approx(0.9 * limit)


def test_half_a_second_later_a_refusal_is_another_one() -> None:
    """Until then it belongs to the first."""
    steered = Steered(Pacing(initial_rate=100.0))
    rates = []
    for moment in (10.0, 10.25, 10.484375, 10.5):
        steered.now = moment
        steered.pacer.on_throttle()
        rates.append(steered.pacer.rate)
    assert rates[0] == rates[1] == rates[2] > rates[3]


def test_what_was_refused_does_not_begin_at_once() -> None:
    """The next call begins after one span at the new rate, and never sooner than it would have."""
    steered = Steered(Pacing(initial_rate=10.0, burst=1))
    steered.takes(20)
    steered.pacer.on_throttle()
    assert steered.asks() == pytest.approx(1 / 9)
    slow = Steered(Pacing(initial_rate=0.1, min_rate=0.1, burst=1))
    assert slow.asks() == 0.0
    slow.now = 3.0
    assert slow.asks() == pytest.approx(7.0)
    slow.takes(40)
    slow.pacer.on_throttle()
    assert slow.asks() == pytest.approx(7.0)


def test_calls_of_long_ago_are_forgotten() -> None:
    """A client that is never refused does not remember all of its calls."""
    steered = Steered(Pacing())
    for second in range(100):
        steered.now = float(second)
        steered.takes(1)
    assert len(steered.pacer._successes) == 3


# -- one attempt at its turn -----------------------------------------------------------


def served(error: iotmi.ServiceError | None = None) -> Steps[str]:
    """An attempt that the service answers."""
    yield from ()
    if error is not None:
        raise error
    return "answer"


def drive(flow: Steps[str]) -> tuple[list[float], str]:
    """The pauses that a flow asks for, and what comes of it."""
    pauses: list[float] = []
    while True:
        try:
            step = next(flow)
        except StopIteration as end:
            return pauses, end.value
        assert isinstance(step, Sleep)
        pauses.append(step.seconds)


def too_late(seconds: float) -> iotmi.CallError:
    """The error of a turn that comes too late."""
    return iotmi.CallError(f"{seconds:.1f} s too long", operation="Op")


def turn(pacer: RateLimiter, attempt: Steps[str], seconds: float | None = None) -> Steps[str]:
    """*attempt* when its turn comes, with so many seconds for it."""
    return rate_limited(attempt, pacer, deadline=Deadline(seconds), too_late=too_late, really=True)


def test_what_the_service_answers_it_has_taken() -> None:
    """An answer and an error show what it allows; a throttle takes the rate back."""
    not_found = iotmi.ResourceNotFoundError("x", operation="Op", code="Code")
    throttle = iotmi.ThrottlingError("x", operation="Op", code="Code")
    steered = Steered(Pacing(initial_rate=8.0, max_rate=8.0, burst=100))
    steered.now, pacer = 100.0, steered.pacer
    for _ in range(8):
        assert drive(turn(pacer, served())) == ([], "answer")
        with pytest.raises(iotmi.ResourceNotFoundError):
            drive(turn(pacer, served(not_found)))
    with pytest.raises(iotmi.ThrottlingError):
        drive(turn(pacer, served(throttle)))
    assert pacer.rate == pytest.approx(0.9 * 8.0)


def test_a_turn_that_comes_later_is_waited_for() -> None:
    """It is asked for again after each pause, for the rate may have changed; each is counted."""
    steered = Steered(Pacing(initial_rate=10.0, max_rate=10.0, burst=1))
    assert steered.asks() == 0.0
    deadline = Deadline(60.0)
    flow = rate_limited(served(), steered.pacer, deadline=deadline, too_late=too_late, really=True)
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


def test_an_attempt_whose_turn_comes_too_late_is_closed() -> None:
    """It is not made, its place is given up, and nothing is learned from it."""
    steered = Steered(Pacing(initial_rate=0.5, max_rate=0.5, burst=1))
    assert steered.asks() == 0.0
    attempt = served()
    with pytest.raises(iotmi.CallError, match=r"2\.0 s too long"):
        drive(turn(steered.pacer, attempt, 1.0))
    assert inspect.getgeneratorstate(attempt) == inspect.GEN_CLOSED
    assert steered.pacer._queue == []
    assert list(steered.pacer._successes) == []


# -- threads ---------------------------------------------------------------------------


@pytest.mark.parametrize("held_by", ["wait", "took", "refused"])
def test_a_pacer_does_one_thing_at_a_time(held_by: str) -> None:
    """Whatever is asked of it meanwhile, in other threads, waits."""
    first = threading.get_ident()
    counted: list[int] = []

    def clock() -> float:
        if place and not counted and threading.get_ident() == first:
            counted.append(
                unfinished(
                    *(pacer.enqueue, lambda: pacer.rate, pacer.on_success, pacer.on_throttle),
                    *(lambda: pacer.delay(place[0]), lambda: pacer.dequeue(place[1])),
                )
            )
        return 0.0

    place: list[int] = []
    pacer = RateLimiter(Pacing(), clock=clock)
    place += [pacer.enqueue(), pacer.enqueue()]
    does = {
        "wait": lambda: pacer.delay(place[0]),
        "took": pacer.on_success,
        "refused": pacer.on_throttle,
    }
    does[held_by]()
    assert counted == [6]


def test_one_operation_has_one_pacer_under_threads() -> None:
    """While one is looked up, no other is."""
    counted: list[int] = []

    class Looked(str):
        """A name that notices when it is looked up."""

        __slots__ = ()

        def __hash__(self) -> int:
            counted.append(unfinished(lambda: pacers.of("Other")))
            return str.__hash__(self)

    pacers = RateLimiters(Pacing())
    pacers.of(Looked("Operation"))
    assert counted[0] == 1
