"""Outcomes of fleets: how summaries are printed, and the exit code of each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iotmi import fleet
from iotmi._schema.containers import JsonValue
from iotmi.cli._errors import CliError, InvalidInputError, UnknownOutcomeError
from iotmi.cli._options import Output
from iotmi.cli._output import say, say_json


@contextmanager
def fleet_errors() -> Iterator[None]:
    """Give each error of a fleet its exit code during the block.

    Raises:
        InvalidInputError: the source or the ledger is not the right one.
        UnknownOutcomeError: a run stopped, and outcomes are unknown.
        CliError: a run stopped, or could not start.
    """
    try:
        yield
    except (fleet.LedgerBusyError, fleet.LedgerFullError) as error:
        raise _of_run(error) from error
    except (fleet.SourceError, fleet.SourceChangedError, fleet.LedgerError) as error:
        raise InvalidInputError(str(error)) from error
    except fleet.FleetError as error:
        raise _of_run(error) from error


def _of_run(error: fleet.FleetError) -> CliError:
    left = error.summary is not None and error.summary.unknown
    return UnknownOutcomeError(str(error)) if left else CliError(str(error))


@contextmanager
def shown_on_error(output: Output) -> Iterator[None]:
    """Print the summary of a run that ends early in the block."""
    try:
        yield
    except (fleet.FleetError, fleet.RunInterrupted) as error:
        if error.summary is not None:
            show_status(error.summary, output)
        raise


def show_status(status: fleet.Status, output: Output) -> None:
    """Print the rows by state, and the causes of failures."""
    if output.json:
        say_json({"kind": "summary", **plain_of(status)})
        return
    say(str(status))
    for cause, count in status.causes.items():
        say(f"  {count:,} x {cause}")


def plain_of(status: fleet.Status) -> dict[str, JsonValue]:
    """Return a status or a summary as plain data."""
    from iotmi.cli._plain_values import members_of

    return members_of(status, show_secrets=True)


def conclude(status: fleet.Status, ledger: Path) -> None:
    """End the command with the exit code of the job.

    Raises:
        UnknownOutcomeError: outcomes are not known.
        CliError: rows failed.
    """
    if status.unknown:
        raise UnknownOutcomeError(
            f"the outcome of {_rows(status.unknown)} is unknown; see `iotmi fleet status --ledger "
            f"{ledger} --rows unknown`"
        )
    if status.exit_code == UnknownOutcomeError.exit_code:
        left = status.sent + status.waiting
        raise UnknownOutcomeError(f"{_rows(left)} not done yet; run the job again to go on")
    if status.failed:
        raise CliError(
            f"{_rows(status.failed)} failed; see `iotmi fleet status --ledger {ledger} --rows "
            "failed`, and send them again after `iotmi fleet retry`"
        )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
