"""Device discoveries: starting, reading, and listing what they found.

Owns their four operations and what each type of discovery needs. What is found is in
``_discovered``. A discovery is looked at by a get, and by the first page of its devices.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from iotmi.emulator._account.account import Effect, Handler, World
from iotmi.emulator._core.errors import conflict
from iotmi.emulator._core.json import JsonObject, mapping, optional_text, picked, text
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    DEVICE_DISCOVERY,
    DISCOVERED_DEVICE,
    MANAGED_THING,
)
from iotmi.emulator.handlers._support.discovery import finish

_NEEDED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "ZWAVE": ("ControllerIdentifier",),
        "ZIGBEE": ("ControllerIdentifier",),
        "CUSTOM": ("ControllerIdentifier", "CustomProtocolDetail"),
        "CONTROLLER_CAPABILITY_REDISCOVERY": ("ControllerIdentifier", "Protocol"),
        "CLOUD": ("AccountAssociationId",),
    }
)
# What only one type takes.
_RESERVED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Protocol": "CONTROLLER_CAPABILITY_REDISCOVERY",
        "EndDeviceIdentifier": "CONTROLLER_CAPABILITY_REDISCOVERY",
    }
)
_FILTERS: Final[Mapping[str, str]] = MappingProxyType(
    {"TypeFilter": "DiscoveryType", "StatusFilter": "Status"}
)


def start(world: World, parameters: JsonObject) -> JsonObject:
    """StartDeviceDiscovery."""
    # The deprecated name of the same thing.
    old_name = parameters.get("ConnectorAssociationIdentifier")
    given = {"AccountAssociationId": old_name, **parameters} if old_name else parameters
    _require_inputs(world, given)
    for name in ("ControllerIdentifier", "EndDeviceIdentifier"):
        identifier = optional_text(given, name)
        if identifier is not None:
            world.find(MANAGED_THING, identifier)
    identifier = optional_text(given, "AccountAssociationId")
    if identifier is not None:
        association = world.find(ACCOUNT_ASSOCIATION, identifier)
        if association["AssociationState"] != "ASSOCIATION_SUCCEEDED":
            raise conflict("The account association is not in the state ASSOCIATION_SUCCEEDED.")
    return world.create(
        DEVICE_DISCOVERY,
        {
            **picked(
                given,
                "DiscoveryType",
                "AccountAssociationId",
                "ConnectorDeviceIdList",
                "EndDeviceIdentifier",
                "Tags",
            ),
            "ConnectorAssociationId": old_name,
            "ControllerId": given.get("ControllerIdentifier"),
            "Status": "RUNNING",
        },
    )


def get(world: World, parameters: JsonObject) -> JsonObject:
    """GetDeviceDiscovery."""
    return world.look(DEVICE_DISCOVERY, text(parameters, "Identifier"))


def list_discoveries(world: World, parameters: JsonObject) -> JsonObject:
    """ListDeviceDiscoveries."""
    return world.page(DEVICE_DISCOVERY, parameters, _FILTERS)


def list_devices(world: World, parameters: JsonObject) -> JsonObject:
    """ListDiscoveredDevices; while none is found, the list is empty."""
    identifier = text(parameters, "Identifier")
    world.find(DEVICE_DISCOVERY, identifier)
    answer = world.page(DISCOVERED_DEVICE, parameters, {"Identifier": "DeviceDiscoveryId"})
    if "NextToken" not in parameters:
        world.look(DEVICE_DISCOVERY, identifier)
    return answer


def _end(world: World, discovery: JsonObject) -> None:
    """A discovery that has come to its end by itself has found something, or timed out."""
    if discovery["Status"] == "SUCCEEDED":
        finish(world, discovery)


def _require_inputs(world: World, parameters: JsonObject) -> None:
    kind = text(parameters, "DiscoveryType")
    problems = [f"{name} is required by {kind}" for name in _NEEDED[kind] if name not in parameters]
    problems += [
        f"{name} must go with {wanted}"
        for name, wanted in _RESERVED.items()
        if name in parameters and wanted != kind
    ]
    if ("AuthenticationMaterial" in parameters) != ("AuthenticationMaterialType" in parameters):
        problems.append("AuthenticationMaterial and AuthenticationMaterialType must go together")
    detail = mapping(parameters, "CustomProtocolDetail")
    if "CustomProtocolDetail" in parameters and not detail.get("Name"):
        problems.append("CustomProtocolDetail must have a Name")
    if problems:
        raise world.invalid("; ".join(problems))


EFFECTS: Final[Mapping[str, Effect]] = {DEVICE_DISCOVERY.name: _end}
HANDLERS: Final[Mapping[str, Handler]] = {
    "StartDeviceDiscovery": start,
    "GetDeviceDiscovery": get,
    "ListDeviceDiscoveries": list_discoveries,
    "ListDiscoveredDevices": list_devices,
}
