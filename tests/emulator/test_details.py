"""Capabilities, schemas, metadata, connectivity, certificate, commands and state."""

import base64
import re
from datetime import datetime
from typing import Any

import pytest

from tests.emulator.support.requests import (
    ON_OFF,
    REPORT,
    Client,
    Response,
    activate,
    create_association,
    create_cloud_thing,
    create_thing,
    expect_error,
    register,
    status_of,
)

UNKNOWN = "0" * 32


@pytest.fixture
def switch(client: Client) -> str:
    """Create an activated device with the report, and return its id."""
    identifier = create_thing(client, Role="DEVICE", CapabilityReport=REPORT)
    activate(client, identifier)
    return identifier


def command(
    client: Client,
    thing: str,
    name: str,
    parameters: object = None,
    *,
    endpoint: str = "1",
    capability: str = ON_OFF,
    **options: str,
) -> Response:
    action = {"name": name} if parameters is None else {"name": name, "parameters": parameters}
    return client.send_managed_thing_command(
        ManagedThingId=thing,
        Endpoints=[
            {
                "endpointId": endpoint,
                "capabilities": [
                    {"id": capability, "name": "On/Off", "version": "6", "actions": [action]}
                ],
            }
        ],
        **options,
    )


def properties_of(client: Client, thing: str) -> dict[str, Any]:
    return {
        prop["name"]: prop["value"]["propertyValue"]
        for endpoint in client.get_managed_thing_state(ManagedThingId=thing)["Endpoints"]
        for capability in endpoint["capabilities"]
        for prop in capability["properties"]
    }


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("get_managed_thing_capabilities", "Identifier"),
        ("get_managed_thing_certificate", "Identifier"),
        ("get_managed_thing_connectivity_data", "Identifier"),
        ("get_managed_thing_meta_data", "Identifier"),
        ("get_managed_thing_state", "ManagedThingId"),
        ("list_managed_thing_schemas", "Identifier"),
    ],
)
def test_an_unknown_thing_is_not_found(client: Client, method: str, name: str) -> None:
    """Every read of an unknown thing is not found."""
    with expect_error("ResourceNotFoundException", "Managed Thing resource not found."):
        getattr(client, method)(**{name: UNKNOWN})


def test_capabilities_come_back_as_given(client: Client) -> None:
    """The report is returned as given, and empty without one."""
    with_report = create_thing(client, CapabilityReport=REPORT)
    without = create_thing(client)
    got = client.get_managed_thing_capabilities(Identifier=with_report)
    assert (got["ManagedThingId"], got["CapabilityReport"]) == (with_report, REPORT)
    assert "CapabilityReport" not in client.get_managed_thing_capabilities(Identifier=without)


def test_metadata_comes_back_as_given(client: Client) -> None:
    """Metadata is returned as given, and left out without any."""
    with_data = create_thing(client, MetaData={"floor": "1"})
    got = client.get_managed_thing_meta_data(Identifier=with_data)
    assert (got["ManagedThingId"], got["MetaData"]) == (with_data, {"floor": "1"})
    assert "MetaData" not in client.get_managed_thing_meta_data(Identifier=create_thing(client))


def test_a_thing_is_connected_once_discovered(client: Client) -> None:
    """A thing is connected from DISCOVERED on. Reading this triggers no transition."""
    thing = create_thing(client)
    for _ in range(2):
        got = client.get_managed_thing_connectivity_data(Identifier=thing)
        assert (got["ManagedThingId"], got["Connected"]) == (thing, False)
        assert "Timestamp" not in got
    assert status_of(client, thing) == "PRE_ASSOCIATED"
    got = client.get_managed_thing_connectivity_data(Identifier=thing)
    assert got["Connected"] is True
    assert isinstance(got["Timestamp"], datetime)


def test_a_certificate_is_marked_as_a_placeholder(client: Client) -> None:
    """A connected thing has a marked PEM text of its own, and an unconnected one has none."""
    thing = create_thing(client)
    with expect_error("ResourceNotFoundException") as response:
        client.get_managed_thing_certificate(Identifier=thing)
    assert response["ResourceId"] == thing
    activate(client, thing)
    pem = client.get_managed_thing_certificate(Identifier=thing)["CertificatePem"]
    lines = pem.splitlines()
    assert lines[0] == "-----BEGIN CERTIFICATE-----"
    assert lines[-1] == "-----END CERTIFICATE-----"
    assert all(len(line) == 64 for line in lines[1:-2])
    content = base64.b64decode("".join(lines[1:-1])).decode()
    assert content.startswith(f"This is no certificate. The iotmi emulator made it for {thing}.")


