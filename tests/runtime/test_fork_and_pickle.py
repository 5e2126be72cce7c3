"""Clients after a fork share nothing, and pickled clients contain no secret."""

import asyncio
import gc
import multiprocessing
import os
import pickle
import random
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from typing import Any, TypeVar

import pytest
import trio

import iotmi
from iotmi import AsyncClient, Client, Pacing, RetryPolicy
from iotmi._botocore.session import open_client
from iotmi._runtime.fork import ForkLocal
from iotmi.emulator import Emulator
from tests.support.factories import make_hub
from tests.support.http_servers import Service, session

T = TypeVar("T")

# Python 3.12 and later warn about a fork with threads, which these tests need.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
    pytest.mark.usefixtures("keys"),
]


def in_a_fork(function: Callable[[], T]) -> T:
    """Return the result of *function* in a forked child."""
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe()
    child = fork.Process(target=lambda: there.send(function()))
    child.start()
    # A child that fails closes the pipe and ends the wait.
    there.close()
    try:
        assert here.poll(20), "the child hangs"
        result: T = here.recv()
        return result
    finally:
        child.kill()
        child.join(10)


def fetch(client: Client) -> str:
    """Make one call."""
    return client.managed_things.get("x").id


def fetch_awaiting(client: AsyncClient) -> str:
    """Make one async call."""

    async def main() -> str:
        return (await client.managed_things.get("x")).id

    return asyncio.run(main())


def test_a_forked_child_calls_over_a_connection_of_its_own(service: Service) -> None:
    """The child has new sockets, and the parent's stay open."""
    with Client(endpoint_url=service.url) as client:
        fetch(client)
        assert in_a_fork(lambda: [fetch(client), fetch(client)]) == ["x", "x"]
        fetch(client)
    parents, first, second, parents_again = service.ports
    assert parents == parents_again
    assert first == second != parents


def test_copies_share_one_connection_in_the_child_too(service: Service) -> None:
    """In the child too, a client and its copy share a socket."""
    with Client(endpoint_url=service.url) as client:
        copy = client.with_options(timeout=30.0)

        def both() -> bool:
            fetch(copy)
            fetch(client)
            return (
                copy._context.transport is client._context.transport
                and copy._context.retry_strategy is client._context.retry_strategy
            )

        assert in_a_fork(both)
    assert len(set(service.ports)) == 1


def test_threads_of_a_child_share_what_the_first_one_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that comes while another one makes the child's value waits for it."""
    made: list[int] = []
    asked = threading.Event()
    process = os.getpid

    def of_a_child() -> int:
        if threading.current_thread() is second:
            asked.set()
        return process() + 1

    def recreate(parent: int) -> int:
        second.start()
        # The second thread has asked for the value, and meets the lock next.
        assert asked.wait(10)
        made.append(parent + 1)
        return made[-1]

    found: list[int] = []
    local = ForkLocal(7, recreate)
    second = threading.Thread(target=lambda: found.append(local.get()))
    monkeypatch.setattr(os, "getpid", of_a_child)
    found.append(local.get())
    second.join(10)
    assert found == [8, 8]
    assert made == [8]


def test_a_grandchild_has_its_own_connection(service: Service) -> None:
    """A grandchild has sockets of its own."""
    with Client(endpoint_url=service.url) as client:
        fetch(client)

        def child() -> str:
            fetch(client)
            return in_a_fork(lambda: fetch(client))

        assert in_a_fork(child) == "x"
    assert len(set(service.ports)) == 3


def test_locks_that_were_held_at_the_fork_do_not_stop_the_child(service: Service) -> None:
    """A child can call although a thread of the parent held every lock of the client."""
    client = Client(
        session=session(),
        endpoint_url=service.url,
        timeout=20.0,
        pacing=Pacing(initial_rate=1000.0),
        retry=RetryPolicy(quota=500),
    )
    fetch(client)
    course = client._context
    assert course.rate_limiters is not None
    boto3_client: Any = course.transport._client
    pools = boto3_client._endpoint.http_session._manager.pools
    sockets = [pools[key].pool.mutex for key in pools.keys()]  # noqa: SIM118 - no dictionary
    locks = [
        course.retry_strategy.quota._lock,
        course.rate_limiters._lock,
        course.rate_limiters.of("GetManagedThing")._lock,
        course.connection.abandoned._changed,
        pools.lock,
        *sockets,
    ]
    # Only the client references its boto3 client, here and in the child.
    del boto3_client, pools
    assert len(sockets) == 1
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with ExitStack() as stack:
            for lock in locks:
                stack.enter_context(lock)
            held.set()
            over.wait(30)

    def call_and_collect() -> str:
        found = fetch(client)
        # Collection closes sockets, and the parent's must stay open.
        gc.collect()
        return found

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        assert in_a_fork(call_and_collect) == "x"
        assert in_a_fork(client.close) is None
    finally:
        over.set()
        holder.join(10)
    fetch(client)
    client.close()


