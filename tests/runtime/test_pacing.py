"""Pacing: a client finds and follows the rate that the service allows.

The service is simulated, in simulated time: a token bucket and 32 callers.
"""

import heapq
import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from attrs import field, fields, frozen

import iotmi
from iotmi import Client, Pacing, RetryPolicy
from iotmi._runtime.rate_limiter import RateLimiter
from iotmi.emulator import Emulator
from tests.support.factories import hub_request, make_hub

CALLERS = 32
ROUND_TRIP = 0.05


@frozen(order=True)
class Event:
    """A request, an arrival or a response, at a moment."""

    moment: float
    sequence: int
    act: str = field(order=False)
    attempt: int = field(order=False)
    place: int = field(order=False, default=-1)


class Simulation:
    """Callers that call as fast as the rate limiter allows, and a token bucket."""

    def __init__(self, limits: Sequence[tuple[float, float]], *, burst: int = 20) -> None:
        self.limits = limits
        self.burst = self.tokens = float(burst)
        self.now = self.filled = 0.0
        self.limiter = RateLimiter(Pacing(), clock=lambda: self.now)
        self.chance = random.Random(7)
        self.events: list[Event] = []
        self.sequence = 0
        self.taken: list[float] = []
        self.refused: list[float] = []
        self.lost = 0

    def run(self, *, calls: int, until: float = 1e9) -> None:
        """Make *calls* calls of up to five attempts each."""
        waiting = calls - CALLERS
        for _ in range(CALLERS):
            self.begin(1)
        while self.events and self.events[0].moment <= until:
            event = heapq.heappop(self.events)
            self.now = event.moment
            if event.act == "ask":
                self.ask(event.attempt, event.place)
            elif event.act == "begin":
                self.begin(event.attempt)
            elif event.act == "arrive":
                self.plan(ROUND_TRIP / 2, "took" if self.take() else "refused", event.attempt)
            elif event.act == "took":
                self.limiter.on_success()
                self.taken.append(self.now)
                if waiting > 0:
                    waiting -= 1
                    self.begin(1)
            else:
                self.limiter.on_throttle()
                self.refused.append(self.now)
                if event.attempt == 5:
                    self.lost += 1
                else:
                    pause = self.chance.uniform(0, 2 ** (event.attempt - 1))
                    self.plan(pause, "begin", event.attempt + 1)

    def begin(self, attempt: int) -> None:
        self.ask(attempt, self.limiter.enqueue())

    def ask(self, attempt: int, place: int) -> None:
        seconds = self.limiter.delay(place)
        if seconds > 0:
            self.plan(seconds, "ask", attempt, place)
        else:
            self.limiter.dequeue(place)
            self.plan(ROUND_TRIP / 2, "arrive", attempt)

    def plan(self, seconds: float, act: str, attempt: int, place: int = -1) -> None:
        self.sequence += 1
        heapq.heappush(self.events, Event(self.now + seconds, self.sequence, act, attempt, place))

    def take(self) -> bool:
        limit = [rate for since, rate in self.limits if since <= self.now][-1]
        self.tokens = min(self.burst, self.tokens + (self.now - self.filled) * limit)
        self.filled = self.now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def rate(self, since: float, until: float) -> float:
        """Return the accepted calls a second in a span."""
        return sum(since <= moment < until for moment in self.taken) / (until - since)


@pytest.mark.parametrize("limit", [10, 20, 50, 100])
def test_an_unknown_limit_is_found(limit: int) -> None:
    """No call is lost, and a warm client uses at least 95 % of the limit."""
    simulation = Simulation([(0, limit)])
    simulation.run(calls=1000)
    assert len(simulation.taken) == 1000
    assert simulation.lost == 0
    end = simulation.taken[-1] - 1
    assert simulation.rate(5, end) >= 0.95 * limit


