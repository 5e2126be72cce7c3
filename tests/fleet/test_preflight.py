"""Preflight: every problem has its row, column and rule, and no value of the row."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import iotmi
from iotmi import fleet, materials
from iotmi.capabilities import OnOff
from tests.fleet.devices import code


def problems(action: object, *rows: Mapping[str, object]) -> list[str]:
    """Return the problems of rows as text."""
    preflight = fleet.Job(list(rows), action).check()  # type: ignore[arg-type]  # any action
    assert preflight.rows == len(rows)
    assert preflight.ok == (not preflight.problems)
    return [str(each) for each in preflight.problems]


def csv_problems(tmp_path: Path, text: str, action: object) -> list[str]:
    """Return the problems of a CSV file as text."""
    path = tmp_path / "x.csv"
    path.write_text(text)
    return [str(each) for each in fleet.Job(path, action).check().problems]  # type: ignore[arg-type]  # any action


ONBOARD = fleet.Onboard(role="DEVICE")


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({}, "row 1, code: is required, or authentication_material"),
        ({"code": 5}, "row 1, code: the text must be a string, not int"),
        ({"code": code(1), "name": 5}, "row 1, name: must be a string"),
        ({"code": code(1), "nmae": "x"}, "did you mean name?"),
        ({"code": code(1), "name.x": "x"}, "name is neither a map nor a structure"),
        ({"code": code(1), "authentication_material": "x"}, "is given, and authentication"),
        ({"code": code(1), "metadata.site": "x" * 801}, "row 1, metadata.site: must have from 0"),
        ({"code": code(1), "MetaData.site": "x" * 801}, "row 1, MetaData.site: must have from 0"),
        (
            {"code": code(1), "wifi_simple_setup_configuration.timeout_in_minutes": 99},
            "row 1, wifi_simple_setup_configuration.timeout_in_minutes: must be from 5 to 15",
        ),
        ({"code": code(1), "tags.x": "secret" * 50}, "row 1, tags"),
        ({"code": code(1), "role": "HUB"}, "row 1, role: must be one of CONTROLLER, DEVICE"),
        (
            {"code": code(1), "wifi_simple_setup_configuration.timeout": 5},
            "is no member of WiFiSimpleSetupConfiguration; did you mean timeout_in_minutes?",
        ),
        (
            {"code": code(1), "metadata": {"a": "b"}, "metadata.a": "c"},
            "row 1, metadata.a: is given twice, by another column too",
        ),
        (
            {"code": code(1), "metadata": ["a"], "metadata.b": "c"},
            "row 1, metadata.b: is given twice, because metadata is a column too",
        ),
        ({"code": code(1), "name": "a", "Name": "b"}, "row 1, Name: is given twice"),
    ],
)
def test_a_problem_names_its_column(cells: Mapping[str, object], problem: str) -> None:
    """Each broken rule is one problem with the column as the source writes it."""
    found = problems(ONBOARD, cells)
    assert len(found) == 1
    assert problem in found[0]
    assert "secret" not in found[0]


def test_all_problems_of_a_row_are_found() -> None:
    """A row with several broken limits has several problems."""
    found = problems(ONBOARD, {"code": code(1), "name": "x" * 200, "serial_number": "no.dots"})
    assert [each.partition(":")[0] for each in found] == [
        "row 1, serial_number",
        "row 1, name",
    ]
    assert "no.dots" not in "".join(found)


def test_duplicates_are_found_by_code_serial_number_and_id() -> None:
    """A second row with the same code, serial number or id is a problem of that row."""
    assert problems(
        ONBOARD,
        {"code": code(1), "serial_number": "A1"},
        {"code": code(2), "serial_number": "A1"},
        {"code": code(1), "serial_number": "A3"},
    ) == [
        "row 2, serial_number: has the same value as row 1",
        "row 3, code: has the same value as row 1",
    ]
    assert problems(fleet.Delete, {"id": "a"}, {"id": "b"}, {"id": "a"}) == [
        "row 3, identifier: has the same value as row 1"
    ]


def test_text_is_converted_to_the_type_of_the_member(tmp_path: Path) -> None:
    """Text of a CSV file becomes booleans, numbers and JSON, or is a problem."""
    head = "code,wifi_simple_setup_configuration.enable_as_provisionee,capability_report\n"
    good = 'SN:FLEET0000001;UPC:036000291452,yes,"{""version"":""1.0.0"",""endpoints"":[]}"\n'
    assert csv_problems(tmp_path, head + good, ONBOARD) == []
    bad = "SN:FLEET0000001;UPC:036000291452,perhaps,{\n"
    assert csv_problems(tmp_path, head + bad, ONBOARD) == [
        "row 1, wifi_simple_setup_configuration.enable_as_provisionee: must be true or false",
        "row 1, capability_report: must be a JSON object or list",
    ]


def test_a_wrong_header_is_one_problem(tmp_path: Path) -> None:
    """A column that names no member is reported once, and rows are checked without it."""
    text = "code;colour\nSN:A;red\nSN:FLEET0000001,UPC;red;more\n"
    found = csv_problems(tmp_path, text, ONBOARD)
    assert found[0] == "header, colour: is no member of CreateManagedThing"
    assert found[1].startswith("row 1, code: the text must be SN:")
    assert found[2] == "row 2: has 1 more cells than the header"


def test_a_hidden_value_is_refused(tmp_path: Path) -> None:
    """A cell with `***` would write back what an export has hidden."""
    found = csv_problems(tmp_path, "id,owner\nabc,***\n", fleet.Update())
    assert found == ["row 1, owner: is '***', which replaced a hidden value"]


def test_warnings_stop_nothing() -> None:
    """A code with a wrong check digit is a warning, because genuine labels have it too."""
    row = {"code": "SN:FLEET0000001;UPC:829576019524"}
    preflight = fleet.Job([row], fleet.Onboard(role="CONTROLLER")).check()
    assert preflight.ok
    (warning,) = preflight.warnings
    assert (warning.row, warning.column) == (1, "code")
    assert "check digit" in warning.rule


def test_the_other_actions_are_checked() -> None:
    """Updates, tags and commands are checked against the limits of their requests."""
    assert problems(fleet.Update, {"name": "x"}) == ["row 1, identifier: is required"]
    assert "arn: must match" in problems(fleet.Tag(tags={"a": "b"}), {"arn": "no"})[0]
    assert "tags: must hold" in problems(fleet.Tag(), {"arn": ARN})[0]
    assert problems(fleet.Tag(remove=["a"]), {"arn": ARN}) == []
    assert problems(fleet.Control(OnOff.toggle()), {}) == ["row 1, managed_thing_id: is required"]
    assert "endpoints: is required" in problems(fleet.Control(), {"id": "a"})[0]


ARN = "arn:aws:iotmanagedintegrations:eu-west-1:123456789012:managed-thing/abc"


def test_a_column_may_hold_the_role() -> None:
    """Without a role of the action, each row needs its own."""
    rows = [{"code": code(1), "role": "DEVICE"}, {"code": code(2)}]
    assert problems(fleet.Onboard(), *rows) == ["row 2, role: is required"]


def refuse(row: Mapping[str, object]) -> iotmi.CreateManagedThing:
    """Return a request with a name that may be too long and a code that may be none."""
    return iotmi.CreateManagedThing(
        role=iotmi.Role.DEVICE,
        name=str(row["name"]),
        **materials.parse(str(row["code"])).parameters(),
    )


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (refuse, "row 1, name: must have from 1 to 128 characters"),
        (lambda row: refuse({**row, "code": "SN:secret"}), "row 1, code: the text must be SN:"),
        (lambda _: [], "row 1: the function of the job must return requests, and returned nothing"),
        (
            lambda row: [iotmi.GetManagedThing("a"), row],
            "row 1: the function of the job must return requests, and returned dict",
        ),
    ],
)
def test_a_function_that_makes_no_request_is_a_problem(
    function: Callable[[Mapping[str, object]], object], problem: str
) -> None:
    """Broken limits and codes have their rules, and other results their type."""
    (found,) = problems(function, {"code": code(1), "name": "secret" * 30})
    assert found.startswith(problem)
    assert "secret" not in found


def test_defaults_fill_what_a_row_lacks() -> None:
    """Defaults apply where a row has no value, and maps are merged by their keys."""
    action = fleet.Onboard(role="DEVICE", defaults={"owner": "me", "metadata": {"a": "x" * 900}})
    assert problems(action, {"code": code(1), "metadata.b": "y"})[0].startswith("row 1, metadata")
    assert problems(action, {"code": code(1), "metadata.a": "y"}) == []


def test_the_problems_are_a_sequence() -> None:
    """Problems have a length, indices, slices and an end."""
    rows = [{"code": "?"} for _ in range(5)]
    found = fleet.Job(rows, ONBOARD).check().problems
    assert len(found) == 5
    assert (found[0].row, found[-1].row) == (1, 5)
    assert [each.row for each in found[1:3]] == [2, 3]
    with pytest.raises(IndexError):
        found[5]
    assert repr(found) == "<5 problems>"


def test_a_job_needs_a_ledger_only_to_run(client: object) -> None:
    """A job without a ledger can be checked, and says what is missing when it is run."""
    with pytest.raises(TypeError, match="has no ledger"):
        fleet.Job([], ONBOARD).run(client)  # type: ignore[arg-type]  # a client
    with pytest.raises(TypeError, match="a source is a path"):
        fleet.Job(5, ONBOARD)  # type: ignore[arg-type]  # the mistake under test
    for action in ("onboard", iotmi.CreateManagedThing):
        with pytest.raises(TypeError, match="an action is one of"):
            fleet.Job([], action)  # type: ignore[arg-type]  # the mistake under test


def test_a_job_shows_its_action_and_its_source() -> None:
    """The repr has no value of a row."""
    assert repr(fleet.Job([{"code": "SN:secret"}], ONBOARD)) == "<Job onboard an iterable>"
