"""An encoder of aggregated records, written from the format's specification."""

import hashlib
from collections.abc import Sequence
from typing import TypeAlias

MAGIC = b"\xf3\x89\x9a\xc2"

Packed: TypeAlias = tuple[str, str | None, bytes]
"""A partition key, an explicit hash key or None, and the data."""


def varint(value: int) -> bytes:
    octets = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        octets.append(low | (0x80 if value else 0))
        if not value:
            return bytes(octets)


def octets_field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint_field(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def with_checksum(body: bytes) -> bytes:
    """Return an aggregated record that contains this protobuf."""
    return MAGIC + body + hashlib.md5(body, usedforsecurity=False).digest()


def packed(records: Sequence[Packed]) -> bytes:
    """Return the aggregated record of *records*, with each key once in its table."""
    keys = list(dict.fromkeys(key for key, _, _ in records))
    hash_keys = list(dict.fromkeys(key for _, key, _ in records if key is not None))
    body = b"".join(octets_field(1, key.encode()) for key in keys)
    body += b"".join(octets_field(2, key.encode()) for key in hash_keys)
    for key, hash_key, data in records:
        record = varint_field(1, keys.index(key))
        if hash_key is not None:
            record += varint_field(2, hash_keys.index(hash_key))
        body += octets_field(3, record + octets_field(3, data))
    return with_checksum(body)
