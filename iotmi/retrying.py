"""When a call is tried again, and after what pause. tenacity does the looping.

Whether a *request* may be repeated is a fact of the operation; whether an *error* is worth it is a
fact of the error. Both are asked here, and nothing else decides. This module does not know how a
request is sent.
"""

import random
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from attrs import field, frozen, validators

from iotmi._observability.events import Attempt, Outcome, Retry, Watch
from iotmi._sansio.steps import Flow, pause
from iotmi.errors import CallError, NotSentError, ServiceError, ThrottlingError

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


THROTTLE_COST: Final = 5
FAILURE_COST: Final = 14
STANDARD_BUDGET: Final[int | None] = 500
LONGEST_ASKED: Final[float | None] = 60.0


@frozen(kw_only=True)
class RetryPolicy:
    """How persistent a client is. One value serves the blocking and the awaiting client.

    Pauses are drawn evenly between nothing and a bound that doubles with each attempt ("full
    jitter"). A pause that the service asks for (``Retry-After``) is never cut short.

    Attributes:
        attempts: the most attempts one call makes, the first included.
        base: the bound of the first pause, in seconds.
        throttle_base: the same after a throttle.
        longest: the highest bound, in seconds.
        longest_asked: the longest pause, in seconds, that is made because the service asks for it;
            where it asks for more, the error is raised at once, with what was asked in
            ``retry_after``. None for no bound.
        budget: how much repeating a client may do before it needs successes to earn more: a
            repetition costs 5 after a throttle and 14 otherwise, a success pays back. It keeps a
            client from hammering a service that is down. None for no such bound.
        total_time: no attempt begins later than this many seconds after the first; the error of
            the last attempt is raised. None for no bound. (A client's ``timeout`` is the stricter
            sibling, which also cuts an attempt short.)
        on_attempt: called when an attempt has ended, well or badly, from the thread or task of the
            call.
        on_retry: called before each pause, likewise.
        seed: makes the pauses the same in each run, for tests.
        sleep: called in the place of all waiting, for tests, by the awaiting client too.
    """

    attempts: int = field(default=5, validator=validators.ge(1))
    base: float = field(default=0.05, validator=validators.gt(0.0))
    throttle_base: float = field(default=1.0, validator=validators.gt(0.0))
    longest: float = field(default=20.0, validator=validators.gt(0.0))
    longest_asked: float | None = field(
        default=LONGEST_ASKED, validator=validators.optional(validators.gt(0.0))
    )
    budget: int | None = field(
        default=STANDARD_BUDGET, validator=validators.optional(validators.gt(0))
    )
    total_time: float | None = field(
        default=None, validator=validators.optional(validators.gt(0.0))
    )
    on_attempt: Callable[[Attempt], None] | None = None
    on_retry: Callable[[Retry], None] | None = None
    seed: int | None = None
    sleep: Callable[[float], None] | None = field(default=None, repr=False)

    @classmethod
    def none(cls) -> "RetryPolicy":
        """One attempt, and what comes of it."""
        return cls(attempts=1)


class Budget:
    """What is left of a client's allowance for repeating. Safe under threads."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._left = most or 0
        self._lock = threading.Lock()

    def spend(self, cost: int) -> bool:
        """Take *cost*, or say that there is not so much left."""
        if self._most is None:
            return True
        with self._lock:
            if cost > self._left:
                return False
            self._left -= cost
            return True

    def earn(self, amount: int) -> None:
        """Put back *amount*, up to what there was at first."""
        if self._most is not None:
            with self._lock:
                self._left = min(self._most, self._left + amount)


class Hooks:
    """A policy's two hooks as an observer. It keeps nothing, so it watches every call itself."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._on_attempt = policy.on_attempt
        self._on_retry = policy.on_retry

    def call_begins(self, _operation: str, /, **_: object) -> Watch:
        """Watch the call."""
        return self

    def attempting(self) -> AbstractContextManager[object]:
        """Nothing around an attempt."""
        return nullcontext()

    def attempt_ended(self, attempt: Attempt, /) -> None:
        """Tell `on_attempt`."""
        if self._on_attempt is not None:
            self._on_attempt(attempt)

    def pause_begins(self, retry: Retry, /) -> None:
        """Tell `on_retry`."""
        if self._on_retry is not None:
            self._on_retry(retry)

    def call_ended(self, outcome: Outcome, /) -> None:
        """Neither is told."""


