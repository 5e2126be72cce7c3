"""How fast the service takes calls: its published quotas, and the buckets that hold them.

Owns the rates and the counting. What is done to a call beyond them is not known here.

Source: https://docs.aws.amazon.com/general/latest/gr/iot_device_management.html
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import define, frozen

_DEFAULT_RATE: Final = 10.0
# None where no rate is published.
_RATES: Final[Mapping[str, float | None]] = MappingProxyType(
    {
        "CreateOtaTask": 5.0,
        "DeleteOtaTask": 5.0,
        "GetManagedThingCertificate": None,
        "RegisterCustomEndpoint": 1.0,
        "SendManagedThingCommand": 100.0,
    }
)
# A bucket filled by many small additions must not want for the last bit of a token.
_FULL_TOKEN: Final = 1.0 - 1e-9


def published_rate(operation: str) -> float | None:
    """How many calls of an operation a second the service takes, where that is published."""
    return _RATES.get(operation, _DEFAULT_RATE)


@define
class Bucket:
    """Tokens, of which each call needs one, and which come back with time."""

    rate: float
    capacity: float
    tokens: float
    updated_at: float

    def take(self, now: float) -> bool:
        """Take a token, or tell that there is none."""
        refilled = max(0.0, now - self.updated_at) * self.rate
        self.tokens = min(self.capacity, self.tokens + refilled)
        self.updated_at = now
        if self.tokens < _FULL_TOKEN:
            return False
        self.tokens = max(0.0, self.tokens - 1.0)
        return True


@frozen
class Throttle:
    """How calls of an operation are to be throttled.

    Attributes:
        scale: What the rate is multiplied by.
        burst: How many calls may come at once; as many as in one second when None.
        rate: Calls a second; the published quota when None.
    """

    scale: float
    burst: float | None
    rate: float | None

    def bucket(self, operation: str, now: float) -> Bucket | None:
        """A full bucket for an operation, or None where no rate is known."""
        base = published_rate(operation) if self.rate is None else self.rate
        if base is None:
            return None
        rate = base * self.scale
        # Less than one token would never let a call through.
        capacity = max(1.0, rate if self.burst is None else self.burst)
        return Bucket(rate, capacity, capacity, now)
