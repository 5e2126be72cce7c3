"""A client's `timeout` over attempts, pauses and pages, under every fault."""

import math
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import pytest

import iotmi
from iotmi import (
    AsyncClient,
    Attempt,
    Client,
    ListManagedThings,
    ManagedThingSummary,
    Pacing,
    Page,
    RetryPolicy,
)
from iotmi._botocore.session import open_client
from iotmi._runtime.abandonment import AbandonableCall, AbandonedCalls
from iotmi._sansio.steps import DeadlineReachedError, send_all_pages
from iotmi.emulator import Emulator
from tests.support.factories import make_hub
from tests.support.http_servers import Act, Service, answer, hang_up, serving, session, with_keys
from tests.support.threads import until, work

pytestmark = pytest.mark.anyio

Scene: TypeAlias = tuple[Sequence[Act], RetryPolicy, Pacing | None]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Return each event loop."""
    return str(request.param)


@pytest.fixture
def service() -> Iterator[Service]:
    """Yield a server with an endless listing."""
    with Service() as service:
        service.body = b'{"Items": [{"Id": "t"}], "NextToken": "#"}'
        yield service


# -- to the moment ---------------------------------------------------------------------


def trickle(connection: socket.socket) -> None:
    """Send a response byte by byte, which no socket timeout ends."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    for _ in range(20):
        threading.Event().wait(0.04)
        connection.sendall(b" ")


def keep_silent(connection: socket.socket) -> None:
    """Read the request and send nothing for longer than any timeout here."""
    connection.recv(65536)
    connection.settimeout(0.8)
    connection.recv(1)


UNAVAILABLE = answer("503 Service Unavailable", b"{}")
WAIT_LONG = answer("429 Too Many Requests", b"{}", retry_after="60")
SHORT = RetryPolicy(max_attempts=999, initial_backoff=0.02, max_backoff=0.05, quota=None)
LONG = RetryPolicy(max_attempts=99, initial_backoff=30.0, max_backoff=30.0, seed=1)

TRIES = 6

SCENES: dict[str, Scene] = {
    "an attempt hangs": ([keep_silent], SHORT, None),
    "an answer trickles": ([trickle], SHORT, None),
    "a later attempt hangs": ([UNAVAILABLE, hang_up, keep_silent], SHORT, None),
    "many fail": ([UNAVAILABLE] * 500, SHORT, None),
    "a pause is long": ([UNAVAILABLE], LONG, None),
    "the service asks for a pause": ([WAIT_LONG], SHORT, None),
    "the next turn is far": (
        [UNAVAILABLE] * 9,
        SHORT,
        Pacing(initial_rate=0.5, max_rate=0.5, burst=1),
    ),
    "turns are near": ([UNAVAILABLE] * 99, SHORT, Pacing(initial_rate=9.0, max_rate=9.0, burst=1)),
}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES.keys())
def test_a_call_ends_at_its_deadline(scene: Scene) -> None:
    """A call ends within a tenth of a second of its deadline."""
    late = list[float]()
    for _ in until(lambda: late[-1] < 0.1, most=TRIES):
        acts, policy, pacing = scene
        with (
            serving(acts) as url,
            with_keys(Client, endpoint_url=url, retry=policy, pacing=pacing, timeout=0.4) as client,
        ):
            began = time.monotonic()
            with pytest.raises(iotmi.DeadlineExceededError):
                client.managed_things.get("x")
            late.append(time.monotonic() - began - 0.4)


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES.keys())
async def test_an_async_call_ends_at_its_deadline(scene: Scene) -> None:
    """An async call ends within a tenth of a second of its deadline."""
    late = list[float]()
    for _ in until(lambda: late[-1] < 0.1, most=TRIES):
        acts, policy, pacing = scene
        with serving(acts) as url:
            async with with_keys(
                AsyncClient, endpoint_url=url, retry=policy, pacing=pacing, timeout=0.4
            ) as client:
                began = time.monotonic()
                with pytest.raises(iotmi.DeadlineExceededError):
                    await client.managed_things.get("x")
                late.append(time.monotonic() - began - 0.4)


def test_no_attempt_begins_without_time(client: Client, emulator: Emulator) -> None:
    """No attempt begins after a pause that used up the time."""
    attempts: list[Attempt] = []
    policy = RetryPolicy(sleep=lambda _: time.sleep(1.0), on_attempt=attempts.append)
    timed = client.with_options(timeout=1.0, retry=policy)
    emulator.faults.fail("GetManagedThing", "InternalServerException")
    with pytest.raises(iotmi.DeadlineExceededError, match="no time left") as caught:
        timed.managed_things.get("x")
    assert caught.value.attempts == 1 == len(emulator.calls)
    assert [failure.error_type for failure in caught.value.failed_attempts] == [
        "InternalServerError"
    ]
    assert len(attempts) == 1


def raise_timeout(**_: object) -> None:
    """Raise a TimeoutError, as a handler of botocore's events."""
    raise TimeoutError("mine")


