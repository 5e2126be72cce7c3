"""The home at a glance: one JSON document with its hubs, devices, people and updates.

Owns the document. It has no sensitive member, and reading it changes nothing: no transition is
taken on a clock that is not running. This module must not know HTTP.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from attrs import frozen

from iotmi.emulator._account.account import AccountState
from iotmi.emulator._account.connectivity import is_connected, is_reachable
from iotmi.emulator._core.clock import format_iso
from iotmi.emulator._core.json import (
    JsonObject,
    JsonValue,
    mapping,
    objects,
    text,
    texts,
)
from iotmi.emulator._dispatch.dispatcher import Dispatcher
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    CAPABILITIES,
    CREDENTIAL_LOCKER,
    DEVICE_DISCOVERY,
    DISCOVERED_DEVICE,
    MANAGED_THING,
    NEARBY_DEVICE,
    OTA_EXECUTION,
    OTA_TASK,
    REGISTRATION,
    ResourceType,
)
from iotmi.emulator._storage.transitions import HELD
from iotmi.emulator.handlers._support import thing_state as state

_HUB: Final[Mapping[str, str]] = {"Role": "CONTROLLER"}
_DEVICE: Final[Mapping[str, str]] = {"Role": "DEVICE"}


def home_view(dispatcher: Dispatcher, limit: int) -> JsonObject:
    """Return the home, with at most *limit* resources of each kind, oldest first."""
    with dispatcher.transaction() as account:
        lists: JsonObject = {
            "hubs": [
                thing_view(account, each) for each in _some(account, MANAGED_THING, limit, _HUB)
            ],
            "devices": [
                thing_view(account, each) for each in _some(account, MANAGED_THING, limit, _DEVICE)
            ],
            "lockers": [_locker(each) for each in _some(account, CREDENTIAL_LOCKER, limit)],
            "associations": [
                association_view(each) for each in _some(account, ACCOUNT_ASSOCIATION, limit)
            ],
            "discoveries": [
                discovery_view(account, each) for each in _some(account, DEVICE_DISCOVERY, limit)
            ],
            "nearby": [_nearby(each) for each in _some(account, NEARBY_DEVICE, limit)],
            "ota_tasks": [_task(account, each) for each in _some(account, OTA_TASK, limit)],
        }
        count = account.transaction.count
        counts: JsonObject = {
            "hubs": count(MANAGED_THING.name, _HUB),
            "devices": count(MANAGED_THING.name, _DEVICE),
            **{
                name: count(kind.name, {})
                for name, kind in (
                    ("lockers", CREDENTIAL_LOCKER),
                    ("associations", ACCOUNT_ASSOCIATION),
                    ("discoveries", DEVICE_DISCOVERY),
                    ("nearby", NEARBY_DEVICE),
                    ("ota_tasks", OTA_TASK),
                )
            },
        }
    # Read after the transaction: a change in between makes the client fetch once too often.
    return {
        "revision": dispatcher.store.revision,
        "generation": dispatcher.store.generation,
        "counts": counts,
        **lists,
    }


def thing_view(account: AccountState, thing: JsonObject) -> JsonObject:
    """Return one managed thing with its capabilities, properties and values."""
    identifier = text(thing, "Id")
    details = account.transaction.get(CAPABILITIES.name, identifier) or {}
    registered = {"ManagedThingId": identifier, "ManagedThingAssociationStatus": "ASSOCIATED"}
    registration = account.first(REGISTRATION, registered) or {}
    endpoints = objects(mapping(details, "CapabilityReport"), "endpoints")
    types = [name for endpoint in endpoints for name in texts(endpoint, "deviceTypes")]
    return {
        "id": identifier,
        "name": thing.get("Name"),
        "role": thing["Role"],
        "provisioning_status": thing["ProvisioningStatus"],
        "online": is_connected(thing) and is_reachable(account.transaction, thing),
        "held": bool(thing.get(HELD)),
        "hub_id": thing.get("ParentControllerId"),
        "locker_id": thing.get("CredentialLockerId"),
        "association_id": registration.get("AccountAssociationId"),
        "brand": thing.get("Brand"),
        "model": thing.get("Model"),
        "device_type": types[0] if types else None,
        "created_at": _time(thing, "CreatedAt"),
        "capabilities": list(_capabilities(account, identifier, details)),
    }


def association_view(association: JsonObject) -> JsonObject:
    """Return one account association."""
    return {
        "id": association["AccountAssociationId"],
        "name": association.get("Name"),
        "state": association["AssociationState"],
        "held": bool(association.get(HELD)),
        "connector_destination_id": association["ConnectorDestinationId"],
        "error_message": association.get("ErrorMessage"),
        "created_at": _time(association, "CreatedAt"),
    }


def discovery_view(account: AccountState, discovery: JsonObject) -> JsonObject:
    """Return one device discovery with the devices that it found."""
    found = account.find_all(DISCOVERED_DEVICE, {"DeviceDiscoveryId": text(discovery, "Id")})
    return {
        "id": discovery["Id"],
        "type": discovery["DiscoveryType"],
        "status": discovery["Status"],
        "held": bool(discovery.get(HELD)),
        "hub_id": discovery.get("ControllerId"),
        "association_id": discovery.get("AccountAssociationId"),
        "started_at": _time(discovery, "StartedAt"),
        "finished_at": _time(discovery, "FinishedAt"),
        "devices": [
            {
                "name": device.get("ConnectorDeviceName") or mapping(device, "Device").get("Name"),
                "brand": device.get("Brand"),
                "model": device.get("Model"),
                "device_types": list(texts(device, "DeviceTypes")),
                "thing_id": device.get("ManagedThingId"),
            }
            for device in found
        ],
    }


def _locker(locker: JsonObject) -> JsonObject:
    return {
        "id": locker["Id"],
        "name": locker.get("Name"),
        "created_at": _time(locker, "CreatedAt"),
    }


def _nearby(nearby: JsonObject) -> JsonObject:
    return {
        "identifier": nearby["Id"],
        "name": mapping(nearby, "Device").get("Name"),
        "where": nearby.get("ControllerId") or nearby.get("AccountAssociationId"),
        "thing_id": nearby.get("ManagedThingId"),
    }


def _task(account: AccountState, task: JsonObject) -> JsonObject:
    executions = account.find_all(OTA_EXECUTION, {"OtaTaskId": text(task, "TaskId")})
    return {
        "id": task["TaskId"],
        "description": task.get("Description"),
        "type": task["OtaType"],
        "status": task["Status"],
        "held": bool(task.get(HELD)),
        "created_at": _time(task, "CreatedAt"),
        "things": [
            {"thing_id": each["ManagedThingId"], "status": each["Status"]} for each in executions
        ],
    }


def _capabilities(account: AccountState, thing: str, details: JsonObject) -> Iterator[JsonObject]:
    given = {
        text(each, "CapabilityId"): mapping(each, "Schema")
        for each in objects(details, "CapabilitySchemas")
        if isinstance(each.get("Schema"), dict)
    }
    for endpoint in objects(mapping(details, "CapabilityReport"), "endpoints"):
        for reported in objects(endpoint, "capabilities"):
            ref = state.CapabilityRef(thing, text(endpoint, "id"), reported)
            schema = given.get(ref.identifier)
            limits = _own_limits(schema) if schema else _known_limits(ref.identifier)
            values = state.values(account, ref)
            yield {
                "endpoint": ref.endpoint,
                "id": ref.identifier,
                "name": reported.get("name"),
                "properties": [
                    {
                        "name": name,
                        "value": values.get(name),
                        "schema": limits.properties.get(name),
                        "mutable": name in limits.mutable,
                    }
                    for name in texts(reported, "properties")
                ],
                "actions": [
                    {"name": name, "parameters": limits.parameters.get(name, {})}
                    for name in texts(reported, "actions")
                ],
                "events": list(texts(reported, "events")),
            }


@frozen
class _Limits:
    """The JSON schemas of one capability, with local references replaced.

    Attributes:
        properties: schema of each property.
        mutable: names of the properties that a client may write.
        parameters: schemas of the parameters of each action.
    """

    properties: Mapping[str, JsonValue]
    mutable: frozenset[str]
    parameters: Mapping[str, JsonObject]

    @classmethod
    def of(cls, schema: JsonObject) -> "_Limits":
        """Return the schemas in the document of a capability."""
        properties = mapping(schema, "properties")
        actions = {text(each, "name"): each for each in objects(schema, "actions")}
        return cls(
            {name: _limits(mapping(properties, name), schema) for name in properties},
            frozenset(
                name for name in properties if mapping(properties, name).get("mutable") is True
            ),
            {name: _parameters(action, schema) for name, action in actions.items()},
        )


def _own_limits(schema: JsonObject) -> _Limits:
    """Return the schemas in a thing's own document, none if the document has another form."""
    try:
        return _Limits.of(schema)
    except (KeyError, TypeError):
        # The service takes any document, and the home has other devices to show.
        return _Limits({}, frozenset(), {})


