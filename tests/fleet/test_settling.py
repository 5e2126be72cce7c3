"""Unknown outcomes: how each kind of request is settled, and that a command never is."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import iotmi
from iotmi import fleet
from iotmi.capabilities import OnOff
from iotmi.emulator import Emulator
from iotmi.fleet import _runner
from iotmi.fleet._settling import find_created, is_old, serial_number_in
from tests.fleet.conftest import ROWS
from tests.fleet.devices import write_csv

OLD = 24 * 3600.0


@pytest.fixture
def hasty(emulator: Emulator) -> iotmi.Client:
    """Return a client that makes one attempt, so that a lost response stays unknown."""
    client = emulator.client(retry=iotmi.RetryPolicy.none())
    return client.with_options(pacing=iotmi.Pacing(initial_rate=500.0))


def rewrite(ledger: Path, statement: str, *values: object) -> None:
    """Change a ledger, as a kill at a certain moment would have left it."""
    with closing(sqlite3.connect(ledger)) as database, database:
        database.execute(statement, values)


def was_unknown(ledger: Path) -> int:
    """Return the number of rows whose outcome was unknown at some time."""
    with closing(sqlite3.connect(ledger)) as database:
        return int(database.execute("SELECT sum(was_unknown) FROM rows").fetchone()[0])


def run_until_unknown(job: fleet.Job, client: iotmi.Client) -> None:
    """Run *job*, and end the run at its first unknown outcome, before it is settled."""

    def stop(moment: fleet.Progress) -> None:
        if moment.unknown:
            raise LookupError

    with pytest.raises(LookupError):
        job.run(client, progress=stop)


def made_ids(client: iotmi.Client, count: int) -> list[str]:
    """Create things and return their ids."""
    return [
        client.managed_things.create(
            role=iotmi.Role.DEVICE,
            authentication_material=f'{{"Name": "made {number}"}}',
            authentication_material_type="CUSTOM_PROTOCOL_QR_BAR_CODE",  # type: ignore[arg-type]  # text
        ).id
        for number in range(count)
    ]


def test_a_lost_creation_is_settled_by_its_token(
    devices: Path, ledger: Path, hasty: iotmi.Client, emulator: Emulator
) -> None:
    """A creation whose response is lost is sent again with its token in the same run."""
    emulator.faults.lose_answers("CreateManagedThing", times=3)
    summary = fleet.Job(devices, fleet.Onboard(role="DEVICE"), ledger=ledger).run(hasty)
    assert summary.done == ROWS
    assert was_unknown(ledger) == 3
    assert len(hasty.managed_things.list().collect()) == ROWS


def test_updates_tags_and_deletions_are_repeated(
    ledger: Path, hasty: iotmi.Client, emulator: Emulator
) -> None:
    """A repeated update has the same result, and a thing that is gone was deleted."""
    rows = [{"id": identifier, "name": "new"} for identifier in made_ids(hasty, 3)]
    for action, operation in (
        (fleet.Update(), "UpdateManagedThing"),
        (fleet.Delete(force=True), "DeleteManagedThing"),
    ):
        emulator.faults.lose_answers(operation, times=2)
        path = ledger.with_name(action.name)
        assert fleet.Job(rows, action, ledger=path).run(hasty).done == 3
        assert was_unknown(path) == 2
    assert hasty.managed_things.list().collect() == []


def test_a_thing_that_was_never_there_is_no_success(ledger: Path, hasty: iotmi.Client) -> None:
    """The deletion of an unknown thing fails if no earlier attempt can have deleted it."""
    summary = fleet.Job([{"id": "nothing"}], fleet.Delete(), ledger=ledger).run(hasty)
    assert summary.causes == {"ResourceNotFoundException": 1}


def test_a_command_is_never_sent_twice(
    ledger: Path, hasty: iotmi.Client, emulator: Emulator
) -> None:
    """A command without a response stays unknown, over every later run, until told otherwise."""
    rows = [{"id": identifier} for identifier in made_ids(hasty, 2)]
    job = fleet.Job(rows, fleet.Control(OnOff.toggle()), ledger=ledger)
    emulator.faults.lose_answers("SendManagedThingCommand", times=2)
    first = job.run(hasty)
    assert (first.unknown, first.exit_code) == (2, 3)
    assert first.causes == {"NoResponseError": 2}
    assert job.run(hasty).unknown == 2
    sent = [call for call in emulator.calls if call.operation == "SendManagedThingCommand"]
    assert len(sent) == 2
    assert job.retry(unknown=True) == 2
    assert job.run(hasty).unknown == 0


def test_a_command_of_a_killed_run_is_unknown(
    ledger: Path, hasty: iotmi.Client, emulator: Emulator
) -> None:
    """A command that was in progress at a kill is unknown, and not sent again."""
    rows = [{"id": identifier} for identifier in made_ids(hasty, 2)]
    job = fleet.Job(rows, fleet.Control(OnOff.toggle()), ledger=ledger)
    emulator.faults.fail("SendManagedThingCommand", "ValidationException", times=2)
    job.run(hasty)
    rewrite(ledger, "UPDATE rows SET state = 'sent', cause = NULL")
    assert job.run(hasty).unknown == 2
    (first, _) = job.rows("unknown")
    assert first.detail == "the run ended before the response arrived"
    sent = [call for call in emulator.calls if call.operation == "SendManagedThingCommand"]
    assert len(sent) == 2


@pytest.mark.parametrize("fault", ["lose_answers", "reset_connections"])
def test_an_old_creation_is_found_by_its_serial_number(
    fault: str, ledger: Path, hasty: iotmi.Client, emulator: Emulator
) -> None:
    """Long after a kill, a listing by the serial number shows if the row created its thing."""
    rows = [{"code": "SN:FLEET0000001;UPC:036000291452", "name": "hub"}]
    job = fleet.Job(rows, fleet.Onboard(role="CONTROLLER"), ledger=ledger)
    getattr(emulator.faults, fault)("CreateManagedThing")
    run_until_unknown(job, hasty)
    rewrite(ledger, "UPDATE rows SET sent_at = sent_at - ?", OLD)
    assert job.run(hasty).done == 1
    creations = [
        call
        for call in emulator.calls
        if call.operation == "CreateManagedThing" and call.fault is None
    ]
    assert len(creations) == (0 if fault == "lose_answers" else 1)
    (thing,) = hasty.managed_things.list()
    (row,) = job.rows("done")
    assert row.result == thing.id


def test_a_conflict_after_an_unknown_outcome_is_looked_up(
    ledger: Path, hasty: iotmi.Client, emulator: Emulator
) -> None:
    """If the service has forgotten the token, the thing with the serial number is the row's."""
    rows = [{"code": "SN:FLEET0000001;UPC:036000291452", "name": "hub"}]
    job = fleet.Job(rows, fleet.Onboard(role="CONTROLLER"), ledger=ledger)
    emulator.faults.lose_answers("CreateManagedThing")
    emulator.faults.fail("CreateManagedThing", "ConflictException", times=9)
    assert job.run(hasty).done == 1
    (thing,) = hasty.managed_things.list()
    (row,) = job.rows("done")
    assert row.result == thing.id


