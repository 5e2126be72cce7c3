"""A comparison of iotmi with raw boto3 and capo.

    python -m tests.benchmarks [--only NAME ...] [--rounds 15] [--quick] [--strict]
                               [--environments FOLDER | --here]
                               [--json PATH] [--chart PATH] [--write-docs [FOLDER]]
    python -m tests.benchmarks --profile NAME [--environments FOLDER]

Each client runs in an environment of its own, which pip installs first.
The report shows missed bars. They fail the command only with ``--strict``, because times vary
between machines. docs/performance.md describes the method.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from tests.benchmarks import agreement, cold, docs_page, environments, memory, throughput, timed
from tests.benchmarks.chart import chart
from tests.benchmarks.environments import Environments
from tests.benchmarks.measuring import QUICK, Extent, Row
from tests.benchmarks.report import Outcome, machine
from tests.benchmarks.server import Server, serving


@frozen
class Run:
    """A measurement of one workload, with its scripted service: prompt, slow, or closing (TLS)."""

    measure: Callable[[Server, Environments, Extent], list[Row]]
    service: str = "prompt"


def _service_of(work: str) -> str:
    return "closing" if work == "connect" else "prompt"


RUNS: Final[Mapping[str, Run]] = {
    **{name: Run(partial(timed.measure, name), _service_of(name)) for name in timed.WORKS},
    "cold-start": Run(cold.measure),
    "hold": Run(memory.holding),
    "iterate": Run(memory.iterating),
    "threads": Run(throughput.by_threads, "slow"),
    **{name: Run(partial(throughput.by_tasks, name), "slow") for name in throughput.BACKENDS},
}
PROFILES: Final[Mapping[str, Callable[[Server, Environments], str]]] = {
    **{name: partial(timed.profile, name) for name in timed.WORKS},
    "cold-start": cold.profile,
}


def main() -> int:
    """Run the command."""
    given = _parser().parse_args()
    if given.profile:
        with (
            _environments(given.environments, here=not given.environments) as found,
            serving(closing=_service_of(given.profile) == "closing") as server,
        ):
            sys.stdout.write(PROFILES[given.profile](server, found))
        return 0
    extent = QUICK if given.quick else Extent()
    if given.rounds:
        extent = evolve(extent, rounds=given.rounds)
    with _environments(given.environments, here=given.here) as found:
        outcome = _run(given.only, found, extent)
    sys.stdout.write(outcome.text())
    if given.json:
        given.json.write_text(outcome.json())
    if given.chart:
        given.chart.write_text(chart(outcome.rows))
    if given.write_docs:
        docs_page.write(outcome, given.write_docs)
    return int(given.strict and bool(outcome.missed()))


def _environments(folder: Path | None, *, here: bool) -> AbstractContextManager[Environments]:
    return nullcontext(environments.here()) if here else environments.created(folder)


def _run(names: list[str], found: Environments, extent: Extent) -> Outcome:
    rows: list[Row] = []
    with (
        serving(pages=extent.pages) as prompt,
        serving(latency=throughput.LATENCY) as slow,
        serving(closing=True) as closing,
    ):
        services = {"prompt": prompt, "slow": slow, "closing": closing}
        agreed = agreement.agree(prompt, found)
        for name in names:
            sys.stderr.write(f"{name} …\n")
            run = RUNS[name]
            rows += run.measure(services[run.service], found, extent)
    packages = {name: each.packages for name, each in found.items() if each.packages}
    return Outcome(machine(), packages, extent, agreed, rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Compare iotmi with raw boto3 and capo."
    )
    parser.add_argument("--only", nargs="+", choices=RUNS, default=list(RUNS), metavar="NAME")
    parser.add_argument("--rounds", type=int)
    parser.add_argument(
        "--quick", action="store_true", help="run everything briefly, to show that it works"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--environments", type=Path, metavar="FOLDER", help="keep the environments for another run"
    )
    where.add_argument(
        "--here", action="store_true", help="use the current environment, for no result"
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
