"""Messages about devices and connectors, one function for each event.

Owns these payloads and the format of their values, after the samples of the developer guide.
`status_payloads` has the messages about statuses. This module must know neither the destination
of a notification nor its envelope.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias
from uuid import UUID

from attrs import frozen

from iotmi.emulator._core.clock import Clock, format_iso
from iotmi.emulator._core.json import JsonObject, JsonValue, fingerprint, objects, picked, text
from iotmi.emulator._model.arn import AccountScope
from iotmi.emulator._model.domain_events import (
    CommandEnded,
    ConnectionChanged,
    ConnectorFailed,
    DeviceEvent,
    DeviceRequest,
    StateChanged,
)
from iotmi.emulator._model.resource_types import ACCOUNT_ASSOCIATION, MANAGED_THING
from iotmi.emulator._storage.store import Transaction


@frozen
class Message:
    """The content of one notification, without its envelope.

    Attributes:
        resources: ARNs of the resources the message is about.
        payload: content of the message.
    """

    resources: list[str]
    payload: JsonObject


@frozen
class EventContext:
    """The account at the moment of a domain event.

    Attributes:
        transaction: transaction in which the event happened.
        clock: clock of the account.
        scope: Region and account of the resources.
    """

    transaction: Transaction
    clock: Clock
    scope: AccountScope

    def thing_arn(self, identifier: str) -> str:
        """Return the ARN of a managed thing."""
        return self.scope.arn(MANAGED_THING, identifier)


def nanoseconds(moment: int) -> str:
    """Return a moment with nine digits after the point, as in the guide's samples."""
    return f"{format_iso(moment).removesuffix('Z')}000000Z"


# -- a device ------------------------------------------------------------------------------


def _connection(context: EventContext, event: ConnectionChanged) -> Message:
    thing = event.thing
    identifier = text(thing, "Id")
    # Both events of a connection have the same session identifier.
    session = fingerprint([identifier, event.since])[:32]
    return Message(
        [text(thing, "Arn")],
        {
            "managedThingId": identifier,
            "managedThingArn": thing["Arn"],
            "clientId": identifier,
            "timestamp": str(context.clock.now()),
            "eventType": "connected" if event.reason is None else "disconnected",
            "sessionIdentifier": str(UUID(session)),
            "principalIdentifier": fingerprint(identifier),
            # RFC 5737 reserves this address for documentation.
            **({"ipAddress": "192.0.2.100"} if event.reason is None else {}),
            "versionNumber": "0",
            **({"disconnectReason": event.reason} if event.reason is not None else {}),
        },
    )


def _state(context: EventContext, event: StateChanged) -> Message:
    endpoints = _with_properties(event.endpoints, _state_value)
    return Message([context.thing_arn(event.thing_id)], {"addedStates": {"endpoints": endpoints}})


def _state_value(value: JsonValue) -> JsonValue:
    """Return a value as JSON text and its time with six digits, as in the guide's sample."""
    kept = value if isinstance(value, dict) else {}
    changed_at = text(kept, "lastChangedAt").removesuffix("Z")
    return {
        "propertyValue": json.dumps(kept.get("propertyValue")),
        "lastChangedAt": f"{changed_at}000Z",
    }


def _event(context: EventContext, event: DeviceEvent) -> Message:
    return Message(
        # The guide's only sample has this text and no ARN.
        [f"/quit/{event.thing_id}"],
        {
            "iotMiArrivalTimestamp": format_iso(context.clock.now()),
            "endpoints": _with_properties(event.endpoints, json.dumps),
        },
    )


def _request(context: EventContext, event: DeviceRequest) -> Message:
    endpoints: list[JsonValue] = [
        {
            "endpointId": endpoint["endpointId"],
            "capabilities": [
                picked(capability, "id", "name", "version")
                for capability in objects(endpoint, "capabilities")
            ],
        }
        for endpoint in event.endpoints
    ]
    return Message([context.thing_arn(event.thing_id)], {"endpoints": endpoints})


def _command(context: EventContext, event: CommandEnded) -> Message:
    return Message(
        [context.thing_arn(event.thing_id)],
        {
            "traceId": event.trace_id,
            "receivedAt": format_iso(event.received_at),
            "executedAt": format_iso(context.clock.now()),
            "result": "succeeded" if event.succeeded else "failed",
        },
    )


# -- a connector ---------------------------------------------------------------------------


def _connector_error(_context: EventContext, event: ConnectorFailed) -> Message:
    arns = [text(association, "Arn") for association in event.associations]
    destination = event.associations[0]["ConnectorDestinationId"] if event.associations else None
    status = event.report["StatusCode"]
    report: JsonObject = {
        "statusCode": status,
        "resourceType": ACCOUNT_ASSOCIATION.name,
        "resourceId": [item["AccountAssociationId"] for item in event.associations] or None,
        "associationArn": [*arns] or None,
        "connectorDestinationId": destination,
        "connectorDeviceId": event.report.get("ConnectorDeviceId"),
        "operation": event.operation,
        "operationVersion": event.report.get("OperationVersion", "1.0"),
        "traceId": event.report.get("TraceId"),
        "logLevel": "ERROR",
        "message": f"{event.operation} operation failed during asynchronous invocation of the"
        f" connector: Connector response exception: responseCode={status},"
        f" responseMessage={event.report.get('Message', '')}",
        "managedThingId": event.thing_id,
    }
    return Message(arns, picked(report, *report))


DeviceOrConnectorEvent: TypeAlias = (
    ConnectionChanged | StateChanged | CommandEnded | DeviceEvent | DeviceRequest | ConnectorFailed
)

_ENVELOPES: Final[Mapping[type, str]] = MappingProxyType(
    {
        ConnectionChanged: "connection",
        StateChanged: "state",
        CommandEnded: "command",
        DeviceEvent: "event",
        DeviceRequest: "request",
        ConnectorFailed: "connector-error",
    }
)


def envelope_of(event: DeviceOrConnectorEvent) -> str:
    """Return the name of the envelope format of an event."""
    return _ENVELOPES[type(event)]


def build_message(context: EventContext, event: DeviceOrConnectorEvent) -> Message:
    """Build the message of an event from the current state of the account."""
    match event:
        case ConnectionChanged():
            return _connection(context, event)
        case StateChanged():
            return _state(context, event)
        case CommandEnded():
            return _command(context, event)
        case DeviceEvent():
            return _event(context, event)
        case DeviceRequest():
            return _request(context, event)
        case _:
            return _connector_error(context, event)


def _with_properties(
    endpoints: Sequence[JsonObject], write_value: Callable[[JsonValue], JsonValue]
) -> list[JsonValue]:
    """Return endpoints whose property values are formatted by *write_value*."""
    return [
        {
            **endpoint,
            "capabilities": [
                {
                    **capability,
                    "properties": [
                        {"name": item["name"], "value": write_value(item.get("value"))}
                        for item in objects(capability, "properties")
                    ],
                }
                for capability in objects(endpoint, "capabilities")
            ],
        }
        for endpoint in endpoints
    ]