def test_a_handlers_timeout_error_is_no_deadline(emulator: Emulator) -> None:
    """A TimeoutError of an application's handler is raised unchanged."""
    boto3_client = emulator.boto3_client()
    boto3_client.meta.events.register("before-call.*", raise_timeout)
    client = Client(boto3_client=boto3_client)
    for one in (client, client.with_options(timeout=5.0)):
        with pytest.raises(TimeoutError, match="mine"):
            one.managed_things.get("x")


async def test_a_handlers_timeout_error_is_no_deadline_async(emulator: Emulator) -> None:
    """The async client raises it unchanged, with and without a timeout."""
    boto3_client = emulator.boto3_client()
    boto3_client.meta.events.register("before-call.*", raise_timeout)
    async_client = AsyncClient(boto3_client=boto3_client)
    for one in (async_client, async_client.with_options(timeout=5.0)):
        with pytest.raises(TimeoutError, match="mine"):
            await one.managed_things.get("x")


def test_infinity_is_no_bound(emulator: Emulator) -> None:
    """`timeout=inf` is no timeout, for clients and copies."""
    for client in (
        emulator.client(timeout=math.inf),
        emulator.client(timeout=1.0).with_options(timeout=math.inf),
    ):
        emulator.faults.fail("ListManagedThings", "ThrottlingException", retry_after=60)
        assert client.managed_things.list().first() is None
    with pytest.raises(ValueError, match="more than 0"):
        emulator.client().with_options(timeout=-1.0)


# -- attempts that were left -----------------------------------------------------------


def narrow(service: Service, timeout: float) -> Client:
    """Return a client with two connections."""
    theirs = open_client(session(), endpoint_url=service.url, connections=2)
    return Client(boto3_client=theirs, retry=RetryPolicy.none(), timeout=timeout)


def test_abandoned_attempts_are_limited(service: Service) -> None:
    """Nothing is sent while as many attempts are abandoned as there are connections."""
    service.open.clear()
    client = narrow(service, 0.1)
    for _ in until(lambda: len(service.ports) == 2):
        with pytest.raises(iotmi.DeadlineExceededError):
            client.managed_things.list().first()
    assert service.asked(2)
    began = time.monotonic()
    with pytest.raises(iotmi.DeadlineExceededError, match="2 abandoned attempts") as caught:
        client.managed_things.list().first()
    assert 0.1 <= time.monotonic() - began < 5.0
    assert (caught.value.attempts, caught.value.failed_attempts) == (0, ())
    assert len(service.ports) == 2
    service.open.set()
    assert client.with_options(timeout=10.0).managed_things.list().first() is not None


async def test_abandoned_attempts_are_limited_async(service: Service) -> None:
    """The wait for a free worker thread ends at the deadline."""
    service.open.clear()
    theirs = open_client(session(), endpoint_url=service.url, connections=2)
    client = AsyncClient(boto3_client=theirs, retry=RetryPolicy.none(), timeout=0.1)
    for _ in until(lambda: len(service.ports) == 2):
        with pytest.raises(iotmi.DeadlineExceededError):
            await client.managed_things.list().first()
    assert service.asked(2)
    began = time.monotonic()
    with pytest.raises(iotmi.DeadlineExceededError, match="not sent: no worker thread") as caught:
        await client.managed_things.list().first()
    assert 0.1 <= time.monotonic() - began < 5.0
    assert caught.value.attempts == 0
    assert len(service.ports) == 2
    service.open.set()
    patient = client.with_options(timeout=10.0)
    assert await patient.managed_things.list().first() is not None


async def test_cancelled_calls_are_limited(service: Service) -> None:
    """Cancelled calls count as abandoned, and copies share the limit."""
    service.open.clear()
    theirs = open_client(session(), endpoint_url=service.url, connections=2)
    client = AsyncClient(boto3_client=theirs, retry=RetryPolicy.none())
    patient = client.with_options(timeout=60.0)
    await service.cancel_when_asked(patient.managed_things.list().first, times=2)
    with pytest.raises(iotmi.DeadlineExceededError, match="not sent"):
        await client.with_options(timeout=0.1).managed_things.list().first()
    service.open.set()
    assert await client.managed_things.list().first() is not None


def test_an_attempt_abandoned_before_it_began_is_not_made() -> None:
    """A thread that starts an abandoned attempt sends nothing."""
    left, done = AbandonedCalls(1), list[int]()
    attempt = AbandonableCall(work(lambda: done.append(1)), left)
    assert attempt.abandon().not_started_because is not None
    with pytest.raises(DeadlineReachedError):
        attempt()
    assert done == []
    assert not left.at_limit


def test_an_attempt_that_has_ended_is_not_counted() -> None:
    """An attempt that ended is not counted, if abandoned before or after."""
    left = AbandonedCalls(1)
    ended = AbandonableCall(work(lambda: 1), left)
    assert ended() == 1
    ended.abandon()
    assert not left.at_limit
    going: AbandonableCall[bool]

    def function() -> bool:
        going.abandon()
        return left.at_limit

    going = AbandonableCall(work(function), left)
    assert going()
    assert not left.at_limit


