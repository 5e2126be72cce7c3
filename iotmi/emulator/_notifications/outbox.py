"""Notifications: the envelope around what is told, and the record of all that were sent.

Owns who is told of what happens in the world: the destination that the configuration of the
event's type names at that moment. It does not know what makes things happen, nor how a
stream is written to.

The envelope's members differ from one type to another in the developer guide, and so they do
here: a consumer that passes with the emulator has met every form that is documented.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final
from uuid import uuid4

from attrs import field, frozen

from iotmi.emulator._core.clock import Clock, format_iso
from iotmi.emulator._core.json import JsonObject, mapping, optional_text, text
from iotmi.emulator._model.arn import AccountScope
from iotmi.emulator._model.domain_events import DomainEvent, StatusEntered
from iotmi.emulator._model.resource_types import DESTINATION, NOTIFICATION_CONFIGURATION
from iotmi.emulator._notifications.payloads import (
    EventContext,
    Message,
    build_message,
    envelope_of,
    nanoseconds,
)
from iotmi.emulator._notifications.status_payloads import STATUS_MESSAGES
from iotmi.emulator._storage.store import Transaction

NOTIFICATION: Final = "notification"
"""What the rows are called that hold them."""

_SOURCE: Final = "aws.iotmanagedintegrations"


@frozen
class Notification:
    """One event, as it was sent to a destination.

    Attributes:
        destination_name: The destination's name.
        stream_arn: The ARN of the delivery stream that the destination named at that moment.
        event_type: Such as ``DEVICE_STATE``.
        data: The JSON document as the stream's record holds it.
        partition_key: What the stream keeps in order: the first resource that it is about.
    """

    destination_name: str
    stream_arn: str
    event_type: str
    data: bytes = field(repr=False)
    partition_key: str

    @property
    def envelope(self) -> JsonObject:
        """The JSON document, read anew."""
        document: JsonObject = json.loads(self.data)
        return document

    @property
    def payload(self) -> JsonObject:
        """The envelope's content."""
        return mapping(self.envelope, "payload")


@frozen
class Undelivered:
    """A notification that could not be put on its stream.

    Attributes:
        notification: It.
        reason: What went wrong, as the client of the stream tells it.
    """

    notification: Notification
    reason: str


class Notifications(tuple[Notification, ...]):
    """All that were sent, in order."""

    __slots__ = ()

    def of(self, event_type: str) -> "Notifications":
        """Those of one type, such as ``DEVICE_STATE``."""
        return Notifications(item for item in self if item.event_type == event_type)


def _dashed_id() -> str:
    return str(uuid4())


def _hexadecimal_id() -> str:
    return uuid4().hex


def _seconds(moment: int) -> str:
    return f"{format_iso(moment).partition('.')[0]}Z"


@frozen
class _EnvelopeFormat:
    """The envelope of one kind of message.

    Attributes:
        event_type: Its type.
        version: As in its sample, or None where it has none.
        identifier: Makes its id, or None where it has none.
        timestamp: Writes its time.
        region: Whether it names the Region.
    """

    event_type: str
    version: str | None
    identifier: Callable[[], str] | None
    timestamp: Callable[[int], str]
    region: bool = True


_ENVELOPES: Final[Mapping[str, _EnvelopeFormat]] = MappingProxyType(
    {
        "association": _EnvelopeFormat(
            "ACCOUNT_ASSOCIATION", "1.0.0", _hexadecimal_id, nanoseconds
        ),
        "command": _EnvelopeFormat("DEVICE_COMMAND", "0", _dashed_id, str),
        "connection": _EnvelopeFormat("DEVICE_LIFE_CYCLE", "1.0", _dashed_id, nanoseconds),
        "connector-error": _EnvelopeFormat(
            "CONNECTOR_ERROR_REPORT", "1.0.0", _hexadecimal_id, nanoseconds
        ),
        "discovery": _EnvelopeFormat("DEVICE_DISCOVERY_STATUS", "0", _dashed_id, _seconds),
        "event": _EnvelopeFormat("DEVICE_EVENT", "1.0", _hexadecimal_id, str, region=False),
        "onboarding": _EnvelopeFormat("DEVICE_LIFE_CYCLE", "1.0.0", _hexadecimal_id, nanoseconds),
        "ota": _EnvelopeFormat("DEVICE_OTA", "1.0.0", _hexadecimal_id, nanoseconds),
        "request": _EnvelopeFormat("DEVICE_COMMAND_REQUEST", "0", _dashed_id, str),
        "state": _EnvelopeFormat("DEVICE_STATE", None, None, str, region=False),
    }
)


def publish_event(
    transaction: Transaction, clock: Clock, scope: AccountScope, event: DomainEvent
) -> None:
    """Send to its destination what is to be told of a happening, if anybody wants to hear it."""
    envelope_name = _envelope_name(event)
    if envelope_name is None:
        return
    envelope = _ENVELOPES[envelope_name]
    configuration = transaction.get(NOTIFICATION_CONFIGURATION.name, envelope.event_type)
    if configuration is None:
        return
    destination = transaction.get(DESTINATION.name, text(configuration, "DestinationName"))
    if destination is None:
        return
    for message in _messages(EventContext(transaction, clock, scope), event):
        transaction.enqueue(
            NOTIFICATION,
            uuid4().hex,
            {
                "DestinationName": destination["Name"],
                "StreamArn": destination["DeliveryDestinationArn"],
                "EventType": envelope.event_type,
                "Data": json.dumps(_envelope(envelope, message, clock.now(), scope)),
                "PartitionKey": (message.resources or [envelope.event_type])[0],
            },
        )


def _envelope_name(event: DomainEvent) -> str | None:
    """Return the name of an event's envelope format, or None if no notification exists for it."""
    if isinstance(event, StatusEntered):
        return STATUS_MESSAGES.get(event.resource_type.name, (None, None))[0]
    return envelope_of(event)


def _messages(context: EventContext, event: DomainEvent) -> Iterator[Message]:
    if isinstance(event, StatusEntered):
        yield from STATUS_MESSAGES[event.resource_type.name][1](context, event)
    else:
        yield build_message(context, event)


def _envelope(
    envelope: _EnvelopeFormat, message: Message, now: int, scope: AccountScope
) -> JsonObject:
    return {
        **({} if envelope.version is None else {"version": envelope.version}),
        **({} if envelope.identifier is None else {"messageId": envelope.identifier()}),
        "messageType": envelope.event_type,
        "source": _SOURCE,
        "customerAccountId": scope.account_id,
        "timestamp": envelope.timestamp(now),
        **({"region": scope.region_name} if envelope.region else {}),
        "resources": [*message.resources],
        "payload": message.payload,
    }


def sent_notifications(transaction: Transaction) -> Notifications:
    """All that were sent."""
    return Notifications(
        to_notification(row.document) for row in transaction.select(NOTIFICATION, {})
    )


def undelivered_notifications(transaction: Transaction) -> tuple[Undelivered, ...]:
    """Those of them that no stream took."""
    documents = [row.document for row in transaction.select(NOTIFICATION, {})]
    return tuple(
        Undelivered(to_notification(document), reason)
        for document in documents
        if (reason := optional_text(document, "Failure")) is not None
    )


def to_notification(document: JsonObject) -> Notification:
    """One of them, as it is kept."""
    return Notification(
        text(document, "DestinationName"),
        text(document, "StreamArn"),
        text(document, "EventType"),
        text(document, "Data").encode("ascii"),
        text(document, "PartitionKey"),
    )
