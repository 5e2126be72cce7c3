"""Troubles of a run: each is one sentence and one class, and no row is lost."""

import json
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import boto3
import botocore.session
import pytest
from botocore.credentials import CredentialResolver

import iotmi
from iotmi import fleet
from iotmi.emulator import Emulator
from iotmi.fleet._store import LedgerStore
from tests.fleet.conftest import ROWS
from tests.fleet.devices import write_csv
from tests.fleet.kills import start
from tests.fleet.service import client_of, names, service


def job(devices: Path, ledger: Path) -> fleet.Job:
    """Return the job that onboards *devices*."""
    return fleet.Job(devices, fleet.Onboard(role="DEVICE"), ledger=ledger)


def sentence(error: BaseException) -> str:
    """Return the text of *error* after a check that it is one line without a code."""
    text = str(error)
    assert "\n" not in text
    assert "device " not in text
    return text


def test_a_full_disk_stops_the_run(
    devices: Path, ledger: Path, client: iotmi.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no more room for the ledger the run stops, and goes on when there is room."""
    opened = LedgerStore.__init__

    def small(store: LedgerStore, path: Path, *, create: bool) -> None:
        opened(store, path, create=create)
        store._database.execute("PRAGMA max_page_count = 16")

    monkeypatch.setattr(LedgerStore, "__init__", small)
    source = write_csv(devices, 400)
    with pytest.raises(fleet.LedgerFullError) as caught:
        job(source, ledger).run(client)
    assert "the disk is full" in sentence(caught.value)
    sent = len(client.managed_things.list().collect())
    assert caught.value.summary is not None
    assert 0 < caught.value.summary.done <= sent < 400
    monkeypatch.undo()
    assert job(source, ledger).run(client).done == 400
    assert len(client.managed_things.list().collect()) == 400


def test_a_limit_of_the_file_size_stops_the_run(tmp_path: Path) -> None:
    """A write that the operating system refuses stops the run, and a later run has every row."""
    source, ledger = write_csv(tmp_path / "devices.csv", 300), tmp_path / "ledger"
    program = (
        "import resource, sys; from tests.fleet import driver;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY));"
        "sys.exit(driver.main())"
    )
    assert resource.RLIMIT_FSIZE is not None
    with service({"throttle": {"rate": 400}}) as address:
        ended = subprocess.run(
            [sys.executable, "-c", program, str(source), str(ledger), address],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 1
        assert "LedgerFullError" in ended.stderr
        assert "make room, and run the same job again to go on" in ended.stderr
        with client_of(address) as client:
            assert job(source, ledger).run(client).done == 300
        assert len(names(address)) == 300


def test_a_ledger_of_another_job_is_refused(
    devices: Path, ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """Another action and other settings are refused before anything is sent."""
    job(devices, ledger).run(client)
    before = len(emulator.calls)
    rows = [{"id": "abc"}]
    with pytest.raises(fleet.LedgerMismatchError) as caught:
        fleet.Job(rows, fleet.Delete(), ledger=ledger).run(client)
    assert "belongs to a job that does 'onboard', not 'delete'" in sentence(caught.value)
    with pytest.raises(fleet.LedgerMismatchError) as caught:
        fleet.Job(devices, fleet.Onboard(role="CONTROLLER"), ledger=ledger).run(client)
    assert "with other settings of 'onboard'" in sentence(caught.value)
    assert len(emulator.calls) == before


def test_a_changed_source_is_refused(
    devices: Path, ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """A source with other content than at the first run is refused before anything is sent."""
    job(devices, ledger).run(client)
    before = len(emulator.calls)
    write_csv(devices, ROWS + 1)
    with pytest.raises(fleet.SourceChangedError) as caught:
        job(devices, ledger).run(client)
    assert sentence(caught.value).startswith("devices.csv has changed since")
    assert len(emulator.calls) == before


def test_a_second_run_at_the_same_time_is_refused(
    devices: Path, ledger: Path, client: iotmi.Client
) -> None:
    """A second run and a retry are refused during a run, and reading the status is not."""
    refused: list[str] = []

    def meanwhile(_: fleet.Progress) -> None:
        for attempt in (lambda: job(devices, ledger).run(client), job(devices, ledger).retry):
            with pytest.raises(fleet.LedgerBusyError) as caught:
                attempt()
            refused.append(sentence(caught.value))
        assert fleet.Ledger(ledger).status().total == ROWS

    assert job(devices, ledger).run(client, progress=meanwhile).done == ROWS
    assert all("another run is using the ledger" in each for each in refused)
    assert refused


def test_expired_credentials_stop_the_run_and_lose_no_row(
    devices: Path, ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """Credentials that expire in mid-run stop it; its rows wait, and the next run sends them."""
    emulator.faults.succeed_next("CreateManagedThing", times=5)
    emulator.faults.fail("CreateManagedThing", "ExpiredTokenException", times=50)
    with pytest.raises(fleet.CredentialsError) as caught:
        job(devices, ledger).run(client)
    assert "the credentials were not accepted (ExpiredTokenException)" in sentence(caught.value)
    summary = caught.value.summary
    assert summary is not None
    assert (summary.done, summary.waiting, summary.failed) == (5, ROWS - 5, 0)
    emulator.faults.clear()
    assert job(devices, ledger).run(client).done == ROWS
    assert len(client.managed_things.list().collect()) == ROWS


def test_a_missing_permission_stops_the_run(
    devices: Path, ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """Credentials without the permission stop the run at its first row."""
    emulator.faults.fail("CreateManagedThing", "AccessDeniedException", times=50)
    with pytest.raises(fleet.CredentialsError, match="lack the permission"):
        job(devices, ledger).run(client)
    emulator.faults.clear()
    assert job(devices, ledger).run(client).done == ROWS


def test_missing_credentials_stop_the_run(
    devices: Path, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client without credentials sends nothing, and every row waits."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    session = botocore.session.Session()
    session.register_component("credential_provider", CredentialResolver([]))
    with iotmi.Client(
        session=boto3.Session(botocore_session=session, region_name="eu-west-1")
    ) as client:
        with pytest.raises(fleet.CredentialsError, match="nothing can be sent"):
            job(devices, ledger).run(client)
    assert fleet.Ledger(ledger).status().waiting == ROWS


@pytest.mark.usefixtures("keys")
def test_a_wrong_region_stops_the_run(devices: Path, ledger: Path, client: iotmi.Client) -> None:
    """A Region without the service cannot be reached, and a ledger keeps to its Region."""
    retry = iotmi.RetryPolicy(max_attempts=2, initial_backoff=0.01)
    wrong = iotmi.Client(
        region_name="us-west-2", endpoint_url="http://nowhere.invalid", retry=retry
    )
    other = ledger.with_name("wrong")
    with wrong, pytest.raises(fleet.UnreachableError) as caught:
        job(devices, other).run(wrong)
    assert "to us-west-2 had no good response" in sentence(caught.value)
    assert "check the Region" in str(caught.value)
    assert fleet.Ledger(other).status().waiting == ROWS
    job(devices, ledger).run(client)
    with pytest.raises(fleet.LedgerMismatchError) as mismatch:
        job(devices, ledger).run(wrong)
    assert "belongs to the Region eu-west-1, and the client is in us-west-2" in str(mismatch.value)


def test_an_outage_stops_the_run(
    tmp_path: Path, ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """A service that fails call after call stops the run; unknown rows are settled later."""
    emulator.faults.fail_randomly(share=1.0)
    source = write_csv(tmp_path / "many.csv", 200)
    with pytest.raises(fleet.UnreachableError):
        job(source, ledger).run(client)
    assert fleet.Ledger(ledger).status().waiting > 0
    emulator.faults.clear()
    assert job(source, ledger).run(client).done == 200
    assert len(client.managed_things.list().collect()) == 200


def test_a_quota_of_the_account_stops_the_run(
    devices: Path, ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """A quota that no row can pass stops the run, and no row fails for it."""
    emulator.faults.succeed_next("CreateManagedThing", times=2)
    emulator.faults.fail("CreateManagedThing", "ServiceQuotaExceededException", times=50)
    with pytest.raises(fleet.QuotaReachedError) as caught:
        job(devices, ledger).run(client)
    assert caught.value.summary is not None
    assert (caught.value.summary.failed, caught.value.summary.done) == (0, 2)


def test_a_file_that_is_no_ledger_is_refused(
    devices: Path, tmp_path: Path, client: iotmi.Client
) -> None:
    """Text, another database and a ledger of another version are refused with a sentence."""
    text = tmp_path / "text"
    text.write_text("hello " * 100)
    with pytest.raises(fleet.LedgerError, match="is not a ledger"):
        job(devices, text).run(client)
    other = tmp_path / "other"
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE x (y)")
    with pytest.raises(fleet.LedgerError, match="is not a ledger"):
        fleet.Ledger(other)
    with pytest.raises(fleet.LedgerError, match="there is no such ledger"):
        fleet.Ledger(tmp_path / "missing")
    newer = tmp_path / "newer"
    job(devices, newer).run(client)
    with closing(sqlite3.connect(newer)) as database, database:
        database.execute("UPDATE meta SET value = '99' WHERE name = 'version'")
    with pytest.raises(fleet.LedgerError, match="version 99"):
        fleet.Ledger(newer)
    with closing(sqlite3.connect(newer)) as database, database:
        database.execute("DROP TABLE meta")
    with pytest.raises(fleet.LedgerError, match="cannot be used: no such table: meta"):
        fleet.Ledger(newer)


def test_a_ledger_that_cannot_be_created_is_one_sentence(
    devices: Path, tmp_path: Path, client: iotmi.Client
) -> None:
    """The sentence has the path and the reason of the operating system."""
    with pytest.raises(fleet.LedgerError) as caught:
        job(devices, tmp_path / "missing" / "job.ledger").run(client)
    assert "cannot be created: No such file or directory" in sentence(caught.value)


def test_a_link_is_the_same_ledger(devices: Path, tmp_path: Path, client: iotmi.Client) -> None:
    """A ledger behind a link is for its owner only, and has one lock for all its names."""
    ledger, link = tmp_path / "job.ledger", tmp_path / "link"
    link.symlink_to(ledger)

    def meanwhile(_: fleet.Progress) -> None:
        for path in (ledger, link):
            with pytest.raises(fleet.LedgerBusyError):
                job(devices, path).retry()

    assert job(devices, link).run(client, progress=meanwhile).done == ROWS
    assert ledger.stat().st_mode & 0o777 == 0o600
    assert repr(fleet.Ledger(link)) == f"<Ledger {link}>"


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (["Vanished", "{}"], "row 1 of the ledger has an unknown operation"),
        (["GetManagedThing", '{"Identifier": "no id!"}'], "GetManagedThing that breaks a limit"),
    ],
)
def test_a_request_of_another_release_is_refused(
    stored: list[str], reason: str, devices: Path, ledger: Path, client: iotmi.Client
) -> None:
    """A row of the ledger that this release cannot send stops the run, and is not lost."""
    job(devices, ledger).run(client)
    with closing(sqlite3.connect(ledger)) as database, database:
        database.execute(
            "UPDATE rows SET state = 'waiting', requests = ? WHERE number = 1",
            (json.dumps([stored]),),
        )
    with pytest.raises(fleet.LedgerError) as caught:
        job(devices, ledger).run(client)
    assert reason in sentence(caught.value)
    assert fleet.Ledger(ledger).status().waiting == 1


def test_ctrl_c_ends_the_run_in_good_order(tmp_path: Path) -> None:
    """Ctrl-C ends the run at once with the calls in progress, and says how to go on."""
    source, ledger = write_csv(tmp_path / "devices.csv", 500), tmp_path / "ledger"
    with service({"throttle": {"rate": 50}}) as address:
        with start(source, ledger, address) as process:
            assert process.stdout is not None
            process.stdout.readline()
            pressed = time.monotonic()
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=30)
        assert process.returncode == 130, errors
        assert time.monotonic() - pressed < 10
        assert "Run the same job again to go on" in output
        status = fleet.Ledger(ledger).status()
        assert (status.sent, status.unknown) == (0, 0)
        assert status.done == len(names(address)) < 500
        assert f"{status.done} of 500 rows done" in output


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_in_a_hook_ends_the_run(
    times: int, devices: Path, ledger: Path, client: iotmi.Client
) -> None:
    """The first Ctrl-C ends the run after its step, the second at once, and no row is lost."""
    left = iter(range(times))

    def press(_: fleet.Progress) -> None:
        for _number in left:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(fleet.RunInterrupted, match="Run the same job again") as caught:
        job(devices, ledger).run(client, progress=press)
    assert list(left) == []
    assert caught.value.summary.total == ROWS
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert job(devices, ledger).run(client).done == ROWS
    assert len(client.managed_things.list().collect()) == ROWS


def test_a_run_outside_the_main_thread_works(
    devices: Path, ledger: Path, client: iotmi.Client
) -> None:
    """A run needs no signal handler."""
    summaries: list[fleet.Summary] = []
    thread = threading.Thread(target=lambda: summaries.append(job(devices, ledger).run(client)))
    thread.start()
    thread.join()
    assert summaries[0].done == ROWS


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.csv", "", "the first line must name the columns"),
        ("a.csv", "code,code\n", "names a column twice"),
        (
            "a.csv",
            "code,nmae\nx,y\n",
            "nmae: is no member of CreateManagedThing; did you mean name",
        ),
        ("a.csv", "code,name\n\udcff,y\n", "is not UTF-8"),
        ("a.jsonl", "{}\n[1]\n", "row 2 must be a JSON object"),
        ("a.txt", "code\n", "must end in one of .csv, .jsonl"),
    ],
)
def test_a_source_that_cannot_be_read_is_refused(
    name: str, text: str, reason: str, ledger: Path, client: iotmi.Client
) -> None:
    """Each defect of a file is a `SourceError` that names the file and the rule."""
    path = ledger.with_name(name)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(fleet.SourceError) as caught:
        job(path, ledger).run(client)
    assert reason in sentence(caught.value)
    assert name in str(caught.value)
