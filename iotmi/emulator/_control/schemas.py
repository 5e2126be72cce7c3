"""JSON schemas of the control API, and the validation by them.

Owns the schemas' constructors and the subset of JSON Schema that they use. A schema is both the
check and the documentation. A problem names the member and the rule, and never the value, which may
be a secret. This module must not know any route.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from iotmi.emulator._core.json import JsonObject, JsonValue, mapping, texts

Schema: TypeAlias = JsonObject

ANY: Final[Schema] = {}
BOOLEAN: Final[Schema] = {"type": "boolean"}
TIME: Final[Schema] = {"type": "string", "format": "date-time"}

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "null": (type(None),),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}


def string(
    *, shortest: int = 0, longest: int = 256, pattern: str | None = None, about: str = ""
) -> Schema:
    """Return the schema of a text."""
    return _described(
        {
            "type": "string",
            **({"minLength": shortest} if shortest else {}),
            "maxLength": longest,
            **({} if pattern is None else {"pattern": pattern}),
        },
        about,
    )


def choice(*values: str, about: str = "") -> Schema:
    """Return the schema of one of several texts."""
    return _described({"type": "string", "enum": [*values]}, about)


def number(low: float, high: float, *, above: bool = False, about: str = "") -> Schema:
    """Return the schema of a number in a range. With *above*, the number is more than *low*."""
    lowest = "exclusiveMinimum" if above else "minimum"
    return _described({"type": "number", lowest: low, "maximum": high}, about)


def integer(low: int, high: int, *, about: str = "") -> Schema:
    """Return the schema of a whole number in a range."""
    return _described({"type": "integer", "minimum": low, "maximum": high}, about)


def listed(items: Schema, *, least: int = 0, most: int | None = None) -> Schema:
    """Return the schema of a list."""
    return {
        "type": "array",
        "items": items,
        **({"minItems": least} if least else {}),
        **({} if most is None else {"maxItems": most}),
    }


def record(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """Return the schema of an object without any further member."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": [*required],
        "additionalProperties": False,
    }


def map_of(values: Schema) -> Schema:
    """Return the schema of an object with any members."""
    return {"type": "object", "additionalProperties": values}


def nullable(schema: Schema) -> Schema:
    """Return the schema of a value that may be null."""
    return {**schema, "type": [schema["type"], "null"]}


def either(*variants: Schema) -> Schema:
    """Return the schema of one of several objects, told apart by their required members."""
    return {"oneOf": [*variants]}


def by_kind(variants: Mapping[str, Schema]) -> Schema:
    """Return the schema of one of several objects, told apart by their member ``kind``."""
    return {
        "type": "object",
        "oneOf": [
            {
                **schema,
                "properties": {"kind": {"const": kind}, **mapping(schema, "properties")},
                "required": ["kind", *texts(schema, "required")],
            }
            for kind, schema in variants.items()
        ],
    }


def problems(schema: Schema, value: JsonValue, path: str) -> Iterator[str]:
    """Yield the problems of a value, each with the path of the member and the broken rule.

    Args:
        schema: schema that one of the functions of this module made.
        value: value to check.
        path: name of the value, for the messages.
    """
    if "oneOf" in schema:
        yield from _variant_problems(schema, value, path)
        return
    kinds = _kinds(schema)
    if kinds and not _has_type(value, kinds):
        yield f"{path} must be {' or '.join(_ARTICLES[kind] for kind in kinds)}"
        return
    if isinstance(value, str):
        yield from _string_problems(schema, value, path)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        yield from _number_problems(schema, value, path)
    elif isinstance(value, Sequence):
        yield from _list_problems(schema, value, path)
    else:
        yield from _object_problems(schema, value, path)


_ARTICLES: Final[Mapping[str, str]] = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a text",
}


def _described(schema: Schema, about: str) -> Schema:
    return {**schema, "description": about} if about else schema


