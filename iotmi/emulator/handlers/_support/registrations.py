"""How a managed thing comes to be reached through an account association.

Owns that one change, which a registration makes at once and a cloud discovery by itself. It
does not know what must hold before it.
"""

from iotmi.emulator._account.account import AccountState
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._model.resource_types import MANAGED_THING, REGISTRATION


def associate(
    account: AccountState, thing: JsonObject, association: JsonObject, registration: JsonObject
) -> None:
    """Make a registration real, and its thing active."""
    registration["ManagedThingAssociationStatus"] = "ASSOCIATED"
    account.save(REGISTRATION, registration)
    thing["ConnectorDeviceId"] = thing["CloudDeviceId"]
    thing["ConnectorDestinationId"] = association["ConnectorDestinationId"]
    account.set_status(MANAGED_THING, thing, "ACTIVATED")
