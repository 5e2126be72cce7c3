"""Between our values and the JSON on the wire, the quick way.

`encode` tells the members of a request, and `json_default` or `to_boto3` bring them into the form of JSON
or of boto3; `decode` makes an answer's value from the decoded JSON. They follow plans, made for
each class when it is first used. `decode` reads only what is exactly as it should be: all else it
leaves to `_careful`, which can say what is wrong. This module does not know how anything travels.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from math import isfinite
from types import NoneType
from typing import Final, TypeAlias, TypeVar

from iotmi._schema.containers import ReadOnlyMap
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Request
from iotmi._schema.responses import Page
from iotmi._schema.schema import is_model, members_of
from iotmi._schema.shapes import (
    EnumShape,
    ListShape,
    MapShape,
    ScalarShape,
    SensitiveShape,
    Shape,
    StructureShape,
)
from iotmi._serde.errors import DecodeError, json_type_name

R = TypeVar("R")
T = TypeVar("T")

Decoder: TypeAlias = Callable[[object], object]

_READ: Final = "__iotmi_read__"
_WRITE: Final = "__iotmi_write__"


def encode(request: object) -> dict[str, object]:
    """The members of *request* by their names on the wire, as they are. What is None is not sent.

    `to_boto3` makes of each what boto3 takes, and `json_default` what JSON holds.
    """
    return _writer(type(request))(request)


def json_default(value: object) -> object:
    """What JSON holds in the place of *value*: an object, of whose members the same is asked.

    It is what ``json.dumps`` asks of its ``default``, so that nothing is copied to be written.

    Raises:
        TypeError: JSON holds no such thing. What passed unchecked may be anything.
    """
    kind = type(value)
    if kind is ReadOnlyMap:
        return dict(value.items())  # type: ignore[attr-defined]  # it is one
    write: Callable[[object], object] | None = kind.__dict__.get(_WRITE)
    if write is None:
        if not is_model(kind):
            raise TypeError(f"no request holds a value of type {kind.__name__}")
        write = _writer(kind)
    return write(value)


def to_boto3(value: object) -> object:
    """*value* in dicts, lists and strings, as boto3 takes it.

    Raises:
        TypeError: no request holds such a thing. What passed unchecked may be anything.
    """
    if isinstance(value, OpenEnum):
        return value.value
    if value is None or isinstance(value, str | int | datetime):
        return value
    if isinstance(value, float) and isfinite(value):
        return value
    if isinstance(value, tuple | list):
        return [*map(to_boto3, value)]
    if is_model(type(value)):
        value = _writer(type(value))(value)
    if isinstance(value, Mapping):
        return {_key(key): to_boto3(held) for key, held in value.items()}
    raise TypeError(f"no request holds a value of type {type(value).__name__}")


def _key(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError(f"no request holds a key of type {type(value).__name__}")


def decode(document: object, kind: type[T]) -> T:
    """The value of *kind* that the decoded JSON holds; members not known are passed over.

    Args:
        document: as ``json.loads`` gives it.
        kind: a model, or NoneType where nothing is answered.

    Raises:
        UnreadableError: a member is of another kind than it should be, or a promised one is
            missing.
    """
    try:
        value: T = _decoder(kind)(document)  # type: ignore[assignment]
    except _FAST_PATH_MISSES:
        value = _read_carefully(document, kind)
    return value


def decode_answer(document: object, request: Request[R]) -> R:
    """What the service answered *request* with.

    Raises:
        UnreadableError: as `decode`.
    """
    kind = type(request)
    if not kind.items_member:
        answer: R = decode(document, kind.output)
        return answer
    if not isinstance(document, dict):
        raise DecodeError("the body", f"is {json_type_name(document)}, not an object")
    items, token = document.get(kind.items_member, []), document.get("NextToken")
    items = [] if items is None else items
    if not isinstance(items, list):
        raise DecodeError("items", f"is {json_type_name(items)}, not an array")
    page: object
    try:
        page = Page(items=tuple(map(_decoder(kind.item), items)), next_token=_read_token(token))
    except _FAST_PATH_MISSES:
        page = _read_carefully({"items": items, "next_token": token}, kind.output[kind.item])  # type: ignore[index]
    return page  # type: ignore[return-value]


class _FastPathMissError(Exception):
    """Something is not as the quick way knows it."""


# Beside a doubt: a time that no calendar holds, an integer that no float holds.
_FAST_PATH_MISSES: Final = (_FastPathMissError, ValueError, OverflowError, OSError)


def _read_carefully(document: object, kind: type[T]) -> T:
    # It brings cattrs into memory, which takes longer than many calls do.
    from iotmi._serde.careful import read

    return read(document, kind)


def _decoder(kind: type) -> Decoder:
    """Reads a value of *kind* from JSON; made once for each class, and kept on it."""
    if kind is NoneType:
        return _read_nothing
    decode_value: Decoder | None = kind.__dict__.get(_READ)
    if decode_value is None:
        decode_value = _model_reader(kind)
        setattr(kind, _READ, decode_value)
    return decode_value


def _model_reader(kind: type) -> Decoder:
    plan = tuple(
        # The descriptor of a slot sets what a frozen class would not.
        (
            kind.__dict__[member.name].__set__,
            member.wire,
            member.required,
            *_decoder_for(member.shape),
        )
        for member in members_of(kind)
    )

    def read_model(document: object) -> object:
        if type(document) is not dict:
            raise _FastPathMissError
        get = document.get
        # The value is not checked, so nothing of its birth is needed.
        made: object = new(kind)
        for put, wire, required, expected, decode_value in plan:
            value = get(wire)
            if value is None:
                if required:
                    raise _FastPathMissError
            elif expected is not None:
                if type(value) is not expected:
                    raise _FastPathMissError
            elif decode_value is not None:
                value = decode_value(value)
            put(made, value)
        return made

    new = object.__new__
    return read_model


def _decoder_for(shape: Shape) -> tuple[type | None, Decoder | None]:
    """The type that a value of *shape* must be of, or else what reads it; neither for any JSON."""
    expected: type | None = None
    decode_value: Decoder | None = None
    match shape:
        case SensitiveShape():
            expected, decode_value = _decoder_for(shape.shape)
        case ScalarShape():
            decode_value = _CONVERTED.get(shape.kind)
            expected = None if decode_value else shape.kind
        case EnumShape():
            decode_value = _choice_reader(shape.enum)
        case ListShape():
            decode_value = _array_reader(shape.item)
        case MapShape():
            decode_value = _object_reader(shape.key, shape.value)
        case StructureShape():
            decode_value = partial(_read_model, shape.model)
        case _:
            pass
    return expected, decode_value


def _read_model(kind: type, value: object) -> object:
    # The reader is found when it is called for: structures may hold one another.
    return _decoder(kind)(value)


def _read_each(shape: Shape) -> Callable[[Iterable[object]], Iterable[object]]:
    expected, decode_value = _decoder_for(shape)
    if decode_value is not None:
        return lambda values: map(decode_value, values)

    def same(values: Iterable[object]) -> Iterable[object]:
        if expected is not None and not {expected}.issuperset(map(type, values)):
            raise _FastPathMissError
        return values

    return same


def _array_reader(item: Shape) -> Decoder:
    each = _read_each(item)

    def read_array(value: object) -> object:
        if type(value) is not list:
            raise _FastPathMissError
        return tuple(each(value))

    return read_array


def _object_reader(key: Shape, item: Shape) -> Decoder:
    each_key, each_item = _read_each(key), _read_each(item)

    def read_object(value: object) -> object:
        if type(value) is not dict:
            raise _FastPathMissError
        return ReadOnlyMap(dict(zip(each_key(value), each_item(value.values()), strict=True)))

    return read_object


def _choice_reader(enum: type[OpenEnum]) -> Decoder:
    known = {member.value: member for member in enum}

    def read_choice(value: object) -> object:
        if type(value) is not str:
            raise _FastPathMissError
        return known.get(value) or enum(value)

    return read_choice


def _read_time(value: object) -> object:
    if type(value) is float or type(value) is int:
        return datetime.fromtimestamp(value, UTC)
    raise _FastPathMissError


def _read_float(value: object) -> object:
    if type(value) is float or type(value) is int:
        return float(value)
    raise _FastPathMissError


_CONVERTED: Final[Mapping[type, Decoder]] = {datetime: _read_time, float: _read_float}


def _read_token(value: object) -> str | None:
    if value is None or type(value) is str:
        return value
    raise _FastPathMissError


def _read_nothing(_: object) -> object:
    return None


def _writer(kind: type) -> Callable[[object], dict[str, object]]:
    """Tells the members of a value of *kind*; made once for each class, and kept on it."""
    write: Callable[[object], dict[str, object]] | None = kind.__dict__.get(_WRITE)
    if write is None:
        write = _model_writer(kind)
        setattr(kind, _WRITE, write)
    return write


def _model_writer(kind: type) -> Callable[[object], dict[str, object]]:
    plan = tuple((kind.__dict__[member.name].__get__, member.wire) for member in members_of(kind))

    def write_model(value: object) -> dict[str, object]:
        return {wire: held for get, wire in plan if (held := get(value)) is not None}

    return write_model
