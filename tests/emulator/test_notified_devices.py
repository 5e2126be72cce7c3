"""Notifications of virtual devices, and their times."""

from datetime import UTC, datetime
from typing import Any

from iotmi.emulator import Emulator
from tests.emulator.support.notifications import (
    create_switch,
    envelopes,
    payloads,
    send_action,
    subscribe,
)
from tests.emulator.support.requests import (
    Client,
    create_connector,
    create_connector_destination,
    create_thing,
)


def connections(emulator: Emulator) -> list[Any]:
    """Return the payloads of connections and disconnections."""
    return [each for each in payloads(emulator, "DEVICE_LIFE_CYCLE") if "eventType" in each]


def test_disconnection_and_reconnection(emulator: Emulator, client: Client) -> None:
    """A disconnection has its reason, and the next connection has another session."""
    subscribe(client, "DEVICE_LIFE_CYCLE")
    thing = create_switch(client)
    emulator.devices.go_offline(thing, reason="CONNECTION_LOST")
    emulator.devices.go_offline(thing, reason="SERVER_ERROR")
    emulator.devices.come_online(thing)
    observed = connections(emulator)
    assert [each["eventType"] for each in observed] == ["connected", "disconnected", "connected"]
    assert observed[1]["disconnectReason"] == "CONNECTION_LOST"
    sessions = [each["sessionIdentifier"] for each in observed]
    assert sessions[0] == sessions[1] != sessions[2]


def test_a_command_to_an_offline_device(emulator: Emulator, client: Client) -> None:
    """The command is sent as failed, and no state changes."""
    subscribe(client, "DEVICE_COMMAND", "DEVICE_STATE")
    thing = create_switch(client)
    emulator.devices.go_offline(thing)
    trace_id = send_action(client, thing, {"name": "On"})
    (payload,) = payloads(emulator, "DEVICE_COMMAND")
    assert (payload["traceId"], payload["result"]) == (trace_id, "failed")
    assert payloads(emulator, "DEVICE_STATE") == []


def test_reports_and_events(emulator: Emulator, client: Client) -> None:
    """A report of a property changes the state. An event does not."""
    subscribe(client, "DEVICE_STATE", "DEVICE_EVENT")
    thing = create_switch(client)
    emulator.devices.report(thing, "OnTime", 7)
    emulator.devices.emit(thing, "Started", {"by": "button"})
    order = [each.event_type for each in emulator.notifications]
    assert order == ["DEVICE_STATE", "DEVICE_EVENT"]
    (event,) = payloads(emulator, "DEVICE_EVENT")
    (capability,) = event["endpoints"][0]["capabilities"]
    assert capability["properties"] == [{"name": "Started", "value": '{"by": "button"}'}]


def test_events_have_the_moment_of_their_transition() -> None:
    """Events of transitions in emulated time have the transition's moment, oldest first."""
    with Emulator(clock="emulated") as emulator:
        client: Any = emulator.boto3_client()
        subscribe(client, "DEVICE_LIFE_CYCLE", "DEVICE_DISCOVERY_STATUS")
        hub = create_thing(client)
        client.start_device_discovery(DiscoveryType="ZIGBEE", ControllerIdentifier=hub)
        before = emulator.now()
        emulator.advance(minutes=20)
        observed: list[Any] = [notification.envelope for notification in emulator.notifications]
        seen = [
            (each["payload"]["status"], each["timestamp"])
            for each in observed
            if "status" in each["payload"]
        ][2:]
        statuses = [status for status, _ in seen]
        assert statuses == ["SUCCEEDED", "DISCOVERED", "ACTIVATED"]
        moments = [
            datetime.fromisoformat(time[:19]).replace(tzinfo=UTC).timestamp() for _, time in seen
        ]
        waited = [moment - before.timestamp() for moment in moments]
        assert waited == sorted(waited)
        assert all(20 < seconds < 60 for seconds in waited)
        ended = envelopes(emulator, "DEVICE_DISCOVERY_STATUS")[-1]
        assert ended["payload"]["deviceCount"] == 2


def test_an_aborted_login(emulator: Emulator, client: Client) -> None:
    """An aborted login is sent as an error of the customer."""
    destination = create_connector_destination(client, create_connector(client))
    subscribe(client, "ACCOUNT_ASSOCIATION")
    association = client.create_account_association(ConnectorDestinationId=destination)
    emulator.devices.refuse_sign_in(association["AccountAssociationId"])
    observed = [
        (each["state"], each["logLevel"], each["isCustomerError"], each["isServiceError"])
        for each in payloads(emulator, "ACCOUNT_ASSOCIATION")
    ]
    assert observed == [
        ("ASSOCIATION_IN_PROGRESS", "INFO", False, False),
        ("ASSOCIATION_FAILED", "ERROR", True, False),
    ]
