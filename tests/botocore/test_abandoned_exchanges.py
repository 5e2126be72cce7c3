"""Exchanges that end by a deadline or a cancellation close their connections."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from random import Random

import anyio
import pytest

import iotmi
from iotmi import AsyncClient, Client, RetryPolicy
from tests.support.bad_servers import drip_body, keep_silent, listening, never_connecting
from tests.support.certificates import make_certificate
from tests.support.direct_client import ONCE, idle
from tests.support.http_servers import Act, Service
from tests.support.threads import comes_true

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("keys")]

HANGING = {"silence": keep_silent, "a slow body": drip_body}


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Return the name of each event loop."""
    return str(request.param)


class Hanging:
    """An act that counts the connections that come and go."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self.came = self.went = 0
        self._lock = threading.Lock()

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        with self._lock:
            self.came += 1
        try:
            self._act(connection)
        finally:
            with self._lock:
                self.went += 1


@pytest.mark.parametrize("act", HANGING.values(), ids=HANGING.keys())
def test_a_deadline_ends_the_exchange_and_its_connection(act: Act) -> None:
    """After 40 deadlines every connection is closed, and no thread was started."""
    hanging = Hanging(act)
    with listening(hanging) as url, Client(endpoint_url=url, retry=ONCE, timeout=0.02) as client:
        before = client_threads()
        for _ in range(40):
            with pytest.raises(iotmi.DeadlineExceededError, match="cut off"):
                client.managed_things.get("x")
            assert client_threads() == before
        assert comes_true(lambda: hanging.came == hanging.went)
        assert idle(client) == 0


def client_threads() -> set[str]:
    """Return the names of this library's running threads."""
    return {each.name for each in threading.enumerate() if each.name.startswith("iotmi")}


def test_a_deadline_ends_an_exchange_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is closed without waiting for the server's TLS close."""
    good = make_certificate(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(good.path))
    hanging = Hanging(keep_silent)
    with (
        listening(hanging, tls=good.context()) as url,
        Client(endpoint_url=url, retry=ONCE, timeout=1.0) as client,
    ):
        with pytest.raises(iotmi.DeadlineExceededError, match="cut off") as caught:
            client.managed_things.get("x")
        assert caught.value.may_have_acted
        assert comes_true(lambda: hanging.came == hanging.went == 1)


def test_a_deadline_while_connecting_means_that_nothing_was_sent() -> None:
    """The error says that the service cannot have acted."""
    with (
        never_connecting() as url,
        Client(endpoint_url=url, retry=ONCE, timeout=0.2) as client,
        pytest.raises(iotmi.DeadlineExceededError, match="cut off") as caught,
    ):
        client.managed_things.get("x")
    assert not caught.value.may_have_acted


@pytest.mark.parametrize("act", HANGING.values(), ids=HANGING.keys())
async def test_a_cancelled_exchange_closes_its_connection(act: Act) -> None:
    """A cancelled task closes its connection, and so does a timeout of the client."""
    hanging = Hanging(act)
    with listening(hanging) as url:
        async with AsyncClient(endpoint_url=url, retry=ONCE) as client:
            for _ in range(40):
                with anyio.move_on_after(0.02) as scope:
                    await client.managed_things.get("x")
                assert scope.cancelled_caught
            with pytest.raises(iotmi.DeadlineExceededError):
                await client.with_options(timeout=0.05).managed_things.get("x")
            assert idle(client) == 0
            assert await anyio.to_thread.run_sync(comes_true, lambda: hanging.came == hanging.went)


def test_no_call_receives_the_response_of_an_abandoned_one(service: Service) -> None:
    """Timeouts pass while responses arrive, and each call still gets its own response."""
    service.body, service.taking = b'{"Id": "@"}', 0.02
    numbers, chance = count(), Random(11)
    outcomes: list[str] = []

    def call(client: Client) -> None:
        identifier = f"thing-{next(numbers)}"
        # A third is too short, a third is near the response, and a third is enough on any machine.
        low, high = chance.choice(((0.005, 0.02), (0.02, 0.05), (0.05, 3.0)))
        hurried = client.with_options(timeout=chance.uniform(low, high))
        try:
            assert hurried.managed_things.get(identifier).id == identifier
        except iotmi.DeadlineExceededError:
            outcomes.append("abandoned")
        else:
            outcomes.append("succeeded")

    attempts: list[iotmi.Attempt] = []
    policy = RetryPolicy(on_attempt=attempts.append, sleep=lambda _: None)
    with Client(endpoint_url=service.url, retry=policy) as client, ThreadPoolExecutor(8) as pool:
        for calling in [pool.submit(call, client) for _ in range(400)]:
            calling.result(30)
    assert {outcomes.count(kind) > 20 for kind in ("abandoned", "succeeded")} == {True}
    # An abandoned call that broke the connection of another call would have failed its attempt.
    ended = {type(attempt.error) for attempt in attempts}
    assert ended == {type(None), iotmi.DeadlineExceededError}


async def test_no_task_receives_the_response_of_a_cancelled_one(service: Service) -> None:
    """200 tasks are cancelled at random, and the client works afterwards."""
    service.body, service.taking = b'{"Id": "@"}', 0.01
    chance, finished = Random(5), list[str]()

    async def call(number: int, client: AsyncClient) -> None:
        with anyio.move_on_after(chance.uniform(0.0, 0.4)):
            thing = await client.managed_things.get(f"thing-{number}")
            assert thing.id == f"thing-{number}"
            finished.append(thing.id)

    async with AsyncClient(endpoint_url=service.url, retry=ONCE) as client:
        async with anyio.create_task_group() as group:
            for number in range(200):
                group.start_soon(call, number, client)
        assert 0 < len(finished) < 200
        for number in range(40):
            assert (await client.managed_things.get(f"again-{number}")).id == f"again-{number}"


async def test_tasks_share_the_connections_of_a_client(service: Service) -> None:
    """300 tasks use 32 connections and one thread. Deadlines count while a task waits."""
    service.taking = 0.01
    threads = set[str]()

    async def call(client: AsyncClient) -> None:
        assert (await client.managed_things.get("x")).id == "x"
        threads.update(each.name for each in threading.enumerate())

    async with AsyncClient(endpoint_url=service.url, retry=ONCE) as client:
        async with anyio.create_task_group() as group:
            for _ in range(300):
                group.start_soon(call, client)
        assert len(set(service.ports)) <= 32
        assert not [each for each in threads if "iotmi" in each or "AnyIO" in each]
        service.open.clear()
        async with anyio.create_task_group() as group:
            for _ in range(32):
                group.start_soon(call, client)
            assert await anyio.to_thread.run_sync(service.asked, 332)
            with pytest.raises(iotmi.DeadlineExceededError, match="no connection") as caught:
                await client.with_options(timeout=0.05).managed_things.get("x")
            assert not caught.value.may_have_acted
            service.open.set()
        assert (await client.managed_things.get("x")).id == "x"
