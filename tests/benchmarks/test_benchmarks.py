"""The benchmarks measure what they claim. Their figures are not tested."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("capo_iot_managed_integrations", reason="comes with the extra dev")

from tests.benchmarks import agreement
from tests.benchmarks.chart import chart
from tests.benchmarks.contestant import concurrency, works
from tests.benchmarks.contestant.client import AsyncGet
from tests.benchmarks.contestant.with_boto3 import Client
from tests.benchmarks.environments import (
    CLIENTS,
    Environments,
    created,
    here,
    workers,
)
from tests.benchmarks.measuring import Extent, Row, compare, rotated
from tests.benchmarks.report import NOT_COMPARABLE, Outcome, beats, meets_bar
from tests.benchmarks.server import serving
from tests.benchmarks.subprocesses import run_python

THREE = {"boto3", "iotmi", "capo"}
MEASURED = {
    ("list", "CPU"): THREE,
    ("list", "wall"): THREE,
    ("create", "CPU"): THREE,
    ("create", "wall"): THREE,
    ("create-new", "CPU"): THREE,
    ("create-new", "wall"): THREE,
    ("get", "CPU"): THREE,
    ("get", "wall"): THREE,
    ("connect", "CPU"): THREE,
    ("connect", "wall"): THREE,
    ("build", "CPU"): {"boto3", "iotmi"},
    ("build-unchecked", "CPU"): {"boto3", "iotmi"},
    ("decode", "CPU"): THREE | {"floor"},
    ("cold-start", "CPU"): THREE | {"floor"},
    ("cold-start", "wall"): THREE | {"floor"},
    ("cold-start", "peak memory"): THREE | {"floor"},
    ("hold", "growth"): THREE,
    ("iterate", "growth"): THREE,
    ("threads", "throughput"): THREE,
    ("tasks", "throughput"): THREE,
    ("tasks", "threads"): THREE,
    ("trio-tasks", "throughput"): THREE,
    ("trio-tasks", "threads"): THREE,
}
"""The clients of every row, by workload and measure."""


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run all benchmarks briefly, and return the folder of the written documents and the output."""
    docs = tmp_path_factory.mktemp("docs")
    page = Path(__file__).parents[2] / "docs" / "performance.md"
    (docs / page.name).write_text(page.read_text())
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--rounds", "1", "--here"]
    ended = subprocess.run(
        [*command, "--write-docs", str(docs)],
        cwd=page.parents[1],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return docs, ended.stdout


@pytest.fixture(scope="module")
def outcome(quick: tuple[Path, str]) -> dict[str, Any]:
    """Return the JSON of the quick run."""
    found: dict[str, Any] = json.loads((quick[0] / "performance.json").read_text())
    return found


@pytest.mark.long
def test_every_workload_has_its_rows(outcome: dict[str, Any]) -> None:
    """Each row exists once, with a figure for each client that supports the workload."""
    rows = {(row["work"], row["measure"]): row for row in outcome["rows"]}
    assert len(rows) == len(outcome["rows"])
    assert {key: set(row["medians"]) for key, row in rows.items()} == MEASURED


@pytest.mark.long
def test_figures_are_positive(outcome: dict[str, Any]) -> None:
    """Only a listing that keeps nothing may use no memory."""
    for row in outcome["rows"]:
        if row["work"] != "iterate":
            assert all(figure > 0 for figure in row["medians"].values()), row["work"]
        if row["work"] != "iterate" and row["measure"] != "threads":
            assert set(row["ratios"]) == set(row["medians"]) - {"boto3"}


@pytest.mark.long
def test_the_clients_do_the_same(outcome: dict[str, Any]) -> None:
    """All clients send the same requests and return the same ids."""
    assert outcome["agreed"] == {work: ["boto3", "iotmi", "capo"] for work in outcome["agreed"]}
    assert set(outcome["agreed"]) == {"list", "create", "get"}


@pytest.mark.long
def test_the_results_have_the_machine(outcome: dict[str, Any]) -> None:
    """Figures are useless without the machine."""
    assert set(outcome["machine"]) == {"date", "Python", "system", "cores"}


@pytest.mark.long
def test_a_run_in_one_environment_is_no_result(
    outcome: dict[str, Any], quick: tuple[Path, str]
) -> None:
    """The report names no packages and says that the figures are no result."""
    assert outcome["packages"] == {}
    assert NOT_COMPARABLE in quick[1]


@pytest.mark.long
def test_the_threads_of_tasks_are_counted(outcome: dict[str, Any]) -> None:
    """boto3 needs a pool of threads for its tasks."""
    for row in outcome["rows"]:
        if row["measure"] == "threads":
            assert row["medians"]["boto3"] > 4


@pytest.mark.long
def test_the_page_has_the_printed_table(quick: tuple[Path, str]) -> None:
    """The table replaces the previous table, and the rest of the page is unchanged."""
    docs, output = quick
    page = (docs / "performance.md").read_text()
    before = (Path(__file__).parents[2] / "docs" / "performance.md").read_text()
    assert page.count(output) == 1
    assert page.count("| beats capo |") == 1
    for text in (page, before):
        assert text.count("<!-- end of figures -->") == 1
    assert page.partition("<!--")[0] == before.partition("<!--")[0]
    assert page.partition("<!-- end")[2] == before.partition("<!-- end")[2]
    assert (docs / "performance.svg").read_text().startswith("<svg ")


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    """A round that is slow for all clients changes no ratio."""
    row = Row.of("list", "CPU", "ms", {"boto3": [1.0, 8.0, 1.0], "iotmi": [0.5, 4.0, 0.5]})
    assert row.ratios == {"iotmi": 0.5}
    assert row.medians == {"boto3": 1.0, "iotmi": 0.5}
    assert row.spread == {"iotmi": (0.5, 0.5)}


def test_each_client_starts_equally_often() -> None:
    """The order rotates between rounds."""
    orders = list(rotated(["a", "b", "c"], 6))
    assert [order[0] for order in orders] == ["a", "b", "c"] * 2
    assert all(sorted(order) == ["a", "b", "c"] for order in orders)


def test_a_block_makes_the_given_calls() -> None:
    """The items of the calls are taken before the measurement."""
    supply = iter(range(100))
    made: list[int] = []
    block = works.for_each(made.append, supply, 5)()
    assert next(supply) == 5
    block()
    assert made == [0, 1, 2, 3, 4]


def test_only_the_block_is_measured() -> None:
    """CPU time of the preparation does not count, and waiting is elapsed time only."""

    def work(until: float) -> None:
        while time.process_time() < until:
            """Use the CPU."""

    def prepare() -> works.Block:
        work(time.process_time() + 0.3)
        return lambda: time.sleep(0.05)

    processor, clock = works.seconds(prepare)
    assert processor < 0.3
    assert clock >= 0.05
    processor, clock = works.seconds(lambda: lambda: work(time.process_time() + 0.05))
    assert 0.05 <= processor < 0.3


def test_each_client_runs_one_block_per_round() -> None:
    """The blocks of a round follow each other, in the order of the round."""
    ran: list[str] = []

    def block(name: str) -> tuple[float, float]:
        ran.append(name)
        return float(len(ran)), 10.0 * len(ran)

    times = compare({name: partial(block, name) for name in ("a", "b")}, rounds=3)
    assert ran == ["a", "b", "b", "a", "a", "b"]
    assert times.processor == {"a": [1.0, 4.0, 5.0], "b": [2.0, 3.0, 6.0]}
    assert times.clock == {"a": [10.0, 40.0, 50.0], "b": [20.0, 30.0, 60.0]}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_threads_of_the_whole_process_are_counted(backend: str) -> None:
    """A thread that the client did not start counts too."""
    over = threading.Event()
    client = bystanders(over)
    try:
        _, threads = concurrency.by_tasks(client, "", backend, calls=1, tasks=2)
    finally:
        over.set()
    assert threads >= 1 + BYSTANDERS


def test_a_worker_that_fails_ends_the_run() -> None:
    """No figure comes from a client that raised."""
    with workers(here(), ["capo"]) as running, pytest.raises(RuntimeError, match="'prepare'"):
        running["capo"].run("prepare", work="build", url="http://127.0.0.1:9", calls=1)


BYSTANDERS = 6


def bystanders(over: threading.Event) -> type[Client]:
    """Return a client whose async client starts threads that have nothing to do with calls."""

    class Crowded(Client):
        @staticmethod
        @asynccontextmanager
        async def async_get(url: str, backend: str) -> AsyncIterator[AsyncGet]:  # noqa: ARG004
            for _ in range(BYSTANDERS):
                threading.Thread(target=over.wait, daemon=True).start()

            async def get(identifier: str) -> object:
                return identifier

            yield get

    return Crowded


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Environments:
    """Return new environments."""
    folder = tmp_path_factory.mktemp("environments")
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder), "idna"]
    if subprocess.run(pip, capture_output=True, check=False).returncode:
        pytest.skip("needs a package index")
    with created(folder) as found:
        return found


