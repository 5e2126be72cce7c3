"""The benchmarks measure what they claim. Their figures are not tested."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("capo_iot_managed_integrations", reason="comes with the extra dev")

from tests.benchmarks.chart import chart
from tests.benchmarks.measuring import Extent, Row, compare, repeated, rotated
from tests.benchmarks.report import Outcome, beats, meets_bar

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
}
"""The clients of every row, by workload and measure."""


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run all benchmarks briefly, and return the folder of the written documents and the output."""
    docs = tmp_path_factory.mktemp("docs")
    page = Path(__file__).parents[2] / "docs" / "performance.md"
    (docs / page.name).write_text(page.read_text())
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--rounds", "1"]
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


def test_every_workload_has_its_rows(outcome: dict[str, Any]) -> None:
    """Each row exists once, with a figure for each client that supports the workload."""
    rows = {(row["work"], row["measure"]): row for row in outcome["rows"]}
    assert len(rows) == len(outcome["rows"])
    assert {key: set(row["medians"]) for key, row in rows.items()} == MEASURED


def test_figures_are_positive(outcome: dict[str, Any]) -> None:
    """Only a listing that keeps nothing may use no memory."""
    for row in outcome["rows"]:
        if row["work"] != "iterate":
            assert all(figure > 0 for figure in row["medians"].values()), row["work"]
            assert set(row["ratios"]) == set(row["medians"]) - {"boto3"}


def test_the_clients_do_the_same(outcome: dict[str, Any]) -> None:
    """All clients send the same requests and return the same ids."""
    assert outcome["agreed"] == {work: ["boto3", "iotmi", "capo"] for work in outcome["agreed"]}
    assert set(outcome["agreed"]) == {"list", "create", "get"}


def test_the_results_have_the_machine_and_versions(outcome: dict[str, Any]) -> None:
    """Figures are useless without the machine and the versions."""
    assert set(outcome["machine"]) == {
        "date",
        "Python",
        "iotmi",
        "boto3",
        "botocore",
        "capo-iot-managed-integrations",
        "system",
        "cores",
    }


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
    """A warm-up round comes before the measured rounds."""
    called = []
    times = compare({"one": repeated(lambda: called.append(1), 5)}, rounds=3, calls=5)
    assert len(called) == 4 * 5
    assert len(times.processor["one"]) == len(times.clock["one"]) == 3


@pytest.mark.parametrize(("ratio", "kept"), [(0.25, True), (0.26, False)])
def test_a_missed_bar_is_reported(ratio: float, kept: bool) -> None:  # noqa: FBT001  (a parameter)
    """A row at its bar meets it, and a row above does not."""
    row = Row("list", "CPU", "ms", {"boto3": 4.0, "iotmi": ratio * 4}, {"iotmi": ratio})
    assert meets_bar(row) is kept
    outcome = Outcome({}, Extent(), {}, [row])
    assert ("MISSED" in outcome.text()) is not kept
    assert outcome.missed() == ([] if kept else [row])


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
