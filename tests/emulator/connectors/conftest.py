"""A home whose connector is a function of the tests."""

from collections.abc import Iterator

import pytest

from iotmi.emulator import Emulator
from tests.emulator.support.connectors import Cloud
from tests.emulator.support.requests import FUNCTION


@pytest.fixture
def cloud() -> Cloud:
    """Return a third party's cloud with three devices."""
    return Cloud()


@pytest.fixture
def emulator(cloud: Cloud) -> Iterator[Emulator]:
    """Yield an emulator that invokes the cloud's function."""
    with Emulator(connectors={FUNCTION: cloud.handle}) as emulator:
        yield emulator
