"""Encoder: requests and values to JSON, or to the parameters that boto3 takes.

`encode` gives the members of a request by their wire names. `json_default` and `to_boto3` convert
each member's value. This module does not know how a request is sent.
"""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite

from iotmi._schema.containers import ReadOnlyMap
from iotmi._schema.enums import OpenEnum
from iotmi._schema.schema import Encoder, Schema, is_model, schema_of


def encode(request: object) -> dict[str, object]:
    """Return the members of *request* by wire name, values unchanged and None left out."""
    return _encoder(schema_of(type(request)))(request)


def json_default(value: object) -> object:
    """Return the object that JSON writes for *value*: the ``default`` of ``json.JSONEncoder``.

    The encoder calls it again for each member, so nothing is copied first.

    Raises:
        TypeError: no request can hold *value*. Values that skipped validation may hold anything.
    """
    kind = type(value)
    if kind is ReadOnlyMap:
        return dict(value.items())  # type: ignore[attr-defined]  # it is one
    if not is_model(kind):
        raise TypeError(f"no request holds a value of type {kind.__name__}")
    return _encoder(schema_of(kind))(value)


def to_boto3(value: object) -> object:
    """Return *value* as the dicts, lists and scalars that boto3 takes.

    Raises:
        TypeError: no request can hold *value*. Values that skipped validation may hold anything.
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
        value = encode(value)
    if isinstance(value, Mapping):
        return {_key(key): to_boto3(held) for key, held in value.items()}
    raise TypeError(f"no request holds a value of type {type(value).__name__}")


def _key(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError(f"no request holds a key of type {type(value).__name__}")


def _encoder(schema: Schema) -> Encoder:
    encoder = schema.encoder
    if encoder is None:
        encoder = schema.encoder = _build_encoder(schema)
    return encoder


def _build_encoder(schema: Schema) -> Encoder:
    plan = tuple((getter, member.wire) for member, getter, _ in schema.accesses)

    def encode_model(value: object) -> dict[str, object]:
        return {wire: held for getter, wire in plan if (held := getter(value)) is not None}

    return encode_model