# -- pages -----------------------------------------------------------------------------


def require_shared(error: iotmi.DeadlineExceededError, before: int) -> None:
    """Check that pages of 0.4 s get two in a second, or one on a busy machine."""
    assert before in {1, 2}
    assert error.page == before + 1
    assert f"no response within 1 s, on page {before + 1}, after " in str(error)


def test_pages_share_one_deadline(service: Service) -> None:
    """The error names the page that was late, and earlier pages are kept."""
    service.taking = 0.4
    with with_keys(Client, endpoint_url=service.url, timeout=1.0) as client:
        pager = client.managed_things.list()
        # Each iteration has a deadline of its own.
        for _ in range(2):
            pages = list[Page[ManagedThingSummary]]()
            with pytest.raises(iotmi.DeadlineExceededError) as caught:
                pages.extend(pager.pages())
            require_shared(caught.value, len(pages))
        with pytest.raises(iotmi.DeadlineExceededError, match=r"on page [23],"):
            pager.collect()
        assert len(pager.collect(limit=1)) == 1
        assert pager.first() is not None
        endless = client.with_options(timeout=math.inf)
        assert len(endless.managed_things.list().collect(limit=4)) == 4


async def test_async_pages_share_one_deadline(service: Service) -> None:
    """Async items, pages and collect share one deadline."""
    service.taking = 0.4
    async with with_keys(AsyncClient, endpoint_url=service.url, timeout=1.0) as client:
        pager = client.managed_things.list()
        pages = list[Page[ManagedThingSummary]]()

        async def walk() -> None:
            turning = pager.pages()
            while True:
                pages.append(await anext(turning))

        with pytest.raises(iotmi.DeadlineExceededError) as caught:
            await walk()
        require_shared(caught.value, len(pages))
        with pytest.raises(iotmi.DeadlineExceededError, match=r"on page [23],"):
            await pager.collect()
        assert await pager.first() is not None
        endless = client.with_options(timeout=math.inf)
        assert len(await endless.managed_things.list().collect(limit=4)) == 4


def test_time_between_pages_is_not_counted(service: Service) -> None:
    """Time that the application spends between pages does not count."""
    slow = with_keys(Client, endpoint_url=service.url)
    with with_keys(Client, endpoint_url=service.url, timeout=1.0) as client:
        walk = client.managed_things.list().pages()
        for _ in range(3):
            next(walk)
            service.taking = 0.4
            slow.managed_things.list().first()
            service.taking = 0.0
        next(walk)
    slow.close()


async def test_time_between_pages_is_not_counted_async(service: Service) -> None:
    """Time that the task awaits between pages does not count."""
    slow = with_keys(AsyncClient, endpoint_url=service.url)
    async with with_keys(AsyncClient, endpoint_url=service.url, timeout=1.0) as client:
        walk = client.managed_things.list().pages()
        for _ in range(3):
            await anext(walk)
            service.taking = 0.4
            await slow.managed_things.list().first()
            service.taking = 0.0
        await anext(walk)
    await slow.close()


def test_pages_within_a_method_share_one_deadline(client: Client, emulator: Emulator) -> None:
    """A method of several steps lists with one deadline: three pauses of 4 s exceed 10 s."""
    for number in range(5):
        make_hub(client, number)
    for _ in range(3):
        emulator.faults.fail("ListManagedThings", "ThrottlingException", retry_after=4)
        emulator.faults.succeed_next("ListManagedThings")
    timed = client.with_options(timeout=10.0)
    with pytest.raises(iotmi.DeadlineExceededError) as caught:
        timed._sync_driver.run(send_all_pages(ListManagedThings(max_results=1)))
    assert caught.value.page == 3
    assert len(client._sync_driver.run(send_all_pages(ListManagedThings(max_results=1)))) == 5


def test_simulated_pauses_count_over_pages(client: Client, emulator: Emulator) -> None:
    """Simulated pauses count too."""
    for number in range(3):
        make_hub(client, number)
    timed = client.with_options(
        timeout=10.0, retry=RetryPolicy(max_attempts=9, sleep=lambda _: None)
    )
    walk = timed.managed_things.list(max_results=1).pages()
    for _ in range(2):
        emulator.faults.fail("ListManagedThings", "ThrottlingException", retry_after=4)
        next(walk)
    emulator.faults.fail("ListManagedThings", "ThrottlingException", retry_after=4)
    with pytest.raises(iotmi.DeadlineExceededError, match=r"on page 3.*8\.00 s of it pauses"):
        next(walk)


def test_a_single_call_is_on_no_page(client: Client, emulator: Emulator) -> None:
    """The error of a listing that is sent as one call names no page."""
    emulator.faults.fail("ListManagedThings", "ThrottlingException", retry_after=60)
    with pytest.raises(iotmi.DeadlineExceededError) as caught:
        client.with_options(timeout=2.0).send(ListManagedThings())
    assert caught.value.page is None
    assert "page" not in str(caught.value)
