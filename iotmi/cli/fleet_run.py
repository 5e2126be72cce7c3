"""The command `iotmi fleet run`: the rows of a file, sent with a bar of progress."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from iotmi.cli._asking import ask
from iotmi.cli._fleet_options import action_options
from iotmi.cli._options import Connection, Output, connection_options, json_option
from iotmi.cli.fleet import job_of, ledger_option

if TYPE_CHECKING:
    from iotmi import Pacing
    from iotmi.fleet import ActionLike, Job


@click.command()
@click.argument("source")
@action_options
@ledger_option
@click.option("--check", is_flag=True, help="Send nothing if a row has a problem.")
@click.option(
    "--workers",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="Threads that send. The default fits the limits of one account.",
)
@click.option(
    "--max-rate",
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    help="Send at most N calls a second. The limit is found without it.",
)
@click.option("--no-progress", is_flag=True, help="Show no progress.")
@click.option("--yes", is_flag=True, help="Delete without a question.")
@connection_options
@json_option
def run(
    *,
    source: str,
    action: "ActionLike",
    action_name: str,
    ledger: Path,
    check: bool,
    workers: int | None,
    max_rate: float | None,
    no_progress: bool,
    yes: bool,
    connection: Connection,
    output: Output,
) -> None:
    """Send the rows of a file that are not done.

    The ledger records each row before it is sent. To continue after Ctrl-C, a
    crash or an error, run the same command again. The rate follows the limit
    of the service. A terminal shows a bar; elsewhere, a line appears every ten
    seconds. Both go to the error stream.

    Action delete asks first. Without a terminal, --yes is required.

    The exit code is 0 if all rows are done, 1 if rows failed, and 3 if the
    outcome of a row is unknown.

    \b
    Examples:
      iotmi fleet run devices.csv --action onboard --ledger devices.ledger
      iotmi fleet run lamps.csv --ledger l.db --action control --command OnOff.on
    """  # noqa: D301
    from iotmi.cli._fleet_outcomes import conclude, fleet_errors, show_status, shown_on_error
    from iotmi.cli._progress import progress_hook

    with fleet_errors(), ExitStack() as stack:
        job = job_of(source, action, ledger)
        if check or action_name == "delete":
            _check(job, refuses=check, deletes=action_name == "delete", yes=yes)
        client = stack.enter_context(connection.client(pacing=_pacing(max_rate)))
        executor = None
        if workers is not None:
            executor = stack.enter_context(ThreadPoolExecutor(workers))
        hook = progress_hook(hidden=no_progress)
        if hook is not None:
            stack.enter_context(hook)
        with shown_on_error(output):
            summary = job.run(client, executor=executor, progress=hook)
    show_status(summary, output)
    conclude(summary, ledger)


def _check(job: "Job", *, refuses: bool, deletes: bool, yes: bool) -> None:
    from iotmi.cli._errors import CliError

    found = job.check()
    if refuses and not found.ok:
        raise CliError(f"nothing was sent: {found}; see `iotmi fleet check`")
    if deletes:
        things = "1 thing" if found.rows == 1 else f"{found.rows:,} things"
        ask(f"Delete {things}? This cannot be undone.", yes=yes)


def _pacing(max_rate: float | None) -> "Pacing | None":
    from iotmi import Pacing

    if max_rate is None:
        return None
    return Pacing(initial_rate=min(10.0, max_rate), min_rate=min(0.5, max_rate), max_rate=max_rate)
