"""Retry strategies of tenacity's own kinds: how long to wait, and when to stop.

They combine with tenacity's by ``+``, ``|`` and ``&``. Importing tenacity is slower than a call, so
this module is imported by the first failure of a process. It does not know how a call is made.
"""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from tenacity.stop import stop_base
from tenacity.wait import wait_base

from iotmi.errors import CallError, ServiceError, ThrottlingError

if TYPE_CHECKING:
    from tenacity import RetryCallState


class Quota(Protocol):
    """The part of a retry quota that `QuotaExhausted` calls."""

    def acquire(self, cost: int) -> bool:
        """Take *cost* and return True, or return False if less is left."""
        ...


class Backoff(wait_base):
    """A pause drawn evenly between 0 and a bound that doubles with each attempt (full jitter).

    Args:
        initial: the bound of the first pause, in seconds.
        throttle: the same after a throttle.
        maximum: the highest bound, in seconds.
        rng: the source of the jitter.
    """

    def __init__(
        self, *, initial: float, throttle: float, maximum: float, rng: random.Random
    ) -> None:
        self._initial = initial
        self._throttle = throttle
        self._maximum = maximum
        self._rng = rng

    def __call__(self, retry_state: "RetryCallState") -> float:
        throttled = isinstance(error_of(retry_state), ThrottlingError)
        first = self._throttle if throttled else self._initial
        # No float holds 2 ** 1024, and every bound is reached long before.
        doubled = first * 2.0 ** min(retry_state.attempt_number - 1, 1023)
        return self._rng.uniform(0, min(self._maximum, doubled))


class AtLeastRetryAfter(wait_base):
    """The pause of another strategy, or the service's ``Retry-After`` if that is longer."""

    def __init__(self, wait: Callable[["RetryCallState"], float]) -> None:
        self._wait = wait

    def __call__(self, retry_state: "RetryCallState") -> float:
        return max(self._wait(retry_state), retry_after_of(error_of(retry_state)))


class RetryAfterTooLong(stop_base):
    """Stops if the service asks for a pause of more than *limit* seconds."""

    def __init__(self, limit: float) -> None:
        self._limit = limit

    def __call__(self, retry_state: "RetryCallState") -> bool:
        return retry_after_of(error_of(retry_state)) > self._limit


class DeadlineReached(stop_base):
    """Raises the error of *check* if the coming pause would end after the call's deadline."""

    def __init__(self, check: Callable[[CallError, float], None]) -> None:
        self._check = check

    def __call__(self, retry_state: "RetryCallState") -> bool:
        self._check(error_of(retry_state), retry_state.upcoming_sleep)
        return False


class QuotaExhausted(stop_base):
    """Stops if the retry quota does not cover the coming retry, and charges it otherwise.

    It has to be the last strategy of a combination, because it charges the quota.
    """

    def __init__(self, quota: Quota) -> None:
        self._quota = quota

    def __call__(self, retry_state: "RetryCallState") -> bool:
        return not self._quota.acquire(retry_cost(error_of(retry_state)))


THROTTLE_RETRY_COST = 5
RETRY_COST = 14


def retry_cost(error: CallError) -> int:
    """Return the units of retry quota that a retry after *error* costs."""
    return THROTTLE_RETRY_COST if isinstance(error, ThrottlingError) else RETRY_COST


def retry_after_of(error: CallError) -> float:
    """Return the seconds that the service asked to wait, or 0.0."""
    seconds = error.retry_after if isinstance(error, ServiceError) else None
    return seconds or 0.0


def error_of(state: "RetryCallState") -> CallError:
    """Return the error of the attempt that just failed.

    Raises:
        TypeError: the attempt did not fail, or not by an error of a call.
    """
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, CallError):
        raise TypeError("a strategy of iotmi was asked about an attempt that did not fail")
    return error
