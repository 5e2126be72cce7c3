"""The retry policy: its limits, backoff and quota.

`tests.runtime.test_call` tests the retries of calls.
"""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import tenacity
from attrs import fields
from tenacity import stop_after_attempt, wait_fixed

import iotmi
from iotmi import Client, RetryPolicy
from iotmi._runtime.retry import RetryQuota, RetryStrategy
from iotmi.emulator import Emulator
from tests.support.threads import unfinished

# -- the policy ------------------------------------------------------------------------


def test_the_defaults_of_a_policy() -> None:
    """The defaults are five attempts, pauses up to 20 s, a quota and no time limit."""
    assert RetryPolicy() == RetryPolicy(
        max_attempts=5,
        initial_backoff=0.05,
        throttle_backoff=1.0,
        max_backoff=20.0,
        max_retry_after=60.0,
        quota=500,
        max_elapsed=None,
        on_attempt=None,
        on_retry=None,
        seed=None,
        sleep=None,
    )
    assert RetryPolicy.none() == RetryPolicy(max_attempts=1)
    assert all(one.kw_only for one in fields(RetryPolicy))
    assert "sleep" not in repr(RetryPolicy(sleep=print))


@pytest.mark.parametrize(
    "name",
    [
        "max_attempts",
        "initial_backoff",
        "throttle_backoff",
        "max_backoff",
        "max_retry_after",
        "quota",
        "max_elapsed",
    ],
)
def test_limits_of_a_policy_are_positive(name: str) -> None:
    """Each limit must be positive, and may be arbitrarily small."""
    nothing: dict[str, Any] = {name: 0}
    least: dict[str, Any] = {name: 1 if name in {"max_attempts", "quota"} else 0.001}
    with pytest.raises(ValueError, match=name):
        RetryPolicy(**nothing)
    assert getattr(RetryPolicy(**least), name) == least[name]


def test_some_limits_may_be_none() -> None:
    """None means no limit."""
    boundless = RetryPolicy(max_retry_after=None, quota=None, max_elapsed=None)
    assert (boundless.max_retry_after, boundless.quota, boundless.max_elapsed) == (None, None, None)


# -- pauses ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "bounds"),
    [
        ("ThrottlingException", [1.0, 2.0, 4.0, 5.0]),
        ("InternalServerException", [0.05, 0.1, 0.2, 0.4]),
    ],
)
def test_pauses_are_drawn_below_bounds_that_double(
    emulator: Emulator, pauses: list[float], code: str, bounds: list[float]
) -> None:
    """Pauses are uniform below a doubling bound, higher after a throttle."""
    emulator.faults.fail("GetManagedThing", code, times=4)
    policy = RetryPolicy(max_backoff=5.0, seed=7, sleep=pauses.append)
    with pytest.raises(iotmi.ResourceNotFoundError):
        emulator.client(retry=policy).managed_things.get("x")
    chance = Random(7)
    assert pauses == [chance.uniform(0, bound) for bound in bounds]


def test_backoff_never_overflows(emulator: Emulator) -> None:
    """The bound stops doubling before a float overflows."""
    emulator.faults.fail("GetManagedThing", "ThrottlingException", times=1100)
    policy = RetryPolicy(max_attempts=1100, max_backoff=0.5, quota=None, sleep=lambda _: None)
    with pytest.raises(iotmi.ThrottlingError) as caught:
        emulator.client(retry=policy).managed_things.get("x")
    assert caught.value.attempts == 1100


def test_clients_have_different_jitter() -> None:
    """Clients without a seed have different jitter."""
    first, second = (RetryStrategy.from_policy(RetryPolicy()).rng.random() for _ in range(2))
    assert first != second


def test_an_attempt_may_begin_at_max_elapsed(emulator: Emulator, pauses: list[float]) -> None:
    """An attempt may begin at `max_elapsed` exactly."""
    emulator.faults.fail("GetManagedThing", "ThrottlingException", times=9, retry_after=2)
    policy = RetryPolicy(throttle_backoff=0.001, max_elapsed=4.0, sleep=pauses.append)
    with pytest.raises(iotmi.ThrottlingError) as caught:
        emulator.client(retry=policy).managed_things.get("x")
    assert pauses == [2.0, 2.0]
    assert caught.value.attempts == 3


# -- the budget ------------------------------------------------------------------------


def test_the_quota_can_be_exhausted() -> None:
    """A retry that costs more than is left takes nothing."""
    budget = RetryQuota(20)
    assert budget.acquire(13)
    assert not budget.acquire(8)
    assert budget.acquire(7)
    assert not budget.acquire(1)
    assert not RetryQuota(0).acquire(1)


def test_the_quota_is_refilled_to_its_capacity() -> None:
    """Successes refill the quota up to its capacity."""
    budget = RetryQuota(20)
    budget.release(5)
    assert budget.acquire(20)
    budget.release(6)
    budget.release(1)
    assert not budget.acquire(8)
    assert budget.acquire(7)


