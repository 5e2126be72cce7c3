"""Fixtures for every test: an emulator and its clients."""

import signal
from collections.abc import Iterator

import pytest

from iotmi import AsyncClient, Client, RetryPolicy
from iotmi.emulator import Emulator
from tests.support.http_servers import KEYS, Service


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Let processes that tests start end at SIGINT.

    A shell starts a background job with SIGINT ignored, and child processes inherit that.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set made-up credentials in the environment."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def service() -> Iterator[Service]:
    """Yield a server that keeps connections."""
    with Service() as service:
        yield service


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Yield an empty emulated account."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def pauses() -> list[float]:
    """Return the list of simulated pauses of this test's clients."""
    return []


@pytest.fixture
def retry(pauses: list[float]) -> RetryPolicy:
    """Return the default policy with a fixed seed and simulated pauses."""
    return RetryPolicy(seed=1, sleep=pauses.append)


@pytest.fixture
def client(emulator: Emulator, retry: RetryPolicy) -> Client:
    """Return a client of the emulator that never really waits."""
    return emulator.client(retry=retry)


@pytest.fixture
def async_client(emulator: Emulator, retry: RetryPolicy) -> AsyncClient:
    """Return an async client of the emulator that never really waits."""
    return emulator.async_client(retry=retry)
