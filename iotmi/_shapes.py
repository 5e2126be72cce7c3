"""What a type annotation says: kind, limits and marks, as a small tree that can be walked.

Each shape can do two things with a value that a user gave: bring it into its one form
(`normalised`: a list becomes a tuple, the plain string of an enum its member, a time UTC) and
find what is wrong with it (`check`). The conformance suite walks the same tree beside botocore's
model. This module does not know of requests, of the wire, or when checking is due.
"""

import collections.abc
import math
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final, Protocol, TypeAlias, get_args, get_origin

import attrs
from attrs import field, frozen

from iotmi._constraints import (
    Deprecated,
    Document,
    IdempotencyToken,
    Limit,
    Number,
    Sensitive,
    Size,
    Text,
    Wire,
)
from iotmi._enums import OpenEnum
from iotmi._values import ReadOnlyMap, copy_document, find_in_document
from iotmi.errors import Problem

HIDDEN: Final = "***"
CASING: Final = "__iotmi_casing__"
_MEMBERS: Final = "__iotmi_members__"


class Shape(Protocol):
    """What every kind of shape can do."""

    @property
    def changes(self) -> bool:
        """Whether `normalised` ever answers anything but its argument."""
        ...

    def normalised(self, value: object) -> object:
        """*value* in its one form; what cannot be brought into it is left for `check` to name."""
        ...

    def check(self, value: object, *, deep: bool) -> Sequence[Problem]:
        """Every rule that *value* breaks; *deep* also looks inside values checked at birth.

        Paths begin at *value*. Nearly always nothing is wrong, so nothing is built until it is.
        """
        ...


@frozen
class Scalar:
    """A string, a number, a boolean or a time."""

    kind: type
    limits: tuple[Limit, ...] = ()
    # Short strings that were found in order: ids and names of capabilities come again and again.
    _known: set[str] | None = field(default=None, eq=False, repr=False)

    @property
    def changes(self) -> bool:
        return self.kind is datetime or self.kind is float

    def normalised(self, value: object) -> object:
        if self.kind is datetime and isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(UTC)
        if self.kind is float and type(value) is int:
            return float(value)
        return value

    def check(self, value: object, *, deep: bool) -> Sequence[Problem]:  # noqa: ARG002
        known = self._known
        if known is None or type(value) is not str:
            return self._check(value)
        if value in known:
            return ()
        problems = self._check(value)
        if not problems and len(value) <= 64 and len(known) < 1024:
            known.add(value)
        return problems

    def _check(self, value: object) -> Sequence[Problem]:
        # A bool is an int to Python and not to the service.
        if not isinstance(value, self.kind) or (isinstance(value, bool) and self.kind is not bool):
            return (Problem("", f"must be {_ARTICLED[self.kind]}", value),)
        if isinstance(value, datetime) and value.tzinfo is None:
            return (Problem("", "must be a datetime with a time zone", value),)
        if isinstance(value, float) and not math.isfinite(value):
            return (Problem("", "must be a finite number", value),)
        for limit in self.limits:
            # The kind was compared above, and `shape_of` puts no limit beside another kind.
            broken = limit.broken_by(value)  # type: ignore[arg-type]
            if broken:
                return (Problem("", broken, value),)
        return ()


@frozen
class Choice:
    """A member of an open enum."""

    enum: type[OpenEnum]
    changes: bool = True

    def normalised(self, value: object) -> object:
        return self.enum(value) if isinstance(value, str) else value

    def check(self, value: object, *, deep: bool) -> Sequence[Problem]:  # noqa: ARG002
        if isinstance(value, self.enum) and value.known:
            return ()
        allowed = ", ".join(member.value for member in self.enum)
        shown = value.value if isinstance(value, OpenEnum) else value
        return (Problem("", f"must be one of {allowed}", shown),)


@frozen
class Items:
    """A list, kept as a tuple."""

    item: Shape
    size: Size | None = None
    changes: bool = True

    def normalised(self, value: object) -> object:
        if isinstance(value, str | bytes) or not isinstance(value, Sequence):
            return value
        if self.item.changes:
            return tuple(self.item.normalised(item) for item in value)
        return tuple(value)

    def check(self, value: object, *, deep: bool) -> Sequence[Problem]:
        if not isinstance(value, tuple):
            return (Problem("", "must be a list", type(value)),)
        problems = _size_problems(self.size, value)
        for index, item in enumerate(value):
            found = self.item.check(item, deep=deep)
            if found:
                problems += within(f"[{index}]", found)
        return problems


@frozen
class Entries:
    """A map from strings, kept read-only."""

    key: Shape
    value: Shape
    size: Size | None = None
    changes: bool = True

    def normalised(self, value: object) -> object:
        if isinstance(value, ReadOnlyMap) or not isinstance(value, Mapping):
            return value
        return ReadOnlyMap({key: self.value.normalised(item) for key, item in value.items()})

    def check(self, value: object, *, deep: bool) -> Sequence[Problem]:
        if not isinstance(value, Mapping):
            return (Problem("", "must be a mapping", type(value)),)
        problems = _size_problems(self.size, value)
        for key, item in value.items():
            problems += within(" (key)", self.key.check(key, deep=deep))
            problems += within(f"[{key!r}]", self.value.check(item, deep=deep))
        return problems


@frozen
class Structure:
    """Another value of the library."""

    model: type
    changes: bool = False

    def normalised(self, value: object) -> object:
        return value

    def check(self, value: object, *, deep: bool) -> Sequence[Problem]:
        if not isinstance(value, self.model):
            return (Problem("", f"must be a {self.model.__name__}", type(value)),)
        return problems_of(value, deep=True) if deep else ()


