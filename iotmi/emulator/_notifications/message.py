"""What all notifications are made of.

Owns the two values between a happening and its envelope, and the form of exact times. It does
not know what any notification says.
"""

from attrs import frozen

from iotmi.emulator._core.clock import Clock, iso
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._model.arn import Place
from iotmi.emulator._model.resource_types import MANAGED_THING
from iotmi.emulator._storage.store import Rows


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
class Scene:
    """Where and when something happens."""

    rows: Rows
    clock: Clock
    place: Place

    def thing(self, identifier: str) -> str:
        """The ARN of a managed thing."""
        return self.place.arn(MANAGED_THING, identifier)


def nanoseconds(moment: int) -> str:
    """A moment as the samples have it with nine digits; the emulator's time has three."""
    return f"{iso(moment).removesuffix('Z')}000000Z"
