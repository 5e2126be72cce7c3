"""Sources and cells: files that cannot be read, and texts that are not what a column needs."""

import pickle
from pathlib import Path

import pytest

import iotmi
from iotmi import fleet
from iotmi.fleet import _columns as columns
from iotmi.fleet._work import Task, send_task
from tests.fleet.service import REGION, service
from tests.support.http_servers import KEYS

ONBOARD = fleet.Onboard(role="DEVICE")


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
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    """The error has the file and what is wrong with it."""
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


@pytest.mark.parametrize(
    ("convert", "text", "value"),
    [
        (columns._boolean, " Yes ", True),
        (columns._boolean, "false", False),
        (columns._integer, "12", 12),
        (columns._number, "1.5", 1.5),
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
        (columns._number, "x", "must be a number"),
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
