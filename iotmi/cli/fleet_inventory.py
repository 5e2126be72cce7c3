"""The commands `iotmi fleet export`, `diff` and `apply`: a file compared with the service."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from iotmi.cli._asking import ask
from iotmi.cli._errors import CliError
from iotmi.cli._filters import filter_options
from iotmi.cli._options import (
    Connection,
    Output,
    connection_options,
    json_option,
    shared_options,
    with_options,
)
from iotmi.cli._output import note, say, say_json, say_table
from iotmi.cli.fleet import ledger_option

if TYPE_CHECKING:
    from iotmi.cli._options import Function
    from iotmi.fleet import Diff, Key


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--details", is_flag=True, help="Read each thing, with tags and metadata.")
@filter_options
@shared_options
def export(
    *, file: Path, details: bool, filters: dict[str, Any], connection: Connection, output: Output
) -> None:
    """Write every thing to a file.

    The end of FILE names the format: .csv, .jsonl or .parquet. Only its owner
    can read it. Without --show-secrets, sensitive values are written as ***,
    and such a file cannot be applied.

    \b
    Examples:
      iotmi fleet export things.csv --role DEVICE
      iotmi fleet export backup.jsonl --details --show-secrets
    """  # noqa: D301
    from iotmi.cli._fleet_outcomes import fleet_errors
    from iotmi.fleet import export as export_things

    with connection.client() as client, fleet_errors():
        count = export_things(
            client, file, filters=filters, details=details, secrets=output.secrets
        )
    if output.json:
        say_json({"file": str(file), "things": count})
    else:
        say(f"{_things(count)} written to {file}")


def _comparison_options(function: "Function") -> "Function":
    return with_options(
        function,
        click.option(
            "--key",
            type=click.Choice(["id", "serial_number", "name"]),
            metavar="MEMBER",
            help="Match by id, serial_number or name. The default is the first in the file.",
        ),
        click.option("--delete", is_flag=True, help="Also find things that the file lacks."),
    )


@click.command()
@click.argument("source")
@_comparison_options
@filter_options
@connection_options
@json_option
def diff(
    *,
    source: str,
    key: "Key | None",
    delete: bool,
    filters: dict[str, Any],
    connection: Connection,
    output: Output,
) -> None:
    """Compare a file with the things of the service.

    Nothing is changed. Each line is a creation, an update or a deletion, with
    the names of the members that differ. Filters limit the things that are
    compared.

    The exit code is 1 if a row has a problem.

    \b
    Example:
      iotmi fleet diff devices.csv --key serial_number --role DEVICE
    """  # noqa: D301
    found = _compared(source, key, connection, delete=delete, filters=filters)
    _show(found, output)
    _refuse_problems(found)


@click.command()
@click.argument("source")
@_comparison_options
@ledger_option
@click.option(
    "--no-dry-run", "for_real", is_flag=True, help="Make the changes. Otherwise only show them."
)
@click.option("--no-progress", is_flag=True, help="Show no progress.")
@click.option("--yes", is_flag=True, help="Delete without a question.")
@filter_options
@connection_options
@json_option
def apply(
    *,
    source: str,
    key: "Key | None",
    delete: bool,
    ledger: Path,
    for_real: bool,
    no_progress: bool,
    yes: bool,
    filters: dict[str, Any],
    connection: Connection,
    output: Output,
) -> None:
    """Create, update and delete things until they equal a file.

    Without --no-dry-run, it shows the changes and sends nothing. Things that
    the file lacks are deleted only with --delete, and after a question. Without
    a terminal, --yes is required. To continue after an interruption, run the
    same command again.

    \b
    Examples:
      iotmi fleet apply devices.csv --ledger devices.ledger
      iotmi fleet apply devices.csv --ledger devices.ledger --no-dry-run
    """  # noqa: D301
    from iotmi.cli._fleet_outcomes import conclude, fleet_errors, show_status, shown_on_error
    from iotmi.cli._progress import progress_hook
    from iotmi.fleet import apply as apply_changes

    found = _compared(source, key, connection, delete=delete, filters=filters)
    _show(found, output)
    if not for_real:
        _refuse_problems(found)
        note("Nothing was changed: add --no-dry-run to make the changes.")
        return
    deletions = sum(each.kind == "delete" for each in found.changes)
    if deletions:
        ask(f"Delete {_things(deletions)}? This cannot be undone.", yes=yes)
    hook = progress_hook(hidden=no_progress)
    with ExitStack() as stack:
        client = stack.enter_context(connection.client())
        stack.enter_context(fleet_errors())
        stack.enter_context(shown_on_error(output))
        if hook is not None:
            stack.enter_context(hook)
        summary = apply_changes(found, client, ledger=ledger, dry_run=False, progress=hook)
    show_status(summary, output)
    conclude(summary, ledger)
    _refuse_problems(found)


def _compared(
    source: str,
    key: "Key | None",
    connection: Connection,
    *,
    delete: bool,
    filters: dict[str, Any],
) -> "Diff":
    from iotmi.cli._fleet_outcomes import fleet_errors
    from iotmi.fleet import diff as compare

    with connection.client() as client, fleet_errors():
        return compare(source, client, key=key, delete=delete, filters=filters)


def _show(found: "Diff", output: Output) -> None:
    if output.json:
        for each in found.changes:
            say_json(
                {
                    "kind": each.kind,
                    "row": each.row,
                    "thing_id": each.thing_id,
                    "members": list(each.members),
                }
            )
        for problem in found.problems:
            say_json(
                {
                    "kind": "problem",
                    "row": problem.row,
                    "column": problem.column,
                    "rule": problem.rule,
                }
            )
        return
    for problem in found.problems:
        say(f"problem: {problem}")
    if found.changes:
        say_table(
            ("change", "row", "id", "members"),
            [
                (each.kind, each.row, each.thing_id, ", ".join(each.members) or None)
                for each in found.changes
            ],
        )
    counts = [
        f"{sum(each.kind == kind for each in found.changes):,} to {kind}"
        for kind in ("create", "update", "delete")
    ]
    say(f"{', '.join(counts)}, {found.unchanged:,} unchanged")


def _refuse_problems(found: "Diff") -> None:
    if found.problems:
        rows = len({each.row for each in found.problems})
        raise CliError(
            "1 row has a problem and is left out"
            if rows == 1
            else f"{rows:,} rows have a problem and are left out"
        )


def _things(count: int) -> str:
    return "1 thing" if count == 1 else f"{count:,} things"
