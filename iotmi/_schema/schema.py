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
    DocumentShape,
    EnumShape,
    ListShape,
    MapShape,
    ModelBase,
    ScalarShape,
    SensitiveShape,
    Shape,
    StructureShape,
    prefix_paths,
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


class FieldValidator(NamedTuple):
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
    getter: Callable[[object], object]
    setter: Callable[[object, object], None]
    coerces: bool
    coerces_to_tuple: bool
    known: Collection[object]
    validate: Callable[[object], Sequence[Problem]]
    required: bool


class ValidationPlan(NamedTuple):
    """How values of one class are checked.

    Attributes:
        rules: one for each member.
        lasting: whether what was in order at its birth stays so: nothing in it is a document of
            free form, which can be changed.
    """

    fields: tuple[FieldValidator, ...]
    immutable: bool


def validation_plan(model: type) -> ValidationPlan:
    """How values of *model* are checked."""
    found: ValidationPlan | None = model.__dict__.get(_PLAN)
    if found is None:
        fields = tuple(_field_validator(model, member) for member in members_of(model))
        immutable = issubclass(model, ModelBase) and not _contains_document(
            StructureShape(model), set()
        )
        found = ValidationPlan(fields, immutable)
        setattr(model, _PLAN, found)
    return found


def _contains_document(shape: Shape, seen: set[type]) -> bool:
    match shape:
        case DocumentShape():
            return True
        case SensitiveShape():
            return _contains_document(shape.shape, seen)
        case ListShape():
            return _contains_document(shape.item, seen)
        case MapShape():
            return _contains_document(shape.value, seen)
        case StructureShape() if shape.model not in seen:
            inner = {*seen, shape.model}
            return any(_contains_document(each.shape, inner) for each in members_of(shape.model))
        case _:
            return False


def _field_validator(model: type, member: Member) -> FieldValidator:
    shape = member.shape
    # The descriptor of a slot, which sets what a frozen class would not.
    slot = model.__dict__[member.name]
    known = None
    if isinstance(shape, ScalarShape | ListShape) and member.deprecated is None:
        known = shape.known
    return FieldValidator(
        member=member,
        getter=slot.__get__,
        setter=slot.__set__,
        coerces=shape.coerces or member.deprecated is not None,
        coerces_to_tuple=known is not None and isinstance(shape, ListShape),
        known=() if known is None else known,
        validate=shape.validate,
        required=member.required,
    )


def problems_in(value: object) -> Sequence[Problem]:
    """Every problem of *value*'s members."""
    problems: list[Problem] = []
    for member, getter, *_, validate, required in validation_plan(type(value)).fields:
        held = getter(value)
        if held is not None:
            problems += prefix_paths(member.name, validate(held))
        elif required:
            problems.append(Problem(member.name, "is required", None))
    return problems


def shape_of(annotation: object, *, within_secret: bool = False) -> Shape:
    """The shape that *annotation* describes, by itself or as a part of what is sensitive."""
    marks = _marks(annotation)
    bare = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    sensitive = any(isinstance(mark, Sensitive) for mark in marks)
    shape = _bare_shape(bare, marks, secret=sensitive or within_secret)
    return SensitiveShape(shape) if sensitive or _contains_sensitive(shape) else shape


def _contains_sensitive(shape: Shape) -> bool:
    # Else the repr of a list would show what the repr of an item hides.
    match shape:
        case ListShape():
            return isinstance(shape.item, SensitiveShape)
        case MapShape():
            return isinstance(shape.key, SensitiveShape) or isinstance(shape.value, SensitiveShape)
        case _:
            return False


def _bare_shape(annotation: object, marks: tuple[object, ...], *, secret: bool) -> Shape:
    if any(isinstance(mark, Document) for mark in marks):
        return DocumentShape()
    origin = get_origin(annotation)
    size = next((mark for mark in marks if isinstance(mark, Size)), None)
    if origin is collections.abc.Sequence:
        item = shape_of(get_args(annotation)[0], within_secret=secret)
        remembers = isinstance(item, ScalarShape) and item.known is not None
        return ListShape(item, size, known=set() if remembers else None)
    if origin is collections.abc.Mapping:
        key, value = get_args(annotation)
        return MapShape(
            shape_of(key, within_secret=secret), shape_of(value, within_secret=secret), size
        )
    if isinstance(annotation, type):
        if is_model(annotation):
            return StructureShape(annotation)
        if issubclass(annotation, OpenEnum):
            return EnumShape(annotation)
        if annotation in SCALARS:
            limits = tuple(mark for mark in marks if isinstance(mark, Text | Number))
            # What is sensitive is not kept in memory longer than its request.
            return ScalarShape(
                annotation, limits, None if secret or annotation is not str else set()
            )
    raise TypeError(f"a value cannot have a member of type {annotation!r}")


def _marks(annotation: object) -> tuple[object, ...]:
    return tuple(get_args(annotation)[1:]) if get_origin(annotation) is Annotated else ()


def _without_none(annotation: object) -> object:
    if get_origin(annotation) in (typing.Union, types.UnionType):
        (annotation,) = (kind for kind in get_args(annotation) if kind is not types.NoneType)
    return annotation
