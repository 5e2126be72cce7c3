"""Commands: one action on one capability of a thing, as a typed value.

A command is declared as a class of its parameters, and a capability lists its commands. This module
does not know how commands are combined and sent.
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
from iotmi.capabilities._kinds import Brokens, kind_of, within
from iotmi.errors import REDACTED

C = TypeVar("C", bound="Command")

DEFAULT_ENDPOINT: Final = "1"


class Command(Declared):
    """One action on one capability of a thing.

    Commands are made through their capability: ``LevelControl.move_to_level(level=128)``. To
    declare one, derive a class whose name is the action's name and whose fields are its
    parameters, in the order of their numbers. Then list the class in a capability:
    ``move_to_level = MoveToLevel``.

    Attributes:
        name: the action's name on the wire.
        number: the action's number in the cluster.
        endpoint: the endpoint of the thing.
        version: the capability's version that the thing reported, or None for the version that the
            capability declares.
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

    def _brokens(self) -> Brokens:
        yield from super()._brokens()
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
                f"{type(self).__name__} belongs to no capability: build the command with the "
                "capability's method, such as LevelControl.move_to_level(level=128)"
            )
        return self._capability

    def parameters(self) -> Mapping[str, JsonValue]:
        """Return the parameters by their names on the wire; those that are None are left out."""
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
        properties: the names of the properties on the wire, or ``("*",)`` for all.
    """

    number = 0xFF02

    properties: Annotated[Sequence[str], Size(1)]

    def parameters(self) -> Mapping[str, JsonValue]:
        """Return the names of the properties, as the service takes them."""
        return {"propertiesToRead": list(self.properties)}


class UpdateState(Command):
    """New values for properties: ``OnOff(on_time=5).write()``.

    Attributes:
        properties: the new values, by the names of the properties on the wire.
    """

    number = 0xFF01

    properties: Annotated[Mapping[str, JsonValue], DOCUMENT]

    def parameters(self) -> Mapping[str, JsonValue]:
        """Return the values by the names of their properties."""
        return self.properties


def bound(command: type[C], capability: type[Identity], method: str) -> type[C]:
    """Return *command* as a class of commands for *capability*, which the capability keeps.

    It is a class of its own, so that a command knows its capability, also where several share the
    command; it pickles by the place where the capability keeps it.

    Args:
        command: the class of the command as it was declared.
        capability: the capability.
        method: the name by which the capability keeps the class.
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