def _kinds(schema: Schema) -> list[str]:
    kind = schema.get("type")
    return [kind] if isinstance(kind, str) else list(texts(schema, "type"))


def _has_type(value: JsonValue, kinds: Sequence[str]) -> bool:
    if isinstance(value, bool):
        return "boolean" in kinds
    return any(isinstance(value, _TYPES[kind]) for kind in kinds)


def _string_problems(schema: Schema, value: str, path: str) -> Iterator[str]:
    enum, pattern = texts(schema, "enum"), schema.get("pattern")
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    if enum and value not in enum:
        yield f"{path} must be one of {', '.join(enum)}"
    if isinstance(shortest, int) and len(value) < shortest:
        yield f"{path} must have at least {shortest} characters"
    if isinstance(longest, int) and len(value) > longest:
        yield f"{path} must have at most {longest} characters"
    if isinstance(pattern, str) and not re.search(pattern, value):
        yield f"{path} must match {pattern}"


def _number_problems(schema: Schema, value: float, path: str) -> Iterator[str]:
    low, high, above = (schema.get(name) for name in ("minimum", "maximum", "exclusiveMinimum"))
    if isinstance(low, int | float) and value < low:
        yield f"{path} must be at least {low}"
    if isinstance(above, int | float) and value <= above:
        yield f"{path} must be more than {above}"
    if isinstance(high, int | float) and value > high:
        yield f"{path} must be at most {high}"


def _list_problems(schema: Schema, value: Sequence[JsonValue], path: str) -> Iterator[str]:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if isinstance(least, int) and len(value) < least:
        yield f"{path} must have at least {least} items"
    if isinstance(most, int) and len(value) > most:
        yield f"{path} must have at most {most} items"
        return
    for i, item in enumerate(value):
        yield from problems(mapping(schema, "items"), item, f"{path}[{i}]")


def _object_problems(schema: Schema, value: Mapping[str, JsonValue], path: str) -> Iterator[str]:
    known, others = mapping(schema, "properties"), schema.get("additionalProperties", True)
    for name in texts(schema, "required"):
        if name not in value:
            yield f"{path}.{name} is required"
    for name, held in value.items():
        if name in known:
            yield from problems(mapping(known, name), held, f"{path}.{name}")
        elif isinstance(others, dict):
            yield from problems(others, held, f"{path}.{_shown(name)}")
        elif not others:
            yield f"{path}.{_shown(name)} is unknown; the members are {', '.join(sorted(known))}"


def _variant_problems(schema: Schema, value: JsonValue, path: str) -> Iterator[str]:
    known = [each for each in _variants(schema) if isinstance(each, dict)]
    texts_allowed = [each for each in known if "string" in _kinds(each)]
    if texts_allowed and isinstance(value, str):
        yield from problems(texts_allowed[0], value, path)
        return
    variants = [each for each in known if "object" in _kinds(each)]
    if not isinstance(value, dict):
        yield f"{path} must be {'a text or ' if texts_allowed else ''}an object"
        return
    kinds = {
        str(kind): each
        for each in variants
        if (kind := mapping(mapping(each, "properties"), "kind").get("const")) is not None
    }
    if kinds:
        kind = value.get("kind")
        if not isinstance(kind, str) or kind not in kinds:
            yield f"{path}.kind must be one of {', '.join(kinds)}"
            return
        variant = kinds[kind]
    else:
        fitting = [each for each in variants if {*texts(each, "required")} <= value.keys()]
        if not fitting:
            needed = [" and ".join(texts(each, "required")) for each in variants]
            yield f"{path} must have {', or '.join(needed)}"
            return
        variant = fitting[0]
    yield from problems(variant, value, path)


def _variants(schema: Schema) -> Sequence[JsonValue]:
    found = schema["oneOf"]
    return found if isinstance(found, list) else []


def _shown(name: str) -> str:
    """Return the name of a member that the caller made up, short and in one line."""
    return ascii(name[:40])
