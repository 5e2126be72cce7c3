"""The devices that a discovery finds.

Owns the virtual devices: those that a test placed near a hub or in a user's cloud, or else the
default devices. The module also stores devices that a caller names or a connector reports. It must
not know the inputs of a discovery.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from iotmi._schema.lazy import LazyModule
from iotmi.emulator._account.account import AccountState
from iotmi.emulator._core.errors import conflict
from iotmi.emulator._core.json import (
    JsonObject,
    JsonValue,
    fingerprint,
    mapping,
    objects,
    picked,
    text,
    texts,
)
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    BY_CONNECTOR,
    CAPABILITIES,
    DISCOVERED_DEVICE,
    MANAGED_THING,
    NEARBY_DEVICE,
    REGISTRATION,
)
from iotmi.emulator.handlers._support.registrations import associate
from iotmi.emulator.handlers._support.thing_state import install_device

if TYPE_CHECKING:
    from iotmi.emulator.handlers._support import matter
else:
    # Imported with the first use, because an emulator starts faster without it.
    matter = LazyModule("iotmi.emulator.handlers._support.matter")

_DEFAULT: Final = "Default"
# Statuses of a thing that a discovery may activate.
_PENDING_STATUSES: Final = frozenset({"PRE_ASSOCIATED", "DISCOVERED"})


def record_findings(account: AccountState, discovery: JsonObject) -> None:
    """Store the devices that a successful discovery found."""
    match discovery["DiscoveryType"]:
        case "CLOUD":
            reported = discovery.get("Flow") == BY_CONNECTOR
            if not reported and not _found(account, discovery):
                for device in _in_cloud(account, discovery):
                    record_device(account, discovery, device)
            _activate_pending(account, discovery)
        case "CONTROLLER_CAPABILITY_REDISCOVERY":
            _save_children(account, discovery)
        case _:
            for number, fields in enumerate(_near_hub(account, discovery)):
                material = fingerprint([discovery["Id"], number])
                _save_device(
                    account, discovery, material, {"AuthenticationMaterial": material, **fields}
                )


def record_device(account: AccountState, discovery: JsonObject, device: JsonObject) -> None:
    """Store a cloud device as its connector reports it. A repeated report changes nothing."""
    identifier = text(device, "ConnectorDeviceId")
    material = f"CLOUD:{text(discovery, 'Id')}:{identifier}"
    if account.transaction.get(DISCOVERED_DEVICE.name, material) is not None:
        return
    known = _things_by_device_id(account, discovery).get(identifier)
    fields: JsonObject = {
        "ConnectorDeviceId": identifier,
        "ConnectorDeviceName": device.get("ConnectorDeviceName"),
        "DeviceTypes": list(_device_types(device)),
        **_brand_and_model(device),
        **(picked(device, "Device") or _reported_device(device)),
        "Modification": "DISCOVERED" if known is None else "NO_CHANGE",
    }
    if known is not None:
        fields["ManagedThingId"] = known["Id"]
    _save_device(account, discovery, material, fields)


def adopt(account: AccountState, device: JsonObject, thing: JsonObject) -> None:
    """Record that a discovered device is a managed thing.

    A thing that was created with a capability report keeps it if its device is a default one.
    """
    account.save(DISCOVERED_DEVICE, {**device, "ManagedThingId": thing["Id"]})
    nearby = device.get("NearbyDeviceId")
    found = account.transaction.get(NEARBY_DEVICE.name, nearby) if isinstance(nearby, str) else None
    if found is not None:
        account.save(NEARBY_DEVICE, {**found, "ManagedThingId": thing["Id"]})
    described = mapping(device, "Device")
    if described and not (described.get(_DEFAULT) and _is_described(account, thing)):
        install_device(account, text(thing, "Id"), described)


def _is_described(account: AccountState, thing: JsonObject) -> bool:
    """Return True if the creation of a thing brought a capability report."""
    details = account.transaction.get(CAPABILITIES.name, text(thing, "Id")) or {}
    return bool(details.get("CapabilityReport"))


def unclaimed_device(account: AccountState, material_type: str, material: str) -> JsonObject:
    """Return the discovered device for a new thing, empty if no discovery found it.

    Raises:
        ServiceFault: a managed thing of the device exists.
    """
    device = None
    if material_type == "DISCOVERED_DEVICE":
        device = account.transaction.get(DISCOVERED_DEVICE.name, material)
    if device is None:
        return {}
    thing = device.get("ManagedThingId")
    if isinstance(thing, str) and account.transaction.get(MANAGED_THING.name, thing) is not None:
        raise conflict("A managed thing of this discovered device already exists.")
    return device


def _near_hub(account: AccountState, discovery: JsonObject) -> Iterator[JsonObject]:
    """Yield the fields of each device near the hub that is not yet a managed thing."""
    hub = text(discovery, "ControllerId")
    nearby = account.find_all(NEARBY_DEVICE, {"ControllerId": hub})
    for device in () if nearby else account.default_devices("hub"):
        yield {**picked(device, "Brand", "Model"), "Device": device}
    for each in nearby:
        thing = each.get("ManagedThingId")
        if (
            isinstance(thing, str)
            and account.transaction.get(MANAGED_THING.name, thing) is not None
        ):
            continue
        device = mapping(each, "Device")
        yield {**picked(device, "Brand", "Model"), "Device": device, "NearbyDeviceId": each["Id"]}


def _in_cloud(account: AccountState, discovery: JsonObject) -> Iterator[JsonObject]:
    """Yield the requested devices, or else the devices in the cloud and the expected ones."""
    requested = texts(discovery, "ConnectorDeviceIdList")
    association = text(discovery, "AccountAssociationId")
    nearby = account.find_all(NEARBY_DEVICE, {"AccountAssociationId": association})
    for each in nearby:
        if not requested or each["Id"] in requested:
            yield _as_reported(text(each, "Id"), mapping(each, "Device"))
    if not requested and not nearby:
        for device in account.default_devices("cloud"):
            yield _as_reported(f"{association[:8]}-{text(device, 'Name').lower()}", device)
    # record_device ignores a device that was already yielded above.
    for identifier in requested or _things_by_device_id(account, discovery):
        yield {"ConnectorDeviceId": identifier, "ConnectorDeviceName": identifier}


def _as_reported(identifier: str, device: JsonObject) -> JsonObject:
    """Return a device in the form in which a connector reports it."""
    return {
        "ConnectorDeviceId": identifier,
        "ConnectorDeviceName": device["Name"],
        "CapabilityReport": device["Report"],
        "DeviceMetadata": picked(device, "Brand", "Model"),
        "Device": device,
    }


def _reported_device(device: JsonObject) -> JsonObject:
    """Return the device that a connector describes, empty if none of its clusters is known."""
    report = matter.report(mapping(device, "CapabilityReport"), device)
    if not report:
        return {}
    described: JsonObject = {"Report": report, "Values": {}, **picked(device, "CapabilitySchemas")}
    return {"Device": described}


def _save_children(account: AccountState, discovery: JsonObject) -> None:
    """Store the hub's devices, or the requested one. Their protocol details are unknown."""
    requested = discovery.get("EndDeviceIdentifier")
    for thing in account.find_all(
        MANAGED_THING, {"ParentControllerId": text(discovery, "ControllerId")}
    ):
        if requested in (None, thing["Id"]):
            fields: JsonObject = {"ManagedThingId": thing["Id"], "Modification": "NO_CHANGE"}
            _save_device(account, discovery, f"{discovery['Id']}:{thing['Id']}", fields)


