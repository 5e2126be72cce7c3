"""Notifications: their envelopes, and the record of all that were sent.

Owns the choice of the destination, which is the one that the configuration of the event's type
names at that moment. This module must know neither the cause of an event nor how streams are
written.

The guide's samples have different envelope members per type, and so has the emulator. A consumer
that handles the emulator's notifications has seen every documented form.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from attrs import field, frozen

from iotmi._schema.lazy import LazyModule
from iotmi.emulator._core.clock import Clock, format_iso
from iotmi.emulator._core.json import JsonObject, mapping, optional_text, text
from iotmi.emulator._model.arn import AccountScope
from iotmi.emulator._model.domain_events import DomainEvent, StatusEntered
from iotmi.emulator._model.operations import load_service
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

if TYPE_CHECKING:
    from iotmi import events
else:
    # Imported with the first typed event, because an emulator starts faster without it.
    events = LazyModule("iotmi.events")

NOTIFICATION: Final = "notification"
"""The name under which the store keeps notifications."""

_SOURCE: Final = "aws.iotmanagedintegrations"
# A number of the length that Kinesis assigns.
_SEQUENCE_NUMBER: Final = "49590338271490256608559692538361571095921575989136588898"


@frozen
class Notification:
    """One notification, as sent to a destination.

    Attributes:
        destination_name: name of the destination.
        stream_arn: ARN of the stream that the destination named at that moment.
        event_type: type of the event, such as ``DEVICE_STATE``.
        data: JSON document in the stream's record.
        partition_key: key of the stream's record, the first resource that the event is about.
    """

    destination_name: str
    stream_arn: str
    event_type: str
    data: bytes = field(repr=False)
    partition_key: str

    @property
    def envelope(self) -> JsonObject:
        """The whole JSON document, parsed on each access."""
        document: JsonObject = json.loads(self.data)
        return document

    @property
    def payload(self) -> JsonObject:
        """The payload within the envelope."""
        return mapping(self.envelope, "payload")

    @property
    def event(self) -> "events.Event":
        """The typed event, as a consumer of the stream parses it."""
        return events.parse(self.data)

    def as_lambda_record(
        self,
        *,
        sequence_number: str = _SEQUENCE_NUMBER,
        shard_id: str = "shardId-000000000000",
    ) -> JsonObject:
        """Return the record in the form that Lambda passes to a function on the stream.

        Args:
            sequence_number: sequence number of the record in its shard.
            shard_id: id of the shard.
        """
        timestamp = self.event.timestamp
        return {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": self.partition_key,
                "sequenceNumber": sequence_number,
                "data": base64.b64encode(self.data).decode("ascii"),
                "approximateArrivalTimestamp": 0.0 if timestamp is None else timestamp.timestamp(),
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"{shard_id}:{sequence_number}",
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": "arn:aws:iam::123456789012:role/lambda-role",
            "awsRegion": self.stream_arn.split(":")[3],
            "eventSourceARN": self.stream_arn,
        }


@frozen
class Undelivered:
    """A notification that could not be put on its stream.

    Attributes:
        notification: notification.
        reason: error of the stream's client.
    """

    notification: Notification
    reason: str


class Notifications(tuple[Notification, ...]):
    """All sent notifications, in order."""

    __slots__ = ()

    def of(self, event_type: str) -> "Notifications":
        """Return the notifications of one type, such as ``DEVICE_STATE``.

        Raises:
            ValueError: *event_type* is not a type of event.
        """
        known = load_service().event_types
        if event_type not in known:
            raise ValueError(f"event_type must be one of {', '.join(known)}, not {event_type!r}")
        return Notifications(item for item in self if item.event_type == event_type)


def _dashed_id() -> str:
    return str(uuid4())


def _hexadecimal_id() -> str:
    return uuid4().hex


def _seconds(moment: int) -> str:
    return f"{format_iso(moment).partition('.')[0]}Z"


@frozen
class _EnvelopeFormat:
    """The envelope of one type of event.

    Attributes:
        event_type: type of the event.
        version: version in the guide's sample, or None if the sample has none.
        identifier: function that makes the message id, or None if the sample has none.
        timestamp: function that formats the time.
        region: true if the envelope names the Region.
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
    """Store the notifications of an event, if a configuration names a destination for them."""
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
    """Return all sent notifications."""
    return Notifications(
        to_notification(row.document) for row in transaction.select(NOTIFICATION, {})
    )


def undelivered_notifications(transaction: Transaction) -> tuple[Undelivered, ...]:
    """Return the notifications that could not be put on their streams."""
    documents = [row.document for row in transaction.select(NOTIFICATION, {})]
    return tuple(
        Undelivered(to_notification(document), reason)
        for document in documents
        if (reason := optional_text(document, "Failure")) is not None
    )


def to_notification(document: JsonObject) -> Notification:
    """Return the notification of a stored document."""
    return Notification(
        text(document, "DestinationName"),
        text(document, "StreamArn"),
        text(document, "EventType"),
        text(document, "Data").encode("ascii"),
        text(document, "PartitionKey"),
    )
