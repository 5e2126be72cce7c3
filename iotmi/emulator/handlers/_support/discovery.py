"""What a device discovery finds.

Owns the emulated devices: those that a test has put near a hub or into a user's cloud or,
where it put none there, two by each hub and two in each cloud; and those that a cloud is asked
for or that a connector reports. It does not know how a discovery is asked for.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from iotmi.emulator._account.account import World
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
    DISCOVERED_DEVICE,
    MANAGED_THING,
    NEARBY_DEVICE,
    REGISTRATION,
)
from iotmi.emulator.handlers._support.registrations import connect
from iotmi.emulator.handlers._support.thing_state import settle_in

# What stands in each user's cloud: the end of the device's id, its model and its type.
_IN_THE_CLOUD: Final = (("lamp", "Lamp", "On/Off Light"), ("lock", "Lock", "Door Lock"))
_BY_A_HUB: Final = 2
# A thing that waits for a discovery, or that one did not bring to life.
_AWAITED: Final = frozenset({"PRE_ASSOCIATED", "DISCOVERED"})


def finish(world: World, discovery: JsonObject) -> None:
    """Keep what a discovery that has succeeded has found."""
    match discovery["DiscoveryType"]:
        case "CLOUD":
            if not _found(world, discovery):
                for device in _in_the_cloud(world, discovery):
                    report(world, discovery, device)
            _activate_the_awaited(world, discovery)
        case "CONTROLLER_CAPABILITY_REDISCOVERY":
            _keep_children(world, discovery)
        case _:
            for number, shown in enumerate(_by_the_hub(world, discovery)):
                material = fingerprint([discovery["Id"], number])
                _keep(world, discovery, material, {"AuthenticationMaterial": material, **shown})


def report(world: World, discovery: JsonObject, device: JsonObject) -> None:
    """Keep a device of a cloud as a connector reports it; one reported before stays as it was."""
    identifier = text(device, "ConnectorDeviceId")
    material = f"CLOUD:{text(discovery, 'Id')}:{identifier}"
    if world.rows.get(DISCOVERED_DEVICE.name, material) is not None:
        return
    known = _things_of(world, discovery).get(identifier)
    shown: JsonObject = {
        "ConnectorDeviceId": identifier,
        "ConnectorDeviceName": device.get("ConnectorDeviceName"),
        "DeviceTypes": list(_types_of(device)),
        **_make_of(device),
        **picked(device, "Device"),
        "Modification": "DISCOVERED" if known is None else "NO_CHANGE",
    }
    if known is not None:
        shown["ManagedThingId"] = known["Id"]
    _keep(world, discovery, material, shown)


def take(world: World, device: JsonObject, thing: JsonObject) -> None:
    """Let a discovered device be a managed thing from now on."""
    world.save(DISCOVERED_DEVICE, {**device, "ManagedThingId": thing["Id"]})
    nearby = device.get("NearbyDeviceId")
    found = world.rows.get(NEARBY_DEVICE.name, nearby) if isinstance(nearby, str) else None
    if found is not None:
        world.save(NEARBY_DEVICE, {**found, "ManagedThingId": thing["Id"]})
    if "Device" in device:
        settle_in(world, text(thing, "Id"), mapping(device, "Device"))


def free_device(world: World, kind: str, material: str) -> JsonObject:
    """The discovered device a thing is to be made with, empty where no discovery found it."""
    device = None
    if kind == "DISCOVERED_DEVICE":
        device = world.rows.get(DISCOVERED_DEVICE.name, material)
    if device is None:
        return {}
    thing = device.get("ManagedThingId")
    if isinstance(thing, str) and world.rows.get(MANAGED_THING.name, thing) is not None:
        raise conflict("A managed thing of this discovered device exists.")
    return device


def _by_the_hub(world: World, discovery: JsonObject) -> Iterator[JsonObject]:
    """What is shown of each device near the hub that is no managed thing yet."""
    hub = text(discovery, "ControllerId")
    nearby = world.every(NEARBY_DEVICE, {"ControllerId": hub})
    if not nearby:
        yield from ({} for _ in range(_BY_A_HUB))
    for each in nearby:
        thing = each.get("ManagedThingId")
        if isinstance(thing, str) and world.rows.get(MANAGED_THING.name, thing) is not None:
            continue
        device = mapping(each, "Device")
        yield {**picked(device, "Brand", "Model"), "Device": device, "NearbyDeviceId": each["Id"]}


def _in_the_cloud(world: World, discovery: JsonObject) -> Iterator[JsonObject]:
    """The devices asked for or, unasked, the user's own and those foreseen for the user."""
    asked = texts(discovery, "ConnectorDeviceIdList")
    association = text(discovery, "AccountAssociationId")
    nearby = world.every(NEARBY_DEVICE, {"AccountAssociationId": association})
    for each in nearby:
        if not asked or each["Id"] in asked:
            yield _as_reported(text(each, "Id"), mapping(each, "Device"))
    if not asked and not nearby:
        for end, model, kind in _IN_THE_CLOUD:
            yield {
                "ConnectorDeviceId": f"{text(discovery, 'AccountAssociationId')[:8]}-{end}",
                "ConnectorDeviceName": model,
                "CapabilityReport": {"endpoints": [{"deviceTypes": [kind]}]},
                "DeviceMetadata": {"Brand": "Emulated", "Model": model},
            }
    # One that has been reported stays as it was.
    for identifier in asked or _things_of(world, discovery):
        yield {"ConnectorDeviceId": identifier, "ConnectorDeviceName": identifier}


