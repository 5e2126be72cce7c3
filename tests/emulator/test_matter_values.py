"""Values of properties, translated between managed integrations and Matter by their schemas."""

import pytest

from iotmi.emulator._core.json import JsonObject, JsonValue
from iotmi.emulator.handlers._support import matter_values as values

NUMBER = values.NUMBER
NAMES = values._NAMES
ENUM: JsonObject = {"type": "string", NAMES: {"Off": "0", "High": "3"}}
BITMAP: JsonObject = {
    "$ref": "/schema-versions/definition/aws.bitmap@8",
    "type": "object",
    "properties": {
        "A": {NUMBER: "0x0", "value": {"maximum": 1}},
        "B": {NUMBER: "0x1", "value": {"maximum": 3}},
    },
}
STRUCT: JsonObject = {
    "type": "object",
    "properties": {
        "Level": {NUMBER: "0x2", "value": {"type": "integer"}},
        "Mode": {NUMBER: "0x3", "value": ENUM},
    },
}


@pytest.mark.parametrize(
    ("schema", "value", "wire"),
    [
        (ENUM, "High", "3"),
        (ENUM, "Unknown", "Unknown"),
        ({"type": "array", "items": ENUM}, ["Off", "High"], ["0", "3"]),
        (BITMAP, {"A": 1, "B": 2}, 5),
        (BITMAP, {"C": 1, "A": "x"}, 0),
        (STRUCT, {"Level": 4, "Mode": "Off", "Other": 1}, {"0x0002": 4, "0x0003": "0"}),
        ({"type": "integer"}, 7, 7),
    ],
)
def test_a_value_is_written_for_a_connector(
    schema: JsonObject, value: JsonValue, wire: JsonValue
) -> None:
    """Names become numbers, at every depth."""
    assert values.to_matter(schema, value) == wire


@pytest.mark.parametrize(
    ("schema", "wire", "value"),
    [
        (ENUM, "3", "High"),
        (ENUM, "9", "9"),
        ({"type": "array", "items": ENUM}, ["0"], ["Off"]),
        (BITMAP, "5", {"A": 1, "B": 2}),
        (BITMAP, "x", "x"),
        (BITMAP, {"A": 1}, {"A": 1}),
        (STRUCT, {"0x2": "4", "Mode": "0"}, {"Level": 4, "Mode": "Off"}),
        ({"type": "boolean"}, "1", True),
        ({"type": "boolean"}, "maybe", "maybe"),
        ({"type": "integer"}, "12", 12),
        ({"type": "integer"}, "1.5", "1.5"),
        ({"type": "number"}, "1.5", 1.5),
        ({"type": "string"}, "text", "text"),
        ({"type": "string"}, None, None),
    ],
)
def test_a_value_of_a_connector_is_read(
    schema: JsonObject, wire: JsonValue, value: JsonValue
) -> None:
    """A value that fits no form of the schema stays as it is."""
    assert values.from_matter(schema, wire) == value
