"""The base class `Capability`: a class makes commands, a value of the class holds a state.

This module decodes a state into a capability and builds `ReadState` and `UpdateState`. It does not
know how commands are sent, and it knows no particular capability.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Self

import attrs

from iotmi._schema.containers import JsonValue, ReadOnlyMap
from iotmi.capabilities._command import (
    DEFAULT_ENDPOINT,
    Command,
    ReadState,
    UpdateState,
    bind,
)
from iotmi.capabilities._declared import Field, fields_of, unchecked
from iotmi.capabilities._identity import Identity
from iotmi.capabilities._states import Reported, State, reported_in
from iotmi.errors import REDACTED, ConstraintError, Problem

_ALL: Final = "*"


class Capability(Identity):
    """A capability of a thing, such as ``matter.OnOff@1.4``.

    The class makes commands. A value holds the properties that a thing reported, or the properties
    to write. Two values are equal if their properties are, whenever and wherever these were
    reported. Derive a class to declare your own capability.

    Attributes:
        id: the capability's id with its version, such as ``matter.OnOff@1.4``.
        name: the display name, such as ``On/Off``.
        version: the version of the cluster, a whole number as text.
        number: the cluster's number.
        events: the numbers of the cluster's events, by name.
    """

    _read_state = ReadState
    _update_state = UpdateState

    _reported: Reported | None = attrs.field(default=None, init=False, repr=False, eq=False)

    def __init_subclass__(cls, *, declares: bool = True) -> None:
        super().__init_subclass__(declares=declares)
        for method, command in _listed_commands(cls).items():
            setattr(cls, method, bind(command, cls, method))

    @classmethod
    def of(cls, state: State, endpoint: str = DEFAULT_ENDPOINT) -> Self | None:
        """Return this capability's properties in a state, or None if the state does not have it.

        Values are not validated. Numbers out of range and unknown enum names are kept. A property
        of the wrong type is None, and `raw` has its value.

        Args:
            state: a `ManagedThingState`, or an event with endpoints.
            endpoint: the endpoint's id.
        """
        found = reported_in(state, endpoint, cls.id)
        if found is None:
            return None
        values = {name: each.value for name, each in found.properties.items()}
        return unchecked(cls, {"_reported": found}, values)

    def changed_at(self, name: str) -> datetime | None:
        """Return the time when a property last changed, or None if the state does not have it.

        Args:
            name: the name of the field, such as ``on_off``.
        """
        known = self._field(name)
        found = self._reported.properties.get(known.wire) if self._reported else None
        return None if found is None else found.changed_at

    @property
    def raw(self) -> Mapping[str, JsonValue]:
        """The reported values by wire name, including unknown properties."""
        properties = self._reported.properties if self._reported else {}
        return ReadOnlyMap({name: each.value for name, each in properties.items()})

    @property
    def endpoint(self) -> str | None:
        """The endpoint that reported the values, or None."""
        return self._reported.endpoint if self._reported else None

    @property
    def reported_version(self) -> str | None:
        """The version of the capability that the thing reported, or None."""
        return self._reported.version if self._reported else None

    @classmethod
    def read(
        cls, *names: str, endpoint: str = DEFAULT_ENDPOINT, version: str | None = None
    ) -> ReadState:
        """Return the command that makes a thing report properties.

        Args:
            names: the names of the fields, such as ``on_off``. Without names, all properties.
            endpoint: the endpoint of the thing.
            version: the version that the thing reported, if it differs from the capability's.

        Raises:
            ConstraintError: the capability has no such field.
        """
        wires = [cls._field(name).wire for name in names] or [_ALL]
        return cls._read_state(properties=wires, endpoint=endpoint, version=version)

    def write(self, *, endpoint: str = DEFAULT_ENDPOINT, version: str | None = None) -> UpdateState:
        """Return the command that sets the properties of this value.

        Args:
            endpoint: the endpoint of the thing.
            version: the version that the thing reported, if it differs from the capability's.

        Raises:
            ConstraintError: a property cannot be written, or no property is given.
        """
        problems = [
            Problem(each.name, "cannot be written", REDACTED)
            for each in fields_of(type(self))
            if getattr(self, each.name) is not None and not each.writable
        ]
        values = self.to_wire()
        if not values:
            problems = [Problem("properties", "must hold at least 1 property", None)]
        if problems:
            raise ConstraintError(f"{type(self).__name__}.write", tuple(problems))
        return self._update_state(properties=values, endpoint=endpoint, version=version)

    @classmethod
    def _field(cls, name: str) -> Field:
        for each in fields_of(cls):
            if each.name == name:
                return each
        known = ", ".join(each.name for each in fields_of(cls))
        raise ConstraintError(cls.__name__, (Problem("name", f"must be one of {known}", name),))


def _listed_commands(capability: type[Capability]) -> dict[str, type[Command]]:
    """Return the declared and inherited commands of *capability*, by method name."""
    found: dict[str, type[Command]] = {}
    for owner in reversed(capability.__mro__):
        for method, value in vars(owner).items():
            if isinstance(value, type) and issubclass(value, Command):
                found[method] = value._declared or value  # noqa: SLF001  # same package
    return found


def actions_of(capability: type[Capability]) -> Mapping[str, type[Command]]:
    """Return the commands of *capability*, by wire name."""
    commands = {method: getattr(capability, method) for method in _listed_commands(capability)}
    return {
        command.name: command for method, command in commands.items() if not method.startswith("_")
    }


def command_for(
    capability: type[Capability],
    name: str,
    parameters: Mapping[str, JsonValue],
    *,
    endpoint: str = DEFAULT_ENDPOINT,
) -> Command:
    """Return the typed command for an action that a device or a connector received.

    Raises:
        ConstraintError: the capability has no such action, or a parameter breaks a rule.
    """
    command = actions_of(capability).get(name)
    if command is None:
        rule = f"must be an action of {capability.name}"
        raise ConstraintError(capability.__name__, (Problem("name", rule, name),))
    return command.from_wire(parameters, endpoint=endpoint)
