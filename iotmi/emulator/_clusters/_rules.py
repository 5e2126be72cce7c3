"""Rules of clusters: from a state and a command to the properties that change.

Rules are pure functions of the public capabilities' own types. This module does not know things,
states on disk, nor any one cluster.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeAlias, TypeVar

from attrs import frozen

from iotmi.capabilities import Capability, Command

K = TypeVar("K", bound=Capability)
C = TypeVar("C", bound=Command)


class RefusedError(Exception):
    """A device does not carry out a command.

    Attributes:
        rule: the rule that the command breaks.
        name: the parameter's or property's name on the wire, where the rule is about one.
    """

    def __init__(self, rule: str, name: str | None = None) -> None:
        super().__init__(rule, name)
        self.rule = rule
        self.name = name

    def __str__(self) -> str:
        return self.rule if self.name is None else f"{self.name} {self.rule}"


@frozen
class Nulls:
    """Properties of a capability that become null, by the names of their fields."""

    capability: type[Capability]
    names: tuple[str, ...]


Change: TypeAlias = Capability | Nulls
Effect: TypeAlias = Callable[[K, C], Change | Sequence[Change]]


@frozen
class Rule(Generic[K, C]):
    """The effect of one command on a device.

    Attributes:
        capability: the capability.
        command: the class of the command.
        effect: a function from the present state and the command to the properties that change.
            A change of another capability is of the same endpoint. An emulated device is quick: a
            movement has ended when the command has.
    """

    capability: type[K]
    command: type[C]
    effect: Effect[K, C]

    def changes(self, present: Capability, command: Command) -> Iterator[Change]:
        """Yield what changes.

        Raises:
            RefusedError: the device does not carry out the command.
        """
        if isinstance(present, self.capability) and isinstance(command, self.command):
            made = self.effect(present, command)
            yield from made if isinstance(made, Sequence) else (made,)


AnyRule: TypeAlias = Rule[Capability, Command]


def clamp(value: int, low: int | None, high: int | None) -> int:
    """Return the nearest value within both ends; an end that is None is open."""
    if low is not None and value < low:
        return low
    return high if high is not None and value > high else value
