"""Throttling: the service's published quotas, and token buckets.

Owns the rates and the counting. This module must not know what happens to a throttled call.

Source: https://docs.aws.amazon.com/general/latest/gr/iot_device_management.html
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import define, frozen

_DEFAULT_RATE: Final = 10.0
# None means that no rate is published.
_RATES: Final[Mapping[str, float | None]] = MappingProxyType(
    {
        "CreateOtaTask": 5.0,
        "DeleteOtaTask": 5.0,
        "GetManagedThingCertificate": None,
        "RegisterCustomEndpoint": 1.0,
        "SendManagedThingCommand": 100.0,
    }
)
# Many small refills sum up to slightly less than one token because of rounding.
_FULL_TOKEN: Final = 1.0 - 1e-9


def published_rate(operation: str) -> float | None:
    """Return the published quota of an operation in calls per second, or None."""
    return _RATES.get(operation, _DEFAULT_RATE)


@define
class Bucket:
    """A token bucket. Each call takes one token, and tokens are refilled with time.

    Attributes:
        rate: tokens refilled per second.
        capacity: largest number of tokens.
        tokens: present number of tokens.
        updated_at: time of the last refill, in seconds.
    """

    rate: float
    capacity: float
    tokens: float
    updated_at: float

    def take(self, now: float) -> bool:
        """Take a token, or return False if there is none."""
        refilled = max(0.0, now - self.updated_at) * self.rate
        self.tokens = min(self.capacity, self.tokens + refilled)
        self.updated_at = now
        if self.tokens < _FULL_TOKEN:
            return False
        self.tokens = max(0.0, self.tokens - 1.0)
        return True


@frozen
class Throttle:
    """The settings of a throttle.

    Attributes:
        scale: factor for the rate.
        burst: number of calls that may come at once; the calls of one second if None.
        rate: calls per second; the published quota if None.
    """

    scale: float
    burst: float | None
    rate: float | None

    def bucket(self, operation: str, now: float) -> Bucket | None:
        """Return a full bucket for an operation, or None without a rate."""
        base = published_rate(operation) if self.rate is None else self.rate
        if base is None:
            return None
        rate = base * self.scale
        # A bucket of less than one token would throttle every call.
        capacity = max(1.0, rate if self.burst is None else self.burst)
        return Bucket(rate, capacity, capacity, now)
