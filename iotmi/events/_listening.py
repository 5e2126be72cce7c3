"""`listen` and `listen_async`: every record of a stream, on one machine, none lost.

Owns the two drivers, blocking and on anyio, of the course in `_reader`. boto3 and anyio are loaded
when they are needed.
"""

import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING

from iotmi._schema.lazy import LazyModule
from iotmi.events._checkpoints import Checkpoints
from iotmi.events._kinesis import Kinesis
from iotmi.events._reader import Call, Sleep, Start, StreamReader, Take
from iotmi.events._records import Record

if TYPE_CHECKING:
    from botocore import client as botocore_client
else:
    botocore_client = LazyModule("botocore.client")


def _begun(
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
        # Opened again by the iteration, which may never begin.
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

    A record counts as consumed once the next one is asked for. What was not consumed when the
    process ended comes again, so that a record may come twice and none is lost. After a split or a
    merge of shards, the new ones begin when the old ones are consumed.

    One process may use a file of checkpoints at a time.

    Args:
        stream_name: the stream's name.
        kinesis: a boto3 client of Kinesis. One with boto3's own settings is made where it is None.
        checkpoints: the path of a SQLite file; made where there is none.
        start: where to begin on the first run: at the moment of this call, at the oldest record
            that the stream holds, or at a time.

    Raises:
        ValueError: *start* is none of these.
        botocore.exceptions.ClientError: Kinesis refused a call for good. Throttles and failed
            connections are logged and tried again for as long as it takes, but for the first call.
    """
    return _blocking(_begun(stream_name, kinesis, checkpoints, start))


def _blocking(reader: StreamReader) -> Iterator[Record]:
    course = reader.course()
    try:
        step = next(course)
        while True:
            try:
                match step:
                    case Take(record):
                        yield record
                    case Sleep(seconds):
                        time.sleep(seconds)
                    case Call():
                        step.result = step.function()
            except Exception as error:  # noqa: BLE001
                # The course knows which errors to try again.
                step = course.throw(error)
            else:
                step = next(course)
    finally:
        course.close()
        reader.close()


async def listen_async(
    stream_name: str,
    *,
    kinesis: "botocore_client.BaseClient | None" = None,
    checkpoints: str | PathLike[str],
    start: Start = "latest",
) -> AsyncIterator[Record]:
    """Iterate over the records of a stream as `listen` does, under asyncio or trio.

    boto3 and SQLite run in worker threads. Reading begins when the first record is asked for.
    """
    from anyio import sleep, to_thread

    reader = await to_thread.run_sync(partial(_begun, stream_name, kinesis, checkpoints, start))
    course = reader.course()
    try:
        step = next(course)
        while True:
            try:
                match step:
                    case Take(record):
                        yield record
                    case Sleep(seconds):
                        await sleep(seconds)
                    case Call():
                        step.result = await to_thread.run_sync(
                            step.function, abandon_on_cancel=step.abandonable
                        )
            except Exception as error:  # noqa: BLE001
                step = course.throw(error)
            else:
                step = next(course)
    finally:
        course.close()
        reader.close()
