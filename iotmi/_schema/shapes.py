"""The kinds of values that a member can have, as a small tree that can be walked.

Each shape can do two things with a value that a user gave: bring it into its one form
(`coerce`: a list becomes a tuple, the plain string of an enum its member, a time UTC) and
find what is wrong with it (`validate`). The conformance suite walks the same tree beside botocore's
model. This module does not know of annotations, of requests, or of the wire.
"""

import collections.abc
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from attrs import field, frozen

from iotmi._schema.containers import ReadOnlyMap, copy_json, find_json_problems
from iotmi._schema.enums import OpenEnum
from iotmi._schema.traits import (
    Constraint,
    Size,
    Text,
)
from iotmi.errors import Problem

REDACTED: Final = "***"
PROBLEMS: Final = "__iotmi_problems__"
VALIDATED: Final = "__iotmi_sound__"


class Shape(Protocol):
    """What every kind of shape can do."""

    @property
    def coerces(self) -> bool:
        """Whether `coerce` ever answers anything but its argument."""
        ...

    def coerce(self, value: object) -> object:
        """*value* in its one form; what cannot be brought into it is left for `validate` to name."""
        ...

    def validate(self, value: object) -> Sequence[Problem]:
        """Every rule that *value* breaks.

        Paths begin at *value*. Nearly always nothing is wrong, so nothing is built until it is.
        """
        ...


@frozen
class ScalarShape:
    """A string, a number, a boolean or a time."""

    kind: type
    limits: tuple[Constraint, ...] = ()
    # Short strings that were found in order: ids and names of capabilities come again and again.
    known: set[object] | None = field(default=None, eq=False, repr=False)

    @property
    def coerces(self) -> bool:
        return self.kind is datetime or self.kind is float

    def coerce(self, value: object) -> object:
        try:
            if self.kind is datetime and isinstance(value, datetime) and value.tzinfo is not None:
                return value.astimezone(UTC)
            if self.kind is float and type(value) is int:
                return float(value)
        except OverflowError:
            # Too great for its form, and for any limit.
            return value
        return value

    def validate(self, value: object) -> Sequence[Problem]:
        known = self.known
        if known is None or type(value) is not str:
            return self._violations(value)
        if value in known:
            return ()
        problems = self._violations(value)
        if not problems and len(value) <= 64 and len(known) < 1024:
            known.add(value)
        return problems

    def all_valid(self, values: tuple[object, ...]) -> bool:
        """Whether *values* are plain texts in order; what is not said here, `validate` says."""
        text = self.limits[0] if len(self.limits) == 1 else None
        if not isinstance(text, Text):
            return False
        for value in values:
            if type(value) is not str or not value.isascii() or not text.allows(value):
                return False
        return True

    def _violations(self, value: object) -> Sequence[Problem]:
        if type(value) is not str or self.kind is not str or not value.isascii():
            problem = self._type_error(value)
            if problem:
                return (Problem("", problem, value),)
        for limit in self.limits:
            # The kind was compared above, and `shape_of` puts no limit beside another kind.
            broken = limit.violation(value)  # type: ignore[arg-type]
            if broken:
                return (Problem("", broken, value),)
        return ()

    def _type_error(self, value: object) -> str | None:
        # A bool is an int to Python and not to the service.
        if not isinstance(value, self.kind) or (isinstance(value, bool) and self.kind is not bool):
            return f"must be {SCALARS[self.kind]}"
        if isinstance(value, datetime) and value.tzinfo is None:
            return "must be a datetime with a time zone"
        if isinstance(value, float) and not math.isfinite(value):
            return "must be a finite number"
        if isinstance(value, str) and _has_lone_surrogates(value):
            return "must be text that UTF-8 can hold"
        return None


@frozen
class EnumShape:
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


@frozen
class ListShape:
    """A list, kept as a tuple."""

    item: Shape
    size: Size | None = None
    coerces: bool = True
    # Short lists of short strings that were found in order.
    known: set[object] | None = field(default=None, eq=False, repr=False)

    def coerce(self, value: object) -> object:
        # The two that nearly always come need no look at their bases, which takes longer.
        if not isinstance(value, list | tuple) and (
            isinstance(value, str | bytes) or not isinstance(value, Sequence)
        ):
            return value
        if self.item.coerces:
            return tuple(self.item.coerce(item) for item in value)
        return tuple(value)

    def validate(self, value: object) -> Sequence[Problem]:
        known = self.known
        try:
            if known and value in known:
                return ()
        except TypeError:
            # It cannot be looked up; below it is named.
            known = None
        if not isinstance(value, tuple):
            return (Problem("", "must be a list", type(value)),)
        problems = _size_problems(self.size, value, self.item)
        if isinstance(self.item, ScalarShape) and self.item.all_valid(value):
            if known is not None and not problems and _is_short(value) and len(known) < 1024:
                known.add(value)
            return problems
        for index, item in enumerate(value):
            found = self.item.validate(item)
            if found:
                problems += prefix_paths(f"[{index}]", found)
        return problems


@frozen
class MapShape:
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
        problems = _size_problems(self.size, value, self.value)
        for key, item in value.items():
            problems += prefix_paths(" (key)", self.key.validate(key))
            problems += prefix_paths(f"[{key!r}]", self.value.validate(item))
        return problems


@frozen
class StructureShape:
    """Another value of the library."""

    model: type
    coerces: bool = False

    def coerce(self, value: object) -> object:
        return value

    def validate(self, value: object) -> Sequence[Problem]:
        if not isinstance(value, self.model):
            return (Problem("", f"must be a {self.model.__name__}", type(value)),)
        # What was in order at its birth cannot have changed.
        if is_validated(value):
            return ()
        problems: Sequence[Problem] = getattr(value, PROBLEMS)()
        return problems


@frozen
class DocumentShape:
    """A JSON document of any form."""

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


@frozen
class SensitiveShape:
    """A sensitive shape, or a list or map of such: what is wrong is told, what was given is not.

    Nor is any key of it.
    """

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


class ModelBase:
    """The base that `model` gives every value: the place for the mark that it was found in order.

    A value cannot change, so that a request need not look again inside the values it holds. What
    was built unchecked, answered by the service or unpickled bears no mark.
    """

    __slots__ = (VALIDATED,)


def is_validated(value: object) -> bool:
    """Whether *value* and all in it were found in order at its birth."""
    return getattr(value, VALIDATED, False)


def prefix_paths(step: str, problems: Sequence[Problem]) -> list[Problem]:
    """The same problems, their paths seen from one step further out."""
    return [
        Problem(
            f"{step}.{problem.path}" if problem.path[:1].isidentifier() else step + problem.path,
            problem.rule,
            problem.value,
        )
        for problem in problems
    ]


def _is_short(texts: tuple[str, ...]) -> bool:
    return len(texts) <= 16 and sum(map(len, texts)) <= 512


def _has_lone_surrogates(text: str) -> bool:
    # An address cannot hold them, and botocore fails on them.
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _size_problems(size: Size | None, value: collections.abc.Sized, item: Shape) -> list[Problem]:
    broken = size.violation(value) if size else None
    if not broken:
        return []
    # A value of ours may hold what is secret, and an error is pickled with all that it holds.
    return [
        Problem("", broken, value if isinstance(item, ScalarShape | EnumShape) else type(value))
    ]


# What a scalar may be, with its name in a sentence.
SCALARS: Final[Mapping[type, str]] = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    datetime: "a datetime",
}
