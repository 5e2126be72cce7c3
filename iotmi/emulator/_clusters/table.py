"""The table of all clusters, and their execution for devices with JSON properties.

This module does not know managed things or the storage of states. Properties have their wire names.
A command without a rule is validated and changes nothing, because no property shows its effect. A
capability that is not in the table accepts any command and changes nothing.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from iotmi import capabilities
from iotmi.capabilities import CLUSTERS, Capability, Command
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
_INITIAL: Final[tuple[Capability, ...]] = (
    on_off.INITIAL,
    level_control.INITIAL,
    color_control.INITIAL,
    door_lock.INITIAL,
    thermostat.INITIAL,
    fan_control.INITIAL,
    window_covering.INITIAL,
    *sensors.INITIAL,
)
_NAMESPACES: Final = ("matter", "aws")


@cache
def cluster(identifier: str) -> type[Capability] | None:
    """Return the class for a capability id of any version, or None for an unknown id."""
    namespace, _, name = identifier.partition("@")[0].rpartition(".")
    if namespace not in _NAMESPACES or name not in _CLASSES:
        return None
    found: type[Capability] = getattr(capabilities, name)
    return found


_CLASSES: Final = frozenset(name for names in CLUSTERS.values() for name in names.split())


def clusters() -> tuple[type[Capability], ...]:
    """Return all clusters of the table."""
    return tuple(type(first) for first in _INITIAL)


def initial_values(capability: type[Capability]) -> JsonObject:
    """Return the properties of a new device. A custom capability has none."""
    for first in _INITIAL:
        if type(first) is capability:
            return properties_of(first)
    return {}


def properties_of(value: Capability) -> JsonObject:
    """Return the properties of *value* by wire name."""
    return {name: _json(held) for name, held in value.to_wire().items()}


def schema_document(capability: type[Capability]) -> JsonObject:
    """Return the schema document of *capability*."""
    return {name: _json(held) for name, held in capabilities.document(capability).items()}


def describe(part: type[Capability] | Capability) -> tuple[JsonObject, JsonObject]:
    """Return the report entry of a capability, and its initial properties.

    Args:
        part: a class, or a value with properties that override those of a new device.
    """
    capability = part if isinstance(part, type) else type(part)
    held = {} if isinstance(part, type) else properties_of(part)
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
        initial_values(capability) | held,
    )


def execute(
    identifier: str, action: str, parameters: JsonValue, present: JsonObject
) -> list[tuple[str, JsonObject]]:
    """Execute a command, and return the changed properties with their cluster.

    Args:
        identifier: the capability's id.
        action: the action's name.
        parameters: the action's parameters.
        present: the current properties of the device.

    Raises:
        RefusedError: the parameters are wrong, or the device refuses the command.
    """
    kind = cluster(identifier)
    command = checked_command(identifier, action, parameters)
    if kind is None or command is None:
        return []
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
                    made.append((type(change).__name__, properties_of(change)))
    return made


def checked_command(identifier: str, action: str, parameters: JsonValue) -> Command | None:
    """Return the command of a capability, or None for an unknown capability.

    Raises:
        RefusedError: the parameters are wrong.
    """
    kind = cluster(identifier)
    if kind is None:
        return None
    if not isinstance(parameters, Mapping | None):
        raise RefusedError("must be an object")
    try:
        return command_for(kind, action, parameters or {})
    except ConstraintError as error:
        first = error.problems[0]
        wires = {each.name: each.wire for each in _parameters(kind, action)}
        raise RefusedError(first.rule, wires.get(first.path, first.path)) from None


def checked_update(identifier: str, properties: JsonObject) -> JsonObject:
    """Return the properties of ``UpdateState``, validated and in canonical form.

    The service does not check that a property is writable, and neither does this function.

    Raises:
        RefusedError: a value has the wrong type or is out of range.
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
        violation = next(known[name].check(read), None)
        if violation is not None:
            raise RefusedError(violation.rule, name + violation.path)
        made[name] = _json(known[name].write(read))
    return made


def _parameters(kind: type[Capability], action: str) -> tuple[Field, ...]:
    command = actions_of(kind).get(action)
    return () if command is None else fields_of(command)


def _json(value: object) -> JsonValue:
    """Return JSON with dicts and lists instead of other mappings and sequences."""
    if isinstance(value, Mapping):
        return {str(name): _json(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [_json(held) for held in value]
    if isinstance(value, bool | int | float | str | None):
        return value
    raise TypeError(f"{type(value).__name__} is not JSON")
