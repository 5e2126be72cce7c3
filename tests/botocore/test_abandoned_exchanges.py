"""Exchanges that a deadline or a cancellation ends leave nothing behind and mix nothing up."""

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

HANGING = {"silence": keep_silent, "an answer that drips": drip_body}


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Both event loops."""
    return str(request.param)


class Hanging:
    """Does not respond, and counts the connections that come and go."""

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
    """More of them than a client keeps connections, and none starts a thread."""
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
    """The threads that this library may start."""
    return {each.name for each in threading.enumerate() if each.name.startswith("iotmi")}


def test_over_tls_it_ends_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without TLS's farewell, which would have to be waited for."""
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
    """The service cannot have acted."""
    with (
        never_connecting() as url,
        Client(endpoint_url=url, retry=ONCE, timeout=0.2) as client,
        pytest.raises(iotmi.DeadlineExceededError, match="cut off") as caught,
    ):
        client.managed_things.get("x")
    assert not caught.value.may_have_acted


@pytest.mark.parametrize("act", HANGING.values(), ids=HANGING.keys())
async def test_a_cancelled_exchange_closes_its_connection(act: Act) -> None:
    """Whether the task is cancelled or the client has a timeout."""
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
    """Many are left in the very moment in which their responses come."""
    service.body, service.taking = b'{"Id": "@"}', 0.02
    numbers, chance = count(), Random(11)
    outcomes: list[str] = []

    def call(client: Client) -> None:
        asked = f"thing-{next(numbers)}"
        hurried = client.with_options(timeout=chance.uniform(0.015, 0.05))
        try:
            assert hurried.managed_things.get(asked).id == asked
        except iotmi.DeadlineExceededError:
            outcomes.append("left")
        else:
            outcomes.append("answered")

    told: list[iotmi.Attempt] = []
    policy = RetryPolicy(on_attempt=told.append, sleep=lambda _: None)
    with Client(endpoint_url=service.url, retry=policy) as client, ThreadPoolExecutor(8) as pool:
        for calling in [pool.submit(call, client) for _ in range(400)]:
            calling.result(30)
    assert {outcomes.count(kind) > 20 for kind in ("left", "answered")} == {True}
    # A connection that broke under a call that was waited for would have cost it an attempt.
    ended = {type(attempt.error) for attempt in told}
    assert ended == {type(None), iotmi.DeadlineExceededError}


async def test_nor_does_a_task_that_of_a_cancelled_one(service: Service) -> None:
    """200 tasks, cancelled at random, and the client is usable afterwards."""
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
    """300 tasks over 32 connections and one thread; the deadline counts while a task waits."""
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
