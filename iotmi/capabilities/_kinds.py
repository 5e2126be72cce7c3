"""The kinds of values that a capability's field can have.

A kind validates, encodes and decodes a value, and gives its JSON Schema. `kind_of` finds the kind
for a field's annotation. This module does not know capabilities, commands or the service's
operations.

The service's model marks capability properties as sensitive, so a violation never holds the value.
"""

import collections.abc
import math
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from enum import IntFlag
from typing import Annotated, Final, NamedTuple, Protocol, Self, TypeAlias, get_args, get_origin

from attrs import frozen

from iotmi._schema.containers import JsonValue, copy_json, find_json_problems
from iotmi._schema.enums import OpenEnum
from iotmi._schema.traits import Document, Number, Size, Text


class Unreadable(ValueError):  # noqa: N818  # internal, never raised to callers
    """The error for JSON of the wrong type."""


@frozen
class Unit:
    """The unit of a number, such as ``Annotated[int, Number(0, 100), Unit("%")]``."""

    symbol: str


class ClusterEnum(OpenEnum):
    """An enum of a cluster. Each member has the service's name and the cluster's number.

    A field takes a member, its name or its number. Unknown names and numbers in a state are kept,
    and their ``.known`` is False.

    Attributes:
        number: the member's number in the cluster, or -1 for an unknown name.
    """

    number: int

    def __new__(cls, value: str, number: int = -1) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.number = number
        return member

    @classmethod
    def numbered(cls, number: int) -> Self:
        """Return the member with *number*, or an unknown member for an unknown number."""
        for member in cls:
            if member.number == number:
                return member
        unknown = cls(str(number))
        unknown.number = number
        return unknown

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        unknown = super()._missing_(value)
        if unknown is not None:
            unknown.number = -1
        return unknown


class Only:
    """A trait that limits a field to some members of its enum."""

    __slots__ = ("members",)

    def __init__(self, *members: OpenEnum) -> None:
        self.members: Final = members


class Bitmap(IntFlag):
    """A bitmap of a cluster. In JSON it is an object of bits: ``{"ExecuteIfOff": 1}``.

    A member of more than one bit is a number inside the bitmap, such as ``LIFT = 0b1100``.
    """


class Violation(NamedTuple):
    """A broken constraint: its rule and its path."""

    rule: str
    path: str = ""


Violations: TypeAlias = Iterator[Violation]


class Kind(Protocol):
    """A protocol for validating, encoding and decoding values of one kind."""

    def coerce(self, value: object) -> object:
        """Return *value* in its canonical Python form, or unchanged if it has none."""
        ...

    def check(self, value: object) -> Violations:
        """Yield each broken constraint, with a path relative to *value*."""
        ...

    def write(self, value: object) -> JsonValue:
        """Encode a value as JSON."""
        ...

    def read(self, document: object) -> object:
        """Decode *document* without checking its range.

        Raises:
            Unreadable: the JSON has the wrong type.
        """
        ...

    def schema(self) -> dict[str, JsonValue]:
        """Return the JSON Schema of the kind in the service's form."""
        ...


@frozen
class Scalar:
    """The kind of a boolean, a number or a string."""

    type: type
    limit: Number | Text | None = None

    def coerce(self, value: object) -> object:
        return float(value) if self.type is float and type(value) is int else value

    def check(self, value: object) -> Violations:
        if not isinstance(value, self.type) or (isinstance(value, bool) and self.type is not bool):
            yield Violation(f"must be {_WORDS[self.type]}")
        elif isinstance(value, float) and not math.isfinite(value):
            yield Violation("must be a finite number")
        elif self.limit is not None:
            # The type was checked above, and `kind_of` accepts only limits of that type.
            broken = self.limit.violation(value)  # type: ignore[arg-type]
            if broken:
                yield Violation(broken)

    def write(self, value: object) -> JsonValue:
        return value  # type: ignore[return-value]  # `check` requires a scalar

    def read(self, document: object) -> object:
        if type(document) is self.type:
            return document
        if self.type in (int, float) and isinstance(document, int | float | str):
            return self._read_number(document)
        raise Unreadable(f"must be {_WORDS[self.type]}")

    def _read_number(self, document: float | str) -> object:
        # Connectors report numbers as strings: "3".
        try:
            number = float(document)
            if not isinstance(document, bool) and (self.type is float or number.is_integer()):
                return number if self.type is float else int(document)
        except (ValueError, OverflowError):
            pass
        raise Unreadable(f"must be {_WORDS[self.type]}")

    def schema(self) -> dict[str, JsonValue]:
        described: dict[str, JsonValue] = {"type": _JSON_TYPES[self.type]}
        match self.limit:
            case Number(min=low, max=high):
                names = ("minimum", "maximum")
            case Text(min=low, max=high):
                names = ("minLength", "maxLength")
            case _:
                return described
        return described | {
            name: end for name, end in zip(names, (low, high), strict=True) if end is not None
        }