class Trying(Protocol[T_co]):
    """What `Persistence` needs of a call."""

    @property
    def repeatable(self) -> bool:
        """Whether the request may be sent again when nobody knows if the service acted."""
        ...

    @property
    def watched(self) -> bool:
        """Whether anybody is to be told of attempts."""
        ...

    def attempt(self, number: int, /) -> Flow[T_co]:
        """Make one attempt."""
        ...

    def tell_attempt(self, error: CallError | None, /) -> None:
        """Tell who watches that the attempt has ended."""
        ...

    def before_pause(self, error: CallError, seconds: float, /) -> None:
        """The attempt that ended with *error* is tried again after a pause."""
        ...

    def elapsed(self) -> float:
        """Seconds since the call began, pauses counted too where they are not really made."""
        ...

    def refuse_pause(self, error: CallError, seconds: float, /) -> None:
        """Raise `DeadlineExceededError` if a pause of *seconds* would end too late."""
        ...


@frozen(kw_only=True)
class Persistence:
    """One client's policy with its one budget and its one source of chance."""

    policy: RetryPolicy
    budget: Budget
    chance: random.Random

    @classmethod
    def of(cls, policy: RetryPolicy) -> "Persistence":
        """A fresh start under *policy*."""
        # Chance spreads the load; it keeps no secret.
        return cls(
            policy=policy,
            budget=Budget(policy.budget),
            chance=random.Random(policy.seed),  # noqa: S311
        )

    def attempts(self, call: Trying[T]) -> Flow[T]:
        """Make attempts until one succeeds or none more is due.

        Raises:
            CallError: of the last attempt, knowing how many there were.
            DeadlineExceededError: the next pause would end past the call's deadline.
        """
        try:
            result = yield from call.attempt(1)
        except CallError as error:
            # tenacity takes longer to import than a call takes: only a failure needs it.
            return (yield from self._again(call, error))
        self.budget.earn(1)
        if call.watched:
            call.tell_attempt(None)
        return result

    def _again(self, call: Trying[T], first: CallError) -> Flow[T]:
        import tenacity

        def worthwhile(error: BaseException) -> bool:
            return (
                isinstance(error, CallError)
                and error.worth_repeating
                and (call.repeatable or isinstance(error, NotSentError | ThrottlingError))
            )

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(worthwhile),
            wait=lambda state: self._pause_after(_error_of(state), state.attempt_number),
            stop=lambda state: self._enough(state, call),
            reraise=True,
        )
        retrying.begin()
        # The driver of a flow does the waiting, so tenacity is asked only what to do next.
        state = tenacity.RetryCallState(retrying, fn=None, args=(), kwargs={})
        state.set_exception((type(first), first, first.__traceback__))
        if call.watched:
            call.tell_attempt(first)
        spent = 0
        while True:
            todo = retrying.iter(retry_state=state)
            if isinstance(todo, tenacity.DoSleep):
                error = _error_of(state)
                spent = _cost(error)
                call.before_pause(error, float(todo))
                state.prepare_for_next_attempt()
                yield from pause(float(todo))
            elif isinstance(todo, tenacity.DoAttempt):
                try:
                    result = yield from call.attempt(state.attempt_number)
                except CallError as error:
                    state.set_exception((type(error), error, error.__traceback__))
                else:
                    self.budget.earn(spent)
                    if call.watched:
                        call.tell_attempt(None)
                    return result
                # Not above: what a hook raises is no failure of the attempt.
                if call.watched:
                    call.tell_attempt(_error_of(state))

    def _pause_after(self, error: CallError, attempt: int) -> float:
        policy = self.policy
        base = policy.throttle_base if isinstance(error, ThrottlingError) else policy.base
        # No float holds 2 ** 1024, and no bound needs it.
        bound = min(policy.longest, base * 2.0 ** min(attempt - 1, 1023))
        drawn = self.chance.uniform(0, bound)
        return max(drawn, _asked(error))

    def _enough(self, state: "RetryCallState", call: Trying[T]) -> bool:
        error = _error_of(state)
        if state.attempt_number >= self.policy.attempts:
            return True
        asked, bound = _asked(error), self.policy.longest_asked
        if bound is not None and asked > bound:
            return True
        total = call.elapsed() + state.upcoming_sleep
        if self.policy.total_time is not None and total > self.policy.total_time:
            return True
        call.refuse_pause(error, state.upcoming_sleep)
        return not self.budget.spend(_cost(error))


def _error_of(state: "RetryCallState") -> CallError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, CallError):
        raise TypeError("tenacity looks only at attempts that failed")
    return error


def _asked(error: CallError) -> float:
    """The seconds that the service asked to wait; 0.0 where it did not."""
    asked = error.retry_after if isinstance(error, ServiceError) else None
    return asked or 0.0


def _cost(error: CallError) -> int:
    return THROTTLE_COST if isinstance(error, ThrottlingError) else FAILURE_COST
