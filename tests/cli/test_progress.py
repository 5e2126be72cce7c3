"""The progress of a run: the bar in a real terminal, its picture, and lines in a file."""

import html
import io
import os
import pty
import re
import runpy
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
from attrs import evolve
from rich.console import Console

from iotmi.cli import _progress
from iotmi.cli._progress import BarProgress, TextProgress, drawn, progress_hook
from iotmi.emulator import Emulator
from iotmi.emulator.server import serving
from iotmi.fleet import Phase, Progress
from tests.cli.fleets import ONBOARD, Service
from tests.cli.running import command, environment

DOCS: Final = Path(__file__).parents[2] / "docs"
TMUX: Final = shutil.which("tmux")

MOMENT: Final = Progress(
    phase=Phase.SENDING,
    total=100_000,
    waiting=87_614,
    sent=25,
    done=12_345,
    failed=14,
    unknown=2,
    rate=9.8,
    rate_limit=10.04,
    throttled=31,
    elapsed=1_260.0,
    eta=8_949.4,
)


def text_of(progress: Progress, width: int = 80, *, color: bool = False) -> str:
    """Return the picture of a moment as text."""
    output = io.StringIO()
    console = Console(
        file=output, width=width, force_terminal=color, color_system="standard" if color else None
    )
    console.print(drawn(progress))
    return output.getvalue()


def test_a_picture_has_every_number() -> None:
    """The picture has the share, the rate, the time left, the limit found and the failures."""
    bar, speed, outcomes = text_of(MOMENT).splitlines()
    assert bar.startswith("sending    ")
    assert bar.endswith(" 12%")
    assert speed.rstrip() == (
        "12,361 of 100,000 rows, 9.8 rows/s, 2:29:09 left, limit 10.0 calls/s"
    )
    assert outcomes.rstrip() == "14 failed, 2 unknown, 25 in progress, 31 throttled"


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_picture_fits_its_terminal(width: int) -> None:
    """No line is longer than the terminal is wide."""
    assert max(len(line) for line in text_of(MOMENT, width).splitlines()) <= width


def test_an_unknown_rate_is_said() -> None:
    """Before the first throttle there is no limit, and before the first row no time."""
    text = text_of(evolve(MOMENT, rate_limit=None, eta=None, done=0, failed=0, unknown=0))
    assert "time left unknown, no limit found yet" in text
    assert " 0%" in text


def test_an_empty_job_is_complete() -> None:
    """A job without rows shows 100 %."""
    assert "100%" in text_of(evolve(MOMENT, total=0, done=0, failed=0, unknown=0))


def test_failures_are_red() -> None:
    """On a terminal, failures are red, and none are plain."""
    assert "\x1b[1;31m14 failed" in text_of(MOMENT, color=True)
    assert "\x1b[1;31m" not in text_of(evolve(MOMENT, failed=0), color=True)


