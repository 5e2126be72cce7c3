"""The group `iotmi events`, and its commands `tail` and `parse`."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from iotmi.cli._errors import CliError
from iotmi.cli._lazy import LazyGroup
from iotmi.cli._options import Connection, Output, output_options, shared_options
from iotmi.cli._output import note, say, say_json
from iotmi.cli._types import EnumType, Start, StartType

if TYPE_CHECKING:
    from iotmi import EventType
    from iotmi.events import Record


@click.group(
    cls=LazyGroup,
    table={
        "tail": ("iotmi.cli.events:tail", "Print the records of a stream until Ctrl-C."),
        "parse": ("iotmi.cli.events:parse", "Decode recorded notifications."),
        "replay": (
            "iotmi.cli.events_replay:replay",
            "Send recorded notifications to a handler or a stream.",
        ),
    },
)
def events() -> None:
    """Follow, decode and replay notifications.

    \b
    Example:
      iotmi events tail --stream home
    """  # noqa: D301 - click's mark for text that is not wrapped


@click.command()
@click.option("--stream", required=True, metavar="NAME", help="Kinesis stream to follow.")
@click.option(
    "--checkpoints",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of the positions: the next run continues from them.",
)
@click.option(
    "--start",
    type=StartType(),
    default="latest",
    show_default=True,
    metavar="WHERE",
    help="latest, earliest, or a time. Applies to the first run.",
)
@click.option(
    "--type",
    "types",
    multiple=True,
    type=EnumType("EventType"),
    metavar="TYPE",
    help="Only events of this type. Repeat the option for several.",
)
@click.option("--thing", metavar="ID", help="Only events about this thing.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Stop after N records.")
@shared_options
def tail(
    *,
    stream: str,
    checkpoints: Path | None,
    start: Start,
    types: tuple["EventType", ...],
    thing: str | None,
    limit: int | None,
    connection: Connection,
    output: Output,
) -> None:
    """Print the records of a stream until Ctrl-C.

    Records that cannot be decoded appear as ERROR with the reason. With
    --checkpoints, a later run begins with the last record that this run
    printed, and prints what arrived in between. --endpoint-url is the endpoint
    of Kinesis here.

    Ctrl-C ends the command with exit code 130. With --limit it ends by itself
    with exit code 0.

    \b
    Examples:
      iotmi events tail --stream home --type DEVICE_STATE
      iotmi events tail --stream home --json --show-secrets > recorded.jsonl
    """  # noqa: D301
    from iotmi.cli._streams import following

    kinesis = connection.kinesis(connection.endpoint_url)
    with following(stream, kinesis, checkpoints=checkpoints, start=start) as records:
        wanted = (each for each in records if _is_wanted(each, types, thing))
        for record in islice(wanted, limit):
            _show(record, output)


def _is_wanted(record: "Record", types: tuple["EventType", ...], thing: str | None) -> bool:
    from iotmi.cli.things_watch import concerns

    if record.event is None:
        return not types and thing is None
    return (not types or record.event.type in types) and (
        thing is None or concerns(record.event, thing)
    )


def _show(record: "Record", output: Output) -> None:
    from iotmi.cli._event_forms import line_of, plain_of

    if output.json:
        say_json(plain_of(record, show_secrets=output.show_secrets))
    else:
        say(line_of(record, show_secrets=output.show_secrets))


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@output_options
def parse(*, file: BinaryIO, output: Output) -> None:
    """Decode recorded notifications.

    FILE is JSON, or JSON Lines: the event of a Lambda function, a response of
    get_records, the event of a Firehose transformation, single notifications,
    or lines of events tail. A file in another form is one record, which may be
    compressed or aggregated. Without FILE, or with -, the command reads the
    standard input.

    The exit code is 1 if a record cannot be decoded.

    \b
    Examples:
      iotmi events parse lambda-event.json
      iotmi events parse --json < recorded.jsonl | jq .event.type
    """  # noqa: D301
    from iotmi.cli._event_forms import recorded

    undecodable = count = 0
    for record in recorded(file.read()):
        count += 1
        undecodable += record.event is None
        _show(record, output)
    if undecodable:
        raise CliError(f"{undecodable} of {count} records cannot be decoded")
    if not count:
        note("no records")
