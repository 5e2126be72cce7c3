"""The base of commands, structs and capabilities: frozen attrs classes with validated fields.

A subclass of `Declared` becomes a frozen, keyword-only attrs class. Values that an application
builds are validated. Values that are decoded from a state are not. This module does not know
commands, capabilities or the service's operations.
"""

import inspect
import sys
import typing
from collections.abc import Container, Iterator, Mapping
from typing import Final, Self, TypeVar, dataclass_transform

import attrs
from attrs import frozen

from iotmi._schema.containers import JsonValue
from iotmi._schema.schema import pascal
from iotmi._schema.traits import WireName
from iotmi._schema.validation import is_validating
from iotmi.capabilities._kinds import (
    HasKind,
    Kind,
    Unit,
    Unreadable,
    Violation,
    Violations,
    kind_of,
    unwrapped,
    within,
)
from iotmi.errors import REDACTED, ConstraintError, Problem

T = TypeVar("T")
D = TypeVar("D", bound="Declared")

_FIELDS: Final = "__iotmi_capability_fields__"
_DECLARED: Final = "iotmi"


@frozen(kw_only=True)
class Declaration:
    """The facts of a field's declaration other than its type.

    Attributes:
        number: the attribute's number in its cluster. None for a field of a command or a struct,
            whose number is its position.
        required: whether a value is needed.
        writable: whether ``UpdateState`` may set the property.
    """

    number: int | None = None
    required: bool = False
    writable: bool = False


@frozen
class Field:
    """One field of a declared class.

    Attributes:
        name: the field's name in Python.
        wire: the wire name.
        number: the field's number in Matter.
        kind: the kind of the field's values.
        unit: the unit of the field's values, or None.
        required: whether a value is needed.
        writable: whether ``UpdateState`` may set the property.
    """

    name: str
    wire: str
    number: int
    kind: Kind
    unit: str | None
    required: bool
    writable: bool


def attribute(number: int, *, writable: bool = False, default: T | None = None) -> T | None:
    """Declare an attribute of a capability.

    Example: ``on_time: UInt16 | None = attribute(0x4001)``.

    Args:
        number: the attribute's number in its cluster.
        writable: whether ``UpdateState`` may set it.
        default: omit it. Type checkers need this parameter to see that a value is optional.
    """
    declaration = Declaration(number=number, writable=writable)
    return attrs.field(default=default, repr=False, eq=False, metadata={_DECLARED: declaration})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(attrs.field,))
class Declared:
    """A frozen value with validated fields.

    Annotate a field with its type and constraints. ``level: UInt8`` is required, and
    ``level: UInt8 | None = None`` is optional. The wire name is the field's name in PascalCase,
    unless ``Annotated`` holds a `WireName`. A subclass with ``declares=False`` declares no fields
    and is not turned into an attrs class.
    """

    def __init_subclass__(cls, *, declares: bool = True) -> None:
        super().__init_subclass__()
        if not declares:
            return
        for name, annotation in inspect.get_annotations(cls).items():
            given = cls.__dict__.get(name, attrs.NOTHING)
            if "ClassVar" not in str(annotation) and given in (attrs.NOTHING, None):
                # A required field has a default, so that a missing value becomes a Problem with
                # a path. Without it the constructor raises TypeError.
                declaration = Declaration(required=given is attrs.NOTHING)
                made = attrs.field(
                    # rich and pytest print fields that have `repr` or `eq`, and values are secret.
                    default=None,
                    repr=False,
                    eq=False,
                    metadata={_DECLARED: declaration},
                )
                setattr(cls, name, made)
        attrs.frozen(cls, kw_only=True, slots=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if is_validating():
            problems = [Problem(found.path, found.rule, REDACTED) for found in self._violations()]
            if problems:
                raise ConstraintError(type(self).__qualname__, tuple(problems))
        else:
            self._coerce()

    def _coerce(self) -> None:
        for each in fields_of(type(self)):
            held = getattr(self, each.name)
            if held is not None:
                put(self, each.name, each.kind.coerce(held))

    def _violations(self) -> Violations:
        self._coerce()
        for each in fields_of(type(self)):
            held = getattr(self, each.name)
            if held is not None:
                yield from within(each.name, each.kind.check(held))
            elif each.required:
                yield Violation("is required", each.name)

    def to_wire(self) -> dict[str, JsonValue]:
        """Return the fields that are not None as JSON, by wire name."""
        return {
            each.wire: each.kind.write(held)
            for each in fields_of(type(self))
            if (held := getattr(self, each.name)) is not None
        }

    @classmethod
    def from_wire(cls, document: Mapping[str, JsonValue], **others: object) -> Self:
        """Decode and validate a value.

        Args:
            document: the fields by wire name.
            others: members that are not in the JSON, by name.

        Raises:
            ConstraintError: a name is unknown, or a value breaks a rule.
        """
        by_wire = {each.wire: each for each in fields_of(cls)}
        problems: list[Problem] = []
        given: dict[str, object] = {}
        for wire, value in document.items():
            known = by_wire.get(wire)
            if known is None:
                problems.append(Problem(wire, f"is not a field of {cls.__name__}", REDACTED))
                continue
            try:
                given[known.name] = None if value is None else known.kind.read(value)
            except Unreadable as unreadable:
                problems.append(Problem(known.name, str(unreadable), REDACTED))
        if problems:
            raise ConstraintError(cls.__qualname__, tuple(problems))
        return cls(**given, **others)

    def __repr__(self) -> str:
        held = ", ".join(
            f"{each.name}={REDACTED!r}"
            for each in fields_of(type(self))
            if getattr(self, each.name) is not None
        )
        return f"{type(self).__name__}({held})"

    def __rich_repr__(self) -> Iterator[tuple[str, str]]:
        for each in fields_of(type(self)):
            if getattr(self, each.name) is not None:
                yield each.name, REDACTED

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Declared) or type(self) is not type(other):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash((type(self), self._identity()))

    def _identity(self) -> tuple[object, ...]:
        # Declared fields are compared here although they have no `eq`.
        return tuple(
            getattr(self, each.name)
            for each in _attributes(type(self))
            if each.eq or _DECLARED in each.metadata
        )


