"""Cloud connectors, and the events that they send.

Owns their six operations. `invocations` has the requests to a connector's function, and
`connector_reports` has the effects of device reports.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._core.errors import conflict
from iotmi.emulator._core.json import JsonObject, mapping, objects, picked, text
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    BY_CONNECTOR,
    CLOUD_CONNECTOR,
    CONNECTOR_DESTINATION,
    DEVICE_DISCOVERY,
)
from iotmi.emulator.handlers._support.connector_reports import (
    apply_report,
    is_failure,
    publish_failure,
)
from iotmi.emulator.handlers._support.discovery import record_device

_FILTERS: Final[Mapping[str, str]] = MappingProxyType({"Type": "Type", "LambdaArn": "LambdaArn"})
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "DEVICE_DISCOVERY": ("DeviceDiscoveryId", "StatusCode"),
        "DEVICE_EVENT": ("ConnectorDeviceId", "MatterEndpoint"),
        "DEVICE_COMMAND_RESPONSE": ("ConnectorDeviceId", "TraceId"),
        "DEVICE_COMMAND_REQUEST": ("ConnectorDeviceId", "MatterEndpoint"),
    }
)


def create(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle CreateCloudConnector. The connector is private and stays so."""
    function = mapping(mapping(parameters, "EndpointConfig"), "lambda")
    if not function:
        raise account.invalid("EndpointConfig.lambda is required")
    if account.first(CLOUD_CONNECTOR, {"Name": text(parameters, "Name")}):
        raise conflict(CLOUD_CONNECTOR.conflict_message)
    return account.create(
        CLOUD_CONNECTOR,
        {
            "EndpointType": "LAMBDA",
            **parameters,
            "LambdaArn": function["arn"],
            "Type": "UNLISTED",
        },
    )


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetCloudConnector."""
    return account.find(CLOUD_CONNECTOR, text(parameters, "Identifier"))


def list_connectors(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListCloudConnectors."""
    return account.page(CLOUD_CONNECTOR, parameters, _FILTERS)


def update(account: AccountState, parameters: JsonObject) -> None:
    """Handle UpdateCloudConnector. The operation declares no conflict."""
    connector = account.find(CLOUD_CONNECTOR, text(parameters, "Identifier"))
    changes = picked(parameters, "Name", "Description")
    if "Name" in changes:
        namesake = account.first(CLOUD_CONNECTOR, {"Name": text(changes, "Name")})
        if namesake is not None and namesake["Id"] != connector["Id"]:
            raise account.invalid(CLOUD_CONNECTOR.conflict_message)
    account.save(CLOUD_CONNECTOR, {**connector, **changes})


def delete(account: AccountState, parameters: JsonObject) -> None:
    """Handle DeleteCloudConnector. The operation declares no conflict."""
    identifier = text(parameters, "Identifier")
    account.find(CLOUD_CONNECTOR, identifier)
    if account.first(CONNECTOR_DESTINATION, {"CloudConnectorId": identifier}):
        raise account.invalid("The cloud connector has connector destinations.")
    account.remove(CLOUD_CONNECTOR, identifier)


def send_event(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle SendConnectorEvent."""
    connector = text(parameters, "ConnectorId")
    account.find(CLOUD_CONNECTOR, connector)
    operation = text(parameters, "Operation")
    missing = [name for name in _NEEDED[operation] if name not in parameters]
    if missing:
        raise account.invalid("; ".join(f"{name} is required by {operation}" for name in missing))
    if operation == "DEVICE_DISCOVERY":
        _report_devices(account, parameters)
    else:
        apply_report(account, parameters)
    return {"ConnectorId": connector}


def _report_devices(account: AccountState, parameters: JsonObject) -> None:
    """Store the devices that a connector found. 200 ends the discovery, and 3xx continues it."""
    discovery = account.find(DEVICE_DISCOVERY, text(parameters, "DeviceDiscoveryId"))
    if discovery["DiscoveryType"] != "CLOUD":
        raise account.invalid("DeviceDiscoveryId must be the id of a CLOUD discovery")
    if discovery["Status"] != "RUNNING":
        return
    for device in objects(parameters, "Devices"):
        record_device(account, discovery, device)
    if is_failure(parameters):
        association = account.find(ACCOUNT_ASSOCIATION, text(discovery, "AccountAssociationId"))
        publish_failure(account, parameters, [association])
        error = {"code": str(parameters["StatusCode"]), **_message(parameters)}
        account.set_status(DEVICE_DISCOVERY, {**discovery, "Error": error}, "FAILED")
    elif str(parameters["StatusCode"])[0] == "2":
        ended: JsonObject = {**discovery, "Flow": BY_CONNECTOR}
        account.apply_transition(DEVICE_DISCOVERY, ended, "SUCCEEDED")


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
