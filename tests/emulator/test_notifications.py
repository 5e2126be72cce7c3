"""Notifications: the events of things, their envelopes and their destinations."""

import json
from pathlib import Path
from typing import Any

import pytest

from iotmi.emulator import Emulator
from iotmi.emulator._model.resource_types import DESTINATION
from tests.emulator.support.notifications import (
    ACCOUNT,
    DASHED,
    HEXADECIMAL,
    ISO,
    MILLISECONDS,
    NANOSECONDS,
    Like,
    create_switch,
    envelopes,
    managed_thing_arn,
    payloads,
    send_action,
    stream_arn,
    subscribe,
)
from tests.emulator.support.requests import (
    ON_OFF,
    Client,
    activate,
    create_association,
    create_cloud_thing,
    create_connector,
    create_connector_destination,
    create_thing,
    expect_error,
    material,
    register,
)


def onboarding(emulator: Emulator) -> list[tuple[str, str]]:
    """Return the notified statuses with their things."""
    return [
        (payload["deviceDetails"]["id"], payload["status"])
        for payload in payloads(emulator, "DEVICE_LIFE_CYCLE")
        if "status" in payload
    ]


def connections(emulator: Emulator) -> list[Any]:
    """Return the payloads of connections and disconnections."""
    return [each for each in payloads(emulator, "DEVICE_LIFE_CYCLE") if "eventType" in each]


def test_nothing_is_recorded_without_a_configuration(emulator: Emulator, client: Client) -> None:
    """An event without a configuration is not recorded."""
    subscribe(client)
    activate(client, create_thing(client))
    assert emulator.notifications == ()


def test_onboarding(emulator: Emulator, client: Client) -> None:
    """Every status of a thing is sent in the documented envelope, up to its deletion."""
    subscribe(client, "DEVICE_LIFE_CYCLE")
    thing = create_thing(client)
    activate(client, thing)
    client.delete_managed_thing(Identifier=thing)
    client.get_managed_thing(Identifier=thing)
    statuses = ["PRE_ASSOCIATED", "DISCOVERED", "ACTIVATED", "DELETE_IN_PROGRESS", "DELETED"]
    assert onboarding(emulator) == [(thing, status) for status in statuses]
    arn = managed_thing_arn(thing)
    assert envelopes(emulator, "DEVICE_LIFE_CYCLE")[0] == {
        **ACCOUNT,
        "version": "1.0.0",
        "messageId": Like(HEXADECIMAL),
        "messageType": "DEVICE_LIFE_CYCLE",
        "timestamp": NANOSECONDS,
        "region": "eu-west-1",
        "resources": [arn],
        "payload": {
            "deviceDetails": {
                "id": thing,
                "arn": arn,
                "createdAt": NANOSECONDS,
                "updatedAt": NANOSECONDS,
            },
            "status": "PRE_ASSOCIATED",
        },
    }


def test_connection(emulator: Emulator, client: Client) -> None:
    """A connection and its loss have the same session."""
    subscribe(client, "DEVICE_LIFE_CYCLE")
    thing = create_thing(client)
    activate(client, thing)
    client.delete_managed_thing(Identifier=thing)
    connected, disconnected = connections(emulator)
    common = {
        "managedThingId": thing,
        "managedThingArn": managed_thing_arn(thing),
        "clientId": thing,
        "timestamp": MILLISECONDS,
        "sessionIdentifier": Like(DASHED),
        "principalIdentifier": Like(r"[0-9a-f]{64}"),
        "versionNumber": "0",
    }
    assert connected == {**common, "eventType": "connected", "ipAddress": "192.0.2.100"}
    reason = {"disconnectReason": "CLIENT_INITIATED_DISCONNECT"}
    assert disconnected == {**common, "eventType": "disconnected", **reason}
    assert connected["sessionIdentifier"] == disconnected["sessionIdentifier"]
    about = next(
        each
        for each in envelopes(emulator, "DEVICE_LIFE_CYCLE")
        if each["payload"].get("eventType") == "connected"
    )
    assert (about["version"], about["messageId"]) == ("1.0", Like(DASHED))


def test_an_unchanged_status_is_not_sent(emulator: Emulator, client: Client) -> None:
    """A second registration leaves a thing ACTIVATED and sends nothing."""
    connector = create_connector(client)
    destination = create_connector_destination(client, connector)
    subscribe(client, "DEVICE_LIFE_CYCLE")
    thing = create_cloud_thing(client)
    for _ in range(2):
        register(client, thing, create_association(client, ConnectorDestinationId=destination))
    assert onboarding(emulator) == [(thing, "UNASSOCIATED"), (thing, "ACTIVATED")]


def test_commands(emulator: Emulator, client: Client) -> None:
    """The outcome of a command has its trace id and its times."""
    subscribe(client, "DEVICE_COMMAND")
    thing = create_switch(client)
    trace_id = send_action(client, thing, {"name": "On"})
    assert envelopes(emulator, "DEVICE_COMMAND") == [
        {
            **ACCOUNT,
            "version": "0",
            "messageId": Like(DASHED),
            "messageType": "DEVICE_COMMAND",
            "timestamp": MILLISECONDS,
            "region": "eu-west-1",
            "resources": [managed_thing_arn(thing)],
            "payload": {
                "traceId": trace_id,
                "receivedAt": ISO,
                "executedAt": ISO,
                "result": "succeeded",
            },
        }
    ]


