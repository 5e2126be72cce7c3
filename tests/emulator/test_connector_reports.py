"""Reports of cloud connectors about devices: events, responses, requests and failures."""

import pytest

from iotmi.emulator import Emulator
from tests.emulator.support.notifications import (
    cluster,
    create_cloud_switch,
    envelopes,
    managed_thing_arn,
    payloads,
    send_event,
    subscribe,
)
from tests.emulator.support.requests import ON_OFF, Client, create_connector

SWITCH = {"id": ON_OFF, "name": "On/Off", "version": "6"}
LOCK = {"id": "matter.DoorLock@1.4", "name": "Door Lock", "version": "8"}


def value_of(client: Client, thing: str, name: str) -> object:
    """Return the value of a switch's property from the thing's state."""
    (endpoint,) = client.get_managed_thing_state(ManagedThingId=thing)["Endpoints"]
    properties = endpoint["capabilities"][0]["properties"]
    (found,) = [each["value"]["propertyValue"] for each in properties if each["name"] == name]
    return found


@pytest.mark.parametrize(
    ("number", "attributes"),
    [
        ("0x0006", {"0x0000": True, "0x4001": 5}),
        ("0X6", [{"0": True}, {"0x4001": 5}, "noise"]),
        ("6", {"0x0": True, "16385": 5, "0xABCD": 1, "OnOff": 1}),
    ],
)
def test_events(emulator: Emulator, client: Client, number: str, attributes: object) -> None:
    """An event's attributes become named properties. State and event are published."""
    connector, _, thing = create_cloud_switch(client)
    subscribe(client, "DEVICE_EVENT", "DEVICE_STATE")
    send_event(client, connector, "DEVICE_EVENT", cluster(number, attributes), cluster("0xFFF1"))
    (event,) = envelopes(emulator, "DEVICE_EVENT")
    arrived = event["payload"].pop("iotMiArrivalTimestamp")
    assert arrived.endswith("Z")
    properties = [{"name": "OnOff", "value": "true"}, {"name": "OnTime", "value": "5"}]
    capability = {**SWITCH, "properties": properties}
    assert event["payload"] == {"endpoints": [{"endpointId": "1", "capabilities": [capability]}]}
    assert (event["version"], event["resources"]) == ("1.0", [f"/quit/{thing}"])
    assert "region" not in event
    assert value_of(client, thing, "OnOff") is True
    assert len(payloads(emulator, "DEVICE_STATE")) == 1


def test_an_event_of_an_unreported_cluster(emulator: Emulator, client: Client) -> None:
    """A cluster that is missing in the thing's report has the catalogue's names."""
    connector, _, _thing = create_cloud_switch(client)
    subscribe(client, "DEVICE_EVENT")
    send_event(client, connector, "DEVICE_EVENT", cluster("0x0101", {"0x0002": True}))
    ((endpoint,),) = [each["endpoints"] for each in payloads(emulator, "DEVICE_EVENT")]
    properties = [{"name": "ActuatorEnabled", "value": "true"}]
    assert endpoint["capabilities"] == [{**LOCK, "properties": properties}]


def test_an_event_of_a_lock(emulator: Emulator, client: Client) -> None:
    """A cluster's events have the catalogue's names. Their fields have none, and are left out."""
    connector, _, _thing = create_cloud_switch(client)
    subscribe(client, "DEVICE_EVENT")
    alarm = {"id": "0x0101", "events": {"0x0000": {"0": 1}, "0xABCD": {}}}
    send_event(client, connector, "DEVICE_EVENT", alarm)
    ((endpoint,),) = [each["endpoints"] for each in payloads(emulator, "DEVICE_EVENT")]
    assert endpoint["capabilities"] == [
        {**LOCK, "properties": [{"name": "DoorLockAlarm", "value": "{}"}]}
    ]


@pytest.mark.parametrize(
    ("status", "result"), [(None, "succeeded"), (200, "succeeded"), (500, "failed")]
)
def test_command_responses(
    emulator: Emulator, client: Client, status: int | None, result: str
) -> None:
    """The response to a command is published with the command's trace id."""
    connector, _, thing = create_cloud_switch(client)
    subscribe(client, "DEVICE_COMMAND", "DEVICE_STATE")
    given = {} if status is None else {"StatusCode": status}
    send_event(client, connector, "DEVICE_COMMAND_RESPONSE", TraceId="f4be7a5d55d34cc=_1", **given)
    (event,) = envelopes(emulator, "DEVICE_COMMAND")
    assert event["payload"]["traceId"] == "f4be7a5d55d34cc=_1"
    assert event["payload"]["result"] == result
    assert event["resources"] == [managed_thing_arn(thing)]
    assert payloads(emulator, "DEVICE_STATE") == []


def test_a_response_with_attributes(emulator: Emulator, client: Client) -> None:
    """Attributes in a response change the state."""
    connector, _, thing = create_cloud_switch(client)
    subscribe(client, "DEVICE_STATE")
    attributes = cluster("0x0006", {"0x0000": True})
    send_event(client, connector, "DEVICE_COMMAND_RESPONSE", attributes, TraceId="1=_1")
    assert value_of(client, thing, "OnOff") is True
    assert len(payloads(emulator, "DEVICE_STATE")) == 1


