"""Records that the Kinesis Producer Library (KPL) aggregated into one record of a stream.

An aggregated record is four magic octets, an ``AggregatedRecord`` in protobuf, and the MD5 of the
protobuf octets. The rules for aggregated records are those of the Kinesis Client Library (KCL). The
KCL drops the records of other shards, and the records after a wrong index. This module keeps the
former and reports the latter. It does not know any event.

Source: https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import field, frozen

_MAGIC: Final = b"\xf3\x89\x9a\xc2"
_DIGEST_SIZE: Final = 16
# Wire types of protobuf.
_VARINT, _FIXED64, _BYTES, _GROUP, _END_GROUP, _FIXED32 = range(6)
_LONGEST_VARINT: Final = 10
_DEEPEST_GROUP: Final = 100


class MalformedAggregateError(Exception):
    """The error for a reference to a key that is not in the aggregated record."""


@frozen
class UserRecord:
    """One record of an aggregated record.

    Attributes:
        partition_key: the producer's partition key.
        explicit_hash_key: the producer's hash key, or None.
        data: the octets.
    """

    partition_key: str
    explicit_hash_key: str | None
    data: bytes = field(repr=False)


def split_aggregate(data: bytes) -> tuple[UserRecord, ...] | None:
    """Return the records inside an aggregated record, or None if *data* is a plain record.

    Raises:
        MalformedAggregateError: a record inside refers to a key outside the table of keys.
    """
    if not data.startswith(_MAGIC) or len(data) <= len(_MAGIC) + _DIGEST_SIZE:
        return None
    body = data[len(_MAGIC) : -_DIGEST_SIZE]
    # The format uses MD5 as a checksum, not for security.
    if hashlib.md5(body, usedforsecurity=False).digest() != data[-_DIGEST_SIZE:]:
        return None
    try:
        keys, hash_keys, records = _aggregate(body)
    except _NotProtobufError:
        return None
    return tuple(
        UserRecord(
            _at(keys, key, "partition key"),
            None if hash_key is None else _at(hash_keys, hash_key, "explicit hash key"),
            content,
        )
        for key, hash_key, content in records
    )


def _at(table: list[str], index: int, name: str) -> str:
    if index >= len(table):
        raise MalformedAggregateError(
            f"a record in the aggregate refers to {name} {index} of a table of {len(table)}"
        )
    return table[index]


# -- the messages --------------------------------------------------------------------------


class _NotProtobufError(Exception):
    """The error for octets that are not a message, or a missing required field."""


def _aggregate(body: bytes) -> tuple[list[str], list[str], list[tuple[int, int | None, bytes]]]:
    keys: list[str] = []
    hash_keys: list[str] = []
    records: list[tuple[int, int | None, bytes]] = []
    for number, value in _fields(body):
        match number, value:
            case 1, bytes():
                keys.append(value.decode("utf-8", "replace"))
            case 2, bytes():
                hash_keys.append(value.decode("utf-8", "replace"))
            case 3, bytes():
                records.append(_record(value))
            case _:
                pass
    return keys, hash_keys, records


def _record(body: bytes) -> tuple[int, int | None, bytes]:
    key: int | None = None
    hash_key: int | None = None
    data: bytes | None = None
    for number, value in _fields(body):
        match number, value:
            case 1, int():
                key = value
            case 2, int():
                hash_key = value
            case 3, bytes():
                data = value
            case 4, bytes():
                _require_tag(value)
            case _:
                pass
    if key is None or data is None:
        raise _NotProtobufError
    return key, hash_key, data


def _require_tag(body: bytes) -> None:
    if not any(number == 1 and isinstance(value, bytes) for number, value in _fields(body)):
        raise _NotProtobufError


# -- protobuf ------------------------------------------------------------------------------


def _fields(body: bytes) -> Iterator[tuple[int, int | bytes | None]]:
    """Yield the number and value of each field. Values of unused wire types are None."""
    position = 0
    while position < len(body):
        number, kind, position = _tag(body, position)
        if kind == _VARINT:
            value, position = _varint(body, position)
            yield number, value
        elif kind == _BYTES:
            size, position = _varint(body, position)
            content = body[position : position + size]
            position = _checked(body, position + size)
            yield number, content
        else:
            position = _skipped(body, position, number, kind)
            yield number, None


def _tag(body: bytes, position: int) -> tuple[int, int, int]:
    tag, position = _varint(body, position)
    number, kind = tag >> 3, tag & 7
    if not 1 <= number < 1 << 29:
        raise _NotProtobufError
    return number, kind, position


def _varint(body: bytes, position: int) -> tuple[int, int]:
    value = 0
    for index, octet in enumerate(body[position : position + _LONGEST_VARINT]):
        value |= (octet & 0x7F) << 7 * index
        if octet < 0x80:
            return value & (1 << 64) - 1, position + index + 1
    raise _NotProtobufError


_SIZES: Final[Mapping[int, int]] = {_FIXED64: 8, _FIXED32: 4}


def _skipped(body: bytes, position: int, number: int, kind: int, depth: int = 0) -> int:
    """Return the position after a value of an unused wire type."""
    if kind in _SIZES:
        return _checked(body, position + _SIZES[kind])
    if kind == _VARINT:
        return _varint(body, position)[1]
    if kind == _BYTES:
        size, position = _varint(body, position)
        return _checked(body, position + size)
    if kind != _GROUP or depth == _DEEPEST_GROUP:
        raise _NotProtobufError
    while True:
        inner, kind, position = _tag(body, position)
        if kind == _END_GROUP:
            if inner != number:
                raise _NotProtobufError
            return position
        position = _skipped(body, position, inner, kind, depth + 1)


def _checked(body: bytes, position: int) -> int:
    if position > len(body):
        raise _NotProtobufError
    return position
