"""Fixtures for every test: an emulated world and clients of it."""

from collections.abc import Iterator

import pytest

from iotmi import AsyncClient, Client, RetryPolicy
from iotmi.emulator import Emulator
from tests.support.http_servers import KEYS, Service


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up credentials where botocore looks first."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def service() -> Iterator[Service]:
    """A server that keeps connections."""
    with Service() as service:
        yield service


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulated account with nothing in it."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that clients of this test make; nothing is waited for."""
    return []


@pytest.fixture
def retry(pauses: list[float]) -> RetryPolicy:
    """The default policy, without waiting and with the same chance in each run."""
    return RetryPolicy(seed=1, sleep=pauses.append)


@pytest.fixture
def client(emulator: Emulator, retry: RetryPolicy) -> Client:
    """A client of the emulator that never really waits."""
    return emulator.client(retry=retry)


@pytest.fixture
def async_client(emulator: Emulator, retry: RetryPolicy) -> AsyncClient:
    """A client to be awaited that never really waits."""
    return emulator.async_client(retry=retry)