@frozen
class Choice:
    """The kind of an enum member."""

    enum: type[OpenEnum]
    allowed: tuple[OpenEnum, ...]

    def coerce(self, value: object) -> object:
        if isinstance(value, str) and not isinstance(value, self.enum):
            return self.enum(value)
        if issubclass(self.enum, ClusterEnum) and type(value) is int:
            return self.enum.numbered(value)
        return value

    def check(self, value: object) -> Violations:
        if not isinstance(value, self.enum) or value not in self.allowed:
            yield Violation(f"must be one of {', '.join(self.allowed)}")

    def write(self, value: object) -> JsonValue:
        return str(value)

    def read(self, document: object) -> object:
        if isinstance(document, str) and document.isdecimal():
            document = int(document)
        value = self.coerce(document)
        if not isinstance(value, self.enum):
            raise Unreadable("must be a name of the enum")
        return value

    def schema(self) -> dict[str, JsonValue]:
        described: dict[str, JsonValue] = {
            "$ref": "/schema-versions/definition/aws.enum@1.0",
            "type": "string",
            "enum": [member.value for member in self.allowed],
        }
        if issubclass(self.enum, ClusterEnum):
            described["extrinsicIdMap"] = {
                member.value: str(member.number) for member in self.enum if member in self.allowed
            }
        return described


