"""Values in Matter's form, and in the form of managed integrations.

Owns both directions, by the schema of a value: members of an enumeration by number or by name,
bitmaps as a number or as an object of bits, structures by field number or by field name. A value
that does not fit its schema stays as it is. This module must not know any capability.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._core.json import JsonObject, JsonValue, mapping

NUMBER: Final = "extrinsicId"
"""The member of a schema with the number that Matter gives the described part."""

_NAMES: Final = "extrinsicIdMap"
_BOOLEANS: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}


def parse_number(written: str) -> int | None:
    """Parse a number in decimal, or in hexadecimal after 0x. Return None for other texts."""
    try:
        return int(written, 16 if written[:2].lower() == "0x" else 10)
    except ValueError:
        return None


def has_number(schema: JsonObject, written: str) -> bool:
    """Return True if Matter gives the part that *schema* describes this number."""
    known = schema.get(NUMBER)
    return isinstance(known, str) and parse_number(known) == parse_number(written)


def to_matter(schema: JsonObject, value: JsonValue) -> JsonValue:
    """Return a value in the form in which the service sends it to a connector.

    The guide's samples write a member of an enumeration as the text of its number. It is assumed
    that a bitmap is a number, and that all other values keep their JSON types.
    """
    match value:
        case str():
            number = mapping(schema, _NAMES).get(value)
            return number if isinstance(number, str) else value
        case list():
            return [to_matter(mapping(schema, "items"), item) for item in value]
        case dict() if _is_bitmap(schema):
            return sum(_shifted(mapping(schema, "properties"), *bits) for bits in value.items())
        case dict():
            return fields_to_matter(mapping(schema, "properties"), value)
        case _:
            return value


def from_matter(schema: JsonObject, value: JsonValue) -> JsonValue:
    """Return a value in the form of managed integrations, as a connector reports it."""
    if isinstance(value, list):
        return [from_matter(mapping(schema, "items"), item) for item in value]
    if isinstance(value, dict):
        return value if _is_bitmap(schema) else _fields_from_matter(schema, value)
    if not isinstance(value, str | int | float):
        return value
    if _NAMES in schema:
        names = {number: name for name, number in mapping(schema, _NAMES).items()}
        return names.get(_digits(value), value)
    return _scalar_from_matter(schema, value)


def fields_to_matter(fields: JsonObject, values: JsonObject) -> JsonObject:
    """Return values by the numbers of their fields.

    Args:
        fields: schema of each field, by its name.
        values: values by the names of their fields.
    """
    return {
        field_number(mapping(fields, name)): to_matter(
            mapping(mapping(fields, name), "value"), value
        )
        for name, value in values.items()
        if name in fields
    }


def field_number(part: JsonObject) -> str:
    """Return the number of a described field or attribute, with four hexadecimal digits."""
    return f"0x{_number_of(part):04x}"


def _fields_from_matter(schema: JsonObject, values: JsonObject) -> JsonObject:
    fields = mapping(schema, "properties")
    return {
        name: from_matter(mapping(mapping(fields, name), "value"), value)
        for written, value in values.items()
        for name in fields
        if written == name or has_number(mapping(fields, name), written)
    }


def _scalar_from_matter(schema: JsonObject, value: str | float) -> JsonValue:
    written = _digits(value)
    match schema.get("type"):
        case "boolean" if not isinstance(value, bool):
            return _BOOLEANS.get(written, value)
        case "integer" if isinstance(value, str):
            return _parsed(int, value)
        case "number" if isinstance(value, str):
            return _parsed(float, value)
        case "object" if _is_bitmap(schema):
            return _bits(schema, value)
        case _:
            return value


def _bits(schema: JsonObject, value: str | float) -> JsonValue:
    """Return a bitmap as an object of bits, or *value* if it is no number."""
    number = parse_number(_digits(value))
    if number is None:
        return value
    bits = mapping(schema, "properties")
    masks = {name: _width(mapping(bits, name)) for name in bits}
    return {name: number >> _number_of(mapping(bits, name)) & mask for name, mask in masks.items()}


def _width(bit: JsonObject) -> int:
    largest = mapping(bit, "value").get("maximum")
    return largest if isinstance(largest, int) else 1


def _shifted(bits: JsonObject, name: str, value: JsonValue) -> int:
    known = name in bits and isinstance(value, int)
    return int(value) << _number_of(mapping(bits, name)) if known else 0  # type: ignore[arg-type]


def _is_bitmap(schema: JsonObject) -> bool:
    reference = schema.get("$ref")
    return isinstance(reference, str) and "/aws.bitmap@" in reference


def _number_of(part: JsonObject) -> int:
    known = part.get(NUMBER)
    return (parse_number(known) if isinstance(known, str) else None) or 0


def _digits(value: JsonValue) -> str:
    return str(value).lower()


def _parsed(kind: type[int] | type[float], value: str) -> JsonValue:
    try:
        return kind(value)
    except ValueError:
        return value
