"""Results as connector events: pages of devices, states, reports, and the client that sends."""

from collections.abc import Iterator

import pytest

from iotmi import ConstraintError, connector
from iotmi.capabilities import (
    FlowMeasurement,
    LevelControl,
    OnOff,
    PressureMeasurement,
    TemperatureMeasurement,
    Thermostat,
)
from iotmi.capabilities.fan_control import FanControl, FanMode
from iotmi.connector import CommandResponse, Connector, ConnectorError
from iotmi.emulator.server import serving
from tests.connector.support import Cloud, Home, code_of, lamp, sample

LIMIT = 2.0


def test_devices_are_sent_in_pages(cloud: Cloud) -> None:
    """Each page but the last has a status of 3xx. The last has 200."""
    app = Connector(client=cloud.client, page_size=2)

    @app.discover_devices
    def discover(_: connector.DiscoverDevices) -> Iterator[connector.DiscoveredDevice]:
        for number in range(5):
            yield lamp(f"dev_{number}")

    discovery = cloud.discovery_id()
    app.respond(cloud.sample("discover_all", deviceDiscoveryId=discovery))
    assert [(each["StatusCode"], len(each["Devices"])) for each in cloud.events] == [
        (300, 2),
        (300, 2),
        (200, 1),
    ]
    found = cloud.client.device_discoveries.list_devices(discovery).collect()
    assert sorted(str(each.connector_device_id) for each in found) == [
        f"dev_{number}" for number in range(5)
    ]


def test_a_discovery_without_devices_ends(cloud: Cloud) -> None:
    """One event without devices ends the discovery."""
    app = Connector(client=cloud.client)
    app.discover_devices(lambda _: [])
    discovery = cloud.discovery_id()
    app.respond(cloud.sample("discover_all", deviceDiscoveryId=discovery))
    (event,) = cloud.events
    assert (event["StatusCode"], event["Devices"]) == (200, [])


def test_a_generator_that_fails_ends_the_discovery(cloud: Cloud) -> None:
    """Pages before the failure are kept, and the response has the error."""
    app = Connector(client=cloud.client, page_size=1)

    @app.discover_devices
    def discover(_: connector.DiscoverDevices) -> Iterator[connector.DiscoveredDevice]:
        yield lamp("dev_1")
        yield lamp("dev_2")
        raise ConnectorError(502, "the third party hung up")

    discovery = cloud.discovery_id()
    request = cloud.sample("discover_all", deviceDiscoveryId=discovery)
    assert code_of(app.respond(request)) == 502
    assert [each["StatusCode"] for each in cloud.events] == [300]


def test_a_response_has_states_of_several_endpoints_and_clusters(cloud: Cloud) -> None:
    """A response has one endpoint of five clusters, so other states are events before it."""
    app = Connector(client=cloud.client)
    states = [
        OnOff(on_off=True),
        LevelControl(current_level=5),
        FanControl(fan_mode=FanMode.LOW),
        Thermostat(local_temperature=2100),
        TemperatureMeasurement(measured_value=1),
        PressureMeasurement(measured_value=1),
        FlowMeasurement(measured_value=1),
    ]
    app.send_command(
        lambda _: CommandResponse({"1": states, "2": [OnOff(on_off=False)]}, message="dönè: ok!")
    )
    app.respond(cloud.sample("send_command_on"))
    first, second, response = cloud.events
    assert [each["Operation"] for each in (first, second, response)] == [
        "DEVICE_EVENT",
        "DEVICE_EVENT",
        "DEVICE_COMMAND_RESPONSE",
    ]
    assert [each["MatterEndpoint"]["id"] for each in (first, second, response)] == ["1", "2", "1"]
    clusters = [each["id"] for each in response["MatterEndpoint"]["clusters"]]
    assert (len(clusters), clusters[0]) == (5, "0x0006")
    assert len(first["MatterEndpoint"]["clusters"]) == 2
    assert response["Message"] == "done ok"


def test_a_report_needs_properties_and_a_connector(cloud: Cloud, home: Home) -> None:
    """The connector is the only one of the requests, or the one that is given."""
    with pytest.raises(ValueError, match="0 connectors"):
        home.app.report("dev_1", OnOff(on_off=True))
    home.app.respond(cloud.sample("deactivate_user"))
    home.app.report("dev_1", OnOff(on_off=True), endpoint="2", user_id="u-1")
    (event,) = cloud.events
    assert (event["ConnectorId"], event["UserId"]) == (cloud.connector_id, "u-1")
    assert event["MatterEndpoint"]["id"] == "2"
    with pytest.raises(ValueError, match="at least one property"):
        home.app.report("dev_1", OnOff())
    home.app.respond(sample("deactivate_user"))
    with pytest.raises(ValueError, match="2 connectors"):
        home.app.report("dev_1", OnOff(on_off=True))
    given = Connector(client=cloud.client, connector_id=cloud.connector_id)
    given.report("dev_1", OnOff(on_off=True))
    assert len(cloud.events) == 2
    with pytest.raises(ConstraintError):
        given.report("no such device", OnOff(on_off=True))


def test_a_lent_client_sends_the_results(cloud: Cloud) -> None:
    """A connector without a client uses the client in the context of the invocation."""

    class Context:
        iotmi_client = cloud.client

    app = Connector()
    app.send_command(lambda _: None)
    app.respond(cloud.sample("send_command_on"), Context())
    assert len(cloud.events) == 1


@pytest.mark.usefixtures("keys")
def test_a_client_is_created_for_the_first_result(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a client, one with default settings sends the results."""
    app = Connector()
    app.send_command(lambda _: None)
    with serving(cloud.emulator) as address:
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        monkeypatch.setenv("AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS", address)
        for trace in ("a", "b"):
            app.respond(cloud.sample("send_command_on", traceId=trace))
        cloud.received(2)


def test_a_response_repeats_the_commands_of_its_endpoint(cloud: Cloud, home: Home) -> None:
    """Commands whose ids are no numbers cannot be sent, and those of other endpoints neither."""
    request = cloud.sample("send_command_on")
    ids = ["Spin", "0x01", *(f"0x1{number}" for number in range(9))]
    commands: list[object] = [{each: {}} for each in ids]
    cluster = {"id": "0xFFF10001", "commands": commands}
    request["payload"]["endpoints"] = [
        {"id": "7", "clusters": [cluster]},
        {"id": "8", "clusters": [cluster]},
    ]
    assert code_of(home.app.respond(request)) == 200
    state, event = cloud.events
    assert state["MatterEndpoint"]["id"] == "1"
    assert event["MatterEndpoint"] == {
        "id": "7",
        "clusters": [
            {
                "id": "0xfff10001",
                "commands": {each: {} for each in ("0x01", "0x10", "0x11", "0x12", "0x13")},
            }
        ],
    }
