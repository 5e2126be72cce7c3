"""Schemas: the declarations of one model class, read once from its annotations.

Each model class holds one `Schema`. The conformance suite compares it with botocore's service
model. This module does not know when a value is validated, decoded or encoded.
"""

import collections.abc
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Annotated, NamedTuple, TypeAlias, get_args, get_origin

import attrs
from attrs import frozen

from iotmi._schema.enums import OpenEnum
from iotmi._schema.shapes import (
    SCALARS,
    SCHEMA,
    Accepts,
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
from iotmi._schema.times import is_time_type, real_datetime
from iotmi._schema.traits import (
    Deprecated,
    Document,
    Entries,
    IdempotencyToken,
    Items,
    Number,
    Sensitive,
    Size,
    Text,
    WireName,
)
from iotmi._values import Value
from iotmi.errors import Problem

WireCase: TypeAlias = Callable[[str], str]
Decoder: TypeAlias = Callable[[object], object]
Encoder: TypeAlias = Callable[[object], dict[str, object]]


@frozen(eq=False, repr=False)
class Member(Value):
    """One field of a model, as its annotation and its default declare it."""

    name: str
    wire: str
    annotation: object
    shape: Shape
    required: bool
    idempotency_token: bool
    deprecated: str | None


class FieldAccess(NamedTuple):
    """The functions that read and write one field. A tuple, because unpacking it is fast.

    Attributes:
        member: the field.
        getter: reads the field of a value.
        setter: writes the field of a value, frozen or not.
    """

    member: Member
    getter: Callable[[object], object]
    setter: Callable[[object, object], None]


class FieldValidator(NamedTuple):
    """All that the validation of one field needs.

    Attributes:
        member: the field.
        name: its name.
        setter: writes the field of a value, frozen or not.
        is_list: True if a list must become a tuple.
        accepts: the fast test of `Shape.acceptor`; always false for a deprecated field, whose use
            has to warn.
    """

    member: Member
    name: str
    setter: Callable[[object, object], None]
    is_list: bool
    accepts: Accepts


class Schema:
    """The declarations of one model class.

    Attributes:
        model: the class.
        wire_case: turns a field's name into its wire name.
        decoder: decodes a value of the class; set by `iotmi._serde.decoder` on first use.
        encoder: encodes a value of the class; set by `iotmi._serde.encoder` on first use.
    """

    def __init__(self, model: type, wire_case: WireCase) -> None:
        self.model = model
        self.wire_case = wire_case
        # Kept, because `iotmi._schema.model` replaces the slot of a deprecated field.
        self._slots = dict(vars(model))
        self.decoder: Decoder | None = None
        self.encoder: Encoder | None = None

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The fields, in the order of their declaration."""
        return tuple(map(self._member, attrs.fields(self.model)))

    @cached_property
    def accesses(self) -> tuple[FieldAccess, ...]:
        """The functions that read and write each field."""
        slots = ((member, self._slots[member.name]) for member in self.members)
        # The descriptor of a slot, whose __set__ also works on a frozen value.
        return tuple(FieldAccess(member, slot.__get__, slot.__set__) for member, slot in slots)

    @cached_property
    def validators(self) -> tuple[FieldValidator, ...]:
        """One validator for each field. Decoders need none, and compile no patterns."""
        return tuple(_validator(member, setter) for member, _, setter in self.accesses)

    @cached_property
    def immutable(self) -> bool:
        """True if no value of the class can change, because it holds no free-form document."""
        return issubclass(self.model, ModelBase) and not _contains_document(
            StructureShape(self.model), set()
        )

    @cached_property
    def idempotency_token(self) -> Member | None:
        """The field that holds the idempotency token, if the class has one."""
        return next((member for member in self.members if member.idempotency_token), None)

    def problems_in(self, value: object) -> Sequence[Problem]:
        """Return every problem of the fields of *value*, which stays as it is."""
        problems: list[Problem] = []
        for member, getter, _ in self.accesses:
            held = getter(value)
            if held is not None:
                problems += prefix_paths(member.name, member.shape.validate(held))
            elif member.required:
                problems.append(missing(member))
        return problems

    def deprecated(self) -> Mapping[str, str]:
        """Return the advice for each deprecated field, read without the shapes of all fields."""
        traits = {
            attribute.name: _traits(_without_none(attribute.type))
            for attribute in attrs.fields(self.model)
        }
        return {
            name: trait.advice
            for name in traits
            for trait in traits[name]
            if isinstance(trait, Deprecated)
        }

    def _member(self, attribute: "attrs.Attribute[object]") -> Member:
        if attribute.default not in (attrs.NOTHING, None):
            raise TypeError(f"{attribute.name} must be required, or have the default None")
        annotation = _without_none(attribute.type)
        traits = _traits(annotation)
        wire_name = next((trait.name for trait in traits if isinstance(trait, WireName)), None)
        return Member(
            name=attribute.name,
            wire=wire_name or self.wire_case(attribute.name),
            annotation=annotation,
            shape=shape_of(annotation),
            required=attribute.default is attrs.NOTHING,
            idempotency_token=any(isinstance(trait, IdempotencyToken) for trait in traits),
            deprecated=next((each.advice for each in traits if isinstance(each, Deprecated)), None),
        )


def _validator(member: Member, setter: Callable[[object, object], None]) -> FieldValidator:
    return FieldValidator(
        member=member,
        name=member.name,
        setter=setter,
        is_list=isinstance(member.shape, ListShape),
        accepts=member.shape.acceptor() if member.deprecated is None else lambda _: False,
    )


def schema_of(model: type) -> Schema:
    """Return the schema of *model*, a class made by `iotmi._schema.model.model`."""
    schema: Schema = getattr(model, SCHEMA)
    return schema


def is_model(kind: object) -> bool:
    """Return True if *kind* is a value or request class of this library."""
    return isinstance(kind, type) and hasattr(kind, SCHEMA)


def missing(member: Member) -> Problem:
    """Return the problem of a required field that holds nothing."""
    return Problem(member.name, "is required", None)


def pascal(name: str) -> str:
    """Return ``managed_thing_id`` as ``ManagedThingId``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def camel(name: str) -> str:
    """Return ``managed_thing_id`` as ``managedThingId``."""
    first, *others = name.split("_")
    return first + "".join(pascal(part) for part in others)


def shape_of(annotation: object, more_traits: object = ()) -> Shape:
    """Return the shape that *annotation* describes, with the *more_traits* of its container.

    Raises:
        TypeError: no field can have a value of this type.
    """
    traits = (*_traits(annotation), *_flattened(more_traits))
    bare = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    shape = _bare_shape(bare, traits)
    sensitive = any(isinstance(trait, Sensitive) for trait in traits)
    return SensitiveShape(shape) if sensitive or _contains_sensitive(shape) else shape


def _contains_sensitive(shape: Shape) -> bool:
    # Otherwise the repr of a list would show what the repr of an item hides.
    match shape:
        case ListShape():
            return isinstance(shape.item, SensitiveShape)
        case MapShape():
            return isinstance(shape.key, SensitiveShape) or isinstance(shape.value, SensitiveShape)
        case _:
            return False


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
            members = schema_of(shape.model).members
            return any(_contains_document(each.shape, inner) for each in members)
        case _:
            return False


def _bare_shape(annotation: object, traits: tuple[object, ...]) -> Shape:
    if any(isinstance(trait, Document) for trait in traits):
        return DocumentShape()
    origin = get_origin(annotation)
    size = next((trait for trait in traits if isinstance(trait, Size)), None)
    if origin is collections.abc.Sequence:
        items = next((trait for trait in traits if isinstance(trait, Items)), Items(()))
        return ListShape(shape_of(get_args(annotation)[0], items.item), size)
    if origin is collections.abc.Mapping:
        entries = next((trait for trait in traits if isinstance(trait, Entries)), Entries((), ()))
        key, value = get_args(annotation)
        return MapShape(shape_of(key, entries.key), shape_of(value, entries.value), size)
    if isinstance(annotation, type):
        if is_model(annotation):
            return StructureShape(annotation)
        if issubclass(annotation, OpenEnum):
            return EnumShape(annotation)
        kind = real_datetime() if is_time_type(annotation) else annotation
        if kind in SCALARS:
            constraints = tuple(each for each in traits if isinstance(each, Text | Number))
            return ScalarShape(kind, constraints)
    raise TypeError(f"a value cannot have a member of type {annotation!r}")


def _traits(annotation: object) -> tuple[object, ...]:
    return _flattened(get_args(annotation)[1:]) if get_origin(annotation) is Annotated else ()


def _flattened(traits: object) -> tuple[object, ...]:
    if not isinstance(traits, tuple):
        return (traits,)
    return tuple(each for trait in traits for each in _flattened(trait))


def _without_none(annotation: object) -> object:
    if get_origin(annotation) in (typing.Union, types.UnionType):
        (annotation,) = (kind for kind in get_args(annotation) if kind is not types.NoneType)
    return annotation
