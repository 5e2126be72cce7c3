"""The schema versions of the emulated service. Data only.

Owns documents in the service's format: the clusters that `iotmi.capabilities` declares, and the
definitions they refer to. The service has many more.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final, TypeAlias

from iotmi.emulator._core.json import JsonObject, JsonValue

Entry: TypeAlias = Mapping[str, JsonValue]

_DEFINITIONS: Final[Mapping[str, tuple[str, JsonObject]]] = {
    "aws.capability": ("What every capability has", {"type": "object", "required": ["name"]}),
    "aws.name": ("The name of a part of a capability", {"type": "string", "maxLength": 64}),
    "aws.integer": ("A whole number", {"type": "integer"}),
    "aws.bitmap": ("An object of named bits", {"type": "object"}),
    "aws.enum": ("A text out of a list", {"type": "string"}),
}


@cache
def catalogue() -> tuple[Entry, ...]:
    """Return all schema versions, as ``GetSchemaVersion`` answers them."""
    # The clusters' modules are loaded when a schema is first asked for.
    from iotmi.emulator._clusters.table import clusters, schema_document

    return (
        *(
            _entry(
                "capability",
                capability.id,
                f"The {capability.name} cluster of Matter 1.4",
                schema_document(capability),
            )
            for capability in clusters()
        ),
        *(
            _entry(
                "definition",
                f"{name}@1.0",
                title,
                {"$id": f"/schema-versions/definition/{name}@1.0", "title": title, **content},
            )
            for name, (title, content) in _DEFINITIONS.items()
        ),
    )


def _entry(kind: str, versioned: str, title: str, schema: JsonObject) -> Entry:
    identifier, _, version = versioned.partition("@")
    return {
        "SchemaId": identifier,
        "Type": kind,
        "Description": f"{title}, as the emulator has it",
        "Namespace": identifier.partition(".")[0],
        "SemanticVersion": version,
        "Visibility": "PUBLIC",
        "Schema": schema,
    }
