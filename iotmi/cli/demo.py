"""`iotmi demo`: the story of a home, told on the emulator as it happens.

Owns how the story looks and what it is told on; what happens is `_story`'s business. Nothing here
needs an AWS account, and nothing reaches a network.
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
"""Room for the longest call's name."""


class ConsoleReporter:
    """The story as a person reads it: chapters, and below each what was called and found.

    It uses no character of its own outside ASCII, and colour only on a terminal, so that it reads
    the same in a file.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._chapters = 0
        self.steps: int = 0

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self._chapters += 1
        self._line()
        self._line(f"{self._chapters}. {title}", "bold")

    def step(self, call: str, finding: str, *, holds: bool) -> None:
        """Show what a call gave, and stop the story where it is not as told.

        Raises:
            BrokenStoryError: it does not hold.
        """
        self.steps += 1
        mark, style = ("ok", "green") if holds else ("NO", "bold red")
        line = Text(f"   {mark}  ", style=style)
        line.append(f"{call:<{_CALL_WIDTH}}  ", style="cyan")
        # What a call says in several lines stays in its column.
        line.append(finding.replace("\n", "\n" + " " * (_CALL_WIDTH + 9)), style="default")
        self._line(line)
        if not holds:
            raise DemoFailedError(f"{call}: {finding}")

    def message(self, text: str) -> None:
        """Say something outside the story."""
        self._line(text)

    def _line(self, text: Text | str = "", style: str = "") -> None:
        self._console.print(text, style=style, soft_wrap=True, highlight=False, markup=False)


@click.command()
@click.option("--source", is_flag=True, help="Show the story's own code instead, to copy from.")
def demo(*, source: bool) -> None:
    """Tell the story of a home on the emulator.

    It needs no AWS account and no network, and waits for nothing.
    """
    if source:
        from iotmi.cli import _demo_script

        click.echo(inspect.getsource(_demo_script), nl=False)
        return
    reporter = ConsoleReporter(Console())
    reporter.message(f"iotmi {__version__}: a home on the emulator. No AWS account, no network.")
    pauses: list[float] = []
    with Emulator() as emulator:
        # The pauses of waiters and retries are noted down in place of being waited.
        with emulator.client(retry=RetryPolicy(sleep=pauses.append)) as client:
            try:
                run_demo(reporter, client, emulator)
            except DemoFailedError as error:
                raise click.ClickException(f"The story broke at {error}") from error
        reporter.message("")
        reporter.message(f"All {reporter.steps} steps held, in {len(emulator.calls)} calls.")
    reporter.message(f"{len(pauses)} pauses of waiters and retries were noted down, none was waited.")
    reporter.message("The story's own code, to copy from: python -m iotmi demo --source")
