"""One client used by many threads and tasks at once, with cancellations."""

import asyncio
import gc
import inspect
import random
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import anyio
import pytest
import trio

import iotmi
from iotmi import AsyncClient, Client, ListManagedThings, Pacing, RetryPolicy
from iotmi._sansio.steps import Step, Steps, send, sleep
from iotmi.emulator import Emulator
from tests.support.factories import make_hub
from tests.support.http_servers import Service, with_keys
from tests.support.threads import comes_true

pytestmark = pytest.mark.anyio

TASKS = 500
FAST = Pacing(initial_rate=1e6, max_rate=1e6)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Return each event loop."""
    return str(request.param)


@pytest.fixture(autouse=True)
def _silence(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail if a thread, task or finalizer of these tests ends with an unreported error."""
    heard: list[object] = []
    monkeypatch.setattr(threading, "excepthook", heard.append)
    monkeypatch.setattr(sys, "unraisablehook", heard.append)
    yield
    gc.collect()
    assert heard == []
    # asyncio logs an exception that was never retrieved, and a task that was never awaited.
    assert [one for one in caplog.records if one.name in {"asyncio", "concurrent.futures"}] == []


def faulty(emulator: Emulator) -> RetryPolicy:
    """Return a client that retries often without waiting; a tenth of its calls is throttled."""
    emulator.faults.fail_randomly(0.1, "ThrottlingException")
    return RetryPolicy(max_attempts=20, quota=500, sleep=lambda _: None)


def require_consistent(client: Client | AsyncClient) -> None:
    """Check that no caller is queued and the quota is within its bounds."""
    course = client._context
    assert course.rate_limiters is not None
    for limiter in course.rate_limiters._limiters.values():
        assert limiter._queue == []
    assert 0 <= course.retry_strategy.quota._available <= 500
    # Abandoned attempts end later.
    assert comes_true(lambda: not course.connection.abandoned.at_limit)


def test_sixty_four_threads(emulator: Emulator) -> None:
    """Each of 64 threads creates and reads back its own resource."""
    client = emulator.client(retry=faulty(emulator), pacing=FAST)
    barrier = threading.Barrier(64)

    def work(number: int) -> bool:
        barrier.wait(20)
        made = client.credential_lockers.create(name=f"Household {number}")
        return client.credential_lockers.get(made.id).name == f"Household {number}"

    with ThreadPoolExecutor(64) as pool:
        assert all(pool.map(work, range(64)))
    assert len(client.credential_lockers.list().collect()) == 64
    require_consistent(client)
    emulator.faults.clear()
    for _ in range(200):
        client.credential_lockers.list(max_results=1).first()
    assert client._context.retry_strategy.quota._available == 500


async def each_its_own(client: AsyncClient, tasks: int) -> None:
    """Let *tasks* tasks create a locker each and read it back."""
    wrong: list[int] = []

    async def work(number: int) -> None:
        made = await client.credential_lockers.create(name=f"Household {number}")
        if (await client.credential_lockers.get(made.id)).name != f"Household {number}":
            wrong.append(number)

    async with anyio.create_task_group() as group:
        for number in range(tasks):
            group.start_soon(work, number)
    assert wrong == []


async def test_five_hundred_tasks(emulator: Emulator) -> None:
    """Each of 500 tasks reads back its own resource, on either event loop."""
    client = emulator.async_client(retry=faulty(emulator), pacing=FAST)
    await each_its_own(client, TASKS)
    assert len(await client.credential_lockers.list().collect()) == TASKS
    require_consistent(client)


def test_two_event_loops_of_either_kind_at_once(emulator: Emulator) -> None:
    """One client serves asyncio in one thread and trio in another."""
    client = emulator.async_client(retry=faulty(emulator), pacing=FAST)

    def under_asyncio() -> None:
        asyncio.run(each_its_own(client, 100))

    def under_trio() -> None:
        trio.run(each_its_own, client, 100)

    loops: list[Callable[[], None]] = [under_asyncio, under_trio, under_asyncio, under_trio]
    with ThreadPoolExecutor(2) as pool:
        for ended in [pool.submit(loop) for loop in loops]:
            ended.result(60)
    assert len(asyncio.run(client.credential_lockers.list().collect())) == 400
    require_consistent(client)


