"""What a class declares, read from its annotations: members, and the rules to check them by.

Each is read once, when it is first asked for, and kept on the class. The conformance suite walks
the same members beside botocore's model. This module does not know when checking is due.
"""

import collections.abc
import types
import typing
from collections.abc import Callable, Collection, Sequence
from typing import Annotated, Final, NamedTuple, TypeAlias, get_args, get_origin

import attrs
from attrs import frozen

from iotmi._schema.enums import OpenEnum
from iotmi._schema.shapes import (
    SCALARS,
    Choice,
    Entries,
    FreeForm,
    Hidden,
    Items,
    Scalar,
    Shape,
    Structure,
    Value,
    within,
)
from iotmi._schema.traits import (
    Deprecated,
    Document,
    IdempotencyToken,
    Number,
    Sensitive,
    Size,
    Text,
    Wire,
)
from iotmi.errors import Problem

CASING: Final = "__iotmi_casing__"
_MEMBERS: Final = "__iotmi_members__"
_PLAN: Final = "__iotmi_plan__"


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


def deprecated_members(model: type) -> dict[str, str]:
    """What to use in the place of each deprecated member of *model*."""
    marks = {
        attribute.name: _marks(_without_none(attribute.type)) for attribute in attrs.fields(model)
    }
    return {
        name: mark.advice for name in marks for mark in marks[name] if isinstance(mark, Deprecated)
    }


def _member_of(attribute: "attrs.Attribute[object]", casing: Casing) -> Member:
    if attribute.default not in (attrs.NOTHING, None):
        raise TypeError(f"{attribute.name} must be required, or be None where it is absent")
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


class Rule(NamedTuple):
    """What checking asks of one member, at hand without a look-up: a tuple to be unpacked.

    Attributes:
        member: whose rule it is.
        get: gives what a value holds there.
        put: makes a value hold something there, frozen as it is.
        changes: whether what was given may need another form, or a warning.
        gathers: whether all the form that it may need is that of a tuple.
        known: what is in order, and is left at that once it is a tuple.
        check: finds what is wrong.
        required: whether anything must be there.
    """

    member: Member
    get: Callable[[object], object]
    put: Callable[[object, object], None]
    changes: bool
    gathers: bool
    known: Collection[object]
    check: Callable[[object], Sequence[Problem]]
    required: bool


class Plan(NamedTuple):
    """How values of one class are checked.

    Attributes:
        rules: one for each member.
        lasting: whether what was in order at its birth stays so: nothing in it is a document of
            free form, which can be changed.
    """

    rules: tuple[Rule, ...]
    lasting: bool


def plan_of(model: type) -> Plan:
    """How values of *model* are checked."""
    found: Plan | None = model.__dict__.get(_PLAN)
    if found is None:
        rules = tuple(_rule_of(model, member) for member in members_of(model))
        lasting = issubclass(model, Value) and not _holds_document(Structure(model), set())
        found = Plan(rules, lasting)
        setattr(model, _PLAN, found)
    return found


def _holds_document(shape: Shape, seen: set[type]) -> bool:
    match shape:
        case FreeForm():
            return True
        case Hidden():
            return _holds_document(shape.shape, seen)
        case Items():
            return _holds_document(shape.item, seen)
        case Entries():
            return _holds_document(shape.value, seen)
        case Structure() if shape.model not in seen:
            inner = {*seen, shape.model}
            return any(_holds_document(each.shape, inner) for each in members_of(shape.model))
        case _:
            return False


def _rule_of(model: type, member: Member) -> Rule:
    shape = member.shape
    # The descriptor of a slot, which sets what a frozen class would not.
    slot = model.__dict__[member.name]
    known = None
    if isinstance(shape, Scalar | Items) and member.deprecated is None:
        known = shape.known
    return Rule(
        member=member,
        get=slot.__get__,
        put=slot.__set__,
        changes=shape.changes or member.deprecated is not None,
        gathers=known is not None and isinstance(shape, Items),
        known=() if known is None else known,
        check=shape.check,
        required=member.required,
    )


def problems_of(value: object) -> Sequence[Problem]:
    """Every problem of *value*'s members."""
    problems: list[Problem] = []
    for member, get, *_, check, required in plan_of(type(value)).rules:
        held = get(value)
        if held is not None:
            problems += within(member.name, check(held))
        elif required:
            problems.append(Problem(member.name, "is required", None))
    return problems


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
        item = shape_of(get_args(annotation)[0], within_secret=secret)
        remembers = isinstance(item, Scalar) and item.known is not None
        return Items(item, size, known=set() if remembers else None)
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
        if annotation in SCALARS:
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
