"""The report: bars, machine, a Markdown table and JSON."""

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from attrs import asdict, frozen

from tests.benchmarks.measuring import FLOOR, REFERENCE, Bar, Extent, Row

OURS: Final = "iotmi"
OTHER: Final = "capo"
NOT_COMPARABLE: Final = "All clients ran in the same environment, so these figures are no result."

BARS: Final[Mapping[tuple[str, str], Bar]] = {
    ("list", "CPU"): Bar(0.25, beats_capo=True),
    ("create", "CPU"): Bar(0.50),
    ("create-new", "CPU"): Bar(0.60),
    ("get", "CPU"): Bar(0.60, beats_capo=True),
    ("connect", "CPU"): Bar(0.12),
    ("cold-start", "CPU"): Bar(0.88),
    ("cold-start", "peak memory"): Bar(0.82),
    ("iterate", "growth"): Bar(5.0, of_boto3=False),
    ("tasks", "throughput"): Bar(beats_capo=True),
    ("tasks", "threads"): Bar(4, of_boto3=False),
    ("trio-tasks", "throughput"): Bar(beats_capo=True),
    ("trio-tasks", "threads"): Bar(4, of_boto3=False),
}
"""The required results of iotmi, by workload and measure."""


@frozen
class Outcome:
    """The results of one run.

    Attributes:
        machine: the Python and the machine.
        packages: the packages in each client's environment, by client; none for `here`.
        extent: the amount of measuring.
        agreed: the clients that did the same, by operation.
        rows: the figures.
    """

    machine: Mapping[str, str]
    packages: Mapping[str, Mapping[str, str]]
    extent: Extent
    agreed: object
    rows: Sequence[Row]

    def json(self) -> str:
        """Return the results as JSON."""
        rows = [
            {**asdict(row), "held": meets_bar(row), "beats_capo": beats(row)} for row in self.rows
        ]
        document = {
            "machine": self.machine,
            "packages": self.packages,
            "extent": asdict(self.extent),
            "agreed": self.agreed,
            "rows": rows,
        }
        return json.dumps(document, indent=2) + "\n"

    def missed(self) -> list[Row]:
        """Return the rows with a missed bar."""
        return [row for row in self.rows if meets_bar(row) is False]

    def text(self) -> str:
        """Return the machine, the environments and the table in Markdown."""
        facts = ", ".join(f"{name} {value}" for name, value in self.machine.items())
        environments = _table(self._environments()) if self.packages else NOT_COMPARABLE
        return (
            f"{facts}; {self.extent.rounds} rounds.\n\n{environments}\n\n"
            f"{_table([_HEADS, *(list(_cells(row)) for row in self.rows)])}\n"
        )

    def _environments(self) -> list[list[str]]:
        lines = [["environment", "packages", "versions"]]
        for name, packages in self.packages.items():
            versions = ", ".join(f"{package} {number}" for package, number in packages.items())
            lines.append([name, str(len(packages)), versions])
        return lines


_HEADS: Final = [
    "work",
    "measure",
    f"{OURS} : {REFERENCE}",
    f"{OTHER} : {REFERENCE}",
    "unit",
    REFERENCE,
    OURS,
    OTHER,
    FLOOR,
    "bar",
    f"beats {OTHER}",
]


def _table(lines: list[list[str]]) -> str:
    """Return a Markdown table of *lines*, of which the first has the heads."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    heads, *rest = lines
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |"
        for line in [heads, ["-" * width for width in widths], *rest]
    )


def machine() -> dict[str, str]:
    """Return the date, the Python and the machine."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "Python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
    }


def meets_bar(row: Row) -> bool | None:
    """Return True if iotmi meets the row's bar, or None if the row has no bar."""
    bar = BARS.get((row.work, row.measure))
    if bar is None:
        return None
    if bar.beats_capo and beats(row) is False:
        return False
    return (row.ratios if bar.of_boto3 else row.medians)[OURS] <= bar.most


def beats(row: Row) -> bool | None:
    """Return True if iotmi is better than capo, or None if they are not compared."""
    if OTHER not in row.ratios:
        return None
    # The ratios within a round, because the machine's speed varies between rounds.
    ours, other = row.ratios[OURS], row.ratios[OTHER]
    return ours > other if row.more_is_better else ours < other


def _cells(row: Row) -> Iterator[str]:
    yield from (row.work, row.measure)
    for name in (OURS, OTHER):
        yield number(row.ratios.get(name))
    yield row.unit
    for name in (REFERENCE, OURS, OTHER, FLOOR):
        yield number(row.medians.get(name))
    bar = BARS.get((row.work, row.measure))
    yield "" if bar is None else f"{bar} {'held' if meets_bar(row) else 'MISSED'}"
    yield {True: "yes", False: "no", None: ""}[beats(row)]


def number(figure: float | None) -> str:
    """Format a figure with three significant digits, or with all digits of its integer part."""
    if figure is None:
        return ""
    places = 0 if abs(figure) >= 100 else 1 if abs(figure) >= 10 else 2
    return f"{figure:.{places}f}"
