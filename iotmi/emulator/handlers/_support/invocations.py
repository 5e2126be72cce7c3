"""Requests to the functions of cloud connectors, and the effects of their responses.

Owns the requests in the form of the developer guide, their queue in the store, and the effects of
a response or of its absence. A request is queued in the transaction that causes it, so it is not
lost, and not sent for a transaction that was rolled back. This module must not know how a function
is invoked.

Without a function for its ARN, a connector is not asked, and the emulated home acts for it.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import uuid4

from attrs import frozen

from iotmi.emulator._account.account import AccountState
from iotmi.emulator._core.json import (
    JsonObject,
    fingerprint,
    mapping,
    number,
    objects,
    optional_text,
    picked,
    text,
    texts,
)
from iotmi.emulator._model.domain_events import CommandEnded, ConnectorFailed
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    CLOUD_CONNECTOR,
    CONNECTOR_DESTINATION,
    CONNECTOR_INVOCATION,
    DEVICE_DISCOVERY,
    MANAGED_THING,
    REGISTRATION,
)
from iotmi.emulator._storage.transitions import clear_schedule

ACTIVATE_USER: Final = "AWS.ActivateUser"
DISCOVER_DEVICES: Final = "AWS.DiscoverDevices"
SEND_COMMAND: Final = "AWS.SendCommand"
DEACTIVATE_USER: Final = "AWS.DeactivateUser"
OPERATIONS: Final = (ACTIVATE_USER, DISCOVER_DEVICES, SEND_COMMAND, DEACTIVATE_USER)
"""The operations of a connector's function."""

# The guide's samples write the version of one operation with three numbers.
_VERSIONS: Final[Mapping[str, str]] = {ACTIVATE_USER: "1.0.0"}
_VERSION: Final = "1.0"
_ACTIVATION: Final = "ActivationId"


@frozen
class Route:
    """The way to the function that serves an account association.

    Attributes:
        association: account association.
        destination: connector destination of the association.
        connector: id of the cloud connector.
        function: ARN of the connector's function.
    """

    association: JsonObject
    destination: JsonObject
    connector: str
    function: str

    @property
    def header(self) -> JsonObject:
        """The header of each request: the user's token, or the secret with its credentials."""
        material = optional_text(
            mapping(self.association, "GeneralAuthorization"), "AuthMaterialName"
        )
        if material is None:
            return {"auth": {"token": self._token, "type": "OAuth2.0"}}
        materials = objects(mapping(self.destination, "AuthConfig"), "GeneralAuthorization")
        secret = next(
            (
                mapping(each, "SecretsManager")
                for each in materials
                if each["AuthMaterialName"] == material
            ),
            {},
        )
        return {"auth": {"secretsManager": {**secret}, "type": "GeneralAuthorization"}}

    @property
    def _token(self) -> str:
        # Each login has its own address, and so each login has its own token.
        login = picked(self.association, "AccountAssociationId", "OAuthAuthorizationUrl")
        return fingerprint({**login})


def route(account: AccountState, association: JsonObject) -> Route | None:
    """Return the way to the function of an association, or None if its connector has none."""
    if not account.functions:
        return None
    identifier = text(association, "ConnectorDestinationId")
    destination = account.transaction.get(CONNECTOR_DESTINATION.name, identifier) or {}
    connector = optional_text(destination, "CloudConnectorId") or ""
    found = account.transaction.get(CLOUD_CONNECTOR.name, connector) or {}
    function = optional_text(found, "LambdaArn")
    if function not in account.functions:
        return None
    return Route(association, destination, connector, function)


def thing_route(account: AccountState, thing: JsonObject, association: str | None) -> Route | None:
    """Return the way to a cloud device, or None if no function serves it.

    Args:
        account: state of the account.
        thing: managed thing of the device.
        association: id of the account association to use, or None for any of the thing's.
    """
    where = {"ManagedThingId": text(thing, "Id"), "ManagedThingAssociationStatus": "ASSOCIATED"}
    for registration in account.find_all(REGISTRATION, where):
        identifier = text(registration, "AccountAssociationId")
        if association in (None, identifier):
            found = route(account, account.find(ACCOUNT_ASSOCIATION, identifier))
            if found is not None:
                return found
    return None


# -- requests ------------------------------------------------------------------------------


def activate_user(account: AccountState, association: JsonObject) -> bool:
    """Ask for the user's id after a login, and return True if a function is asked.

    The association keeps the id of the request. A second request while one is open is not made.
    """
    way = route(account, association)
    if way is None:
        return False
    if _ACTIVATION not in association:
        association[_ACTIVATION] = _enqueue(account, way, ACTIVATE_USER)
    # No transition is due while the function is asked.
    clear_schedule(association)
    identifier = text(association, "AccountAssociationId")
    account.transaction.put(ACCOUNT_ASSOCIATION.name, identifier, association)
    return True


def deactivate_user(account: AccountState, association: JsonObject) -> None:
    """Tell the function that an association is being deleted."""
    way = route(account, association)
    if way is not None:
        _enqueue(account, way, DEACTIVATE_USER)


