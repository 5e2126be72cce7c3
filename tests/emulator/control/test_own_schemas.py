"""The schemas that a thing brings along, as the home shows them."""

import json
from typing import Any

import pytest

from iotmi.emulator import Emulator
from tests.emulator.control.api import Api
from tests.emulator.support.requests import REPORT, Client, create_thing


@pytest.fixture
def client(emulator: Emulator) -> Client:
    return emulator.boto3_client()


def create_fan(client: Client, schema: dict[str, Any]) -> str:
    """Create a thing with a capability of its own that this schema describes."""
    capability = {
        "id": "acme.Fan@1.0",
        "name": "Fan",
        "version": "1",
        "properties": ["Speed", "Programme"],
        "actions": ["Boost"],
        "events": [],
    }
    (first, *_) = REPORT["endpoints"]
    return create_thing(
        client,
        CapabilityReport={**REPORT, "endpoints": [{**first, "capabilities": [capability]}]},
        CapabilitySchemas=[
            {
                "Format": "AWS",
                "CapabilityId": "acme.Fan@1.0",
                "ExtrinsicId": "0xFFF1FC01",
                "ExtrinsicVersion": 1,
                "Schema": schema,
            }
        ],
    )


def test_references_of_a_schema_are_resolved(api: Api, client: Client) -> None:
    """A thing's own schema may define a type once, even in terms of itself."""
    step = {"type": "object", "properties": {"Next": {"value": {"$ref": "#/$defs/Step"}}}}
    thing = create_fan(
        client,
        {
            "properties": {
                "Speed": {"extrinsicId": "0x0000", "value": {"$ref": "#/$defs/Percent"}},
                "Programme": {"extrinsicId": "0x0001", "value": {"$ref": "#/$defs/Step"}},
            },
            "$defs": {"Percent": {"type": "integer", "maximum": 100}, "Step": step},
        },
    )
    (shown,) = api.get(f"/things/{thing}")["capabilities"]
    schemas = {each["name"]: each["schema"] for each in shown["properties"]}
    assert schemas["Speed"] == {"type": "integer", "maximum": 100}
    assert schemas["Programme"]["properties"]["Next"]["type"] == "object"
    assert "$ref" not in json.dumps(schemas)


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": []},
        {"properties": {"Speed": 5}},
        {"properties": {"Speed": {"value": {"$ref": "#/$defs/Percent"}}}, "$defs": 5},
        {"actions": [{}]},
        {"actions": [{"name": "Boost", "request": 5}]},
    ],
)
def test_a_schema_of_another_form_does_not_hide_the_home(
    api: Api, client: Client, schema: dict[str, Any]
) -> None:
    """The service takes any document, so the thing is shown without limits."""
    thing = create_fan(client, schema)
    assert thing in [each["id"] for each in api.get("/home")["hubs"]]
    (shown,) = api.get(f"/things/{thing}")["capabilities"]
    assert [each["schema"] for each in shown["properties"]] == [None, None]
    assert shown["actions"] == [{"name": "Boost", "parameters": {}}]
