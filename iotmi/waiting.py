"""Poll intervals of waiters, which are methods such as ``wait_until_activated``."""

from typing import Final

from attrs import field, frozen, validators

from iotmi._values import Value

__all__ = ["DEFAULT_POLL_INTERVAL", "PollInterval"]


@frozen(kw_only=True, eq=False, repr=False)
class PollInterval(Value):
    """The pauses between the polls of a waiter. The first poll is immediate.

    The bound of the pauses doubles from *initial* to *maximum*. Each pause is drawn between half of
    its bound and the whole, so that many waiters do not poll in step.

    Attributes:
        initial: the bound of the first pause, in seconds.
        maximum: the highest bound, in seconds.
    """

    initial: float = field(default=0.5, validator=validators.gt(0.0))
    maximum: float = field(default=15.0, validator=validators.gt(0.0))


DEFAULT_POLL_INTERVAL: Final = PollInterval()
