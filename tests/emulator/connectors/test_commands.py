"""Commands to a connector's function, by the schemas of things and of the catalogue."""

from typing import Any

import pytest

from iotmi.emulator import Emulator
from tests.emulator.support.connectors import Cloud, answer, open_home, sign_in
from tests.emulator.support.devices import send_command, state_of
from tests.emulator.support.requests import (
    REPORT,
    Client,
    create_cloud_thing,
    expect_error,
    register,
)

FAN = "acme.Fan@1.0"
SCHEMA: dict[str, Any] = {
    "Format": "AWS",
    "CapabilityId": FAN,
    "ExtrinsicId": "0xFFF1FC01",
    "ExtrinsicVersion": 2,
    "Schema": {
        "$id": FAN,
        "properties": {
            "Speed": {"extrinsicId": "0x0000", "value": {"type": "integer"}},
            "Humid": {"extrinsicId": "0x0001", "value": {"type": "boolean"}},
        },
        "actions": [
            {
                "name": "Boost",
                "extrinsicId": "0x07",
                "request": {
                    "parameters": {"Minutes": {"extrinsicId": "0x0", "value": {"type": "integer"}}}
                },
            },
            {"name": "Rest"},
        ],
        "events": [],
    },
}


def capability(identifier: str, *actions: str) -> dict[str, Any]:
    """Return a capability in a thing's report."""
    return {
        "id": identifier,
        "name": identifier.rpartition(".")[2],
        "version": "1",
        "properties": ["Speed", "Humid"],
        "actions": list(actions),
        "events": [],
    }


@pytest.fixture
def schema() -> object:
    """Return the schema of the fan."""
    return SCHEMA["Schema"]


@pytest.fixture
def fan(emulator: Emulator, cloud: Cloud, client: Client, schema: object) -> str:
    """Return a thing with a capability of its own, behind the function."""
    association = sign_in(emulator, client, open_home(emulator, cloud, client))
    (first, *_) = REPORT["endpoints"]
    capabilities = [
        *first["capabilities"],
        capability(FAN, "Boost", "Rest"),
        capability("acme.Lamp@1.0", "Blink"),
    ]
    thing = create_cloud_thing(
        client,
        CapabilityReport={**REPORT, "endpoints": [{**first, "capabilities": capabilities}]},
        # Schemas in other formats have no numbers that Matter knows.
        CapabilitySchemas=[
            {**SCHEMA, "Format": "CONNECTOR", "ExtrinsicId": "0x0"},
            {**SCHEMA, "Schema": schema},
        ],
    )
    register(client, thing, association)
    cloud.before = lambda _: answer(responseMessage="Received")
    return thing


def sent(cloud: Cloud) -> object:
    """Return the clusters of the last command that the function got."""
    ((endpoint,),) = [cloud.events[-1]["payload"]["endpoints"]]
    return endpoint["clusters"]


def test_a_things_own_schema_has_the_numbers(cloud: Cloud, client: Client, fan: str) -> None:
    """Actions, parameters, properties to update and properties to read get their numbers."""
    cluster = "0xfff1fc01"
    send_command(client, fan, "Fan", "Boost", Minutes=5)
    assert sent(cloud) == [{"id": cluster, "commands": [{"0x07": {"0x0000": 5}}]}]
    send_command(client, fan, "Fan", "UpdateState", Speed=3)
    assert sent(cloud) == [{"id": cluster, "commands": [{"0xff01": {"0x0000": 3}}]}]
    send_command(client, fan, "Fan", "ReadState", propertiesToRead=["Humid"])
    assert sent(cloud) == [{"id": cluster, "commands": [{"0xff02": {"0x0001": {}}}]}]
    send_command(client, fan, "Fan", "ReadState", propertiesToRead=["*"])
    assert sent(cloud) == [{"id": cluster, "commands": [{"0xff02": {"0x0000": {}, "0x0001": {}}}]}]


@pytest.mark.parametrize(
    ("cluster", "action", "parameters", "problem"),
    [
        ("Fan", "Rest", {}, "name has no number in a schema"),
        ("Lamp", "Blink", {}, "name has no number in a schema"),
        ("Fan", "Whirl", {}, "name is not an action of the capability"),
        ("Fan", "ReadState", {"propertiesToRead": ["Noise"]}, "must name properties"),
        ("OnOff", "OffWithEffect", {"EffectIdentifier": 7}, "parameters.EffectIdentifier"),
    ],
)
def test_a_command_without_numbers_is_not_sent(
    *,
    cloud: Cloud,
    client: Client,
    fan: str,
    cluster: str,
    action: str,
    parameters: dict[str, object],
    problem: str,
) -> None:
    """The function is not asked for what Matter cannot express or the capability does not have."""
    before = len(cloud.events)
    with expect_error("ValidationException", problem):
        send_command(client, fan, cluster, action, **parameters)
    assert len(cloud.events) == before


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": 5},
        {"properties": {"Speed": 5}},
        {"properties": {"Speed": {"extrinsicId": "0x0000", "value": 5}}},
        {"actions": [{}]},
        {"actions": [{"name": "Boost", "extrinsicId": "0x07", "request": 5}]},
    ],
    ids=str,
)
def test_a_schema_of_another_form_has_no_numbers(cloud: Cloud, client: Client, fan: str) -> None:
    """The service takes any document. Neither a command nor a report fails on it."""
    before = len(cloud.events)
    with expect_error("ValidationException", "name has no number in a schema"):
        send_command(client, fan, "Fan", "Boost")
    assert len(cloud.events) == before
    report_speed(cloud, client)
    assert state_of(client, fan) == {}


def test_a_report_by_a_things_own_schema_is_read(cloud: Cloud, client: Client, fan: str) -> None:
    """A property of the thing's own schema has its name in the state."""
    report_speed(cloud, client)
    assert state_of(client, fan) == {"Fan": {"Speed": 4}}


def report_speed(cloud: Cloud, client: Client) -> None:
    """Report the fan's speed as the connector's cloud does."""
    connector = cloud.events[0]["payload"]["connectorId"]
    client.send_connector_event(
        ConnectorId=connector,
        UserId="user-1",
        Operation="DEVICE_EVENT",
        ConnectorDeviceId="device-1",
        MatterEndpoint={
            "id": "1",
            "clusters": [{"id": "0xFFF1FC01", "attributes": {"0x0000": 4}}],
        },
    )
