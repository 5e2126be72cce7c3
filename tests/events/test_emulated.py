"""Every notification of the emulator as a typed event and in a Lambda batch."""

from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import Any, Final, get_args

import pytest

from iotmi import EventType, events
from iotmi.emulator import Emulator, Notification, lambda_event
from iotmi.events import Handler, Record
from tests.emulator.support import notifications as notified
from tests.emulator.support.requests import (
    Client,
    activate,
    create_connector_destination,
    create_thing,
)

from .message import Json
from .messages import MESSAGES

# Payload members with a constant value, which events do not have.
WITHOUT_NAME: Final = {"resourceType"}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Yield an emulator that has sent every kind of notification that it supports."""
    with Emulator() as emulator:
        client: Client = emulator.boto3_client()
        notified.subscribe(client, *EventType)
        hub = create_thing(client)
        switch = notified.create_switch(client)
        notified.send_action(client, switch, {"name": "Toggle"})
        emulator.devices.go_offline(switch, reason="CONNECTION_LOST")
        notified.send_action(client, switch, {"name": "On"})
        emulator.devices.come_online(switch)
        emulator.devices.report(switch, "OnTime", 7)
        emulator.devices.emit(switch, "Started", {"by": "button"})
        activate(client, hub)
        found = client.start_device_discovery(DiscoveryType="ZIGBEE", ControllerIdentifier=hub)
        emulator.devices.fail_discovery(found["Id"])
        client.create_ota_task(
            S3Url="s3://b/k", OtaType="ONE_TIME", Target=[notified.managed_thing_arn(switch)]
        )
        connector, _, lamp = notified.create_cloud_switch(client)
        destination = create_connector_destination(client, connector)
        association = client.create_account_association(ConnectorDestinationId=destination)
        emulator.devices.refuse_sign_in(association["AccountAssociationId"])
        trace_id = notified.send_action(client, lamp, {"name": "On"})
        notified.send_event(
            client,
            connector,
            "DEVICE_COMMAND_RESPONSE",
            TraceId=trace_id,
            StatusCode=500,
            Message="no lamp",
        )
        notified.send_event(client, connector, "DEVICE_COMMAND_REQUEST", notified.cluster("0x0006"))
        client.delete_managed_thing(Identifier=switch, Force=True)
        yield emulator


def leaves(value: Json, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, f"{path}[{place}]")
    else:
        yield path, value


def values_of(event: Json) -> Iterator[Any]:
    """Yield every value in an event, including nested values."""
    if hasattr(event, "__attrs_attrs__"):
        for field in event.__attrs_attrs__:
            if field.name != "raw":
                yield from values_of(getattr(event, field.name))
    elif isinstance(event, tuple):
        for item in event:
            yield from values_of(item)
    else:
        yield event.value if isinstance(event, Enum) else event


def as_value(written: Json) -> Json:
    """Return a JSON scalar as in an event, with times as datetimes."""
    if isinstance(written, str) and written.isdecimal() and len(written) == 13:
        return datetime.fromtimestamp(int(written) / 1000).astimezone()
    if isinstance(written, str) and written[4:5] == "-" and written.endswith("Z"):
        return datetime.fromisoformat(written)
    return {"connected": True, "disconnected": False}.get(str(written), written)


def test_the_fixture_has_every_kind_of_event(emulator: Emulator) -> None:
    """The other tests cover every class that the emulator sends."""
    seen = {type(notification.event) for notification in emulator.notifications}
    assert seen == set(get_args(events.Event)) - {events.UnknownEvent}


def test_each_member_of_a_notification_is_in_its_event(emulator: Emulator) -> None:
    """Every scalar of a payload or an envelope is in the event."""
    for notification in emulator.notifications:
        event = notification.event
        held = list(values_of(event))
        for path, written in leaves(notification.envelope):
            if path == "source" or path.rpartition(".")[2] in WITHOUT_NAME:
                continue
            assert as_value(written) in held, (notification.event_type, path)
        assert event.raw == notification.envelope
        assert event.type == notification.event_type


def test_notifications_have_only_documented_members(
    emulator: Emulator,
) -> None:
    """The emulator's notifications have the documented members and no others."""
    known: dict[type, set[str]] = {}
    for message in MESSAGES.values():
        known.setdefault(message.event, set()).update(
            path.split(".")[-1].split("[")[0] for path, _ in leaves(message.document)
        )
    for notification in emulator.notifications:
        names = {path.split(".")[-1].split("[")[0] for path, _ in leaves(notification.envelope)}
        assert names <= known[type(notification.event)] | {"version", "messageId", "region"}


def test_a_lambda_batch_has_the_notifications_in_order(emulator: Emulator) -> None:
    """Each record has its own number and the notification's event."""
    handler = Handler()
    seen: list[Record] = []

    @handler.on()
    def take(event: events.Event, record: Record) -> None:
        assert event is record.event
        seen.append(record)

    sent = emulator.notifications
    assert handler.lambda_handler(lambda_event(sent), None) == {"batchItemFailures": []}
    assert [record.event for record in seen] == [notification.event for notification in sent]
    numbers = [int(record.sequence_number or 0) for record in seen]
    assert numbers == list(range(numbers[0], numbers[0] + len(sent)))
    assert {record.shard_id for record in seen} == {"shardId-000000000000"}
    assert [record.arrived_at for record in seen] == [
        record.event.timestamp.replace(microsecond=record.arrived_at.microsecond)
        for record in seen
        if record.event and record.event.timestamp and record.arrived_at
    ]


def test_one_notification_as_a_lambda_record(emulator: Emulator) -> None:
    """The record has the given number and shard."""
    notification: Notification = emulator.notifications[0]
    record = notification.as_lambda_record(sequence_number="7", shard_id="shardId-000000000003")
    (read,) = events.records({"Records": [record]})
    assert read.data == notification.data
    assert (read.sequence_number, read.shard_id) == ("7", "shardId-000000000003")
    assert read.partition_key == notification.partition_key
    assert record["eventSourceARN"] == notification.stream_arn