def test_state(emulator: Emulator, client: Client) -> None:
    """New property values are sent as JSON in text. Unchanged values are not sent."""
    subscribe(client, "DEVICE_STATE")
    thing = create_switch(client)
    send_action(client, thing, {"name": "UpdateState", "parameters": {"OnOff": True, "OnTime": 5}})
    send_action(client, thing, {"name": "UpdateState", "parameters": {"OnOff": True, "OnTime": 1}})
    send_action(client, thing, {"name": "On"})
    first, second = envelopes(emulator, "DEVICE_STATE")

    def added(**values: str) -> dict[str, object]:
        return {
            "addedStates": {
                "endpoints": [
                    {
                        "endpointId": "1",
                        "capabilities": [
                            {
                                "id": ON_OFF,
                                "name": "On/Off",
                                "version": "6",
                                "properties": [
                                    {
                                        "name": name,
                                        "value": {
                                            "propertyValue": value,
                                            "lastChangedAt": Like(r".{19}\.\d{6}Z"),
                                        },
                                    }
                                    for name, value in values.items()
                                ],
                            }
                        ],
                    }
                ]
            }
        }

    assert first == {
        **ACCOUNT,
        "messageType": "DEVICE_STATE",
        "timestamp": MILLISECONDS,
        "resources": [managed_thing_arn(thing)],
        "payload": added(OnOff="true", OnTime="5"),
    }
    assert second["payload"] == added(OnTime="1")


def test_a_failed_request_sends_nothing(emulator: Emulator, client: Client) -> None:
    """A rolled-back request sends no notification."""
    subscribe(client, "DEVICE_STATE", "DEVICE_COMMAND")
    thing = create_switch(client)
    with expect_error("ValidationException"):
        send_action(client, thing, {"name": "On"}, {"name": "Explode"})
    assert emulator.notifications == ()


def test_a_repeated_request_sends_nothing(emulator: Emulator, client: Client) -> None:
    """A client token creates one thing and sends one notification."""
    subscribe(client, "DEVICE_LIFE_CYCLE")
    sent = material()
    things = {
        create_thing(client, AuthenticationMaterial=sent, ClientToken="once") for _ in range(2)
    }
    assert onboarding(emulator) == [(things.pop(), "PRE_ASSOCIATED")]


def test_configurations_select_the_destination(emulator: Emulator, client: Client) -> None:
    """An event goes to the destination that is configured at that moment, or nowhere."""
    subscribe(client, "DEVICE_LIFE_CYCLE")
    create_thing(client)
    subscribe(client, name="alarms")
    client.update_notification_configuration(
        EventType="DEVICE_LIFE_CYCLE", DestinationName="alarms"
    )
    create_thing(client)
    client.update_destination(Name="alarms", DeliveryDestinationArn=stream_arn("other"))
    create_thing(client)
    client.delete_notification_configuration(EventType="DEVICE_LIFE_CYCLE")
    create_thing(client)
    led = [(each.destination_name, each.stream_arn) for each in emulator.notifications]
    assert led == [
        ("home", stream_arn("home")),
        ("alarms", stream_arn("alarms")),
        ("alarms", stream_arn("other")),
    ]


def test_a_missing_destination_is_ignored(emulator: Emulator, client: Client) -> None:
    """A configuration without its destination, as in an edited file, breaks no call."""
    subscribe(client, "DEVICE_LIFE_CYCLE")
    with emulator._dispatcher.store.transaction() as transaction:
        transaction.delete(DESTINATION.name, "home")
    create_thing(client)
    assert emulator.notifications == ()


def test_a_notification_is_a_value(emulator: Emulator, client: Client) -> None:
    """A notification holds the record's bytes, and its parsed content is a copy."""
    subscribe(client, "DEVICE_LIFE_CYCLE")
    thing = create_thing(client)
    (one,) = emulator.notifications
    assert (one.event_type, one.partition_key) == ("DEVICE_LIFE_CYCLE", managed_thing_arn(thing))
    one.envelope.clear()
    one.payload.clear()
    assert one.envelope == json.loads(one.data)
    assert one.payload == one.envelope["payload"]
    assert "deviceDetails" not in repr(one)
    assert {one} == set(emulator.notifications)


def test_a_file_keeps_notifications(tmp_path: Path) -> None:
    """A reopened file has the notifications in order, and accepts more."""
    path = tmp_path / "home.db"
    with Emulator(path) as emulator:
        client: Any = emulator.boto3_client()
        subscribe(client, "DEVICE_LIFE_CYCLE")
        first = create_thing(client)
    with Emulator(path) as emulator:
        second = create_thing(emulator.boto3_client())
        assert [identifier for identifier, _ in onboarding(emulator)] == [first, second]


def test_an_unknown_type_of_event(emulator: Emulator) -> None:
    """A misspelled type is refused with the types that exist."""
    with pytest.raises(ValueError, match=r"DEVICE_STATE.*not 'DEVICE_STAT'"):
        emulator.notifications.of("DEVICE_STAT")
    assert emulator.notifications.of("DEVICE_STATE") == ()