def test_a_fresh_thing_has_no_state(client: Client, switch: str) -> None:
    """The state has no endpoints until a value is set."""
    assert client.get_managed_thing_state(ManagedThingId=switch)["Endpoints"] == []


def test_a_command_returns_a_trace_id(client: Client, switch: str) -> None:
    """A command returns 202 and a trace id in the service's format."""
    response = command(client, switch, "On")
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert re.fullmatch(r"[0-9a-f]{15}=_1", response["TraceId"])


def test_state_has_the_documented_form(client: Client, switch: str) -> None:
    """Properties have a name, a value and a time, under capability and endpoint."""
    command(client, switch, "On")
    (endpoint,) = client.get_managed_thing_state(ManagedThingId=switch)["Endpoints"]
    (capability,) = endpoint["capabilities"]
    (prop,) = capability.pop("properties")
    assert endpoint["endpointId"] == "1"
    assert capability == {"id": ON_OFF, "name": "On/Off", "version": "6"}
    assert prop["name"] == "OnOff"
    assert prop["value"]["propertyValue"] is True
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", prop["value"]["lastChangedAt"])


def test_a_switch_is_switched(client: Client, switch: str) -> None:
    """On, Off and Toggle set the OnOff property."""
    seen = []
    for name in ("Toggle", "Toggle", "On", "Off", "On", "OffWithEffect"):
        effect: dict[str, object] = {"EffectIdentifier": "DyingLight"}
        command(client, switch, name, effect if name == "OffWithEffect" else {})
        seen.append(properties_of(client, switch)["OnOff"])
    assert seen == [True, False, True, False, True, False]


def test_another_capability_is_not_switched(client: Client, switch: str) -> None:
    """An action of another capability with the same name changes no state."""
    for name in ("Toggle", "Start"):
        command(client, switch, name, capability="aws.Recording@1.0.2")
    assert properties_of(client, switch) == {}


def test_update_state_sets_properties(client: Client, switch: str) -> None:
    """UpdateState sets the named properties, and no others."""
    command(client, switch, "UpdateState", {"OnOff": True})
    command(client, switch, "UpdateState", {"OnTime": 5})
    level = "matter.LevelControl@$latest"
    command(client, switch, "UpdateState", {"CurrentLevel": 7}, endpoint="2", capability=level)
    command(client, switch, "UpdateState", {"Enabled": None}, capability="aws.Recording@1.0.2")
    assert properties_of(client, switch) == {
        "OnOff": True,
        "OnTime": 5,
        "CurrentLevel": 7,
        "Enabled": None,
    }


def test_read_state_of_a_switch_reports_it(client: Client, switch: str) -> None:
    """Reading a new switch reports off. A reported value stays."""
    command(client, switch, "ReadState", {"propertiesToRead": ["OnTime"]})
    assert properties_of(client, switch) == {}
    command(client, switch, "ReadState", {"propertiesToRead": ["*"]})
    assert properties_of(client, switch) == {"OnOff": False}
    command(client, switch, "On")
    command(client, switch, "ReadState", {"propertiesToRead": ["OnOff"]})
    assert properties_of(client, switch) == {"OnOff": True}


PATH = r"Endpoints\[0\]"


@pytest.mark.parametrize(
    ("match", "options"),
    [
        (PATH + r"\.endpointId ", {"endpoint": "9"}),
        (PATH + r"\.capabilities\[0\]\.id ", {"capability": "matter.OnOff@1.3"}),
        (PATH + r"\.capabilities\[0\]\.actions\[0\]\.name ", {"name": "Explode"}),
        (r"actions\[0\]\.parameters ", {"name": "UpdateState"}),
        (r"actions\[0\]\.parameters ", {"name": "UpdateState", "parameters": {"Nope": 1}}),
        (r"parameters\.propertiesToRead ", {"name": "ReadState"}),
        (r"propertiesToRead ", {"name": "ReadState", "parameters": {"propertiesToRead": [1]}}),
        (r"propertiesToRead ", {"name": "ReadState", "parameters": {"propertiesToRead": ["X"]}}),
    ],
)
def test_a_command_must_match_the_report(
    client: Client, switch: str, match: str, options: dict[str, Any]
) -> None:
    """Parts that the report lacks are invalid by their path, and nothing changes."""
    with expect_error("ValidationException", match):
        command(client, switch, **{"name": "On", **options})
    assert properties_of(client, switch) == {}


