"""A caller, written once for threads and tasks: a generator of the calls that it makes.

This module owns sending in both ways. It does not know the requests.
"""

from collections.abc import Generator
from typing import Generic, Protocol, TypeAlias, TypeVar

from iotmi import AsyncClient, CallError, Client, Request, Response

R = TypeVar("R")


class Turn(Protocol):
    """One call that a caller wants to make."""

    def send(self, client: Client) -> None:
        """Make the call."""
        ...

    async def send_awaited(self, client: AsyncClient) -> None:
        """Make the call, awaited."""
        ...


Calling: TypeAlias = Generator[Turn, None, R]


class Ask(Generic[R]):
    """A request and its result: a response or an error."""

    response: Response[R]
    error: CallError | None = None

    def __init__(self, request: Request[R]) -> None:
        self.request = request

    def send(self, client: Client) -> None:
        """Make the call."""
        try:
            self.response = client.send(self.request)
        except CallError as error:
            self.error = error

    async def send_awaited(self, client: AsyncClient) -> None:
        """Make the call, awaited."""
        try:
            self.response = await client.send(self.request)
        except CallError as error:
            self.error = error


def asked(request: Request[R]) -> Calling[Response[R]]:
    """Send *request* and return its response.

    Raises:
        CallError: the error of the call.
    """
    ask = Ask(request)
    yield ask
    if ask.error is not None:
        raise ask.error
    return ask.response


def serve(client: Client, calling: Calling[None]) -> None:
    """Make the calls of one caller in this thread."""
    for turn in calling:
        turn.send(client)


async def serve_awaited(client: AsyncClient, calling: Calling[None]) -> None:
    """Make the calls of one caller in this task."""
    for turn in calling:
        await turn.send_awaited(client)
