"""Repeated deliveries: in threads, in processes, and after a kill."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import pytest

from iotmi import connector
from iotmi.connector import Connector, Held, Lease, MemoryLeases, SQLiteLeases
from iotmi.emulator.server import serving
from tests.connector.support import Cloud, Home, code_of, sample

WORKER = "tests.connector.worker"


def test_six_deliveries_at_once_are_one_execution(cloud: Cloud) -> None:
    """Of six threads, one calls the function. All are acknowledged, and one result is sent."""
    home = Home(Connector(client=cloud.client))
    release = Event()
    home.act = lambda _: release.wait(30)
    request = cloud.sample("send_command_on")
    with ThreadPoolExecutor(6) as pool:
        running = [pool.submit(home.app.respond, request) for _ in range(6)]
        responses = [each.result() for each in running]
        assert [code_of(each) for each in responses] == [200] * 6
        release.set()
        assert code_of(home.app.respond(request)) == 200
    assert len(home.requests) == 1
    cloud.received(1)


@pytest.mark.parametrize("name", ["discover_all", "send_command_on"])
def test_other_ids_are_other_requests(home: Home, name: str) -> None:
    """Each id is carried out, and each connector has its own."""
    identifier = "traceId" if name == "send_command_on" else "deviceDiscoveryId"
    for document in (
        sample(name, **{identifier: "1"}),
        sample(name, **{identifier: "2"}),
        sample(name, **{identifier: "2", "connectorId": "other"}),
        sample(name, **{identifier: "2"}),
    ):
        assert code_of(home.app.respond(document)) == 200
    assert len(home.requests) == 3


class Broken(MemoryLeases):
    """A store that cannot be reached."""

    def acquire(self, key: str, owner: str) -> Lease:
        raise OSError(f"no connection for {key} and {owner}")


def test_without_its_store_nothing_is_carried_out(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    """The response is an error, so that the service repeats the request."""
    home = Home(Connector(client=cloud.client, seen=Broken()))
    assert code_of(home.app.respond(sample("send_command_on"))) == 503
    assert home.requests == []
    assert "OSError" in caplog.text


class Forgetful(MemoryLeases):
    """A store that fails whenever a lease is renewed or finished."""

    def __init__(self) -> None:
        super().__init__(lease=0.03)
        self.renewals = Event()

    def renew(self, key: str, owner: str) -> bool:
        self.renewals.set()
        raise OSError(f"no connection for {key} and {owner}")

    def finish(self, key: str, owner: str, response: str) -> None:
        raise OSError(f"no connection for {key}, {owner} and {response}")


def test_a_store_that_fails_afterwards_does_not_fail_the_request(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    """The function has acted, so the response is an acknowledgement and not an error."""
    store = Forgetful()
    home = Home(Connector(client=cloud.client, seen=store))
    home.act = lambda _: store.renewals.wait(30)
    assert code_of(home.app.respond(cloud.sample("send_command_on"))) == 200
    assert len(cloud.events) == 1
    assert "the store of leases does not know it" in caplog.text


class Worker:
    """A process with the connector of `worker`, which takes requests over a pipe."""

    def __init__(self, folder: Path, address: str, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", WORKER, str(folder), address, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"},
        )

    def deliver(self, request: object) -> None:
        """Send a request."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def line(self) -> str:
        """Return the next line of the process: a step of a function, or a response."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end_input(self) -> None:
        """End the main thread of the process, but not its work."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def close(self) -> None:
        """End the process once its work is finished."""
        self.end_input()
        assert self.process.wait(60) == 0


@pytest.fixture
def processes() -> Iterator[ExitStack]:
    """Yield a stack that kills the processes at the end."""
    with ExitStack() as stack:
        yield stack


def started(stack: ExitStack, folder: Path, address: str, *options: str) -> Worker:
    """Start a process that is killed at the end."""
    worker = Worker(folder, address, *options)
    stack.enter_context(worker.process)
    stack.callback(worker.process.kill)
    return worker


def test_six_deliveries_to_two_processes_are_one_execution(
    cloud: Cloud, tmp_path: Path, processes: ExitStack
) -> None:
    """Two processes share a SQLite file. Each gets three deliveries, and one calls the function."""
    with serving(cloud.emulator) as address:
        workers = [started(processes, tmp_path, address) for _ in range(2)]
        for worker in workers:
            assert worker.line() == "ready"
        for _ in range(3):
            for worker in workers:
                worker.deliver(cloud.sample("send_command_on"))
        lines = [worker.line() for worker in workers for _ in range(3)]
        for worker in workers:
            worker.close()
            assert worker.process.stdout is not None
            lines += worker.process.stdout.read().split()
    assert sorted(lines) == ["200"] * 6 + ["finished", "working"]
    assert len(cloud.events) == 1


@pytest.mark.parametrize("kill_after", ["working", "200"])
def test_a_killed_delivery_is_carried_out_by_the_next(
    cloud: Cloud, tmp_path: Path, processes: ExitStack, kill_after: str
) -> None:
    """SIGKILL before or after the response: the next delivery carries the request out, once.

    The main threads of the next processes end before the lease of the killed one expires.
    """
    with serving(cloud.emulator) as address:
        first = started(processes, tmp_path, address, "hang")
        later = [started(processes, tmp_path, address) for _ in range(2)]
        for worker in (first, *later):
            assert worker.line() == "ready"
        first.deliver(cloud.sample("send_command_on"))
        while first.line() != kill_after:
            pass
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(60)
        for worker in later:
            worker.deliver(cloud.sample("send_command_on"))
            worker.end_input()
        lines = []
        for worker in later:
            worker.close()
            assert worker.process.stdout is not None
            lines += worker.process.stdout.read().split()
    assert sorted(lines) == ["200", "200", "finished", "working"]
    assert len(cloud.events) == 1


def test_work_that_was_handed_on_does_not_wait_for_a_lease(cloud: Cloud, tmp_path: Path) -> None:
    """Another invocation holds the lease, so the work is refused and delivered again later."""
    leases = SQLiteLeases(tmp_path / "leases.db")
    leases.acquire(f"AWS.SendCommand {cloud.connector_id} 9b75f3839b6140f=_1", "other")
    home = Home(Connector(client=cloud.client, seen=leases))
    event = {"iotmi.connector": {"event": cloud.sample("send_command_on")}}
    with pytest.raises(connector.ConnectorError, match=r"409: .* is in progress"):
        home.app.lambda_handler(event, None)
    assert home.requests == []
    assert isinstance(leases.acquire("AWS.SendCommand c t", "x"), connector.Acquired)
    assert isinstance(leases.acquire("AWS.SendCommand c t", "y"), Held)
