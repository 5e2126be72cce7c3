"""Between our values and the JSON on the wire, by cattrs.

`encode` makes the parameters that boto3 takes from a request; `decode` makes an answer's value from
the decoded JSON. Converters are compiled once per class, when first used. This module does not know
how anything travels.
"""

import collections.abc
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from types import GenericAlias, NoneType
from typing import Annotated, Final, TypeAlias, TypeVar, get_args, get_origin

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from iotmi._checking import answering
from iotmi._constraints import Document
from iotmi._enums import OpenEnum
from iotmi._model import Request
from iotmi._shapes import Hidden, Member, is_model, members_of, shape_of
from iotmi._values import ReadOnlyMap

R = TypeVar("R")
T = TypeVar("T")

# What the hooks below raise, and a lookup of what is not there. Anything else is a mistake of ours.
_UNFIT: Final = (TypeError, KeyError)

Hook: TypeAlias = Callable[[object, object], object]


class UnreadableError(Exception):
    """JSON does not have the form of the answer it should be. Holds no value of it.

    Attributes:
        path: the first member that cannot be read, in the names of our values.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


def encode(request: object) -> dict[str, object]:
    """*request* as the parameters that boto3 takes. What is None is not sent."""
    encoded: dict[str, object] = _CONVERTER.unstructure(request)
    return encoded


def decode(document: object, kind: type[T]) -> T:
    """The value of *kind* that the decoded JSON holds; members not known are passed over.

    *kind* may be a model, a tuple of models, or NoneType where nothing is answered.

    Raises:
        UnreadableError: a member is of another kind than it should be, or a promised one is
            missing.
    """
    with answering():
        try:
            return _CONVERTER.structure(document, kind)
        except _UNFIT:
            # Its own text is not passed on: it may quote a secret.
            raise _explained(document, kind) from None


def decode_answer(document: object, request: Request[R]) -> R:
    """What the service answered *request* with.

    Raises:
        UnreadableError: as `decode`.
    """
    kind = type(request)
    if not kind.items_member:
        answer: R = decode(document, kind.answer)
        return answer
    if not isinstance(document, dict):
        raise UnreadableError("the body", f"is {_json_kind(document)}, not an object")
    items = document.get(kind.items_member)
    if items is not None and not isinstance(items, list):
        raise UnreadableError("items", f"is {_json_kind(items)}, not an array")
    listed = {"items": [] if items is None else items, "next_token": document.get("NextToken")}
    page: R = decode(listed, kind.answer[kind.item])  # type: ignore[index]
    return page


def _explained(document: object, kind: type) -> UnreadableError:
    """Where the trouble in *document* is, found by reading it once more, slowly."""
    from cattrs import BaseValidationError, transform_error

    try:
        _explaining_converter().structure(document, kind)
    except (*_UNFIT, BaseValidationError) as error:
        first = transform_error(error, "", format_exception=_reason)[0]
        reason, _, path = first.partition(" @ ")
        return UnreadableError(path.lstrip(".") or "the body", reason)
    raise AssertionError("the two converters disagree")  # pragma: no cover


def _reason(error: BaseException, kind: type | None) -> str:
    del kind
    return "is missing" if isinstance(error, KeyError) else str(error)


def _configured(converter: Converter) -> Converter:
    converter.register_structure_hook_factory(is_model, _model_reader(converter))
    converter.register_unstructure_hook_factory(is_model, _model_writer(converter))
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
    converter.register_unstructure_hook_func(_is_document, lambda value: value)
    converter.register_unstructure_hook(ReadOnlyMap, dict)
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
                raise TypeError(f"is {_json_kind(document)}, not an object")
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


def _model_writer(converter: Converter) -> Callable[[type], Callable[[object], dict[str, object]]]:
    def factory(kind: type) -> Callable[[object], dict[str, object]]:
        renames = {
            member.name: override(rename=member.wire, omit_if_default=True)
            for member in members_of(kind)
        }
        return make_dict_unstructure_fn(kind, converter, **renames)  # type: ignore[arg-type]

    return factory


def _scalar_reader(kind: type) -> Hook:
    def read(value: object, _: object) -> object:
        if type(value) is kind:
            return value
        if kind is float and type(value) is int:
            try:
                return float(value)
            except OverflowError:
                raise TypeError("is a number that is too great") from None
        raise TypeError(f"is {_json_kind(value)}, not {_json_kind(kind())}")

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
    raise TypeError(f"is {_json_kind(value)}, not a number of seconds")


def _read_choice(value: object, kind: type[OpenEnum]) -> OpenEnum:
    if not isinstance(value, str):
        raise TypeError(f"is {_json_kind(value)}, not a string")
    return kind(value)


def _sequence_reader(
    converter: Converter,
) -> Callable[[object], Hook]:
    def factory(annotation: object) -> Hook:
        array = GenericAlias(tuple, (get_args(_bare(annotation))[0], ...))
        read = converter.get_structure_hook(array)

        def read_array(value: object, _: object) -> object:
            if not isinstance(value, list):
                raise TypeError(f"is {_json_kind(value)}, not an array")
            return read(value, array)

        return read_array

    return factory


def _mapping_reader(converter: Converter) -> Callable[[object], Hook]:
    def factory(annotation: object) -> Hook:
        map_kind = GenericAlias(dict, get_args(_bare(annotation)))
        read = converter.get_structure_hook(map_kind)
        sensitive = isinstance(shape_of(annotation), Hidden)

        def read_object(value: object, _: object) -> object:
            if not isinstance(value, dict):
                raise TypeError(f"is {_json_kind(value)}, not an object")
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


def _json_kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case dict():
            return "an object"
        case _:
            return "an array"


_CONVERTER: Final = _configured(Converter(detailed_validation=False))


@lru_cache(maxsize=1)
def _explaining_converter() -> Converter:
    return _configured(Converter(detailed_validation=True))
