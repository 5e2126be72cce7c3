"""A wall clock that is set while a client works: only signing goes by it."""

import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Timer
from typing import Final

import pytest
import time_machine

from iotmi import AuthenticationError, Client, DeadlineExceededError, Pacing
from tests.fault_injection.deadlines import ALLOWED
from tests.support.bad_servers import keep_silent, listening
from tests.support.emulator_process import address_of, started
from tests.support.http_servers import KEYS, Service, with_keys

STEPS: Final = (timedelta(hours=-2), timedelta(hours=2))


@pytest.fixture
def wall_clock() -> Iterator[time_machine.Traveller]:
    """Yield this process's wall clock, which the test may set. `time.monotonic` is untouched."""
    with time_machine.travel(time.time(), tick=True) as traveller:
        yield traveller


def test_pacing_ignores_the_wall_clock(
    service: Service, wall_clock: time_machine.Traveller
) -> None:
    """40 calls at 40 a second take a second, although the clock is set after each tenth one."""
    pacing = Pacing(initial_rate=40, max_rate=40, burst=1)
    # A pause of hours would exceed the timeout, so the call would fail at once.
    client = with_keys(Client, endpoint_url=service.url, pacing=pacing, timeout=30)
    client.managed_things.get("x")
    began = time.monotonic()
    for step in (*STEPS, *STEPS):
        wall_clock.shift(step)
        for _ in range(10):
            client.managed_things.get("x")
    assert time.monotonic() - began >= 0.95


@pytest.mark.parametrize("step", STEPS, ids=["back", "ahead"])
def test_a_deadline_ignores_the_wall_clock(
    step: timedelta, wall_clock: time_machine.Traveller
) -> None:
    """A call ends at its deadline, although the clock is set while it waits."""
    with listening(keep_silent) as url:
        client = with_keys(Client, endpoint_url=url, timeout=0.4)
        setter = Timer(0.1, wall_clock.shift, [step])
        setter.start()
        began = time.monotonic()
        with pytest.raises(DeadlineExceededError):
            client.managed_things.get("x")
        assert 0.4 <= time.monotonic() - began <= 0.4 + ALLOWED
        setter.join()


def test_a_signature_of_a_wrong_clock_is_refused_once(
    wall_clock: time_machine.Traveller,
) -> None:
    """The error names the clock's fault after one attempt, and calls succeed when it is right."""
    keys = (
        "--access-key",
        KEYS["AWS_ACCESS_KEY_ID"],
        "--secret-key",
        KEYS["AWS_SECRET_ACCESS_KEY"],
    )
    with started("--port", "0", *keys) as process:
        client = with_keys(Client, endpoint_url=f"http://{address_of(process)}")
        assert client.managed_things.list().first() is None
        for step in STEPS:
            wall_clock.shift(step)
            with pytest.raises(AuthenticationError, match=r"Signature (expired|not yet)") as caught:
                client.managed_things.list().first()
            assert caught.value.attempts == 1
            wall_clock.shift(-step)
            assert client.managed_things.list().first() is None
