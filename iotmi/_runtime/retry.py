"""Retries: attempts of one call until one succeeds or none is due. tenacity decides.

An operation declares whether it is idempotent, and an error whether it is retryable. This module
asks both and does not know how a request is sent.
"""

import math
import random
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Protocol, TypeVar

from attrs import frozen

from iotmi._observability.events import Attempt, CallObserver, CallResult, Retry
from iotmi._sansio.steps import Steps, sleep
from iotmi._values import Value
from iotmi.errors import CallError, NotSentError, ThrottlingError
from iotmi.retrying import RetryPolicy

if TYPE_CHECKING:
    from tenacity import RetryCallState, Retrying

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class RetryQuota:
    """The retries that a client may still make before successes earn more. Thread-safe."""

    def __init__(self, capacity: int | None) -> None:
        self._capacity = capacity
        self._available = capacity or 0
        self._lock = threading.Lock()

    def acquire(self, cost: int) -> bool:
        """Take *cost* and return True, or return False if less is left."""
        if self._capacity is None:
            return True
        with self._lock:
            if cost > self._available:
                return False
            self._available -= cost
            return True

    def release(self, amount: int) -> None:
        """Give back *amount*, up to the capacity."""
        if self._capacity is not None:
            with self._lock:
                self._available = min(self._capacity, self._available + amount)


class PolicyObserver:
    """The two hooks of a policy as an observer of calls. It has no state of its own."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._on_attempt = policy.on_attempt
        self._on_retry = policy.on_retry

    def on_call_start(self, _operation: str, /, **_: object) -> CallObserver:
        """Observe the call."""
        return self

    def around_attempt(self) -> AbstractContextManager[object]:
        """Return a context that does nothing."""
        return nullcontext()

    def on_attempt_end(self, attempt: Attempt, /) -> None:
        """Call `on_attempt`."""
        if self._on_attempt is not None:
            self._on_attempt(attempt)

    def on_backoff(self, retry: Retry, /) -> None:
        """Call `on_retry`."""
        if self._on_retry is not None:
            self._on_retry(retry)

    def on_call_end(self, result: CallResult, /) -> None:
        """Do nothing."""


class RetryableCall(Protocol[T_co]):
    """The methods of a call that `RetryStrategy` uses."""

    @property
    def idempotent(self) -> bool:
        """True if the request may be sent again when it is unknown if the service acted."""
        ...

    @property
    def observed(self) -> bool:
        """True if `notify_attempt` has observers to notify."""
        ...

    def attempt(self, number: int, /) -> Steps[T_co]:
        """Make one attempt."""
        ...

    def notify_attempt(self, error: CallError | None, /) -> None:
        """Notify the observers that an attempt ended."""
        ...

    def on_backoff(self, error: CallError, seconds: float, /) -> None:
        """Record the pause of *seconds* that follows the attempt that failed with *error*."""
        ...

    def elapsed(self) -> float:
        """Return the seconds since the call began, simulated pauses included."""
        ...

    def check_backoff(self, error: CallError, seconds: float, /) -> None:
        """Raise `DeadlineExceededError` if a pause of *seconds* would end after the deadline."""
        ...


@frozen(kw_only=True, eq=False, repr=False)
class RetryStrategy(Value):
    """The retry policy of one client, with its quota and its random generator."""

    policy: RetryPolicy
    quota: RetryQuota
    rng: random.Random

    @classmethod
    def from_policy(cls, policy: RetryPolicy) -> "RetryStrategy":
        """Return a strategy with a full quota."""
        # Jitter spreads the load and protects no secret.
        rng = random.Random(policy.seed)  # noqa: S311
        return cls(policy=policy, quota=RetryQuota(policy.quota), rng=rng)

    def run(self, call: RetryableCall[T]) -> Steps[T]:
        """Make attempts until one succeeds or none is due.

        Raises:
            CallError: the error of the last attempt, with the number of attempts.
            DeadlineExceededError: the next pause would end after the call's deadline.
        """
        try:
            result = yield from call.attempt(1)
        except CallError as error:
            return (yield from self._retry(call, error))
        self.quota.release(1)
        if call.observed:
            call.notify_attempt(None)
        return result

    def _retry(self, call: RetryableCall[T], first: CallError) -> Steps[T]:
        # tenacity is imported here: only a failure needs it.
        import tenacity

        from iotmi._sansio.strategies import error_of, retry_cost

        retrying = self._retrying(call)
        retrying.begin()
        # The driver does the waiting, so tenacity is asked only what to do next.
        state = tenacity.RetryCallState(retrying, fn=None, args=(), kwargs={})
        _record(state, call, first)
        spent = 0
        while True:
            if call.observed:
                call.notify_attempt(error_of(state))
            # Raises the error of the attempt if none is due.
            retrying.iter(retry_state=state)
            error, pause = error_of(state), state.upcoming_sleep
            spent = retry_cost(error)
            call.on_backoff(error, pause)
            state.prepare_for_next_attempt()
            yield from sleep(pause)
            try:
                result = yield from call.attempt(state.attempt_number)
            except CallError as error:
                _record(state, call, error)
            else:
                self.quota.release(spent)
                if call.observed:
                    call.notify_attempt(None)
                return result

    def _retrying(self, call: RetryableCall[T]) -> "Retrying":
        import tenacity

        from iotmi._sansio.strategies import (
            AtLeastRetryAfter,
            DeadlineReached,
            QuotaExhausted,
            RetryAfterTooLong,
        )

        policy = self.policy

        def retryable(error: BaseException) -> bool:
            return (
                isinstance(error, CallError)
                and error.retryable
                and (call.idempotent or isinstance(error, NotSentError | ThrottlingError))
            )

        stop: tenacity.stop.stop_base = tenacity.stop_after_attempt(policy.max_attempts)
        if policy.max_retry_after is not None:
            stop |= RetryAfterTooLong(policy.max_retry_after)
        if policy.max_elapsed is not None:
            # An attempt may begin at max_elapsed exactly, where tenacity would stop.
            limit = math.nextafter(policy.max_elapsed, math.inf)
            stop |= tenacity.stop_before_delay(limit)
        if policy.stop is not None:
            # Its parameters are stop_base, but it calls any callable.
            stop = tenacity.stop_any(stop, policy.stop)  # type: ignore[arg-type]
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(retryable),
            wait=AtLeastRetryAfter(policy.wait or policy.backoff(self.rng)),
            stop=stop | DeadlineReached(call.check_backoff) | QuotaExhausted(self.quota),
            reraise=True,
        )


def _record(state: "RetryCallState", call: RetryableCall[T], error: CallError) -> None:
    """Record in *state* that an attempt of *call* failed with *error*."""
    state.set_exception((type(error), error, error.__traceback__))
    # Tests simulate pauses. tenacity's stop strategies count them too if the call began earlier.
    if state.outcome_timestamp is not None:
        state.start_time = state.outcome_timestamp - call.elapsed()
