"""Following a Kinesis stream from a command."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from iotmi import events

if TYPE_CHECKING:
    from iotmi._botocore.kinesis import KinesisClient


@contextmanager
def following(
    stream_name: str,
    kinesis: "KinesisClient",
    *,
    checkpoints: Path | None = None,
    start: Literal["latest", "earliest"] | datetime = "latest",
) -> Iterator[Iterator[events.Record]]:
    """Give the records of a stream. Reading begins at *start* when the block begins.

    Args:
        stream_name: the stream's name.
        kinesis: a boto3 client.
        checkpoints: file of the positions. Without it, a temporary file is used.
        start: position for the first run.

    Raises:
        CallError: Kinesis refused a call.
    """
    from iotmi._botocore.kinesis import kinesis_errors

    with ExitStack() as stack:
        stack.enter_context(kinesis_errors())
        if checkpoints is None:
            checkpoints = (
                Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
                / "checkpoints"
            )
        records = events.listen(stream_name, kinesis=kinesis, checkpoints=checkpoints, start=start)
        if isinstance(records, Generator):
            # Closes the file of the checkpoints before its folder is removed.
            stack.callback(_close, records)
        yield records


def _close(records: Generator[events.Record]) -> None:
    # "generator already executing": another thread reads, and it ends with the process.
    with suppress(ValueError):
        records.close()
