"""Client-side pacing: the settings. `iotmi._runtime.rate_limiter` finds and follows the rate."""

from attrs import field, frozen, validators

from iotmi._values import Value

__all__ = ["Pacing"]


@frozen(kw_only=True, eq=False, repr=False)
class Pacing(Value):
    """Settings for a client that keeps to the service's rate limit without knowing it.

    Pacing is off by default. It is meant for bulk work, with many calls of one operation at once.
    Rates are in calls a second, and each operation has its own.

    Attributes:
        initial_rate: the first rate of each operation. For most operations the service allows 10
            calls a second.
        min_rate: the lowest rate.
        max_rate: the highest rate; None for no limit.
        burst: the number of calls that may start together after a quiet time.
    """

    initial_rate: float = field(default=10.0, validator=validators.gt(0.0))
    min_rate: float = field(default=0.5, validator=validators.gt(0.0))
    max_rate: float | None = field(default=None, validator=validators.optional(validators.gt(0.0)))
    burst: int = field(default=5, validator=validators.ge(1))
