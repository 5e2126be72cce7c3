"""An answer read with care, by cattrs: slower than `_codec`, and able to say where the trouble is.

Loaded only when the quick way has refused an answer. What it refused may be in order all the same:
a stub of botocore's answers times that are times already.
"""

import collections.abc
from collections.abc import Callable
from datetime import UTC, datetime
from types import GenericAlias, NoneType
from typing import Annotated, Final, TypeAlias, TypeVar, get_args, get_origin

from cattrs import BaseValidationError, Converter, transform_error
from cattrs.gen import make_dict_structure_fn, override

from iotmi._schema.containers import ReadOnlyMap
from iotmi._schema.enums import OpenEnum
from iotmi._schema.schema import Member, is_model, members_of, shape_of
from iotmi._schema.shapes import SensitiveShape
from iotmi._schema.traits import Document
from iotmi._schema.validation import trusted_construction
from iotmi._serde.errors import DecodeError, json_type_name

T = TypeVar("T")

# What the hooks below raise, and a lookup of what is not there. Anything else is a mistake of ours.
_UNFIT: Final = (TypeError, KeyError, BaseValidationError)

Hook: TypeAlias = Callable[[object, object], object]


def read(document: object, kind: type[T]) -> T:
    """The value of *kind* that the decoded JSON holds; members not known are passed over.

    Raises:
        UnreadableError: a member is of another kind than it should be, or a promised one is
            missing.
    """
    with trusted_construction():
        try:
            return _CONVERTER.structure(document, kind)
        except _UNFIT as error:
            first = transform_error(error, "", format_exception=_reason)[0]
    reason, _, path = first.partition(" @ ")
    raise DecodeError(path.lstrip(".") or "the body", reason)


def _reason(error: BaseException, kind: type | None) -> str:
    del kind
    return "is missing" if isinstance(error, KeyError) else str(error)


def _configured(converter: Converter) -> Converter:
    converter.register_structure_hook_factory(is_model, _model_reader(converter))
    for kind in (str, bool, int, float):
        # By function for one with limits, by class for a bare one: cattrs has hooks of its own for
        # those, which make a string of anything.
        converter.register_structure_hook_func(_is(kind), _scalar_reader(kind))
        converter.register_structure_hook(kind, _scalar_reader(kind))
    converter.register_structure_hook_func(_is(datetime), _read_time)
    converter.register_structure_hook_func(_is(NoneType), lambda *_: None)
    converter.register_structure_hook(OpenEnum, _read_choice)
    converter.register_structure_hook_factory(_is_sequence, _sequence_reader(converter))
    converter.register_structure_hook_factory(_is_mapping, _mapping_reader(converter))
    converter.register_structure_hook_func(_is_document, _same)
    return converter


def _model_reader(converter: Converter) -> Callable[[type], Callable[[object, type], object]]:
    def factory(kind: type) -> Callable[[object, type], object]:
        renames = {
            member.name: override(rename=member.wire, struct_hook=_member_reader(converter, member))
            for member in members_of(kind)
        }
        # The keywords are the fields' names, which no type can tell from the function's own.
        read: Hook = make_dict_structure_fn(  # type: ignore[assignment]
            kind,
            converter,
            **renames,  # type: ignore[arg-type]
        )

        def read_object(document: object, kind: type) -> object:
            if not isinstance(document, dict):
                raise TypeError(f"is {json_type_name(document)}, not an object")
            return read(document, kind)

        return read_object

    return factory


def _member_reader(converter: Converter, member: Member) -> Hook:
    """Found once for each member: cattrs would look it up again for each value that may be None."""
    read: Hook = converter.get_structure_hook(member.annotation)
    kind = _bare(member.annotation)
    if member.required:
        return lambda value, _: read(value, kind)
    return lambda value, _: None if value is None else read(value, kind)


def _scalar_reader(kind: type) -> Hook:
    def read(value: object, _: object) -> object:
        if type(value) is kind:
            return value
        if kind is float and type(value) is int:
            try:
                return float(value)
            except OverflowError:
                raise TypeError("is a number that is too great") from None
        raise TypeError(f"is {json_type_name(value)}, not {json_type_name(kind())}")

    return read


def _read_time(value: object, _: object) -> datetime:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value, UTC)
        except (ValueError, OverflowError, OSError):
            # Its own text would tell the value.
            raise TypeError("is a number that is no time") from None
    # botocore's own parser has been at work where a Stubber answered.
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    raise TypeError(f"is {json_type_name(value)}, not a number of seconds")


def _read_choice(value: object, kind: type[OpenEnum]) -> OpenEnum:
    if not isinstance(value, str):
        raise TypeError(f"is {json_type_name(value)}, not a string")
    return kind(value)


def _sequence_reader(
    converter: Converter,
) -> Callable[[object], Hook]:
    def factory(annotation: object) -> Hook:
        array = GenericAlias(tuple, (get_args(_bare(annotation))[0], ...))
        read = converter.get_structure_hook(array)

        def read_array(value: object, _: object) -> object:
            if not isinstance(value, list):
                raise TypeError(f"is {json_type_name(value)}, not an array")
            return read(value, array)

        return read_array

    return factory


def _mapping_reader(converter: Converter) -> Callable[[object], Hook]:
    def factory(annotation: object) -> Hook:
        map_kind = GenericAlias(dict, get_args(_bare(annotation)))
        read = converter.get_structure_hook(map_kind)
        sensitive = isinstance(shape_of(annotation), SensitiveShape)

        def read_object(value: object, _: object) -> object:
            if not isinstance(value, dict):
                raise TypeError(f"is {json_type_name(value)}, not an object")
            try:
                return ReadOnlyMap(read(value, map_kind))
            except Exception:
                if sensitive:
                    # The path of the error would tell the key.
                    raise TypeError("holds what cannot be read") from None
                raise

        return read_object

    return factory


def _is(kind: type) -> Callable[[object], bool]:
    return lambda annotation: _bare(annotation) is kind


def _same(value: object, _: object) -> object:
    return value


def _is_sequence(annotation: object) -> bool:
    return get_origin(_bare(annotation)) is collections.abc.Sequence


def _is_mapping(annotation: object) -> bool:
    return get_origin(_bare(annotation)) is collections.abc.Mapping


def _is_document(annotation: object) -> bool:
    return get_origin(annotation) is Annotated and any(
        isinstance(mark, Document) for mark in get_args(annotation)
    )


def _bare(annotation: object) -> object:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


_CONVERTER: Final = _configured(Converter(detailed_validation=True))
