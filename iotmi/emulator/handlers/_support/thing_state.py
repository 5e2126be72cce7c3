"""The state of a managed thing: values that its device reported, and values not reported yet.

Owns both records, and the search for a capability in a thing's report. A capability is identified
by its endpoint and id. This module must not know the cause of a change.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from iotmi.emulator._account.account import AccountState
from iotmi.emulator._core.clock import format_iso
from iotmi.emulator._core.json import (
    JsonObject,
    JsonValue,
    canonical,
    mapping,
    objects,
    picked,
    text,
    texts,
)
from iotmi.emulator._model.domain_events import StateChanged
from iotmi.emulator._model.resource_types import CAPABILITIES, STATE

MAX_SHOWN: Final = 5
"""The largest number of endpoints of a state, and of capabilities of an endpoint."""

_REPORTED: Final = "Endpoints"
_AT_FIRST: Final = "AtFirst"
# A switch without an initial value is off.
_OFF: Final[JsonObject] = {"OnOff": False}


@frozen
class CapabilityRef:
    """One capability at an endpoint of a thing.

    Attributes:
        thing: id of the managed thing.
        endpoint: id of the endpoint.
        capability: capability in the thing's capability report.
    """

    thing: str
    endpoint: str
    capability: JsonObject

    @property
    def identifier(self) -> str:
        """The capability's id with its version."""
        return text(self.capability, "id")

    @property
    def cluster(self) -> str:
        """The last part of the capability's name, such as ``OnOff``."""
        return self.identifier.partition("@")[0].rpartition(".")[2]


def find_capability(
    thing: JsonObject,
    details: JsonObject,
    member: str,
    name: str,
    *,
    capability: str | None,
    endpoint: str | None,
) -> CapabilityRef:
    """Return the one capability that has a property or an event of a name.

    Args:
        thing: managed thing.
        details: stored details of the thing, with its capability report.
        member: ``properties`` or ``events``.
        name: name of the property or event.
        capability: id of the capability, or None for any.
        endpoint: id of the endpoint, or None for any.

    Raises:
        ValueError: no capability matches, or several do.
    """
    found = [
        ref
        for ref in _capability_refs(text(thing, "Id"), mapping(details, "CapabilityReport"))
        if name in texts(ref.capability, member)
        and capability in (None, ref.identifier)
        and endpoint in (None, ref.endpoint)
    ]
    if not found:
        raise ValueError(f"the device has no {name} among its {member}")
    if len(found) > 1:
        places = ", ".join(f"{ref.identifier} at {ref.endpoint}" for ref in found)
        raise ValueError(f"several capabilities have {name}: {places}; give capability or endpoint")
    return found[0]


def _capability_refs(thing: str, report: JsonObject) -> Iterator[CapabilityRef]:
    for endpoint in objects(report, "endpoints"):
        for capability in objects(endpoint, "capabilities"):
            yield CapabilityRef(thing, text(endpoint, "id"), capability)


def reported_state(account: AccountState, thing: str) -> list[JsonValue]:
    """Return a thing's state in the form that the service shows."""
    kept = mapping(_load(account, thing), _REPORTED)
    return [
        {"endpointId": endpoint, "capabilities": _to_list(mapping(kept, endpoint))}
        for endpoint in list(kept)[:MAX_SHOWN]
    ]


def reported(account: AccountState, ref: CapabilityRef) -> JsonObject:
    """Return the reported values of a capability by property, with the times of their changes."""
    return _reported(_load(account, ref.thing), ref)


def values(account: AccountState, ref: CapabilityRef) -> JsonObject:
    """Return the present value of each property of a capability, reported or not."""
    document = _load(account, ref.thing)
    names = set(texts(ref.capability, "properties"))
    at_first = mapping(mapping(mapping(document, _AT_FIRST), ref.endpoint), ref.identifier)
    unknown = _OFF if ref.cluster in _OFF else {}
    present = _reported(document, ref)
    return {
        **{name: value for name, value in {**unknown, **at_first}.items() if name in names},
        **{name: mapping(present, name)["propertyValue"] for name in present},
    }


def change(account: AccountState, ref: CapabilityRef, changed: Mapping[str, JsonValue]) -> None:
    """Store values that a device reports, and publish the changed ones."""
    if not changed:
        return
    document = _load(account, ref.thing)
    before = _reported(document, ref)
    changed_at = format_iso(account.clock.now())
    properties: JsonObject = {
        **before,
        **{
            name: {"propertyValue": value, "lastChangedAt": changed_at}
            for name, value in changed.items()
        },
    }
    endpoints = mapping(document, _REPORTED)
    capabilities = mapping(endpoints, ref.endpoint)
    capabilities[ref.identifier] = {
        "id": ref.identifier,
        "name": ref.capability["name"],
        "version": ref.capability["version"],
        "properties": properties,
    }
    endpoints[ref.endpoint] = capabilities
    document[_REPORTED] = endpoints
    account.transaction.put(STATE.name, ref.thing, document)
    _publish_changes(account, ref, before, {name: properties[name] for name in changed})


def _publish_changes(
    account: AccountState, ref: CapabilityRef, before: JsonObject, after: JsonObject
) -> None:
    """Publish the values that differ from the ones before."""
    changed_properties: list[JsonValue] = [
        {"name": name, "value": after[name]}
        for name in after
        if name not in before or _text_of(before, name) != _text_of(after, name)
    ]
    if changed_properties:
        capability = {
            **picked(ref.capability, "id", "name", "version"),
            "properties": changed_properties,
        }
        endpoint: JsonObject = {"endpointId": ref.endpoint, "capabilities": [capability]}
        account.publish(StateChanged(ref.thing, [endpoint]))


def _text_of(properties: JsonObject, name: str) -> str:
    # Compared as text, because Python treats 1 and True as equal.
    return canonical(mapping(properties, name).get("propertyValue"))


def install_device(account: AccountState, thing: str, device: JsonObject) -> None:
    """Make a thing a certain device: store its capability report, schemas and initial values."""
    details = account.transaction.get(CAPABILITIES.name, thing) or {"ManagedThingId": thing}
    described = {
        **picked(device, "CapabilitySchemas"),
        "CapabilityReport": {**mapping(device, "Report")},
    }
    account.transaction.put(CAPABILITIES.name, thing, {**details, **described})
    document = _load(account, thing)
    account.transaction.put(STATE.name, thing, {**document, _AT_FIRST: mapping(device, "Values")})


def _load(account: AccountState, thing: str) -> JsonObject:
    return account.transaction.get(STATE.name, thing) or {"ManagedThingId": thing}


def _reported(document: JsonObject, ref: CapabilityRef) -> JsonObject:
    endpoint = mapping(mapping(document, _REPORTED), ref.endpoint)
    return mapping(mapping(endpoint, ref.identifier), "properties")


def _to_list(capabilities: JsonObject) -> list[JsonValue]:
    return [
        {
            **mapping(capabilities, identifier),
            "properties": [
                {"name": name, "value": value}
                for name, value in mapping(mapping(capabilities, identifier), "properties").items()
            ],
        }
        for identifier in list(capabilities)[:MAX_SHOWN]
    ]