def discover_devices(account: AccountState, way: Route, discovery: JsonObject) -> None:
    """Ask for the devices in a user's cloud."""
    asked: JsonObject = {
        "deviceDiscoveryId": discovery["Id"],
        "connectorDeviceIdList": [*texts(discovery, "ConnectorDeviceIdList")],
    }
    _enqueue(account, way, DISCOVER_DEVICES, asked, {"DiscoveryId": discovery["Id"]})


def send_command(
    account: AccountState,
    way: Route,
    thing: JsonObject,
    trace_id: str,
    endpoints: Sequence[JsonObject],
) -> None:
    """Send a command to a cloud device, in Matter's form."""
    device: JsonObject = {
        "connectorDeviceId": thing["ConnectorDeviceId"],
        "traceId": trace_id,
        "endpoints": [*endpoints],
    }
    about: JsonObject = {"ThingId": thing["Id"], "ReceivedAt": account.clock.now()}
    _enqueue(account, way, SEND_COMMAND, device, about)


def _enqueue(
    account: AccountState,
    way: Route,
    operation: str,
    asked: JsonObject | None = None,
    about: JsonObject | None = None,
) -> str:
    identifier = uuid4().hex
    payload: JsonObject = {
        "operationName": operation,
        "operationVersion": _VERSIONS.get(operation, _VERSION),
        "connectorId": way.connector,
        **(asked or {}),
    }
    account.transaction.enqueue(
        CONNECTOR_INVOCATION.name,
        identifier,
        {
            CONNECTOR_INVOCATION.identifier: identifier,
            "Function": way.function,
            "Operation": operation,
            "Request": {"header": way.header, "payload": payload},
            # The association may be deleted before its function has responded.
            "Association": picked(
                way.association, "AccountAssociationId", "Arn", "ConnectorDestinationId"
            ),
            "Deliveries": 0,
            **(about or {}),
        },
    )
    return identifier


def on_login(account: AccountState, association: JsonObject, status: str) -> bool:
    """Take over the successful end of a login, which waits for the function."""
    if status == "ASSOCIATION_SUCCEEDED":
        return activate_user(account, association)
    forget_activation(association)
    return False


# -- responses -----------------------------------------------------------------------------


def succeed(account: AccountState, invocation: JsonObject, payload: JsonObject) -> None:
    """Apply a function's response. The acknowledgement of a request has no other effect."""
    if invocation["Operation"] != ACTIVATE_USER:
        return
    association = _activated(account, invocation)
    if association is not None:
        association["UserId"] = payload["userId"]
        account.set_status(ACCOUNT_ASSOCIATION, association, "ASSOCIATION_SUCCEEDED")


def fail(account: AccountState, invocation: JsonObject, status: int, message: str) -> None:
    """Apply the failure of an operation, and publish its report.

    Args:
        account: state of the account.
        invocation: queued request.
        status: response code of the function, or 0 without a usable response.
        message: message of the function, or the reason why there is no response.
    """
    payload = mapping(mapping(invocation, "Request"), "payload")
    operation = text(invocation, "Operation")
    report: JsonObject = {
        "StatusCode": status,
        "Message": message,
        "ConnectorDeviceId": payload.get("connectorDeviceId"),
        "OperationVersion": payload["operationVersion"],
        "TraceId": payload.get("traceId"),
    }
    thing = optional_text(invocation, "ThingId")
    account.publish(ConnectorFailed(operation, report, [mapping(invocation, "Association")], thing))
    match operation:
        case "AWS.ActivateUser":
            association = _activated(account, invocation)
            if association is not None:
                association["ErrorMessage"] = message
                account.set_status(ACCOUNT_ASSOCIATION, association, "ASSOCIATION_FAILED")
        case "AWS.DiscoverDevices":
            identifier = text(invocation, "DiscoveryId")
            discovery = account.transaction.get(DEVICE_DISCOVERY.name, identifier)
            if discovery is not None and discovery["Status"] == "RUNNING":
                error: JsonObject = {"code": str(status), "message": message}
                account.set_status(DEVICE_DISCOVERY, {**discovery, "Error": error}, "FAILED")
        case "AWS.SendCommand" if thing is not None:
            if account.transaction.get(MANAGED_THING.name, thing) is not None:
                trace_id, received_at = text(payload, "traceId"), number(invocation, "ReceivedAt")
                account.publish(
                    CommandEnded(thing, trace_id, succeeded=False, received_at=received_at)
                )
        case _:
            pass


def _activated(account: AccountState, invocation: JsonObject) -> JsonObject | None:
    """Return the association whose activation a function has responded to.

    None if the association was deleted, or if another login or a person ended the activation.
    """
    identifier = text(mapping(invocation, "Association"), "AccountAssociationId")
    association = account.transaction.get(ACCOUNT_ASSOCIATION.name, identifier)
    if association is None or association.get(_ACTIVATION) != invocation["Id"]:
        return None
    del association[_ACTIVATION]
    return association


def forget_activation(association: JsonObject) -> None:
    """Ignore the response to an open activation, because another login or a deletion follows."""
    association.pop(_ACTIVATION, None)