def test_few_calls_are_throttled() -> None:
    """Of 1,000 creates at 20 a second with a burst of 20, under 3 % are throttled."""
    simulation = Simulation([(0, 20)])
    simulation.run(calls=1000)
    assert len(simulation.refused) < 0.03 * (1000 + len(simulation.refused))


def test_a_limit_that_changes_is_followed() -> None:
    """Five seconds after each change of the limit, the rate has followed."""
    simulation = Simulation([(0, 20), (30, 10), (60, 20), (90, 40)])
    simulation.run(calls=10**6, until=120)
    for since, limit in ((5, 20), (35, 10), (66, 20), (96, 40)):
        assert simulation.rate(since, since + 20) >= 0.93 * limit
    refused_late = [moment for moment in simulation.refused if 35 <= moment < 60]
    assert len(refused_late) <= 0.08 * 10 * 25


def test_a_quiet_time_allows_a_burst_and_no_more() -> None:
    """After a quiet time, up to `burst` calls may start together."""
    now = [0.0]
    limiter = RateLimiter(Pacing(initial_rate=10.0, max_rate=10.0, burst=3), clock=lambda: now[0])
    now[0] = 60.0

    def begins() -> bool:
        place = limiter.enqueue()
        try:
            return limiter.delay(place) == 0
        finally:
            limiter.dequeue(place)

    assert [begins() for _ in range(5)] == [True, True, True, False, False]
    now[0] += 0.1
    assert [begins() for _ in range(2)] == [True, False]


def test_the_rate_stays_between_its_bounds() -> None:
    """Neither success nor throttles move the rate out of its bounds."""
    now = [0.0]
    limiter = RateLimiter(
        Pacing(initial_rate=4.0, min_rate=2.0, max_rate=8.0), clock=lambda: now[0]
    )
    for _ in range(20):
        now[0] += 1
        limiter.dequeue(place := limiter.enqueue())
        limiter.delay(place)
    assert limiter.rate == 8.0
    for _ in range(20):
        now[0] += 1
        limiter.on_throttle()
    assert limiter.rate == 2.0


def test_throttles_of_calls_under_way_count_as_one() -> None:
    """Thirty throttles within half a second reduce the rate once."""
    now = [10.0]
    limiter = RateLimiter(Pacing(initial_rate=100.0), clock=lambda: now[0])
    for _ in range(100):
        limiter.on_success()
    limiter.on_throttle()
    once = limiter.rate
    for _ in range(30):
        now[0] += 0.01
        limiter.on_throttle()
    assert limiter.rate == once


def test_queued_callers_get_different_moments() -> None:
    """Later callers in the queue get later moments."""
    limiter = RateLimiter(Pacing(initial_rate=10.0, burst=1), clock=lambda: 0.0)
    places = [limiter.enqueue() for _ in range(4)]
    assert limiter.delay(places[0]) == 0.0
    limiter.dequeue(places[0])
    waits = [limiter.delay(place) for place in places[1:]]
    assert waits == pytest.approx([0.1, 0.2, 0.3])


def test_a_client_is_paced(emulator: Emulator) -> None:
    """Ten creates at 20 a second from 8 threads take nine intervals."""
    client = emulator.client(
        retry=RetryPolicy(), pacing=Pacing(initial_rate=20.0, max_rate=20.0, burst=1)
    )
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: make_hub(client, number), range(10)))
    assert time.monotonic() - began >= 9 / 20
    assert len({thing.id for thing in made}) == 10


def test_each_operation_has_its_own_rate(client: Client, pauses: list[float]) -> None:
    """Two creates at one in ten seconds need a pause, and a get after them needs none."""
    paced = client.with_options(pacing=Pacing(initial_rate=0.1, max_rate=0.1, burst=1))
    made = [make_hub(paced, number) for number in range(2)]
    assert len(pauses) == 1
    paced.managed_things.get(made[0].id)
    assert len(pauses) == 1


