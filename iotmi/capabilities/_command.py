"""Commands: one action on one capability of a thing, as a typed value.

A command class declares the parameters, and a capability lists its command classes. This module
does not know how commands are grouped and sent.
"""

import types
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Final, TypeVar

import attrs

from iotmi._models.common import CAPABILITY_VERSION, ENDPOINT_ID
from iotmi._schema.containers import JsonValue
from iotmi._schema.traits import DOCUMENT, Size
from iotmi.capabilities._declared import Declared, fields_of
from iotmi.capabilities._identity import Identity
from iotmi.capabilities._kinds import Violations, kind_of, within
from iotmi.errors import REDACTED

C = TypeVar("C", bound="Command")

DEFAULT_ENDPOINT: Final = "1"


class Command(Declared):
    """One action on one capability of a thing.

    Build commands through their capability: ``LevelControl.move_to_level(level=128)``. To declare
    a command, derive a class with the action's name. Its fields are the parameters, in the order
    of their numbers. Then list the class in a capability:
    ``move_to_level = MoveToLevel``.

    Attributes:
        name: the wire name of the action.
        number: the action's number in the cluster.
        endpoint: the endpoint of the thing.
        version: the capability version that the thing reported, or None for the declared version.
        capability: the capability that the command is for.
    """

    name: ClassVar[str]
    number: ClassVar[int]
    _capability: ClassVar[type[Identity] | None] = None
    _declared: ClassVar["type[Command] | None"] = None

    endpoint: str = attrs.field(default=DEFAULT_ENDPOINT)
    version: str | None = attrs.field(default=None)

    def __init_subclass__(cls, *, declares: bool = True) -> None:
        super().__init_subclass__(declares=declares)
        if declares and "name" not in cls.__dict__:
            cls.name = cls.__name__

    def _violations(self) -> Violations:
        yield from super()._violations()
        yield from within("endpoint", _ENDPOINT.check(self.endpoint))
        if self.version is not None:
            yield from within("version", _VERSION.check(self.version))

    @property
    def capability(self) -> type[Identity]:
        """The capability that the command is for.

        Raises:
            TypeError: the command was built without a capability.
        """
        if self._capability is None:
            raise TypeError(
                f"{type(self).__name__} belongs to no capability. Build the command with the "
                "capability's method, such as LevelControl.move_to_level(level=128)"
            )
        return self._capability

    def parameters(self) -> Mapping[str, JsonValue]:
        """Return the parameters by wire name, without those that are None."""
        return self.to_wire()

    def __repr__(self) -> str:
        held = [
            f"{each.name}={REDACTED!r}"
            for each in fields_of(type(self))
            if getattr(self, each.name) is not None
        ]
        held.append(f"endpoint={self.endpoint!r}")
        if self.version is not None:
            held.append(f"version={self.version!r}")
        return f"{type(self).__qualname__}({', '.join(held)})"


_ENDPOINT: Final = kind_of(Annotated[str, ENDPOINT_ID])
_VERSION: Final = kind_of(Annotated[str, CAPABILITY_VERSION])


class ReadState(Command):
    """A request to report properties: ``OnOff.read("on_off")``.

    Attributes:
        properties: the wire names of the properties, or ``("*",)`` for all.
    """

    number = 0xFF02

    properties: Annotated[Sequence[str], Size(1)]

    def parameters(self) -> Mapping[str, JsonValue]:
        """Return the names of the properties in the service's form."""
        return {"propertiesToRead": list(self.properties)}


class UpdateState(Command):
    """New values for properties: ``OnOff(on_time=5).write()``.

    Attributes:
        properties: the new values, by wire name.
    """

    number = 0xFF01

    properties: Annotated[Mapping[str, JsonValue], DOCUMENT]

    def parameters(self) -> Mapping[str, JsonValue]:
        """Return the new values by wire name."""
        return self.properties


def bind(command: type[C], capability: type[Identity], method: str) -> type[C]:
    """Return a subclass of *command* that belongs to *capability*.

    Several capabilities can share a command class. The subclass knows its capability. It pickles by
    its qualified name, such as ``OnOff.toggle``.

    Args:
        command: the declared class.
        capability: the capability.
        method: the attribute of the capability that holds the subclass.
    """
    place = {
        "__module__": capability.__module__,
        "__qualname__": f"{capability.__qualname__}.{method}",
        "__doc__": command.__doc__,
        "_capability": capability,
        "_declared": command,
    }
    made: type[C] = types.new_class(
        command.__name__, (command,), {"declares": False}, lambda body: body.update(place)
    )
    return made
