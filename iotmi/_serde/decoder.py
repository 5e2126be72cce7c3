"""Between our values and the JSON on the wire, the quick way.

`encode` tells the members of a request, and `one_step` or `plain` bring them into the form of JSON
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
from iotmi._schema.model import Page, Request
from iotmi._schema.schema import is_model, members_of
from iotmi._schema.shapes import Choice, Entries, Hidden, Items, Scalar, Shape, Structure
from iotmi._serde.errors import UnreadableError, json_kind

R = TypeVar("R")
T = TypeVar("T")

Read: TypeAlias = Callable[[object], object]

_READ: Final = "__iotmi_read__"
_WRITE: Final = "__iotmi_write__"


def encode(request: object) -> dict[str, object]:
    """The members of *request* by their names on the wire, as they are. What is None is not sent.

    `plain` makes of each what boto3 takes, and `one_step` what JSON holds.
    """
    return _writer(type(request))(request)


def one_step(value: object) -> object:
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


def plain(value: object) -> object:
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
        return [*map(plain, value)]
    if is_model(type(value)):
        value = _writer(type(value))(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(held) for key, held in value.items()}
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
        value: T = _reader(kind)(document)  # type: ignore[assignment]
    except _DOUBTS:
        value = _read_carefully(document, kind)
    return value


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
        raise UnreadableError("the body", f"is {json_kind(document)}, not an object")
    items, token = document.get(kind.items_member, []), document.get("NextToken")
    items = [] if items is None else items
    if not isinstance(items, list):
        raise UnreadableError("items", f"is {json_kind(items)}, not an array")
    page: object
    try:
        page = Page(items=tuple(map(_reader(kind.item), items)), next_token=_read_token(token))
    except _DOUBTS:
        page = _read_carefully({"items": items, "next_token": token}, kind.answer[kind.item])  # type: ignore[index]
    return page  # type: ignore[return-value]


class _DoubtError(Exception):
    """Something is not as the quick way knows it."""


# Beside a doubt: a time that no calendar holds, an integer that no float holds.
_DOUBTS: Final = (_DoubtError, ValueError, OverflowError, OSError)


def _read_carefully(document: object, kind: type[T]) -> T:
    # It brings cattrs into memory, which takes longer than many calls do.
    from iotmi._serde.careful import read

    return read(document, kind)


def _reader(kind: type) -> Read:
    """Reads a value of *kind* from JSON; made once for each class, and kept on it."""
    if kind is NoneType:
        return _read_nothing
    read: Read | None = kind.__dict__.get(_READ)
    if read is None:
        read = _model_reader(kind)
        setattr(kind, _READ, read)
    return read


def _model_reader(kind: type) -> Read:
    plan = tuple(
        # The descriptor of a slot sets what a frozen class would not.
        (kind.__dict__[member.name].__set__, member.wire, member.required, *_how(member.shape))
        for member in members_of(kind)
    )

    def read_model(document: object) -> object:
        if type(document) is not dict:
            raise _DoubtError
        get = document.get
        # The value is not checked, so nothing of its birth is needed.
        made: object = new(kind)
        for put, wire, required, expected, read in plan:
            value = get(wire)
            if value is None:
                if required:
                    raise _DoubtError
            elif expected is not None:
                if type(value) is not expected:
                    raise _DoubtError
            elif read is not None:
                value = read(value)
            put(made, value)
        return made

    new = object.__new__
    return read_model


def _how(shape: Shape) -> tuple[type | None, Read | None]:
    """The type that a value of *shape* must be of, or else what reads it; neither for any JSON."""
    expected: type | None = None
    read: Read | None = None
    match shape:
        case Hidden():
            expected, read = _how(shape.shape)
        case Scalar():
            read = _CONVERTED.get(shape.kind)
            expected = None if read else shape.kind
        case Choice():
            read = _choice_reader(shape.enum)
        case Items():
            read = _array_reader(shape.item)
        case Entries():
            read = _object_reader(shape.key, shape.value)
        case Structure():
            read = partial(_read_model, shape.model)
        case _:
            pass
    return expected, read


def _read_model(kind: type, value: object) -> object:
    # The reader is found when it is called for: structures may hold one another.
    return _reader(kind)(value)


def _read_each(shape: Shape) -> Callable[[Iterable[object]], Iterable[object]]:
    expected, read = _how(shape)
    if read is not None:
        return lambda values: map(read, values)

    def same(values: Iterable[object]) -> Iterable[object]:
        if expected is not None and not {expected}.issuperset(map(type, values)):
            raise _DoubtError
        return values

    return same


def _array_reader(item: Shape) -> Read:
    each = _read_each(item)

    def read_array(value: object) -> object:
        if type(value) is not list:
            raise _DoubtError
        return tuple(each(value))

    return read_array


def _object_reader(key: Shape, item: Shape) -> Read:
    each_key, each_item = _read_each(key), _read_each(item)

    def read_object(value: object) -> object:
        if type(value) is not dict:
            raise _DoubtError
        return ReadOnlyMap(dict(zip(each_key(value), each_item(value.values()), strict=True)))

    return read_object


def _choice_reader(enum: type[OpenEnum]) -> Read:
    known = {member.value: member for member in enum}

    def read_choice(value: object) -> object:
        if type(value) is not str:
            raise _DoubtError
        return known.get(value) or enum(value)

    return read_choice


def _read_time(value: object) -> object:
    if type(value) is float or type(value) is int:
        return datetime.fromtimestamp(value, UTC)
    raise _DoubtError


def _read_float(value: object) -> object:
    if type(value) is float or type(value) is int:
        return float(value)
    raise _DoubtError


_CONVERTED: Final[Mapping[type, Read]] = {datetime: _read_time, float: _read_float}


def _read_token(value: object) -> str | None:
    if value is None or type(value) is str:
        return value
    raise _DoubtError


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
