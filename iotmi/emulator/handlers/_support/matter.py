"""Conversion of a connector's Matter data to capabilities, with names instead of numbers.

Owns the conversion by the schema catalogue. Clusters and attributes that the catalogue lacks are
left out, because their names are unknown.
"""

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from iotmi.emulator._core.json import JsonObject, JsonValue, mapping, objects, picked, text
from iotmi.emulator._model.schema_catalogue import catalogue

_NUMBER: Final = "extrinsicId"


@frozen
class ReportedCapability:
    """A connector's report of one capability.

    Attributes:
        capability: ``id``, ``name`` and ``version`` of the capability.
        values: values of its properties, by name.
    """

    capability: JsonObject
    values: JsonObject


def read(endpoint: JsonObject, report: JsonObject) -> list[ReportedCapability]:
    """Return the capabilities of a Matter endpoint.

    The ids are those of the thing's own report where it has the same capabilities.
    """
    own = _own(report, text(endpoint, "id"))
    return [
        ReportedCapability(
            own.get(text(entry, "SchemaId"), _capability(entry)), _values(cluster, entry)
        )
        for cluster in objects(endpoint, "clusters")
        for entry in _entries(text(cluster, "id"))
    ]


def _entries(cluster: str) -> Iterator[JsonObject]:
    """Yield the catalogue's entry of a cluster number, if there is one."""
    for entry in catalogue():
        schema = entry["Schema"]
        if isinstance(schema, dict) and _is_number(schema.get(_NUMBER), cluster):
            yield {**entry}


def _capability(entry: JsonObject) -> JsonObject:
    schema = mapping(entry, "Schema")
    return {
        "id": f"{text(entry, 'SchemaId')}@{text(entry, 'SemanticVersion')}",
        "name": schema["name"],
        "version": schema["extrinsicVersion"],
    }


def _own(report: JsonObject, endpoint: str) -> dict[str, JsonObject]:
    """Return the capabilities of an endpoint in a thing's report, by name without version."""
    return {
        text(capability, "id").partition("@")[0]: picked(capability, "id", "name", "version")
        for each in objects(report, "endpoints")
        if each["id"] == endpoint
        for capability in objects(each, "capabilities")
    }


def _values(cluster: JsonObject, entry: JsonObject) -> JsonObject:
    """Return the attributes by name.

    The guide's samples have the attributes in one object, or in a list of objects.
    """
    given = cluster.get("attributes")
    parts: list[JsonValue] = given if isinstance(given, list) else [given]
    properties = mapping(mapping(entry, "Schema"), "properties")
    return {
        name: value
        for part in parts
        if isinstance(part, dict)
        for number, value in part.items()
        for name in properties
        if _is_number(mapping(properties, name)[_NUMBER], number)
    }


def _is_number(known: JsonValue, written: str) -> bool:
    return isinstance(known, str) and _number(known) == _number(written)


def _number(written: str) -> int | None:
    """Parse a number in decimal, or in hexadecimal after 0x. Return None for other texts."""
    try:
        return int(written, 16 if written[:2].lower() == "0x" else 10)
    except ValueError:
        return None
