"""A stream with records about updates, and the numbers of its records."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from iotmi import events
from iotmi.events import Record

from .message import envelope

STREAM: Final = "home"


def message(number: int) -> bytes:
    """Return a record with a number."""
    return json.dumps(envelope("DEVICE_OTA", {"otaTaskId": str(number)})).encode()


def put(client: Any, *numbers: int, shard: int = 0, data: bytes | None = None) -> None:  # noqa: ANN401
    """Put records with these numbers on the stream."""
    for number in numbers:
        client.put_record(
            StreamName=STREAM,
            Data=message(number) if data is None else data,
            PartitionKey=str(number),
            ExplicitHashKey="0" if shard == 0 else str(2**128 - 2),
        )


def number_of(record: Record) -> int:
    """Return the number of a record."""
    assert isinstance(record.event, events.DeviceOtaEvent)
    return int(record.event.ota_task_id or -1)


def numbers(listening: Iterator[Record], count: int) -> list[int]:
    """Return the numbers of the next records."""
    return [number_of(record) for record in islice(listening, count)]


def next_second(moment: datetime) -> datetime:
    """Wait for the second after *moment*: old releases of botocore send whole seconds."""
    second = moment.replace(microsecond=0) + timedelta(seconds=1)
    while datetime.now(UTC) < second:
        time.sleep(0.01)
    return second
