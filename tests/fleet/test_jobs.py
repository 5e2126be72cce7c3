"""Jobs against the emulator: each action, resuming, retrying, progress, activation."""

import json
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

import iotmi
from iotmi import fleet
from iotmi.capabilities import OnOff, endpoints
from iotmi.emulator import Emulator
from iotmi.emulator.server import serving
from tests.fleet.conftest import ROWS
from tests.fleet.devices import code, name, write_csv


def onboard(source: object, ledger: Path, client: iotmi.Client) -> fleet.Summary:
    """Run a job that onboards."""
    return fleet.Job(source, fleet.Onboard(role="DEVICE"), ledger=ledger).run(client)  # type: ignore[arg-type]  # every source


def things(client: iotmi.Client) -> list[iotmi.ManagedThingSummary]:
    """Return every managed thing."""
    return client.managed_things.list().collect()


def test_every_row_becomes_one_thing(devices: Path, ledger: Path, client: iotmi.Client) -> None:
    """Onboarding makes one thing for each row, with the members of the columns."""
    summary = onboard(devices, ledger, client)
    assert (summary.total, summary.done, summary.exit_code) == (ROWS, ROWS, 0)
    found = things(client)
    assert sorted(thing.name or "" for thing in found) == sorted(map(name, range(1, ROWS + 1)))
    first = next(thing for thing in found if thing.name == "row 1")
    metadata = client.managed_things.get_metadata(first.id).metadata
    assert metadata == {"site": "site 1"}
    (row, *_) = fleet.Ledger(ledger).rows("done")
    assert (row.number, row.result, row.cause) == (1, first.id, None)


