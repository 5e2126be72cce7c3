"""The table of all clusters, and the reading of it for devices whose properties are JSON.

It does not know things, nor where a state is kept. Properties come in by their names on the wire,
and go out so. A command without a rule is checked and changes nothing: no property shows its
effect. A capability that is no cluster of the table takes any command and changes nothing.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from iotmi import capabilities
from iotmi.capabilities import CLUSTERS, Capability
from iotmi.capabilities._capability import actions_of, command_for
from iotmi.capabilities._declared import Field, fields_of, unchecked
from iotmi.capabilities._kinds import Unreadable
from iotmi.emulator._clusters import (
    color_control,
    door_lock,
    fan_control,
    level_control,
    on_off,
    sensors,
    thermostat,
    window_covering,
)
from iotmi.emulator._clusters._rules import Nulls, RefusedError
from iotmi.emulator._core.json import JsonObject, JsonValue
from iotmi.errors import ConstraintError

_RULES: Final = (
    *on_off.RULES,
    *level_control.RULES,
    *color_control.RULES,
    *door_lock.RULES,
    *thermostat.RULES,
    *fan_control.RULES,
    *window_covering.RULES,
    *sensors.RULES,
)
_FIRST: Final[tuple[Capability, ...]] = (
    on_off.FIRST,
    level_control.FIRST,
    color_control.FIRST,
    door_lock.FIRST,
    thermostat.FIRST,
    fan_control.FIRST,
    window_covering.FIRST,
    *sensors.FIRST,
)
_NAMESPACES: Final = ("matter", "aws")


@cache
def cluster(identifier: str) -> type[Capability] | None:
    """Return the class of a capability's id, whatever its version, or None for an unknown one."""
    namespace, _, name = identifier.partition("@")[0].rpartition(".")
    if namespace not in _NAMESPACES or name not in _CLASSES:
        return None
    found: type[Capability] = getattr(capabilities, name)
    return found


_CLASSES: Final = frozenset(name for names in CLUSTERS.values() for name in names.split())


def clusters() -> tuple[type[Capability], ...]:
    """Return all clusters of the table."""
    return tuple(type(first) for first in _FIRST)


def first_values(capability: type[Capability]) -> JsonObject:
    """Return the properties that a new device has; none for a capability of somebody's own."""
    for first in _FIRST:
        if type(first) is capability:
            return plain(first)
    return {}


def plain(value: Capability) -> JsonObject:
    """Return the properties that *value* holds, by their names on the wire."""
    return {name: _json(held) for name, held in value.to_wire().items()}


def schema_document(capability: type[Capability]) -> JsonObject:
    """Return the schema document of *capability*."""
    return {name: _json(held) for name, held in capabilities.document(capability).items()}


def described(part: type[Capability] | Capability) -> tuple[JsonObject, JsonObject]:
    """Return what a device's report says of a capability, and the properties at first.

    Args:
        part: a class, or a value whose properties stand beside those of a new device.
    """
    capability = part if isinstance(part, type) else type(part)
    held = {} if isinstance(part, type) else plain(part)
    reported = capabilities.report({"1": [capability]}).endpoints[0].capabilities[0]
    return (
        {
            "id": reported.id,
            "name": reported.name,
            "version": reported.version,
            "properties": [*reported.properties],
            "actions": [*reported.actions],
            "events": [*reported.events],
        },
        first_values(capability) | held,
    )


def obey(
    identifier: str, action: str, parameters: JsonValue, present: JsonObject
) -> list[tuple[str, JsonObject]]:
    """Return the properties that a command changes, with the cluster of each.

    Args:
        identifier: the capability's id.
        action: the action's name.
        parameters: the action's parameters.
        present: the properties that the device has now.

    Raises:
        RefusedError: the parameters are wrong, or the device does not carry out the command.
    """
    kind = cluster(identifier)
    if kind is None:
        return []
    if not isinstance(parameters, Mapping | None):
        raise RefusedError("must be an object")
    try:
        command = command_for(kind, action, parameters or {})
    except ConstraintError as error:
        first = error.problems[0]
        wires = {each.name: each.wire for each in _parameters(kind, action)}
        raise RefusedError(first.rule, wires.get(first.path, first.path)) from None
    state = unchecked(kind, {}, present)
    made: list[tuple[str, JsonObject]] = []
    for rule in _RULES:
        if isinstance(command, rule.command):
            for change in rule.changes(state, command):
                if isinstance(change, Nulls):
                    wires = {each.name: each.wire for each in fields_of(change.capability)}
                    nulls: JsonObject = {wires[name]: None for name in change.names}
                    made.append((change.capability.__name__, nulls))
                else:
                    made.append((type(change).__name__, plain(change)))
    return made


def written(identifier: str, properties: JsonObject) -> JsonObject:
    """Return the properties that ``UpdateState`` sets, in their one form.

    Whether a property can be written is left to the device: the service does not enforce it.

    Raises:
        RefusedError: a value is not of the property's type, or out of its range.
    """
    kind = cluster(identifier)
    known = {} if kind is None else {each.wire: each.kind for each in fields_of(kind)}
    made: JsonObject = {}
    for name, value in properties.items():
        if name not in known or value is None:
            made[name] = value
            continue
        try:
            read = known[name].read(value)
        except Unreadable as unreadable:
            raise RefusedError(str(unreadable), name) from None
        broken = next(known[name].check(read), None)
        if broken is not None:
            raise RefusedError(broken.rule, name + broken.path)
        made[name] = _json(known[name].write(read))
    return made


def _parameters(kind: type[Capability], action: str) -> tuple[Field, ...]:
    command = actions_of(kind).get(action)
    return () if command is None else fields_of(command)


def _json(value: object) -> JsonValue:
    """Return *value*, JSON in mappings and sequences, in dicts and lists."""
    if isinstance(value, Mapping):
        return {str(name): _json(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [_json(held) for held in value]
    if isinstance(value, bool | int | float | str | None):
        return value
    raise TypeError(f"{type(value).__name__} is no JSON")
