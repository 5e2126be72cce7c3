"""Exchanges that nobody waits for any more: they end, and nobody else notices."""

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
from iotmi._botocore.cancellation import SocketCanceller
from iotmi._sansio.deadline import Deadline
from tests.support.bad_servers import drip_body, keep_silent, listening, never_connecting
from tests.support.certificates import make_certificate
from tests.support.direct_client import ONCE, idle
from tests.support.http_servers import Act, Service
from tests.support.threads import comes_true, unfinished, until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("keys")]

HANGING = {"silence": keep_silent, "an answer that drips": drip_body}


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Both event loops."""
    return str(request.param)


# -- one exchange ----------------------------------------------------------------------


def test_an_exchange_that_was_cancelled_does_not_begin() -> None:
    """The socket is as it was."""
    scope = SocketCanceller(Deadline(None))
    scope.cancel()
    near, far = socket.socketpair()
    with near, far:
        with pytest.raises(ConnectionAbortedError), scope.guard(near):
            pytest.fail("it began")
        near.sendall(b"x")
        assert far.recv(9) == b"x"


def test_who_reads_is_woken() -> None:
    """And finds the end of what there is to read."""
    scope = SocketCanceller(Deadline(None))
    near, far = socket.socketpair()
    with near, far, ThreadPoolExecutor(1) as pool, scope.guard(near):
        reading = pool.submit(near.recv, 1)
        assert not scope.cancelled
        scope.cancel()
        assert reading.result(10) == b""
        assert scope.cancelled


def test_a_socket_is_let_alone_when_its_exchange_is_over() -> None:
    """Somebody else may be using it."""
    scope = SocketCanceller(Deadline(None))
    near, far = socket.socketpair()
    with near, far:
        with scope.guard(near):
            """Nothing happens."""
        scope.cancel()
        near.sendall(b"x")
        assert far.recv(9) == b"x"


def test_a_socket_that_closes_within_keeps_its_number_until_the_end() -> None:
    """Another's would be shut down in its place."""
    scope = SocketCanceller(Deadline(None))
    near, far = socket.socketpair()
    with far:
        far.settimeout(10)
        with scope.guard(near):
            number = near.fileno()
            near.close()
            assert near.fileno() == number
            scope.cancel()
            assert far.recv(1) == b""
        assert near.fileno() == -1


def test_it_does_not_matter_that_the_other_side_has_gone() -> None:
    """There is nothing left to end."""
    scope = SocketCanceller(Deadline(None))
    with socket.socket() as never_connected, scope.guard(never_connected):
        scope.cancel()
    assert scope.cancelled


class Watched(SocketCanceller):
    """One that tries, whenever the main thread changes it, whether another could cancel it."""

    waiting: list[int] | None = None

    def __init__(self) -> None:
        super().__init__(Deadline(None))
        self.__dict__["waiting"] = []

    def __setattr__(self, name: str, value: object) -> None:
        if self.waiting is not None and threading.current_thread() is threading.main_thread():
            self.waiting.append(unfinished(self.cancel))
        super().__setattr__(name, value)


def test_nobody_cancels_while_a_socket_is_taken_or_let_go() -> None:
    """It would be one that is not this exchange's yet, or not any more."""
    scope = Watched()
    near, far = socket.socketpair()
    with near, far, scope.guard(near):
        """Nothing happens."""
    assert scope.waiting == [1, 1]


def test_it_is_cancelled_by_one_thread_at_a_time() -> None:
    """Nobody takes a socket meanwhile."""
    scope = Watched()
    scope.cancel()
    assert scope.waiting == [1]


def test_what_cannot_be_cancelled_has_little_more_time_than_there_is() -> None:
    """And never more than it would have had."""
    deadline = Deadline(10.0)
    deadline.add_simulated(4.0)
    scope = SocketCanceller(deadline)
    assert scope.connect_timeout(60.0) == 6.5
    assert scope.connect_timeout(5.0) == 5.0
    assert SocketCanceller(Deadline(None)).connect_timeout(60.0) == 60.0


# -- one call --------------------------------------------------------------------------


class Hanging:
    """Does not answer, and remembers whom it has seen come and go."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self.came = self.went = 0
        self._lock = threading.Lock()

    def many_came(self) -> bool:
        """More than a client has connections."""
        return self.came > 32

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        with self._lock:
            self.came += 1
        try:
            self._act(connection)
        finally:
            with self._lock:
                self.went += 1


def attempts_under_way() -> list[threading.Thread]:
    """Threads of the blocking client's."""
    return [thread for thread in threading.enumerate() if thread.name == "iotmi-attempt"]


@pytest.mark.parametrize("act", HANGING.values(), ids=HANGING.keys())
def test_an_attempt_that_is_left_ends(act: Act) -> None:
    """With its connection and its thread, so that the next is never refused for it."""
    hanging = Hanging(act)
    with listening(hanging) as url, Client(endpoint_url=url, retry=ONCE, timeout=0.02) as client:
        for _ in until(hanging.many_came):
            with pytest.raises(iotmi.DeadlineExceededError):
                client.managed_things.get("x")
        assert comes_true(lambda: hanging.came == hanging.went)
        assert comes_true(lambda: not attempts_under_way())
        assert idle(client) == 0


def test_over_tls_it_ends_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a word of farewell, which would be waited for."""
    good = make_certificate(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(good.path))
    hanging = Hanging(keep_silent)
    with (
        listening(hanging, tls=good.context()) as url,
        Client(endpoint_url=url, retry=ONCE, timeout=1.0) as client,
    ):
        with pytest.raises(iotmi.DeadlineExceededError, match="cut short"):
            client.managed_things.get("x")
        assert comes_true(lambda: hanging.came == hanging.went == 1)
        assert comes_true(lambda: not attempts_under_way())


def test_an_attempt_to_connect_ends_soon_after() -> None:
    """It has no socket yet that could be shut down."""
    with (
        never_connecting() as url,
        Client(endpoint_url=url, retry=ONCE, timeout=0.5) as client,
    ):
        with pytest.raises(iotmi.DeadlineExceededError, match="cut short"):
            client.managed_things.get("x")
        assert comes_true(lambda: not attempts_under_way())


@pytest.mark.parametrize("act", HANGING.values(), ids=HANGING.keys())
async def test_an_attempt_that_is_cancelled_ends(act: Act) -> None:
    """Whoever cancels it, and whether or not the client has a timeout."""
    hanging = Hanging(act)
    with listening(hanging) as url:
        async with AsyncClient(endpoint_url=url, retry=ONCE) as client:
            for _ in until(hanging.many_came):
                with anyio.move_on_after(0.02) as scope:
                    await client.managed_things.get("x")
                assert scope.cancelled_caught
            with pytest.raises(iotmi.DeadlineExceededError):
                await client.with_options(timeout=0.05).managed_things.get("x")
            left = client._context.connection.abandoned
            assert await anyio.to_thread.run_sync(
                comes_true, lambda: hanging.came == hanging.went and left._count == 0
            )


# -- many calls ------------------------------------------------------------------------


def test_nobody_gets_the_answer_of_a_call_that_was_left(service: Service) -> None:
    """Though many are left in the very moment in which their answers come."""
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
