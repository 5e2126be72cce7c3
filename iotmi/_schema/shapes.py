"""Shapes: the kinds of values that a member can hold, as a small tree.

A shape coerces a value that a caller gave (a list becomes a tuple, the string of an enum its
member, a time UTC), and finds the constraints that the value breaks. The conformance suite walks
the same tree together with botocore's service model. This module does not know annotations,
requests or wire names.
"""

import math
import sys
from collections.abc import Callable, Mapping, Sequence, Sized
from datetime import UTC, datetime
from typing import Final, Protocol

from attrs import frozen

from iotmi._schema.containers import ReadOnlyMap, copy_json, find_json_problems
from iotmi._schema.enums import OpenEnum
from iotmi._schema.pydantic_hook import PydanticHook
from iotmi._schema.times import is_time_type, real_datetime, to_utc
from iotmi._schema.traits import Constraint, Size, Text
from iotmi._values import Value
from iotmi.errors import REDACTED, Problem

SCHEMA: Final = "__iotmi_schema__"
"""The attribute of a model class that holds its `iotmi._schema.schema.Schema`."""

VALIDATED: Final = "__iotmi_validated__"

Accepts = Callable[[object], object]


class Shape(Protocol):
    """The methods that every shape has."""

    @property
    def coerces(self) -> bool:
        """True if `coerce` can return anything but its argument."""
        ...

    def coerce(self, value: object) -> object:
        """Return *value* in its canonical form, or unchanged if it has none."""
        ...

    def validate(self, value: object) -> Sequence[Problem]:
        """Return every constraint that *value* breaks, with paths that begin at *value*."""
        ...

    def acceptor(self) -> Accepts:
        """Return a fast test that is true only for canonical values without any problem.

        False and TypeError say nothing: `coerce` and `validate` then decide.
        """
        ...


@frozen(eq=False, repr=False)
class ScalarShape(Value):
    """A string, a number, a boolean or a time."""

    kind: type
    constraints: tuple[Constraint, ...] = ()

    @property
    def coerces(self) -> bool:
        return self.kind is float or is_time_type(self.kind)

    def coerce(self, value: object) -> object:
        try:
            if isinstance(value, datetime) and value.tzinfo is not None:
                return to_utc(value) if is_time_type(self.kind) else value
            if self.kind is float and type(value) is int:
                return float(value)
        except OverflowError:
            # Too large for the canonical form. `validate` reports it.
            return value
        return value

    def validate(self, value: object) -> Sequence[Problem]:
        if type(value) is not str or self.kind is not str or not value.isascii():
            wrong = self._type_error(value)
            if wrong:
                return (Problem("", wrong, value),)
        for constraint in self.constraints:
            # `_type_error` compared the kind, and `shape_of` puts no constraint on another kind.
            broken = constraint.violation(value)  # type: ignore[arg-type]
            if broken:
                return (Problem("", broken, value),)
        return ()

    def acceptor(self) -> Accepts:
        kind = self.kind
        if is_time_type(kind):
            return lambda value: type(value) is kind and getattr(value, "tzinfo", None) is UTC
        if kind is not str:
            return lambda value: type(value) is kind and not self.validate(value)
        if self.text is None:
            return lambda value: type(value) is str and not self.validate(value)
        return self.text.acceptor()  # type: ignore[return-value]  # TypeError for no text

    @property
    def text(self) -> Text | None:
        """The constraint of a string that has exactly one."""
        only = self.constraints[0] if len(self.constraints) == 1 else None
        return only if isinstance(only, Text) else None

    def _type_error(self, value: object) -> str | None:
        # A bool is an int to Python and not to the service.
        if not isinstance(value, self.kind) or (isinstance(value, bool) and self.kind is not bool):
            return f"must be {SCALARS[self.kind]}"
        if isinstance(value, datetime) and value.tzinfo is None:
            return "must be a datetime with a time zone"
        if isinstance(value, float) and not math.isfinite(value):
            return "must be a finite number"
        if isinstance(value, str) and _has_lone_surrogates(value):
            return "must be text that UTF-8 can encode"
        return None


@frozen(eq=False, repr=False)
class EnumShape(Value):
    """A member of an open enum."""

    enum: type[OpenEnum]
    coerces: bool = True

    def coerce(self, value: object) -> object:
        if isinstance(value, self.enum) or not isinstance(value, str):
            return value
        return self.enum(value)

    def validate(self, value: object) -> Sequence[Problem]:
        if isinstance(value, self.enum) and value.known:
            return ()
        allowed = ", ".join(member.value for member in self.enum)
        shown = value.value if isinstance(value, OpenEnum) else value
        return (Problem("", f"must be one of {allowed}", shown),)

    def acceptor(self) -> Accepts:
        enum = self.enum
        return lambda value: type(value) is enum and value.known