def test_a_file_gets_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a terminal, a line of text appears when it is due, and nothing else."""
    monkeypatch.setattr(_progress, "LINE_EVERY", 0.0)
    hook = progress_hook(hidden=False)
    assert isinstance(hook, TextProgress)
    with hook:
        hook(MOMENT)
        monkeypatch.setattr(_progress, "LINE_EVERY", 60.0)
        hook(MOMENT)
        hook(MOMENT)
    line = (
        "sending: 12,361 of 100,000 rows, 9.8 rows/s, 2:29:09 left, limit 10.0 calls/s, "
        "14 failed, 2 unknown, 25 in progress, 31 throttled\n"
    )
    assert capsys.readouterr().err == line * 2


def test_progress_can_be_hidden() -> None:
    """--no-progress has no display."""
    assert progress_hook(hidden=True) is None


@pytest.mark.parametrize(("term", "display"), [("xterm", BarProgress), ("dumb", TextProgress)])
def test_a_terminal_has_the_display_that_it_can_draw(
    term: str, display: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal that cannot move its cursor gets lines of text."""
    controller, terminal = pty.openpty()
    with open(terminal, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a descriptor
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", term)
        assert type(progress_hook(hidden=False)) is display
    os.close(controller)


def test_a_bar_stays_after_the_run() -> None:
    """The last picture is left on the terminal, and the cursor is shown again."""
    output = io.StringIO()
    with BarProgress(Console(file=output, force_terminal=True, width=80)) as hook:
        hook(MOMENT)
        hook(evolve(MOMENT, phase=Phase.SETTLING))
    assert "settling" in output.getvalue()
    assert output.getvalue().rstrip().endswith("\x1b[?25h")


def test_the_picture_of_the_page_is_current() -> None:
    """docs/cli.svg has the text that `python docs/cli_picture.py` draws."""
    made = runpy.run_path(str(DOCS / "cli_picture.py"))["picture"]()
    kept = (DOCS / "cli.svg").read_text("utf-8")
    # Releases of rich differ in the markup of the picture.
    assert words_of(kept) == words_of(made), "run: python docs/cli_picture.py"
    assert "36,388 of 100,000 rows" in words_of(kept)


def words_of(picture: str) -> str:
    """Return the text of a picture in SVG."""
    return " ".join(
        " ".join(html.unescape(each) for each in re.findall(r">([^<]+)<", picture)).split()
    )


# -- a real terminal -----------------------------------------------------------------------


class Terminal:
    """A terminal of tmux with 80 columns."""

    def __init__(self, folder: Path) -> None:
        self._server = f"iotmi-{uuid4().hex}"
        self._folder = folder

    def tmux(self, *words: str) -> str:
        """Run a command of this tmux server, and return its output."""
        done = subprocess.run(
            ["tmux", "-L", self._server, "-f", "/dev/null", *words],
            capture_output=True,
            text=True,
            check=False,
            env=environment(TERM="screen-256color", LC_ALL="C.UTF-8"),
        )
        return done.stdout

    def run(self, *arguments: str, **settings: str) -> None:
        """Run a command of iotmi in the terminal, and print its exit code at its end."""
        script = self._folder / "run.sh"
        words = " ".join(f"'{word}'" for word in command(*arguments))
        names = environment(TERM="screen-256color", LC_ALL="C.UTF-8", **settings)
        names.pop("COLUMNS", None)
        lines = [f"export {name}='{value}'" for name, value in names.items() if name in _KEPT]
        script.write_text("\n".join([*lines, words, 'echo "exit code $?"', "sleep 60"]))
        self.tmux("new-session", "-d", "-x", "80", "-y", "24", "sh", str(script))

    def shows(self, holds: Callable[[str], bool], *, colors: bool = False) -> str:
        """Return the first screen for which *holds* returns True."""
        screen = ""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            screen = self.tmux("capture-pane", "-p", *(["-e"] if colors else []))
            if holds(screen):
                return screen
            time.sleep(0.05)
        raise AssertionError(f"the terminal never showed it:\n{screen}")


_KEPT: Final = {
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE"),
    *("PATH", "PYTHONPATH", "HOME", "NO_COLOR", "TERM", "LC_ALL"),
}


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """Yield a terminal, and end its tmux server."""
    made = Terminal(tmp_path)
    yield made
    made.tmux("kill-server")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Yield a service that throttles creations, and loses one row."""
    with Emulator() as emulator, serving(emulator) as address:
        emulator.faults.throttle(operation="CreateManagedThing", rate=20, burst=2)
        emulator.faults.fail("CreateManagedThing", "ConflictException")
        yield Service(emulator, address, tmp_path)


@pytest.mark.skipif(TMUX is None, reason="tmux is not installed")
def test_the_bar_moves_in_a_terminal(service: Service, terminal: Terminal) -> None:
    """The bar grows in place, with rate, time left, failures and the limit found."""
    terminal.run("fleet", "run", service.devices(90), *ONBOARD, *service.ledger, *service.here)
    first = terminal.shows(lambda screen: re.search(r"[1-9]\d* of 90 rows", screen) is not None)
    assert "━" in first
    screen = terminal.shows(
        lambda screen: re.search(r"limit [\d.]+ calls/s\n1 failed", screen) is not None
    )
    assert re.search(r"of 90 rows, [\d.]+ rows/s, \d:\d\d:\d\d left, limit", screen)
    assert screen.count("sending") == 1
    last = terminal.shows(lambda screen: "exit code" in screen)
    assert "100%" in last
    assert "89 of 90 rows done, 1 failed" in last
    assert last.count("rows/s") == 1
    assert "exit code 1" in last


@pytest.mark.skipif(TMUX is None, reason="tmux is not installed")
@pytest.mark.parametrize("no_color", ["", "1"])
def test_no_color_is_honoured(service: Service, terminal: Terminal, no_color: str) -> None:
    """With NO_COLOR the bar has no color, and without it the failures are red."""
    terminal.run(
        *("fleet", "run", service.devices(12), *ONBOARD, *service.ledger, *service.here),
        **({"NO_COLOR": no_color} if no_color else {}),
    )
    screen = terminal.shows(lambda screen: "exit code" in screen, colors=True)
    assert "1 failed" in screen
    assert (re.search(r"\x1b\[(?:\d+;)*3[0-7]", screen) is None) == bool(no_color)
