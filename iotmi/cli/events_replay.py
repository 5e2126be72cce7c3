"""The command `iotmi events replay`: recorded notifications for a handler or a stream.

A handler runs in this process, and gets batches as from Lambda. Owns the batches and their outcome.
"""

import base64
import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import BinaryIO, Final, TypeAlias
from uuid import uuid4

import click
from attrs import field, frozen

from iotmi._schema.containers import JsonValue
from iotmi.cli._errors import CliError, place_of
from iotmi.cli._options import Connection, Output, connection_options, json_option
from iotmi.cli._output import note, say, say_json

Item: TypeAlias = Mapping[str, object]
Handler: TypeAlias = Callable[[object, object], object]

_MOST: Final = 10_000
"""The largest batch that Lambda delivers."""


@frozen
class LambdaContext:
    """The second argument of a handler, with the members that libraries read."""

    function_name: str
    aws_request_id: str = field(factory=lambda: str(uuid4()))
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 128

    @property
    def invoked_function_arn(self) -> str:
        """The ARN of the function."""
        return f"arn:aws:lambda:eu-west-1:123456789012:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Return a constant, because nothing ends the handler."""
        return 60_000


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--to", "target", metavar="MODULE:FUNCTION", help="Handler to call as Lambda does.")
@click.option("--to-stream", "stream", metavar="NAME", help="Kinesis stream to put records on.")
@click.option(
    "--batch-size",
    default=100,
    show_default=True,
    type=click.IntRange(1, _MOST),
    metavar="N",
    help="Pass at most N records to one call.",
)
@click.option("--traceback", is_flag=True, help="Print the traceback of the handler's exception.")
@connection_options
@json_option
def replay(
    *,
    file: BinaryIO,
    target: str | None,
    stream: str | None,
    batch_size: int,
    traceback: bool,
    connection: Connection,
    output: Output,
) -> None:
    """Send recorded notifications to a handler or a stream.

    FILE has the forms that events parse reads. Use --to while you write a
    consumer: the command imports MODULE from the current folder, and calls
    FUNCTION with batches in Lambda's form. It stops after the first batch with
    a failure, because Lambda does not continue there. Use --to-stream to test
    a consumer that is running. --endpoint-url is the endpoint of Kinesis here.

    The exit code is 1 if the handler raises an exception or names a failed
    record.

    \b
    Examples:
      iotmi events replay recorded.jsonl --to consumer:lambda_handler
      iotmi events replay recorded.jsonl --to-stream home
    """  # noqa: D301
    from iotmi.cli._event_forms import lambda_items

    items = lambda_items(file.read())
    if stream is not None and target is None:
        _put(items, stream, connection, output)
    elif target is not None and stream is None:
        _call(items, target, batch_size, output, traceback=traceback)
    else:
        raise click.UsageError("give either --to or --to-stream")


# -- a stream ------------------------------------------------------------------------------


def _put(items: Iterable[Item], stream: str, connection: Connection, output: Output) -> None:
    from iotmi._botocore.kinesis import kinesis_errors

    kinesis = connection.kinesis(connection.endpoint_url)
    count = 0
    with kinesis_errors():
        for item in items:
            inner = _kinesis_of(item)
            # One by one: a batch may fail in part, and a repetition would change the order.
            kinesis.put_record(  # type: ignore[attr-defined]  # boto3 makes methods at run time
                StreamName=stream,
                Data=base64.b64decode(str(inner.get("data", ""))),
                PartitionKey=str(inner.get("partitionKey") or "-"),
            )
            count += 1
    _tell(output, f"{count} records put on {stream}", {"stream": stream, "records": count})


# -- a handler -----------------------------------------------------------------------------


def _call(
    items: Iterable[Item], target: str, batch_size: int, output: Output, *, traceback: bool
) -> None:
    handler = _handler(target, traceback=traceback)
    count = 0
    for number, batch in enumerate(_batches(items, batch_size), 1):
        count += len(batch)
        try:
            response = handler({"Records": list(batch)}, LambdaContext(target.partition(":")[2]))
        except Exception as error:
            if traceback:
                _print_traceback()
            raise CliError(
                f"batch {number}: {target} raised {type(error).__name__} at {place_of(error)}: "
                f"{error}"
            ) from error
        failed = _failed(response, batch, number)
        outcome = f"failed at {', '.join(failed)}" if failed else "ok"
        _tell(
            output,
            f"batch {number}: {_records(len(batch))}, {outcome}",
            {"batch": number, "records": len(batch), "failed": [*failed]},
        )
        if failed:
            raise CliError(f"batch {number}: {target} names {_records(len(failed))} as failed")
    if not count:
        note("no records")


def _batches(items: Iterable[Item], size: int) -> Iterator[Sequence[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _handler(target: str, *, traceback: bool) -> Handler:
    module, colon, name = target.partition(":")
    if not (module and colon and name):
        raise click.UsageError("--to must be MODULE:FUNCTION, such as consumer:lambda_handler")
    # As with `python -m`, so that the consumer's own folder is found.
    sys.path.insert(0, "")
    try:
        found: object = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:
        if traceback:
            _print_traceback()
        raise CliError(f"{target} cannot be imported: {type(error).__name__}: {error}") from error
    if not callable(found):
        raise CliError(f"{target} is not a function")
    return found


def _print_traceback() -> None:
    import traceback

    note_lines = traceback.format_exc().splitlines()
    for line in note_lines:
        note(line)


def _failed(response: object, batch: Sequence[Item], number: int) -> list[str]:
    """Return the sequence numbers that a response names.

    Raises:
        CliError: the response is not one that Lambda accepts, so that it repeats the whole batch.
    """
    if not isinstance(response, Mapping) or not response.get("batchItemFailures"):
        return []
    listed = response["batchItemFailures"]
    known = {str(_kinesis_of(item).get("sequenceNumber")) for item in batch}
    failed = [
        str(each.get("itemIdentifier")) if isinstance(each, Mapping) else ""
        for each in (listed if isinstance(listed, list | tuple) else [None])
    ]
    if not known.issuperset(failed):
        raise CliError(
            f"batch {number}: the response names a record that is not in the batch, so that "
            "Lambda repeats the whole batch"
        )
    return failed


def _kinesis_of(item: Item) -> Mapping[str, object]:
    inner = item.get("kinesis")
    return inner if isinstance(inner, Mapping) else {}


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count} records"


def _tell(output: Output, text: str, plain: dict[str, JsonValue]) -> None:
    if output.json:
        say_json(plain)
    else:
        say(text)