def test_a_conflict_at_the_first_send_is_a_failure(ledger: Path, hasty: iotmi.Client) -> None:
    """A device that exists before the row was ever sent fails, and its thing is not claimed."""
    hasty.managed_things.create(
        role=iotmi.Role.CONTROLLER,
        authentication_material="SN:FLEET0000001;UPC:036000291452",
        authentication_material_type=iotmi.AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
    )
    rows = [{"code": "SN:FLEET0000001;UPC:036000291452", "name": "hub"}]
    summary = fleet.Job(rows, fleet.Onboard(role="CONTROLLER"), ledger=ledger).run(hasty)
    assert summary.causes == {"ConflictException": 1}


def test_a_run_settles_in_three_rounds(
    ledger: Path, hasty: iotmi.Client, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After these the row stays unknown, and the exit code says so."""
    monkeypatch.setattr(_runner, "ROUNDS", (0.01, 0.01, 0.01))
    emulator.faults.reset_connections("CreateManagedThing", times=9)
    rows = [{"code": '{"Name": "lamp"}'}]
    summary = fleet.Job(rows, fleet.Onboard(role="DEVICE"), ledger=ledger).run(hasty)
    assert (summary.unknown, summary.exit_code) == (1, 3)
    assert len(emulator.calls) == 4


def test_a_run_waits_as_long_as_the_service_asks(
    ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """No call begins before the time of `Retry-After`."""
    emulator.faults.fail("CreateManagedThing", "ThrottlingException", retry_after=0.5)
    rows = [{"code": '{"Name": "lamp"}'}]
    summary = fleet.Job(rows, fleet.Onboard(role="DEVICE"), ledger=ledger).run(client)
    assert (summary.done, summary.throttled) == (1, 1)
    throttled, accepted = emulator.calls
    assert (accepted.started_at - throttled.started_at).total_seconds() >= 0.5


def test_throttles_slow_the_run_and_fail_nothing(
    tmp_path: Path, ledger: Path, hasty: iotmi.Client, emulator: Emulator
) -> None:
    """Throttled rows are sent again at a lower rate, and the limit is reported."""
    emulator.faults.throttle(rate=100, burst=10)
    source = write_csv(tmp_path / "many.csv", 150)
    summary = fleet.Job(source, fleet.Onboard(role="DEVICE"), ledger=ledger).run(hasty)
    assert summary.done == 150
    assert summary.throttled > 0
    assert summary.rate_limit is not None


@pytest.mark.parametrize(
    ("material", "serial_number"),
    [
        (None, None),
        ("no material", None),
        ("discovered-device-1", None),
        ("SN:900000000001;UPC:829576019524", "900000000001"),
    ],
)
def test_a_serial_number_is_read_from_a_wifi_code(
    material: object, serial_number: str | None
) -> None:
    """No other material holds one, so its creation cannot be found by the listing."""
    assert serial_number_in(material) == serial_number


def test_what_was_never_sent_is_not_looked_for(client: iotmi.Client) -> None:
    """Neither a row without a send nor another request has a thing in the listing."""
    assert not is_old(None)
    assert find_created(client, iotmi.GetManagedThing("a"), 1.0) is None


@pytest.mark.parametrize("reason", ["nothing was created", "no permission", "an older thing"])
def test_a_conflict_that_no_listing_explains_stays_unknown(
    reason: str, ledger: Path, hasty: iotmi.Client, emulator: Emulator
) -> None:
    """Without a thing of the row in the listing, a later run asks again."""
    rows = [{"code": "SN:FLEET0000001;UPC:036000291452", "name": "hub"}]
    job = fleet.Job(rows, fleet.Onboard(role="CONTROLLER"), ledger=ledger)

    emulator.faults.reset_connections(
        "CreateManagedThing", before_effect=reason == "nothing was created"
    )
    run_until_unknown(job, hasty)
    emulator.faults.fail("CreateManagedThing", "ConflictException", times=9)
    if reason == "no permission":
        emulator.faults.fail("ListManagedThings", "AccessDeniedException", times=9)
    elif reason == "an older thing":
        rewrite(ledger, "UPDATE rows SET sent_at = sent_at + ?", OLD)
    before = len(emulator.calls)
    run_until_unknown(job, hasty)
    operations = [call.operation for call in emulator.calls[before:]]
    assert operations == ["CreateManagedThing", "ListManagedThings"]
    assert job.status().unknown == 1
    emulator.faults.clear()
    rewrite(ledger, "UPDATE rows SET sent_at = ?", 0.0)
    assert job.run(hasty).done == 1


def test_an_old_creation_without_a_serial_number_is_repeated(
    ledger: Path, hasty: iotmi.Client, emulator: Emulator
) -> None:
    """No listing finds its thing, so only the token can."""
    rows = [{"code": '{"Name": "no serial number"}'}]
    job = fleet.Job(rows, fleet.Onboard(role="DEVICE"), ledger=ledger)
    emulator.faults.lose_answers("CreateManagedThing")
    run_until_unknown(job, hasty)
    rewrite(ledger, "UPDATE rows SET sent_at = sent_at - ?", OLD)
    assert job.run(hasty).done == 1
    assert len(hasty.managed_things.list().collect()) == 1
