"""From a connector's Matter data to capabilities: numbers become names.

Owns that translation, by the catalogue of schemas. A cluster or an attribute that the
catalogue does not have is left out: its name is nobody's to invent.
"""

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from iotmi.emulator._core.json import JsonObject, JsonValue, mapping, objects, picked, text
from iotmi.emulator._model.schema_catalogue import CATALOGUE

_NUMBER: Final = "extrinsicId"


@frozen
class ReportedCapability:
    """What a connector says of one capability.

    Attributes:
        capability: Its ``id``, ``name`` and ``version``.
        values: Of its properties, by name.
    """

    capability: JsonObject
    values: JsonObject


def read(endpoint: JsonObject, report: JsonObject) -> list[ReportedCapability]:
    """What a Matter endpoint holds, with the capabilities of a thing's own report where it can."""
    own = _own(report, text(endpoint, "id"))
    return [
        ReportedCapability(
            own.get(text(entry, "SchemaId"), _capability(entry)), _values(cluster, entry)
        )
        for cluster in objects(endpoint, "clusters")
        for entry in _entries(text(cluster, "id"))
    ]


def _entries(cluster: str) -> Iterator[JsonObject]:
    """The catalogue's entry of a cluster's number, if it has one."""
    for entry in CATALOGUE:
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
    """The capabilities of an endpoint in a thing's report, by name without version."""
    return {
        text(capability, "id").partition("@")[0]: picked(capability, "id", "name", "version")
        for each in objects(report, "endpoints")
        if each["id"] == endpoint
        for capability in objects(each, "capabilities")
    }


def _values(cluster: JsonObject, entry: JsonObject) -> JsonObject:
    """The attributes by name. The guide has them in one object, or in a list of several."""
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
    """The number that is written in decimal, or in hexadecimal after 0x."""
    try:
        return int(written, 16 if written[:2].lower() == "0x" else 10)
    except ValueError:
        return None
