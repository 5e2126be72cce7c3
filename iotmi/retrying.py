"""Retry settings: one value for both clients. `iotmi._runtime.retry` applies them."""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from attrs import field, frozen, validators

from iotmi._observability.events import Attempt, Retry
from iotmi._schema.lazy import LazyModule
from iotmi._values import Value

if TYPE_CHECKING:
    from iotmi._sansio import strategies
else:
    strategies = LazyModule("iotmi._sansio.strategies")

__all__ = ["RetryPolicy"]

DEFAULT_QUOTA: Final[int | None] = 500
DEFAULT_MAX_RETRY_AFTER: Final[float | None] = 60.0


@frozen(kw_only=True, eq=False, repr=False)
class RetryPolicy(Value):
    """How often and after which pauses a client retries. One value serves both clients.

    Pauses are drawn evenly between 0 and a bound that doubles with each attempt (full jitter). A
    pause that the service asks for (``Retry-After``) is never shortened. tenacity's strategies
    combine with ours: ``RetryPolicy(stop=tenacity.stop_after_delay(30))``,
    ``RetryPolicy(wait=RetryPolicy().backoff() + tenacity.wait_random(0, 1))``.

    Attributes:
        max_attempts: the most attempts of one call, the first included.
        initial_backoff: the bound of the first pause, in seconds.
        throttle_backoff: the same after a throttle.
        max_backoff: the highest bound, in seconds.
        max_retry_after: the longest pause, in seconds, that the service may ask for. If it asks for
            more, the error is raised at once, with the pause in ``retry_after``. None for no limit.
        quota: the units of retries that a client may make before successes earn more. A retry costs
            5 after a throttle and 14 otherwise; a success gives back. It keeps a client from
            hammering a service that is down. None for no limit.
        max_elapsed: no attempt begins later than this many seconds after the first; the error of
            the last attempt is raised. None for no limit. A client's ``timeout`` also cuts off an
            attempt in progress.
        stop: a further stop strategy of tenacity. The call ends if it or one of ours stops.
        wait: a wait strategy of tenacity that replaces the backoff; see `backoff`.
        on_attempt: called when an attempt has ended, with or without success, in the thread or task
            of the call.
        on_retry: called before each pause, in the same way.
        seed: makes the pauses the same in each run, for tests.
        sleep: called instead of all waiting, for tests, by the async client too.
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
    # Callables of tenacity's RetryCallState, whose import would slow a cold start.
    stop: Callable[..., bool] | None = field(
        default=None, validator=validators.optional(validators.is_callable())
    )
    wait: Callable[..., float] | None = field(
        default=None, validator=validators.optional(validators.is_callable())
    )
    on_attempt: Callable[[Attempt], None] | None = None
    on_retry: Callable[[Retry], None] | None = None
    seed: int | None = None
    sleep: Callable[[float], None] | None = field(default=None, repr=False)

    @classmethod
    def none(cls) -> "RetryPolicy":
        """Return a policy that makes one attempt."""
        return cls(max_attempts=1)

    def backoff(self, rng: random.Random | None = None) -> "strategies.Backoff":
        """Return the policy's backoff as a wait strategy of tenacity, to combine with others.

        Args:
            rng: the source of the jitter; a generator seeded with ``seed`` if None.
        """
        from iotmi._sansio.strategies import Backoff

        return Backoff(
            initial=self.initial_backoff,
            throttle=self.throttle_backoff,
            maximum=self.max_backoff,
            # Jitter spreads the load and protects no secret.
            rng=rng or random.Random(self.seed),  # noqa: S311
        )