def test_forked_children_do_not_pause_in_step(emulator: Emulator) -> None:
    """Children have different jitter, unless a seed fixes it."""

    def pauses_of(client: Client) -> list[float]:
        emulator.faults.fail("GetManagedThing", "ThrottlingException", times=3)
        with pytest.raises(iotmi.ThrottlingError) as caught:
            client.managed_things.get("x")
        return [failure.pause for failure in caught.value.failed_attempts]

    options: dict[str, Any] = {"max_attempts": 3, "sleep": lambda _: None}
    client = emulator.client(retry=RetryPolicy(**options))
    drawn = [in_a_fork(lambda: pauses_of(client)) for _ in range(3)]
    assert len({tuple(pauses) for pauses in drawn}) == 3
    seeded = emulator.client(retry=RetryPolicy(seed=4, **options))
    first, second = [in_a_fork(lambda: pauses_of(seeded)) for _ in range(2)]
    assert first == second


def test_a_given_boto3_client_reconnects_in_the_child(service: Service) -> None:
    """The sockets of a given boto3 client are replaced in the child."""
    with Client(boto3_client=open_client(session(), endpoint_url=service.url)) as client:
        fetch(client)
        assert in_a_fork(lambda: fetch(client)) == "x"
        fetch(client)
    parents, childs, parents_again = service.ports
    assert parents == parents_again != childs


def test_a_client_of_the_emulator_works_in_a_child(client: Client) -> None:
    """The child has a copy of the emulated account."""
    made = make_hub(client).id

    def child() -> list[str]:
        make_hub(client, 1)
        return [thing.id for thing in client.managed_things.list()]

    assert made in in_a_fork(child)
    assert [thing.id for thing in client.managed_things.list()] == [made]


@pytest.mark.parametrize("loop", ["asyncio", "trio"])
def test_an_async_client_works_in_a_child(service: Service, loop: str) -> None:
    """An async client works in the child, on either event loop."""
    client = AsyncClient(endpoint_url=service.url)
    fetch_awaiting(client)

    async def main() -> str:
        return (await client.managed_things.get("x")).id

    child = (lambda: asyncio.run(main())) if loop == "asyncio" else (lambda: trio.run(main))
    assert in_a_fork(child) == "x"
    assert len(set(service.ports)) == 2


def test_closing_in_the_child_closes_nothing_of_the_parents(service: Service) -> None:
    """Closing an unused client in a child closes no connection."""
    client = Client(endpoint_url=service.url)
    fetch(client)
    in_a_fork(client.close)
    fetch(client)
    assert len(set(service.ports)) == 1
    client.close()


def test_a_copy_closes_nothing(service: Service) -> None:
    """Only the first client closes the connection."""
    with Client(endpoint_url=service.url) as client:
        fetch(client)
        with client.with_options(timeout=30.0) as copy:
            fetch(copy)
        fetch(client)
    assert len(set(service.ports)) == 1


def test_a_pager_continues_in_the_child(service: Service) -> None:
    """A pager that the parent began continues over the child's connection."""
    service.body = b'{"Items": [{"Id": "t"}], "NextToken": "a"}'
    with Client(endpoint_url=service.url, timeout=20.0) as client:
        walk = iter(client.managed_things.list())
        next(walk)
        service.body = b'{"Items": [{"Id": "u"}]}'
        assert in_a_fork(lambda: [thing.id for thing in walk]) == ["u"]
    assert len(set(service.ports)) == 2


