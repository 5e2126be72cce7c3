"""The validation of bodies and queries of the control API by their schemas."""

import pytest

from iotmi.emulator._control.schemas import problems
from iotmi.emulator._core.json import JsonObject, JsonValue


@pytest.mark.parametrize(
    ("schema", "value", "problem"),
    [
        ({"type": "string", "enum": ["a", "b"]}, "c", "x must be one of a, b"),
        ({"type": "string", "minLength": 2}, "c", "x must have at least 2 characters"),
        ({"type": "string", "maxLength": 2}, "ccc", "x must have at most 2 characters"),
        ({"type": "string", "pattern": "^a"}, "c", "x must match ^a"),
        ({"type": "integer", "minimum": 2}, 1, "x must be at least 2"),
        ({"type": "number", "exclusiveMinimum": 0}, 0, "x must be more than 0"),
        ({"type": "integer", "maximum": 2}, 3, "x must be at most 2"),
        ({"type": "array", "minItems": 1}, [], "x must have at least 1 items"),
        ({"type": "array", "maxItems": 1}, [1, 2], "x must have at most 1 items"),
        ({"type": "array", "items": {"type": "string"}}, ["a", 1], "x[1] must be a text"),
        ({"type": "object", "required": ["a"]}, {}, "x.a is required"),
        (
            {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
            {"b": 1},
            "x.'b' is unknown; the members are a",
        ),
        (
            {"type": "object", "additionalProperties": {"type": "string"}},
            {"b": 1},
            "x.'b' must be a text",
        ),
        ({"oneOf": [{"type": "object"}]}, 5, "x must be an object"),
        ({"oneOf": [{"type": "string"}, {"type": "object"}]}, [], "x must be a text or an object"),
    ],
)
def test_a_problem_names_the_member_and_the_rule(
    schema: JsonObject, value: JsonValue, problem: str
) -> None:
    """Each rule of a schema has its own sentence."""
    assert list(problems(schema, value, "x")) == [problem]
