"""The kinds of clients that reach a server, for tests of facts that hold for all of them.

A client sends directly, over a boto3 session, or over a boto3 client that was passed in. Each kind
exists sync and async. `Way.run` makes calls by any of them.
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
    """One kind of client.

    Attributes:
        source: ``own``, ``session`` or ``handed-in``.
        is_async: whether the client is an `AsyncClient`.
        backend: the event loop of an `AsyncClient`.
    """

    source: str
    is_async: bool = False
    backend: str = "asyncio"

    @property
    def name(self) -> str:
        """The test id."""
        return f"{self.source}-{self.backend if self.is_async else 'sync'}"

    def options(self, url: str, config: Config | None = None) -> Options:
        """Return the arguments of the client."""
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
            The value or the error of each request.
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
    """Return the value of the response to *request*, or the error."""
    try:
        return send(request).value
    except iotmi.IotmiError as error:
        return error


def boto3_client(url: str, config: Config | None = None) -> Any:  # noqa: ANN401
    """Return a boto3 client as an application makes one, with its default retries."""
    boto3_session: boto3.Session = session()
    return boto3_session.client("iot-managed-integrations", endpoint_url=url, config=config)


OWN: Final = (Way("own"), Way("own", is_async=True), Way("own", is_async=True, backend="trio"))
BOTOCORES: Final = (
    Way("session"),
    Way("session", is_async=True),
    Way("handed-in"),
    Way("handed-in", is_async=True),
)
ALL: Final = OWN + BOTOCORES


def name(way: Way) -> str:
    """Return the test id of *way*."""
    return way.name