def test_a_second_run_sends_nothing(
    devices: Path, ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """Running a finished job again makes no call."""
    onboard(devices, ledger, client)
    before = len(emulator.calls)
    assert onboard(devices, ledger, client).done == ROWS
    assert len(emulator.calls) == before


def test_only_the_owner_reads_the_ledger(devices: Path, ledger: Path, client: iotmi.Client) -> None:
    """The ledger and the files next to it have mode 0600."""
    onboard(devices, ledger, client)
    files = list(ledger.parent.glob("job.ledger*"))
    assert ledger in files
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


def test_a_row_that_is_done_leaves_no_secret(
    devices: Path, ledger: Path, client: iotmi.Client
) -> None:
    """The ledger forgets the codes of rows that are done."""
    onboard(devices, ledger, client)
    assert b"device 3" not in ledger.read_bytes()


def test_a_bad_row_fails_and_the_others_are_done(ledger: Path, client: iotmi.Client) -> None:
    """Rows that break a rule fail without a call, and the summary counts them by cause."""
    rows = [
        {"code": code(1), "name": "good"},
        {"code": "SN:secret", "name": "bad code"},
        {"code": code(3), "name": "x" * 129},
        {"code": code(1), "name": "again"},
    ]
    summary = onboard(rows, ledger, client)
    assert (summary.done, summary.failed, summary.causes) == (1, 3, {"InvalidRow": 3})
    assert summary.exit_code == 1
    details = [row.detail or "" for row in fleet.Ledger(ledger).rows("failed")]
    assert "row 2, code" in details[0]
    assert "row 3, name: must have from 1 to 128 characters" in details[1]
    assert details[2] == "row 4, code: has the same value as row 1"
    assert not any("secret" in detail for detail in details)


@pytest.mark.parametrize("make", [list, iter], ids=["list", "iterator"])
def test_rows_come_from_any_iterable(
    make: Callable[[list[Mapping[str, object]]], object], ledger: Path, client: iotmi.Client
) -> None:
    """Lists and iterators of mappings are sources, and a resume accepts the same content."""
    rows: list[Mapping[str, object]] = [{"code": code(n), "name": name(n)} for n in range(1, 4)]
    assert onboard(make(rows), ledger, client).done == 3
    assert onboard(make(rows), ledger, client).done == 3
    assert len(things(client)) == 3


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_rows_come_from_other_files(
    suffix: str, tmp_path: Path, ledger: Path, client: iotmi.Client
) -> None:
    """JSON Lines and Parquet files are sources."""
    rows = [{"code": code(n), "name": name(n), "metadata": {"site": "x"}} for n in range(1, 4)]
    path = tmp_path / f"devices.{suffix}"
    if suffix == "jsonl":
        path.write_text("\n".join(map(json.dumps, rows)))
    else:
        import pyarrow as pa  # type: ignore[import-untyped]
        from pyarrow import parquet

        parquet.write_table(pa.Table.from_pylist(rows), path)
    assert onboard(path, ledger, client).done == 3
    assert client.managed_things.get_metadata(things(client)[0].id).metadata == {"site": "x"}


def test_update_tag_control_and_delete(
    client: iotmi.Client, tmp_path: Path, emulator: Emulator
) -> None:
    """Each action sends its request for each row of a listing or a file."""
    onboard(write_csv(tmp_path / "a.csv", 3), tmp_path / "onboard", client)
    for thing in things(client):
        client.managed_things.wait_until_activated(thing.id)
    rows = [{"id": thing.id, "arn": thing.arn, "name": "new name"} for thing in things(client)]
    update = fleet.Job(rows, fleet.Update(ignore={"arn"}), ledger=tmp_path / "update")
    assert update.run(client).done == 3
    assert {thing.name for thing in things(client)} == {"new name"}

    tag = fleet.Job(rows, fleet.Tag(tags={"site": "5"}), ledger=tmp_path / "tag")
    assert tag.run(client).done == 3
    assert client.tags.list(str(rows[0]["arn"])).tags == {"site": "5"}

    control = fleet.Job(rows, fleet.Control(OnOff.toggle()), ledger=tmp_path / "control")
    summary = control.run(client)
    sent = [call for call in emulator.calls if call.operation == "SendManagedThingCommand"]
    assert summary.total == len(sent) == 3

    delete = fleet.Job(
        client.managed_things.list(), fleet.Delete(force=True), ledger=tmp_path / "delete"
    )
    assert delete.run(client).done == 3
    assert things(client) == []
    # The listing is empty now, and the ledger has its rows.
    assert delete.run(client).done == 3


def test_a_function_makes_the_requests_of_a_row(client: iotmi.Client, ledger: Path) -> None:
    """A function may return several requests, which are sent in order."""

    def requests(row: Mapping[str, object]) -> Iterator[iotmi.Request[object]]:
        site = str(row["site"])
        yield iotmi.CreateCredentialLocker(name=f"{site} front")
        yield iotmi.CreateCredentialLocker(name=f"{site} back")

    rows = [{"site": "Elm Street"}, {"site": "Oak Street"}, {}]
    summary = fleet.Job(rows, requests, ledger=ledger).run(client)
    assert (summary.done, summary.failed) == (2, 1)
    names = [locker.name for locker in client.credential_lockers.list()]
    assert sorted(filter(None, names)) == [
        "Elm Street back",
        "Elm Street front",
        "Oak Street back",
        "Oak Street front",
    ]
    (failed,) = fleet.Ledger(ledger).rows("failed")
    assert failed.detail == "row 3: the function of the job raised KeyError"


def test_failed_rows_are_retried_alone(
    devices: Path, ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """`retry` makes failed rows wait, and the next run sends those and no others."""
    emulator.faults.fail("CreateManagedThing", "ValidationException", times=2)
    job = fleet.Job(devices, fleet.Onboard(role="DEVICE"), ledger=ledger)
    assert job.run(client).causes == {"ValidationException": 2}
    assert job.retry(cause="ConflictException") == 0
    assert job.retry() == 2
    assert job.status().waiting == 2
    before = len(emulator.calls)
    assert job.run(client).done == ROWS
    assert len(emulator.calls) - before == 2


def test_progress_ends_with_the_summary(devices: Path, ledger: Path, client: iotmi.Client) -> None:
    """The hook gets counts that add up, and a last call with the final counts."""
    moments: list[fleet.Progress] = []
    job = fleet.Job(devices, fleet.Onboard(role="DEVICE"), ledger=ledger)
    summary = job.run(client, progress=moments.append)
    for moment in moments:
        counts = (moment.waiting, moment.sent, moment.done, moment.failed, moment.unknown)
        assert sum(counts) == moment.total == ROWS
    assert (moments[-1].done, moments[-1].eta) == (summary.done, 0.0)


def test_a_row_is_done_when_its_thing_is_activated(
    devices: Path, ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """With ``until="ACTIVATED"`` rows are done with their things, which are read by pages."""

    def pass_time(moment: fleet.Progress) -> None:
        if moment.phase is fleet.Phase.ACTIVATING:
            emulator.advance(minutes=10)

    action = fleet.Onboard(role="DEVICE", until="ACTIVATED")
    summary = fleet.Job(devices, action, ledger=ledger).run(client, progress=pass_time)
    assert summary.done == ROWS
    assert {thing.provisioning_status for thing in things(client)} == {"ACTIVATED"}
    reads = [call for call in emulator.calls if call.operation == "GetManagedThing"]
    assert len(reads) <= ROWS


def test_a_row_in_activation_goes_on_in_the_next_run(
    devices: Path, ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """A row whose thing is not activated in time stays in progress and is not sent again."""
    action = fleet.Onboard(role="DEVICE", until="ACTIVATED", activation_timeout=0.0)
    job = fleet.Job(devices, action, ledger=ledger)
    summary = job.run(client)
    assert (summary.sent, summary.exit_code) == (ROWS, 3)
    emulator.advance(minutes=10)
    assert job.run(client).done == ROWS
    creations = [call for call in emulator.calls if call.operation == "CreateManagedThing"]
    assert len(creations) == ROWS


def test_a_thing_that_is_deleted_before_its_activation_fails(
    ledger: Path, client: iotmi.Client
) -> None:
    """A single thing is read by its id, and its row fails if the thing is gone."""
    action = fleet.Onboard(role="DEVICE", until="ACTIVATED", activation_timeout=0.0)
    job = fleet.Job([{"code": code(1)}], action, ledger=ledger)
    assert job.run(client).sent == 1
    (thing,) = things(client)
    client.managed_things.delete(thing.id, force=True)
    assert job.run(client).causes == {"Deleted": 1}
    (row,) = job.rows("failed")
    assert (row.result, row.detail) == (thing.id, "the thing was deleted before it was activated")


def test_a_run_without_things_awaits_no_activation(
    ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """If no row created a thing, no thing is read."""
    action = fleet.Onboard(role="DEVICE", until="ACTIVATED")
    summary = fleet.Job([{"code": "?"}], action, ledger=ledger).run(client)
    assert summary.causes == {"InvalidRow": 1}
    assert emulator.calls == ()


def test_activations_that_cannot_be_read_stop_the_run(
    devices: Path, ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """The rows stay in progress, and the next run reads their activations."""
    job = fleet.Job(devices, fleet.Onboard(role="DEVICE", until="ACTIVATED"), ledger=ledger)
    emulator.faults.fail("ListManagedThings", "AccessDeniedException")
    with pytest.raises(fleet.UnreachableError, match="the activations cannot be read") as caught:
        job.run(client)
    assert caught.value.summary is not None
    assert caught.value.summary.sent == ROWS
    emulator.advance(minutes=10)
    assert job.run(client).done == ROWS


def test_a_hook_that_raises_stops_the_run_in_good_order(
    devices: Path, ledger: Path, client: iotmi.Client
) -> None:
    """The exception of a hook reaches the caller, and the next run finishes."""

    def raising(_: fleet.Progress) -> None:
        raise LookupError

    job = fleet.Job(devices, fleet.Onboard(role="DEVICE"), ledger=ledger)
    with pytest.raises(LookupError):
        job.run(client, progress=raising)
    assert job.run(client).done == ROWS
    assert len(things(client)) == ROWS


def test_rows_that_wait_for_a_retry_are_sent_by_the_next_run(
    devices: Path, ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """Throttled rows of a run that a hook ends wait, because no call was carried out."""
    emulator.faults.fail("CreateManagedThing", "ThrottlingException", times=500, retry_after=30)
    interrupted: list[fleet.Progress] = []

    def raising(moment: fleet.Progress) -> None:
        if moment.throttled and not interrupted:
            interrupted.append(moment)
            raise LookupError

    job = fleet.Job(devices, fleet.Onboard(role="DEVICE"), ledger=ledger)
    with pytest.raises(LookupError):
        job.run(client, progress=raising)
    assert interrupted[0].sent > 0
    assert job.status().waiting == ROWS
    emulator.faults.clear()
    assert job.run(client).done == ROWS
    assert len(things(client)) == ROWS


def test_a_repetition_of_one_request_repeats_no_command(
    ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """A lost creation, whose repetition is throttled, is settled before the row's command."""

    def requests(row: Mapping[str, object]) -> Iterator[iotmi.Request[object]]:
        yield iotmi.CreateCredentialLocker(name="Elm Street")
        yield iotmi.SendManagedThingCommand(str(row["id"]), endpoints=endpoints(OnOff.toggle()))

    onboard([{"code": code(1)}], ledger.with_name("things"), client)
    emulator.faults.lose_answers("CreateCredentialLocker")
    emulator.faults.fail("CreateCredentialLocker", "ThrottlingException")
    (thing,) = things(client)
    job = fleet.Job([{"id": thing.id}], requests, ledger=ledger)
    assert job.run(client).total == 1
    assert [locker.name for locker in client.credential_lockers.list()] == ["Elm Street"]
    (row,) = job.rows()
    assert row.operation == "SendManagedThingCommand"
    sent = [call for call in emulator.calls if call.operation == "SendManagedThingCommand"]
    assert len(sent) == 1


def test_a_row_is_a_pure_function(client: iotmi.Client) -> None:
    """`run_row` creates a thing once, however often an engine repeats it."""
    config = fleet.RowConfig(action=fleet.Onboard(role="DEVICE"), job="spring")
    row = {"code": code(1), "name": name(1)}
    first, second = (fleet.run_row(row, config, client=client) for _ in range(2))
    assert first.state is fleet.RowState.DONE
    assert first.result == second.result
    assert len(things(client)) == 1
    bad = fleet.run_row({"code": "?"}, config, client=client)
    assert (bad.state, bad.cause) == (fleet.RowState.FAILED, "InvalidRow")


@pytest.mark.usefixtures("keys")
def test_a_row_has_a_client_of_its_own(emulator: Emulator) -> None:
    """Without a client, `run_row` makes one from its configuration, and errors do not raise."""
    emulator.faults.fail("CreateManagedThing", "ConflictException")
    with serving(emulator) as address:
        config = fleet.RowConfig(
            action=fleet.Onboard(role="DEVICE"),
            job="spring",
            region_name="eu-west-1",
            endpoint_url=address,
        )
        failed, done = (fleet.run_row({"code": code(1)}, config) for _ in range(2))
    assert (failed.state, failed.cause) == (fleet.RowState.FAILED, "ConflictException")
    assert failed.request_id == emulator.calls[0].request_id
    assert done.state is fleet.RowState.DONE
