"""Rules of clusters: functions from a state and a command to the changed properties.

Rules are pure functions of the public capability types. This module does not know managed things,
stored states or any particular cluster.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeAlias, TypeVar

from attrs import frozen

from iotmi.capabilities import Capability, Command

K = TypeVar("K", bound=Capability)
C = TypeVar("C", bound=Command)


class RefusedError(Exception):
    """The error for a command that a device refuses.

    Attributes:
        rule: the rule that the command breaks.
        name: the wire name of the parameter or property that breaks the rule, or None.
    """

    def __init__(self, rule: str, name: str | None = None) -> None:
        super().__init__(rule, name)
        self.rule = rule
        self.name = name

    def __str__(self) -> str:
        return self.rule if self.name is None else f"{self.name} {self.rule}"


@frozen
class Nulls:
    """Properties of a capability that become null, by field name."""

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
        effect: a function from the current state and the command to the changed properties. A
            change of another capability concerns the same endpoint. Movements end immediately.
    """

    capability: type[K]
    command: type[C]
    effect: Effect[K, C]

    def changes(self, present: Capability, command: Command) -> Iterator[Change]:
        """Yield the changes.

        Raises:
            RefusedError: the device refuses the command.
        """
        if isinstance(present, self.capability) and isinstance(command, self.command):
            made = self.effect(present, command)
            yield from made if isinstance(made, Sequence) else (made,)


AnyRule: TypeAlias = Rule[Capability, Command]


def clamp(value: int, low: int | None, high: int | None) -> int:
    """Return the nearest value between two limits. A limit of None is open."""
    if low is not None and value < low:
        return low
    return high if high is not None and value > high else value