def _save_device(
    account: AccountState, discovery: JsonObject, material: str, fields: JsonObject
) -> None:
    account.create(
        DISCOVERED_DEVICE,
        {
            "DeviceTypes": [],
            **fields,
            "Material": material,
            "DeviceDiscoveryId": discovery["Id"],
            "ControllerId": discovery.get("ControllerId"),
            "DiscoveredAt": account.clock.now(),
        },
    )


def _activate_pending(account: AccountState, discovery: JsonObject) -> None:
    """Register the expected things of the account association that were found."""
    association = account.transaction.get(
        ACCOUNT_ASSOCIATION.name, text(discovery, "AccountAssociationId")
    )
    if association is None or association["AssociationState"] == "ASSOCIATION_DELETING":
        return
    found = {text(device, "ConnectorDeviceId"): device for device in _found(account, discovery)}
    for registration in _registrations(account, discovery):
        thing = account.find(MANAGED_THING, text(registration, "ManagedThingId"))
        expected = registration["ManagedThingAssociationStatus"] == "PRE_ASSOCIATED"
        pending = thing["ProvisioningStatus"] in _PENDING_STATUSES
        device = found.get(text(thing, "CloudDeviceId"))
        if expected and pending and device is not None:
            if "Device" in device:
                install_device(account, text(thing, "Id"), mapping(device, "Device"))
            associate(account, thing, association, registration)


def _found(account: AccountState, discovery: JsonObject) -> list[JsonObject]:
    return account.find_all(DISCOVERED_DEVICE, {"DeviceDiscoveryId": text(discovery, "Id")})


def _registrations(account: AccountState, discovery: JsonObject) -> list[JsonObject]:
    association = text(discovery, "AccountAssociationId")
    return account.find_all(REGISTRATION, {"AccountAssociationId": association})


def _things_by_device_id(account: AccountState, discovery: JsonObject) -> Mapping[str, JsonObject]:
    """Return the things of the user's account, by the id of the device in its cloud."""
    things = [
        account.find(MANAGED_THING, text(registration, "ManagedThingId"))
        for registration in _registrations(account, discovery)
    ]
    return {text(thing, "CloudDeviceId"): thing for thing in things}


def _device_types(device: JsonObject) -> Iterator[JsonValue]:
    for endpoint in objects(mapping(device, "CapabilityReport"), "endpoints"):
        yield from texts(endpoint, "deviceTypes")


def _brand_and_model(device: JsonObject) -> JsonObject:
    """Return brand and model from the device's metadata, if they are texts."""
    data = device.get("DeviceMetadata")
    given = data if isinstance(data, dict) else {}
    return {name: given[name] for name in ("Brand", "Model") if isinstance(given.get(name), str)}
