"""Notifications in the forms of files and lines: reading recordings, and writing events.

A recording is JSON: events of a Lambda function, responses of ``get_records``, notifications, lists
of these, or lines of `iotmi events tail --json --show-secrets`. Anything else is one record of a
stream, such as compressed or aggregated data.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from attrs import frozen

from iotmi import events
from iotmi._schema.containers import JsonValue
from iotmi.cli._output import cell, moment
from iotmi.cli._plain_values import members_of
from iotmi.cli._readings import readings_of_event
from iotmi.errors import EventError

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


# -- reading -------------------------------------------------------------------------------


def recorded(data: bytes) -> Iterator[events.Record]:
    """Yield the records of a recording. Errors are in the records.

    Raises:
        EventError: a source of records has an unknown form.
    """
    for document in _parts(data):
        yield from _records_of(document)


def _parts(data: bytes) -> Iterator[object]:
    """Yield the documents of a recording, or its data if it is no JSON."""
    text = _text(data.removeprefix(_BYTE_ORDER_MARK))
    if text is not None and text.lstrip().startswith(("{", "[")):
        yield from _documents(text)
    elif data.strip():
        yield _Other(data)


def lambda_items(data: bytes) -> Iterator[Mapping[str, object]]:
    """Yield the records of a recording as items of a Lambda function's event.

    Items of such an event stay as they are.

    Raises:
        EventError: a source of records has an unknown form.
    """
    number = _FIRST_SEQUENCE_NUMBER
    for document in _parts(data):
        listed = document.get("Records") if isinstance(document, Mapping) else None
        if isinstance(listed, list) and all(_is_lambda_item(each) for each in listed):
            yield from listed
            continue
        for record in _records_of(document):
            yield _lambda_item(record, number)
            number += 1


# A number of the length that Kinesis gives.
_FIRST_SEQUENCE_NUMBER: Final = 49590338271490256608559692538361571095921575989136588898
_SHARD: Final = "shardId-000000000000"


def _is_lambda_item(item: object) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("kinesis"), Mapping)


def _lambda_item(record: events.Record, number: int) -> Mapping[str, object]:
    sequence_number = record.sequence_number or str(number)
    event = record.event
    key = None if event is None or not event.resources else event.resources[0]
    arrived_at = record.arrived_at or (None if event is None else event.timestamp)
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record.partition_key or key or "-",
            "sequenceNumber": sequence_number,
            "data": base64.b64encode(record.data).decode("ascii"),
            "approximateArrivalTimestamp": 0.0 if arrived_at is None else arrived_at.timestamp(),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{record.shard_id or _SHARD}:{sequence_number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/lambda-role",
        "awsRegion": "eu-west-1",
        "eventSourceARN": "arn:aws:kinesis:eu-west-1:123456789012:stream/replay",
    }


@frozen
class _Other:
    """Data that is not JSON: a line, or one record of a stream."""

    data: bytes


def _documents(text: str) -> Iterator[object]:
    """Yield each JSON document of a text, and each line that is not JSON."""
    decoder = json.JSONDecoder()
    place = 0
    while True:
        while place < len(text) and text[place].isspace():
            place += 1
        if place == len(text):
            return
        try:
            document, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = text.find("\n", place)
            end = len(text) if end < 0 else end
            yield _Other(text[place:end].encode())
            place = end
        else:
            yield document


def _records_of(document: object) -> Iterator[events.Record]:
    if isinstance(document, list):
        for each in document:
            yield from _records_of(each)
    elif isinstance(document, Mapping) and ("Records" in document or "records" in document):
        yield from events.records(document)
    elif isinstance(document, Mapping) and "messageType" not in document and "data" in document:
        yield from _of_line(document)
    else:
        data = document.data if isinstance(document, _Other) else json.dumps(document).encode()
        yield from events.records([data])


def _of_line(line: Mapping[str, object]) -> Iterator[events.Record]:
    """Yield the record of a line of `tail --json --show-secrets`."""
    try:
        data = base64.b64decode(str(line["data"]), validate=True)
    except ValueError:
        reason = "must be base64: record with `events tail --json --show-secrets`"
        yield events.Record(data=b"", error=EventError("data", reason))
        return
    yield from events.records([data])


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


# -- writing -------------------------------------------------------------------------------


def line_of(record: events.Record, *, show_secrets: bool) -> str:
    """Return one line of text for a record."""
    event = record.event
    if event is None:
        return f"{_time(record.arrived_at)}  ERROR  {record.error}"
    time = event.timestamp or record.arrived_at
    subject = getattr(event, "managed_thing_id", None) or _last(event.resources)
    parts = [_time(time), str(event.type), subject or "-"]
    found = readings_of_event(event)
    if found:
        parts += [
            f"{each.endpoint} {each.name}={each.text(show_secrets=show_secrets)}" for each in found
        ]
    else:
        members = _members(event, show_secrets=show_secrets)
        parts += [
            f"{name}={cell(value)}"
            for name, value in members.items()
            if name not in _ENVELOPE and name != "managed_thing_id"
        ]
    return "  ".join(parts)


def plain_of(record: events.Record, *, show_secrets: bool) -> dict[str, JsonValue]:
    """Return one JSON object for a record.

    With secrets, ``data`` has the whole record, so that `recorded` reads the line again.
    """
    found: dict[str, JsonValue] = {
        name: value
        for name, value in {
            "sequence_number": record.sequence_number,
            "shard_id": record.shard_id,
            "partition_key": record.partition_key,
            "arrived_at": None if record.arrived_at is None else moment(record.arrived_at),
        }.items()
        if value is not None
    }
    if record.event is not None:
        found["event"] = _members(record.event, show_secrets=show_secrets)
    else:
        found["error"] = str(record.error)
    if show_secrets:
        found["data"] = base64.b64encode(record.data).decode("ascii")
    return found


_ENVELOPE: Final = frozenset(
    {"type", "id", "timestamp", "account_id", "region_name", "resources", "version"}
)


def _members(event: events.Event, *, show_secrets: bool) -> dict[str, JsonValue]:
    members = members_of(event, show_secrets=show_secrets)
    # The line's own `data` has what `raw` holds.
    del members["raw"]
    found = readings_of_event(event)
    if found:
        del members["endpoints"]
        members["properties"] = [each.plain(show_secrets=show_secrets) for each in found]
    return members


def _last(resources: tuple[str, ...] | None) -> str | None:
    return resources[0].replace(":", "/").rpartition("/")[2] if resources else None


def _time(at: datetime | None) -> str:
    return "-" if at is None else moment(at)
