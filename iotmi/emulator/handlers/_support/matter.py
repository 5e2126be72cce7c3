"""Capabilities in Matter's form, and in the form of managed integrations.

Owns the conversion of a connector's reports and of the commands to a connector. The numbers and
names come from the schemas that the thing or the connector brings, and else from the schema
catalogue. Parts without a schema are left out, because their names are unknown.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from attrs import frozen

from iotmi.emulator._core.json import (
    JsonObject,
    JsonValue,
    mapping,
    objects,
    optional_text,
    picked,
    text,
    texts,
)
from iotmi.emulator._model.schema_catalogue import catalogue
from iotmi.emulator.handlers._support.matter_values import (
    NUMBER,
    field_number,
    fields_to_matter,
    from_matter,
    has_number,
    parse_number,
)

UPDATE_STATE: Final = "0xff01"
"""The number of the command that the service calls UpdateState."""

READ_STATE: Final = "0xff02"
"""The number of the command that the service calls ReadState."""


@frozen
class ReportedCapability:
    """A connector's report of one capability.

    Attributes:
        capability: ``id``, ``name`` and ``version`` of the capability.
        values: values of its properties, by name.
        events: values of its events, by name.
    """

    capability: JsonObject
    values: JsonObject
    events: JsonObject


@frozen
class _Known:
    """A capability with a schema.

    Attributes:
        id: id of the capability with its version.
        schema: schema document of the capability.
    """

    id: str
    schema: JsonObject

    @property
    def name(self) -> str:
        """The id without the version."""
        return self.id.partition("@")[0]

    @property
    def reference(self) -> JsonObject:
        """``id``, ``name`` and ``version``, as in a capability report."""
        return {
            "id": self.id,
            "name": self.schema.get("name", self.name.rpartition(".")[2]),
            "version": self.schema.get("extrinsicVersion", "1"),
        }


def read(endpoint: JsonObject, details: JsonObject) -> list[ReportedCapability]:
    """Return the capabilities of a connector's Matter endpoint.

    The ids are those of the thing's own report where it has the same capabilities.

    Args:
        endpoint: endpoint as the connector sends it.
        details: stored details of the thing, with its capability report and its schemas.
    """
    own = _own(mapping(details, "CapabilityReport"), text(endpoint, "id"))
    return [
        ReportedCapability(
            own.get(known.name, known.reference),
            _named(cluster, "attributes", _parts(known.schema, "properties"), _value_schema),
            _named(cluster, "events", _parts(known.schema, "events"), _event_schema),
        )
        for cluster in objects(endpoint, "clusters")
        for known in _with_number(_schemas(details), text(cluster, "id"))
    ]


def report(given: JsonObject, schemas: JsonObject) -> JsonObject:
    """Return the capability report of a device that a connector reports in Matter's form.

    Args:
        given: the report in Matter's form.
        schemas: document with the ``CapabilitySchemas`` of the device.

    Returns:
        The report, or an empty object if no cluster has a schema.
    """
    endpoints: list[JsonValue] = []
    for endpoint in objects(given, "endpoints"):
        capabilities: list[JsonValue] = [
            _reported(cluster, known)
            for cluster in objects(endpoint, "clusters")
            for known in _with_number(_schemas(schemas), text(cluster, "id"))
        ]
        if capabilities:
            endpoints.append(
                {**picked(endpoint, "id", "deviceTypes"), "capabilities": capabilities}
            )
    return {**picked(given, "version", "nodeId"), "endpoints": endpoints} if endpoints else {}


def command(
    capability: str, action: str, parameters: JsonValue, details: JsonObject
) -> tuple[str, JsonObject] | None:
    """Return the number of an action's cluster, and the action as a Matter command.

    Args:
        capability: id of the capability.
        action: name of the action.
        parameters: parameters of the action.
        details: stored details of the thing, with its schemas.

    Returns:
        None if no schema has the action.
    """
    name = capability.partition("@")[0]
    known = next((each for each in _schemas(details) if each.name == name), None)
    if known is None:
        return None
    cluster = text(known.schema, NUMBER).lower()
    given = parameters if isinstance(parameters, dict) else {}
    properties = mapping(known.schema, "properties")
    if action == "UpdateState":
        return cluster, {UPDATE_STATE: fields_to_matter(properties, given)}
    if action == "ReadState":
        names = texts(given, "propertiesToRead")
        read_all = names == ["*"]
        # No page has a sample of this command. An empty object for each attribute is assumed.
        wanted = [each for each in properties if read_all or each in names]
        return cluster, {
            READ_STATE: {field_number(mapping(properties, each)): {} for each in wanted}
        }
    described = _parts(known.schema, "actions").get(action)
    number = None if described is None else optional_text(described, NUMBER)
    if described is None or number is None:
        return None
    fields = mapping(mapping(described, "request"), "parameters")
    return cluster, {number.lower(): fields_to_matter(fields, given)}


def _schemas(details: JsonObject) -> Iterator[_Known]:
    """Yield the capabilities of a thing's own schemas, and then those of the catalogue."""
    for item in objects(details, "CapabilitySchemas"):
        schema = item.get("Schema")
        if item["Format"] == "AWS" and isinstance(schema, dict) and _is_readable(schema):
            numbers: JsonObject = {
                NUMBER: item["ExtrinsicId"],
                "extrinsicVersion": str(item["ExtrinsicVersion"]),
            }
            yield _Known(text(item, "CapabilityId"), {**schema, **numbers})
    for entry in catalogue():
        schema = entry["Schema"]
        if isinstance(schema, dict) and entry["Type"] == "capability":
            yield _Known(f"{entry['SchemaId']}@{entry['SemanticVersion']}", schema)


