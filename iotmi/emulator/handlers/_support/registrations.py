"""The registration of a managed thing with an account association.

Owns the effects of a registration on its thing. This module must not know who asks for it.
"""

from iotmi.emulator._account.account import AccountState
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._model.resource_types import MANAGED_THING, REGISTRATION


def associate(
    account: AccountState, thing: JsonObject, association: JsonObject, registration: JsonObject
) -> None:
    """Complete a registration, and activate its thing."""
    registration["ManagedThingAssociationStatus"] = "ASSOCIATED"
    account.save(REGISTRATION, registration)
    thing["ConnectorDeviceId"] = thing["CloudDeviceId"]
    thing["ConnectorDestinationId"] = association["ConnectorDestinationId"]
    account.set_status(MANAGED_THING, thing, "ACTIVATED")
