"""A comparison of iotmi with raw boto3 and capo.

    python -m tests.benchmarks [--only NAME ...] [--rounds 15] [--quick] [--strict]
                               [--json PATH] [--chart PATH] [--write-docs [FOLDER]]
    python -m tests.benchmarks --profile NAME

The report shows missed bars. They fail the command only with ``--strict``, because times vary
between machines. docs/performance.md describes the method.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from tests.benchmarks import agreement, cold, docs_page, memory, throughput, timed
from tests.benchmarks.chart import chart
from tests.benchmarks.measuring import QUICK, Extent, Row
from tests.benchmarks.report import Outcome, machine
from tests.benchmarks.server import Server, serving


@frozen
class Run:
    """A measurement of one workload, with its scripted service: prompt, slow, or closing (TLS)."""

    measure: Callable[[Server, Extent], list[Row]]
    service: str = "prompt"


def _service_of(work: str) -> str:
    return "closing" if work == "connect" else "prompt"


RUNS: Final[Mapping[str, Run]] = {
    **{name: Run(partial(timed.measure, name), _service_of(name)) for name in timed.WORKS},
    "cold-start": Run(cold.measure),
    "hold": Run(memory.holding),
    "iterate": Run(memory.iterating),
    **{name: Run(partial(throughput.measure, name), "slow") for name in throughput.WORKS},
}
PROFILES: Final[Mapping[str, Callable[[Server], str]]] = {
    **{name: partial(timed.profile, name) for name in timed.WORKS},
    "cold-start": cold.profile,
}


def main() -> int:
    """Run the command."""
    given = _parser().parse_args()
    if given.profile:
        with serving(closing=_service_of(given.profile) == "closing") as server:
            sys.stdout.write(PROFILES[given.profile](server))
        return 0
    extent = QUICK if given.quick else Extent()
    if given.rounds:
        extent = evolve(extent, rounds=given.rounds)
    outcome = _run(given.only, extent)
    sys.stdout.write(outcome.text())
    if given.json:
        given.json.write_text(outcome.json())
    if given.chart:
        given.chart.write_text(chart(outcome.rows))
    if given.write_docs:
        docs_page.write(outcome, given.write_docs)
    return int(given.strict and bool(outcome.missed()))


def _run(names: list[str], extent: Extent) -> Outcome:
    rows: list[Row] = []
    with (
        serving(pages=extent.pages) as prompt,
        serving(latency=throughput.LATENCY) as slow,
        serving(closing=True) as closing,
    ):
        services = {"prompt": prompt, "slow": slow, "closing": closing}
        agreed = agreement.agree_in_subprocess(prompt)
        for name in names:
            sys.stderr.write(f"{name} …\n")
            run = RUNS[name]
            rows += run.measure(services[run.service], extent)
    return Outcome(machine(), extent, agreed, rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Compare iotmi with raw boto3 and capo."
    )
    parser.add_argument("--only", nargs="+", choices=RUNS, default=list(RUNS), metavar="NAME")
    parser.add_argument("--rounds", type=int)
    parser.add_argument(
        "--quick", action="store_true", help="run everything briefly, to show that it works"
    )
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a bar is missed")
    parser.add_argument("--json", type=Path, help="write the results as JSON")
    parser.add_argument("--chart", type=Path, help="write the ratios as an SVG chart")
    parser.add_argument(
        "--write-docs",
        type=Path,
        nargs="?",
        const=docs_page.DOCS,
        metavar="FOLDER",
        help="write table, JSON and chart into the documentation",
    )
    parser.add_argument("--profile", choices=PROFILES, help="profile iotmi in one workload")
    return parser


if __name__ == "__main__":
    sys.exit(main())
