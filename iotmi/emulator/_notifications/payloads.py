"""What is told of what happens, one small function for each happening.

Owns the payloads about devices and connectors, and the forms of values in them, after the
samples of the developer guide; those about statuses are in ``_notification_statuses``. It does
not know where a notification goes, nor the envelope around it.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from uuid import UUID

from iotmi.emulator._core.clock import format_iso
from iotmi.emulator._core.json import JsonObject, JsonValue, fingerprint, objects, picked, text
from iotmi.emulator._model.domain_events import (
    CommandEnded,
    ConnectionChanged,
    ConnectorFailed,
    DeviceEvent,
    DeviceRequest,
    DomainEvent,
    StateChanged,
    StatusEntered,
)
from iotmi.emulator._model.resource_types import ACCOUNT_ASSOCIATION
from iotmi.emulator._notifications.message import EventContext, Message
from iotmi.emulator._notifications.status_payloads import STATUS_MESSAGES

# -- a device ------------------------------------------------------------------------------


def _connection(context: EventContext, event: ConnectionChanged) -> Message:
    thing = event.thing
    identifier = text(thing, "Id")
    # One connection has one session, from its beginning to its end.
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
            # An address for documentation: no device has it.
            **({"ipAddress": "192.0.2.100"} if event.reason is None else {}),
            "versionNumber": "0",
            **({"disconnectReason": event.reason} if event.reason is not None else {}),
        },
    )


def _state(context: EventContext, event: StateChanged) -> Message:
    endpoints = _with_properties(event.endpoints, _state_value)
    return Message([context.thing_arn(event.thing_id)], {"addedStates": {"endpoints": endpoints}})


def _state_value(value: JsonValue) -> JsonValue:
    """A value as the text of its JSON, and its time with six digits, as in the sample."""
    kept = value if isinstance(value, dict) else {}
    changed_at = text(kept, "lastChangedAt").removesuffix("Z")
    return {
        "propertyValue": json.dumps(kept.get("propertyValue")),
        "lastChangedAt": f"{changed_at}000Z",
    }


def _event(context: EventContext, event: DeviceEvent) -> Message:
    return Message(
        # Not an ARN: so it is in the only sample there is.
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


def envelope_of(event: DomainEvent) -> str | None:
    """The form of envelope that a happening is told in, or None where it is not told."""
    if isinstance(event, StatusEntered):
        return STATUS_MESSAGES.get(event.resource_type.name, (None, None))[0]
    return _ENVELOPES[type(event)]


def build_messages(context: EventContext, event: DomainEvent) -> Iterator[Message]:
    """What is told of a happening that is told, read from the world as it is now."""
    match event:
        case StatusEntered():
            yield from STATUS_MESSAGES[event.resource_type.name][1](context, event)
        case ConnectionChanged():
            yield _connection(context, event)
        case StateChanged():
            yield _state(context, event)
        case CommandEnded():
            yield _command(context, event)
        case DeviceEvent():
            yield _event(context, event)
        case DeviceRequest():
            yield _request(context, event)
        case _:
            yield _connector_error(context, event)


def _with_properties(
    endpoints: Sequence[JsonObject], write_value: Callable[[JsonValue], JsonValue]
) -> list[JsonValue]:
    """Endpoints whose properties have their values as a notification writes them."""
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
