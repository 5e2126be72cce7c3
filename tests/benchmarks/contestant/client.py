"""The interface of a measured client."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol, TypeAlias

from tests.benchmarks.contestant.devices import Device

CONNECTIONS: Final = 32
"""The connections of a client under concurrent calls: iotmi's default. boto3 and capo have 10."""

Get: TypeAlias = Callable[[str], object]
AsyncGet: TypeAlias = Callable[[str], Awaitable[object]]


class BenchmarkClient(Protocol):
    """A client with the measured operations, used as in its documentation.

    It takes credentials and Region from the environment. Each call builds its request from a
    `Device` and returns the client's own result: dicts, values or typed dicts. ``page_ids``,
    ``created_id`` and ``got_id`` return the same for all clients, to prove that all did the same.
    """

    def __init__(self, url: str) -> None: ...

    def page(self) -> object:
        """Return one page of 100 things."""
        ...

    def create(self, device: Device) -> object:
        """Create a thing with the device's capability report."""
        ...

    def get(self, identifier: str) -> object:
        """Return one thing."""
        ...

    def pages(self) -> Iterator[Sequence[object]]:
        """Yield the items of each page of a listing, with the client's own pagination."""
        ...

    def page_ids(self) -> list[str]:
        """Return the ids on one page."""
        ...

    def created_id(self, device: Device) -> str:
        """Create a thing and return its id."""
        ...

    def got_id(self, identifier: str) -> str:
        """Get a thing and return its id."""
        ...

    def build(self, device: Device) -> object:
        """Build and validate a creation."""
        ...

    def build_unchecked(self, device: Device) -> object:
        """Build a creation without validation."""
        ...

    def decode(self, body: bytes) -> object:
        """Decode a page of 100 things."""
        ...

    @staticmethod
    def shared_get(url: str) -> Get:
        """Return the get of a client that many threads share."""
        ...

    @staticmethod
    def async_get(url: str, backend: str) -> AbstractAsyncContextManager[AsyncGet]:
        """Return the get of a client that many tasks of *backend* share."""
        ...