def test_only_an_activated_thing_accepts_commands(client: Client, switch: str) -> None:
    """A thing that is missing or not activated accepts no command."""
    with expect_error("ValidationException", "ACTIVATED"):
        command(client, create_thing(client, CapabilityReport=REPORT), "On")
    with expect_error("ResourceNotFoundException"):
        command(client, UNKNOWN, "On")
    bare = create_thing(client)
    activate(client, bare)
    with expect_error("ValidationException", "endpointId"):
        command(client, bare, "On")
    assert command(client, switch, "On")


def test_a_command_through_an_association_needs_it(client: Client) -> None:
    """A command's account association must exist."""
    thing = create_cloud_thing(client, CapabilityReport=REPORT)
    association = create_association(client)
    register(client, thing, association)
    assert command(client, thing, "On", AccountAssociationId=association)
    with expect_error("ResourceNotFoundException"):
        command(client, thing, "On", AccountAssociationId=UNKNOWN)


def test_a_state_shows_five_endpoints_at_most(client: Client) -> None:
    """A state has at most the model's number of endpoints and capabilities."""
    capabilities = [
        {**REPORT["endpoints"][0]["capabilities"][0], "id": f"matter.Test{number}@1.0"}
        for number in range(7)
    ]
    endpoints = [
        {"id": str(number), "deviceTypes": [], "capabilities": capabilities} for number in range(7)
    ]
    report = {"version": "1.0.0", "endpoints": endpoints}
    thing = create_thing(client, CapabilityReport=report)
    activate(client, thing)
    for endpoint in endpoints:
        for capability in capabilities:
            command(
                client,
                thing,
                "UpdateState",
                {"OnOff": True},
                endpoint=str(endpoint["id"]),
                capability=capability["id"],
            )
    shown = client.get_managed_thing_state(ManagedThingId=thing)["Endpoints"]
    assert [len(endpoint["capabilities"]) for endpoint in shown] == [5] * 5


def test_schemas_come_from_the_report(client: Client) -> None:
    """Each reported capability has a schema, with a version of two parts or none."""
    thing = create_thing(client, CapabilityReport=REPORT)
    items = client.list_managed_thing_schemas(Identifier=thing)["Items"]
    assert [(item["EndpointId"], item["CapabilityId"]) for item in items] == [
        ("1", "matter.OnOff@1.4"),
        ("1", "aws.Recording@1.0"),
        ("2", "matter.LevelControl"),
    ]
    assert items[1]["Schema"] == {
        "$id": "/schema-versions/capability/aws.Recording@1.0.2",
        "$ref": "/schema-versions/definition/aws.capability@1.0",
        "name": "Recording",
        "properties": {"Enabled": {}},
        "actions": [{"name": "Start"}, {"name": "Toggle"}],
        "events": [{"name": "Started"}],
    }
    assert client.list_managed_thing_schemas(Identifier=create_thing(client))["Items"] == []


def test_given_schemas_take_precedence(client: Client) -> None:
    """A schema given with the thing is returned unchanged, reported or not."""

    def given(identifier: str) -> dict[str, Any]:
        return {
            "Format": "AWS",
            "CapabilityId": identifier,
            "ExtrinsicId": "0x0006",
            "ExtrinsicVersion": 1,
            "Schema": {"$id": identifier, "nested": [1, {"a": None}]},
        }

    thing = create_thing(
        client,
        CapabilityReport=REPORT,
        CapabilitySchemas=[given(ON_OFF), given("acme.Custom@2.0")],
    )
    items = client.list_managed_thing_schemas(Identifier=thing)["Items"]
    assert items[0]["Schema"] == {"$id": ON_OFF, "nested": [1, {"a": None}]}
    assert items[-1] == {
        "CapabilityId": "acme.Custom@2.0",
        "Schema": {"$id": "acme.Custom@2.0", "nested": [1, {"a": None}]},
    }


def test_schemas_are_filtered_and_paged(client: Client) -> None:
    """Filters select by endpoint, and by capability with or without its version."""
    thing = create_thing(client, CapabilityReport=REPORT)

    def found(**options: object) -> list[str]:
        response = client.list_managed_thing_schemas(Identifier=thing, **options)
        return [item["CapabilityId"] for item in response["Items"]]

    assert found(EndpointIdFilter="2") == ["matter.LevelControl"]
    assert found(CapabilityIdFilter="matter.OnOff") == ["matter.OnOff@1.4"]
    assert found(CapabilityIdFilter="matter.OnOff@1.4") == ["matter.OnOff@1.4"]
    assert found(CapabilityIdFilter="matter.OnOff@1.3") == []
    first = client.list_managed_thing_schemas(Identifier=thing, MaxResults=2)
    assert len(first["Items"]) == 2
    assert found(MaxResults=2, NextToken=first["NextToken"]) == ["matter.LevelControl"]
