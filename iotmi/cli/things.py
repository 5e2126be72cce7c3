"""The group `iotmi things`, and its commands `list` and `get`."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import click

from iotmi._schema.containers import JsonValue
from iotmi.cli._filters import filter_options
from iotmi.cli._lazy import LazyGroup
from iotmi.cli._options import Connection, Output, shared_options
from iotmi.cli._output import cell, moment, say, say_json, say_table

if TYPE_CHECKING:
    from iotmi import (
        CapabilityReport,
        ManagedThing,
        ManagedThingState,
        ManagedThingSummary,
    )

_COLUMNS: Final = ("id", "name", "role", "status", "hub", "updated")


@click.group(
    cls=LazyGroup,
    table={
        "list": ("iotmi.cli.things:list_things", "List the things that match every filter."),
        "get": ("iotmi.cli.things:get_thing", "Show a thing, its capabilities and its state."),
        "watch": ("iotmi.cli.things_watch:watch", "Print each change of a thing until Ctrl-C."),
        "control": ("iotmi.cli.things_control:control", "Send commands to a thing."),
    },
)
def things() -> None:
    """List, read, watch and control hubs and devices.

    \b
    Example:
      iotmi things list --role CONTROLLER
    """  # noqa: D301 - click's mark for text that is not wrapped


@click.command("list")
@filter_options
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="List at most N things.")
@shared_options
def list_things(
    *,
    filters: dict[str, Any],
    limit: int | None,
    connection: Connection,
    output: Output,
) -> None:
    """List the things that match every filter.

    The output is a table, or JSON Lines with --json. JSON Lines appear as the
    pages arrive.

    \b
    Examples:
      iotmi things list --role DEVICE --status ACTIVATED
      iotmi things list --json | jq -r .id
    """  # noqa: D301
    from iotmi import to_plain

    with connection.client() as client:
        found: Iterator[ManagedThingSummary] = iter(client.managed_things.list(**filters))
        found = islice(found, limit)
        if output.json:
            for thing in found:
                plain = to_plain(thing, secrets=output.secrets)
                say_json(_mapping(plain))
            return
        rows = [_row(thing) for thing in found]
    if rows:
        say_table(_COLUMNS, rows)
    say("1 thing" if len(rows) == 1 else f"{len(rows)} things")


def _row(thing: "ManagedThingSummary") -> tuple[object, ...]:
    updated = thing.updated_at or thing.created_at
    return (
        thing.id,
        thing.name,
        thing.role,
        thing.provisioning_status,
        thing.parent_controller_id,
        None if updated is None else moment(updated),
    )


@click.command("get")
@click.argument("identifier", metavar="ID")
@shared_options
def get_thing(*, identifier: str, connection: Connection, output: Output) -> None:
    """Show a thing, its capabilities and its state.

    Serial numbers and other sensitive values show as ***, unless you add
    --show-secrets. Of the state, switches, numbers and enums are always shown.

    \b
    Example:
      iotmi things get 1e0d4b2f5a7c4e4f8b1f2a3b4c5d6e7f
    """  # noqa: D301
    with connection.client() as client:
        thing = client.managed_things.get(identifier)
        report = client.managed_things.get_capabilities(identifier).capability_report
        state = client.managed_things.get_state(identifier)
    if output.json:
        say_json(_plain(thing, report, state, output))
    else:
        for line in _lines(thing, report, state, output):
            say(line)


def _plain(
    thing: "ManagedThing",
    report: "CapabilityReport | None",
    state: "ManagedThingState",
    output: Output,
) -> dict[str, JsonValue]:
    from iotmi import to_plain
    from iotmi.cli._readings import readings

    return {
        "thing": to_plain(thing, secrets=output.secrets),
        "capabilities": None if report is None else to_plain(report, secrets=output.secrets),
        "state": [each.plain(show_secrets=output.show_secrets) for each in readings(state)],
    }


def _lines(
    thing: "ManagedThing",
    report: "CapabilityReport | None",
    state: "ManagedThingState",
    output: Output,
) -> Iterator[str]:
    from iotmi import to_plain
    from iotmi.cli._readings import readings

    plain = to_plain(thing, secrets=output.secrets)
    for name, value in _mapping(plain).items():
        yield f"{name:<30}  {cell(value)}"
    yield ""
    yield "capabilities"
    for endpoint in () if report is None else report.endpoints:
        yield f"  endpoint {endpoint.id}  {', '.join(endpoint.device_types)}"
        for each in endpoint.capabilities:
            actions = ", ".join(each.actions) or "no actions"
            yield f"    {each.id}  version {each.version}  {actions}"
    yield ""
    yield "state"
    for reading in readings(state):
        changed = "" if reading.changed_at is None else f"  since {moment(reading.changed_at)}"
        value = reading.text(show_secrets=output.show_secrets)
        yield f"  {reading.endpoint}  {reading.name} = {value}{changed}"


def _mapping(plain: JsonValue) -> dict[str, JsonValue]:
    return plain if isinstance(plain, dict) else {}
