"""The group `iotmi fleet`, and its commands `check`, `status`, `retry` and `report`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from iotmi.cli._asking import ask
from iotmi.cli._fleet_options import action_options
from iotmi.cli._lazy import LazyGroup
from iotmi.cli._options import Output, json_option
from iotmi.cli._output import note, say, say_json, say_table
from iotmi.cli._types import EnumType

if TYPE_CHECKING:
    from iotmi._schema.containers import JsonValue
    from iotmi.fleet import ActionLike, Job, LedgerRow, RowState

F = TypeVar("F", bound=Callable[..., object])


def ledger_option(command: F) -> F:
    """Add the option for the ledger to *command*."""
    return click.option(
        "--ledger",
        required=True,
        type=click.Path(dir_okay=False, path_type=Path),
        help="File that records each row.",
    )(command)


@click.group(
    cls=LazyGroup,
    table={
        "check": ("iotmi.cli.fleet:check", "Check every row of a file, and send nothing."),
        "run": ("iotmi.cli.fleet_run:run", "Send the rows of a file that are not done."),
        "status": ("iotmi.cli.fleet:status", "Show the rows of a ledger by state."),
        "retry": ("iotmi.cli.fleet:retry", "Make failed rows wait again for the next run."),
        "report": ("iotmi.cli.fleet:report", "Write a page in HTML about a job."),
        "export": ("iotmi.cli.fleet_inventory:export", "Write every thing to a file."),
        "diff": (
            "iotmi.cli.fleet_inventory:diff",
            "Compare a file with the things of the service.",
        ),
        "apply": (
            "iotmi.cli.fleet_inventory:apply",
            "Create, update and delete things until they equal a file.",
        ),
    },
)
def fleet() -> None:
    """Create or change many things from one file.

    A file is CSV, JSON Lines or Parquet, with one thing in each row. A ledger
    records each row before it is sent. After an interruption, the same command
    continues: no row is lost, and none is done twice.

    \b
    Example:
      iotmi fleet run devices.csv --action onboard --ledger devices.ledger
    """  # noqa: D301 - click's mark for text that is not wrapped


@click.command()
@click.argument("source")
@action_options
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(min=0),
    metavar="N",
    help="Print at most N problems and N warnings.",
)
@json_option
def check(
    *, source: str, action: "ActionLike", action_name: str, limit: int, output: Output
) -> None:
    """Check every row of a file, and send nothing.

    Each row is built as a run would build it, with every limit of the service,
    every bar code, and duplicates. A problem has its row, its column and its
    rule, and never a value. With --json, all problems are printed.

    The exit code is 1 if a row has a problem.

    \b
    Example:
      iotmi fleet check devices.csv --action onboard --role DEVICE
    """  # noqa: D301
    from iotmi.cli._errors import CliError
    from iotmi.cli._fleet_outcomes import fleet_errors
    from iotmi.fleet import Job

    with fleet_errors():
        found = Job(source, action).check()
    kinds = (("problem", found.problems), ("warning", found.warnings))
    for kind, listed in kinds:
        for number, each in enumerate(listed):
            if output.json:
                say_json({"kind": kind, "row": each.row, "column": each.column, "rule": each.rule})
            elif number < limit:
                say(f"{kind}: {each}")
        if not output.json and len(listed) > limit:
            say(f"and {len(listed) - limit:,} more {kind}s")
    if output.json:
        say_json(
            {
                "kind": "summary",
                "action": action_name,
                "rows": found.rows,
                "problems": len(found.problems),
                "warnings": len(found.warnings),
                "elapsed": round(found.elapsed, 3),
            }
        )
    else:
        say(str(found))
    if not found.ok:
        raise CliError("a run would refuse the rows that have a problem")


@click.command()
@ledger_option
@click.option(
    "--rows",
    "states",
    multiple=True,
    type=EnumType("RowState", "iotmi.fleet"),
    metavar="STATE",
    help="Also list the rows in this state, such as failed.",
)
@json_option
def status(*, ledger: Path, states: tuple["RowState", ...], output: Output) -> None:
    """Show the rows of a ledger by state.

    It reads the ledger only, also while a run is using it. The exit code is
    that of a run: 0 if all rows are done, 1 if rows failed, and 3 if the
    outcome of a row is not known yet.

    \b
    Example:
      iotmi fleet status --ledger devices.ledger --rows failed
    """  # noqa: D301
    from iotmi.cli._fleet_outcomes import conclude, fleet_errors, show_status
    from iotmi.fleet import Ledger

    with fleet_errors():
        opened = Ledger(ledger)
        found = opened.status()
        rows = list(opened.rows(*states)) if states else []
    if output.json:
        for row in rows:
            say_json({"kind": "row", **_plain(row)})
    elif rows:
        say_table(
            ("row", "state", "operation", "result", "cause", "detail"),
            [
                (each.number, each.state, each.operation, each.result, each.cause, each.detail)
                for each in rows
            ],
        )
    show_status(found, output)
    conclude(found, ledger)


def _plain(row: "LedgerRow") -> "dict[str, JsonValue]":
    from iotmi.cli._plain_values import members_of

    return members_of(row, show_secrets=True)


@click.command()
@ledger_option
@click.option("--row", "rows", multiple=True, type=int, metavar="N", help="Only this row.")
@click.option("--cause", metavar="NAME", help="Only rows with this cause.")
@click.option("--unknown", is_flag=True, help="Instead, rows with an unknown outcome. Asks first.")
@click.option("--yes", is_flag=True, help="Consent without a question.")
@json_option
def retry(
    *,
    ledger: Path,
    rows: tuple[int, ...],
    cause: str | None,
    unknown: bool,
    yes: bool,
    output: Output,
) -> None:
    """Make failed rows wait again for the next run.

    Nothing is sent until you run the job again. A row keeps its idempotency
    token, so a creation is not done twice. A command with an unknown outcome
    may be carried out twice: --unknown asks first.

    \b
    Example:
      iotmi fleet retry --ledger devices.ledger --cause ConflictException
    """  # noqa: D301
    from iotmi.cli._fleet_outcomes import fleet_errors
    from iotmi.fleet import Ledger

    with fleet_errors():
        opened = Ledger(ledger)
    if unknown:
        ask(
            "A command among the unknown rows may be carried out twice. Make them wait again?",
            yes=yes,
        )
    with fleet_errors():
        count = opened.retry(rows=list(rows) or None, cause=cause, unknown=unknown)
    if output.json:
        say_json({"waiting": count})
    else:
        say("1 row waits again" if count == 1 else f"{count:,} rows wait again")
        note("Run the job again to send them.")


@click.command()
@ledger_option
@click.option(
    "--output",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of the page. The default is the ledger's name with .html.",
)
@json_option
def report(*, ledger: Path, page: Path | None, output: Output) -> None:
    """Write a page in HTML about a job.

    The page has the rows by state, the rate over time and the failures by
    cause. It is one file without scripts, and shows no value of a row.

    \b
    Example:
      iotmi fleet report --ledger devices.ledger --output devices.html
    """  # noqa: D301
    from iotmi.cli._fleet_outcomes import fleet_errors
    from iotmi.fleet import Ledger

    page = ledger.with_suffix(".html") if page is None else page
    with fleet_errors():
        Ledger(ledger).report(page)
    if output.json:
        say_json({"page": str(page)})
    else:
        say(str(page))


def job_of(source: str, action: "ActionLike", ledger: Path) -> "Job":
    """Return a job with its ledger."""
    from iotmi.fleet import Job

    return Job(source, action, ledger=ledger)
