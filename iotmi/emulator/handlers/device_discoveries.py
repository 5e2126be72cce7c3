"""Device discoveries.

Owns their four operations, and the inputs of each type of discovery. `discovery` has the devices
that they find. A get reads a discovery, and so does the first page of its devices.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from iotmi._schema.lazy import LazyModule
from iotmi.emulator._account.account import AccountState, Handler, TransitionHook
from iotmi.emulator._core.errors import conflict
from iotmi.emulator._core.json import JsonObject, mapping, optional_text, picked, text
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    BY_CONNECTOR,
    DEVICE_DISCOVERY,
    DISCOVERED_DEVICE,
    MANAGED_THING,
)
from iotmi.emulator.handlers._support.discovery import record_findings

if TYPE_CHECKING:
    from iotmi.emulator.handlers._support import invocations
else:
    # Imported with the first use, because an emulator starts faster without it.
    invocations = LazyModule("iotmi.emulator.handlers._support.invocations")

_NEEDED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "ZWAVE": ("ControllerIdentifier",),
        "ZIGBEE": ("ControllerIdentifier",),
        "CUSTOM": ("ControllerIdentifier", "CustomProtocolDetail"),
        "CONTROLLER_CAPABILITY_REDISCOVERY": ("ControllerIdentifier", "Protocol"),
        "CLOUD": ("AccountAssociationId",),
    }
)
# Inputs that only one type takes.
_RESERVED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Protocol": "CONTROLLER_CAPABILITY_REDISCOVERY",
        "EndDeviceIdentifier": "CONTROLLER_CAPABILITY_REDISCOVERY",
    }
)
_FILTERS: Final[Mapping[str, str]] = MappingProxyType(
    {"TypeFilter": "DiscoveryType", "StatusFilter": "Status"}
)


def start(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle StartDeviceDiscovery."""
    # The deprecated name of AccountAssociationId.
    old_name = parameters.get("ConnectorAssociationIdentifier")
    given = {"AccountAssociationId": old_name, **parameters} if old_name else parameters
    _require_inputs(account, given)
    for name in ("ControllerIdentifier", "EndDeviceIdentifier"):
        identifier = optional_text(given, name)
        if identifier is not None:
            account.find(MANAGED_THING, identifier)
    identifier = optional_text(given, "AccountAssociationId")
    way = None
    if identifier is not None:
        association = account.find(ACCOUNT_ASSOCIATION, identifier)
        if association["AssociationState"] != "ASSOCIATION_SUCCEEDED":
            raise conflict("The account association is not in the state ASSOCIATION_SUCCEEDED.")
        way = invocations.route(account, association) if account.functions else None
    made = account.create(
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
            # The function ends the discovery.
            **({} if way is None else {"Flow": BY_CONNECTOR}),
        },
    )
    if way is not None:
        invocations.discover_devices(account, way, made)
    return made


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetDeviceDiscovery."""
    return account.read(DEVICE_DISCOVERY, text(parameters, "Identifier"))


def list_discoveries(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListDeviceDiscoveries."""
    return account.page(DEVICE_DISCOVERY, parameters, _FILTERS)


def list_devices(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListDiscoveredDevices. The list is empty until devices are found."""
    identifier = text(parameters, "Identifier")
    account.find(DEVICE_DISCOVERY, identifier)
    page = account.page(DISCOVERED_DEVICE, parameters, {"Identifier": "DeviceDiscoveryId"})
    if "NextToken" not in parameters:
        account.read(DEVICE_DISCOVERY, identifier)
    return page


def _record_findings(account: AccountState, discovery: JsonObject) -> None:
    """Store the devices of a discovery that succeeded."""
    if discovery["Status"] == "SUCCEEDED":
        record_findings(account, discovery)


def _require_inputs(account: AccountState, parameters: JsonObject) -> None:
    discovery_type = text(parameters, "DiscoveryType")
    problems = [
        f"{name} is required by {discovery_type}"
        for name in _NEEDED[discovery_type]
        if name not in parameters
    ]
    problems += [
        f"{name} must go with {required_type}"
        for name, required_type in _RESERVED.items()
        if name in parameters and required_type != discovery_type
    ]
    if ("AuthenticationMaterial" in parameters) != ("AuthenticationMaterialType" in parameters):
        problems.append("AuthenticationMaterial and AuthenticationMaterialType must go together")
    detail = mapping(parameters, "CustomProtocolDetail")
    if "CustomProtocolDetail" in parameters and not detail.get("Name"):
        problems.append("CustomProtocolDetail must have a Name")
    if problems:
        raise account.invalid("; ".join(problems))


TRANSITION_HOOKS: Final[Mapping[str, TransitionHook]] = {DEVICE_DISCOVERY.name: _record_findings}
HANDLERS: Final[Mapping[str, Handler]] = {
    "StartDeviceDiscovery": start,
    "GetDeviceDiscovery": get,
    "ListDeviceDiscoveries": list_discoveries,
    "ListDiscoveredDevices": list_devices,
}
