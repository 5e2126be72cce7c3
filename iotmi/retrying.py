"""Retry settings: one value for both clients. `iotmi._runtime.retry` carries them out."""

from collections.abc import Callable
from typing import Final

from attrs import field, frozen, validators

from iotmi._observability.events import Attempt, Retry

__all__ = ["RetryPolicy"]

DEFAULT_QUOTA: Final[int | None] = 500
DEFAULT_MAX_RETRY_AFTER: Final[float | None] = 60.0


@frozen(kw_only=True)
class RetryPolicy:
    """How persistent a client is. One value serves the blocking and the awaiting client.

    Pauses are drawn evenly between nothing and a bound that doubles with each attempt ("full
    jitter"). A pause that the service asks for (``Retry-After``) is never cut short.

    Attributes:
        max_attempts: the most attempts one call makes, the first included.
        initial_backoff: the bound of the first pause, in seconds.
        throttle_backoff: the same after a throttle.
        max_backoff: the highest bound, in seconds.
        max_retry_after: the longest pause, in seconds, that is made because the service asks for it;
            where it asks for more, the error is raised at once, with what was asked in
            ``retry_after``. None for no bound.
        quota: how much repeating a client may do before it needs successes to earn more: a
            repetition costs 5 after a throttle and 14 otherwise, a success pays back. It keeps a
            client from hammering a service that is down. None for no such bound.
        max_elapsed: no attempt begins later than this many seconds after the first; the error of
            the last attempt is raised. None for no bound. (A client's ``timeout`` is the stricter
            sibling, which also cuts an attempt short.)
        on_attempt: called when an attempt has ended, well or badly, from the thread or task of the
            call.
        on_retry: called before each pause, likewise.
        seed: makes the pauses the same in each run, for tests.
        sleep: called in the place of all waiting, for tests, by the awaiting client too.
    """

    max_attempts: int = field(default=5, validator=validators.ge(1))
    initial_backoff: float = field(default=0.05, validator=validators.gt(0.0))
    throttle_backoff: float = field(default=1.0, validator=validators.gt(0.0))
    max_backoff: float = field(default=20.0, validator=validators.gt(0.0))
    max_retry_after: float | None = field(
        default=DEFAULT_MAX_RETRY_AFTER, validator=validators.optional(validators.gt(0.0))
    )
    quota: int | None = field(
        default=DEFAULT_QUOTA, validator=validators.optional(validators.gt(0))
    )
    max_elapsed: float | None = field(
        default=None, validator=validators.optional(validators.gt(0.0))
    )
    on_attempt: Callable[[Attempt], None] | None = None
    on_retry: Callable[[Retry], None] | None = None
    seed: int | None = None
    sleep: Callable[[float], None] | None = field(default=None, repr=False)

    @classmethod
    def none(cls) -> "RetryPolicy":
        """One attempt, and what comes of it."""
        return cls(max_attempts=1)
