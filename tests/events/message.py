"""The format of a documented notification in these tests, with the expected values.

The facts are from the developer guide's page on notifications, and the values are made up.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from attrs import frozen

from iotmi.events import Capability, Endpoint, Property

Json: TypeAlias = Any
"""Anything that JSON can hold."""

THING: Final = "arn:aws:iotmanagedintegrations:eu-west-1:123456789012:managed-thing/59d3c90c"
LOCATION: Final = "/quit/59d3c90c55c4491192d841879192d33f"
HUB: Final = "arn:aws:iotmanagedintegrations:eu-west-1:123456789012:managed-thing/7a11"
ASSOCIATION: Final = "arn:aws:iotmanagedintegrations:eu-west-1:123456789012:account-association/a1"


def moment(text: str) -> datetime:
    """Return a time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@frozen
class Message:
    """One notification.

    Attributes:
        document: the notification as JSON.
        event: the expected class.
        members: the members of the event: the path in the document, the type, the value.
    """

    document: Mapping[str, Any]
    event: type
    members: Mapping[str, tuple[str, str, Any]]


def envelope(kind: str, payload: Mapping[str, Any], **others: Json) -> dict[str, Any]:
    """Return a whole notification."""
    return {
        "version": "1.0.0",
        "messageId": "2ed545027bd347a2b855d28f94559940",
        "messageType": kind,
        "source": "aws.iotmanagedintegrations",
        "customerAccountId": "123456789012",
        "timestamp": "2024-11-14T19:55:57.568284645Z",
        "region": "eu-west-1",
        "resources": [THING],
        "payload": payload,
    } | others


ISO: Final = moment("2024-11-14T19:55:57.568284")
MILLISECONDS: Final = moment("2024-11-14T22:28:11.671")

ENVELOPE: Final[dict[str, tuple[str, str, Any]]] = {
    "id": ("messageId", "text", "2ed545027bd347a2b855d28f94559940"),
    "timestamp": ("timestamp", "time", ISO),
    "account_id": ("customerAccountId", "text", "123456789012"),
    "region_name": ("region", "text", "eu-west-1"),
    "resources": ("resources", "list", (THING,)),
    "version": ("version", "text", "1.0.0"),
}

SWITCH: Final = {"id": "matter.OnOff@1.4", "name": "On/Off", "version": "6"}


def switch(*properties: Property) -> tuple[Endpoint, ...]:
    """Return the endpoints of an event about one switch."""
    capability = Capability("matter.OnOff@1.4", "On/Off", "6", properties)
    return (Endpoint("1", (capability,)),)


def switch_document(*properties: Mapping[str, Any]) -> list[Any]:
    """Return the endpoints of a notification about one switch."""
    return [{"endpointId": "1", "capabilities": [{**SWITCH, "properties": [*properties]}]}]
