"""`records`: decoding the input of Lambda, boto3 or Firehose into records with their events.

Owns the formats of the sources, base64, aggregation and compression. A record that cannot be
decoded has an error and does not affect other records. Does not know how records are used.
"""

import base64
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeAlias

from attrs import field, frozen

from iotmi.errors import EventError
from iotmi.events._events import Event
from iotmi.events._kpl import MalformedAggregateError, split_aggregate
from iotmi.events._parsing import parse

Source: TypeAlias = Mapping[str, object] | Iterable[bytes]

MAX_INFLATED: Final = 16 * 1024 * 1024
"""The limit for decompressed data, in octets. A stream accepts records of up to 10 MiB."""

_GZIP: Final = b"\x1f\x8b"
_EITHER_HEADER: Final = 32 + zlib.MAX_WBITS


@frozen(kw_only=True)
class Record:
    """One record of a stream, or one record inside an aggregated record.

    Either `event` or `error` is None.

    Attributes:
        data: the octets as delivered, or of the record inside an aggregated record.
        sequence_number: the stream's number of the record, or None if the source has none. The
            records inside an aggregated record share a number.
        sub_sequence_number: the position inside an aggregated record, from 0.
        partition_key: the producer's partition key.
        shard_id: the shard of the record, if the source has it.
        arrived_at: the time when the record reached the stream, if the source has it.
        event: the event, or None if the record cannot be decoded.
        error: the reason why the record cannot be decoded, or None.
    """

    data: bytes = field(repr=False)
    sequence_number: str | None = None
    sub_sequence_number: int = 0
    partition_key: str | None = None
    shard_id: str | None = None
    arrived_at: datetime | None = None
    event: Event | None = None
    # Exceptions compare by identity, and the error follows from the data.
    error: EventError | None = field(default=None, eq=False)


def records(source: Source) -> Iterator[Record]:
    """Iterate over the records of *source*, and split aggregated records.

    Args:
        source: the event of a Lambda function on a Kinesis stream, the response of boto3's
            ``get_records``, the event of a Firehose transformation, or an iterable of octets.

    Raises:
        EventError: *source* is not one of these. A record that cannot be decoded does not raise,
            and its ``error`` has the reason.
    """
    if isinstance(source, Mapping):
        return _of_mapping(_mapping(source))
    if isinstance(source, str | bytes | bytearray | memoryview) or not isinstance(source, Iterable):
        raise EventError(
            "", f"the source must be a mapping or an iterable of bytes, got {type(source).__name__}"
        )
    return (record for data in source for record in _split(SourceRecord(data=data)))


def from_kinesis(delivered: Sequence[object], shard_id: str) -> Iterator[Record]:
    """Iterate over the records that boto3's ``get_records`` returned for one shard."""
    return (
        record
        for place, item in enumerate(delivered)
        for record in _split(_of_get_records(item, f"Records[{place}]", shard_id))
    )


# -- sources -------------------------------------------------------------------------------


@frozen(kw_only=True)
class SourceRecord:
    """One record of a source, before splitting and decompression.

    Attributes:
        error: the error in the source's own description of the record.
    """

    data: object = b""
    sequence_number: str | None = None
    sub_sequence_number: int = 0
    partition_key: str | None = None
    shard_id: str | None = None
    arrived_at: datetime | None = None
    error: EventError | None = None


def _of_mapping(source: Mapping[str, object]) -> Iterator[Record]:
    if isinstance(listed := source.get("records"), Sequence):
        path, read = "records", _of_firehose
    elif isinstance(listed := source.get("Records"), Sequence):
        path, read = "Records", _of_lambda_or_boto3
    else:
        raise EventError(
            "",
            "the source must be an event of Lambda or Firehose, or a get_records response",
        )
    for place, item in enumerate(listed):
        origin = item.get("eventSource", _KINESIS) if isinstance(item, Mapping) else _KINESIS
        if origin != _KINESIS:
            raise EventError(
                f"{path}[{place}].eventSource",
                f"must be {_KINESIS}. Only records of Kinesis are supported",
            )
    return (
        record
        for place, item in enumerate(listed)
        for record in _split(read(item, f"{path}[{place}]"))
    )


_KINESIS: Final = "aws:kinesis"


def _of_lambda_or_boto3(item: object, path: str) -> SourceRecord:
    if isinstance(item, Mapping) and "kinesis" in item:
        return _of_lambda(item, path)
    return _of_get_records(item, path, None)


def _of_lambda(item: Mapping[str, object], path: str) -> SourceRecord:
    inner = _mapping(item.get("kinesis"))
    shard_id, colon, _ = (_text(item.get("eventID")) or "").partition(":")
    data, error = _base64(inner.get("data"), f"{path}.kinesis.data")
    return SourceRecord(
        data=data,
        sequence_number=_text(inner.get("sequenceNumber")),
        partition_key=_text(inner.get("partitionKey")),
        shard_id=shard_id if colon else None,
        arrived_at=_moment(inner.get("approximateArrivalTimestamp")),
        error=error,
    )