async def test_cancelled_at_any_moment(emulator: Emulator) -> None:
    """Calls cancelled before, during and after attempts leave the client consistent."""
    client = emulator.async_client(
        retry=RetryPolicy(max_attempts=20, throttle_backoff=0.001, quota=500), pacing=FAST
    )
    emulator.faults.fail_randomly(0.3, "ThrottlingException")
    chance = random.Random(5)
    ended: list[str] = []

    async def work(number: int, seconds: float) -> None:
        with anyio.move_on_after(seconds):
            ended.append((await client.credential_lockers.create(name=f"Household {number}")).id)

    async with anyio.create_task_group() as group:
        for number in range(200):
            group.start_soon(work, number, chance.uniform(0.0, 0.3))
    assert 0 < len(ended) < 200
    require_consistent(client)
    emulator.faults.clear()
    # An abandoned create may have taken effect, and a successful one has.
    stored = {locker.id async for locker in client.credential_lockers.list()}
    assert set(ended) <= stored


def test_cancelled_asyncio_tasks(emulator: Emulator) -> None:
    """Every task that is not cancelled gets its response."""
    client = emulator.async_client(retry=faulty(emulator), pacing=FAST)
    chance = random.Random(3)

    async def main() -> list[object]:
        tasks = [
            asyncio.create_task(client.credential_lockers.create(name=f"Household {number}"))
            for number in range(200)
        ]
        for task in tasks:
            if chance.random() < 0.5:
                task.cancel()
            await asyncio.sleep(0)
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    kinds = {type(ended) for ended in asyncio.run(main())}
    assert kinds == {asyncio.CancelledError, iotmi.CreatedCredentialLocker}
    require_consistent(client)


async def test_calls_cancelled_while_their_attempts_hang() -> None:
    """After ten abandoned attempts, the next call succeeds."""
    with Service() as service:
        client = with_keys(AsyncClient, endpoint_url=service.url)
        service.open.clear()
        await service.cancel_when_asked(partial(client.managed_things.get, "x"), times=10)
        service.open.set()
        assert (await client.managed_things.get("x")).id == "x"
        await client.close()


def interrupted() -> Steps[None]:
    """Return steps that are in the middle of a call."""
    yield from sleep(0.01)
    yield from send(ListManagedThings())
    yield from sleep(60.0)


async def test_cancelled_steps_are_closed_at_once(emulator: Emulator) -> None:
    """The driver closes cancelled steps, and not the garbage collector."""
    client = emulator.async_client(retry=RetryPolicy())
    flow = interrupted()
    with anyio.move_on_after(0.3):
        await client._async_driver.run(flow)
    assert inspect.getgeneratorstate(flow) == inspect.GEN_CLOSED


def test_interrupted_steps_are_closed_at_once(emulator: Emulator) -> None:
    """Ctrl-C during a pause closes the steps too."""

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    client = emulator.client(retry=RetryPolicy(sleep=interrupt))
    flow = interrupted()
    with pytest.raises(KeyboardInterrupt):
        client._sync_driver.run(flow)
    assert inspect.getgeneratorstate(flow) == inspect.GEN_CLOSED


def unknown() -> Steps[None]:
    """Return steps with a step that no driver knows."""
    yield Step()


async def test_an_unknown_step_is_an_error(emulator: Emulator) -> None:
    """Neither driver skips a step that it does not know, and so loses its outcome."""
    refused = "Step is not a step that a driver performs"
    with pytest.raises(TypeError, match=refused):
        emulator.client()._sync_driver.run(unknown())
    with pytest.raises(TypeError, match=refused):
        await emulator.async_client()._async_driver.run(unknown())


async def test_an_unfinished_pager_needs_no_cleanup(emulator: Emulator) -> None:
    """Pagers are no asynchronous generators, so an unfinished one needs no cleanup."""
    client = emulator.async_client()
    for number in range(3):
        make_hub(emulator.client(), number)
    async for _ in client.managed_things.list(max_results=1):
        break
    assert await client.managed_things.list(max_results=1).first() is not None
    gc.collect()


async def test_two_tasks_cannot_request_the_same_page() -> None:
    """A second task that requests the same page gets an error."""
    with Service() as service:
        service.body = b'{"Items": [{"Id": "t"}], "NextToken": "#"}'
        client = with_keys(AsyncClient, endpoint_url=service.url)
        walk = aiter(client.managed_things.list())
        service.open.clear()
        async with anyio.create_task_group() as group:
            group.start_soon(needed, walk.__anext__())
            assert await anyio.to_thread.run_sync(service.asked, 1)
            with pytest.raises(RuntimeError, match="another task"):
                await anext(walk)
            service.open.set()
        assert (await anext(walk)).id == "t"
        assert len(service.ports) == 2


async def needed(call: Awaitable[iotmi.ManagedThingSummary]) -> None:
    """Await *call*, which must succeed."""
    assert (await call).id == "t"
