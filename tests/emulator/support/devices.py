"""Helpers for tests of virtual devices."""

from typing import Any

from iotmi.emulator import Emulator, VirtualDevice
from tests.emulator.support.requests import Client, Response, activate, create_thing

UNKNOWN = "0" * 32
LOCKED, UNLOCKED = {"LockState": "Locked"}, {"LockState": "Unlocked"}


def create_device(emulator: Emulator, client: Client, device: VirtualDevice) -> str:
    """Create an activated thing that is this device, and return its id."""
    thing = create_thing(client, Role="DEVICE")
    emulator.devices.power_on(thing, device)
    activate(client, thing)
    return thing


def state_of(client: Client, thing: str) -> dict[str, dict[str, Any]]:
    """Return a thing's reported values by capability and property."""
    endpoints = client.get_managed_thing_state(ManagedThingId=thing)["Endpoints"]
    return {
        capability["id"].partition("@")[0].partition(".")[2]: {
            each["name"]: each["value"]["propertyValue"] for each in capability["properties"]
        }
        for endpoint in endpoints
        for capability in endpoint["capabilities"]
    }


def send_command(
    client: Client, thing: str, cluster: str, action: str, **parameters: object
) -> str:
    """Send a command to a thing, and return the trace id."""
    report = client.get_managed_thing_capabilities(Identifier=thing)["CapabilityReport"]
    (capability,) = [
        {name: each[name] for name in ("id", "name", "version")}
        for each in report["endpoints"][0]["capabilities"]
        if cluster in each["id"]
    ]
    capability["actions"] = [{"name": action, "parameters": parameters}]
    trace: str = client.send_managed_thing_command(
        ManagedThingId=thing, Endpoints=[{"endpointId": "1", "capabilities": [capability]}]
    )["TraceId"]
    return trace


def connection_of(client: Client, thing: str) -> tuple[bool, str | None]:
    response = client.get_managed_thing_connectivity_data(Identifier=thing)
    return response["Connected"], response.get("DisconnectReason")


def discovered_devices(client: Client, discovery: str) -> list[Response]:
    """Read a discovery until it has ended, and return its devices."""
    while client.get_device_discovery(Identifier=discovery)["Status"] == "RUNNING":
        pass
    items: list[Response] = client.list_discovered_devices(Identifier=discovery)["Items"]
    return items


def start_discovery(client: Client, hub: str) -> str:
    identifier: str = client.start_device_discovery(
        DiscoveryType="ZIGBEE", ControllerIdentifier=hub
    )["Id"]
    return identifier


def start_cloud_discovery(client: Client, association: str, **parameters: object) -> str:
    identifier: str = client.start_device_discovery(
        DiscoveryType="CLOUD", AccountAssociationId=association, **parameters
    )["Id"]
    return identifier


def create_discovered(client: Client, material: str) -> str:
    return create_thing(
        client,
        Role="DEVICE",
        AuthenticationMaterial=material,
        AuthenticationMaterialType="DISCOVERED_DEVICE",
    )