@pytest.mark.long
def test_an_environment_has_one_client(environments: Environments) -> None:
    """Each client comes with its own dependencies only, and iotmi with the same boto3."""
    packages = {name: set(environments[name].packages) for name in CLIENTS}
    assert packages["iotmi"] >= packages["boto3"] | {"iotmi", "anyio", "h11"}
    assert not packages["boto3"] & {"iotmi", "anyio", "h11", "attrs"}
    assert not packages["capo"] & {"iotmi", "anyio", "boto3", "botocore"}
    assert not set.union(*packages.values()) & {"pip", "pytest", "trio", "certifi"}
    for name in ("boto3", "botocore"):
        for client in ("boto3", "iotmi"):
            assert environments[client].packages[name] == version(name)


@pytest.mark.long
@pytest.mark.parametrize("module", ["iotmi", "boto3", "capo_iot_managed_integrations"])
def test_a_client_is_imported_from_its_environment(environments: Environments, module: str) -> None:
    """The checkout is not on the path, and bytecode is compiled."""
    name = module.partition("_")[0]
    program = f"import {module}; print({module}.__file__, {module}.__cached__)"
    environment = environments[name]
    source, bytecode = run_python(environment.python, program, environment.settings).output.split()
    assert Path(source).is_relative_to(Path(environment.python).parents[1])
    assert Path(bytecode).exists()