def _with_number(known: Iterable[_Known], cluster: str) -> Iterator[_Known]:
    """Yield the first capability with the number of a cluster, if there is one."""
    found = next((each for each in known if has_number(each.schema, cluster)), None)
    if found is not None:
        yield found


def _own(given: JsonObject, endpoint: str) -> dict[str, JsonObject]:
    """Return the capabilities of an endpoint in a thing's report, by name without version."""
    return {
        text(capability, "id").partition("@")[0]: picked(capability, "id", "name", "version")
        for each in objects(given, "endpoints")
        if each["id"] == endpoint
        for capability in objects(each, "capabilities")
    }


def _reported(cluster: JsonObject, known: _Known) -> JsonObject:
    numbers = [text(each, "id") for each in objects(cluster, "attributes") if "id" in each]
    return {
        **known.reference,
        "version": str(cluster["revision"]),
        "properties": _names(_parts(known.schema, "properties"), numbers),
        "actions": _names(_parts(known.schema, "actions"), texts(cluster, "commands")),
        "events": _names(_parts(known.schema, "events"), texts(cluster, "events")),
    }


def _is_readable(schema: JsonObject) -> bool:
    """Return True if a schema has the documented form. The service takes any document."""
    try:
        _parts(schema, "events")
        for described in _parts(schema, "properties").values():
            _value_schema(described)
        for action in _parts(schema, "actions").values():
            mapping(mapping(action, "request"), "parameters")
    except (KeyError, TypeError):
        return False
    return True


def _names(parts: dict[str, JsonObject], numbers: list[str]) -> list[JsonValue]:
    known = {parse_number(text(part, NUMBER)): name for name, part in parts.items()}
    found = [known.get(parse_number(number)) for number in numbers]
    return [*dict.fromkeys(name for name in found if name is not None)]


def _parts(schema: JsonObject, member: str) -> dict[str, JsonObject]:
    """Return the properties, actions or events of a schema by name, if they have a number."""
    given = schema.get(member)
    if isinstance(given, dict):
        parts = {name: mapping(given, name) for name in given}
    else:
        parts = {text(each, "name"): each for each in objects(schema, member)}
    return {name: part for name, part in parts.items() if isinstance(part.get(NUMBER), str)}


def _named(
    cluster: JsonObject,
    member: str,
    parts: dict[str, JsonObject],
    schema_of: Callable[[JsonObject], JsonObject],
) -> JsonObject:
    """Return the attributes or events of a cluster by name.

    The guide's samples have them in one object, or in a list of objects.
    """
    given = cluster.get(member)
    held: list[JsonValue] = given if isinstance(given, list) else [given]
    return {
        name: from_matter(schema_of(part), value)
        for each in held
        if isinstance(each, dict)
        for number, value in each.items()
        for name, part in parts.items()
        if has_number(part, number)
    }


def _value_schema(part: JsonObject) -> JsonObject:
    return mapping(part, "value")


def _event_schema(_part: JsonObject) -> JsonObject:
    return {}
