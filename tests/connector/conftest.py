"""Fixtures: an emulated cloud connector, and a home whose results it receives."""

import pytest

from iotmi.connector import Connector
from iotmi.emulator import Emulator
from tests.connector.support import Cloud, Home


@pytest.fixture
def cloud(emulator: Emulator) -> Cloud:
    """Return an emulator with a cloud connector."""
    return Cloud.of(emulator)


@pytest.fixture
def home(cloud: Cloud) -> Home:
    """Return a home behind a connector that sends to the emulator."""
    return Home(Connector(client=cloud.client))
