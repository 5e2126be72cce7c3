"""Details of a managed thing.

Owns the reads of capabilities, schemas, metadata, connectivity and certificate. These reads trigger
no transition. Only ``GetManagedThing`` does.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._account.connectivity import (
    is_connected,
    is_reachable,
    unreachable_reason,
)
from iotmi.emulator._core.errors import not_found
from iotmi.emulator._core.json import JsonObject, JsonValue, objects, optional_text, text, texts
from iotmi.emulator._model.resource_types import CAPABILITIES, MANAGED_THING
from iotmi.emulator.handlers.provisioning_profiles import placeholder_pem


def get_capabilities(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetManagedThingCapabilities."""
    thing = _thing(account, parameters)
    return {**_capabilities(account, parameters), "ManagedThingId": thing["Id"]}


def get_metadata(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetManagedThingMetaData."""
    thing = _thing(account, parameters)
    return {"ManagedThingId": thing["Id"], "MetaData": thing.get("MetaData")}


def get_connectivity(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetManagedThingConnectivityData. An offline hub disconnects its devices too."""
    thing = _thing(account, parameters)
    return {
        "ManagedThingId": thing["Id"],
        "Connected": is_connected(thing) and is_reachable(account.transaction, thing),
        "Timestamp": thing.get("ConnectionChangedAt", thing.get("ConnectedAt")),
        "DisconnectReason": unreachable_reason(account.transaction, thing),
    }


def get_certificate(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetManagedThingCertificate. The first connection creates the certificate."""
    thing = _thing(account, parameters)
    identifier = text(thing, "Id")
    if "ConnectedAt" not in thing:
        raise not_found("Managed Thing certificate not found.", identifier, "ManagedThing")
    return {
        "ManagedThingId": identifier,
        "CertificatePem": placeholder_pem("CERTIFICATE", identifier),
    }


def list_schemas(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListManagedThingSchemas: reported capabilities first, then other given schemas."""
    _thing(account, parameters)
    endpoint = optional_text(parameters, "EndpointIdFilter")
    capability = optional_text(parameters, "CapabilityIdFilter")
    items: list[JsonValue] = [
        item
        for item in _schemas(_capabilities(account, parameters))
        if endpoint in (None, item.get("EndpointId"))
        and (capability is None or _is_capability(text(item, "CapabilityId"), capability))
    ]
    return account.page_of_items(items, parameters)


def _thing(account: AccountState, parameters: JsonObject) -> JsonObject:
    return account.find(MANAGED_THING, text(parameters, "Identifier"))


def _capabilities(account: AccountState, parameters: JsonObject) -> JsonObject:
    return account.transaction.get(CAPABILITIES.name, text(parameters, "Identifier")) or {}


def _schemas(details: JsonObject) -> list[JsonObject]:
    given = {text(item, "CapabilityId"): item for item in objects(details, "CapabilitySchemas")}
    report = details.get("CapabilityReport")
    items: list[JsonObject] = []
    reported: set[str] = set()
    for endpoint in objects(report if isinstance(report, dict) else {}, "endpoints"):
        for capability in objects(endpoint, "capabilities"):
            identifier = text(capability, "id")
            reported.add(identifier)
            schema = given.get(identifier, {}).get("Schema", _schema(capability))
            items.append(_item(identifier, schema, EndpointId=endpoint["id"]))
    items += [
        _item(identifier, item["Schema"])
        for identifier, item in given.items()
        if identifier not in reported
    ]
    return items


def _item(identifier: str, schema: JsonValue, **members: JsonValue) -> JsonObject:
    """Return the list entry of a schema.

    The entry shortens the capability's version to two parts, and leaves ``$latest`` out.
    """
    name, _, version = identifier.partition("@")
    parts = version.split(".")
    shown = name if version == "$latest" else f"{name}@{'.'.join(parts[:2])}"
    return {**members, "CapabilityId": shown, "Schema": schema}


def _schema(capability: JsonObject) -> JsonObject:
    """Return a schema with the names that the report has."""
    return {
        "$id": f"/schema-versions/capability/{text(capability, 'id')}",
        "$ref": "/schema-versions/definition/aws.capability@1.0",
        "name": capability["name"],
        "properties": {name: {} for name in texts(capability, "properties")},
        "actions": [{"name": name} for name in texts(capability, "actions")],
        "events": [{"name": name} for name in texts(capability, "events")],
    }


def _is_capability(identifier: str, wanted: str) -> bool:
    return wanted in {identifier, identifier.partition("@")[0]}


HANDLERS: Final[Mapping[str, Handler]] = {
    "GetManagedThingCapabilities": get_capabilities,
    "GetManagedThingCertificate": get_certificate,
    "GetManagedThingConnectivityData": get_connectivity,
    "GetManagedThingMetaData": get_metadata,
    "ListManagedThingSchemas": list_schemas,
}
