"""Export, diff and apply: what the service has, compared with what a file wants."""

import csv
import json
import stat
from pathlib import Path

import pytest

import iotmi
from iotmi import fleet
from iotmi.emulator import Emulator
from iotmi.fleet._writers import writer_for
from tests.fleet.conftest import ROWS
from tests.fleet.devices import code


@pytest.fixture
def fleet_of(devices: Path, ledger: Path, client: iotmi.Client) -> iotmi.Client:
    """Return the client of an account with the things of *devices*."""
    fleet.Job(devices, fleet.Onboard(role="DEVICE"), ledger=ledger).run(client)
    return client


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "parquet"])
@pytest.mark.parametrize("details", [False, True], ids=["listed", "read"])
def test_an_export_can_be_read_again(
    suffix: str,
    details: bool,  # noqa: FBT001 - pytest's
    tmp_path: Path,
    fleet_of: iotmi.Client,
) -> None:
    """Each format holds every thing, is for its owner only, and is a source of a job."""
    path = tmp_path / f"things.{suffix}"
    assert fleet.export(fleet_of, path, details=details) == ROWS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert fleet.Job(path, fleet.Update(ignore={"role", "tags"})).check().ok
    assert list(tmp_path.glob(".*")) == []
    found = fleet.diff(path, fleet_of)
    assert (found.changes, found.unchanged, found.problems) == ((), ROWS, ())


def test_an_export_can_hide_secrets(tmp_path: Path, client: iotmi.Client) -> None:
    """With ``secrets="hide"`` the file has `***`, which no job writes back."""
    client.managed_things.create(
        role=iotmi.Role.CONTROLLER,
        owner="somebody",
        authentication_material="SN:FLEET0000001;UPC:036000291452",
        authentication_material_type=iotmi.AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
    )
    path = tmp_path / "hub.csv"
    fleet.export(client, path, filters={"role_filter": "CONTROLLER"}, secrets="hide")
    with path.open() as file:
        (row,) = csv.DictReader(file)
    assert (row["owner"], row["role"]) == ("***", "CONTROLLER")
    assert "FLEET0000001" not in path.read_text()
    assert not fleet.Job(path, fleet.Update(ignore={"role"})).check().ok


def test_a_failed_export_leaves_the_old_file(
    tmp_path: Path, fleet_of: iotmi.Client, emulator: Emulator
) -> None:
    """A listing that fails changes no file, and an unknown format is refused at once."""
    path = tmp_path / "things.jsonl"
    path.write_text("old")
    emulator.faults.fail("ListManagedThings", "AccessDeniedException")
    with pytest.raises(iotmi.AccessDeniedError):
        fleet.export(fleet_of, path)
    assert path.read_text() == "old"
    with pytest.raises(fleet.SourceError, match="must end in one of"):
        fleet.export(fleet_of, tmp_path / "things.xml")


def test_a_diff_finds_creations_updates_and_deletions(
    tmp_path: Path, fleet_of: iotmi.Client
) -> None:
    """A diff shows the members that differ, and `apply` is a dry run unless told otherwise."""
    rows = [
        {"code": code(1), "name": "row 1", "metadata": {"site": "site 1"}},
        {"code": code(2), "name": "row 2", "metadata": {"site": "moved"}},
        {"code": code(50), "name": "row 50"},
        {"name": "row 51"},
        {"id": "nothing", "name": "row 3"},
    ]
    source = tmp_path / "wanted.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)))
    onboard = fleet.Onboard(role="DEVICE")
    found = fleet.diff(source, fleet_of, onboard=onboard, delete=True)
    assert str(found) == "1 to create, 1 to update, 10 to delete, 1 unchanged, 2 problems"
    kinds = [(change.kind, change.row, change.members) for change in found.changes[:2]]
    assert kinds == [("update", 2, ("metadata",)), ("create", 3, ())]
    assert [str(each) for each in found.problems] == [
        "row 4, code: is required, or authentication_material",
        "row 5, id: no managed thing has this id",
    ]
    ledger = tmp_path / "apply.ledger"
    assert fleet.apply(found, fleet_of, ledger=ledger).waiting == 12
    assert not ledger.exists()
    assert len(fleet_of.managed_things.list().collect()) == ROWS

    assert fleet.apply(found, fleet_of, ledger=ledger, dry_run=False).done == 12
    # The same diff is smaller now, and the ledger has all changes.
    again = fleet.diff(source, fleet_of, onboard=onboard, delete=True)
    assert fleet.apply(again, fleet_of, ledger=ledger, dry_run=False).done == 12
    left = {thing.name for thing in fleet_of.managed_things.list()}
    assert left >= {"row 1", "row 2", "row 50"}


def test_an_ambiguous_key_is_a_problem(tmp_path: Path, client: iotmi.Client) -> None:
    """Two things with one name, or two rows for one thing, are not guessed at."""
    rows = [{"code": code(n), "name": name} for n, name in enumerate(("a", "b", "b"), 1)]
    fleet.Job(rows, fleet.Onboard(role="DEVICE"), ledger=tmp_path / "ledger").run(client)
    wanted = [{"name": "a"}, {"name": "a"}, {"name": "b"}, {"owner": "me"}]
    found = fleet.diff(wanted, client, key="name")
    assert found.unchanged == 1
    assert [str(each) for each in found.problems] == [
        "row 2, name: names the same managed thing as an earlier row",
        "row 3, name: 2 managed things have this name",
        "row 4, name: is required, to find the thing of the row: one of name",
    ]


def test_a_member_that_the_service_does_not_list_is_written_again(client: iotmi.Client) -> None:
    """An update of such a member has no difference to show, and changes nothing twice."""
    thing = client.managed_things.create(
        role=iotmi.Role.CONTROLLER,
        name="hub",
        authentication_material="SN:FLEET0000001;UPC:036000291452",
        authentication_material_type=iotmi.AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
    )
    column = "wifi_simple_setup_configuration.timeout_in_minutes"
    rows = [{"id": thing.id, column: 5}, {"name": "other", "code": code(1)}]
    found = fleet.diff(rows, client, onboard=fleet.Onboard(role="DEVICE"))
    assert [str(change) for change in found.changes] == [
        f"update {thing.id}: wifi_simple_setup_configuration",
        "create the thing of row 2",
    ]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, client: iotmi.Client) -> None:
    """The reason of the operating system is in the sentence."""
    (tmp_path / "file").write_text("")
    for folder, reason in (("missing", "No such file"), ("file", "Not a directory")):
        with pytest.raises(fleet.SourceError, match=f"things.csv: cannot be written: {reason}"):
            fleet.export(client, tmp_path / folder / "things.csv")


def test_a_long_parquet_file_is_written_in_batches(tmp_path: Path) -> None:
    """No row is lost or repeated between two batches."""
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "rows.parquet"
    with writer_for(path, ("number",)) as write:
        for number in range(2500):
            write({"number": number})
    written = parquet.read_table(path).column("number").to_pylist()
    assert written == [str(number) for number in range(2500)]
