"""Properties of things as lines, with hidden values.

AWS marks every property as sensitive. The state is what a person asks for, so values that cannot
carry a secret are shown: switches, numbers and members of enums, in properties that a capability
of iotmi defines. Text, structures and unknown properties are hidden.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Final

from attrs import frozen

from iotmi import capabilities, events
from iotmi._models.managed_things import ManagedThingState
from iotmi._schema.containers import JsonValue
from iotmi.capabilities._capability import Capability
from iotmi.capabilities._declared import Field, fields_of
from iotmi.capabilities._kinds import Bits, Choice, Scalar, Unreadable
from iotmi.capabilities._states import State, reported_in
from iotmi.cli._output import cell, hide, moment

CAPABILITY_NAMES: Final = tuple(
    sorted(name for names in capabilities.CLUSTERS.values() for name in names.split())
)


@frozen
class Reading:
    """One property of a thing.

    Attributes:
        endpoint: the endpoint's id.
        capability: the capability's id.
        wire_name: the property's name in JSON.
        value: the value as reported.
        changed_at: the time of the last change, if it was reported.
    """

    endpoint: str
    capability: str
    wire_name: str
    value: JsonValue
    changed_at: datetime | None

    @property
    def key(self) -> tuple[str, str, str]:
        """The identity of the property within its thing."""
        return self.endpoint, self.capability, self.wire_name

    @property
    def name(self) -> str:
        """The name as `things control` accepts it, such as ``OnOff.on_off``."""
        known = _field(self.capability, self.wire_name)
        return f"{short(self.capability)}.{self.wire_name if known is None else known.name}"

    def shown(self, *, show_secrets: bool) -> JsonValue:
        """Return the value, or ``***`` if it may carry a secret."""
        return hide(self.value, show=show_secrets or self._is_harmless())

    def text(self, *, show_secrets: bool) -> str:
        """Return the value in a line of text."""
        return cell(self.shown(show_secrets=show_secrets))

    def plain(self, *, show_secrets: bool) -> dict[str, JsonValue]:
        """Return the reading as plain data."""
        found: dict[str, JsonValue] = {
            "endpoint": self.endpoint,
            "capability": self.capability,
            "property": self.wire_name,
            "value": self.shown(show_secrets=show_secrets),
        }
        if self.changed_at is not None:
            found["changed_at"] = moment(self.changed_at)
        return found

    def _is_harmless(self) -> bool:
        known = _field(self.capability, self.wire_name)
        if known is None or not isinstance(known.kind, Scalar | Choice | Bits):
            return False
        if isinstance(known.kind, Scalar) and known.kind.type is str:
            return False
        try:
            value = known.kind.read(self.value)
        except Unreadable:
            return False
        return getattr(value, "known", True) is True


def readings(state: State) -> Iterator[Reading]:
    """Yield the properties of a state or of an event with endpoints."""
    for endpoint, capability in dict.fromkeys(_places(state)):
        found = reported_in(state, endpoint, capability)
        for name, each in ({} if found is None else found.properties).items():
            yield Reading(endpoint, capability, name, each.value, each.changed_at)


def readings_of_event(event: events.Event) -> list[Reading]:
    """Return the properties of an event, or an empty list if its type has none."""
    if isinstance(event, events.DeviceStateEvent | events.DeviceReportEvent):
        return list(readings(event))
    return []


def capability_named(name: str) -> type[Capability] | None:
    """Return the class of a capability, or None for an unknown name."""
    found = getattr(capabilities, name) if name in CAPABILITY_NAMES else None
    return found if isinstance(found, type) and issubclass(found, Capability) else None


def short(capability: str) -> str:
    """Return a capability's id without its namespace and version: ``OnOff``."""
    return capability.partition("@")[0].rpartition(".")[2]


def _places(state: State) -> Iterator[tuple[str, str]]:
    if isinstance(state, ManagedThingState):
        for each in state.endpoints:
            yield from ((each.endpoint_id, capability.id) for capability in each.capabilities)
        return
    for place in state.endpoints or ():
        for part in place.capabilities or ():
            if place.id is not None and part.id is not None:
                yield place.id, part.id


@cache
def _field(capability: str, wire_name: str) -> Field | None:
    kind = capability_named(short(capability))
    if kind is None or kind.id.partition("@")[0] != capability.partition("@")[0]:
        return None
    return next((each for each in fields_of(kind) if each.wire == wire_name), None)
