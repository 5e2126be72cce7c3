"""Decoder: decoded JSON of a response to values.

A decoder is compiled for each model on first use and kept on its schema. It accepts exactly the
JSON types of the model, ignores unknown members, and reports the path of the first fault. Values
are not validated. This module does not know how a response arrives.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from types import NoneType
from typing import Final, TypeVar

from iotmi._schema.containers import ReadOnlyMap
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Request
from iotmi._schema.responses import Page
from iotmi._schema.schema import Decoder, Schema, schema_of
from iotmi._schema.shapes import (
    EnumShape,
    ListShape,
    MapShape,
    ScalarShape,
    SensitiveShape,
    Shape,
    StructureShape,
)
from iotmi._schema.times import OUT_OF_RANGE, from_text, from_timestamp, is_time_type, to_utc
from iotmi._serde.errors import DecodeError, json_type_name

R = TypeVar("R")
T = TypeVar("T")


def decode(document: object, kind: type[T]) -> T:
    """Return the value of *kind* that *document* holds; unknown members are ignored.

    Args:
        document: decoded JSON, as ``json.loads`` returns it.
        kind: a model, or NoneType for an empty response.

    Raises:
        DecodeError: a member has the wrong JSON type, or a required one is missing.
    """
    if kind is NoneType:
        return None  # type: ignore[return-value]  # T is NoneType
    value: T = _decoder(schema_of(kind))(document)  # type: ignore[assignment]
    return value


def decode_response(document: object, request: Request[R]) -> R:
    """Return the value that the service responded to *request* with.

    Raises:
        DecodeError: see `decode`.
    """
    kind = type(request)
    if not kind.items_member:
        value: R = decode(document, kind.output)
        return value
    page: R = _decode_page(document, kind.items_member, kind.item)  # type: ignore[assignment]
    return page


def _decode_page(document: object, items_member: str, item: type) -> Page[object]:
    if type(document) is not dict:
        raise _type_error(document, "an object")
    items, token = document.get(items_member), document.get("NextToken")
    decoded: object = ()
    if items is not None:
        decoded = _at("items", _list_decoder(StructureShape(item)), items)
    if token is not None and type(token) is not str:
        raise _type_error(token, "a string").within("next_token")
    return Page(items=decoded, next_token=token or None)  # type: ignore[arg-type]  # a tuple, as decoded


def _decoder(schema: Schema) -> Decoder:
    decoder = schema.decoder
    if decoder is None:
        decoder = schema.decoder = _build_decoder(schema)
    return decoder


def _build_decoder(schema: Schema) -> Decoder:
    model = schema.model
    plan = tuple(
        (setter, member.wire, member.name, member.required, *_decoding(member.shape))
        for member, _, setter in schema.accesses
    )
    new = object.__new__

    def decode_model(document: object) -> object:
        if type(document) is not dict:
            raise _type_error(document, "an object")
        get = document.get
        # Not by the class, whose `__init__` would validate the value.
        value: object = new(model)
        for setter, wire, name, required, expected, decode_member in plan:
            held = get(wire)
            # Most members are text, which `expected` accepts as it is.
            if type(held) is not expected:
                if held is None and (not required or wire not in document):
                    if required:
                        raise DecodeError("is missing", name)
                elif expected is not None:
                    raise _type_error(held, _JSON_NAMES[expected]).within(name)
                elif decode_member is not None:
                    try:
                        held = decode_member(held)
                    except DecodeError as error:
                        raise error.within(name) from None
            setter(value, held)
        return value

    return decode_model


def _decoding(shape: Shape) -> tuple[type | None, Decoder | None]:
    """Return the JSON type that *shape* keeps as it is, or its decoder; neither for any JSON."""
    expected: type | None = None
    decoder: Decoder | None = None
    match shape:
        case SensitiveShape(shape=MapShape() as inner):
            decoder = _map_decoder(inner, sensitive=True)
        case SensitiveShape():
            expected, decoder = _decoding(shape.shape)
        case ScalarShape():
            decoder = _scalar_decoder(shape.kind)
            expected = None if decoder else shape.kind
        case EnumShape():
            decoder = _enum_decoder(shape.enum)
        case ListShape():
            decoder = _list_decoder(shape.item)
        case MapShape():
            decoder = _map_decoder(shape, sensitive=False)
        case StructureShape():
            decoder = partial(_decode_structure, schema_of(shape.model))
        case _:
            pass
    return expected, decoder


def _scalar_decoder(kind: type) -> Decoder | None:
    if is_time_type(kind):
        return _decode_time
    return _decode_float if kind is float else None


def _decode_structure(schema: Schema, value: object) -> object:
    # The decoder is looked up for each value, because structures may contain one another.
    decoder = schema.decoder or _decoder(schema)
    return decoder(value)


def _item_decoder(shape: Shape) -> Decoder:
    expected, decoder = _decoding(shape)
    if decoder is not None:
        return decoder

    def keep(value: object) -> object:
        if expected is not None and type(value) is not expected:
            raise _type_error(value, _JSON_NAMES[expected])
        return value

    return keep


def _list_decoder(item: Shape) -> Decoder:
    expected, decoder = _decoding(item)
    decode_item = decoder or _item_decoder(item)

    def decode_list(value: object) -> object:
        if type(value) is not list:
            raise _type_error(value, "an array")
        try:
            if decoder is not None:
                return tuple(map(decoder, value))
            if expected is None or {expected}.issuperset(map(type, value)):
                return tuple(value)
        except DecodeError:
            # Decoded again below, one by one, which finds the index.
            pass
        return tuple(_at(f"[{index}]", decode_item, each) for index, each in enumerate(value))

    return decode_list


def _map_decoder(shape: MapShape, *, sensitive: bool) -> Decoder:
    decode_key, decode_item = _item_decoder(shape.key), _item_decoder(shape.value)

    def decode_map(value: object) -> object:
        if type(value) is not dict:
            raise _type_error(value, "an object")
        decoded = {}
        for key, held in value.items():
            try:
                decoded[decode_key(key)] = decode_item(held)
            except DecodeError as error:
                if sensitive:
                    # The path would show the key.
                    raise DecodeError("holds an entry that cannot be decoded") from None
                raise error.within(f"[{key!r}]") from None
        return ReadOnlyMap(decoded)

    return decode_map


def _enum_decoder(enum: type[OpenEnum]) -> Decoder:
    known = {member.value: member for member in enum}

    def decode_enum(value: object) -> object:
        if type(value) is not str:
            raise _type_error(value, "a string")
        return known.get(value) or enum(value)

    return decode_enum


def _decode_time(value: object) -> object:
    try:
        if type(value) is float or type(value) is int:
            return from_timestamp(value, UTC)
        if type(value) is str:
            # botocore reads such text too, whatever form the model states.
            return from_text(value)
    except (ValueError, OverflowError, OSError) as error:
        raise DecodeError(str(error) if type(value) is str else OUT_OF_RANGE) from None
    if isinstance(value, datetime):
        # botocore's Stubber returns times that are parsed already.
        return to_utc(value)
    raise _type_error(value, "a time")


def _decode_float(value: object) -> object:
    if type(value) is float or type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise DecodeError("is a number that is too large") from None
    raise _type_error(value, "a number")


_JSON_NAMES: Final[Mapping[type, str]] = {str: "a string", bool: "a boolean", int: "an integer"}


def _type_error(value: object, expected: str) -> DecodeError:
    return DecodeError(f"is {json_type_name(value)}, not {expected}")


def _at(step: str, decoder: Decoder, value: object) -> object:
    """Return what *decoder* makes of *value*; an error gets *step* put before its path."""
    try:
        return decoder(value)
    except DecodeError as error:
        raise error.within(step) from None
