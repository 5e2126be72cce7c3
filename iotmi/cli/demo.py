"""The command `iotmi demo`: a home on the emulator, step by step.

Owns the output, and the emulator. `_demo_script` has the steps. The demo needs no AWS account and
no network.
"""

import inspect
from typing import Final

import click
from rich.console import Console
from rich.text import Text

from iotmi._version import __version__
from iotmi.cli._demo_script import DemoFailedError, run_demo
from iotmi.emulator import Emulator
from iotmi.retrying import RetryPolicy

_CALL_WIDTH: Final = 39
"""The width of the column of calls."""


class ConsoleReporter:
    """A reporter that prints chapters and steps to a console.

    Its own characters are ASCII, and colors appear only on a terminal, so that the output reads the
    same in a file.

    Args:
        console: console to print to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._chapters = 0
        self.steps: int = 0

    def chapter(self, title: str) -> None:
        """Print the title of a chapter."""
        self._chapters += 1
        self._line()
        self._line(f"{self._chapters}. {title}", "bold")

    def step(self, call: str, finding: str, *, holds: bool) -> None:
        """Print the result of a call, and stop the demo if the result is not as expected.

        Raises:
            DemoFailedError: *holds* is false.
        """
        self.steps += 1
        mark, style = ("ok", "green") if holds else ("NO", "bold red")
        line = Text(f"   {mark}  ", style=style)
        line.append(f"{call:<{_CALL_WIDTH}}  ", style="cyan")
        # Further lines of a result are indented to its column.
        line.append(finding.replace("\n", "\n" + " " * (_CALL_WIDTH + 9)), style="default")
        self._line(line)
        if not holds:
            raise DemoFailedError(f"{call}: {finding}")

    def message(self, text: str) -> None:
        """Print a line outside the steps."""
        self._line(text)

    def _line(self, text: Text | str = "", style: str = "") -> None:
        self._console.print(text, style=style, soft_wrap=True, highlight=False, markup=False)


@click.command()
@click.option("--source", is_flag=True, help="Print the source code of the demo instead.")
def demo(*, source: bool) -> None:
    """Show the life of a home on the emulator, call by call.

    It needs no AWS account and no network, and never waits.
    """
    if source:
        from iotmi.cli import _demo_script

        click.echo(inspect.getsource(_demo_script), nl=False)
        return
    reporter = ConsoleReporter(Console())
    reporter.message(f"iotmi {__version__}: a home on the emulator. No AWS account, no network.")
    pauses: list[float] = []
    with Emulator() as emulator:
        # Pauses of waiters and retries are recorded and not slept.
        with emulator.client(retry=RetryPolicy(sleep=pauses.append)) as client:
            try:
                run_demo(reporter, client, emulator)
            except DemoFailedError as error:
                raise click.ClickException(f"The demo failed at {error}") from error
        reporter.message("")
        reporter.message(f"All {reporter.steps} steps passed, in {len(emulator.calls)} calls.")
    reporter.message(f"{len(pauses)} pauses of waiters and retries were recorded and not slept.")
    reporter.message("The source code of this demo: python -m iotmi demo --source")