@frozen
class Bits:
    """The kind of a bitmap: an object of numbers in JSON, an `enum.IntFlag` in Python."""

    flags: type[Bitmap]
    limit: Number | None = None

    def coerce(self, value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return self.flags(value)
        return value

    def check(self, value: object) -> Violations:
        if not isinstance(value, self.flags):
            yield Violation(f"must be a {self.flags.__name__}")
        elif self.limit is not None and self.limit.violation(value):
            yield Violation(str(self.limit.violation(value)))
        elif int(value) & ~sum(mask for _, mask in self._masks()):
            names = ", ".join(name for name, _ in self._masks())
            yield Violation(f"must have no other bits than {names}")

    def write(self, value: object) -> JsonValue:
        held = int(value)  # type: ignore[call-overload]  # `check` requires a bitmap
        return {name: (held & mask) >> _shift(mask) for name, mask in self._masks()}

    def read(self, document: object) -> object:
        if isinstance(document, Mapping):
            masks = dict(self._masks())
            held = 0
            for name, bits in document.items():
                if not isinstance(bits, int):
                    raise Unreadable("must hold a number for each bit")
                mask = masks.get(name, 0)
                held |= (bits << _shift(mask)) & mask
            return self.flags(held)
        if isinstance(document, str) and document.isdecimal():
            document = int(document)
        if isinstance(document, bool) or not isinstance(document, int) or document < 0:
            raise Unreadable("must be an object of bits")
        return self.flags(document)

    def schema(self) -> dict[str, JsonValue]:
        return {
            "$ref": "/schema-versions/definition/aws.bitmap@1.0",
            "type": "object",
            "additionalProperties": False,
            "properties": {
                name: {
                    "extrinsicId": f"0x{_shift(mask):04X}",
                    "value": {"type": "integer", "minimum": 0, "maximum": mask >> _shift(mask)},
                }
                for name, mask in self._masks()
            },
        }

    def _masks(self) -> list[tuple[str, int]]:
        # Iterating an `IntFlag` skips members of several bits. `__members__` has them.
        return [
            ("".join(part.capitalize() for part in name.split("_")), member.value)
            for name, member in self.flags.__members__.items()
        ]


@frozen
class Items:
    """The kind of a list, stored as a tuple."""

    item: Kind
    size: Size | None = None

    def coerce(self, value: object) -> object:
        if isinstance(value, str | bytes) or not isinstance(value, Sequence):
            return value
        return tuple(map(self.item.coerce, value))

    def check(self, value: object) -> Violations:
        if not isinstance(value, tuple):
            yield Violation("must be a list")
            return
        broken = self.size.violation(value) if self.size else None
        if broken:
            yield Violation(broken)
        for index, item in enumerate(value):
            yield from within(f"[{index}]", self.item.check(item))

    def write(self, value: object) -> JsonValue:
        return [self.item.write(item) for item in value]  # type: ignore[attr-defined]

    def read(self, document: object) -> object:
        if not isinstance(document, list | tuple):
            raise Unreadable("must be a list")
        return tuple(map(self.item.read, document))

    def schema(self) -> dict[str, JsonValue]:
        described: dict[str, JsonValue] = {"type": "array", "items": self.item.schema()}
        if self.size is not None and self.size.max is not None:
            described["maxItems"] = self.size.max
        return described


@frozen
class FreeForm:
    """The kind of any JSON."""

    def coerce(self, value: object) -> object:
        return copy_json(value)

    def check(self, value: object) -> Violations:
        for path, rule, _ in find_json_problems(value, ""):
            yield Violation(rule, path)

    def write(self, value: object) -> JsonValue:
        return value  # type: ignore[return-value]  # `check` requires JSON

    def read(self, document: object) -> object:
        return document

    def schema(self) -> dict[str, JsonValue]:
        return {}


class HasKind:
    """The base of classes that define the kind of their values, such as structs."""

    @classmethod
    def kind(cls) -> Kind:
        """Return the kind of this class's values."""
        raise NotImplementedError


def kind_of(annotation: object) -> Kind:
    """Return the kind for *annotation*, ignoring ``| None``.

    Raises:
        TypeError: no field can have this type.
    """
    bare, marks = unwrapped(annotation)
    if any(isinstance(mark, Document) for mark in marks):
        return FreeForm()
    limit = next((mark for mark in marks if isinstance(mark, Number | Text)), None)
    if get_origin(bare) is collections.abc.Sequence:
        size = next((mark for mark in marks if isinstance(mark, Size)), None)
        return Items(kind_of(get_args(bare)[0]), size)
    if isinstance(bare, type):
        if issubclass(bare, Bitmap):
            return Bits(bare, limit if isinstance(limit, Number) else None)
        if issubclass(bare, OpenEnum):
            only = next((mark.members for mark in marks if isinstance(mark, Only)), tuple(bare))
            return Choice(bare, only)
        if bare in _WORDS:
            return Scalar(bare, limit)
        if issubclass(bare, HasKind):
            return bare.kind()
    raise TypeError(f"a field of a capability cannot have the type {bare!r}")


def unwrapped(annotation: object) -> tuple[object, tuple[object, ...]]:
    """Return *annotation* without None and ``Annotated``, and the metadata of ``Annotated``."""
    marks: tuple[object, ...] = ()
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *found = get_args(annotation)
            marks += tuple(found)
        elif get_origin(annotation) in (typing.Union, types.UnionType):
            members = [each for each in get_args(annotation) if each is not types.NoneType]
            if len(members) != 1:
                return annotation, marks
            (annotation,) = members
        else:
            return annotation, marks


def within(step: str, violations: Violations) -> Violations:
    """Yield the same violations with *step* before their paths."""
    for found in violations:
        dot = "." if found.path[:1].isidentifier() else ""
        yield Violation(found.rule, f"{step}{dot}{found.path}")


def _shift(mask: int) -> int:
    """Return the position of the lowest bit of *mask*."""
    return (mask & -mask).bit_length() - 1 if mask else 0


_WORDS: Final[Mapping[type, str]] = {
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
}
_JSON_TYPES: Final[Mapping[type, str]] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
}
