"""The schema versions of the emulated service. Data only.

Owns short documents in the service's format: some capabilities of Matter 1.4 clusters with their
numbers, and the definitions they refer to. The documents are the emulator's own. The service's are
longer, and it has many more.
"""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from iotmi.emulator._core.json import JsonObject, JsonValue

_Entry = Mapping[str, JsonValue]


@frozen
class _Cluster:
    """The source of a capability schema: part of a Matter cluster.

    Attributes:
        name: name in the schema id.
        title: name for people.
        number: number of the cluster.
        revision: revision of the cluster.
        properties: number and value definition, by name of the attribute.
        actions: number and field names in order, by name of the command.
        events: number, by name of the event.
    """

    name: str
    title: str
    number: str
    revision: str
    properties: Mapping[str, tuple[str, str]]
    actions: Mapping[str, tuple[str, tuple[str, ...]]]
    events: Mapping[str, str]


_CLUSTERS: Final = (
    _Cluster(
        "OnOff",
        "On/Off",
        "0x0006",
        "6",
        {
            "OnOff": ("0x0000", "boolean"),
            "OnTime": ("0x4001", "aws.integer"),
            "OffWaitTime": ("0x4002", "aws.integer"),
        },
        {
            "Off": ("0x00", ()),
            "On": ("0x01", ()),
            "Toggle": ("0x02", ()),
            "OnWithTimedOff": ("0x42", ("OnOffControl", "OnTime", "OffWaitTime")),
        },
        {},
    ),
    _Cluster(
        "LevelControl",
        "Level Control",
        "0x0008",
        "6",
        {
            "CurrentLevel": ("0x0000", "aws.integer"),
            "RemainingTime": ("0x0001", "aws.integer"),
            "OnLevel": ("0x0011", "aws.integer"),
        },
        {
            "MoveToLevel": (
                "0x00",
                ("Level", "TransitionTime", "OptionsMask", "OptionsOverride"),
            ),
            "Move": ("0x01", ("MoveMode", "Rate", "OptionsMask", "OptionsOverride")),
            "Stop": ("0x03", ("OptionsMask", "OptionsOverride")),
        },
        {},
    ),
    _Cluster(
        "ColorControl",
        "Color Control",
        "0x0300",
        "14",
        {
            "CurrentHue": ("0x0000", "aws.integer"),
            "CurrentSaturation": ("0x0001", "aws.integer"),
            "ColorTemperatureMireds": ("0x0007", "aws.integer"),
        },
        {
            "MoveToHue": ("0x00", ("Hue", "Direction", "TransitionTime")),
            "MoveToSaturation": ("0x03", ("Saturation", "TransitionTime")),
            "MoveToColorTemperature": ("0x0A", ("ColorTemperatureMireds", "TransitionTime")),
        },
        {},
    ),
    _Cluster(
        "DoorLock",
        "Door Lock",
        "0x0101",
        "8",
        {
            "LockState": ("0x0000", "aws.enum"),
            "LockType": ("0x0001", "aws.enum"),
            "ActuatorEnabled": ("0x0002", "boolean"),
        },
        {
            "LockDoor": ("0x00", ("PINCode",)),
            "UnlockDoor": ("0x01", ("PINCode",)),
            "UnlockWithTimeout": ("0x03", ("Timeout", "PINCode")),
        },
        {"DoorLockAlarm": "0x00", "LockOperation": "0x02"},
    ),
    _Cluster(
        "Thermostat",
        "Thermostat",
        "0x0201",
        "8",
        {
            "LocalTemperature": ("0x0000", "aws.integer"),
            "OccupiedCoolingSetpoint": ("0x0011", "aws.integer"),
            "OccupiedHeatingSetpoint": ("0x0012", "aws.integer"),
            "SystemMode": ("0x001C", "aws.enum"),
        },
        {"SetpointRaiseLower": ("0x00", ("Mode", "Amount"))},
        {},
    ),
    _Cluster(
        "BooleanState",
        "Boolean State",
        "0x0045",
        "1",
        {"StateValue": ("0x0000", "boolean")},
        {},
        {"StateChange": "0x00"},
    ),
    _Cluster(
        "TemperatureMeasurement",
        "Temperature Measurement",
        "0x0402",
        "4",
        {
            "MeasuredValue": ("0x0000", "aws.integer"),
            "MinMeasuredValue": ("0x0001", "aws.integer"),
            "MaxMeasuredValue": ("0x0002", "aws.integer"),
        },
        {},
        {},
    ),
)

_DEFINITIONS: Final[Mapping[str, tuple[str, JsonObject]]] = {
    "aws.capability": ("What every capability has", {"type": "object", "required": ["name"]}),
    "aws.name": ("The name of a part of a capability", {"type": "string", "maxLength": 64}),
    "aws.integer": ("A whole number", {"type": "integer"}),
    "aws.bitmap": ("An object of named bits", {"type": "object"}),
    "aws.enum": ("A text out of a list", {"type": "string"}),
}


def _reference(definition: str) -> str:
    return f"/schema-versions/definition/{definition}@1.0"


def _value(kind: str) -> JsonObject:
    return {"$ref": _reference(kind)} if kind in _DEFINITIONS else {"type": kind}


def _document(kind: str, identifier: str, version: str, content: JsonObject) -> JsonObject:
    return {"$id": f"/schema-versions/{kind}/{identifier}@{version}", **content}


def _entry(kind: str, identifier: str, version: str, title: str, content: JsonObject) -> _Entry:
    return {
        "SchemaId": identifier,
        "Type": kind,
        "Description": f"{title}, as the emulator has it",
        "Namespace": identifier.partition(".")[0],
        "SemanticVersion": version,
        "Visibility": "PUBLIC",
        "Schema": _document(kind, identifier, version, content),
    }


def _capability(cluster: _Cluster) -> _Entry:
    properties: JsonObject = {
        name: {
            "value": _value(kind),
            "extrinsicId": number,
            "mutable": False,
            "retrievable": True,
            "reportable": True,
        }
        for name, (number, kind) in cluster.properties.items()
    }
    actions: list[JsonValue] = [
        {
            "name": name,
            "extrinsicId": number,
            "request": {
                "parameters": {
                    field: {"extrinsicId": str(place), "value": _value("aws.integer")}
                    for place, field in enumerate(fields)
                }
            },
        }
        for name, (number, fields) in cluster.actions.items()
    ]
    events: list[JsonValue] = [
        {"name": name, "extrinsicId": number} for name, number in cluster.events.items()
    ]
    content: JsonObject = {
        "$ref": _reference("aws.capability"),
        "name": cluster.title,
        "title": cluster.title,
        "description": f"Some of the {cluster.title} cluster of Matter 1.4",
        "extrinsicId": cluster.number,
        "extrinsicVersion": cluster.revision,
        "properties": properties,
        "actions": actions,
        "events": events,
        "$defs": {},
    }
    return _entry("capability", f"matter.{cluster.name}", "1.4", cluster.title, content)


CATALOGUE: Final[tuple[_Entry, ...]] = (
    *(_capability(cluster) for cluster in _CLUSTERS),
    *(
        _entry("definition", name, "1.0", title, {"title": title, **content})
        for name, (title, content) in _DEFINITIONS.items()
    ),
)
"""All schema versions, in the form that ``GetSchemaVersion`` returns."""
