"""Executors: processes and a Dask cluster keep the same ledger as threads."""

import pickle
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest

import iotmi
from iotmi import fleet
from iotmi.capabilities import OnOff
from iotmi.emulator import Emulator
from iotmi.emulator.server import serving
from iotmi.fleet._engines import engine_for
from iotmi.fleet._work import Task, send_task
from tests.fleet.clusters import cluster, kill_a_worker
from tests.fleet.devices import name, write_csv
from tests.fleet.service import REGION, client_of, names, service

P = ParamSpec("P")
T = TypeVar("T")

ROWS = 60


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Yield the address of an emulator in a process of its own."""
    with service() as address:
        yield address


def portable(address: str) -> iotmi.Client:
    """Return a client that pickles. Other processes find its credentials in the environment."""
    return iotmi.Client(
        region_name=REGION,
        endpoint_url=address,
        # Slow enough that a worker can be killed in mid-run.
        pacing=iotmi.Pacing(initial_rate=40.0, max_rate=40.0),
    )


def onboard(source: Path, ledger: Path, address: str, executor: object) -> fleet.Summary:
    """Run a job on *executor*."""
    job = fleet.Job(source, fleet.Onboard(role="DEVICE"), ledger=ledger)
    with portable(address) as client:
        return job.run(client, executor=executor)  # type: ignore[arg-type]  # any of them


def ledger_of(path: Path) -> list[tuple[object, ...]]:
    """Return the rows of a ledger without ids and times."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute(
            "SELECT number, state, step, operation, cause FROM rows ORDER BY number"
        ).fetchall()


def threads() -> Executor:
    """Return a pool of threads of the application's own."""
    return ThreadPoolExecutor(4)


def processes() -> Executor:
    """Return a pool of new processes."""
    return ProcessPoolExecutor(2, mp_context=get_context("spawn"))


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("make", [threads, processes])
def test_any_executor_does_the_work(make: object, address: str, tmp_path: Path) -> None:
    """A pool of threads or of processes does each row once."""
    before = Counter(names(address))
    source = write_csv(tmp_path / "devices.csv", ROWS)
    with make() as executor:  # type: ignore[operator]  # a function
        summary = onboard(source, tmp_path / "ledger", address, executor)
    assert summary.done == ROWS
    made = Counter(names(address)) - before
    assert made == Counter(map(name, range(1, ROWS + 1)))


