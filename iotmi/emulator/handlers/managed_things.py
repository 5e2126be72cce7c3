"""Managed things: create, read, update and delete.

Owns these operations, and the rules between things. `managed_things_details` has the capabilities
of a thing, and `managed_things_commands` has its commands.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler, TransitionHook
from iotmi.emulator._account.scheduler import reschedule
from iotmi.emulator._core.errors import conflict
from iotmi.emulator._core.json import JsonObject, mapping, optional_text, picked, text
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    BY_CODE,
    CAPABILITIES,
    CREDENTIAL_LOCKER,
    MANAGED_THING,
    REGISTRATION,
)
from iotmi.emulator._storage.transitions import WINDOW_ENDS_AT
from iotmi.emulator.handlers._support.authentication_material import describe_format, read_material
from iotmi.emulator.handlers._support.discovery import adopt, unclaimed_device

_DETAILS: Final = ("Capabilities", "CapabilityReport", "CapabilitySchemas")
_CHANGEABLE: Final = (
    "Brand",
    "Classification",
    "CredentialLockerId",
    "HubNetworkMode",
    "MetaData",
    "Model",
    "Name",
    "Owner",
    "SerialNumber",
    "WiFiSimpleSetupConfiguration",
)
_WINDOW: Final = "WiFiSimpleSetupConfiguration"
_WINDOW_MINUTES: Final = 15
"""The default length of the Wi-Fi setup window."""

_FILTERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ConnectorDestinationIdFilter": "ConnectorDestinationId",
        "ConnectorDeviceIdFilter": "ConnectorDeviceId",
        "ConnectorPolicyIdFilter": "ConnectorPolicyId",
        "CredentialLockerFilter": "CredentialLockerId",
        "OwnerFilter": "Owner",
        "ParentControllerIdentifierFilter": "ParentControllerId",
        "ProvisioningStatusFilter": "ProvisioningStatus",
        "RoleFilter": "Role",
        "SerialNumberFilter": "SerialNumber",
    }
)


def create(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle CreateManagedThing."""
    material_type = text(parameters, "AuthenticationMaterialType")
    material = read_material(material_type, text(parameters, "AuthenticationMaterial"))
    if material is None:
        raise account.invalid(f"AuthenticationMaterial must be {describe_format(material_type)}")
    key = material.device_key
    if key is not None and account.first(MANAGED_THING, {"DeviceKey": key}):
        raise conflict("A managed thing with this serial number and product code already exists.")
    device = unclaimed_device(account, material_type, text(parameters, "AuthenticationMaterial"))
    _require_locker(account, parameters)
    for association in material.associations:
        account.find(ACCOUNT_ASSOCIATION, association)
    thing = account.create(
        MANAGED_THING,
        {
            **material.derived_fields,
            **picked(parameters, "Role", "Tags", *_CHANGEABLE),
            **_window(account, parameters),
            "ProvisioningStatus": material.status,
            "Flow": material.flow,
            "DeviceKey": key,
            "CloudDeviceId": material.device_id,
            "ParentControllerId": device.get("ControllerId"),
        },
    )
    _save_details(account, text(thing, "Id"), parameters)
    if device:
        adopt(account, device, thing)
    for association in dict.fromkeys(material.associations):
        account.create(
            REGISTRATION,
            {
                "ManagedThingId": thing["Id"],
                "AccountAssociationId": association,
                "ManagedThingAssociationStatus": "PRE_ASSOCIATED",
            },
        )
    return thing


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetManagedThing."""
    return account.read(MANAGED_THING, text(parameters, "Identifier"))


def list_things(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListManagedThings."""
    return account.page(MANAGED_THING, parameters, _FILTERS)


def update(account: AccountState, parameters: JsonObject) -> None:
    """Handle UpdateManagedThing. Without changes, nothing happens."""
    identifier = text(parameters, "Identifier")
    thing = account.find(MANAGED_THING, identifier)
    if thing["ProvisioningStatus"] == "DELETE_IN_PROGRESS":
        raise conflict("The managed thing is being deleted.")
    _require_locker(account, parameters)
    changes = picked(parameters, *_CHANGEABLE)
    if changes or picked(parameters, *_DETAILS):
        changed = {**thing, **changes, **_window(account, changes)}
        account.save(MANAGED_THING, changed)
        _save_details(account, identifier, parameters)
        if WINDOW_ENDS_AT in changed:
            reschedule(account, MANAGED_THING, changed)


def delete(account: AccountState, parameters: JsonObject) -> None:
    """Handle DeleteManagedThing. A forced deletion is immediate."""
    identifier = text(parameters, "Identifier")
    thing = account.find(MANAGED_THING, identifier)
    if account.first(MANAGED_THING, {"ParentControllerId": identifier}):
        raise conflict("The managed thing is the controller of other managed things.")
    if parameters.get("Force"):
        account.remove(MANAGED_THING, identifier)
    else:
        account.set_status(MANAGED_THING, thing, "DELETE_IN_PROGRESS")


def _require_locker(account: AccountState, parameters: JsonObject) -> None:
    locker = optional_text(parameters, "CredentialLockerId")
    if locker is not None:
        account.find(CREDENTIAL_LOCKER, locker)


def _window(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Return the end of the Wi-Fi setup window, if the thing has one."""
    window = mapping(parameters, _WINDOW)
    if not window.get("EnableAsProvisionee"):
        return {}
    minutes = window.get("TimeoutInMinutes")
    wanted = minutes if isinstance(minutes, int) else _WINDOW_MINUTES
    return {WINDOW_ENDS_AT: account.clock.now() + wanted * 60_000}


def _join_hub(account: AccountState, thing: JsonObject) -> None:
    """Attach a device to the hub in its credential locker, once it was discovered."""
    locker = optional_text(thing, "CredentialLockerId")
    joins = thing["ProvisioningStatus"] == "DISCOVERED" and thing["Role"] == "DEVICE"
    if locker is None or not joins or thing["Flow"] != BY_CODE:
        return
    hub = account.first(MANAGED_THING, {"CredentialLockerId": locker, "Role": "CONTROLLER"})
    if hub is not None:
        thing["ParentControllerId"] = hub["Id"]
        account.save(MANAGED_THING, thing)
        reschedule(account, MANAGED_THING, thing)


def _save_details(account: AccountState, identifier: str, parameters: JsonObject) -> None:
    given = picked(parameters, *_DETAILS)
    if given:
        present = account.transaction.get(CAPABILITIES.name, identifier) or {
            "ManagedThingId": identifier
        }
        account.transaction.put(CAPABILITIES.name, identifier, {**present, **given})


TRANSITION_HOOKS: Final[Mapping[str, TransitionHook]] = {MANAGED_THING.name: _join_hub}
HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateManagedThing": create,
    "GetManagedThing": get,
    "ListManagedThings": list_things,
    "UpdateManagedThing": update,
    "DeleteManagedThing": delete,
}
