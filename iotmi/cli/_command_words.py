"""Commands written as words: ``LevelControl.move_to_level level=50``.

Owns the grammar and the conversion of each value by its type. `iotmi.capabilities` has the commands
and their limits. Values may be secret, such as PINs, so no message shows them.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import click
from attrs import field, frozen

from iotmi._schema.containers import JsonValue
from iotmi._schema.enums import OpenEnum
from iotmi.capabilities import Capability, Command
from iotmi.capabilities._capability import actions_of
from iotmi.capabilities._declared import Field, fields_of
from iotmi.capabilities._kinds import Bits, Choice, Items, Kind, Scalar, Unreadable
from iotmi.cli._readings import CAPABILITY_NAMES, capability_named
from iotmi.errors import ConstraintError

ADDRESSING: Final = ("endpoint", "version")
"""The parameters that every command has."""

READ: Final = "read"
WRITE: Final = "write"

_BOOLEANS: Final[Mapping[str, bool]] = {
    "true": True, "yes": True, "on": True, "1": True,
    "false": False, "no": False, "off": False, "0": False,
}  # fmt: skip

Values: TypeAlias = dict[str, object]


@frozen
class Words:
    """The words of one command.

    Attributes:
        capability: the class before the dot.
        method: the name after the dot.
        parameters: the text of each parameter.
        names: the words without ``=``, which `read` takes.
    """

    capability: type[Capability]
    method: str
    parameters: dict[str, str] = field(factory=dict)
    names: list[str] = field(factory=list)

    @property
    def title(self) -> str:
        """The words before the parameters, such as ``OnOff.on``."""
        return f"{self.capability.__name__}.{self.method}"


def commands_of(words: Sequence[str]) -> tuple[tuple[str, Command], ...]:
    """Return the commands with their titles.

    Raises:
        click.UsageError: a word cannot be understood, or a value breaks a limit.
    """
    return tuple((each.title, _command(each)) for each in _grouped(words))


def methods_of(capability: type[Capability]) -> dict[str, type[Command] | None]:
    """Return the commands by method name. `read` and `write` have no class."""
    classes = set(actions_of(capability).values())
    methods: dict[str, type[Command] | None] = {
        name: command
        for name in dir(capability)
        if not name.startswith("_") and (command := getattr(capability, name)) in classes
    }
    return {**methods, READ: None, WRITE: None}


def parameters_of(capability: type[Capability], method: str) -> tuple[Field, ...]:
    """Return the parameters of a command, without the endpoint and the version."""
    command = methods_of(capability).get(method)
    if command is not None:
        return fields_of(command)
    return tuple(each for each in fields_of(capability) if method == READ or each.writable)


def values_of(kind: Kind) -> tuple[str, ...]:
    """Return the words that a parameter accepts, or an empty tuple if there are too many."""
    if isinstance(kind, Choice):
        return tuple(str(member) for member in kind.allowed)
    if isinstance(kind, Bits):
        return tuple(name.lower() for name in kind.flags.__members__)
    if isinstance(kind, Scalar) and kind.type is bool:
        return ("true", "false")
    return ()


# -- grammar -------------------------------------------------------------------------------


def _grouped(words: Sequence[str]) -> Iterator[Words]:
    current: Words | None = None
    for word in words:
        name, equals, text = word.partition("=")
        if not equals and "." in word:
            if current is not None:
                yield current
            current = _begun(word)
        elif current is None:
            raise click.UsageError("a command begins with CAPABILITY.COMMAND, such as OnOff.on")
        elif equals:
            if name in current.parameters:
                raise click.UsageError(f"{current.title}: {name} is given twice")
            current.parameters[name] = _from_file(current, name, text)
        elif current.method == READ:
            current.names.append(word)
        else:
            raise click.UsageError(f"{current.title}: write each parameter as NAME=VALUE")
    if current is not None:
        yield current


def _begun(word: str) -> Words:
    name, _, method = word.partition(".")
    capability = capability_named(name)
    if capability is None:
        known = ", ".join(CAPABILITY_NAMES)
        raise click.UsageError(f"{name!r} is not a capability. Known are {known}")
    if method not in methods_of(capability):
        known = ", ".join(methods_of(capability))
        raise click.UsageError(f"{name} has no command {method!r}. It has {known}")
    return Words(capability, method)


def _from_file(words: Words, name: str, text: str) -> str:
    if not text.startswith("@"):
        return text
    # A secret in a file does not appear in the list of processes and in the shell's history.
    try:
        read = sys.stdin.read() if text == "@-" else Path(text[1:]).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not text in UTF-8"
        raise click.UsageError(f"{words.title}: {name}: {text[1:]}: {reason}") from error
    return read.rstrip("\r\n")


# -- values --------------------------------------------------------------------------------


def _command(words: Words) -> Command:
    addressing: Values = {
        name: words.parameters[name] for name in ADDRESSING if name in words.parameters
    }
    given = {name: text for name, text in words.parameters.items() if name not in ADDRESSING}
    command = methods_of(words.capability)[words.method]
    make: Callable[[], Command]
    if command is not None:
        make = partial(command, **_values(words, given), **addressing)  # type: ignore[arg-type]
    elif words.method == WRITE:
        values = _values(words, given)
        make = partial(_written, words.capability, values, addressing)
    elif given:
        raise click.UsageError(f"{words.title} takes names of properties, not values")
    else:
        make = partial(words.capability.read, *words.names, **addressing)  # type: ignore[arg-type]
    try:
        return make()
    except ConstraintError as error:
        problems = "; ".join(str(problem) for problem in error.problems)
        raise click.UsageError(f"{words.title}: {problems}") from error


def _written(capability: type[Capability], values: Values, addressing: Values) -> Command:
    return capability(**values).write(**addressing)  # type: ignore[arg-type]  # texts


def _values(words: Words, given: Mapping[str, str]) -> Values:
    known = {each.name: each for each in parameters_of(words.capability, words.method)}
    found: Values = {}
    for name, text in given.items():
        if name not in known:
            names = ", ".join([*known, *ADDRESSING])
            raise click.UsageError(f"{words.title} has no parameter {name!r}. It has {names}")
        try:
            found[name] = value_of(known[name].kind, text)
        except (ValueError, Unreadable) as error:
            raise click.UsageError(f"{words.title}: {name}: {error}") from None
    return found


def value_of(kind: Kind, text: str) -> object:
    """Return the value of a word.

    Raises:
        ValueError: the word has the wrong form. The message does not show it.
    """
    match kind:
        case Scalar():
            return _scalar(kind.type, text)
        case Choice():
            return _member(kind, text)
        case Bits():
            return _bits(kind, text)
        case Items() if not text.lstrip().startswith("["):
            return [value_of(kind.item, part.strip()) for part in text.split(",")]
    return kind.read(_json(text))


def _scalar(kind: type, text: str) -> object:
    if kind is str:
        return text
    if kind is bool:
        if text.lower() not in _BOOLEANS:
            raise ValueError("must be true or false")
        return _BOOLEANS[text.lower()]
    try:
        return int(text, 0) if kind is int else float(text)
    except ValueError:
        wanted = "a whole number" if kind is int else "a number"
        raise ValueError(f"must be {wanted}") from None


def _member(kind: Choice, text: str) -> object:
    if text.isdecimal():
        return int(text)
    for member in kind.allowed:
        if text.lower() in {str(member).lower(), member.name.lower()}:
            return member
    # The limit of the enum lists the members.
    found: OpenEnum = kind.enum(text)
    return found


def _bits(kind: Bits, text: str) -> object:
    if text.lstrip().startswith("{"):
        return kind.read(_json(text))
    if text[:1].isdecimal():
        return int(text, 0)
    members = {name.lower(): member for name, member in kind.flags.__members__.items()}
    held = kind.flags(0)
    for part in text.split(","):
        if part.strip().lower() not in members:
            raise ValueError(f"must be bits separated by commas: {', '.join(members)}")
        held |= members[part.strip().lower()]
    return held


def _json(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        raise ValueError("must be JSON") from None
    return value