@pytest.mark.long
def test_a_worker_has_nothing_else_to_import(environments: Environments) -> None:
    """Its path has the worker's own modules and the client's environment."""
    program = "import tests.benchmarks.contestant.worker as w; import sys; print(w.__file__)"
    for environment in environments.values():
        for settings in (environment.worker_settings, environment.trio_settings):
            run_python(environment.python, program, settings)
            with pytest.raises(RuntimeError):
                run_python(environment.python, "import tests.support", settings)
            with pytest.raises(RuntimeError):
                run_python(environment.python, "import pytest", settings)


@pytest.mark.long
def test_kept_environments_are_used_again(environments: Environments) -> None:
    """Only iotmi is installed again, because the checkout may have changed."""
    folder = Path(environments["boto3"].python).parents[2]
    before = {name: (folder / name / "pyvenv.cfg").stat().st_mtime_ns for name in CLIENTS}
    stale = next((folder / "iotmi").glob("lib/*/site-packages/iotmi/__init__.py"))
    stale.write_text("raise ImportError('stale')")
    with created(folder) as again:
        assert again == environments
    assert {name: (folder / name / "pyvenv.cfg").stat().st_mtime_ns for name in CLIENTS} == before
    run_python(environments["iotmi"].python, "import iotmi; iotmi.Client", {})


@pytest.mark.long
def test_the_clients_of_the_environments_agree(environments: Environments) -> None:
    """Each worker sends its client's requests from its environment."""
    with serving() as server:
        assert agreement.agree(server, environments) == {
            work: list(CLIENTS) for work in ("list", "create", "get")
        }


@pytest.mark.parametrize(("ratio", "kept"), [(0.25, True), (0.26, False)])
def test_a_missed_bar_is_reported(ratio: float, kept: bool) -> None:  # noqa: FBT001  (a parameter)
    """A row at its bar meets it, and a row above does not."""
    row = Row("list", "CPU", "ms", {"boto3": 4.0, "iotmi": ratio * 4}, {"iotmi": ratio})
    assert meets_bar(row) is kept
    outcome = Outcome({}, {}, Extent(), {}, [row])
    assert ("MISSED" in outcome.text()) is not kept
    assert outcome.missed() == ([] if kept else [row])


@pytest.mark.parametrize(("capo", "kept"), [(0.9, True), (0.7, False)])
def test_a_bar_may_be_another_client(capo: float, kept: bool) -> None:  # noqa: FBT001  (a parameter)
    """A listing must also need less than capo's."""
    samples = {"boto3": [4.0], "iotmi": [0.8], "capo": [capo]}
    row = Row.of("list", "CPU", "ms", samples)
    assert meets_bar(row) is kept
    assert ("0.25 and capo MISSED" in Outcome({}, {}, Extent(), {}, [row]).text()) is not kept


def test_the_report_names_each_environments_packages() -> None:
    """A reader sees the number and the versions."""
    packages = {"capo": {"capo": "0.11.0", "h11": "0.16.0"}}
    text = Outcome({}, packages, Extent(), {}, []).text()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    assert ["capo", "2", "capo 0.11.0, h11 0.16.0"] in rows
    assert NOT_COMPARABLE not in text


def test_more_is_better_for_throughput() -> None:
    """More calls per second are better, and more time is worse."""
    samples = {"boto3": [1.0], "iotmi": [3.0], "capo": [2.0]}
    rates = Row.of("threads", "throughput", "calls/s", samples, more_is_better=True)
    assert beats(rates) is True
    assert beats(Row.of("list", "CPU", "ms", samples)) is False


def test_some_rows_are_not_compared() -> None:
    """Rows without capo and rows with figures near zero have no winner."""
    assert beats(Row.of("build", "CPU", "µs", {"boto3": [1.0], "iotmi": [3.0]})) is None
    samples = {"boto3": [0.0], "iotmi": [0.1], "capo": [0.0]}
    assert beats(Row.of("iterate", "growth", "MiB", samples, compared=False)) is None


def test_the_chart_draws_ratios_to_scale() -> None:
    """A ratio twice as large has a bar twice as long."""
    row = Row("list", "CPU", "ms", {}, {"iotmi": 0.25, "capo": 0.5})
    bars = [line for line in chart([row]).splitlines() if 'x="270"' in line]
    widths = [float(bar.split('width="')[1].split('"')[0]) for bar in bars]
    assert widths[1] == pytest.approx(2 * widths[0], abs=0.2)
