"""Sources and cells: files that cannot be read, and texts that are not what a column needs."""

import pickle
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import iotmi
from iotmi import fleet
from iotmi.fleet import _columns as columns
from iotmi.fleet._work import Task, send_task
from tests.fleet.service import REGION, service
from tests.support.http_servers import KEYS

ONBOARD = fleet.Onboard(role="DEVICE")
LONG = b"a" * 140_000


def problems(path: Path) -> None:
    """Read every row of a file."""
    fleet.Job(path, ONBOARD).check()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"name\n\xff\xfe\n", "UTF-8"),
        ("b.csv", b"\xff\xfename\n", "UTF-8"),
        ("c.jsonl", b'{"name": "a"}\n\xff\n', "JSON"),
        ("d.jsonl", b"[1]\n", "JSON"),
        ("e.jsonl", b"{\n", "JSON"),
        ("f.csv", b"", "the first line"),
        ("g.csv", b"name\n" + b"a\n" * 9000 + b"\xff\n", r"after row \d{4} is not UTF-8"),
        ("h.csv", b"name\n" + LONG, "after row 0 is not CSV: field larger than"),
        ("i.csv", LONG, "the first line is not CSV: field larger than"),
        ("j.parquet", b"PAR1", "the file is not Parquet"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    """The error has the file and what is wrong with it."""
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(fleet.SourceError, match=reason) as caught:
        problems(path)
    assert name in str(caught.value)


@pytest.mark.parametrize("name", ["missing.csv", "missing.jsonl", "unknown.txt"])
def test_a_file_that_is_no_source_is_named(tmp_path: Path, name: str) -> None:
    """A missing file and an unknown format are errors of the source."""
    if name == "unknown.txt":
        (tmp_path / name).write_text("a")
    with pytest.raises(fleet.SourceError, match=name):
        problems(tmp_path / name)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_file_that_is_gone_is_named(tmp_path: Path, suffix: str, client: iotmi.Client) -> None:
    """A file that was removed after the job was made is an error of the source."""
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / f"gone.{suffix}"
    path.write_text("name\n")
    job = fleet.Job(path, ONBOARD, ledger=tmp_path / "ledger")
    path.unlink()
    for use in (job.check, lambda: job.run(client)):
        with pytest.raises(fleet.SourceError, match=r"gone\.\w+: cannot be read: .*No such file"):
            use()


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_empty_lines_are_passed_over(tmp_path: Path, name: str) -> None:
    """Rows are numbered without the empty lines."""
    line = "x" if name.endswith("csv") else '{"id": "x"}'
    path = tmp_path / name
    path.write_text(f"id\n{line}\n\n{line}\n" if name.endswith("csv") else f"{line}\n\n{line}\n")
    found = fleet.Job(path, fleet.Delete()).check()
    assert found.rows == 2
    assert [str(each) for each in found.problems] == [
        "row 2, identifier: has the same value as row 1"
    ]


def test_a_row_is_a_mapping(tmp_path: Path, client: iotmi.Client) -> None:
    """Other objects, and values that JSON cannot hold, are errors of the source."""
    with pytest.raises(fleet.SourceError, match="each row must be a mapping, not int"):
        fleet.Job([5], ONBOARD).check()
    rows = [{("a", "b"): "c"}]
    with pytest.raises(fleet.SourceError, match="a value that JSON cannot hold: keys must be str"):
        fleet.Job(rows, ONBOARD, ledger=tmp_path / "ledger").run(client)


def test_times_and_decimals_are_values_of_rows(tmp_path: Path, client: iotmi.Client) -> None:
    """Values without a form in JSON belong to the identity of a source as their text."""
    rows = [{"bought": datetime(2026, 1, 31, tzinfo=UTC), "price": Decimal("9.90")}]
    ledger = tmp_path / "ledger"
    assert fleet.Job(rows, locker, ledger=ledger).run(client).done == 1
    assert fleet.Job(iter(rows), locker, ledger=tmp_path / "other").run(client).done == 1
    changed = [{**rows[0], "price": Decimal("9.95")}]
    with pytest.raises(fleet.SourceChangedError):
        fleet.Job(changed, locker, ledger=ledger).run(client)


def locker(row: Mapping[str, object]) -> iotmi.CreateCredentialLocker:
    """Return a request with a value of the row."""
    return iotmi.CreateCredentialLocker(name=str(row["price"]).replace(".", "-"))


def test_a_parquet_file_needs_pyarrow(
    tmp_path: Path, client: iotmi.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without pyarrow, reading and writing print the command that installs it."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "things.parquet"
    with pytest.raises(ModuleNotFoundError, match=r"python -m pip install 'iotmi\[fleet\]'"):
        fleet.export(client, path)
    assert list(tmp_path.iterdir()) == []
    path.write_bytes(b"PAR1")
    with pytest.raises(ModuleNotFoundError, match=r"python -m pip install 'iotmi\[fleet\]'"):
        fleet.Job(path, ONBOARD).check()


@pytest.mark.parametrize(
    ("convert", "text", "value"),
    [
        (columns._boolean, " Yes ", True),
        (columns._boolean, "false", False),
        (columns._integer, "12", 12),
        (columns._json, "[1]", [1]),
        (columns._json, '{"a": 1}', {"a": 1}),
    ],
)
def test_a_text_is_converted(convert: columns.Convert, text: str, value: object) -> None:
    """Each type of a member reads the text of a cell."""
    assert convert(text) == value


@pytest.mark.parametrize(
    ("convert", "text", "rule"),
    [
        (columns._boolean, "maybe", "true or false"),
        (columns._integer, "1.5", "whole number"),
        (columns._json, "1", "JSON object or list"),
        (columns._json, "{", "JSON object or list"),
    ],
)
def test_a_wrong_text_breaks_a_rule(convert: columns.Convert, text: str, rule: str) -> None:
    """The rule says what the cell must hold."""
    with pytest.raises(columns._CellError, match=rule):
        convert(text)


def test_a_task_is_sent_by_a_client_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker makes the client from its recipe, once for each process."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with service() as address, iotmi.Client(endpoint_url=address) as client:
        recipe = pickle.dumps(client)
        made = send_task(Task(recipe, iotmi.CreateCredentialLocker(name="a"), claim="a"))
        assert made.ok
        missing = send_task(Task(recipe, iotmi.GetCredentialLocker("none")))
        assert (missing.ok, missing.kind) == (False, "ResourceNotFoundError")