@frozen(eq=False, repr=False)
class ListShape(Value):
    """A list, kept as a tuple."""

    item: Shape
    size: Size | None = None
    coerces: bool = True

    def coerce(self, value: object) -> object:
        # list and tuple first: isinstance() against an abstract class is slow.
        if not isinstance(value, list | tuple) and (
            isinstance(value, str | bytes) or not isinstance(value, Sequence)
        ):
            return value
        if self.item.coerces:
            return tuple(map(self.item.coerce, value))
        return tuple(value)

    def validate(self, value: object) -> Sequence[Problem]:
        if not isinstance(value, tuple):
            return (Problem("", "must be a list", type(value)),)
        problems = _size_problems(self.size, value)
        for index, item in enumerate(value):
            found = self.item.validate(item)
            if found:
                problems += prefix_paths(f"[{index}]", found)
        return problems

    def acceptor(self) -> Accepts:
        low = (self.size and self.size.min) or 0
        high = sys.maxsize if self.size is None or self.size.max is None else self.size.max
        text = self.item.text if isinstance(self.item, ScalarShape) else None
        accepts = _every(self.item.acceptor()) if text is None else text.list_acceptor()
        return lambda value: (
            type(value) is tuple and low <= len(value) <= high and (not value or accepts(value))
        )


@frozen(eq=False, repr=False)
class MapShape(Value):
    """A map from strings, kept read-only."""

    key: Shape
    value: Shape
    size: Size | None = None
    coerces: bool = True

    def coerce(self, value: object) -> object:
        if isinstance(value, ReadOnlyMap) or not isinstance(value, Mapping):
            return value
        return ReadOnlyMap({key: self.value.coerce(item) for key, item in value.items()})

    def validate(self, value: object) -> Sequence[Problem]:
        if not isinstance(value, Mapping):
            return (Problem("", "must be a mapping", type(value)),)
        problems = _size_problems(self.size, value)
        for key, item in value.items():
            problems += prefix_paths(" (key)", self.key.validate(key))
            problems += prefix_paths(f"[{key!r}]", self.value.validate(item))
        return problems

    def acceptor(self) -> Accepts:
        return _never


@frozen(eq=False, repr=False)
class StructureShape(Value):
    """Another value of this library."""

    model: type
    coerces: bool = False

    def coerce(self, value: object) -> object:
        return value

    def validate(self, value: object) -> Sequence[Problem]:
        if not isinstance(value, self.model):
            return (Problem("", f"must be a {self.model.__name__}", type(value)),)
        # A frozen value that was valid when it was created is still valid.
        if is_validated(value):
            return ()
        schema: ValidatesMembers = getattr(value, SCHEMA)
        return schema.problems_in(value)

    def acceptor(self) -> Accepts:
        model = self.model
        return lambda value: type(value) is model and is_validated(value)


class ValidatesMembers(Protocol):
    """The part of a schema that `StructureShape` calls."""

    def problems_in(self, value: object) -> Sequence[Problem]:
        """Return every problem of the members of *value*."""
        ...


@frozen(eq=False, repr=False)
class DocumentShape(Value):
    """A free-form JSON document."""

    coerces: bool = True

    def coerce(self, value: object) -> object:
        try:
            return copy_json(value)
        except RecursionError:
            return value

    def validate(self, value: object) -> Sequence[Problem]:
        try:
            return [Problem(*found) for found in find_json_problems(value, "")]
        except RecursionError:
            return (Problem("", "must not be nested so deeply", type(value)),)

    def acceptor(self) -> Accepts:
        return _never


@frozen(eq=False, repr=False)
class SensitiveShape(Value):
    """A sensitive shape, or a list or map of such: its problems show neither values nor keys."""

    shape: Shape

    @property
    def coerces(self) -> bool:
        return self.shape.coerces

    def coerce(self, value: object) -> object:
        return self.shape.coerce(value)

    def validate(self, value: object) -> Sequence[Problem]:
        return [
            Problem(problem.path and f"[{REDACTED}]", problem.rule, REDACTED)
            for problem in self.shape.validate(value)
        ]

    def acceptor(self) -> Accepts:
        return self.shape.acceptor()


class ModelBase(PydanticHook):
    """The base class that `model` adds to every value: one slot for the mark of validation.

    Values are frozen, so a request need not validate the values it holds again. Values that were
    built unchecked, decoded from a response or unpickled bear no mark.
    """

    __slots__ = (VALIDATED,)


def is_validated(value: object) -> bool:
    """Return True if *value* and all it holds were validated when it was created."""
    return getattr(value, VALIDATED, False)


def prefix_paths(step: str, problems: Sequence[Problem]) -> list[Problem]:
    """Return *problems* with *step* put before each path."""
    return [
        Problem(
            f"{step}.{problem.path}" if problem.path[:1].isidentifier() else step + problem.path,
            problem.rule,
            problem.value,
        )
        for problem in problems
    ]


def _every(accepts: Accepts) -> Callable[[tuple[object, ...]], bool]:
    return lambda value: all(map(accepts, value))


def _never(_: object) -> bool:
    return False


def _has_lone_surrogates(text: str) -> bool:
    # A URL cannot hold them, and botocore raises a bare UnicodeEncodeError.
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _size_problems(size: Size | None, value: Sized) -> list[Problem]:
    broken = size.violation(value) if size else None
    # The number only: items may be sensitive, and an error is pickled with all it holds.
    return [Problem("", broken, len(value))] if broken else []


SCALARS: Final[Mapping[type, str]] = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    real_datetime(): "a datetime",
}
"""The Python types that a scalar may have, as error messages name them."""
