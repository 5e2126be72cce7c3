"""Fixtures for the tests of applications. pytest finds them once iotmi is installed.

This module imports nothing but `iotmi` before a test uses a fixture, because pytest loads its
plugins in every run.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from iotmi import AsyncClient, Client
    from iotmi.emulator import Emulator


@pytest.fixture
def iotmi_emulator() -> "Iterator[Emulator]":
    """Return an empty emulator of AWS IoT managed integrations for one test."""
    from iotmi.emulator import Emulator

    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def iotmi_client(iotmi_emulator: "Emulator") -> "Client":
    """Return a client of `iotmi_emulator`. Its waiters and its backoff take no time."""
    return iotmi_emulator.client()


@pytest.fixture
def iotmi_async_client(iotmi_emulator: "Emulator") -> "AsyncClient":
    """Return an async client of `iotmi_emulator`. Its waiters and its backoff take no time."""
    return iotmi_emulator.async_client()
