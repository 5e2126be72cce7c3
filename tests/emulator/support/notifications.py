"""Helpers for tests of notifications: a destination, and a device behind a connector."""

import re
from typing import Any

from attrs import frozen

from iotmi.emulator import Emulator
from tests.emulator.support.requests import (
    ON_OFF,
    REPORT,
    Client,
    activate,
    create_association,
    create_cloud_thing,
    create_connector,
    create_connector_destination,
    create_thing,
    register,
)

ROLE = "arn:aws:iam::123456789012:role/iotmi-notifications"
DEVICE_ID = "device-1"


@frozen(eq=False)
class Like:
    """A value that equals any text that matches a pattern."""

    pattern: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and re.fullmatch(self.pattern, other) is not None

    def __hash__(self) -> int:
        return hash(self.pattern)


HEXADECIMAL = r"[0-9a-f]{32}"
DASHED = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MILLISECONDS = Like(r"[0-9]{13}")
NANOSECONDS = Like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")
ISO = Like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ACCOUNT = {"source": "aws.iotmanagedintegrations", "customerAccountId": "123456789012"}


def stream_arn(name: str = "home") -> str:
    """Return the ARN of a stream."""
    return f"arn:aws:kinesis:eu-west-1:123456789012:stream/{name}"


def subscribe(client: Client, *event_types: str, name: str = "home") -> None:
    """Create a destination with a stream, and send events of these types to it."""
    client.create_destination(
        Name=name,
        DeliveryDestinationArn=stream_arn(name),
        DeliveryDestinationType="KINESIS",
        RoleArn=ROLE,
    )
    for event_type in event_types:
        client.create_notification_configuration(EventType=event_type, DestinationName=name)


def envelopes(emulator: Emulator, event_type: str) -> list[Any]:
    """Return the envelopes that were sent for a type."""
    return [notification.envelope for notification in emulator.notifications.of(event_type)]


def payloads(emulator: Emulator, event_type: str) -> list[Any]:
    """Return the payloads that were sent for a type."""
    return [notification.payload for notification in emulator.notifications.of(event_type)]


def managed_thing_arn(identifier: str) -> str:
    """Return the ARN of a managed thing."""
    return f"arn:aws:iotmanagedintegrations:eu-west-1:123456789012:managed-thing/{identifier}"


def create_switch(client: Client) -> str:
    """Create an activated thing with a switch, and return its id."""
    thing = create_thing(client, CapabilityReport=REPORT)
    activate(client, thing)
    return thing


def send_action(client: Client, thing: str, *actions: dict[str, Any]) -> str:
    """Send actions to a thing's switch, and return the trace id."""
    capability = {"id": ON_OFF, "name": "On/Off", "version": "6", "actions": list(actions)}
    response = client.send_managed_thing_command(
        ManagedThingId=thing, Endpoints=[{"endpointId": "1", "capabilities": [capability]}]
    )
    trace_id: str = response["TraceId"]
    return trace_id


def create_cloud_switch(client: Client, name: str = "Lamps") -> tuple[str, str, str]:
    """Create a cloud device with a switch. Return ids of connector, association and thing."""
    connector = create_connector(client, name)
    destination = create_connector_destination(client, connector)
    association = create_association(client, ConnectorDestinationId=destination)
    thing = create_cloud_thing(client, CapabilityReport=REPORT)
    register(client, thing, association)
    return connector, association, thing


def cluster(number: str, attributes: object = None) -> dict[str, Any]:
    """Return a Matter cluster, with attributes if given."""
    return {"id": number} if attributes is None else {"id": number, "attributes": attributes}


def send_event(
    client: Client, connector: str, operation: str, *clusters: object, **parameters: object
) -> None:
    """Send a connector's event about the device."""
    given: dict[str, object] = {"ConnectorDeviceId": DEVICE_ID, **parameters}
    if clusters:
        given["MatterEndpoint"] = {"id": "1", "clusters": list(clusters)}
    client.send_connector_event(ConnectorId=connector, Operation=operation, **given)