class Struct(Declared, HasKind):
    """A struct of a cluster: an object inside a property or a parameter."""

    @classmethod
    def kind(cls) -> Kind:
        """Return the kind of this struct's values."""
        return Structure(cls)


@frozen
class Structure:
    """The kind of a struct: an object in JSON, a `Struct` in Python."""

    struct: type[Struct]

    def coerce(self, value: object) -> object:
        return value

    def check(self, value: object) -> Violations:
        if not isinstance(value, self.struct):
            yield Violation(f"must be a {self.struct.__name__}")
        else:
            yield from value._violations()  # noqa: SLF001  # same package

    def write(self, value: object) -> JsonValue:
        return value.to_wire()  # type: ignore[attr-defined,no-any-return]  # `check` requires a struct

    def read(self, document: object) -> object:
        if not isinstance(document, Mapping):
            raise Unreadable("must be an object")
        struct = unchecked(self.struct, {}, document)
        for each in fields_of(self.struct):
            if each.required and getattr(struct, each.name) is None:
                raise Unreadable(f"must hold {each.wire}")
        return struct

    def schema(self) -> dict[str, JsonValue]:
        return {"type": "object", "properties": members_schema(self.struct)}


def unchecked(declared: type[D], held: Mapping[str, object], document: Mapping[str, object]) -> D:
    """Decode a value of *declared* without validating it.

    Args:
        declared: the class.
        held: values of fields that are not read from *document*, by name.
        document: the properties by wire name. A property of the wrong JSON type becomes None.
    """
    made = declared.__new__(declared)
    for each in _attributes(declared):
        put(made, each.name, held.get(each.name))
    for known in fields_of(declared):
        value = document.get(known.wire)
        try:
            read = None if value is None else known.kind.read(value)
        except Unreadable:
            read = None
        put(made, known.name, read)
    return made


def fields_of(declared: type[Declared]) -> tuple[Field, ...]:
    """Return the fields of *declared*, and then the inherited fields.

    In Matter, parameters that several commands share have the last numbers, as in this order.
    """
    found: tuple[Field, ...] | None = declared.__dict__.get(_FIELDS)
    if found is None:
        known = {
            each.name: each.metadata[_DECLARED]
            for each in _attributes(declared)
            if _DECLARED in each.metadata
        }
        # `__mro__` begins with the subclass, and the subclass may narrow an inherited field.
        hints: dict[str, object] = {}
        for owner in declared.__mro__:
            if issubclass(owner, Declared):
                hints |= {name: hint for name, hint in _hints(owner, known) if name not in hints}
        found = tuple(
            _field_of(name, hint, known[name], place)
            for place, (name, hint) in enumerate(hints.items())
        )
        setattr(declared, _FIELDS, found)
    return found


def _hints(owner: type, names: Container[str]) -> Iterator[tuple[str, object]]:
    """Yield the evaluated annotations of *names* in the body of *owner*."""

    def holder() -> None:
        """Hold annotations. `typing.get_type_hints` on a class would include inherited names."""

    holder.__annotations__ = {
        name: hint for name, hint in inspect.get_annotations(owner).items() if name in names
    }
    module = vars(sys.modules[owner.__module__])
    yield from typing.get_type_hints(holder, module, include_extras=True).items()


def _attributes(declared: type) -> "tuple[attrs.Attribute[object], ...]":
    found: tuple[attrs.Attribute[object], ...] = attrs.fields(declared)
    return found


def _field_of(name: str, hint: object, declaration: Declaration, place: int) -> Field:
    _, marks = unwrapped(hint)
    return Field(
        name=name,
        wire=next((mark.name for mark in marks if isinstance(mark, WireName)), pascal(name)),
        number=place if declaration.number is None else declaration.number,
        kind=kind_of(hint),
        unit=next((mark.symbol for mark in marks if isinstance(mark, Unit)), None),
        required=declaration.required,
        writable=declaration.writable,
    )


def members_schema(declared: type[Declared]) -> dict[str, JsonValue]:
    """Return the schema of each field of *declared*, by wire name."""
    return {
        each.wire: {"extrinsicId": str(each.number), "value": each.kind.schema()}
        for each in fields_of(declared)
    }


def put(value: Declared, name: str, held: object) -> None:
    """Set a member of a frozen *value* during construction."""
    object.__setattr__(value, name, held)
