"""An emulator in memory and a plain boto3 client of it, for each test."""

from collections.abc import Iterator

import pytest
from botocore.config import Config

from iotmi.emulator import Emulator, Faults
from tests.emulator.support.clock import ManualClock
from tests.emulator.support.requests import Client


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def client(emulator: Emulator) -> Client:
    """Return a client that sends requests unchecked and once."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return emulator.boto3_client(config=config)


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that the test moves."""
    return ManualClock()


@pytest.fixture
def faults(clock: ManualClock) -> Faults:
    """Return faults on the test's clock."""
    return clock.faults()