@pytest.mark.usefixtures("keys")
def test_a_cluster_with_a_killed_worker_keeps_the_same_ledger(address: str, tmp_path: Path) -> None:
    """Three Dask workers, one of them killed in mid-run, leave the ledger that threads leave."""
    source = write_csv(tmp_path / "devices.csv", ROWS)
    before = Counter(names(address))
    assert onboard(source, tmp_path / "threads", address, None).done == ROWS
    between = Counter(names(address))
    with cluster(3) as dask:
        kill = kill_a_worker(dask, after=ROWS // 3)
        job = fleet.Job(source, fleet.Onboard(role="DEVICE"), ledger=tmp_path / "dask")
        with portable(address) as client:
            assert job.run(client, executor=dask, progress=kill).done == ROWS
    assert kill.killed == signal.SIGKILL
    assert ledger_of(tmp_path / "dask") == ledger_of(tmp_path / "threads")
    assert Counter(names(address)) - between == between - before


@pytest.mark.usefixtures("keys")
def test_a_command_of_a_killed_worker_is_not_repeated(emulator: Emulator, tmp_path: Path) -> None:
    """Dask repeats the tasks of a lost worker; no command reaches the service a second time."""
    client = emulator.client().with_options(pacing=iotmi.Pacing(initial_rate=500.0))
    source = write_csv(tmp_path / "devices.csv", ROWS)
    fleet.Job(source, fleet.Onboard(role="DEVICE"), ledger=tmp_path / "things").run(client)
    rows = [{"id": thing.id} for thing in client.managed_things.list()]
    emulator.faults.delay(0.3, operation="SendManagedThingCommand")
    job = fleet.Job(rows, fleet.Control(OnOff.toggle()), ledger=tmp_path / "ledger")
    with serving(emulator) as address, cluster(3) as dask, portable(address) as sender:
        summary = job.run(sender, executor=dask, progress=kill_a_worker(dask, after=0, failed=5))
    assert (summary.total, summary.waiting, summary.sent) == (ROWS, 0, 0)
    # The calls of the lost worker, which may have been carried out.
    assert summary.causes.get("WorkerLost", 0) == summary.unknown > 0
    sent = Counter(
        call.parameters["ManagedThingId"]
        for call in emulator.calls
        if call.operation == "SendManagedThingCommand"
    )
    assert max(sent.values()) == 1


@pytest.mark.usefixtures("keys")
def test_a_cluster_sends_a_throttled_request_again(emulator: Emulator) -> None:
    """Dask shares the result of equal tasks, and a request that is sent again is no such task."""
    pytest.importorskip("distributed")
    emulator.faults.fail("CreateCredentialLocker", "ThrottlingException")
    request = iotmi.CreateCredentialLocker(name="a", client_token="token")
    with serving(emulator) as address, cluster(1, processes=False) as dask:
        with portable(address) as sender:
            engine = engine_for(sender, dask)
            # Dask keeps a result as long as its future.
            throttled = engine.submit(request, "first")
            assert throttled.result().throttled
            assert engine.submit(request, "second").result().ok
        engine.close()


@pytest.mark.usefixtures("keys")
def test_one_worker_of_a_cluster_claims_a_command(emulator: Emulator, client: iotmi.Client) -> None:
    """A second task with the same claim sends nothing, and its outcome is unknown."""
    pytest.importorskip("distributed")
    lost = iotmi.CreateCredentialLocker(name="lost")
    with serving(emulator) as address, portable(address) as sender:
        task = Task(pickle.dumps(sender), lost, claim="iotmi-test-1")
        with cluster(1, processes=False) as dask:
            executor = dask.get_executor(pure=False)
            first = executor.submit(send_task, task).result()
            second = executor.submit(send_task, task).result()
        # Outside a worker of Dask nothing repeats a task.
        third = send_task(task)
    assert [each.ok for each in (first, second, third)] == [True, False, True]
    assert (second.cause, second.may_have_acted) == ("WorkerLost", True)
    assert len(client.credential_lockers.list().collect()) == 2


@pytest.mark.usefixtures("keys")
def test_a_broken_pool_stops_the_run(address: str, tmp_path: Path) -> None:
    """A pool whose processes were killed stops the run, and a run with a new one finishes."""
    source = write_csv(tmp_path / "devices.csv", ROWS)
    before = Counter(names(address))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:

        def kill(moment: fleet.Progress) -> None:
            if moment.done >= 5:
                for process in pool._processes.values():
                    process.kill()

        job = fleet.Job(source, fleet.Onboard(role="DEVICE"), ledger=tmp_path / "ledger")
        # So slow that the job is not finished before the processes are killed.
        slow = iotmi.Pacing(initial_rate=5.0, max_rate=5.0)
        with portable(address) as client, pytest.raises(fleet.ExecutorError) as caught:
            job.run(client.with_options(pacing=slow), executor=pool, progress=kill)
    assert "the executor" in str(caught.value)
    assert onboard(source, tmp_path / "ledger", address, None).done == ROWS
    assert Counter(names(address)) - before == Counter(map(name, range(1, ROWS + 1)))


def test_a_pool_that_is_shut_down_stops_the_run(
    emulator: Emulator, client: iotmi.Client, tmp_path: Path
) -> None:
    """Calls that a pool cancelled are not lost: the next run sends them."""
    emulator.faults.delay(0.3, operation="CreateManagedThing")
    source = write_csv(tmp_path / "devices.csv", 3)
    job = fleet.Job(source, fleet.Onboard(role="DEVICE"), ledger=tmp_path / "ledger")
    with ThreadPoolExecutor(1) as pool:

        def shut_down(moment: fleet.Progress) -> None:
            if moment.sent == 3:
                pool.shutdown(wait=False, cancel_futures=True)

        with pytest.raises(fleet.ExecutorError, match=r"lost its workers \(CancelledError\)"):
            job.run(client, executor=pool, progress=shut_down)
    assert (job.status().done, job.status().sent) == (1, 2)
    emulator.faults.clear()
    assert job.run(client).done == 3
    assert len(client.managed_things.list().collect()) == 3


def test_a_pool_that_was_shut_down_is_refused(client: iotmi.Client, tmp_path: Path) -> None:
    """A pool that takes no more work stops the run before anything is sent."""
    source = write_csv(tmp_path / "devices.csv", 3)
    job = fleet.Job(source, fleet.Onboard(role="DEVICE"), ledger=tmp_path / "ledger")
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(fleet.ExecutorError, match="the executor takes no more work"):
        job.run(client, executor=pool)
    assert client.managed_things.list().collect() == []
    assert job.run(client).done == 3


class FlakyExecutor(Executor):
    """An executor of an application that loses its first worker."""

    def __init__(self) -> None:
        self.tasks = 0

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Run a task at once, after one that fails."""
        self.tasks += 1
        future: Future[T] = Future()
        if self.tasks == 1:
            future.set_exception(LookupError("a worker of a cluster is gone"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


@pytest.mark.usefixtures("keys")
def test_the_task_of_a_lost_worker_is_settled(address: str, tmp_path: Path) -> None:
    """An executor's own error means that the outcome is unknown, and the row is sent again."""
    executor = FlakyExecutor()
    source = write_csv(tmp_path / "devices.csv", 1)
    causes: list[str] = []

    def note(moment: fleet.Progress) -> None:
        if moment.unknown:
            causes.extend(each.cause or "" for each in fleet.Ledger(ledger).rows("unknown"))

    ledger = tmp_path / "ledger"
    job = fleet.Job(source, fleet.Onboard(role="DEVICE"), ledger=ledger)
    with portable(address) as client:
        assert job.run(client, executor=executor, progress=note).done == 1
    assert set(causes) == {"LookupError"}
    assert executor.tasks == 2


def test_a_client_that_does_not_pickle_is_refused(address: str, tmp_path: Path) -> None:
    """A client with a session cannot go to other processes, and the sentence says what can."""
    source = write_csv(tmp_path / "devices.csv", 1)
    job = fleet.Job(source, fleet.Onboard(role="DEVICE"), ledger=tmp_path / "ledger")
    with ProcessPoolExecutor(1) as pool, client_of(address) as client:
        with pytest.raises(fleet.ExecutorError, match="make it from profile_name, region_name"):
            job.run(client, executor=pool)
