"""Commands: one action on one capability of a thing, as a typed value.

A command is declared as a class of its parameters, and a capability lists its commands with
`action`, as a family of the client lists its requests. This module does not know how commands are
combined and sent.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, ClassVar, Final, Generic, ParamSpec, TypeVar

import attrs

from iotmi._constraints import DOCUMENT, Size
from iotmi._shapes import HIDDEN
from iotmi._values import JsonValue
from iotmi.capabilities._declared import Declared, fields_of, put
from iotmi.capabilities._identity import Identity
from iotmi.capabilities._kinds import Brokens, kind_of, within
from iotmi.resources._shared import CapabilityVersion, EndpointId

P = ParamSpec("P")
C = TypeVar("C", bound="Command")

DEFAULT_ENDPOINT: Final = "1"


class Command(Declared):
    """One action on one capability of a thing.

    Commands are made by a capability's methods: ``LevelControl.move_to_level(level=128)``. To
    declare one, derive a class whose name is the action's name and whose fields are its
    parameters, in the order of their numbers, and list it in a capability with `action`.

    Attributes:
        name: the action's name on the wire.
        endpoint: the endpoint of the thing.
        version: the capability's version that the thing reported, or None for the version that the
            capability declares.
        capability: the capability that the command is for.
    """

    name: ClassVar[str]

    endpoint: str = attrs.field(default=DEFAULT_ENDPOINT)
    version: str | None = attrs.field(default=None)
    _capability: type[Identity] | None = attrs.field(default=None, init=False)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "name" not in cls.__dict__:
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
        owner = "" if self._capability is None else f"{self._capability.__name__}."
        held = [
            f"{each.name}={HIDDEN!r}"
            for each in fields_of(type(self))
            if getattr(self, each.name) is not None
        ]
        held.append(f"endpoint={self.endpoint!r}")
        if self.version is not None:
            held.append(f"version={self.version!r}")
        return f"{owner}{type(self).__name__}({', '.join(held)})"


_ENDPOINT: Final = kind_of(EndpointId)
_VERSION: Final = kind_of(CapabilityVersion)


class ReadState(Command):
    """A request to report properties: ``OnOff.read("on_off")``.

    Attributes:
        properties: the names of the properties on the wire, or ``("*",)`` for all.
    """

    properties: Annotated[Sequence[str], Size(1)]

    def parameters(self) -> Mapping[str, JsonValue]:
        """Return the names of the properties, as the service takes them."""
        return {"propertiesToRead": list(self.properties)}


class UpdateState(Command):
    """New values for properties: ``OnOff(on_time=5).write()``.

    Attributes:
        properties: the new values, by the names of the properties on the wire.
    """

    properties: Annotated[Mapping[str, JsonValue], DOCUMENT]

    def parameters(self) -> Mapping[str, JsonValue]:
        """Return the values by the names of their properties."""
        return self.properties


class action(Generic[P, C]):  # noqa: N801  # reads as a word of a declaration
    """A line of a capability's table of commands: ``toggle = action(0x02, Toggle)``.

    Accessed on the capability it is a function with the command's own signature.

    Attributes:
        number: the action's number in the cluster.
        command: the class of the command.
    """

    def __init__(self, number: int, command: Callable[P, C]) -> None:
        self.number = number
        self.command = command

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @property
    def declared(self) -> type[Command]:
        """The class of the command.

        Raises:
            TypeError: the line was not given a class.
        """
        if not isinstance(self.command, type):
            raise TypeError(f"{self.command!r} is not a class of commands")
        return self.command

    def __get__(self, capability: object, owner: type[Identity]) -> Callable[P, C]:
        def make(*args: P.args, **kwargs: P.kwargs) -> C:
            return bind(self.command(*args, **kwargs), owner)

        for name, value in (
            ("__name__", self._name),
            ("__qualname__", f"{owner.__qualname__}.{self._name}"),
            ("__doc__", self.command.__doc__),
            ("__signature__", inspect.signature(self.command)),
        ):
            setattr(make, name, value)
        return make


def bind(command: C, capability: type[Identity]) -> C:
    """Return *command*, which has just been built, as a command for *capability*."""
    put(command, "_capability", capability)
    return command