def test_a_paced_client_survives_throttles(emulator: Emulator) -> None:
    """A paced client slows down after throttles and completes every call."""
    client = emulator.client(
        retry=RetryPolicy(throttle_backoff=0.01), pacing=Pacing(initial_rate=200.0)
    )
    emulator.faults.fail("CreateManagedThing", "ThrottlingException", times=2)
    assert client.send(hub_request()).attempts == 3
    limiters = client._context.rate_limiters
    assert limiters is not None
    assert limiters.of("CreateManagedThing").rate < 200.0
    with pytest.raises(iotmi.ResourceNotFoundError):
        client.managed_things.get("x")


def test_a_turn_past_the_deadline_is_not_waited_for(emulator: Emulator) -> None:
    """The error comes at once, nothing is sent, and the caller leaves the queue."""
    client = emulator.client(timeout=2.0, pacing=Pacing(initial_rate=0.1, max_rate=0.1, burst=1))
    make_hub(client)
    before = len(emulator.calls)
    began = time.monotonic()
    with pytest.raises(iotmi.DeadlineExceededError, match="rate limit: the next attempt"):
        make_hub(client, 1)
    assert time.monotonic() - began < 2.0
    assert len(emulator.calls) == before
    limiters = client._context.rate_limiters
    assert limiters is not None
    assert limiters.of("CreateManagedThing")._queue == []


def test_simulated_pauses_do_not_delay(client: Client, pauses: list[float]) -> None:
    """With simulated pauses, pacing does not delay."""
    paced = client.with_options(pacing=Pacing(initial_rate=1.0, max_rate=1.0, burst=1))
    for number in range(3):
        make_hub(paced, number)
    assert len(pauses) == 2


def test_pacing_is_a_frozen_value_with_bounds() -> None:
    """A rate of zero is refused; a slow rate and a burst of one are allowed."""
    assert Pacing() == Pacing(initial_rate=10.0, min_rate=0.5, max_rate=None, burst=5)
    slow = Pacing(initial_rate=0.01, min_rate=0.01, max_rate=0.01, burst=1)
    assert (slow.initial_rate, slow.min_rate, slow.max_rate, slow.burst) == (0.01, 0.01, 0.01, 1)
    with pytest.raises(ValueError, match="initial_rate"):
        Pacing(initial_rate=0)
    with pytest.raises(ValueError, match="min_rate"):
        Pacing(min_rate=0)
    with pytest.raises(ValueError, match="max_rate"):
        Pacing(max_rate=0)
    with pytest.raises(ValueError, match="burst"):
        Pacing(burst=0)
    assert all(one.kw_only for one in fields(Pacing))


def test_many_threads_share_one_rate_limiter() -> None:
    """The queue stays consistent under threads."""
    limiter = RateLimiter(Pacing(initial_rate=1e6, max_rate=1e6, burst=1))

    def work() -> None:
        for _ in range(200):
            place = limiter.enqueue()
            limiter.delay(place)
            limiter.on_success()
            limiter.dequeue(place)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert limiter._queue == []


def test_a_long_quiet_time_overflows_nothing() -> None:
    """A slow start that is not used for a day grows to a bound."""
    seconds = [0.0]
    limiter = RateLimiter(Pacing(), lambda: seconds[0])
    seconds[0] = 86_400.0
    assert limiter.delay(limiter.enqueue()) == 0.0
    assert limiter.rate == 1e9
    assert limiter.limit is None


def test_a_limiter_catches_up_seconds_of_calls() -> None:
    """After a quiet time, the calls of the given seconds start together."""
    seconds = [0.0]
    pacing = Pacing(initial_rate=100.0, max_rate=100.0, burst=1)
    limiter = RateLimiter(pacing, lambda: seconds[0], catch_up=0.5)
    seconds[0] = 10.0
    started = 0
    while limiter.delay(ticket := limiter.enqueue()) == 0.0:
        limiter.dequeue(ticket)
        started += 1
    assert started in (50, 51)
