"""The demo home behind a server, and a client of its control API."""

from collections.abc import Iterator

import pytest

from iotmi.emulator import Emulator
from iotmi.emulator.server import serving
from tests.emulator.control.api import Api


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(seed_home="demo") as emulator:
        yield emulator


@pytest.fixture
def api(emulator: Emulator) -> Iterator[Api]:
    with serving(emulator) as address:
        yield Api(address)
