"""Lookup of a capability's properties in a state or an event.

`ManagedThingState` holds properties as a document, and events hold values. Protocols describe the
events, so that this module does not import `iotmi.events`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeAlias

from attrs import frozen

from iotmi._models.managed_things import ManagedThingState
from iotmi._schema.containers import JsonValue


class EventProperty(Protocol):
    """A property in an event."""

    @property
    def name(self) -> str | None: ...
    @property
    def value(self) -> JsonValue: ...
    @property
    def changed_at(self) -> datetime | None: ...


class EventCapability(Protocol):
    """A capability in an event."""

    @property
    def id(self) -> str | None: ...
    @property
    def version(self) -> str | None: ...
    @property
    def properties(self) -> Sequence[EventProperty] | None: ...


class EventEndpoint(Protocol):
    """An endpoint in an event."""

    @property
    def id(self) -> str | None: ...
    @property
    def capabilities(self) -> Sequence[EventCapability] | None: ...


class StateEvent(Protocol):
    """An event with endpoints: `DeviceStateEvent` or `DeviceReportEvent` of `iotmi.events`."""

    @property
    def endpoints(self) -> Sequence[EventEndpoint] | None: ...


State: TypeAlias = ManagedThingState | StateEvent


@frozen
class Property:
    """The reported value of one property, and the time of its last change."""

    value: JsonValue
    changed_at: datetime | None


@frozen
class Reported:
    """The reported properties of one capability at an endpoint, by wire name."""

    endpoint: str
    version: str | None
    properties: Mapping[str, Property]


def reported_in(state: State, endpoint: str, identifier: str) -> Reported | None:
    """Return the properties of a capability in *state*, or None if *state* does not have it.

    Versions after ``@`` are not compared, because later versions keep the names of properties.
    """
    name = identifier.partition("@")[0]
    version: str | None = None
    properties: dict[str, Property] = {}
    found = False
    for each in _parts(state, endpoint):
        if each.id is not None and each.id.partition("@")[0] == name:
            found = True
            version = each.version
            properties |= each.properties
    return Reported(endpoint, version, properties) if found else None


@frozen
class _Part:
    id: str | None
    version: str | None
    properties: dict[str, Property]


def _parts(state: State, endpoint: str) -> Iterator[_Part]:
    if isinstance(state, ManagedThingState):
        for each in state.endpoints:
            if each.endpoint_id == endpoint:
                for capability in each.capabilities:
                    properties = dict(_in_document(capability.properties))
                    yield _Part(capability.id, capability.version, properties)
        return
    for place in state.endpoints or ():
        if place.id == endpoint:
            for part in place.capabilities or ():
                yield _Part(
                    part.id,
                    part.version,
                    {
                        each.name: Property(each.value, each.changed_at)
                        for each in part.properties or ()
                        if each.name is not None
                    },
                )


def _in_document(properties: JsonValue) -> Iterator[tuple[str, Property]]:
    """Yield the properties in a document: a list of ``{name, value: {propertyValue, ...}}``."""
    if not isinstance(properties, Sequence) or isinstance(properties, str):
        return
    for each in properties:
        if not isinstance(each, Mapping):
            continue
        name, held = each.get("name"), each.get("value")
        if isinstance(name, str) and isinstance(held, Mapping):
            yield name, Property(held.get("propertyValue"), _time(held.get("lastChangedAt")))


def _time(written: JsonValue) -> datetime | None:
    try:
        if isinstance(written, str):
            parsed = datetime.fromisoformat(written)
            return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        if isinstance(written, int | float) and not isinstance(written, bool):
            return datetime.fromtimestamp(written, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
