"""The preflight of a long file: rows a second, and memory that does not grow with the file.

python -m tests.fleet.preflight --rows 1000000
"""

import argparse
import resource
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from iotmi import fleet

BAR: Final = 64.0
"""MiB by which the process may grow."""


def write(path: Path, rows: int) -> Path:
    """Write Wi-Fi codes, with a bad row and a duplicate in each thousand."""
    with path.open("w") as file:
        file.write("code,name,serial_number,meta_data.site\n")
        for number in range(1, rows + 1):
            twin = number - 500 if number % 1000 == 600 else number
            long = "x" * 129 if number % 1000 == 7 else f"thing {number}"
            file.write(f"SN:FLEET{twin:09};UPC:036000291452,{long},S{number},site {number % 9}\n")
    return path


def peak() -> float:
    """Return the peak memory of this process in MiB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Check a long file.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        small = write(Path(folder) / "small.csv", 1000)
        fleet.Job(small, fleet.Onboard(role="DEVICE")).check()
        before = peak()
        source = write(Path(folder) / "devices.csv", given.rows)
        preflight = fleet.Job(source, fleet.Onboard(role="DEVICE")).check()
        growth = peak() - before
    expected = sum(number % 1000 in (7, 600) for number in range(1, given.rows + 1))
    found = len(preflight.problems)
    sys.stdout.write(
        f"{preflight}\n{preflight.rows / preflight.elapsed:,.0f} rows a second\n"
        f"problems: {found:,}, expected {expected:,}; first: {preflight.problems[0]}\n"
        f"memory grew by {growth:.1f} MiB, bar {BAR:.0f} MiB\n"
    )
    good = growth <= BAR and found == expected and preflight.rows == given.rows
    sys.stdout.write("held\n" if good else "MISSED\n")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
