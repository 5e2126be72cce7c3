"""The command `iotmi things watch`: changes of a thing, from polls or from a stream."""

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING

import click
from attrs import field, frozen

from iotmi._schema.containers import JsonValue
from iotmi.cli._options import Connection, Output, Stream, shared_options, stream_options
from iotmi.cli._output import cell, moment, say, say_json

if TYPE_CHECKING:
    from iotmi import Client, ProvisioningStatus
    from iotmi.cli._readings import Reading


@frozen
class Change:
    """A property, or the thing's status, with its old and its new value.

    Attributes:
        at: the time of the change as reported, or the time of the poll.
        name: such as ``1  OnOff.on_off``, or ``status``.
        old: the value before, or None if it is not known.
        new: the value now.
        plain: further members for JSON.
    """

    at: datetime
    name: str
    old: JsonValue
    new: JsonValue
    plain: dict[str, JsonValue] = field(factory=dict)


@click.command()
@click.argument("identifier", metavar="ID")
@click.option(
    "--interval",
    default=2.0,
    show_default=True,
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Pause between two polls.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Stop after N changes.")
@stream_options("Follow this Kinesis stream instead of polling.")
@shared_options
def watch(
    *,
    identifier: str,
    interval: float,
    limit: int | None,
    stream: Stream | None,
    connection: Connection,
    output: Output,
) -> None:
    """Print each change of a thing until Ctrl-C.

    The first lines are the status and the state at the start. Without
    --stream, the command polls the service: a property that changes twice
    between two polls appears once. With --stream, it prints every change
    that the service reports to the stream from now on.

    Ctrl-C ends the command with exit code 130, as for every command. With
    --limit it ends by itself with exit code 0.

    \b
    Examples:
      iotmi things watch 1e0d4b2f5a7c4e4f8b1f2a3b4c5d6e7f
      iotmi things watch 1e0d4b2f5a7c4e4f8b1f2a3b4c5d6e7f --stream home
    """  # noqa: D301
    with connection.client() as client:
        if stream is None:
            found = _polled(client, identifier, interval, show_secrets=output.show_secrets)
        else:
            found = _streamed(
                client, identifier, stream, connection, show_secrets=output.show_secrets
            )
        with closing(found):
            for change in islice(found, limit):
                _show(change, output)


def _show(change: Change, output: Output) -> None:
    if output.json:
        old: dict[str, JsonValue] = {} if change.old is None else {"old": change.old}
        say_json({"at": moment(change.at), **change.plain, **old, "new": change.new})
    else:
        before = "" if change.old is None else f"{cell(change.old)} -> "
        say(f"{moment(change.at)}  {change.name}: {before}{cell(change.new)}")


def _polled(
    client: "Client", identifier: str, interval: float, *, show_secrets: bool
) -> Generator[Change]:
    from iotmi.cli._readings import readings

    status: ProvisioningStatus | None = None
    seen: dict[tuple[str, str, str], JsonValue] = {}
    while True:
        thing = client.managed_things.get(identifier)
        yield from _of_status(thing.updated_at, status, thing.provisioning_status)
        status = thing.provisioning_status or status
        for reading in readings(client.managed_things.get_state(identifier)):
            # Hidden values are compared too, so that a changed secret shows as a change.
            if reading.key not in seen or seen[reading.key] != reading.value:
                yield _of_reading(reading, seen.get(reading.key), None, show_secrets=show_secrets)
                seen[reading.key] = reading.value
        time.sleep(interval)


def _streamed(
    client: "Client",
    identifier: str,
    stream: Stream,
    connection: Connection,
    *,
    show_secrets: bool,
) -> Generator[Change]:
    from iotmi import events
    from iotmi.cli._readings import readings, readings_of_event
    from iotmi.cli._streams import following

    seen: dict[tuple[str, str, str], JsonValue] = {}
    # The stream is opened before the state is read, so that no change between both is lost.
    with following(stream.name, connection.kinesis(stream.endpoint_url)) as records:
        thing = client.managed_things.get(identifier)
        status = thing.provisioning_status
        yield from _of_status(thing.updated_at, None, status)
        for reading in readings(client.managed_things.get_state(identifier)):
            seen[reading.key] = reading.value
            yield _of_reading(reading, None, None, show_secrets=show_secrets)

        def changes(record: events.Record) -> Iterator[Change]:
            nonlocal status
            event = record.event
            if event is None or not concerns(event, identifier):
                return
            at = event.timestamp or record.arrived_at
            if isinstance(event, events.DeviceLifecycleEvent):
                yield from _of_status(at, status, event.status)
                status = event.status or status
            for reading in readings_of_event(event):
                old = seen.get(reading.key)
                if isinstance(event, events.DeviceStateEvent):
                    seen[reading.key] = reading.value
                yield _of_reading(reading, old, at, show_secrets=show_secrets)

        yield from chain.from_iterable(map(changes, records))


def concerns(event: object, identifier: str) -> bool:
    """Return True if an event is about a managed thing."""
    if getattr(event, "managed_thing_id", None) == identifier:
        return True
    resources: tuple[str, ...] = getattr(event, "resources", None) or ()
    # An ARN, or the path of a `DeviceReportEvent`, ends in the id.
    return any(identifier in resource.replace(":", "/").split("/") for resource in resources)


def _of_status(
    at: datetime | None, old: "ProvisioningStatus | None", new: "ProvisioningStatus | None"
) -> Iterator[Change]:
    """Yield the change from *old* to *new*, unless both are the same or *new* is not known."""
    if new is not None and new != old:
        before = None if old is None else str(old)
        yield Change(at or datetime.now(UTC), "status", before, str(new), {"property": "status"})


def _of_reading(
    reading: "Reading", old: JsonValue, at: datetime | None, *, show_secrets: bool
) -> Change:
    from attrs import evolve

    plain = reading.plain(show_secrets=show_secrets)
    del plain["value"]
    plain.pop("changed_at", None)
    return Change(
        reading.changed_at or at or datetime.now(UTC),
        f"{reading.endpoint}  {reading.name}",
        None if old is None else evolve(reading, value=old).shown(show_secrets=show_secrets),
        reading.shown(show_secrets=show_secrets),
        plain,
    )
