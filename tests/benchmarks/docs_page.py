"""The figures in the documentation: the table in docs/performance.md, its JSON and its chart."""

from pathlib import Path
from typing import Final

from tests.benchmarks.chart import chart
from tests.benchmarks.report import Outcome
from tests.benchmarks.subprocesses import ROOT

DOCS: Final = ROOT / "docs"
_BEGIN: Final = "<!-- figures: written by python -m tests.benchmarks --write-docs -->\n"
_END: Final = "<!-- end of figures -->\n"


def write(outcome: Outcome, docs: Path) -> None:
    """Replace the previous results in *docs* with *outcome*."""
    page = docs / "performance.md"
    before, begin, rest = page.read_text().partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{page.name} has no place for the figures")
    page.write_text(f"{before}{begin}\n{outcome.text()}\n{end}{after}")
    (docs / "performance.json").write_text(outcome.json())
    (docs / "performance.svg").write_text(chart(outcome.rows))
