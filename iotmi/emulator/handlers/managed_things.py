"""Managed things: making, reading, changing and deleting them.

Owns their first five operations and the rules between things. What a thing can do is in
``thing_details``, what it is told to do in ``commands``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from iotmi.emulator._account.account import Effect, Handler, World
from iotmi.emulator._account.scheduler import reconsider
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
from iotmi.emulator._storage.transitions import OPEN_UNTIL
from iotmi.emulator.handlers._support.authentication_material import form_of, read_material
from iotmi.emulator.handlers._support.discovery import free_device, take

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
"""How long a device may be set up over Wi-Fi, unless its thing says."""

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


def create(world: World, parameters: JsonObject) -> JsonObject:
    """CreateManagedThing."""
    kind = text(parameters, "AuthenticationMaterialType")
    material = read_material(kind, text(parameters, "AuthenticationMaterial"))
    if material is None:
        raise world.invalid(f"AuthenticationMaterial must be {form_of(kind)}")
    key = material.device_key
    if key is not None and world.first(MANAGED_THING, {"DeviceKey": key}):
        raise conflict("A managed thing with this serial number and product code exists.")
    device = free_device(world, kind, text(parameters, "AuthenticationMaterial"))
    _require_locker(world, parameters)
    for association in material.associations:
        world.find(ACCOUNT_ASSOCIATION, association)
    thing = world.create(
        MANAGED_THING,
        {
            **material.shown,
            **picked(parameters, "Role", "Tags", *_CHANGEABLE),
            **_window(world, parameters),
            "ProvisioningStatus": material.status,
            "Flow": material.flow,
            "DeviceKey": key,
            "CloudDeviceId": material.device_id,
            "ParentControllerId": device.get("ControllerId"),
        },
    )
    _keep_details(world, text(thing, "Id"), parameters)
    if device:
        take(world, device, thing)
    for association in dict.fromkeys(material.associations):
        world.create(
            REGISTRATION,
            {
                "ManagedThingId": thing["Id"],
                "AccountAssociationId": association,
                "ManagedThingAssociationStatus": "PRE_ASSOCIATED",
            },
        )
    return thing


def get(world: World, parameters: JsonObject) -> JsonObject:
    """GetManagedThing."""
    return world.look(MANAGED_THING, text(parameters, "Identifier"))


def list_things(world: World, parameters: JsonObject) -> JsonObject:
    """ListManagedThings."""
    return world.page(MANAGED_THING, parameters, _FILTERS)


def update(world: World, parameters: JsonObject) -> None:
    """UpdateManagedThing; nothing given, nothing done."""
    identifier = text(parameters, "Identifier")
    thing = world.find(MANAGED_THING, identifier)
    if thing["ProvisioningStatus"] == "DELETE_IN_PROGRESS":
        raise conflict("The managed thing is being deleted.")
    _require_locker(world, parameters)
    changes = picked(parameters, *_CHANGEABLE)
    if changes or picked(parameters, *_DETAILS):
        changed = {**thing, **changes, **_window(world, changes)}
        world.save(MANAGED_THING, changed)
        _keep_details(world, identifier, parameters)
        if OPEN_UNTIL in changed:
            reconsider(world, MANAGED_THING, changed)


def delete(world: World, parameters: JsonObject) -> None:
    """DeleteManagedThing; forced, the thing is gone at once."""
    identifier = text(parameters, "Identifier")
    thing = world.find(MANAGED_THING, identifier)
    if world.first(MANAGED_THING, {"ParentControllerId": identifier}):
        raise conflict("The managed thing is the controller of other managed things.")
    if parameters.get("Force"):
        world.remove(MANAGED_THING, identifier)
    else:
        world.enter(MANAGED_THING, thing, "DELETE_IN_PROGRESS")


def _require_locker(world: World, parameters: JsonObject) -> None:
    locker = optional_text(parameters, "CredentialLockerId")
    if locker is not None:
        world.find(CREDENTIAL_LOCKER, locker)


def _window(world: World, parameters: JsonObject) -> JsonObject:
    """Until when a device can be set up over Wi-Fi, where its thing is for that."""
    window = mapping(parameters, _WINDOW)
    if not window.get("EnableAsProvisionee"):
        return {}
    minutes = window.get("TimeoutInMinutes")
    wanted = minutes if isinstance(minutes, int) else _WINDOW_MINUTES
    return {OPEN_UNTIL: world.clock.now() + wanted * 60_000}


def _join_hub(world: World, thing: JsonObject) -> None:
    """A device that has just been discovered belongs to the hub in its credential locker."""
    locker = optional_text(thing, "CredentialLockerId")
    joins = thing["ProvisioningStatus"] == "DISCOVERED" and thing["Role"] == "DEVICE"
    if locker is None or not joins or thing["Flow"] != BY_CODE:
        return
    hub = world.first(MANAGED_THING, {"CredentialLockerId": locker, "Role": "CONTROLLER"})
    if hub is not None:
        thing["ParentControllerId"] = hub["Id"]
        world.save(MANAGED_THING, thing)
        reconsider(world, MANAGED_THING, thing)


def _keep_details(world: World, identifier: str, parameters: JsonObject) -> None:
    given = picked(parameters, *_DETAILS)
    if given:
        present = world.rows.get(CAPABILITIES.name, identifier) or {"ManagedThingId": identifier}
        world.rows.put(CAPABILITIES.name, identifier, {**present, **given})


EFFECTS: Final[Mapping[str, Effect]] = {MANAGED_THING.name: _join_hub}
HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateManagedThing": create,
    "GetManagedThing": get,
    "ListManagedThings": list_things,
    "UpdateManagedThing": update,
    "DeleteManagedThing": delete,
}
