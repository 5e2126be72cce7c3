"""Schema versions.

Owns their two operations and the filters. `schema_catalogue` has the schemas, and no operation adds
one.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._core.errors import not_found
from iotmi.emulator._core.json import JsonObject, JsonValue, picked, text
from iotmi.emulator._model.schema_catalogue import catalogue

# The catalogue has one version of each schema, which is the latest.
_LATEST: Final = "$latest"
_FILTERS: Final = ("Type", "SchemaId", "Namespace", "Visibility", "SemanticVersion")


def get(_account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetSchemaVersion. Only the format AWS has a document."""
    identifier = text(parameters, "SchemaVersionedId")
    schema, _, version = identifier.partition("@")
    wanted: JsonObject = {
        "Type": parameters["Type"],
        "SchemaId": schema,
        "SemanticVersion": version,
    }
    for entry in catalogue():
        if _matches(entry, wanted):
            other = parameters.get("Format", "AWS") != "AWS"
            return {**entry, "Schema": {}} if other else {**entry}
    raise not_found("No schema version found", identifier, "SchemaVersion")


def list_schemas(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListSchemaVersions."""
    if "SchemaId" in parameters and "Namespace" in parameters:
        raise account.invalid("SchemaIdFilter and NamespaceFilter must not go together")
    wanted = picked(parameters, *_FILTERS)
    items: list[JsonValue] = [{**entry} for entry in catalogue() if _matches(entry, wanted)]
    return account.page_of_items(items, parameters)


def _matches(entry: Mapping[str, JsonValue], wanted: Mapping[str, JsonValue]) -> bool:
    return all(value in (entry[name], _LATEST) for name, value in wanted.items())


HANDLERS: Final[Mapping[str, Handler]] = {
    "GetSchemaVersion": get,
    "ListSchemaVersions": list_schemas,
}
