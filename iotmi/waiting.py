"""How often a waiter polls. Waiters are methods such as ``managed_things.wait_until_activated``."""

from typing import Final

from attrs import field, frozen, validators

__all__ = ["DEFAULT_POLL_INTERVAL", "PollInterval"]


@frozen(kw_only=True)
class PollInterval:
    """How often a waiter looks.

    The first look is at once. Pauses double from *initial* to *maximum*, each drawn between half of
    its bound and the whole, so that many waiters do not look in step.

    Attributes:
        initial: the bound of the first pause, in seconds.
        maximum: the highest bound, in seconds.
    """

    initial: float = field(default=0.5, validator=validators.gt(0.0))
    maximum: float = field(default=15.0, validator=validators.gt(0.0))


DEFAULT_POLL_INTERVAL: Final = PollInterval()