def test_no_quota_is_no_limit() -> None:
    """`None` is never exhausted."""
    budget = RetryQuota(None)
    budget.release(1)
    assert all(budget.acquire(10**6) for _ in range(10))


def attempts(client: Client) -> int:
    """Return the number of attempts of a call that fails."""
    with pytest.raises(iotmi.ServiceError) as caught:
        client.managed_things.get("x")
    return caught.value.attempts


@pytest.mark.parametrize(
    ("code", "budget", "expected"),
    [
        ("ThrottlingException", 10, 3),
        ("ThrottlingException", 9, 2),
        ("InternalServerException", 28, 3),
        ("InternalServerException", 27, 2),
    ],
)
def test_the_cost_of_a_retry(emulator: Emulator, code: str, budget: int, expected: int) -> None:
    """A retry costs 5 after a throttle and 14 otherwise."""
    emulator.faults.fail("GetManagedThing", code, times=4)
    policy = RetryPolicy(quota=budget, sleep=lambda _: None)
    assert attempts(emulator.client(retry=policy)) == expected


def test_a_successful_retry_costs_nothing(emulator: Emulator) -> None:
    """A successful retry gives its cost back."""
    client = emulator.client(retry=RetryPolicy(quota=14, sleep=lambda _: None))
    for _ in range(3):
        emulator.faults.fail("ListManagedThings", "InternalServerException")
        assert client.managed_things.list().first() is None
    assert len(emulator.calls) == 6


@pytest.mark.parametrize(("successes", "expected"), [(13, 1), (14, 2)])
def test_a_first_attempt_success_pays_back_one(
    emulator: Emulator, successes: int, expected: int
) -> None:
    """Fourteen first-attempt successes pay for a retry."""
    client = emulator.client(retry=RetryPolicy(quota=14, sleep=lambda _: None))
    emulator.faults.fail("GetManagedThing", "InternalServerException", times=2)
    assert attempts(client) == 2
    for _ in range(successes):
        client.managed_things.list().first()
    emulator.faults.fail("GetManagedThing", "InternalServerException")
    assert attempts(client) == expected


class Coin(int):
    """An amount that detects arithmetic with it."""

    reckoned: Callable[[], None]

    def __gt__(self, other: int) -> bool:
        self.reckoned()
        return int(self) > other

    def __radd__(self, other: int) -> int:
        self.reckoned()
        return other + int(self)


@pytest.mark.parametrize("does", [RetryQuota.acquire, RetryQuota.release])
def test_the_quota_holds_its_lock(
    does: Callable[[RetryQuota, int], object],
) -> None:
    """Each method of the quota holds the lock."""
    budget, coin, waiting = RetryQuota(20), Coin(3), list[int]()
    coin.reckoned = lambda: waiting.append(
        unfinished(lambda: budget.acquire(1), lambda: budget.release(1))
    )
    does(budget, coin)
    assert waiting == [2]


def test_tenacitys_strategies_decide(emulator: Emulator) -> None:
    """`wait` replaces the backoff, `stop` ends a call early, and both combine as in tenacity."""
    pauses: list[float] = []
    policy = RetryPolicy(
        max_attempts=9,
        wait=wait_fixed(3) + wait_fixed(1),
        stop=stop_after_attempt(3) | stop_after_attempt(5),
        sleep=pauses.append,
    )
    emulator.faults.fail("GetManagedThing", "ThrottlingException", times=9)
    with pytest.raises(iotmi.ThrottlingError) as caught:
        emulator.client(retry=policy).managed_things.get("x")
    assert caught.value.attempts == 3
    assert pauses == [4.0, 4.0]


def test_a_backoff_cannot_time_errors_of_other_functions() -> None:
    """A program that gives it to a loop of its own learns what the backoff needs."""
    loop = tenacity.Retrying(wait=RetryPolicy().backoff(), stop=stop_after_attempt(3))
    with pytest.raises(TypeError, match="asked about an attempt that did not fail"):
        loop(lambda: 1 / 0)


def test_a_backoff_draws_from_its_generator(emulator: Emulator) -> None:
    """In a loop of the caller's own, the generator or the policy's seed decides the pauses."""
    client = emulator.client(retry=RetryPolicy.none())

    def pauses_of(backoff: Callable[..., float]) -> list[float]:
        pauses: list[float] = []
        loop = tenacity.Retrying(wait=backoff, stop=stop_after_attempt(4), sleep=pauses.append)
        with pytest.raises(tenacity.RetryError):
            loop(client.managed_things.get, "unknown")
        return pauses

    drawn = Random(5)
    expected = [drawn.uniform(0, 0.05 * 2**turn) for turn in range(3)]
    assert pauses_of(RetryPolicy().backoff(Random(5))) == expected
    assert pauses_of(RetryPolicy(seed=5).backoff()) == expected
