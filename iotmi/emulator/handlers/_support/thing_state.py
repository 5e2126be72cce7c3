"""The state of a managed thing: what its device has reported, and what it would report if asked.

Owns the two records. Capabilities are known by endpoint and id. It does not know why a
value changes.
"""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from iotmi.emulator._account.account import World
from iotmi.emulator._core.clock import iso
from iotmi.emulator._core.json import JsonObject, JsonValue, canonical, mapping, picked, text, texts
from iotmi.emulator._model.domain_events import StateChanged
from iotmi.emulator._model.resource_types import CAPABILITIES, STATE

MAX_SHOWN: Final = 5
"""How many endpoints, and capabilities of each, a state or a command may hold."""

_REPORTED: Final = "Endpoints"
_AT_FIRST: Final = "AtFirst"
# A switch of which nothing more is known is off.
_OFF: Final[JsonObject] = {"OnOff": False}


@frozen
class Part:
    """One capability, as an endpoint of a thing has it in its capability report."""

    thing: str
    endpoint: str
    capability: JsonObject

    @property
    def identifier(self) -> str:
        """The capability's id, with its version."""
        return text(self.capability, "id")

    @property
    def cluster(self) -> str:
        """The last part of the capability's name, such as ``OnOff``."""
        return self.identifier.partition("@")[0].rpartition(".")[2]


def shown(world: World, thing: str) -> list[JsonValue]:
    """A thing's state as the service shows it."""
    kept = mapping(_load(world, thing), _REPORTED)
    return [
        {"endpointId": endpoint, "capabilities": _shown(mapping(kept, endpoint))}
        for endpoint in list(kept)[:MAX_SHOWN]
    ]


def reported(world: World, part: Part) -> JsonObject:
    """What a capability has reported: by name, each value with the time of its change."""
    return _reported(_load(world, part.thing), part)


def values(world: World, part: Part) -> JsonObject:
    """The present value of each property that the device has one of, reported or not."""
    document = _load(world, part.thing)
    names = set(texts(part.capability, "properties"))
    at_first = mapping(mapping(mapping(document, _AT_FIRST), part.endpoint), part.identifier)
    unknown = _OFF if part.cluster in _OFF else {}
    present = _reported(document, part)
    return {
        **{name: value for name, value in {**unknown, **at_first}.items() if name in names},
        **{name: mapping(present, name)["propertyValue"] for name in present},
    }


def change(world: World, part: Part, changed: Mapping[str, JsonValue]) -> None:
    """Keep values that a device reports; no values, no report."""
    if not changed:
        return
    document = _load(world, part.thing)
    before = _reported(document, part)
    changed_at = iso(world.clock.now())
    properties: JsonObject = {
        **before,
        **{
            name: {"propertyValue": value, "lastChangedAt": changed_at}
            for name, value in changed.items()
        },
    }
    endpoints = mapping(document, _REPORTED)
    capabilities = mapping(endpoints, part.endpoint)
    capabilities[part.identifier] = {
        "id": part.identifier,
        "name": part.capability["name"],
        "version": part.capability["version"],
        "properties": properties,
    }
    endpoints[part.endpoint] = capabilities
    document[_REPORTED] = endpoints
    world.rows.put(STATE.name, part.thing, document)
    _tell_of(world, part, before, {name: properties[name] for name in changed})


def _tell_of(world: World, part: Part, before: JsonObject, after: JsonObject) -> None:
    """Announce what is another value than before; the same value again is no news."""
    news: list[JsonValue] = [
        {"name": name, "value": after[name]}
        for name in after
        if name not in before or _text_of(before, name) != _text_of(after, name)
    ]
    if news:
        capability = {**picked(part.capability, "id", "name", "version"), "properties": news}
        endpoint: JsonObject = {"endpointId": part.endpoint, "capabilities": [capability]}
        world.announce(StateChanged(part.thing, [endpoint]))


def _text_of(properties: JsonObject, name: str) -> str:
    # As text, for to Python 1 and true are the same.
    return canonical(mapping(properties, name).get("propertyValue"))


def settle_in(world: World, thing: str, device: JsonObject) -> None:
    """Let a thing be a device: its capability report, and the values it has at first."""
    details = world.rows.get(CAPABILITIES.name, thing) or {"ManagedThingId": thing}
    report = {**mapping(device, "Report")}
    world.rows.put(CAPABILITIES.name, thing, {**details, "CapabilityReport": report})
    document = _load(world, thing)
    world.rows.put(STATE.name, thing, {**document, _AT_FIRST: mapping(device, "Values")})


def _load(world: World, thing: str) -> JsonObject:
    return world.rows.get(STATE.name, thing) or {"ManagedThingId": thing}


def _reported(document: JsonObject, part: Part) -> JsonObject:
    endpoint = mapping(mapping(document, _REPORTED), part.endpoint)
    return mapping(mapping(endpoint, part.identifier), "properties")


def _shown(capabilities: JsonObject) -> list[JsonValue]:
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
