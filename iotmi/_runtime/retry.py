"""When a call is retried, and after which backoff. tenacity does the looping.

Whether a *request* may be sent again is a fact of the operation. Whether an *error* is worth a
retry is a fact of the error. This module asks both and does not know how a request is sent.
"""

import random
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from attrs import frozen

from iotmi._observability.events import Attempt, CallObserver, CallResult, Retry
from iotmi._sansio.steps import Steps, sleep
from iotmi.errors import CallError, NotSentError, ServiceError, ThrottlingError
from iotmi.retrying import RetryPolicy

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

THROTTLE_RETRY_COST: Final = 5
RETRY_COST: Final = 14


class RetryQuota:
    """What is left of a client's allowance for repeating. Safe under threads."""

    def __init__(self, capacity: int | None) -> None:
        self._capacity = capacity
        self._available = capacity or 0
        self._lock = threading.Lock()

    def acquire(self, cost: int) -> bool:
        """Take *cost*, or say that there is not so much left."""
        if self._capacity is None:
            return True
        with self._lock:
            if cost > self._available:
                return False
            self._available -= cost
            return True

    def release(self, amount: int) -> None:
        """Put back *amount*, up to what there was at first."""
        if self._capacity is not None:
            with self._lock:
                self._available = min(self._capacity, self._available + amount)


class PolicyObserver:
    """A policy's two hooks as an observer. It keeps nothing, so it watches every call itself."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._on_attempt = policy.on_attempt
        self._on_retry = policy.on_retry

    def on_call_start(self, _operation: str, /, **_: object) -> CallObserver:
        """Watch the call."""
        return self

    def around_attempt(self) -> AbstractContextManager[object]:
        """Nothing around an attempt."""
        return nullcontext()

    def on_attempt_end(self, attempt: Attempt, /) -> None:
        """Tell `on_attempt`."""
        if self._on_attempt is not None:
            self._on_attempt(attempt)

    def on_backoff(self, retry: Retry, /) -> None:
        """Tell `on_retry`."""
        if self._on_retry is not None:
            self._on_retry(retry)

    def on_call_end(self, outcome: CallResult, /) -> None:
        """Neither is told."""


class RetryableCall(Protocol[T_co]):
    """What `RetryStrategy` needs of a call."""

    @property
    def idempotent(self) -> bool:
        """Whether the request may be sent again when nobody knows if the service acted."""
        ...

    @property
    def observed(self) -> bool:
        """Whether anybody is to be told of attempts."""
        ...

    def attempt(self, number: int, /) -> Steps[T_co]:
        """Make one attempt."""
        ...

    def notify_attempt(self, error: CallError | None, /) -> None:
        """Tell who watches that the attempt has ended."""
        ...

    def on_backoff(self, error: CallError, seconds: float, /) -> None:
        """The attempt that ended with *error* is tried again after a pause."""
        ...

    def elapsed(self) -> float:
        """Seconds since the call began, pauses counted too where they are not really made."""
        ...

    def check_backoff(self, error: CallError, seconds: float, /) -> None:
        """Raise `DeadlineExceededError` if a pause of *seconds* would end too late."""
        ...


@frozen(kw_only=True)
class RetryStrategy:
    """One client's policy with its one budget and its one source of chance."""

    policy: RetryPolicy
    quota: RetryQuota
    rng: random.Random

    @classmethod
    def from_policy(cls, policy: RetryPolicy) -> "RetryStrategy":
        """A fresh start under *policy*."""
        # Chance spreads the load; it keeps no secret.
        return cls(
            policy=policy,
            quota=RetryQuota(policy.quota),
            rng=random.Random(policy.seed),  # noqa: S311
        )

    def max_attempts(self, call: RetryableCall[T]) -> Steps[T]:
        """Make attempts until one succeeds or none more is due.

        Raises:
            CallError: of the last attempt, knowing how many there were.
            DeadlineExceededError: the next pause would end past the call's deadline.
        """
        try:
            result = yield from call.attempt(1)
        except CallError as error:
            # tenacity takes longer to import than a call takes: only a failure needs it.
            return (yield from self._retry(call, error))
        self.quota.release(1)
        if call.observed:
            call.notify_attempt(None)
        return result

    def _retry(self, call: RetryableCall[T], first: CallError) -> Steps[T]:
        import tenacity

        def worthwhile(error: BaseException) -> bool:
            return (
                isinstance(error, CallError)
                and error.retryable
                and (call.idempotent or isinstance(error, NotSentError | ThrottlingError))
            )

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(worthwhile),
            wait=lambda state: self._backoff(_error_of(state), state.attempt_number),
            stop=lambda state: self._should_stop(state, call),
            reraise=True,
        )
        retrying.begin()
        # The driver of a flow does the waiting, so tenacity is asked only what to do next.
        state = tenacity.RetryCallState(retrying, fn=None, args=(), kwargs={})
        state.set_exception((type(first), first, first.__traceback__))
        if call.observed:
            call.notify_attempt(first)
        spent = 0
        while True:
            todo = retrying.iter(retry_state=state)
            if isinstance(todo, tenacity.DoSleep):
                error = _error_of(state)
                spent = _cost(error)
                call.on_backoff(error, float(todo))
                state.prepare_for_next_attempt()
                yield from sleep(float(todo))
            elif isinstance(todo, tenacity.DoAttempt):
                try:
                    result = yield from call.attempt(state.attempt_number)
                except CallError as error:
                    state.set_exception((type(error), error, error.__traceback__))
                else:
                    self.quota.release(spent)
                    if call.observed:
                        call.notify_attempt(None)
                    return result
                # Not above: what a hook raises is no failure of the attempt.
                if call.observed:
                    call.notify_attempt(_error_of(state))

    def _backoff(self, error: CallError, attempt: int) -> float:
        policy = self.policy
        initial_backoff = (
            policy.throttle_backoff
            if isinstance(error, ThrottlingError)
            else policy.initial_backoff
        )
        # No float holds 2 ** 1024, and no bound needs it.
        bound = min(policy.max_backoff, initial_backoff * 2.0 ** min(attempt - 1, 1023))
        drawn = self.rng.uniform(0, bound)
        return max(drawn, _retry_after(error))

    def _should_stop(self, state: "RetryCallState", call: RetryableCall[T]) -> bool:
        error = _error_of(state)
        if state.attempt_number >= self.policy.max_attempts:
            return True
        retry_after, bound = _retry_after(error), self.policy.max_retry_after
        if bound is not None and retry_after > bound:
            return True
        total = call.elapsed() + state.upcoming_sleep
        if self.policy.max_elapsed is not None and total > self.policy.max_elapsed:
            return True
        call.check_backoff(error, state.upcoming_sleep)
        return not self.quota.acquire(_cost(error))


def _error_of(state: "RetryCallState") -> CallError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, CallError):
        raise TypeError("tenacity looks only at attempts that failed")
    return error


def _retry_after(error: CallError) -> float:
    """The seconds that the service asked to wait; 0.0 where it did not."""
    retry_after = error.retry_after if isinstance(error, ServiceError) else None
    return retry_after or 0.0


def _cost(error: CallError) -> int:
    return THROTTLE_RETRY_COST if isinstance(error, ThrottlingError) else RETRY_COST
