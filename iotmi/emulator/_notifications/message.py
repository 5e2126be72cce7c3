"""What all notifications are made of.

Owns the two values between a happening and its envelope, and the form of exact times. It does
not know what any notification says.
"""

from attrs import frozen

from iotmi.emulator._core.clock import Clock, format_iso
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._model.arn import AccountScope
from iotmi.emulator._model.resource_types import MANAGED_THING
from iotmi.emulator._storage.store import Transaction


@frozen
class Message:
    """What one notification says.

    Attributes:
        resources: The ARNs it is about.
        payload: Its content.
    """

    resources: list[str]
    payload: JsonObject


@frozen
class EventContext:
    """Where and when something happens."""

    transaction: Transaction
    clock: Clock
    scope: AccountScope

    def thing_arn(self, identifier: str) -> str:
        """The ARN of a managed thing."""
        return self.scope.arn(MANAGED_THING, identifier)


def nanoseconds(moment: int) -> str:
    """A moment as the samples have it with nine digits; the emulator's time has three."""
    return f"{format_iso(moment).removesuffix('Z')}000000Z"