def test_requests(emulator: Emulator, client: Client) -> None:
    """A device's request is published with its capabilities and changes no state."""
    connector, _, thing = create_cloud_switch(client)
    subscribe(client, "DEVICE_COMMAND_REQUEST", "DEVICE_STATE")
    send_event(client, connector, "DEVICE_COMMAND_REQUEST", cluster("0x0006", {"0x0000": True}))
    (event,) = envelopes(emulator, "DEVICE_COMMAND_REQUEST")
    assert event["payload"] == {"endpoints": [{"endpointId": "1", "capabilities": [SWITCH]}]}
    assert (event["version"], event["resources"]) == ("0", [managed_thing_arn(thing)])
    assert client.get_managed_thing_state(ManagedThingId=thing)["Endpoints"] == []
    assert payloads(emulator, "DEVICE_STATE") == []


def test_devices_of_other_connectors(emulator: Emulator, client: Client) -> None:
    """A connector's report about another connector's device, or none, has no effect."""
    create_cloud_switch(client)
    other = create_connector(client, "Locks")
    subscribe(client, "DEVICE_EVENT", "CONNECTOR_ERROR_REPORT")
    send_event(client, other, "DEVICE_EVENT", cluster("0x0006", {"0x0000": True}))
    send_event(
        client, other, "DEVICE_EVENT", cluster("6"), ConnectorDeviceId="nobody", StatusCode=500
    )
    assert emulator.notifications == ()


def test_a_failed_command(emulator: Emulator, client: Client) -> None:
    """A connector's error is published with all details of the failed operation."""
    connector, association, thing = create_cloud_switch(client)
    subscribe(client, "CONNECTOR_ERROR_REPORT")
    found = client.get_account_association(AccountAssociationId=association)
    send_event(
        client,
        connector,
        "DEVICE_COMMAND_RESPONSE",
        TraceId="1=_1",
        StatusCode=404,
        Message="Lamp is gone",
        OperationVersion="1.1",
    )
    (event,) = envelopes(emulator, "CONNECTOR_ERROR_REPORT")
    assert (event["version"], event["resources"]) == ("1.0.0", [found["Arn"]])
    assert event["payload"] == {
        "statusCode": 404,
        "resourceType": "account-association",
        "resourceId": [association],
        "associationArn": [found["Arn"]],
        "connectorDestinationId": found["ConnectorDestinationId"],
        "connectorDeviceId": "device-1",
        "operation": "AWS.SendCommand",
        "operationVersion": "1.1",
        "traceId": "1=_1",
        "logLevel": "ERROR",
        "message": "AWS.SendCommand operation failed during asynchronous invocation of the"
        " connector: Connector response exception: responseCode=404,"
        " responseMessage=Lamp is gone",
        "managedThingId": thing,
    }


def test_a_failure_of_an_unknown_device(emulator: Emulator, client: Client) -> None:
    """The error of an unknown device leaves out all members without a value."""
    connector = create_connector(client)
    subscribe(client, "CONNECTOR_ERROR_REPORT")
    send_event(client, connector, "DEVICE_COMMAND_RESPONSE", TraceId="1=_1", StatusCode=500)
    (event,) = envelopes(emulator, "CONNECTOR_ERROR_REPORT")
    assert event["resources"] == []
    assert event["payload"].keys() == {
        "statusCode",
        "resourceType",
        "connectorDeviceId",
        "operation",
        "operationVersion",
        "traceId",
        "logLevel",
        "message",
    }


@pytest.mark.parametrize(
    ("said", "error"), [({"Message": "Cloud is down"}, {"message": "Cloud is down"}), ({}, {})]
)
def test_a_failed_discovery(
    emulator: Emulator, client: Client, said: dict[str, str], error: dict[str, str]
) -> None:
    """A connector's failure fails the discovery. Both are published."""
    connector, association, _thing = create_cloud_switch(client)
    subscribe(client, "DEVICE_DISCOVERY_STATUS", "CONNECTOR_ERROR_REPORT")
    discovery = client.start_device_discovery(
        DiscoveryType="CLOUD", AccountAssociationId=association
    )["Id"]
    client.send_connector_event(
        ConnectorId=connector,
        Operation="DEVICE_DISCOVERY",
        DeviceDiscoveryId=discovery,
        StatusCode=500,
        **said,
    )
    arn = client.get_account_association(AccountAssociationId=association)["Arn"]
    event = envelopes(emulator, "DEVICE_DISCOVERY_STATUS")[-1]
    assert event["resources"] == [arn]
    assert event["payload"] == {
        "deviceCount": 0,
        "deviceDiscoveryId": discovery,
        "status": "FAILED",
        "error": {"code": "500", **error},
    }
    (report,) = payloads(emulator, "CONNECTOR_ERROR_REPORT")
    assert (report["operation"], report["statusCode"]) == ("AWS.DiscoverDevices", 500)
    assert report["resourceId"] == [association]
    assert client.get_device_discovery(Identifier=discovery)["Status"] == "FAILED"