@cache
def _known_limits(identifier: str) -> _Limits:
    """Return the schemas of a cluster, once for all devices: a bulb has a hundred."""
    from iotmi.emulator._clusters.table import cluster, schema_document

    found = cluster(identifier)
    return _Limits.of({} if found is None else schema_document(found))


def _parameters(action: JsonObject, schema: JsonObject) -> JsonObject:
    parameters = mapping(mapping(action, "request"), "parameters")
    return {name: _limits(mapping(parameters, name), schema) for name in parameters}


# A schema may refer to itself, so references within references are replaced this often.
_REFERENCES: Final = 4


def _limits(described: JsonObject, schema: JsonObject, references: int = _REFERENCES) -> JsonValue:
    """Return the JSON schema of a value, with local references replaced; None if unknown."""
    value = described.get("value")
    return _resolved(value, schema, references) if isinstance(value, dict) else None


def _resolved(value: JsonObject, schema: JsonObject, references: int) -> JsonObject:
    reference = value.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/$defs/") and references:
        name = reference.removeprefix("#/$defs/")
        return _resolved(mapping(mapping(schema, "$defs"), name), schema, references - 1)
    resolved: JsonObject = {}
    for name, held in value.items():
        if name in {"$ref", "extrinsicId", "extrinsicIdMap"}:
            continue
        if name == "properties" and isinstance(held, dict):
            resolved[name] = {
                member: _limits(mapping(held, member), schema, references) or {} for member in held
            }
        elif isinstance(held, dict):
            resolved[name] = _resolved(held, schema, references)
        else:
            resolved[name] = held
    return resolved


def _some(
    account: AccountState, kind: ResourceType, limit: int, where: Mapping[str, str] | None = None
) -> list[JsonObject]:
    rows = account.transaction.select(kind.name, where or {}, limit=limit)
    return [row.document for row in rows]


def _time(document: JsonObject, member: str) -> str | None:
    moment = document.get(member)
    return format_iso(moment) if isinstance(moment, int) else None
