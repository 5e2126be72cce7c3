"""Fixtures of the console's tests: the demo home behind a server, boto3, and pages of Chromium."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3
import pytest

from iotmi.emulator import Emulator
from iotmi.emulator.server import serving
from tests.console.support import Boto, Console

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Yield the demo home."""
    with Emulator(seed_home="demo") as emulator:
        yield emulator


@pytest.fixture
def address(emulator: Emulator) -> Iterator[str]:
    """Yield the address of a server for the emulator."""
    with serving(emulator) as address:
        yield address


@pytest.fixture
def boto(address: str) -> Boto:
    """Return a client of boto3, the judge of what the service holds."""
    session = boto3.Session("any", "any", region_name="eu-west-1")
    return session.client("iot-managed-integrations", endpoint_url=address)


@pytest.fixture
def open_console(
    emulator: Emulator, address: str, new_page: "Callable[..., Page]"
) -> Callable[..., Console]:
    """Return a function that opens a console in a browser of its own, at a view."""

    def open_it(view: str = "", **options: object) -> Console:
        console = Console(new_page(**options), address, emulator)
        console.open(view)
        return console

    return open_it


@pytest.fixture
def console(open_console: Callable[..., Console]) -> Console:
    """Return a console at the home."""
    return open_console()
