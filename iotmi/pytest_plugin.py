"""Fixtures for tests of whoever uses iotmi: pytest finds them once iotmi is installed.

It imports nothing but the package's door before a fixture is asked for: pytest loads its plugins
in every run, also in those that test nothing of iotmi.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from iotmi import AsyncClient, Client
    from iotmi.emulator import Emulator


@pytest.fixture
def iotmi_emulator() -> "Iterator[Emulator]":
    """An emulator of AWS IoT managed integrations with nothing in it, for this test alone."""
    from iotmi.emulator import Emulator

    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def iotmi_client(iotmi_emulator: "Emulator") -> "Client":
    """A client of `iotmi_emulator`. Its waiters and its pauses between retries take no time."""
    return iotmi_emulator.client()


@pytest.fixture
def iotmi_async_client(iotmi_emulator: "Emulator") -> "AsyncClient":
    """A client of `iotmi_emulator` to be awaited. Its waiters and its pauses take no time."""
    return iotmi_emulator.async_client()
