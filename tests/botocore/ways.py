"""The ways in which a client of this library reaches a server, for tests that hold for all.

A sync client of our own, one upon a session, one upon a boto3 client that was handed in, and the
async client over each of them. `Way.run` makes calls and hides which way they go.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar

import anyio
import boto3
from attrs import frozen
from botocore.config import Config

import iotmi
from iotmi import AsyncClient, Client, RetryPolicy
from tests.support.http_servers import session

T = TypeVar("T")
Options: TypeAlias = dict[str, Any]


@frozen
class Way:
    """One way of making a client.

    Attributes:
        name: for a test's id.
        source: ``own``, ``session`` or ``handed-in``.
        is_async: whether calls are awaited.
        backend: the event loop.
    """

    source: str
    is_async: bool = False
    backend: str = "asyncio"

    @property
    def name(self) -> str:
        """The way in words."""
        return f"{self.source}-{self.backend if self.is_async else 'sync'}"

    def options(self, url: str, config: Config | None = None) -> Options:
        """Return a client's arguments."""
        if self.source == "own":
            return {"endpoint_url": url}
        if self.source == "session":
            return {"endpoint_url": url, "session": session()}
        return {"boto3_client": boto3_client(url, config)}

    def run(
        self,
        url: str,
        *requests: iotmi.Request[Any],
        retry: RetryPolicy | None = None,
        timeout: float | None = None,
        config: Config | None = None,
    ) -> list[Any]:
        """Send requests one after the other over one client.

        Returns:
            For each its value, or the error that it ended with.
        """
        options = {
            **self.options(url, config),
            "retry": retry or RetryPolicy.none(),
            "timeout": timeout,
        }
        if not self.is_async:
            with Client(**options) as client:
                return [outcome(client.send, request) for request in requests]

        async def send() -> list[Any]:
            async with AsyncClient(**options) as client:
                found: list[Any] = []
                for request in requests:
                    try:
                        found.append((await client.send(request)).value)
                    except iotmi.IotmiError as error:
                        found.append(error)
                return found

        return anyio.run(send, backend=self.backend)


def outcome(send: Callable[[Any], iotmi.Response[Any]], request: object) -> Any:  # noqa: ANN401
    """Return the value that *send* gives, or its error."""
    try:
        return send(request).value
    except iotmi.IotmiError as error:
        return error


def boto3_client(url: str, config: Config | None = None) -> Any:  # noqa: ANN401
    """Return a boto3 client as an application makes one, with its default retries."""
    made_up: boto3.Session = session()
    return made_up.client("iot-managed-integrations", endpoint_url=url, config=config)


OWN: Final = (Way("own"), Way("own", is_async=True), Way("own", is_async=True, backend="trio"))
BOTOCORES: Final = (
    Way("session"),
    Way("session", is_async=True),
    Way("handed-in"),
    Way("handed-in", is_async=True),
)
ALL: Final = OWN + BOTOCORES


def name(way: Way) -> str:
    """Return a test's id."""
    return way.name
