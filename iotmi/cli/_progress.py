"""The progress of a fleet's run: a bar on a terminal, and lines of text elsewhere.

Both go to the error stream, so that the output stays data. This module does not know jobs.
"""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from iotmi.cli._output import note

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from iotmi.fleet import Progress

LINE_EVERY: Final = 10.0
"""Seconds between two lines where the error stream is no terminal."""


class TextProgress:
    """A line of text for each `LINE_EVERY` seconds of a run."""

    def __init__(self) -> None:
        self._due = time.monotonic() + LINE_EVERY

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Print nothing more."""

    def __call__(self, progress: "Progress") -> None:
        """Print a line if one is due."""
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + LINE_EVERY
            note(f"{progress.phase}: {speed(progress)}, {outcomes(progress)}")


class BarProgress:
    """A bar with two lines of numbers, drawn in place.

    Args:
        console: the terminal.
    """

    def __init__(self, console: "Console") -> None:
        from rich.live import Live

        self._live = Live(console=console, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the last picture on the terminal."""
        self._live.stop()

    def __call__(self, progress: "Progress") -> None:
        """Draw a moment of the run."""
        self._live.update(drawn(progress), refresh=True)


def progress_hook(*, hidden: bool) -> TextProgress | BarProgress | None:
    """Return the display that fits the error stream, or None if it is hidden."""
    if hidden:
        return None
    if not sys.stderr.isatty():
        return TextProgress()
    from rich.console import Console

    console = Console(stderr=True)
    return TextProgress() if console.is_dumb_terminal else BarProgress(console)


def drawn(progress: "Progress") -> "RenderableType":
    """Return the picture of a moment of a run."""
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    ended = _ended(progress)
    top = Table.grid(padding=(0, 1), expand=True)
    top.add_column(no_wrap=True)
    top.add_column(ratio=1)
    top.add_column(no_wrap=True, justify="right")
    share = ended / progress.total if progress.total else 1.0
    top.add_row(
        Text(f"{progress.phase:<10}", style="bold"),
        ProgressBar(
            total=max(progress.total, 1),
            completed=ended,
            complete_style="green",
            finished_style="green",
        ),
        Text(f"{share:4.0%}"),
    )
    failed = Text(f"{progress.failed:,} failed", style="bold red" if progress.failed else "")
    unknown = Text(f"{progress.unknown:,} unknown", style="yellow" if progress.unknown else "")
    rest = Text(f"{progress.sent:,} in progress, {progress.throttled:,} throttled")
    return Group(top, Text(speed(progress), style="cyan"), Text(", ").join([failed, unknown, rest]))


def speed(progress: "Progress") -> str:
    """Return the rows, the rate, the time left and the limit found."""
    limit = (
        "no limit found yet"
        if progress.rate_limit is None
        else f"limit {progress.rate_limit:,.1f} calls/s"
    )
    return (
        f"{_ended(progress):,} of {progress.total:,} rows, {progress.rate:,.1f} rows/s, "
        f"{_left(progress.eta)}, {limit}"
    )


def outcomes(progress: "Progress") -> str:
    """Return the rows by state."""
    return (
        f"{progress.failed:,} failed, {progress.unknown:,} unknown, {progress.sent:,} in progress, "
        f"{progress.throttled:,} throttled"
    )


def _ended(progress: "Progress") -> int:
    return progress.done + progress.failed + progress.unknown


def _left(seconds: float | None) -> str:
    if seconds is None:
        return "time left unknown"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} left"