def _as_reported(identifier: str, device: JsonObject) -> JsonObject:
    """A device as the connector of its cloud would report it."""
    return {
        "ConnectorDeviceId": identifier,
        "ConnectorDeviceName": device["Name"],
        "CapabilityReport": device["Report"],
        "DeviceMetadata": picked(device, "Brand", "Model"),
        "Device": device,
    }


def _keep_children(world: World, discovery: JsonObject) -> None:
    """The hub's devices, or the one asked for. Of their protocols nothing is known."""
    asked = discovery.get("EndDeviceIdentifier")
    for thing in world.every(
        MANAGED_THING, {"ParentControllerId": text(discovery, "ControllerId")}
    ):
        if asked in (None, thing["Id"]):
            shown: JsonObject = {"ManagedThingId": thing["Id"], "Modification": "NO_CHANGE"}
            _keep(world, discovery, f"{discovery['Id']}:{thing['Id']}", shown)


def _keep(world: World, discovery: JsonObject, material: str, shown: JsonObject) -> None:
    world.create(
        DISCOVERED_DEVICE,
        {
            "DeviceTypes": [],
            **shown,
            "Material": material,
            "DeviceDiscoveryId": discovery["Id"],
            "ControllerId": discovery.get("ControllerId"),
            "DiscoveredAt": world.clock.now(),
        },
    )


def _activate_the_awaited(world: World, discovery: JsonObject) -> None:
    """Register the things that were foreseen for the account and have been found."""
    association = world.rows.get(ACCOUNT_ASSOCIATION.name, text(discovery, "AccountAssociationId"))
    if association is None or association["AssociationState"] == "ASSOCIATION_DELETING":
        return
    found = {text(device, "ConnectorDeviceId"): device for device in _found(world, discovery)}
    for registration in _registrations(world, discovery):
        thing = world.find(MANAGED_THING, text(registration, "ManagedThingId"))
        foreseen = registration["ManagedThingAssociationStatus"] == "PRE_ASSOCIATED"
        awaited = thing["ProvisioningStatus"] in _AWAITED
        device = found.get(text(thing, "CloudDeviceId"))
        if foreseen and awaited and device is not None:
            if "Device" in device:
                settle_in(world, text(thing, "Id"), mapping(device, "Device"))
            connect(world, thing, association, registration)


def _found(world: World, discovery: JsonObject) -> list[JsonObject]:
    return world.every(DISCOVERED_DEVICE, {"DeviceDiscoveryId": text(discovery, "Id")})


def _registrations(world: World, discovery: JsonObject) -> list[JsonObject]:
    association = text(discovery, "AccountAssociationId")
    return world.every(REGISTRATION, {"AccountAssociationId": association})


def _things_of(world: World, discovery: JsonObject) -> Mapping[str, JsonObject]:
    """The things of the user's account, by the cloud's id of the device."""
    things = [
        world.find(MANAGED_THING, text(registration, "ManagedThingId"))
        for registration in _registrations(world, discovery)
    ]
    return {text(thing, "CloudDeviceId"): thing for thing in things}


def _types_of(device: JsonObject) -> Iterator[JsonValue]:
    for endpoint in objects(mapping(device, "CapabilityReport"), "endpoints"):
        yield from texts(endpoint, "deviceTypes")


def _make_of(device: JsonObject) -> JsonObject:
    """Brand and model, where the device's own data has them as text."""
    data = device.get("DeviceMetadata")
    given = data if isinstance(data, dict) else {}
    return {name: given[name] for name in ("Brand", "Model") if isinstance(given.get(name), str)}
