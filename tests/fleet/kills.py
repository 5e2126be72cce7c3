"""Jobs killed at random moments under faults lose nothing and do nothing twice.

    python -m tests.fleet.kills --kills 100 --seed 7

The emulator runs in a process of its own. It throttles, fails, resets connections, and loses
responses of calls that it has carried out. SIGKILL ends the job again and again; each resume is the
same command. After the last one, the ledger and the emulator must agree row by row.
"""

import argparse
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from attrs import frozen

from iotmi import fleet
from tests.fleet.devices import name, write_csv
from tests.fleet.service import names, service

RATE: Final = 120.0
_SECONDS: Final = 120


@frozen(kw_only=True)
class Result:
    """The figures of a run with kills.

    Attributes:
        status: the rows by state at the end.
        kills: processes killed.
        in_progress: rows that were in progress at a kill.
        was_unknown: rows whose outcome was unknown at any time.
        seconds: duration.
    """

    status: fleet.Status
    kills: int
    in_progress: int
    was_unknown: int
    seconds: float


def faults(share: float) -> dict[str, object]:
    """Return the faults of the service, each hitting *share* of the calls."""
    create = {"operation": "CreateManagedThing", "share": share}
    return {
        "throttle": {"rate": RATE},
        "fail_randomly": [
            {**create, "code": "InternalServerException", "before_effect": True},
            {**create, "code": "ServiceUnavailableException", "before_effect": False},
        ],
        "drop_randomly": [
            {**create, "before_effect": True},
            {**create, "before_effect": False},
        ],
    }


def start(source: Path, ledger: Path, address: str) -> subprocess.Popen[str]:
    """Start the job in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fleet.driver", str(source), str(ledger), address],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_again_and_again(
    folder: Path, *, kills: int, rows: int, seed: int, share: float = 0.08
) -> Result:
    """Kill the job *kills* times, let it end, and compare the ledger with the emulator."""
    chance, began = Random(seed), time.perf_counter()
    source, ledger = write_csv(folder / "devices.csv", rows), folder / "ledger"
    killed = in_progress = 0
    with service(faults(share), seed=seed) as address:
        while killed < kills:
            with start(source, ledger, address) as process:
                assert process.stdout is not None
                if chance.random() < 0.9:
                    process.stdout.readline()
                # Kills between the first import and the last row.
                time.sleep(chance.uniform(0.0, 0.7))
                ended = process.poll() is not None
                process.send_signal(signal.SIGKILL)
            killed += not ended
            if ended:
                break
            in_progress += _in_progress(ledger)
        with start(source, ledger, address) as process:
            _, errors = process.communicate(timeout=_SECONDS)
        if process.returncode not in (0, 1, 3):
            raise AssertionError(errors)
        found = Counter(names(address))
    compare(ledger, found)
    with closing(sqlite3.connect(ledger)) as database:
        (was_unknown,) = database.execute("SELECT sum(was_unknown) FROM rows").fetchone()
    return Result(
        status=fleet.Ledger(ledger).status(),
        kills=killed,
        in_progress=in_progress,
        was_unknown=was_unknown,
        seconds=time.perf_counter() - began,
    )


def compare(ledger: Path, found: Counter[str]) -> None:
    """Compare the rows of a ledger with the names of the things that exist.

    Raises:
        AssertionError: a row is lost, doubled, or in a state that is not true.
    """
    status = fleet.Ledger(ledger).status()
    rows = list(fleet.Ledger(ledger).rows())
    assert [row.number for row in rows] == list(range(1, status.total + 1)), "rows are missing"
    for row in rows:
        times = found.pop(name(row.number), 0)
        expected = {"done": (1,), "failed": (0,), "unknown": (0, 1)}.get(row.state.value, ())
        assert times in expected, f"row {row.number} is {row.state} and exists {times} times"
        assert row.state is fleet.RowState.DONE or row.cause, f"row {row.number} has no cause"
    assert not found, f"things of no row: {sorted(found)}"


def _in_progress(ledger: Path) -> int:
    try:
        return fleet.Ledger(ledger).status().sent
    except fleet.LedgerError:
        # Killed before the ledger was made.
        return 0


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Kill a job again and again.")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rows", type=int, default=0, help="0 for enough to last all kills")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    rows = given.rows or given.kills * 75
    with TemporaryDirectory() as folder:
        result = kill_again_and_again(Path(folder), kills=given.kills, rows=rows, seed=given.seed)
    sys.stdout.write(
        f"{result.kills} kills in {result.seconds:.0f} s, {result.in_progress} rows in progress at "
        f"a kill, {result.was_unknown} rows with an unknown outcome at some time\n{result.status}\n"
    )
    good = result.kills == given.kills and result.was_unknown >= min(20, given.kills)
    sys.stdout.write("held: nothing lost, nothing twice\n" if good else "MISSED: too few events\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
