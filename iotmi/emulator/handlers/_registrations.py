"""How a managed thing comes to be reached through an account association.

Owns that one change, which a registration makes at once and a cloud discovery by itself. It
does not know what must hold before it.
"""

from iotmi.emulator._json import JsonObject
from iotmi.emulator._kinds import MANAGED_THING, REGISTRATION
from iotmi.emulator._world import World


def connect(
    world: World, thing: JsonObject, association: JsonObject, registration: JsonObject
) -> None:
    """Make a registration real, and its thing active."""
    registration["ManagedThingAssociationStatus"] = "ASSOCIATED"
    world.save(REGISTRATION, registration)
    thing["ConnectorDeviceId"] = thing["CloudDeviceId"]
    thing["ConnectorDestinationId"] = association["ConnectorDestinationId"]
    world.enter(MANAGED_THING, thing, "ACTIVATED")
