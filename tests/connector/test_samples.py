"""Every sample of the developer guide is responded to as the guide says."""

import json
from typing import Any

import pytest

from iotmi import connector
from iotmi.capabilities import OnOff, UpdateState
from iotmi.capabilities.fan_control import FanControl, FanMode
from iotmi.connector import OAuthToken, SecretReference
from tests.connector.support import CONNECTOR, REQUESTS, SAMPLES, TOKEN, Cloud, Home, sample

KINDS = {
    "activate_user": connector.ActivateUser,
    "activate_user_general": connector.ActivateUser,
    "discover_all": connector.DiscoverDevices,
    "discover_some": connector.DiscoverDevices,
    "discover_general": connector.DiscoverDevices,
    "send_command_update_state": connector.SendCommand,
    "send_command_general": connector.SendCommand,
    "deactivate_user": connector.DeactivateUser,
    "deactivate_user_general": connector.DeactivateUser,
    "send_command_on": connector.SendCommand,
    "no_list": connector.DiscoverDevices,
    "as_text": connector.ActivateUser,
}


def test_every_sample_is_tested() -> None:
    """The samples are those of the table, and one of an unknown operation."""
    assert set(REQUESTS) == {*KINDS, "unknown_operation"}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("form", ["object", "text", "bytes"])
def test_a_sample_reaches_its_function(home: Home, name: str, form: str) -> None:
    """A request is an object, JSON text or octets. Its function is called once."""
    event = REQUESTS[name]
    if form != "object":
        event = event if isinstance(event, str) else json.dumps(event)
        event = event if form == "text" else event.encode()
    response: Any = home.app.lambda_handler(event, None)
    assert response.keys() == {"header", "payload"}
    assert response["header"] == {"responseCode": 200}
    expected = SAMPLES["responses"]["activate_user" if "activate_user" in name[:13] else "ack"]
    if name == "as_text":
        expected = SAMPLES["responses"]["activate_user"]
    assert response["payload"].keys() == expected["payload"].keys()
    assert response["payload"].get("userId") == expected["payload"].get("userId")
    (request,) = home.requests
    assert type(request) is KINDS[name]
    assert request.connector_id == CONNECTOR
    assert request.operation_version == (
        "1.0.0" if KINDS[name] is connector.ActivateUser else "1.0"
    )
    assert request.auth == (
        SecretReference(
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:my-secret-abc123",
            "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE",
        )
        if name.endswith("general")
        else OAuthToken(TOKEN)
    )


def test_the_members_of_a_discovery(home: Home) -> None:
    """An empty or missing list of ids means all devices."""
    for number, name in enumerate(("discover_all", "discover_some", "no_list")):
        home.app.respond(sample(name, deviceDiscoveryId=f"1234567{number}"))
    first, second, third = home.requests
    assert isinstance(first, connector.DiscoverDevices)
    assert first.device_discovery_id == "12345670"
    assert [getattr(each, "device_ids", None) for each in (first, second, third)] == [
        (),
        ("dev_1", "dev_2"),
        (),
    ]


def test_the_members_of_commands(home: Home) -> None:
    """Commands of known clusters are typed."""
    home.app.respond(REQUESTS["send_command_update_state"])
    home.app.respond(REQUESTS["send_command_on"])
    first, second = home.requests
    assert isinstance(first, connector.SendCommand)
    assert (first.device_id, first.trace_id) == ("dev_1", "traceId-3241u78123419")
    (update,) = first.commands
    assert isinstance(update, UpdateState)
    assert update.properties == {"FanMode": "High"}
    assert isinstance(second, connector.SendCommand)
    assert second.commands == (OnOff.on(),)
    match second.commands[0]:
        case OnOff.on(endpoint="1"):
            pass
        case _:
            pytest.fail("a command's class is a pattern")


def test_an_unknown_operation_is_not_supported(home: Home) -> None:
    """No function is called."""
    response = home.app.respond(REQUESTS["unknown_operation"])
    assert response == {
        "header": {"responseCode": 501},
        "payload": {"responseMessage": "the operation is not supported"},
    }
    assert home.requests == []


def test_the_event_of_a_discovery_is_the_sample(cloud: Cloud, home: Home) -> None:
    """The event has the members of the guide's sample."""
    discovery = cloud.discovery_id()
    home.app.respond(cloud.sample("discover_all", deviceDiscoveryId=discovery))
    (event,) = cloud.events
    expected = SAMPLES["send_connector_event"]["discovery"]
    assert event.keys() == expected.keys() - {"UserId"}
    assert {name: event[name] for name in ("Operation", "OperationVersion", "StatusCode")} == {
        name: expected[name] for name in ("Operation", "OperationVersion", "StatusCode")
    }
    (device,) = event["Devices"]
    (sampled,) = expected["Devices"]
    assert device["DeviceMetadata"] == sampled["DeviceMetadata"]
    assert device["ConnectorDeviceName"] == sampled["ConnectorDeviceName"]
    (endpoint,) = device["CapabilityReport"]["endpoints"]
    (known,) = sampled["CapabilityReport"]["endpoints"]
    cluster = endpoint["clusters"][0]
    assert (endpoint["id"], cluster["id"]) == (known["id"], known["clusters"][0]["id"])
    assert cluster["attributes"][:1] == known["clusters"][0]["attributes"]
    assert cluster["commands"][:2] == known["clusters"][0]["commands"]
    found = cloud.client.device_discoveries.wait_until_finished(discovery)
    assert found.status == "SUCCEEDED"


def test_the_event_of_a_command_is_the_sample(cloud: Cloud, home: Home) -> None:
    """The response to a command repeats the command, as the guide's sample does."""
    home.app.respond(cloud.sample("send_command_update_state"))
    (event,) = cloud.events
    expected = SAMPLES["send_connector_event"]["command_response_model"]
    for name in ("Operation", "OperationVersion", "StatusCode", "ConnectorDeviceId", "TraceId"):
        assert event[name] == expected[name]
    clusters = event["MatterEndpoint"]["clusters"]
    assert clusters[0]["commands"] == expected["MatterEndpoint"]["clusters"][0]["commands"]
    assert clusters[1] == {"id": "0x0006", "attributes": {"0x0000": True}}


def test_the_event_of_a_change_is_the_sample(cloud: Cloud, home: Home) -> None:
    """A report of a fan's mode equals the guide's sample."""
    home.app.report("dev_1", FanControl(fan_mode=FanMode.HIGH), connector_id=cloud.connector_id)
    (event,) = cloud.events
    expected = dict(SAMPLES["send_connector_event"]["event"])
    del expected["UserId"]
    assert event == expected | {"ConnectorId": cloud.connector_id}
