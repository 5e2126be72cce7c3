"""`listen` and `listen_async`: reading all records of a stream on one machine.

Owns the sync and async drivers of the steps in `_reader`. boto3 and anyio are imported on first
use.
"""

import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING

from iotmi._schema.lazy import LazyModule
from iotmi.events._checkpoints import Checkpoints
from iotmi.events._kinesis import Kinesis
from iotmi.events._reader import Deliver, Sleep, Start, StreamReader
from iotmi.events._records import Record

if TYPE_CHECKING:
    from botocore import client as botocore_client
else:
    botocore_client = LazyModule("botocore.client")


def _open_reader(
    stream_name: str,
    kinesis: "botocore_client.BaseClient | None",
    checkpoints: str | PathLike[str],
    start: Start,
) -> StreamReader:
    if isinstance(start, str) and start not in {"latest", "earliest"}:
        raise ValueError(f"start must be 'latest', 'earliest' or a datetime, got {start!r}")
    client = Kinesis.of(kinesis, stream_name)
    reader = StreamReader(client, Checkpoints(checkpoints, stream_name))
    try:
        reader.begin(start)
    finally:
        # The iteration opens the file again. Without an iteration nothing would close it.
        reader.close()
    return reader


def listen(
    stream_name: str,
    *,
    kinesis: "botocore_client.BaseClient | None" = None,
    checkpoints: str | PathLike[str],
    start: Start = "latest",
) -> Iterator[Record]:
    """Iterate over the records of a stream as they arrive, in the order of each shard.

    A record is consumed when the application requests the next record. After a restart, records
    that were not consumed are delivered again. No record is lost, and a record may come twice.
    After a split or merge, reading of the new shards starts when their parents are consumed.

    Only one process at a time may use a checkpoint file.

    Args:
        stream_name: the stream's name.
        kinesis: a boto3 Kinesis client. By default, a client with boto3's default settings.
        checkpoints: the path of a SQLite file, which is created if it does not exist.
        start: the position for the first run. ``latest`` is the moment of this call, and
            ``earliest`` is the oldest record in the stream.

    Raises:
        ValueError: *start* is not one of the allowed values.
        botocore.exceptions.ClientError: Kinesis refused a call permanently. Throttles and failed
            connections are logged and retried without limit, except in this first call.
    """
    return _drive(_open_reader(stream_name, kinesis, checkpoints, start))


def _drive(reader: StreamReader) -> Iterator[Record]:
    steps = reader.steps()
    try:
        step = next(steps)
        while True:
            try:
                if isinstance(step, Deliver):
                    yield step.record
                elif isinstance(step, Sleep):
                    time.sleep(step.seconds)
                else:
                    step.result = step.function()
            except Exception as error:  # noqa: BLE001
                # `StreamReader._try` decides which errors to retry.
                step = steps.throw(error)
            else:
                step = next(steps)
    finally:
        steps.close()
        reader.close()


async def listen_async(
    stream_name: str,
    *,
    kinesis: "botocore_client.BaseClient | None" = None,
    checkpoints: str | PathLike[str],
    start: Start = "latest",
) -> AsyncIterator[Record]:
    """Iterate over the records of a stream under asyncio or trio, as `listen` does.

    boto3 and SQLite run in worker threads. Reading starts when the first record is requested.
    """
    from anyio import sleep, to_thread

    reader = await to_thread.run_sync(
        partial(_open_reader, stream_name, kinesis, checkpoints, start)
    )
    steps = reader.steps()
    try:
        step = next(steps)
        while True:
            try:
                if isinstance(step, Deliver):
                    yield step.record
                elif isinstance(step, Sleep):
                    await sleep(step.seconds)
                else:
                    step.result = await to_thread.run_sync(
                        step.function, abandon_on_cancel=step.abandonable
                    )
            except Exception as error:  # noqa: BLE001
                step = steps.throw(error)
            else:
                step = next(steps)
    finally:
        steps.close()
        reader.close()