def test_a_per_process_value_is_made_once() -> None:
    """Threads that read a per-process value at once get one value."""
    cell = ForkLocal("parent", lambda before: f"{before}'s child {random.random()}")

    def child() -> set[str]:
        barrier = threading.Barrier(8)
        seen: list[str] = []

        def ask() -> None:
            barrier.wait(10)
            seen.append(cell.get())

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        return set(seen)

    assert len(in_a_fork(child)) == 1
    assert cell.get() == cell.peek() == "parent"


def test_each_process_has_its_own_state(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child renews each part of the state once, and the parent keeps its own."""
    own = Client(endpoint_url=service.url, pacing=Pacing(), timeout=20.0)
    given = Client(boto3_client=open_client(session(), endpoint_url=service.url))
    before = [(one._context.transport, one._context.retry_strategy) for one in (own, given)]
    for one in (own, given):
        fetch(one)
    pid = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: pid + 1)
    own.close()  # The state of this process is not created yet.
    for one, (transport, persistence) in zip((own, given), before, strict=True):
        fetch(one)
        course = one._context
        assert course.transport is not transport
        assert course.retry_strategy is not persistence
        assert course.retry_strategy.policy == persistence.policy
        # A given boto3 client is kept.
        assert (course.transport._client is transport._client) == (one is given)
        after = (course.connection, course.retry_strategy, course.rate_limiters)
        fetch(one)
        assert (course.connection, course.retry_strategy, course.rate_limiters) == after
    first, second, *others = service.ports
    assert len({first, second, *others}) == 4
    own.close()


# -- pickles ---------------------------------------------------------------------------


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a secret in the environment, where every process finds it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "CANARYID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "CANARYSECRET")


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_client_can_be_pickled(service: Service, method: str) -> None:
    """Pickled clients and copies work in other processes, without credentials."""
    place: dict[str, Any] = {"region_name": "eu-west-1", "endpoint_url": service.url}
    with (
        Client(**place) as client,
        ProcessPoolExecutor(1, multiprocessing.get_context(method)) as pool,
    ):
        fetch(client)
        for one in (client, client.with_options(timeout=30.0, pacing=Pacing())):
            assert pool.submit(fetch, one).result(30) == "x"
        assert pool.submit(fetch_awaiting, AsyncClient(**place)).result(30) == "x"
        fetch(client)
        assert b"CANARY" not in pickle.dumps(client)
    assert len(set(service.ports)) == 4


@pytest.mark.usefixtures("credentials")
def test_a_pickle_keeps_every_option(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pickle keeps each option, and the Region that was found."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ca-central-1")
    policy, pacing = RetryPolicy(max_attempts=7), Pacing(initial_rate=3.0)
    first = Client(endpoint_url="http://127.0.0.1:1", retry=policy)
    copy = first.with_options(pacing=pacing, timeout=9.0)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    for client, timeout in ((first, None), (copy, 9.0)):
        twin = pickle.loads(pickle.dumps(client))
        assert type(twin) is Client
        assert repr(twin) == "<iotmi.Client in ca-central-1>"
        assert twin._context.retry_strategy.policy == policy
        assert twin._context.retry_strategy.quota is not client._context.retry_strategy.quota
        assert twin._context.timeout == timeout
        assert twin._context.transport._client.meta.endpoint_url == "http://127.0.0.1:1"
        assert (twin._context.rate_limiters.pacing if twin._context.rate_limiters else None) == (
            pacing if client is copy else None
        )
        twin.close()


def test_clients_that_cannot_be_pickled(emulator: Emulator, client: Client) -> None:
    """Clients with a given session or boto3 client cannot be pickled."""
    made = Client(session=session())
    for one, given in (
        (made, "session"),
        (made.with_options(timeout=2.0), "session"),
        (client, "boto3_client"),
        (emulator.async_client(), "boto3_client"),
    ):
        with pytest.raises(pickle.PicklingError, match=f"made from a {given} does not pickle"):
            pickle.dumps(one)


def test_nothing_is_renewed_without_a_fork(client: Client) -> None:
    """Without a fork, nothing is renewed."""
    course = client._context
    before = (course.connection, course.retry_strategy)
    make_hub(client)
    assert (course.connection, course.retry_strategy) == before
    assert course._process == os.getpid()
