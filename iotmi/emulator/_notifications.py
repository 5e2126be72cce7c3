"""Notifications: the envelope around what is told, and the record of all that were sent.

Owns who is told of what happens in the world: the destination that the configuration of the
event's type names at that moment. It does not know what makes things happen, nor how a
stream is written to.

The envelope's members differ from one type to another in the developer guide, and so they do
here: a consumer that passes with the emulator has met every form that is documented.
"""

import base64
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from uuid import uuid4

from attrs import field, frozen

from iotmi.emulator._clock import Clock, iso
from iotmi.emulator._happenings import Happening
from iotmi.emulator._json import JsonObject, mapping, optional_text, text
from iotmi.emulator._kinds import DESTINATION, NOTIFICATION_CONFIGURATION
from iotmi.emulator._notification_messages import Message, Scene, nanoseconds
from iotmi.emulator._notification_payloads import form_of, messages
from iotmi.emulator._place import Place
from iotmi.emulator._store import Rows
from iotmi.events import Event, parse

NOTIFICATION: Final = "notification"
"""What the rows are called that hold them."""

# A number of the length that Kinesis gives.
_SEQUENCE_NUMBER: Final = "49590338271490256608559692538361571095921575989136588898"
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

    @property
    def event(self) -> Event:
        """Return the typed event, as a consumer of the stream reads it."""
        return parse(self.data)

    def as_lambda_record(
        self,
        *,
        sequence_number: str = _SEQUENCE_NUMBER,
        shard_id: str = "shardId-000000000000",
    ) -> JsonObject:
        """Return the record as Lambda hands it to a function on the stream.

        Args:
            sequence_number: the number of the record in its shard.
            shard_id: the shard that the record is read from.
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


def _dashed() -> str:
    return str(uuid4())


def _hexadecimal() -> str:
    return uuid4().hex


def _seconds(moment: int) -> str:
    return f"{iso(moment).partition('.')[0]}Z"


@frozen
class _Form:
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


_FORMS: Final[Mapping[str, _Form]] = MappingProxyType(
    {
        "association": _Form("ACCOUNT_ASSOCIATION", "1.0.0", _hexadecimal, nanoseconds),
        "command": _Form("DEVICE_COMMAND", "0", _dashed, str),
        "connection": _Form("DEVICE_LIFE_CYCLE", "1.0", _dashed, nanoseconds),
        "connector-error": _Form("CONNECTOR_ERROR_REPORT", "1.0.0", _hexadecimal, nanoseconds),
        "discovery": _Form("DEVICE_DISCOVERY_STATUS", "0", _dashed, _seconds),
        "event": _Form("DEVICE_EVENT", "1.0", _hexadecimal, str, region=False),
        "onboarding": _Form("DEVICE_LIFE_CYCLE", "1.0.0", _hexadecimal, nanoseconds),
        "ota": _Form("DEVICE_OTA", "1.0.0", _hexadecimal, nanoseconds),
        "request": _Form("DEVICE_COMMAND_REQUEST", "0", _dashed, str),
        "state": _Form("DEVICE_STATE", None, None, str, region=False),
    }
)


def record(rows: Rows, clock: Clock, place: Place, happening: Happening) -> None:
    """Send to its destination what is to be told of a happening, if anybody wants to hear it."""
    name = form_of(happening)
    if name is None:
        return
    form = _FORMS[name]
    configuration = rows.get(NOTIFICATION_CONFIGURATION.name, form.event_type)
    if configuration is None:
        return
    destination = rows.get(DESTINATION.name, text(configuration, "DestinationName"))
    if destination is None:
        return
    for message in messages(Scene(rows, clock, place), happening):
        rows.send(
            NOTIFICATION,
            uuid4().hex,
            {
                "DestinationName": destination["Name"],
                "StreamArn": destination["DeliveryDestinationArn"],
                "EventType": form.event_type,
                "Data": json.dumps(_envelope(form, message, clock.now(), place)),
                "PartitionKey": (message.resources or [form.event_type])[0],
            },
        )


def _envelope(form: _Form, message: Message, now: int, place: Place) -> JsonObject:
    return {
        **({} if form.version is None else {"version": form.version}),
        **({} if form.identifier is None else {"messageId": form.identifier()}),
        "messageType": form.event_type,
        "source": _SOURCE,
        "customerAccountId": place.account_id,
        "timestamp": form.timestamp(now),
        **({"region": place.region_name} if form.region else {}),
        "resources": [*message.resources],
        "payload": message.payload,
    }


def notifications(rows: Rows) -> Notifications:
    """All that were sent."""
    return Notifications(notification(row.document) for row in rows.select(NOTIFICATION, {}))


def undelivered(rows: Rows) -> tuple[Undelivered, ...]:
    """Those of them that no stream took."""
    documents = [row.document for row in rows.select(NOTIFICATION, {})]
    return tuple(
        Undelivered(notification(document), reason)
        for document in documents
        if (reason := optional_text(document, "Failure")) is not None
    )


def notification(document: JsonObject) -> Notification:
    """One of them, as it is kept."""
    return Notification(
        text(document, "DestinationName"),
        text(document, "StreamArn"),
        text(document, "EventType"),
        text(document, "Data").encode("ascii"),
        text(document, "PartitionKey"),
    )
