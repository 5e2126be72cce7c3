"""Cloud connectors, and what they report.

Owns their six operations. No Lambda function is invoked. What the reports of devices bring
about is in ``_connector_reports``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from iotmi.emulator._account.account import Handler, World
from iotmi.emulator._core.errors import conflict
from iotmi.emulator._core.json import JsonObject, mapping, objects, picked, text
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    CLOUD_CONNECTOR,
    CONNECTOR_DESTINATION,
    DEVICE_DISCOVERY,
)
from iotmi.emulator.handlers._support.connector_reports import is_error, take, tell_of_failure
from iotmi.emulator.handlers._support.discovery import report

_FILTERS: Final[Mapping[str, str]] = MappingProxyType({"Type": "Type", "LambdaArn": "LambdaArn"})
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "DEVICE_DISCOVERY": ("DeviceDiscoveryId", "StatusCode"),
        "DEVICE_EVENT": ("ConnectorDeviceId", "MatterEndpoint"),
        "DEVICE_COMMAND_RESPONSE": ("ConnectorDeviceId", "TraceId"),
        "DEVICE_COMMAND_REQUEST": ("ConnectorDeviceId", "MatterEndpoint"),
    }
)


def create(world: World, parameters: JsonObject) -> JsonObject:
    """CreateCloudConnector; it is private, and stays so."""
    function = mapping(mapping(parameters, "EndpointConfig"), "lambda")
    if not function:
        raise world.invalid("EndpointConfig.lambda is required")
    if world.first(CLOUD_CONNECTOR, {"Name": text(parameters, "Name")}):
        raise conflict(CLOUD_CONNECTOR.taken)
    return world.create(
        CLOUD_CONNECTOR,
        {
            "EndpointType": "LAMBDA",
            **parameters,
            "LambdaArn": function["arn"],
            "Type": "UNLISTED",
        },
    )


def get(world: World, parameters: JsonObject) -> JsonObject:
    """GetCloudConnector."""
    return world.find(CLOUD_CONNECTOR, text(parameters, "Identifier"))


def list_connectors(world: World, parameters: JsonObject) -> JsonObject:
    """ListCloudConnectors."""
    return world.page(CLOUD_CONNECTOR, parameters, _FILTERS)


def update(world: World, parameters: JsonObject) -> None:
    """UpdateCloudConnector; the operation declares no conflict."""
    connector = world.find(CLOUD_CONNECTOR, text(parameters, "Identifier"))
    changes = picked(parameters, "Name", "Description")
    if "Name" in changes:
        namesake = world.first(CLOUD_CONNECTOR, {"Name": text(changes, "Name")})
        if namesake is not None and namesake["Id"] != connector["Id"]:
            raise world.invalid(CLOUD_CONNECTOR.taken)
    world.save(CLOUD_CONNECTOR, {**connector, **changes})


def delete(world: World, parameters: JsonObject) -> None:
    """DeleteCloudConnector; the operation declares no conflict."""
    identifier = text(parameters, "Identifier")
    world.find(CLOUD_CONNECTOR, identifier)
    if world.first(CONNECTOR_DESTINATION, {"CloudConnectorId": identifier}):
        raise world.invalid("The cloud connector has connector destinations.")
    world.remove(CLOUD_CONNECTOR, identifier)


def send_event(world: World, parameters: JsonObject) -> JsonObject:
    """SendConnectorEvent."""
    connector = text(parameters, "ConnectorId")
    world.find(CLOUD_CONNECTOR, connector)
    operation = text(parameters, "Operation")
    missing = [name for name in _NEEDED[operation] if name not in parameters]
    if missing:
        raise world.invalid("; ".join(f"{name} is required by {operation}" for name in missing))
    if operation == "DEVICE_DISCOVERY":
        _report_devices(world, parameters)
    else:
        take(world, parameters)
    return {"ConnectorId": connector}


def _report_devices(world: World, parameters: JsonObject) -> None:
    """Keep what the connector found; 200 ends the discovery, 3xx says that more will come."""
    discovery = world.find(DEVICE_DISCOVERY, text(parameters, "DeviceDiscoveryId"))
    if discovery["DiscoveryType"] != "CLOUD":
        raise world.invalid("DeviceDiscoveryId must be of a CLOUD discovery")
    if discovery["Status"] != "RUNNING":
        return
    for device in objects(parameters, "Devices"):
        report(world, discovery, device)
    if is_error(parameters):
        association = world.find(ACCOUNT_ASSOCIATION, text(discovery, "AccountAssociationId"))
        tell_of_failure(world, parameters, [association])
        error = {"code": str(parameters["StatusCode"]), **_message(parameters)}
        world.enter(DEVICE_DISCOVERY, {**discovery, "Error": error}, "FAILED")
    elif str(parameters["StatusCode"])[0] == "2":
        world.become(DEVICE_DISCOVERY, discovery, "SUCCEEDED")


def _message(parameters: JsonObject) -> JsonObject:
    return {"message": parameters["Message"]} if "Message" in parameters else {}


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateCloudConnector": create,
    "GetCloudConnector": get,
    "ListCloudConnectors": list_connectors,
    "UpdateCloudConnector": update,
    "DeleteCloudConnector": delete,
    "SendConnectorEvent": send_event,
}