def _of_get_records(item: object, path: str, shard_id: str | None) -> SourceRecord:
    inner = _mapping(item)
    data, error = inner.get("Data"), None
    if not isinstance(data, bytes):
        # boto3 decodes base64. The HTTP API and the AWS CLI do not.
        data, error = _base64(data, f"{path}.Data")
    return SourceRecord(
        data=data,
        sequence_number=_text(inner.get("SequenceNumber")),
        partition_key=_text(inner.get("PartitionKey")),
        shard_id=shard_id,
        arrived_at=_moment(inner.get("ApproximateArrivalTimestamp")),
        error=error,
    )


def _of_firehose(item: object, path: str) -> SourceRecord:
    outer = _mapping(item)
    inner = _mapping(outer.get("kinesisRecordMetadata"))
    data, error = _base64(outer.get("data"), f"{path}.data")
    place = inner.get("subsequenceNumber")
    moment = inner.get("approximateArrivalTimestamp", outer.get("approximateArrivalTimestamp"))
    return SourceRecord(
        data=data,
        sequence_number=_text(inner.get("sequenceNumber")),
        sub_sequence_number=place if isinstance(place, int) else 0,
        partition_key=_text(inner.get("partitionKey")),
        shard_id=_text(inner.get("shardId")),
        # Firehose has milliseconds, and Lambda has seconds.
        arrived_at=_moment(moment / 1000 if isinstance(moment, int | float) else moment),
        error=error,
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    # Lambda treats an empty identifier as the whole batch.
    return value or None if isinstance(value, str) else None


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _base64(value: object, path: str) -> tuple[bytes, EventError | None]:
    if not isinstance(value, str):
        return b"", EventError(path, "must be a string of base64")
    try:
        return base64.b64decode(value, validate=True), None
    except ValueError:
        pass
    return value.encode("utf-8", "backslashreplace"), EventError(path, "must be base64")


# -- one record ----------------------------------------------------------------------------


def _split(delivered: SourceRecord) -> Iterator[Record]:
    data, error = delivered.data, delivered.error
    if isinstance(data, bytearray | memoryview):
        data = bytes(data)
    if not isinstance(data, bytes):
        error = EventError("", f"a record must be bytes, got {type(data).__name__}")
        data = b""
    inside = None
    if error is None:
        try:
            inside = split_aggregate(data)
        except MalformedAggregateError as malformed:
            error = EventError("", str(malformed))
    if error is not None:
        yield _record(delivered, data, error=error)
    elif inside is None:
        yield _read(delivered, data)
    else:
        for place, record in enumerate(inside):
            yield _read(delivered, record.data, place, record.partition_key)


def _read(
    delivered: SourceRecord, data: bytes, place: int | None = None, key: str | None = None
) -> Record:
    event, error = None, None
    try:
        event = parse(_decompressed(data))
    except EventError as caught:
        error = caught
    return _record(delivered, data, place, key, event=event, error=error)


def _record(
    delivered: SourceRecord,
    data: bytes,
    place: int | None = None,
    key: str | None = None,
    *,
    event: Event | None = None,
    error: EventError | None = None,
) -> Record:
    return Record(
        data=data,
        sequence_number=delivered.sequence_number,
        sub_sequence_number=delivered.sub_sequence_number if place is None else place,
        partition_key=delivered.partition_key if key is None else key,
        shard_id=delivered.shard_id,
        arrived_at=delivered.arrived_at,
        event=event,
        error=error,
    )


def _decompressed(data: bytes) -> bytes:
    """Decompress gzip or zlib data up to `MAX_INFLATED`. Return other data unchanged.

    JSON cannot begin with either header.
    """
    # RFC 1950: the method is 8, the window at most 32 KiB, and 31 divides the first two octets.
    is_zlib = len(data) > 1 and data[0] & 0x8F == 8 and int.from_bytes(data[:2]) % 31 == 0
    if not is_zlib and not data.startswith(_GZIP):
        return data
    parts: list[bytes] = []
    room = MAX_INFLATED
    problem = ""
    while data and not problem:
        # RFC 1952 allows several gzip members, each with its own trailer.
        stream = zlib.decompressobj(_EITHER_HEADER)
        try:
            part = stream.decompress(data, room + 1)
        except zlib.error:
            problem = "the compressed record is damaged"
            break
        room -= len(part)
        parts.append(part)
        if room < 0:
            problem = f"the compressed record holds more than {MAX_INFLATED} octets"
        elif not stream.eof:
            problem = "the compressed record is cut off"
        data = stream.unused_data
    if problem:
        raise EventError("", problem)
    return b"".join(parts)
