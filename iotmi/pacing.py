"""Client-side pacing: the settings. `iotmi._runtime.rate_limiter` finds and follows the rate."""

from attrs import field, frozen, validators

__all__ = ["Pacing"]


@frozen(kw_only=True)
class Pacing:
    """Call no faster than the service allows, without being told how fast that is.

    Off unless given to a client; meant for bulk work, where many calls of one operation come at
    once. Rates are in calls a second, and each operation has its own.

    Attributes:
        initial_rate: the first rate of each operation. The service allows 10 a second of most.
        min_rate: the rate never falls below.
        max_rate: the rate never grows above; None for no bound.
        burst: how many calls may begin together after a quiet time.
    """

    initial_rate: float = field(default=10.0, validator=validators.gt(0.0))
    min_rate: float = field(default=0.5, validator=validators.gt(0.0))
    max_rate: float | None = field(default=None, validator=validators.optional(validators.gt(0.0)))
    burst: int = field(default=5, validator=validators.ge(1))
