"""Fixtures of fleets: a client that begins at a high rate, a file, a path for a ledger."""

from pathlib import Path

import pytest

from iotmi import Client, Pacing, RetryPolicy
from iotmi.emulator import Emulator
from tests.fleet.devices import write_csv

ROWS = 12


@pytest.fixture
def client(emulator: Emulator, retry: RetryPolicy) -> Client:
    """Return a client of the emulator that begins at a high rate and never waits before a retry."""
    return emulator.client(retry=retry).with_options(pacing=Pacing(initial_rate=500.0))


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Return the path of a ledger that does not exist yet."""
    return tmp_path / "job.ledger"


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    """Return a CSV file with good rows."""
    return write_csv(tmp_path / "devices.csv", ROWS)
