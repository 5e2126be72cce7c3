"""The command `iotmi things control`: sending commands to a thing, and waiting for their result."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from iotmi._schema.containers import JsonValue
from iotmi.cli._errors import CliError, UnknownOutcomeError, sentence
from iotmi.cli._options import (
    Connection,
    Output,
    Stream,
    connection_options,
    json_option,
    stream_options,
)
from iotmi.cli._output import note, say, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iotmi import Client
    from iotmi.capabilities import Command
    from iotmi.events import CommandResults, DeviceCommandEvent, Record


def _complete(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from iotmi.cli._completions import complete_command

    return complete_command(context.params.get("commands") or (), incomplete)


@click.command()
@click.argument("identifier", metavar="ID")
@click.argument(
    "commands",
    metavar="CAPABILITY.COMMAND [NAME=VALUE]...",
    nargs=-1,
    required=True,
    shell_complete=_complete,
)
@click.option("--check", is_flag=True, help="First compare with the thing's capability report.")
@click.option("--association", metavar="ID", help="Account association to send through.")
@stream_options("Wait for the result on this Kinesis stream.")
@click.option(
    "--timeout",
    default=30.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Longest wait for the result.",
)
@connection_options
@json_option
def control(
    *,
    identifier: str,
    commands: tuple[str, ...],
    check: bool,
    association: str | None,
    stream: Stream | None,
    timeout: float,
    connection: Connection,
    output: Output,
) -> None:
    """Send commands to a thing.

    Capabilities and commands have the names of iotmi.capabilities. Several
    commands go in one request, in their order. Every command also takes
    endpoint=ID (the default is 1) and version=NUMBER. OnOff.read on_off reads
    a property, and OnOff.write on_time=5 writes one. NAME=@FILE reads a value
    from a file, and NAME=@- from the standard input, so that a PIN is not in
    the shell's history.

    Without --stream, the command ends when the service has accepted the
    request. With --stream, it waits for the result of the device.

    The exit code is 1 if the device reports a failure, and 3 if it is unknown
    whether the device acted. The command is never sent twice.

    \b
    Examples:
      iotmi things control ID OnOff.on LevelControl.move_to_level level=50
      iotmi things control ID OnOff.toggle endpoint=2 --stream home
    """  # noqa: D301
    from iotmi.cli._command_words import commands_of
    from iotmi.errors import CallError, CommandTimeoutError

    built = commands_of(commands)
    titles = ", ".join(title for title, _ in built)
    values = [command for _, command in built]
    with connection.client() as client:
        if check:
            _check(client, identifier, values)
        try:
            if stream is None:
                trace_id = client.managed_things.control(
                    identifier, *values, account_association_id=association
                ).trace_id
                _tell(output, f"sent {titles}, trace id {trace_id}", {"trace_id": trace_id})
                return
            with _results(stream, connection) as results:
                event = client.managed_things.run_command(
                    identifier,
                    *values,
                    account_association_id=association,
                    results=results,
                    timeout=timeout,
                )
        except CommandTimeoutError as error:
            raise UnknownOutcomeError(str(error)) from error
        except CallError as error:
            failure = UnknownOutcomeError if error.may_have_acted else CliError
            raise failure(str(error)) from error
    _tell_result(output, titles, event)


def _check(client: "Client", identifier: str, commands: "Sequence[Command]") -> None:
    from iotmi import capabilities

    report = client.managed_things.get_capabilities(identifier).capability_report
    if report is None:
        raise CliError(f"{identifier} has no capability report to check the commands against")
    capabilities.check(report, *commands)


@contextmanager
def _results(stream: Stream, connection: Connection) -> "Iterator[CommandResults]":
    from iotmi.cli._streams import following
    from iotmi.events import CommandResults

    results = CommandResults()
    stopped = threading.Event()

    def feed(records: "Iterator[Record]") -> None:
        try:
            for record in records:
                if record.event is not None:
                    results.feed(record.event)
        except Exception as error:  # noqa: BLE001 - the command itself goes on until its timeout
            # After the block, `refuse` or the closed generator ends the reading.
            if not stopped.is_set():
                note(f"the stream {stream.name} cannot be read: {sentence(str(error))}")

    def refuse(**_: object) -> None:
        # A reader that waits cannot be interrupted. It ends with its next call.
        if stopped.is_set():
            raise InterruptedError

    kinesis = connection.kinesis(stream.endpoint_url)
    kinesis.meta.events.register_first("before-call.kinesis", refuse)
    with following(stream.name, kinesis) as records:
        threading.Thread(target=feed, args=[records], daemon=True).start()
        try:
            yield results
        finally:
            stopped.set()


def _tell_result(output: Output, titles: str, event: "DeviceCommandEvent") -> None:
    result = event.result or "no result"
    _tell(
        output,
        f"{titles}: {result}, trace id {event.trace_id}",
        {"trace_id": event.trace_id, "result": event.result},
    )
    if event.succeeded is False:
        raise CliError(f"{titles}: the device reports a failure")
    if event.succeeded is None:
        raise UnknownOutcomeError(f"{titles}: the device reports an unknown result")


def _tell(output: Output, text: str, plain: dict[str, JsonValue]) -> None:
    if output.json:
        say_json(plain)
    else:
        say(text)
