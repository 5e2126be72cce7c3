"""Draw `cli.svg`, the picture of a run on a terminal, as rich renders it.

    python docs/cli_picture.py

The numbers are those of a run of 100,000 rows at the documented limit of 10 calls a second.
"""

import io
from pathlib import Path
from typing import Final

from rich.console import Console

from iotmi.cli._progress import drawn
from iotmi.fleet import Phase, Progress

ROOT: Final = Path(__file__).parent.parent

COMMAND: Final = "$ iotmi fleet run devices.csv --action onboard --ledger devices.ledger"

MOMENT: Final = Progress(
    phase=Phase.SENDING,
    total=100_000,
    waiting=63_587,
    sent=25,
    done=36_371,
    failed=14,
    unknown=3,
    rate=9.8,
    rate_limit=10.0,
    throttled=31,
    elapsed=3_713.0,
    eta=6_491.0,
)


def picture() -> str:
    """Return the picture as SVG."""
    console = Console(
        file=io.StringIO(), record=True, width=80, force_terminal=True, color_system="truecolor"
    )
    console.print(COMMAND, highlight=False)
    console.print(drawn(MOMENT))
    return console.export_svg(title="iotmi fleet run", unique_id="iotmi-cli")


if __name__ == "__main__":
    (ROOT / "docs" / "cli.svg").write_text(picture(), "utf-8")