@frozen
class FreeForm:
    """A JSON document of any form."""

    changes: bool = True

    def normalised(self, value: object) -> object:
        return copy_document(value)

    def check(self, value: object, *, deep: bool) -> Sequence[Problem]:  # noqa: ARG002
        return [Problem(*found) for found in find_in_document(value, "")]


@frozen
class Hidden:
    """A sensitive shape, or a list or map of such: what is wrong is told, what was given is not.

    Nor is any key of it.
    """

    shape: Shape

    @property
    def changes(self) -> bool:
        return self.shape.changes

    def normalised(self, value: object) -> object:
        return self.shape.normalised(value)

    def check(self, value: object, *, deep: bool) -> Sequence[Problem]:
        return [
            Problem(problem.path and f"[{HIDDEN}]", problem.limit, HIDDEN)
            for problem in self.shape.check(value, deep=deep)
        ]


@frozen
class Member:
    """One field of a value: what its annotation and its default say."""

    name: str
    wire: str
    annotation: object
    shape: Shape
    required: bool
    idempotency_token: bool
    deprecated: str | None


Casing: TypeAlias = Callable[[str], str]


def pascal(name: str) -> str:
    """``managed_thing_id`` as ``ManagedThingId``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def camel(name: str) -> str:
    """``managed_thing_id`` as ``managedThingId``."""
    first, *others = name.split("_")
    return first + "".join(pascal(part) for part in others)


def is_model(kind: object) -> bool:
    """Whether *kind* was declared as a value or a request of this library."""
    return isinstance(kind, type) and hasattr(kind, CASING)


def members_of(model: type) -> tuple[Member, ...]:
    """The members of *model*, read once from its attrs fields and kept on the class."""
    found: tuple[Member, ...] | None = model.__dict__.get(_MEMBERS)
    if found is None:
        casing: Casing = getattr(model, CASING)
        found = tuple(_member_of(attribute, casing) for attribute in attrs.fields(model))
        setattr(model, _MEMBERS, found)
    return found


def _member_of(attribute: "attrs.Attribute[object]", casing: Casing) -> Member:
    annotation = _without_none(attribute.type)
    marks = _marks(annotation)
    wire = next((mark.name for mark in marks if isinstance(mark, Wire)), casing(attribute.name))
    advice = next((mark.advice for mark in marks if isinstance(mark, Deprecated)), None)
    return Member(
        name=attribute.name,
        wire=wire,
        annotation=annotation,
        shape=shape_of(annotation),
        required=attribute.default is attrs.NOTHING,
        idempotency_token=any(isinstance(mark, IdempotencyToken) for mark in marks),
        deprecated=advice,
    )


def problems_of(value: object, *, deep: bool) -> Sequence[Problem]:
    """Every problem of *value*'s members."""
    problems: list[Problem] = []
    for member in members_of(type(value)):
        held = getattr(value, member.name)
        if held is not None:
            found = member.shape.check(held, deep=deep)
            if found:
                problems += within(member.name, found)
        elif member.required:
            problems.append(Problem(member.name, "is required", None))
    return problems


def within(step: str, problems: Sequence[Problem]) -> list[Problem]:
    """The same problems, their paths seen from one step further out."""
    return [
        Problem(
            f"{step}.{problem.path}" if problem.path[:1].isidentifier() else step + problem.path,
            problem.limit,
            problem.value,
        )
        for problem in problems
    ]


def shape_of(annotation: object, *, within_secret: bool = False) -> Shape:
    """The shape that *annotation* describes, by itself or as a part of what is sensitive."""
    marks = _marks(annotation)
    bare = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    sensitive = any(isinstance(mark, Sensitive) for mark in marks)
    shape = _bare_shape(bare, marks, secret=sensitive or within_secret)
    return Hidden(shape) if sensitive or _holds_hidden(shape) else shape


def _holds_hidden(shape: Shape) -> bool:
    # Else the repr of a list would show what the repr of an item hides.
    match shape:
        case Items():
            return isinstance(shape.item, Hidden)
        case Entries():
            return isinstance(shape.key, Hidden) or isinstance(shape.value, Hidden)
        case _:
            return False


def _bare_shape(annotation: object, marks: tuple[object, ...], *, secret: bool) -> Shape:
    if any(isinstance(mark, Document) for mark in marks):
        return FreeForm()
    origin = get_origin(annotation)
    size = next((mark for mark in marks if isinstance(mark, Size)), None)
    if origin is collections.abc.Sequence:
        return Items(shape_of(get_args(annotation)[0], within_secret=secret), size)
    if origin is collections.abc.Mapping:
        key, value = get_args(annotation)
        return Entries(
            shape_of(key, within_secret=secret), shape_of(value, within_secret=secret), size
        )
    if isinstance(annotation, type):
        if is_model(annotation):
            return Structure(annotation)
        if issubclass(annotation, OpenEnum):
            return Choice(annotation)
        if annotation in _ARTICLED:
            limits = tuple(mark for mark in marks if isinstance(mark, Text | Number))
            # What is sensitive is not kept in memory longer than its request.
            return Scalar(annotation, limits, None if secret or annotation is not str else set())
    raise TypeError(f"a value cannot have a member of type {annotation!r}")


def _marks(annotation: object) -> tuple[object, ...]:
    return tuple(get_args(annotation)[1:]) if get_origin(annotation) is Annotated else ()


def _without_none(annotation: object) -> object:
    if get_origin(annotation) in (typing.Union, types.UnionType):
        (annotation,) = (kind for kind in get_args(annotation) if kind is not types.NoneType)
    return annotation


def _size_problems(size: Size | None, value: collections.abc.Sized) -> list[Problem]:
    broken = size.broken_by(value) if size else None
    return [Problem("", broken, value)] if broken else []


_ARTICLED: Final[Mapping[type, str]] = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    datetime: "a datetime",
}
